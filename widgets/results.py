"""What a search shows: the danger line, what was found in groups, what was meant, and ways on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from widgets.content.markup import Saying, from_plain
from widgets.content.model import Article, Topic
from widgets.edition import Edition
from widgets.languages import words_in
from widgets.local import sensitive, tops
from widgets.search import Danger, Found, Hit, Piece, cut, danger, excerpt, marked, search, speech
from widgets.sites import Site
from widgets.snapshot.library import Library
from widgets.views import Emergency, Link, said, saying, title_of
from widgets.widget import Query

MOST_RESULTS = 20
_SIGNS = {"emergency": "danger_emergency", "crisis": "danger_crisis"}


@dataclass(frozen=True)
class Line:
    """Something that was found: its link, with the words marked by which it was found."""

    link: Link
    title: tuple[Piece, ...]
    name: tuple[Piece, ...]
    """The other name by which it was found."""
    note: tuple[Piece, ...]
    """Its summary, or what its text says around the words; in the language of the title."""


@dataclass(frozen=True)
class Group:
    """Results of one kind; `heading` names the interface word above them."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Results:
    """What a search shows."""

    query: str
    groups: tuple[Group, ...]
    status: str
    """How many were found, or that nothing was."""
    announce: str
    """The status as it is announced: after what to do in danger."""
    danger: Emergency | None
    """Whom to call, where the words mean danger."""
    urgent: bool
    """Whether one of the articles has emergency words."""
    did_you_mean: str
    more: str


@dataclass
class _Shelf:
    """What may be shown of what one search finds, each read once."""

    edition: Edition
    site: Site
    language: str
    query: str
    sign: Danger
    """What the query's words mean: "", "emergency" or "crisis"."""
    read: dict[str, Article | Topic | None] = field(default_factory=dict)
    """What was read, by the key of its hit."""

    def shows(self, hit: Hit) -> bool:
        """Whether it may be shown; in a crisis, nothing that was found by a word alone."""
        item = self.read[hit.key] = _item(self.edition, self.site, self.language, hit)
        return item is not None and (self.sign != "crisis" or _is_named(hit, self.query) or _is_delicate(self.edition.library, item))


def matches(edition: Edition, site: Site, language: str, query: str, most: int = 100) -> list[Article]:
    """The articles that answer the query, best first."""
    shelf = _Shelf(edition, site, language, query, danger(query, language))
    hits = search(edition.index, _languages(site, language), query, most, lambda hit: hit.kind == "article" and shelf.shows(hit)).hits
    return [item for hit in hits if isinstance(item := shelf.read[hit.key], Article)]


def results(edition: Edition, site: Site, language: str, query: Query, step: Callable[[str, str], Link]) -> Results | None:
    """What a search shows; None where nothing was typed. `step` makes the link to an article or topic by kind and slug."""
    if not query.text.strip():
        return None
    shelf = _Shelf(edition, site, language, query.text, danger(query.text, language))
    found = search(edition.index, _languages(site, language), query.text, MOST_RESULTS, shelf.shows)
    query.found = len(found.hits)
    words = words_in(language)
    call = _call(language, shelf.sign)
    items = [(hit, item) for hit in found.hits if (item := shelf.read[hit.key])]
    status = words.count("count_results", len(items)) if items else words["nothing_found"]
    return Results(
        query=query.text,
        groups=tuple(_groups(site, language, items, step)),
        status=status,
        announce=f"{_plain(site, language, call)} {status}" if call else status,
        danger=call,
        urgent=any(isinstance(item, Article) and bool(item.text(language, site.language).emergency) for _, item in items),
        did_you_mean=_meant(found, query.text),
        more=words.say("more_results", n=MOST_RESULTS) if found.more else "",
    )


def _languages(site: Site, language: str) -> list[str]:
    """The language asked for, then the site's; of each, what is spoken everywhere."""
    return list(dict.fromkeys(one for lang in (language, *site.file.languages) for one in (lang, lang.partition("-")[0])))


def _item(edition: Edition, site: Site, language: str, hit: Hit) -> Article | Topic | None:
    """The article or topic of a hit, if it may be shown."""
    slug = hit.key.partition(":")[2]
    library = edition.library
    if hit.kind == "topic":
        topic = library.topics.get(slug)
        return topic if topic and _is_below(library, site, topic) else None
    article = library.articles.get(slug) if library.stands_below(slug, site.file.topics) else None
    return article if article and article.text(language, site.language).front.withdrawn is None else None


def _is_below(library: Library, site: Site, topic: Topic) -> bool:
    """Whether the topic is in the site's tree."""
    own = {top.slug for top in tops(library, site)}
    return any(step.slug in own for step in library.path(topic))


def _is_named(hit: Hit, query: str) -> bool:
    """Whether the query holds every word of the name by which it was found, whatever their endings."""
    spoken = speech(hit.language)
    return {*spoken.stems(cut(hit.name or hit.title))} <= {*spoken.stems(cut(query))}


def _is_delicate(library: Library, item: Article | Topic) -> bool:
    """Whether it may stand below the line for a crisis, where "die" must not find diets; so may what the words name in full."""
    return sensitive(library, item) if isinstance(item, Article) else item.file.sensitive


def _meant(found: Found, typed: str) -> str:
    """What to ask "did you mean" with, unless it is what was typed."""
    same = " ".join(found.did_you_mean.casefold().split()) == " ".join(typed.casefold().split())
    return "" if same else found.did_you_mean


def _groups(site: Site, language: str, items: list[tuple[Hit, Article | Topic]], step: Callable[[str, str], Link]) -> Iterator[Group]:
    """Topics and articles, the group of the best one first."""
    for kind in dict.fromkeys(hit.kind for hit, _ in items):
        lines = tuple(_line(site, language, hit, item, step) for hit, item in items if hit.kind == kind)
        yield Group("topics" if kind == "topic" else "articles", lines)


def _line(site: Site, language: str, hit: Hit, item: Article | Topic, step: Callable[[str, str], Link]) -> Line:
    title, lang = title_of(item, site, language)
    own = speech(lang or language)
    link = replace(step(hit.kind, item.slug), text=title, lang=lang)
    name = hit.name if hit.language == (lang or language) else ""
    return Line(
        link, marked(title, hit.sought, own), marked(name, hit.sought, own) if name else (), marked(_note(site, language, hit, item), hit.sought, own)
    )


def _note(site: Site, language: str, hit: Hit, item: Article | Topic) -> str:
    """The summary; where neither names nor summary hold the words, what the text says around them."""
    if isinstance(item, Topic):
        return item.words(language, site.language)[1].summary
    text = item.text(language, site.language)
    own = speech(text.language)
    told = " ".join((text.front.title, hit.name, text.front.summary))
    if excerpt((told,), hit.sought, own):
        return text.front.summary
    return said(excerpt(text.body.blocks, hit.sought, own), site.region, words_in(text.language)) or text.front.summary


def danger_line(language: str, query: str) -> Emergency | None:
    """Whom to call, where the words mean danger."""
    return _call(language, danger(query, language))


def _call(language: str, sign: Danger) -> Emergency | None:
    words = words_in(language)
    return Emergency(words.language, "", from_plain(words[_SIGNS[sign]])) if sign else None


def _plain(site: Site, language: str, call: Emergency) -> str:
    """The call as it is announced."""
    words = words_in(language)
    parts = [saying(p.name, site.region, words, starts_sentence=p.starts_sentence) if isinstance(p, Saying) else str(p) for p in call.text.parts]
    return "".join(parts).replace("<strong>", "").replace("</strong>", "")
