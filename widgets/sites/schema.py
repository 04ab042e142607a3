"""The schema of `sites/<slug>.toml`: the keys that a partner's web editor writes."""

from typing import Annotated

import msgspec

from widgets.content.files import pattern
from widgets.content.model import Language, Line, Slug, Table, check_http

Phone = Annotated[str, pattern(r"^$|^\+?[0-9][0-9 ().-]{2,30}$", "is not a phone number; write digits, like +1 555-010-0100")]
Colour = Annotated[str, pattern(r"^$|^#(?:[0-9a-fA-F]{3}){1,2}$", "is not a colour; write it in hexadecimal, like #0b4f71")]
Length = Annotated[str, pattern(r"^$|^0$|^[0-9]{0,2}(?:\.?[0-9]{1,3})(?:em|px)$", "is not a length; write it in em or px, like .6em")]
Font = Annotated[
    str,
    pattern(
        r"""^$|^(?:"[A-Za-z0-9 _.-]+"|[A-Za-z][A-Za-z0-9-]*)(?:, ?(?:"[A-Za-z0-9 _.-]+"|[A-Za-z][A-Za-z0-9-]*))*$""",
        "is not a list of fonts; write names, those of several words in double quotes, like '\"Source Sans 3\", sans-serif'",
    ),
]
Origin = Annotated[
    str,
    pattern(
        r"^\*$|^https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$",
        'is not an origin; write scheme and host in small letters and nothing after them, like https://www.example.org, or "*"',
    ),
]
Report = Annotated[
    str,
    pattern(
        r"^$|^mailto:[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$|^https?://[^\s/?#\"'<>]+(?:/[^\s?#\"'<>]*)?$",
        "is neither an http address nor mailto:someone@example.org; it has no ? in it, since it says nothing of the page",
    ),
]


def check_key(key: str, address: str) -> None:
    """Raise ValueError, which names the key, unless the address is empty or an http one."""
    try:
        check_http(address or "http://none")
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


class Words(Table, frozen=True):
    """A link's words in one language."""

    heading: Line
    """The heading above the link."""
    button: Line
    """The link itself."""
    text: str = ""
    """A sentence between the two."""


class Location(Table, frozen=True):
    """One of the places where a site sees patients."""

    name: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """What it is called, by language."""
    street: str = ""
    """Where it is, as one writes it on a letter."""
    address: str = ""
    """Where the button leads; without it, to the site's own address."""
    phone: Phone = ""
    """The number to call, as readers shall see it; without it, the site's own."""
    hours: dict[Language, Line] = {}
    """When one may call, by language; without it, the site's own."""

    def __post_init__(self) -> None:
        check_key("address", self.address)


class Appointment(Table, frozen=True):
    """How to ask for an appointment; with neither address nor phone there is no call to action."""

    address: str = ""
    """Where the button leads."""
    phone: Phone = ""
    """The number to call, as readers shall see it."""
    hours: dict[Language, Line] = {}
    """When one may call, by language."""
    words: dict[Language, Words] = {}
    """Heading, text and button, a table for each language."""
    in_articles: bool = False
    """Whether the call to action also stands at the end of open articles, but for sensitive ones."""
    locations: dict[Slug, Location] = {}
    """The places where patients are seen, a table for each; the attribute `location` names one."""

    def __post_init__(self) -> None:
        check_key("address", self.address)

    def __bool__(self) -> bool:
        return bool(self.address or self.phone)


class SymptomChecker(Table, frozen=True):
    """The site's own symptom checker; without an address the library's Symptoms topic stands in."""

    address: str = ""
    """The site's own symptom checker."""
    topic: Slug = "symptoms"
    """The topic that stands in where there is no address."""
    words: dict[Language, Words] = {}
    """Heading, text and button, a table for each language."""

    def __post_init__(self) -> None:
        check_key("address", self.address)


class Note(Table, frozen=True):
    """Something that the site itself says beside topics and articles."""

    words: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """What it says, by language."""
    topics: tuple[Slug, ...] = ()
    """The topics at which it stands, and at each article in them and below."""
    articles: tuple[Slug, ...] = ()
    """The articles at which it stands."""


class Colours(Table, frozen=True):
    """The colours of one scheme, light or dark."""

    accent: Colour = ""
    """Links, headings, buttons."""
    on_accent: Colour = ""
    """Words on a button."""
    surface: Colour = ""
    """The background."""
    text: Colour = ""
    """The words."""
    muted: Colour = ""
    """Dates, notes, the disclaimer."""
    border: Colour = ""
    """Lines and frames."""
    tint: Colour = ""
    """The background of what stands out; made of surface and accent where it is not given."""
    brand: Colour = ""
    """The band at the head of the library's own pages; made of the others where it is not given."""
    on_brand: Colour = ""
    """Words on that band."""


class Tokens(Table, frozen=True):
    """What a site changes of its theme, or of the widgets' own look."""

    light: Colours = Colours()
    """Colours on a light page."""
    dark: Colours = Colours()
    """Colours on a dark page."""
    radius: Length = ""
    """How round the corners are."""
    font: Font = ""
    """The font family; without it, that of the page around."""
    space: Length = ""
    """The space inside."""


class SiteFile(Table, frozen=True):
    """`sites/<slug>.toml`."""

    name: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """What the site calls its library, by language."""
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1)]
    """The languages it offers; the first is its own. `es-MX` shows texts in `es` where there are none of its own."""
    disclaimer: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """The sentence below every page and opened article, by language."""
    region: str = "US"
    """Whom its readers call in an emergency."""
    origins: Annotated[tuple[Origin, ...], msgspec.Meta(min_length=1)] = ("*",)
    """The sites that may embed it, like `https://www.example.org`; `*` for any."""
    topics: tuple[Slug, ...] = ()
    """The topics that are the tops of its tree, in this order; without it, those of the library."""
    theme: str = ""
    """A built-in look."""
    tokens: Tokens = Tokens()
    """What is changed of that look."""
    report: Report = ""
    """Where "Report a problem with this page" leads: `mailto:` or an http address. The link does not say which page."""
    appointment: Appointment = Appointment()
    """The appointment call to action."""
    symptom_checker: SymptomChecker = SymptomChecker()
    """The way to a symptom checker."""
    notes: tuple[Note, ...] = ()
    """What the site itself says beside topics and articles, marked as its own."""
