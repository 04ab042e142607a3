"""Partners: what each site calls itself, its region, languages, links, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from widgets.content.files import ContentError, ContentFile
from widgets.content.model import Language, Line, Slug, Table, best, check_http

DEFAULT = "default"


@dataclass(frozen=True)
class Region:
    """Whom to call where: the emergency number, and the crisis line for thoughts of suicide."""

    emergency: str
    crisis: str
    crisis_by_text: bool = False


REGIONS: Mapping[str, Region] = {
    "US": Region("911", "988", crisis_by_text=True),
    "CA": Region("911", "988", crisis_by_text=True),
    "MX": Region("911", "800 911 2000"),
    "GB": Region("999", "116 123"),
    "IE": Region("112", "116 123"),
    "EU": Region("112", "112"),
    "AU": Region("000", "13 11 14"),
    "NZ": Region("111", "1737", crisis_by_text=True),
}


NUMBERS = tuple(dict.fromkeys(number for region in REGIONS.values() for number in (region.emergency, region.crisis)))
"""Every number that some region calls; texts leave them to the site."""


class Words(Table, frozen=True):
    """A link's words in one language."""

    heading: Line
    """The heading above the link."""
    button: Line
    """The link itself."""
    text: str = ""
    """A sentence between the two."""


class Appointment(Table, frozen=True):
    """How to ask for an appointment; with neither address nor phone there is no call to action."""

    address: str = ""
    """Where the button leads."""
    phone: Annotated[str, msgspec.Meta(pattern=r"^$|^\+?[0-9][0-9 ().-]{2,30}$")] = ""
    """The number to call, as readers shall see it."""
    hours: dict[Language, Line] = {}
    """When one may call, by language."""
    words: dict[Language, Words] = {}
    """Heading, text and button, a table for each language."""

    def __post_init__(self) -> None:
        if self.address:
            check_http(self.address)

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
        if self.address:
            check_http(self.address)


class SiteFile(Table, frozen=True):
    """`sites/<slug>.toml`."""

    name: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """What the site calls its library, by language."""
    languages: Annotated[tuple[Language, ...], msgspec.Meta(min_length=1)]
    """The languages it offers; the first is its own."""
    disclaimer: Annotated[dict[Language, Line], msgspec.Meta(min_length=1)]
    """The sentence below every page and opened article, by language."""
    region: str = "US"
    """Whom its readers call in an emergency."""
    appointment: Appointment = Appointment()
    """The appointment call to action."""
    symptom_checker: SymptomChecker = SymptomChecker()
    """The way to a symptom checker."""


class CampaignFile(Table, frozen=True):
    """`campaigns/<slug>.toml`: other words, and perhaps another address, for the call to action."""

    words: dict[Language, Words]
    """Heading, text and button, a table for each language."""
    address: str = ""
    """Where the button leads; without it, to the site's own address."""

    def __post_init__(self) -> None:
        if self.address:
            check_http(self.address)


@dataclass(frozen=True)
class Site:
    """One partner's site."""

    slug: str
    file: SiteFile

    @property
    def language(self) -> str:
        """The site's own language: the first it names."""
        return self.file.languages[0]

    @property
    def region(self) -> Region:
        """Whom this site's readers call."""
        return REGIONS[self.file.region]

    def in_language(self, words: Mapping[str, Any], language: str) -> tuple[str, Any]:
        """The language found and the words in it: the wanted one, else the site's, else any; ("", None) for none."""
        found = best(words, language, self.language)
        return found, words.get(found)


@dataclass(frozen=True)
class Campaign:
    """Words for the call to action, made by marketing."""

    slug: str
    file: CampaignFile


def parse_site(file: ContentFile) -> Site:
    """`sites/<slug>.toml` as a site; raises ContentError for a region that is not known."""
    table = file.load(SiteFile)
    if table.region not in REGIONS:
        raise ContentError(file.fault(f"region: {table.region!r} is not known; known: {', '.join(REGIONS)}.", "region"))
    return Site(Path(file.name).stem, table)


def parse_campaign(file: ContentFile) -> Campaign:
    """`campaigns/<slug>.toml` as a campaign."""
    return Campaign(Path(file.name).stem, file.load(CampaignFile))
