"""What a partner wants on a page."""

from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from widgets.embed import Asset
from widgets.languages import words_in
from widgets.place import Place
from widgets.widget import Widget


class Part(NamedTuple):
    """A text to copy, and where it goes."""

    where: str
    code: str


@dataclass(frozen=True)
class Asked:
    """What a partner wants on a page."""

    place: Place[Widget]
    """The library's address, the edition, and the widget with its theme."""
    lang: str = ""
    """The language as the snippet shall name it; "" for that of the page around."""
    pinned: Asset | None = None
    """The loader that the snippet shall be held to."""

    @property
    def base(self) -> str:
        """The library's address."""
        return self.place.base

    @property
    def origin(self) -> str:
        """The library's origin, as content policies name it."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def widget(self) -> Widget:
        """The widget as it shall be written."""
        return replace(self.place.widget, lang=self.lang)

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """The element's attributes."""
        return self.widget.written() + ([("theme", self.place.theme)] if self.place.theme else [])

    @property
    def spoken(self) -> "Asked":
        """The same with its language named, where the page around cannot be asked."""
        return replace(self, lang=self.place.widget.language(self.place.site))

    @property
    def link(self) -> tuple[str, str]:
        """Where the fallback's link leads, and what it says."""
        to, says = self.place.widget.fallback(self.place.edition, self.place.site)
        return (self.base + to if to.startswith("/") else to), says

    @property
    def urgent(self) -> str:
        """The emergency line, where it belongs beside the link."""
        place = self.place
        if not place.widget.urgent(place.edition, place.site):
            return ""
        words = words_in(place.widget.language(place.site))
        return words.say("emergency_line", number=place.site.region.emergency)
