"""Words that mean danger: whom to call stands above what was found. The signs are in `dangers/`, one file a language.

It is no triage: it errs to showing the line, reads every language that it has, and says nothing of what is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise, product
from pathlib import Path
from sys import intern
from typing import Literal

import tomli

from widgets.search.spelling import distance
from widgets.search.words import Speech, cut, speech

_FOLDER = Path(__file__).parent / "dangers"
_MOST_WORDS = 40
_SHORTEST = 4
"""Words of fewer letters must stand as they are."""
Danger = Literal["", "emergency", "crisis"]


@dataclass(frozen=True)
class _Sign:
    """Words that must all be there, each slot by one of its words; and those that make it an ordinary search."""

    kind: Danger
    slots: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    """A word of the signs that may be misspelt."""

    word: str
    stem: str
    sound: str


@dataclass(frozen=True, eq=False)
class _Signs:
    """One language's signs, and all their words."""

    speech: Speech
    signs: tuple[_Sign, ...]
    words: frozenset[str]
    by_letter: Mapping[str, tuple[_Known, ...]]
    """The words that may be misspelt, by first letter."""


def danger(query: str, language: str) -> Danger:
    """Whether the words may be those of someone in danger: "crisis" for thoughts of suicide, else "emergency", else ""."""
    words = cut(query)[:_MOST_WORDS]
    codes = sorted(_languages(), key=lambda code: code != language.partition("-")[0])
    found = {sign.kind for code in codes for sign in _shown(_signs(code), words)} if words else set()
    return "crisis" if "crisis" in found else "emergency" if found else ""


def _shown(known: _Signs, words: list[str]) -> Iterator[_Sign]:
    joined = (a + b for a, b in pairwise(words) if a not in known.speech.stop)  # "de sangre" is not "desangre"
    pieces = [*words, *joined, *(half for word in words for half in _halves(known, word))]
    meant = [_meant(known, word) for word in pieces]
    said, told = frozenset(words), frozenset[str]().union(*meant)
    for sign in known.signs:
        if not any(map(told.isdisjoint, sign.slots)) and said.isdisjoint(sign.unless) and _holds(sign, meant):
            yield sign


def _holds(sign: _Sign, meant: list[frozenset[str]]) -> bool:
    """Whether each slot has a word of its own."""
    places = [[n for n, ones in enumerate(meant) if not ones.isdisjoint(slot)] for slot in sign.slots]
    return any(len(set(chosen)) == len(chosen) for chosen in product(*places))


def _halves(known: _Signs, word: str) -> tuple[str, ...]:
    """Two of the signs' words that were written as one."""
    places = range(3, len(word) - 2)
    return next(((word[:p], word[p:]) for p in places if word[:p] in known.words and word[p:] in known.words), ())


def _meant(known: _Signs, word: str) -> frozenset[str]:
    """The words of the signs that this one may be, however misspelt."""
    if word in _ordinary():
        return frozenset()
    exact = frozenset({word}) & known.words
    if len(word) < _SHORTEST:
        return exact
    stem, sound = known.speech.stem(word), known.speech.sound(word)
    return exact | {one.word for one in known.by_letter.get(word[0], ()) if _is_near(word, stem, sound, one)}


def _is_near(word: str, stem: str, sound: str, sign: _Known) -> bool:
    """Whether a word is the sign in another form or misspelt; a sign of four letters must sound the same, or have two changed round."""
    size = len(sign.word)
    if stem == sign.stem and (size > _SHORTEST or len(word) > _SHORTEST):
        return True
    if size == _SHORTEST:
        return len(word) == _SHORTEST and (sound == sign.sound or sorted(word) == sorted(sign.word))
    most = 1.0 if size < 7 else 1.6 if size < 9 else 2.0
    return distance(word, sign.word, most) <= most


@cache
def _signs(language: str) -> _Signs:
    table: Mapping[str, list[str]] = tomli.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
    signs = tuple(_parsed(kind, line) for kind in ("crisis", "emergency") for line in table[kind])
    words = frozenset(word for sign in signs for slot in sign.slots for word in slot)
    spoken = speech(language)
    longer = [_Known(word, spoken.stem(word), spoken.sound(word)) for word in sorted(words) if len(word) >= _SHORTEST]
    by_letter = {first: tuple(ones) for first, ones in groupby(longer, key=lambda one: one.word[0])}
    return _Signs(spoken, signs, words, by_letter)


@cache
def _ordinary() -> frozenset[str]:
    """Words near to signs that mean something else, in whatever language."""
    return frozenset(word for path in _FOLDER.glob("*.toml") for word in tomli.loads(path.read_text("utf-8"))["ordinary"])


def _parsed(kind: Literal["crisis", "emergency"], line: str) -> _Sign:
    needed, _, unless = line.partition("!")
    return _Sign(kind, tuple(map(_words, needed.split("+"))), _words(unless))


def _words(listed: str) -> tuple[str, ...]:
    return tuple(intern(word) for one in listed.split("|") if (word := one.strip()))


@cache
def _languages() -> tuple[str, ...]:
    return tuple(path.stem for path in sorted(_FOLDER.glob("*.toml")))
