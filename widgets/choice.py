"""What is chosen in the builder: read from a query string, and written to one."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from functools import cache
from itertools import chain
from urllib.parse import parse_qsl, urlencode

from widgets.catalog import catalog
from widgets.controls import first_articles
from widgets.edition import Edition
from widgets.embed import loader
from widgets.embedding import Look
from widgets.languages import lookup
from widgets.place import Place
from widgets.snippets.asked import Asked
from widgets.snippets.ways import WAYS, Way
from widgets.values import flag, one_of
from widgets.widget import BadAttribute, Widget, attribute, html_name, shown

WIDTHS: Mapping[str, int] = {"phone": 375, "tablet": 768, "desktop": 1200}
"""Widths of the page in the preview, in CSS pixels."""


def kind_of_widget(text: str) -> str:
    """A widget of the catalogue."""
    return one_of(*catalog())(text)


def day(text: str) -> date:
    """A day, as browsers send it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 2200:
        raise ValueError("is not a day; write it like 2026-02-14")
    return found


@dataclass(frozen=True, kw_only=True)
class Choice(Look):
    """What is chosen in the builder, beside the widget's own attributes."""

    widget: str = attribute("What your page shall show.", example="article-card", default="article-card", check=kind_of_widget)
    way: str = attribute("How your website takes it.", example="element", default="element", check=one_of(*WAYS))
    pin: bool = attribute("Hold the page to this version of the script, by its hash.", example="", default=False, check=flag)
    see_width: str = attribute("Width of the page.", example="tablet", default="phone", check=one_of(*WIDTHS))
    see_scheme: str = attribute("Colours of the page.", example="dark", default="light", check=one_of("light", "dark"))
    see_day: date | None = attribute("A day, to see what a campaign says then.", example="2026-02-14", default=None, check=day)


@dataclass(frozen=True)
class State:
    """What is chosen, and what was wrong with it."""

    choice: Choice
    place: Place[Widget]
    lang: str
    wrong: BadAttribute | None = None
    refused: tuple[str, str] = ("", "")
    """The attribute that was wrong and what was typed, for who types to mend it."""
    instead: tuple[str, str] = ("", "")
    """The attribute that took another one's place, and what was given for it."""

    @property
    def query(self) -> str:
        """The choice as a query string, which the preview takes."""
        own = [(html_name(f), getattr(self.choice, f.name), f.default) for f in fields(self.choice)]
        pairs = [(name, "1" if value is True else str(value)) for name, value, default in own if value != default]
        written = replace(self.place.widget, lang=self.lang).written()
        return urlencode(pairs + [(name, value or "1") for name, value in written])

    @property
    def way(self) -> Way:
        """The chosen way."""
        return WAYS[self.choice.way]

    def asked(self) -> Asked:
        """What the snippet is made for."""
        return Asked(self.place, self.lang, loader(self.place.base, self.place.edition) if self.choice.pin and self.way.pins else None)


# --- Reading -----------------------------------------------------------------------------------------------

Pairs = list[tuple[str, str]]


def read(base: str, edition: Edition, query: str) -> State:
    """What a query string chooses; a value that cannot be used is named, and left out."""
    given = parse_qsl(query, keep_blank_values=True, errors="replace")
    pairs = [(name, text) for name, text in given if text.strip() or name in _flags()]
    wrong, refused, begun = None, ("", ""), set[str]()
    while True:
        try:
            return replace(_read(base, edition, pairs), wrong=wrong, refused=refused)
        except BadAttribute as error:
            name = str(error).partition(":")[0]
            if name in dict(pairs):
                wrong, refused = wrong or error, refused if wrong else (name, dict(pairs)[name])
                pairs = [pair for pair in pairs if pair[0] != name]
            elif name not in begun:
                begun.add(name)
                pairs = [*pairs, *_begin(pairs, name, edition)]
            elif pairs != _plain():
                pairs = _plain()
            else:
                raise


def _read(base: str, edition: Edition, pairs: Pairs) -> State:
    choice = Choice.parse(urlencode(pairs))
    kind = catalog()[choice.widget]
    carried = _carried(pairs, kind)
    instead, gives_way = _instead(dict(carried), kind)
    written = kind.parse(urlencode([pair for pair in carried if pair[0] != gives_way]))
    place = choice.on(Place(base, edition, written.settled(edition)))
    offered = place.site.file.languages
    lang = lookup(written.lang, offered)
    if written.lang and not lang:
        raise BadAttribute(f'lang: "{shown(written.lang)}" is not offered by this site; allowed: {", ".join(offered)}.')
    return State(choice, place, lang, instead=instead)


def _instead(given: Mapping[str, str], kind: type[Widget]) -> tuple[tuple[str, str], str]:
    """An attribute that was given with the one whose place it takes: name and value, and the name of the one that gives way."""
    both = ((html_name(f), f.metadata["instead"]) for f in kind.declared() if f.metadata["instead"])
    return next((((name, given[name]), other) for name, other in both if given.get(name)), (("", ""), ""))


def _plain() -> Pairs:
    """A widget that needs no attribute: what can be chosen where there is nothing else to choose."""
    return [("widget", next(kind for kind, one in catalog().items() if all(f.default is not MISSING for f in one.declared())))]


def _carried(pairs: Pairs, kind: type[Widget]) -> Pairs:
    """Without the attributes of the widget that was chosen before (`was`), which mean something else for another one."""
    was = catalog().get(dict(pairs).get("was", ""), kind)
    shared = {html_name(f) for f in fields(Widget)}
    others = {html_name(f) for f in was.declared()} - shared if was is not kind else set()
    return [pair for pair in pairs if pair[0] not in others]


@cache
def _flags() -> frozenset[str]:
    """The attributes that say something by being there."""
    declared = chain(fields(Choice), *(kind.declared() for kind in catalog().values()))
    return frozenset(html_name(f) for f in declared if f.metadata["check"] is flag)


def _begin(pairs: Pairs, name: str, edition: Edition) -> Pairs:
    """An attribute that must be there and was not chosen yet: its example, if the library has it, else the first there is."""
    library, tops = edition.library, edition.library.children(None)
    kind = catalog()[Choice.parse(urlencode(pairs)).widget]
    example = next((f.metadata["example"] for f in kind.declared() if html_name(f) == name), "")
    if name == "article" and library.article(example) is None:
        example = next((article.slug for article in first_articles(edition, tops)), "")
    if name == "topic" and library.topic(example) is None:
        example = next((topic.slug for topic in tops), "")
    return [(name, example)] if example else []
