"""Where a text holds what was looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from widgets.search.words import Speech, cut

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONG = 180
"""Characters of an excerpt, about."""


@dataclass(frozen=True)
class Sought:
    """The words that were looked for, by their stems, and the beginning of the one that is being typed."""

    stems: frozenset[str] = frozenset()
    begins: str = ""
    _known: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    """Whether a word, in a language, is one of them: a text says most of its words often."""

    def holds(self, word: str, speech: Speech) -> bool:
        """Whether the word of a text is one of them."""
        key = speech.language, word
        if (known := self._known.get(key)) is None:
            stems = ((part, speech.stem(part)) for part in cut(word))
            known = any(stem in self.stems or (bool(self.begins) and part.startswith(self.begins)) for part, stem in stems)
            self._known[key] = known
        return known


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
        if sought.holds(match[0], speech):
            pieces += [Piece(text[end : match.start()], False), Piece(match[0], True)]
            end = match.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:], False)) if piece.text)


def excerpt(blocks: Iterable[str], sought: Sought, speech: Speech) -> str:
    """What stands around the first words of a text that were looked for; "" where there are none."""
    for block in blocks:
        for match in _WORD.finditer(block):
            if sought.holds(match[0], speech):
                return _around(block, match.start())
    return ""


def _around(block: str, place: int) -> str:
    """About `_LONG` characters of a block, cut between words."""
    start = 0 if place < _LONG // 2 else block.rfind(" ", 0, place - _LONG // 3) + 1
    end = len(block) if len(block) - start <= _LONG * 1.2 else block.rfind(" ", start, start + _LONG)
    end = end if end > place else len(block)
    return ("… " if start else "") + block[start:end].strip() + (" …" if end < len(block) else "")
