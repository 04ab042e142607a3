"""Words as files have them -> words on one line."""

import unicodedata

LONGEST_LINE = 300
_JOINERS = "\u200c\u200d"
"""They shape words of some scripts; other marks that cannot be seen are not kept."""


def folded(words: str) -> str:
    """The words with single blanks between them, and nothing in them that cannot be printed."""
    if words.isprintable():
        return " ".join(words.split())
    return " ".join("".join(map(_printed, words)).split()).strip(_JOINERS)


def _printed(c: str) -> str:
    if c.isprintable() or c in _JOINERS:
        return c
    return "" if unicodedata.category(c) == "Cf" else " "


def line(words: str) -> str:
    """Words that fit a line of front matter, cut at a blank where they are too long."""
    whole = folded(words)
    return whole if len(whole) <= LONGEST_LINE else whole[: LONGEST_LINE - 1].rsplit(" ", 1)[0] + "…"
