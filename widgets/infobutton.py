"""What a health record asks by the HL7 Infobutton URL standard, and the articles that answer it.

Context-Aware Knowledge Retrieval, URL-Based Implementation Guide: `mainSearchCriteria.v.c` is a code, `.v.cs` its system, `.v.dn` its name;
further ones in the same request carry a number at the end (`.v.c1`, `.v.cs1`). What a request says of the patient is not read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from widgets.codes import DEFAULT, SYSTEMS, CodeSystem, normal, system_of
from widgets.content.coded import coded
from widgets.content.markup import fold
from widgets.content.model import Article
from widgets.edition import Edition
from widgets.languages import Words, words_in
from widgets.languages.cldr import aliases
from widgets.results import matches
from widgets.sites import Site
from widgets.widget import BadAttribute, Widget

CODE, SYSTEM, NAME = "mainSearchCriteria.v.c", "mainSearchCriteria.v.cs", "mainSearchCriteria.v.dn"
LANGUAGE = "informationRecipient.languageCode.c"
MOST_CRITERIA = 20
_LONGEST = 200
_SAYS = {"same": "code_same", "wider": "code_wider", "narrower": "code_narrower"}
_CRITERION = re.compile(rf"({'|'.join(map(re.escape, (CODE, SYSTEM, NAME)))})([0-9]{{0,3}})", re.IGNORECASE)


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked about, as it was sent: a code, its system, its name."""

    code: str
    system: str
    name: str

    @property
    def known_system(self) -> CodeSystem | None:
        """The system; ICD-10-CM where none was sent, None for one that is not known."""
        return system_of(self.system) if self.system else DEFAULT

    @property
    def normal(self) -> str:
        """The code as its system writes it; "" for what is none of its codes."""
        return normal(self.known_system, self.code) if self.known_system else ""

    @property
    def label(self) -> str:
        """System and code, for what is known to be a code; "" for all else, so that nothing that was merely sent is shown."""
        return f"{SYSTEMS[self.known_system].name} {self.normal}" if self.known_system and self.normal else ""


@dataclass(frozen=True)
class Reason:
    """Why an article is an answer: the system and code that it lists, both "" where a name led to it, and the same in words."""

    system: CodeSystem | None
    listed: str
    text: str


@dataclass(frozen=True)
class Found:
    """An article, and every reason for it."""

    article: Article
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Answer:
    """The articles that were found, and a sentence for each criterion that led to none."""

    found: tuple[Found, ...]
    sorry: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Infobutton(Widget):
    """A request. To the templates it is a widget like others: it has a site, a language and a page."""

    criteria: tuple[Criterion, ...]

    def page(self) -> str:
        """The address that asks the same, without anything else that was sent."""
        sent = {name: value for name, value in self.categories() if value}
        return self.page_query("/connect", **sent)

    def categories(self) -> Iterator[tuple[str, str]]:
        """Each criterion under the parameter names of the standard, which a feed gives back as its categories."""
        for place, one in enumerate(self.criteria):
            number = str(place or "")
            yield from ((CODE + number, one.code), (SYSTEM + number, one.system), (NAME + number, one.name))


def requested(pairs: Iterable[tuple[str, str]]) -> tuple[Criterion, ...]:
    """The criteria among a request's parameters, in their order. Raises BadAttribute where there are none, or too many."""
    sent: dict[tuple[str, int], dict[str, str]] = {}  # by the number at the end, and how often it came before
    seen: Counter[str] = Counter()
    for name, value in pairs:
        if found := _CRITERION.fullmatch(name):
            key, number = found[1].lower(), found[2]
            sent.setdefault((number, seen[key + number]), {})[key] = _clean(value)  # a name that comes again is one more criterion
            seen[key + number] += 1
    criteria = tuple(_criteria(sent.values()))
    if not criteria:
        raise BadAttribute(f"{CODE}: is missing; send a medical code, like {CODE}=I21.9, and the system that it is of in {SYSTEM}.")
    if len(criteria) > MOST_CRITERIA:
        raise BadAttribute(f"{CODE}: is given {len(criteria)} times; give it {MOST_CRITERIA} times at most.")
    return criteria


def _criteria(sent: Iterable[dict[str, str]]) -> Iterator[Criterion]:
    """A criterion without a system of its own is of the same one as that before it."""
    system = ""
    for one in sent:
        system = one.get(SYSTEM.lower()) or system
        code, name = one.get(CODE.lower(), ""), one.get(NAME.lower(), "")
        if code or name:
            yield Criterion(code, system, name)


def _clean(text: str) -> str:
    """What was sent, without what cannot be printed, and not longer than codes and names are."""
    return "".join(c for c in text.strip()[:_LONGEST] if c.isprintable())


def language_of(text: str) -> str:
    """A language as records name it, by its two-letter code: `spa` is Spanish too, and so is `sp`, which MedlinePlus Connect takes."""
    first, hyphen, more = text.strip()[:40].lower().replace("_", "-").partition("-")
    return ("es" if first == "sp" else aliases().get(first, first)) + hyphen + more


def answer(edition: Edition, asked: Infobutton) -> Answer:
    """The articles for a request in the order of its criteria, each of them once, and what could not be found."""
    site = edition.sites[asked.site]
    language = asked.language(site)
    reasons: dict[str, list[Reason]] = {}
    sorry = []
    for criterion in asked.criteria:
        found = [(readable, why) for article, why in _answers(edition, site, language, criterion)
                 if (readable := _readable(edition, site, language, article))]  # fmt: skip
        sorry += [] if found else [_sorry(criterion, words_in(language))]
        for article, why in found:
            reasons.setdefault(article.slug, []).append(why)
    articles = ((edition.library.article(slug), why) for slug, why in reasons.items())
    return Answer(tuple(Found(article, tuple(dict.fromkeys(why))) for article, why in articles if article), tuple(dict.fromkeys(sorry)))


def _sorry(one: Criterion, words: Words) -> str:
    """That nothing was found, without repeating what is no code."""
    if not one.code:
        return words["code_name_none"]
    if not one.known_system:
        return words["code_unknown"]
    system = SYSTEMS[one.known_system].name
    return words.say("code_none", system=system, code=one.normal) if one.normal else words.say("code_wrong", system=system)


def _answers(edition: Edition, site: Site, language: str, one: Criterion) -> list[tuple[Article, Reason]]:
    """The articles for one criterion by its code, else by its name."""
    words, system = words_in(language), one.known_system
    by_code = coded(edition.library, system, one.normal) if system and one.normal else []
    if by_code and system:
        name = SYSTEMS[system].name
        texts = (words.say(_SAYS[hit.relation], system=name, code=one.normal, listed=hit.listed) for hit in by_code)
        return [(hit.article, Reason(system, hit.listed, text)) for hit, text in zip(by_code, texts, strict=True)]
    return [(article, Reason(None, "", words["code_name"])) for article in _named(edition, site, language, one.name)]


def _named(edition: Edition, site: Site, language: str, name: str) -> list[Article]:
    """The articles with just this title or other name, in the reader's language or, as records often speak another, in the site's."""
    wanted = " ".join(fold(name).split())
    for spoken in dict.fromkeys((language, *site.file.languages)) if wanted else ():
        fronts = ((a, a.text(spoken, site.language).front) for a in matches(edition, site, spoken, wanted))
        if found := [a for a, front in fronts if wanted in map(fold, (front.title, *front.also_called))]:
            return found
    return []


def _readable(edition: Edition, site: Site, language: str, article: Article) -> Article | None:
    """The article, or what takes its place where it is withdrawn; None where nothing does."""
    gone = article.text(language, site.language).front.withdrawn
    other = edition.library.article(gone.replacement or "") if gone else None
    return article if gone is None else other if other and other.text(language, site.language).front.withdrawn is None else None
