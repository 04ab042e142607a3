"""What CLDR says of a language: the little that is needed of what Babel reads, so that the rest need not be held."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError, core, localedata
from babel.dates import format_date

_DAY, _YEAR = 28, 2222
"""A day and a year that are in no month's name or number."""


@dataclass(frozen=True, slots=True)
class Cldr:
    """One language's direction (ltr or rtl), name in itself, plural forms, and days."""

    direction: str
    own_name: str
    plural_form: Callable[[int], str]
    days: tuple[str, ...]
    """A day of each month as the language writes it in full, with places for its number and the year."""

    def date(self, day: date) -> str:
        """The day in full, e.g. November 22, 2026."""
        return self.days[day.month - 1].format(day=day.day, year=day.year)


@lru_cache(1000)
def facts(language: str) -> Cldr | None:
    """What CLDR says of a language, or of its less special form; None where it knows neither."""
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    name = locale.get_display_name() or language
    return Cldr(str(locale.text_direction), name[:1].upper() + name[1:], locale.plural_form, tuple(_days(locale)))


def _days(locale: Locale) -> list[str]:
    number = "{day:02}" if "dd" in locale.date_formats["long"].pattern else "{day}"
    days = [format_date(date(_YEAR, month, _DAY), "long", locale=locale) for month in range(1, 13)]
    return [day.replace(str(_YEAR), "{year}").replace(str(_DAY), number) for day in days]


@cache
def aliases() -> dict[str, str]:
    """Other codes of languages, and the codes that are used here: en for eng."""
    return dict(core.get_global("language_aliases"))


def forget() -> None:
    """Let go of what Babel read, 5 MB, which it would keep. For a process of our own: another thread must not be reading."""
    localedata._cache.clear()
    core._global_data = None
