"""Where a text holds what was looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from widgets.search.words import Speech, cut

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONG = 180
"""Characters of an excerpt, about."""


@dataclass(frozen=True)
class Sought:
    """The words that were looked for, by their stems, and the beginning of the one that is being typed."""

    stems: frozenset[str] = frozenset()
    begins: str = ""


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    found: bool


def marked(text: str, sought: Sought, speech: Speech) -> tuple[Piece, ...]:
    """The text in pieces; together they are the whole text."""
    pieces: list[Piece] = []
    end = 0
    for match in _WORD.finditer(text):
        if _is_sought(match[0], sought, speech):
            pieces += [Piece(text[end : match.start()], False), Piece(match[0], True)]
            end = match.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:], False)) if piece.text)


def excerpt(blocks: Iterable[str], sought: Sought, speech: Speech) -> str:
    """What stands around the first words of a text that were looked for; "" where there are none."""
    for block in blocks:
        for match in _WORD.finditer(block):
            if _is_sought(match[0], sought, speech):
                return _around(block, match.start())
    return ""


def _around(block: str, place: int) -> str:
    """About `_LONG` characters of a block, cut between words."""
    start = 0 if place < _LONG // 2 else block.rfind(" ", 0, place - _LONG // 3) + 1
    end = len(block) if len(block) - start <= _LONG * 1.2 else block.rfind(" ", start, start + _LONG)
    end = end if end > place else len(block)
    return ("… " if start else "") + block[start:end].strip() + (" …" if end < len(block) else "")


def _is_sought(word: str, sought: Sought, speech: Speech) -> bool:
    parts = cut(word)
    return any(speech.stem(part) in sought.stems or (bool(sought.begins) and part.startswith(sought.begins)) for part in parts)
