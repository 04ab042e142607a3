"""What a library is: topics, articles, their texts in each language. Frozen throughout.

The classes that end in `File` are the files' schemas: their field names, in kebab case, are the
keys a content editor writes. Terms follow schema.org (MedicalWebPage) where it has one.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from widgets.codes import CodeSystem
from widgets.content.files import Fault, pattern
from widgets.content.markup import Markup
from widgets.languages import lookup

SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Slug = Annotated[str, pattern(SLUG, "is not a name; write a to z, 0 to 9 and single hyphens, like heart-attack", max_length=100)]
Line = Annotated[
    str,
    pattern(r"[^\n\x00-\x08]*\n?", "is more than one line, or has a character that cannot be shown; write it in one", min_length=1, max_length=300),
]
LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
Language = Annotated[str, pattern(LANGUAGE, "is not a language code; write one like en, es or pt-BR")]
_HTTP = re.compile(r"https?://[^\x00- /?#\[\]]+(?:[/?#][^\x00- ]*)?", re.IGNORECASE)


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"):
    """A table of a content file: unknown keys are faults."""


def check_http(url: str) -> None:
    """Raise ValueError unless `url` is an absolute http or https address."""
    try:
        good = bool(_HTTP.fullmatch(url) and urlsplit(url).netloc)
    except ValueError:  # of a letter in the host that stands for several, among them a slash
        good = False
    if not good:
        raise ValueError(f"{url!r} is not an address; write it in full, like https://www.example.org/page")


class Source(Table, frozen=True):
    """Where facts come from: a public page by its publisher."""

    publisher: Line
    """Who publishes the page."""
    title: Line
    """The page's title."""
    url: str
    """Its address in full, http or https."""
    language: Language | None = None
    """The language of the page and its title, where that is another than the text's. Readers are told by `publisher`."""

    def __post_init__(self) -> None:
        check_http(self.url)


class Review(Table, frozen=True):
    """A clinical review: which body approved which text, and until when."""

    by: Line
    """The body that approved the text: a role or an organisation."""
    reviewed: date
    """The day it did. The text then shows "Current as of" this day."""
    text_hash: str
    """The hash of the text that it approved; `health-widgets check` prints it."""
    next_review: date | None = None
    """Until when the approval holds; from the day after, the text says that it is overdue."""


class Withdrawal(Table, frozen=True):
    """Why a text is not shown any more, and the article to read in its place."""

    notice: Line
    """What readers see in place of the text."""
    replacement: Slug | None = None
    """The article to read in its place."""


class FrontMatter(Table, frozen=True):
    """The front matter of `articles/<slug>/<language>.md`."""

    title: Line
    """The heading; A to Z goes by it."""
    summary: Line
    """One or two sentences: the card, search results and search engines show them."""
    author: Line
    """Who wrote it: a role or an organisation."""
    written: date
    """The day it was written."""
    also_called: tuple[Line, ...] = ()
    """Other names that readers may search for."""
    emergency: str = ""
    """Plain text that stands before everything else, with `{emergency}` in it."""
    sources: tuple[Source, ...] = ()
    """Where the facts come from."""
    review: Review | None = None
    """The clinical review. Without it the text says "Not clinically reviewed"."""
    withdrawn: Withdrawal | None = None
    """Takes the text out of view and shows a notice."""


class ArticleFile(Table, frozen=True):
    """`articles/<slug>/article.toml`: what all languages share."""

    topics: tuple[Slug, ...]
    """The topics it stands in; the first is its breadcrumb."""
    related: tuple[Slug, ...] = ()
    """Articles to read next."""
    formerly: tuple[Slug, ...] = ()
    """Names it had before; they answer for ever."""
    licence: Line = "CC BY 4.0"
    """Shown at the end of the article."""
    sensitive: bool = False
    """Whether the subject is a delicate one, so that no call to action stands inside."""
    codes: dict[CodeSystem, tuple[Line, ...]] = {}
    """Medical codes by system: icd-10-cm, snomed-ct, rxnorm, loinc, mesh. Records find the article by them."""
    imported: Line = ""
    """What `health-widgets import` made it from. The reading level of words that are not ours is a note, not an error."""


class TopicWords(Table, frozen=True):
    """A topic's words in one language."""

    title: Line
    """The topic's heading."""
    summary: str = ""
    """A sentence below it."""
    also_called: tuple[Line, ...] = ()
    """Other names for it."""


class TopicFile(Table, frozen=True):
    """`topics/<slug>.toml`: the parent (none: top of the tree), the place among its sisters, the words."""

    words: dict[Language, TopicWords]
    """Its words, a table for each language."""
    parent: Slug | None = None
    """The topic above it; without one it is a top of the tree."""
    order: Annotated[int, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)] = 1000
    """Its place among its sisters; smaller is earlier."""
    sensitive: bool = False
    """Whether its articles, and those of topics below it, are on a delicate subject, so that no call to action stands inside."""
    formerly: tuple[Slug, ...] = ()
    """Names it had before; they answer for ever."""


def spoken_for(wanted: str, spoken: Collection[str]) -> str:
    """The spoken language for the wanted one by RFC 4647 lookup, so es for es-MX; "" for none."""
    return wanted if wanted in spoken else lookup(wanted, tuple(spoken)) if "-" in wanted else ""


def best(spoken: Mapping[str, Any], *wanted: str) -> str:
    """The first of the wanted languages that is spoken, else any; "" where none is."""
    if wanted[0] in spoken:  # as nearly always
        return wanted[0]
    return next((found for language in wanted if (found := spoken_for(language, spoken))), next(iter(spoken), ""))


@dataclass(frozen=True)
class Text:
    """An article's words in one language."""

    language: str
    front: FrontMatter
    emergency: Markup
    body: Markup
    hash: str

    @property
    def changed_since_review(self) -> bool:
        """Whether the text is another than the one its review approved."""
        return self.front.review is not None and self.front.review.text_hash != self.hash


@dataclass(frozen=True)
class Article:
    """An article: what its languages share, and its texts by language."""

    slug: str
    file: ArticleFile
    texts: Mapping[str, Text] = field(hash=False)

    def text(self, wanted: str, otherwise: str) -> Text:
        """The text in the wanted language, else in the other, else in any."""
        return self.texts[best(self.texts, wanted, otherwise)]


@dataclass(frozen=True)
class Topic:
    """A topic of the tree."""

    slug: str
    file: TopicFile = field(hash=False)

    def words(self, wanted: str, otherwise: str) -> tuple[str, TopicWords]:
        """The language found and the words in it: the wanted one, else the other, else any."""
        found = best(self.file.words, wanted, otherwise)
        return found, self.file.words[found]


class Library(Protocol):
    """What a library answers to those who check its content, or ask for it by code."""

    @property
    def topics(self) -> Mapping[str, Topic]:
        """Every topic by its slug."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """Every article that can be shown, by its slug."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong in single files."""

    def article(self, slug: str) -> Article | None:
        """The article of this name, or of this former name."""

    def topic(self, slug: str) -> Topic | None:
        """The topic of this name, or of this former name."""

    def near(self, kind: Literal["article", "topic"], slug: str) -> list[str]:
        """Up to three names that the misspelt one may have meant."""

    def coded(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list this very code, which is written as its system writes it."""

    def coded_below(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list a code which begins with this one, and is longer."""
