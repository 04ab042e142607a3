"""Texts in parts: safe HTML with holes where an address, a heading level or a region's words go.

A library holds no origin and serves many sites, so what differs from answer to answer is left
as a part, and `render` fills it in. `markdown` makes and sanitises everything else, once, when a file is read.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import msgspec

SAYINGS = ("emergency", "emergency-number", "crisis", "crisis-number")
SAYING = re.compile(r"\{(" + "|".join(SAYINGS) + r")\}")
"""A place in a text for words that a site's region decides."""
_CALL = re.compile(r"\{(?:emergency|crisis)\}")

_HOLE = re.compile(  # each pattern here begins with one plain character: `re` is slow to look for one of several
    r'<(?:a href="(?P<kind>article|topic):(?P<slug>[^"]*)"[^>]*>(?P<inner>.*?)</a>|h(?P<level>[2-6])>(?P<title>.*?)</h(?P=level)>)',
    re.DOTALL,
)
_BLOCK_END = re.compile(r"</(?:p|li|h[2-6]|t[dh]|blockquote|dt|dd)>|<(?:ul|ol|br)[^>]*>")
_INLINE_TAG = re.compile(r"</?(?:a|code|del|em|strong|su[bp])\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")
_LINK = re.compile(r"</?a\b[^>]*>")
_WORDS = re.compile(r"\w+")
_OPENING = " \n\"'“”‘’«»()[]"
"""Quotes and brackets, which may stand between two sentences."""
_BEFORE = 1000
"""So many characters before a saying are enough to see how its sentence begins."""
_BEGINS = {">": "<", ";": "&"}
"""What tags and character references begin with, by what they end with."""


class Reference(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """A link to another article or topic of the library, by slug."""

    kind: Literal["article", "topic"]
    slug: str
    html: str


class Heading(msgspec.Struct, frozen=True, array_like=True, tag="h"):
    """A section's heading; `level` counts from 2, as written in the file."""

    level: int
    id: str
    html: str

    @property
    def text(self) -> str:
        """The heading without tags."""
        return _plain(self.html)


class Saying(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """Words that a site's region decides, such as "Call 911 now"."""

    name: str
    starts_sentence: bool


Part = str | Reference | Heading | Saying


@dataclass(frozen=True)
class Markup:
    """Sanitised HTML in parts; the strings among them are safe as they stand."""

    parts: tuple[Part, ...] = ()

    def of(self, kind: type[Part]) -> list[Part]:
        """All parts of one kind, in order."""
        return [part for part in self.parts if isinstance(part, kind)]

    def __bool__(self) -> bool:
        return bool(self.parts)

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The plain text, block by block: what a reader or a reading formula sees."""
        texts = (_plain(block) for block in _BLOCK_END.split(self._html))
        return tuple(" ".join(text.split()) for text in texts if text.strip())

    @property
    def words(self) -> str:
        """The plain text in one piece, with white space as it comes: what a search indexes, made in a third of the time."""
        return _plain(_BLOCK_END.sub("\n", self._html))

    @property
    def _html(self) -> str:
        """The text as it was compiled, as far as plain text can tell."""
        return "".join(map(_source, self.parts))


def from_plain(text: str) -> Markup:
    """Compile plain text, in which only sayings are special; what to do in an emergency stands out."""
    return in_parts(_CALL.sub(r"<strong>\g<0></strong>", html.escape(text)))


def in_parts(safe: str) -> Markup:
    """Sanitised HTML in parts: headings get ids, references and sayings become parts."""
    parts: list[Part] = []
    ids: dict[str, int] = {}
    end = 0
    for hole in _HOLE.finditer(safe):
        start, after = hole.span()
        _add(parts, safe, end, start)
        kind: Any
        kind, slug, inner, level, title = hole.groups()
        parts.append(Reference(kind, slug, inner) if kind else _heading(int(level), title, ids))
        end = after
    _add(parts, safe, end, len(safe))
    return Markup(tuple(parts))


def _add(parts: list[Part], safe: str, start: int, end: int) -> None:
    """Add what stands between two references or headings, with the sayings in it."""
    for saying in SAYING.finditer(safe, start, end):
        place, after = saying.span()
        if place > start:
            parts.append(safe[start:place])
        parts.append(Saying(saying[1], _starts_sentence(safe[max(0, place - _BEFORE) : place])))
        start = after
    if end > start:
        parts.append(safe[start:end])


def _heading(level: int, title: str, ids: dict[str, int]) -> Heading:
    inside = _LINK.sub("", title) if "<" in title else title  # a heading leads nowhere
    return Heading(level, _unique(slugify(_plain(inside)), ids), inside)


def _plain(inside: str) -> str:
    """HTML without tags."""
    return html.unescape(_TAG.sub("", inside)) if "<" in inside or "&" in inside else inside


def _starts_sentence(before: str) -> bool:
    """Whether what follows `before` begins a sentence, and so keeps its capital."""
    while before := before.rstrip(_OPENING):
        start = before.rfind(_BEGINS.get(before[-1], before[-1]))
        last = before[start:]
        seen = "" if _INLINE_TAG.fullmatch(last) else "." if last[-1] == ">" else html.unescape(last).rstrip(_OPENING)
        if seen:
            return seen[-1] in ".!?:¡¿"
        before = before[:start]
    return True


def _unique(wanted: str, ids: dict[str, int]) -> str:
    """The name, or the first free one with a number; `ids` says of each name how far its numbers are taken."""
    name, n = wanted, ids.get(wanted, 1)
    while name in ids:
        n += 1
        name = f"{wanted}-{n}"
    ids[wanted] = n
    ids.setdefault(name, 1)
    return name


def _source(part: Part) -> str:
    """The part as it stood between its neighbours, as far as plain text can tell."""
    if isinstance(part, str):
        return part
    if isinstance(part, Saying):
        return f"{{{part.name}}}"
    return f"{part.html}</h2>" if isinstance(part, Heading) else part.html


def fold(text: str) -> str:
    """Text without case and accents, for comparing and sorting."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def first_letter(title: str) -> str:
    """The letter under which a title stands from A to Z, accents folded; "" for none."""
    return next((c for c in fold(title) if c.isalnum()), "")


@lru_cache(4096)
def slugify(text: str) -> str:
    """Text as a name for addresses and ids: `What is it?` -> `what-is-it`."""
    return "-".join(_WORDS.findall(fold(text))) or "section"
