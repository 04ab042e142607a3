"""What a library is: topics, articles, their texts in each language. Frozen throughout.

The classes that end in `File` are the files' schemas: their field names, in kebab case, are the
keys a content editor writes. Terms follow schema.org (MedicalWebPage) where it has one.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from widgets.codes import CodeSystem, normal
from widgets.content.files import Fault
from widgets.content.markup import Markup, fold
from widgets.languages import lookup

SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Slug = Annotated[str, msgspec.Meta(pattern=SLUG, max_length=100)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"^[^\n\x00-\x08]*$")]
LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
Language = Annotated[str, msgspec.Meta(pattern=LANGUAGE)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of a content file: unknown keys are faults."""


def check_http(url: str) -> None:
    """Raise ValueError unless `url` is an absolute http or https address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(c <= " " for c in url):
        raise ValueError(f"{url!r} is not an address; write it in full, like https://www.example.org/page")


class Source(Table, frozen=True):
    """Where facts come from: a public page by its publisher."""

    publisher: Line
    """Who publishes the page."""
    title: Line
    """The page's title."""
    url: str
    """Its address in full, http or https."""

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
    order: int = 1000
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


@dataclass(frozen=True)
class Library:
    """All that was read without fault, with the faults of the rest. Never changed: a reload makes another."""

    topics: Mapping[str, Topic]
    articles: Mapping[str, Article]
    faults: tuple[Fault, ...]
    version: str

    def article(self, slug: str) -> Article | None:
        """The article of this name, or of this former name."""
        return self.articles.get(slug) or self.articles.get(self._renamed_articles.get(slug, ""))

    def topic(self, slug: str) -> Topic | None:
        """The topic of this name, or of this former name."""
        return self.topics.get(slug) or self.topics.get(self._renamed_topics.get(slug, ""))

    def children(self, slug: str | None) -> tuple[Topic, ...]:
        """The topics right below one; below None, the tops of the tree."""
        return self._children.get(slug, ())

    def path(self, topic: Topic) -> list[Topic]:
        """From the top of the tree down to the topic, both included."""
        path = [topic]
        while (parent := self.topic(path[0].file.parent or "")) and parent not in path:
            path.insert(0, parent)
        return path

    def articles_in(self, slug: str) -> tuple[Article, ...]:
        """The articles that stand in this topic, in the order of their slugs."""
        return self._articles_in.get(slug, ())

    def articles_below(self, slug: str) -> frozenset[str]:
        """The slugs of the articles in this topic and in all topics below it."""
        return self._below[slug]

    def topics_of(self, article: Article) -> list[Topic]:
        """The topics that the article names, by present or former names, and that there are."""
        return [topic for slug in dict.fromkeys(article.file.topics) if (topic := self.topic(slug))]

    def coded(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list this very code, which is written as its system writes it."""
        return list(self._coded.get((system, code), ()))

    def coded_below(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list a code which begins with this one, and is longer."""
        found = (articles for (own, listed), articles in self._coded.items() if own == system and listed.startswith(code) and listed != code)
        return list({article.slug: article for articles in found for article in articles}.values())

    def near(self, kind: Literal["article", "topic"], slug: str) -> list[str]:
        """Up to three names that the misspelt one may have meant."""
        names = list(self.articles if kind == "article" else self.topics)
        return difflib.get_close_matches(slug[:100], names, 3, 0.6) or [name for name in names if fold(slug[:100]) in name][:3]

    @cached_property
    def _renamed_articles(self) -> dict[str, str]:
        return {old: a.slug for a in self.articles.values() for old in a.file.formerly}

    @cached_property
    def _renamed_topics(self) -> dict[str, str]:
        return {old: t.slug for t in self.topics.values() for old in t.file.formerly}

    @cached_property
    def _coded(self) -> dict[tuple[CodeSystem, str], tuple[Article, ...]]:
        listed = ((system, normal(system, code), a) for a in self.articles.values() for system, codes in a.file.codes.items() for code in codes)
        return _grouped(((system, code), article) for system, code, article in listed if code)

    @cached_property
    def _children(self) -> dict[str | None, tuple[Topic, ...]]:
        ordered = sorted(self.topics.values(), key=lambda topic: (topic.file.order, topic.slug))
        parents = ((self.topic(topic.file.parent or ""), topic) for topic in ordered)
        return _grouped((parent.slug if parent else None, topic) for parent, topic in parents)

    @cached_property
    def _articles_in(self) -> dict[str, tuple[Article, ...]]:
        return _grouped((topic.slug, self.articles[slug]) for slug in sorted(self.articles) for topic in self.topics_of(self.articles[slug]))

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        return {slug: frozenset(a.slug for t in self._descendants(slug) for a in self.articles_in(t)) for slug in self.topics}

    def _descendants(self, slug: str) -> Iterator[str]:
        yield slug
        for child in self.children(slug):
            yield from self._descendants(child.slug)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    groups: dict[Any, Any] = {}
    for key, value in pairs:
        groups[key] = (*groups.get(key, ()), value)
    return groups
