"""What attributes may say: each check turns an attribute's text into its value, or raises ValueError with what would be right."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from widgets.codes import SYSTEMS, system_of
from widgets.content.markup import fold
from widgets.content.model import SLUG

Check = Callable[[str], Any]


def slug(text: str) -> str:
    """A name of the library, such as heart-attack; capitals and outer white space are forgiven."""
    text = text.strip().lower()
    if len(text) > 100 or not re.match(SLUG, text):
        raise ValueError("is not a name; use a to z, 0 to 9 and hyphens, like heart-attack")
    return text


def one_letter(text: str) -> str:
    """One letter of the alphabet, in lower case and without accent, as lists from A to Z go by it."""
    letter = text.lower()  # of some letters two, like that of İ
    if len(letter) != 1 or not letter.isalnum():
        raise ValueError("is not one letter; write a single letter, like h")
    return fold(letter)[:1]


@dataclass(frozen=True)
class OneOf:
    """A check that knows its values: one of a few words."""

    values: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """The text, if it is one of them."""
        if text not in self.values:
            raise ValueError(f"is not known; allowed: {', '.join(self.values)}")
        return text


def one_of(*values: str) -> OneOf:
    """One of a few words."""
    return OneOf(values)


@dataclass(frozen=True)
class WholeNumber:
    """A check that knows its range: a whole number from `low` to `high`."""

    low: int
    high: int

    def __call__(self, text: str) -> int:
        """The number, if it is between the two."""
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.low <= int(text) <= self.high:
            raise ValueError(f"is not a whole number from {self.low} to {self.high}")
        return int(text)


def number(low: int, high: int) -> WholeNumber:
    """A whole number between two, both included."""
    return WholeNumber(low, high)


def page_number(text: str) -> int:
    """Which page of a list, counted from 1; no choice to offer, since lists have as many pages as they need."""
    return number(1, 9999)(text)


def flag(text: str) -> bool:
    """True for a bare attribute, 1, true or yes; false for 0, false or no."""
    words = {"": True, "1": True, "true": True, "yes": True, "open": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError("is neither true nor false; write open, or leave it out")
    return words[text.lower()]


def medical_code(text: str) -> str:
    """A medical code, such as I21.9; whether its system writes codes so is seen later."""
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9. -]{0,39}", text):
        raise ValueError("is not a medical code; write it like I21.9")
    return text


def code_system(text: str) -> str:
    """A system of medical codes, by its name, OID or address."""
    found = system_of(text)
    if found is None:
        raise ValueError(f"is not a system of codes that is known here; allowed: {', '.join(SYSTEMS)}")
    return found


def any_text(text: str) -> str:
    """Any text; what means nothing is ignored later."""
    return text.strip()[:40]
