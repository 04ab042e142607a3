"""Markdown -> parts: safe HTML with holes where an address, a heading level or a region's words go.

A library holds no origin and serves many sites, so what differs from answer to answer is left
as a part, and `render` fills it in. Everything else is sanitised here, once, when a file is read.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

import msgspec
import nh3
import pyromark

SAYINGS = ("emergency", "emergency-number", "crisis", "crisis-number")
SAYING = re.compile(r"\{(" + "|".join(SAYINGS) + r")\}")
"""A place in a text for words that a site's region decides."""
_CALL = re.compile(r"\{(?:emergency|crisis)\}")

TAGS = {"p", "br", "hr", "em", "strong", "del", "ul", "ol", "li", "blockquote", "a", "h2", "h3", "h4", "h5", "h6",
         "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "sup", "sub", "code"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}
SCHEMES = {"http", "https", "mailto", "tel", "article", "topic"}
OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_clean = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=None,
    set_tag_attribute_values={"a": {"referrerpolicy": "no-referrer"}, "th": {"scope": "col"}},
    clean_content_tags={"script", "style", "title", "svg", "math", "template", "iframe"},
).clean
_markdown = partial(pyromark.html, options=OPTIONS)

_HOLE = re.compile(
    r'<a href="(?P<kind>article|topic):(?P<slug>[^"]*)"[^>]*>(?P<inner>.*?)</a>'
    r"|<h(?P<level>[2-6])>(?P<title>.*?)</h(?P=level)>"
    r"|" + SAYING.pattern.replace("(", "(?P<saying>", 1),
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
"""So many characters before a saying tell whether it begins a sentence."""


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
        return html.unescape(_TAG.sub("", self.html)) if "<" in self.html or "&" in self.html else self.html


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
        """The plain text, block by block: what a reader, a search or a reading formula sees."""
        texts = (html.unescape(_TAG.sub("", block)) for block in _BLOCK_END.split("".join(map(_source, self.parts))))
        return tuple(" ".join(text.split()) for text in texts if text.strip())


def from_markdown(text: str) -> Markup:
    """Compile Markdown: raw HTML in it is sanitised, headings get ids, references become parts."""
    return _compile(_clean(_markdown(text)))


def from_plain(text: str) -> Markup:
    """Compile plain text, in which only sayings are special; what to do in an emergency stands out."""
    return _compile(_CALL.sub(r"<strong>\g<0></strong>", html.escape(text)))


def _compile(safe: str) -> Markup:
    parts: list[Part] = []
    ids: set[str] = set()
    end = 0
    for hole in _HOLE.finditer(safe):
        start = hole.start()
        if start > end:
            parts.append(safe[end:start])
        parts.append(_part(hole, ids))
        end = hole.end()
    if end < len(safe):
        parts.append(safe[end:])
    return Markup(tuple(parts))


def _part(hole: re.Match[str], ids: set[str]) -> Part:
    if hole["kind"]:
        return Reference("article" if hole["kind"] == "article" else "topic", hole["slug"], hole["inner"])
    if hole["saying"]:
        return Saying(hole["saying"], _starts_sentence(hole.string[max(0, hole.start() - _BEFORE) : hole.start()]))
    title = hole["title"]
    heading = Heading(int(hole["level"]), "", _LINK.sub("", title) if "<" in title else title)  # a heading leads nowhere
    return Heading(heading.level, _unique(slugify(heading.text), ids), heading.html)


def _starts_sentence(before: str) -> bool:
    """Whether what follows `before` begins a sentence, and so keeps its capital."""
    last = before.rstrip(_OPENING)[-1:]
    if last in {">", ";"}:  # a tag, or perhaps a character reference
        last = html.unescape(_TAG.sub(".", _INLINE_TAG.sub("", before))).rstrip(_OPENING)[-1:]
    return last in ".!?:¡¿" if last else True


def _unique(wanted: str, ids: set[str]) -> str:
    name, n = wanted, 1
    while name in ids:
        n += 1
        name = f"{wanted}-{n}"
    ids.add(name)
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


def slugify(text: str) -> str:
    """Text as a name for addresses and ids: `What is it?` -> `what-is-it`."""
    return "-".join(_WORDS.findall(fold(text))) or "section"
