"""Campaigns: other words for the call to action, for a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from widgets.content.files import ContentError, ContentFile, pattern
from widgets.content.model import Language, Slug, Table
from widgets.sites.schema import Words, check_key

MOST_WORDINGS = 4
FIRST = "original"
"""What the campaign's own `words` are called beside variants."""

When = Annotated[Any, msgspec.Meta(description="a date, or a date and time")]
Tag = Annotated[str, pattern(r"^$|^[A-Za-z0-9][A-Za-z0-9 ._~-]{0,99}$", "is not a UTM value; use letters, digits and hyphens, like heart-month")]


class Variant(Table, frozen=True):
    """One of several wordings, of which readers see one."""

    name: Slug
    """What the event `health-cta` and `utm_content` call it."""
    words: Annotated[dict[Language, Words], msgspec.Meta(min_length=1)]
    """Heading, text and button, a table for each language."""


class Utm(Table, frozen=True):
    """What the booking site's own statistics are told; `utm_content` is the variant's name."""

    source: Tag = ""
    """`utm_source`: where readers come from."""
    medium: Tag = ""
    """`utm_medium`: by what kind of link."""
    campaign: Tag = ""
    """`utm_campaign`: the campaign's name there."""
    term: Tag = ""
    """`utm_term`."""


class CampaignFile(Table, frozen=True):
    """`campaigns/<slug>.toml`: other words, and perhaps another address, for the call to action, for a time."""

    words: dict[Language, Words] = {}
    """Heading, text and button, a table for each language."""
    variants: Annotated[tuple[Variant, ...], msgspec.Meta(max_length=MOST_WORDINGS)] = ()
    """Up to four wordings, `words` among them: each page view shows one, drawn at random."""
    from_: When = msgspec.field(default=None, name="from")
    """When it begins; before, the site's own words are shown."""
    until: When = None
    """When it ends; a date is its last day. After, the site's own words are shown."""
    time_zone: str = ""
    """The time zone of these dates, like `America/New_York`; a date and time with an offset needs none."""
    sites: tuple[Slug, ...] = ()
    """The sites that may show it; without it, every site."""
    topics: tuple[Slug, ...] = ()
    """Where the site has its call to action in articles: the topics in whose articles it is shown, by itself."""
    address: str = ""
    """Where the button leads; without it, to the site's own address."""
    utm: Utm = Utm()
    """What is added to that address."""

    def __post_init__(self) -> None:
        check_key("address", self.address)


@dataclass(frozen=True)
class Campaign:
    """Words for the call to action, made by marketing. The dates of its file are moments in UTC."""

    slug: str
    file: CampaignFile

    @property
    def start(self) -> datetime | None:
        """When it begins; None where it always has."""
        return cast(datetime | None, self.file.from_)

    @property
    def end(self) -> datetime | None:
        """When it ends; None where it never does."""
        return cast(datetime | None, self.file.until)

    @property
    def wordings(self) -> tuple[tuple[str, Mapping[str, Words]], ...]:
        """(name, words by language) of each wording; a single one has no name."""
        own = ((FIRST if self.file.variants else "", self.file.words),) if self.file.words else ()
        return (*own, *((variant.name, variant.words) for variant in self.file.variants))

    def serves(self, site: str) -> bool:
        """Whether this site may show it."""
        return not self.file.sites or site in self.file.sites

    def link(self, address: str, wording: str) -> str:
        """The button's address, with what the booking site's statistics are told; "" stays ""."""
        utm = {f"utm_{f.name}": value for f in msgspec.structs.fields(Utm) if (value := getattr(self.file.utm, f.name))}
        more = utm | ({"utm_content": wording} if wording else {})
        if not address or not more:
            return address
        parts = urlsplit(address)
        kept = [pair for pair in parts.query.split("&") if pair and parse_qsl(pair, keep_blank_values=True)[0][0] not in more]
        return urlunsplit(parts._replace(query="&".join([*kept, *(f"{name}={quote(value, safe='')}" for name, value in more.items())])))


def parse_campaign(file: ContentFile) -> Campaign:
    """`campaigns/<slug>.toml` as a campaign; raises ContentError for dates that mean nothing, and for too many wordings."""
    table = file.load(CampaignFile)
    zone = _zone(file, table.time_zone)
    start = _moment(file, "from", table.from_, zone)
    end = _moment(file, "until", table.until, zone)
    if start and end and end <= start:
        raise ContentError(file.fault("until: is before from, so the campaign is never shown; put a later one.", "until"))
    campaign = Campaign(Path(file.name).stem, msgspec.structs.replace(table, from_=start, until=end))
    for key, wrong in _wordings(campaign):
        raise ContentError(file.fault(f"{key}: {wrong}", key))
    return campaign


def _wordings(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """What is wrong with a campaign's wordings, by their key."""
    names = [name for name, _ in campaign.wordings]
    if not names:
        yield "words", "there are none; add a table [words.en] with heading and button."
    if len(names) > MOST_WORDINGS:
        yield "variants", f"there are {len(names)} wordings with words; a campaign has up to {MOST_WORDINGS}."
    if twice := [name for name in names if names.count(name) > 1]:
        yield "variants", f"two are called {twice[0]!r}; give each a name of its own."


def _zone(file: ContentFile, name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"time-zone: {name!r} is not known; write a name of the IANA database, like America/New_York."
        raise ContentError(file.fault(message, "time-zone")) from error


def _moment(file: ContentFile, key: str, value: Any, zone: tzinfo | None) -> datetime | None:
    """The moment in UTC that a date or time of the file means: a day begins at midnight, and ends with it."""
    if value is None:
        return None
    if not isinstance(value, date):  # a datetime is one
        raise ContentError(file.fault(f"{key}: {value!r} is no date; write 2027-02-01, or 2027-02-01T08:00:00-05:00, without quotes.", key))
    if isinstance(value, datetime) and value.tzinfo:
        return _utc(file, key, value)
    if zone is None:
        raise ContentError(file.fault(f'{key}: says no time zone; add time-zone = "America/New_York", or an offset to the time.', key))
    if isinstance(value, datetime):
        return _utc(file, key, value.replace(tzinfo=zone))
    last = key == "until" and value < date.max
    return _utc(file, key, datetime.combine(value + timedelta(days=1) if last else value, time(), zone))


def _utc(file: ContentFile, key: str, value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ContentError(file.fault(f"{key}: is too far away; leave it out.", key)) from error
