"""A form made from declarations: one control for each attribute, with the values that the library has for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass
from itertools import islice
from typing import Any, Literal

from widgets.content.markup import fold
from widgets.content.model import Article, Topic
from widgets.edition import Edition
from widgets.languages import words_in
from widgets.local import tops
from widgets.results import matches
from widgets.sites import Site
from widgets.values import OneOf, WholeNumber, flag
from widgets.views import title_of
from widgets.widget import BadAttribute, Widget, html_name

MOST_FOUND = 12
SUGGESTED = 6
"""How many articles or topics are offered for a search, and without one."""


@dataclass(frozen=True)
class Option:
    """One value that a control offers; `lang` where its text is in another language."""

    value: str
    text: str
    chosen: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Control:
    """One control of a form."""

    kind: Literal["pick", "choose", "tick", "text", "day"]
    name: str
    label: str
    doc: str
    value: str = ""
    options: tuple[Option, ...] = ()
    search: str = ""
    """What was searched for, where it picks an article or topic."""
    example: str = ""


@dataclass(frozen=True)
class Around:
    """What the controls choose from: a widget's offers, an edition, a site, the language for titles, and what was searched for, by control."""

    widget: type[Widget]
    edition: Edition
    site: Site
    language: str
    searches: Mapping[str, str]


def control(f: Field[Any], value: Any, around: Around) -> Control:
    """The control of one declared field."""
    name, check = html_name(f), f.metadata["check"]
    label, doc = name.replace("-", " ").capitalize(), f.metadata["doc"].replace("`", "")
    if check is flag:
        return Control("tick", name, label, doc, "1" if value else "")
    if name in {"article", "topic"}:
        none = [] if f.default is MISSING else [Option("", "All topics" if name == "topic" else "None", not value)]
        picks = _picks(name, value, around)
        options = (*none, *picks) if _stands_alone(around.widget) else (*picks, *none)  # another attribute may take its place
        return Control("pick", name, label, doc, value, options, around.searches.get(name, ""))
    offered = around.widget.offers(name, around.edition, around.site) or dict(_offered(name, check, around))
    if offered:
        options = tuple(Option(one, text, one == str(value)) for one, text in offered.items())
        return Control("choose", name, label, doc, str(value), options)
    return Control("text", name, label, doc, str(value), example=f.metadata["example"])


def _offered(name: str, check: Any, around: Around) -> Iterator[tuple[str, str]]:
    """Value and text of all that an attribute may be, where that is a short list."""
    edition, site = around.edition, around.site
    if name == "site":
        yield from ((slug, one.in_language(one.file.name, "en")[1]) for slug, one in edition.sites.items())
    elif name == "lang":
        yield "", "The language of the page around"
        yield from ((lang, words_in(lang).own_name) for lang in site.file.languages)
    elif isinstance(check, OneOf):
        yield from ((one, one.capitalize()) for one in check.values)
    elif isinstance(check, WholeNumber):
        yield from ((str(n), str(n)) for n in range(check.low, check.high + 1))


def _stands_alone(widget: type[Widget]) -> bool:
    """Whether the widget shows something without any attribute."""
    try:
        widget()
    except (BadAttribute, TypeError):
        return False
    return True


def _picks(kind: str, chosen: str, around: Around) -> Iterator[Option]:
    """The chosen article or topic, then what the search found, or without one a few to begin with."""
    library = around.edition.library
    current = library.article(chosen) if kind == "article" else library.topic(chosen)
    shown = {current.slug} if current else set()
    if current:
        yield _option(current, around, chosen=True)
    wanted = around.searches.get(kind, "")
    offered: Iterable[Article | Topic] = _found(kind, wanted, around) if wanted else islice(_first(kind, around.edition, around.site), SUGGESTED)
    for item in offered:
        if item.slug not in shown:
            shown.add(item.slug)
            yield _option(item, around)


def _option(item: Article | Topic, around: Around, *, chosen: bool = False) -> Option:
    text, lang = title_of(item, around.site, around.language)
    return Option(item.slug, text, chosen, lang or around.language)


def _found(kind: str, wanted: str, around: Around) -> Sequence[Article | Topic]:
    if kind == "article":
        return matches(around.edition, around.site, around.language, wanted)[:MOST_FOUND]
    words = fold(wanted).split()
    titles = ((topic, fold(title_of(topic, around.site, around.language)[0])) for topic in around.edition.library.topics.values())
    return [topic for topic, title in titles if all(word in title for word in words)][:MOST_FOUND]


def _first(kind: str, edition: Edition, site: Site) -> Iterator[Article | Topic]:
    """The tops of the tree; or its first articles, which are not withdrawn in every language."""
    shown = tops(edition.library, site)
    return iter(shown) if kind == "topic" else first_articles(edition, shown)


def first_articles(edition: Edition, topics: Iterable[Topic]) -> Iterator[Article]:
    """The articles below these topics, in the order of the tree."""
    library = edition.library
    for topic in topics:
        yield from (a for a in library.articles_in(topic.slug) if any(text.front.withdrawn is None for text in a.texts.values()))
        yield from first_articles(edition, library.children(topic.slug))
