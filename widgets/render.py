"""Names and values -> HTML. The only module that knows Jinja."""

import html
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import rcssmin
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup as Safe
from markupsafe import escape

from widgets.catalog import catalog
from widgets.content.markup import SAYING, Heading, Markup, Part, Reference, Saying
from widgets.edition import Edition
from widgets.languages import Words, direction, words_in
from widgets.moment import Moment
from widgets.settings import files
from widgets.sites import Site
from widgets.views import saying
from widgets.widget import Query, Widget

W_co = TypeVar("W_co", bound=Widget, covariant=True)

OPENING = "<!--health-widgets 1-->"
CLOSING = "<!--/health-widgets-->"
_ENDS_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_INDENT = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Place(Generic[W_co]):
    """Where HTML is going to stand: the public address, the edition, the widget, and what a step in it loads."""

    base: str
    edition: Edition
    widget: W_co
    steps: Literal["partials", "pages", "frames"] = "partials"
    theme: str = ""
    """`light` or `dark` for a frame or an include, which no element around can tell."""

    @property
    def embedded(self) -> bool:
        """Whether htmx drives the steps; elsewhere they are plain links."""
        return self.steps == "partials"

    @property
    def as_page(self) -> bool:
        """Whether it is a page of the library."""
        return self.steps == "pages"

    def themed(self, under: str, widget: Widget) -> str:
        """The address of a widget's frame or include, in the theme of this place."""
        address = self.base + widget.address(under)
        return f"{address}{'&' if '?' in address else '?'}theme={self.theme}" if self.theme else address

    @property
    def site(self) -> Site:
        """The widget's site."""
        return self.edition.sites[self.widget.site]


def render_partial(place: Place[Widget], moment: Moment, query: Query | None = None) -> str:
    """The widget's partial between its marker comments; `query` is what a reader searched for."""
    view = place.widget.view(place.edition, place.site, moment, **({} if query is None else {"query": query}))
    return OPENING + render(f"partials/{place.widget.kind().replace('-', '_')}.html", place, view) + CLOSING


def render(template: str, place: Place[Widget], values: Mapping[str, Any]) -> str:
    """A template filled with values; `words`, `lang` and `place` are always there."""
    words = words_in(place.widget.language(place.site))
    page = _environment().get_template(template).render(place=place, words=words, site=place.site, widget=place.widget, **values)
    return _INDENT.sub("\n", page).strip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([files() / "templates", *_elsewhere()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"prose": _prose, "href": _href, "get": _get, "step": _step, "level": _level, "dir": direction,
                            "page_query": _page_query, "in_language": _in_language, "say": _say, "jsonld": _jsonld,
                            "verbatim": _verbatim}  # fmt: skip
    environment.globals |= {"words_in": words_in, "styles": styles}
    return environment


def _elsewhere() -> list[Path]:
    """The template folders of widgets that other packages bring: `templates` beside the widget's module."""
    return [Path(sys.modules[widget.__module__].__file__ or "").parent / "templates" for widget in catalog().values()]


@cache
def styles(*names: str) -> str:
    """The minified text of style sheets in static/css, which a partial brings with it; "" for one that does not exist."""
    paths = (files() / "static" / "css" / f"{name}.css" for name in names)
    return "".join(rcssmin.cssmin(path.read_text("utf-8")) for path in paths if path.is_file())


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
    return _link(place, widget)


def _link(place: Place[Widget], widget: Widget) -> Safe:
    if place.steps == "frames":
        return Safe(f'href="{escape(place.themed("/frame", widget))}" target="_self"')
    more = f' hx-get="{escape(place.base + widget.address())}"' if place.embedded else ""
    return Safe(f'href="{escape(place.base + widget.page())}"{more}')


@pass_context
def _level(context: Context, below: int = 0) -> int:
    """The heading level so many below the widget's own first one; never past 6."""
    place: Place[Widget] = context["place"]
    return min(place.widget.heading_level + below, 6)


def _in_language(lang: str) -> Safe:
    """lang and dir attributes, for words in another language than those around; nothing for ""."""
    return Safe(f' lang="{escape(lang)}" dir="{direction(lang)}"') if lang else Safe("")


@pass_context
def _prose(context: Context, markup: Markup, lang: str, below: int = 1) -> Safe:
    return prose(context["place"], markup, lang, below)


def prose(place: Place[Widget], markup: Markup, lang: str, below: int = 1) -> Safe:
    """Markup as HTML: references become links, headings fit the page, sayings are the region's."""
    words = words_in(lang)
    return Safe("".join(_written(markup, place, words, below)))  # parts were sanitised when the file was read


@pass_context
def _say(context: Context, text: str, lang: str) -> str:
    """Plain text with its sayings put in."""
    place: Place[Widget] = context["place"]
    return _said(text, place, words_in(lang))


def _said(text: str, place: Place[Widget], words: Words) -> str:
    """The text of a heading or link, with the region's words for its sayings; no saying holds markup."""

    def say(found: re.Match[str]) -> str:
        return saying(found[1], place.site.region, words, starts_sentence=found.start() == 0)

    return SAYING.sub(say, text)


def _written(markup: Markup, place: Place[Widget], words: Words, below: int) -> Iterator[str]:
    for part in markup.parts:
        yield _part(part, place, words, below)


def _part(part: Part, place: Place[Widget], words: Words, below: int) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Saying):
        return html.escape(saying(part.name, place.site.region, words, starts_sentence=part.starts_sentence))
    inner = _said(part.html, place, words)
    if isinstance(part, Heading):
        level = min(place.widget.heading_level + below + part.level - 2, 6)
        return f'<h{level} id="s-{part.id}" tabindex="-1">{inner}</h{level}>'
    return _reference(part, place, inner)


def _reference(part: Reference, place: Place[Widget], inner: str) -> str:
    """A link to the article or topic, inside the widget where it can show it; plain words where there is none."""
    library = place.edition.library
    found = library.article(part.slug) if part.kind == "article" else library.topic(part.slug)
    if found is None:
        return inner
    step = None if place.as_page else place.widget.to(part.kind, found.slug)
    attributes = _link(place, step) if step else Safe('href="{}"').format(place.base + place.widget.page_query(f"/{part.kind}s/{found.slug}"))
    return f"<a {attributes}>{inner}</a>"


def _jsonld(value: Mapping[str, Any]) -> Safe:
    """JSON for a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Safe(text.translate(_ENDS_SCRIPT))


def _verbatim(text: str) -> Safe:
    """Text with its line ends and indents, which are dropped elsewhere."""
    return Safe(html.escape(text).replace("\n", "&#10;"))
