"""Where HTML is going to stand, and what depends on that: links, heading levels, a region's words."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Generic, Literal, TypeVar

from markupsafe import Markup as Safe

from widgets.content.markup import Heading, Markup, Reference, Saying
from widgets.edition import Edition
from widgets.languages import Words, direction, words_in
from widgets.sites import Site
from widgets.views import said, saying
from widgets.widget import Widget

W_co = TypeVar("W_co", bound=Widget, covariant=True)


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

    def level(self, below: int = 0) -> int:
        """The heading level so many below the widget's own first one; never past 6."""
        return min(self.widget.heading_level + below, 6)


def link(place: Place[Widget], widget: Widget) -> Safe:
    """The attributes of a link that is a step: a plain address, and htmx's where the widget is embedded."""
    if place.steps == "frames":
        return Safe(f'href="{escape(place.themed("/frame", widget))}" target="_self"')
    more = f' hx-get="{escape(place.base + widget.address())}"' if place.embedded else ""
    return Safe(f'href="{escape(place.base + widget.page())}"{more}')


@lru_cache(1000)
def in_language(lang: str) -> Safe:
    """lang and dir attributes, for words in another language than those around; nothing for ""."""
    return Safe(f' lang="{escape(lang)}" dir="{direction(lang)}"') if lang else Safe("")


def prose(place: Place[Widget], markup: Markup, lang: str, below: int = 1) -> Safe:
    """Markup as HTML: references become links, headings fit the page, sayings are the region's."""
    words = words_in(lang)
    made = [part if isinstance(part, str) else _part(part, place, words, below) for part in markup.parts]
    return Safe("".join(made))  # parts were sanitised when the file was read


def _part(part: Reference | Heading | Saying, place: Place[Widget], words: Words, below: int) -> str:
    if isinstance(part, Saying):
        return escape(saying(part.name, place.site.region, words, starts_sentence=part.starts_sentence))
    inner = said(part.html, place.site.region, words)
    if isinstance(part, Heading):
        level = place.level(below + part.level - 2)
        return f'<h{level} id="s-{part.id}" tabindex="-1">{inner}</h{level}>'
    return _reference(part, place, inner)


def _reference(part: Reference, place: Place[Widget], inner: str) -> str:
    """A link to the article or topic, inside the widget where it can show it; plain words where there is none."""
    slug = place.edition.library.name(part.kind, part.slug)
    if slug is None:
        return inner
    step = None if place.as_page else place.widget.to(part.kind, slug)
    attributes = link(place, step) if step else Safe('href="{}"').format(place.base + place.widget.page_query(f"/{part.kind}s/{slug}"))
    return f"<a {attributes}>{inner}</a>"
