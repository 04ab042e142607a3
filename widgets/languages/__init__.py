"""Interface words, one file a language. Adding a language is adding a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

_FOLDER = Path(__file__).parent
FALLBACK = "en"


@dataclass(frozen=True, eq=False)
class Words:
    """One language's interface words."""

    language: str
    table: Mapping[str, Any]

    def __getitem__(self, key: str) -> str:
        text: str = self.table[key]
        return text

    def say(self, key: str, **values: object) -> str:
        """The words of `key`, with its {braces} filled."""
        return self[key].format(**values)

    def count(self, key: str, n: int) -> str:
        """The words of `key` for `n` things, in the language's plural form."""
        forms: Mapping[str, str] = self.table[key]
        return forms.get(self._locale.plural_form(n), forms["other"]).format(n=n)

    def date(self, day: date) -> str:
        """A day as the language writes it in full, e.g. November 22, 2026."""
        return _long_date(day, self.language)

    @cached_property
    def direction(self) -> str:
        """ltr or rtl."""
        return str(self._locale.text_direction)

    @cached_property
    def own_name(self) -> str:
        """The language's name in itself, with a capital."""
        name = self._locale.get_display_name() or self.language
        return name[:1].upper() + name[1:]

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(self.language, sep="-")


@lru_cache(1000)
def _long_date(day: date, language: str) -> str:
    return format_date(day, "long", locale=Locale.parse(language, sep="-"))


@cache
def words_in(language: str) -> Words:
    """The words of a language, or of the nearest one that has a file; English words fill what it lacks."""
    found = lookup(language, known())
    return Words(language if found and _in_cldr(language) else found or FALLBACK, _read(FALLBACK) | _read(found or FALLBACK))


@cache
def known() -> tuple[str, ...]:
    """The languages that have a file of words."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def lookup(wanted: str, offered: tuple[str, ...]) -> str:
    """RFC 4647 lookup: the offered language that `wanted` names, most specific first; "" for none."""
    ranges = {language.lower(): language for language in offered}
    parts = wanted.strip().replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        if found := ranges.get("-".join(parts[:length])):
            return found
    return ""


def speaks(wanted: str, language: str) -> bool:
    """Whether words in `language` are what was wanted, or its less special form: es for es-MX."""
    return wanted == language or bool(lookup(wanted, (language,)))


@lru_cache(1000)
def direction(language: str) -> str:
    """ltr or rtl, for any language that CLDR knows."""
    return str(Locale.parse(language, sep="-").text_direction) if _in_cldr(language) else "ltr"


def _in_cldr(language: str) -> bool:
    """Whether there are dates and plurals for it; en-GB has its own."""
    try:
        return bool(Locale.parse(language, sep="-"))
    except (ValueError, UnknownLocaleError):
        return False


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
