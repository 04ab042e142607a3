"""Names and values -> HTML. The only module that knows Jinja."""

import html
import json
import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup as Safe

from widgets.catalog import catalog
from widgets.content.markup import Markup
from widgets.languages import words_in
from widgets.moment import Moment
from widgets.pieces import PIECES, Pieces
from widgets.place import Place, in_language, link, prose
from widgets.settings import files
from widgets.views import said
from widgets.widget import Query, Widget

OPENING = "<!--health-widgets 1-->"
CLOSING = "<!--/health-widgets-->"
_ENDS_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def render_partial(place: Place[Widget], moment: Moment, query: Query | None = None) -> str:
    """The widget's partial between its marker comments; `query` is what a reader searched for."""
    view = place.widget.view(place.edition, place.site, moment, **({} if query is None else {"query": query}))
    return f"{OPENING}{render(f'partials/{place.widget.stem()}.html', place, view)}{CLOSING}"


def render(template: str, place: Place[Widget], values: Mapping[str, Any]) -> str:
    """A template filled with values; `words`, `lang` and `place` are always there."""
    site = place.site
    words = words_in(place.widget.language(site))
    given = {"place": place, "words": words, "site": site, "widget": place.widget, "pieces": Pieces(place, words)}
    page = _template(template).render(given, **values)
    return "\n".join([line for indented in page.split("\n") if (line := indented.strip())])


def load_templates() -> None:
    """Compile every template now, not when it is first needed."""
    for name in _environment().list_templates():
        _template(name)


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


class _Environment(Environment):
    """Jinja's, for templates that have no names of their own: what is global is known when they are loaded."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dictionary, in place of a chain of two, which takes long to go through at each answer."""
        return {**self.globals, **(d or {})}


@cache
def _environment() -> Environment:
    environment = _Environment(
        loader=FileSystemLoader([files() / "templates", *_elsewhere()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"prose": _prose, "href": _href, "get": _get, "step": _step, "level": _level,
                            "page_query": _page_query, "in_language": in_language, "say": _say, "jsonld": _jsonld,
                            "verbatim": _verbatim}  # fmt: skip
    environment.filters |= {piece.__name__: _filter(piece) for piece in PIECES}
    environment.globals |= {"words_in": words_in}
    return environment


def _filter(piece: Callable[..., Safe]) -> Callable[..., Safe]:
    """A piece as a filter, which costs a template less than a call."""

    @pass_context
    def made(context: Context, value: Any, *more: Any, **named: Any) -> Safe:
        return piece(context["pieces"], value, *more, **named)

    return made


def _elsewhere() -> list[Path]:
    """The template folders of widgets that other packages bring: `templates` beside the widget's module."""
    return [Path(sys.modules[widget.__module__].__file__ or "").parent / "templates" for widget in catalog().values()]


@pass_context
def _href(context: Context, target: Widget | str) -> str:
    """The absolute address of a widget's page, or of a path."""
    place: Place[Widget] = context["place"]
    return place.base + (target if isinstance(target, str) else target.page())


@pass_context
def _page_query(context: Context, path: str) -> str:
    """A path with the widget's site and language."""
    place: Place[Widget] = context["place"]
    return place.widget.page_query(path)


@pass_context
def _get(context: Context, widget: Widget) -> str:
    """The absolute address of a widget's partial."""
    place: Place[Widget] = context["place"]
    return place.base + widget.address()


@pass_context
def _step(context: Context, widget: Widget) -> Safe:
    """The attributes of a link that is a step: a plain address, and htmx's where the widget is embedded."""
    place: Place[Widget] = context["place"]
    return link(place, widget)


@pass_context
def _level(context: Context, below: int = 0) -> int:
    """The heading level so many below the widget's own first one; never past 6."""
    place: Place[Widget] = context["place"]
    return place.level(below)


@pass_context
def _prose(context: Context, markup: Markup, lang: str, below: int = 1) -> Safe:
    return prose(context["place"], markup, lang, below)


@pass_context
def _say(context: Context, text: str, lang: str) -> str:
    """Plain text with its sayings put in."""
    place: Place[Widget] = context["place"]
    return said(text, place.site.region, words_in(lang))


def _jsonld(value: Mapping[str, Any]) -> Safe:
    """JSON for a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Safe(text.translate(_ENDS_SCRIPT))


def _verbatim(text: str) -> Safe:
    """Text with its line ends and indents, which are dropped elsewhere."""
    return Safe(html.escape(text).replace("\n", "&#10;"))
