"""Languages: what is held of CLDR is what Babel would say."""

import subprocess
import sys
from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date

from widgets.languages.cldr import facts

LANGUAGES = [
    "en",
    "en-GB",
    "en-ZA",
    "es",
    "es-MX",
    "ar",
    "bn",
    "de",
    "eu",
    "fa",
    "he",
    "hu",
    "hy",
    "ja",
    "ko",
    "lv",
    "pt",
    "sr-Latn",
    "th",
    "tl",
    "zh-TW",
]
DAYS = [date(year, month, day) for year, day in ((1999, 1), (2026, 28), (2222, 22)) for month in range(1, 13)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_plurals_and_names_are_babels(language: str) -> None:
    """Every month, plural form, direction and name is as Babel has it."""
    held, locale = facts(language), Locale.parse(language, sep="-")
    assert held
    assert [held.date(day) for day in DAYS] == [format_date(day, "long", locale=locale) for day in DAYS]
    assert [held.plural_form(n) for n in range(120)] == [locale.plural_form(n) for n in range(120)]
    assert held.direction == locale.text_direction
    assert held.own_name.lower() == locale.get_display_name().lower()


@pytest.mark.parametrize("language", ["xx", "english", "", "en_", "-", "{{lang}}", "e" * 5000])
def test_what_is_no_language_is_none(language: str) -> None:
    """A name that CLDR does not know has nothing, and is no error."""
    assert facts(language) is None


def test_a_server_holds_nothing_of_babels() -> None:
    """Once all is ready Babel has let go of what it read, and words, days and codes are there without reading it again."""
    code = """
import datetime
from babel import core, localedata
from widgets import languages
from widgets.languages.cldr import aliases
languages.ready([*languages.known(), "en-GB"])
for language in (*languages.known(), "en-GB"):
    words = languages.words_in(language)
    print(words.date(datetime.date(2026, 11, 22)), words.own_name, words.direction, languages.direction(language), aliases()["spa"])
assert not localedata._cache and core._global_data is None
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [
        "November 22, 2026 English ltr ltr es",
        "22 de noviembre de 2026 Español ltr ltr es",
        "22 November 2026 English (United Kingdom) ltr ltr es",
    ]
