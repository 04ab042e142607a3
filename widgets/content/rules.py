"""What a library is held to when it is checked."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from widgets.content.files import is_missing, meant
from widgets.content.markup import SAYING
from widgets.content.model import Library


@dataclass(frozen=True)
class Rules:
    """The library that is checked, the day it is, and what its sites ask of it."""

    root: Path
    library: Library
    today: date
    languages: tuple[str, ...]
    """The languages that every article should have."""
    numbers: tuple[str, ...]
    """The emergency and crisis numbers of all regions."""
    say: Callable[[str, str], str]
    """(saying, language) -> the words that a reader sees in its place."""
    _near: dict[tuple[str, str], str] = field(default_factory=dict, init=False, compare=False)

    def unknown(self, kind: Literal["article", "topic"], slug: str) -> str:
        """What is wrong with a name; "" for a good one, and for one whose own file is faulty, which is told there."""
        found = self.library.article(slug) if kind == "article" else self.library.topic(slug)
        path = self.root / (f"articles/{slug}/article.toml" if kind == "article" else f"topics/{slug}.toml")
        if found is not None or not is_missing(path):
            return ""
        if (kind, slug) not in self._near:  # looking for near names costs, and a wrong name comes again in each language
            self._near[kind, slug] = meant(self.library.near(kind, slug))
        return f'there is no {kind} "{slug}"{self._near[kind, slug]}'

    def as_read(self, blocks: Iterable[str], language: str) -> list[str]:
        """Blocks of text as a reader sees them, with the region's words in."""
        return [SAYING.sub(lambda saying: self.say(saying[1], language), block) for block in blocks]

    @cached_property
    def number(self) -> re.Pattern[str]:
        """Finds an emergency number that stands by itself: not in 1,112, 911-a, $999, 10 000, 112/80 or 112 mg."""
        written = "|".join(_written(number) for number in self.numbers)
        return re.compile(
            rf"(?<![\w$€£/=-])(?<!\d[.,\s])(?:{written})"
            r"(?![\w/-]|[.,]\d|\s?[%°]|\s(?:mg|mm|mm[Hh]g|m[lL]|g|kg|lb|pounds|over|beats|steps|calories|calorías)\b)"
        )


def _written(number: str) -> str:
    """The ways a number is written: 116 123 also without the space, 911 also as 9-1-1."""
    plain = re.escape(number).replace(r"\ ", r"[\s-]?")
    return plain if " " in number else f"{plain}|{'-'.join(number)}"
