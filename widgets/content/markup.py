"""Markdown -> parts: safe HTML with holes where an address, a heading level or a region's words go.

A library holds no origin and serves many sites, so what differs from answer to answer is left
as a part, and `render` fills it in. Everything else is sanitised here, once, when a file is read.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

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


@dataclass(frozen=True)
class Reference:
    """A link to another article or topic of the library, by slug."""

    kind: Literal["article", "topic"]
    slug: str
    html: str


@dataclass(frozen=True)
class Heading:
    """A section's heading; `level` counts from 2, as written in the file."""

    level: int
    id: str
    html: str

    @property
    def text(self) -> str:
        """The heading without tags."""
        return html.unescape(_TAG.sub("", self.html))


@dataclass(frozen=True)
class Saying:
    """Words that a site's region decides, such as "Call 911 now"."""

    name: str
    starts_sentence: bool


Part = str | Reference | Heading | Saying


@dataclass(frozen=True)
class Markup:
    """Sanitised HTML in parts; the strings among them are safe as they stand."""

    parts: tuple[Part, ...] = ()
    blocks: tuple[str, ...] = field(default=(), repr=False)

    def of(self, kind: type[Part]) -> list[Part]:
        """All parts of one kind, in order."""
        return [part for part in self.parts if isinstance(part, kind)]

    def __bool__(self) -> bool:
        return bool(self.parts)


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
        parts += [safe[end : hole.start()], _part(hole, ids)]
        end = hole.end()
    parts.append(safe[end:])
    return Markup(tuple(part for part in parts if part != ""), _blocks(safe))


def _part(hole: re.Match[str], ids: set[str]) -> Part:
    if hole["kind"]:
        return Reference("article" if hole["kind"] == "article" else "topic", hole["slug"], hole["inner"])
    if hole["saying"]:
        return Saying(hole["saying"], _starts_sentence(hole.string[: hole.start()]))
    heading = Heading(int(hole["level"]), "", _LINK.sub("", hole["title"]))  # a heading leads nowhere
    return Heading(heading.level, _unique(slugify(heading.text), ids), heading.html)


def _starts_sentence(before: str) -> bool:
    """Whether what follows `before` begins a sentence, and so keeps its capital."""
    words = html.unescape(_TAG.sub(".", _INLINE_TAG.sub("", before)))
    last = words.rstrip(" \n\"'“”‘’«»()[]")[-1:]  # quotes and brackets may stand between two sentences
    return last in ".!?:¡¿" if last else True


def _unique(wanted: str, ids: set[str]) -> str:
    name, n = wanted, 1
    while name in ids:
        n += 1
        name = f"{wanted}-{n}"
    ids.add(name)
    return name


def _blocks(safe: str) -> tuple[str, ...]:
    """The plain text, block by block: what a reader, a search or a reading formula sees."""
    texts = (html.unescape(_TAG.sub("", block)) for block in _BLOCK_END.split(safe))
    return tuple(" ".join(text.split()) for text in texts if text.strip())


def fold(text: str) -> str:
    """Text without case and accents, for comparing and sorting."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def slugify(text: str) -> str:
    """Text as a name for addresses and ids: `What is it?` -> `what-is-it`."""
    return "-".join(re.findall(r"\w+", fold(text))) or "section"
