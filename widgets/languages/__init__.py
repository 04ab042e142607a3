"""Interface words, one file a language. Adding a language is adding a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import tomli

from widgets.languages.cldr import Cldr, aliases, facts, forget

_FOLDER = Path(__file__).parent
FALLBACK = "en"


@dataclass(frozen=True, eq=False)
class Words:
    """One language's interface words."""

    language: str
    cldr: Cldr
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
        return forms.get(self.cldr.plural_form(n), forms["other"]).format(n=n)

    def date(self, day: date) -> str:
        """A day as the language writes it in full, e.g. November 22, 2026."""
        return self.cldr.date(day)

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return self.cldr.direction

    @property
    def own_name(self) -> str:
        """The language's name in itself, with a capital."""
        return self.cldr.own_name


@cache
def words_in(language: str) -> Words:
    """The words of a language, or of the nearest one that has a file; English words fill what it lacks."""
    found = lookup(language, known())
    name = language if found and facts(language) else found or FALLBACK
    return Words(name, _known(name), _read(FALLBACK) | _read(found or FALLBACK))


def _known(language: str) -> Cldr:
    if not (found := facts(language)):
        raise LookupError(f"CLDR knows no dates and plurals for {language!r}, which has a file in {_FOLDER}; name it by its code there.")
    return found


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


def direction(language: str) -> str:
    """ltr or rtl, for any language that CLDR knows."""
    return found.direction if (found := facts(language)) else "ltr"


def ready(languages: Iterable[str]) -> None:
    """Read what is needed of these languages now, and let go of what Babel keeps of them: for a process of our own."""
    for language in languages:
        words_in(language)
    aliases()
    forget()


@cache
def _read(language: str) -> dict[str, Any]:
    return tomli.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
