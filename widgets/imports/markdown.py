"""Other people's HTML -> the Markdown of this library: safe links, sections from ##, no literal emergency numbers."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import nh3
from bs4 import BeautifulSoup, UnusualUsageWarning
from markdownify import MarkdownConverter

from widgets.content.markdown import SCHEMES, TAGS
from widgets.content.markup import SAYING
from widgets.sites import REGIONS

_TAGS = TAGS | {"h1", "b", "i", "s", "caption", "img", "div", "section", "article", "main", "header", "figure", "figcaption"}
_DROPPED = {"script", "style", "title", "svg", "math", "template", "iframe", "head", "noscript", "object", "form", "nav", "footer"}
_clean = nh3.Cleaner(
    tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}}, url_schemes=SCHEMES, link_rel=None, clean_content_tags=_DROPPED - _TAGS
).clean

_NUMBERS = {"emergency": {r.emergency for r in REGIONS.values()}, "crisis": {r.crisis for r in REGIONS.values()}}
_CALL = r"call|dial|phone|ring|text|llame|llamar|llama|marque|marcar"
_CALLS = {f"tel:{number.replace(' ', '')}" for numbers in _NUMBERS.values() for number in numbers}
_AMERICAN = {"emergency": REGIONS["US"].emergency, "crisis": REGIONS["US"].crisis}


def _written(number: str) -> str:
    return re.escape(number).replace(r"\ ", r"[\s-]?") if " " in number else f"{number}|{'-'.join(number)}"


_FREE = r"(?<![\w$€£/={-])(?:%s)(?![\w/}-]|[.,]\d|\s?[%%°])"
_DIGIT = re.compile(r"\d")
_ALONE = {kind: re.compile(_FREE % _written(number)) for kind, number in _AMERICAN.items()}
"""911 and 988 mean the call wherever they stand by themselves."""
_CALLED = {
    kind: re.compile(rf"(?P<verb>\b(?:{_CALL})(?: a)?(?: al)?\s+)" + _FREE % "|".join(map(_written, sorted(numbers))), re.IGNORECASE)
    for kind, numbers in _NUMBERS.items()
}
"""112 or 999 mean it only after a verb: there may be 112 of something."""
_TEXTED = re.compile(r"\b[Cc]all or text " + _FREE % _written(_AMERICAN["crisis"]))
_SENTENCE = re.compile(r"(?:^|(?<=[.!?:;,] ))(?:[Cc]all|[Ll]lame al) \{emergency-number\}(?=[.!;]|$)")
"""A call that is a clause of its own, which the region's own words can take the place of."""


def sayings(text: str) -> str:
    """Text in which each region's words take the place of emergency numbers; nothing else is changed."""
    if not _DIGIT.search(text):
        return text
    return _SENTENCE.sub("{emergency}", _numbers(_TEXTED.sub("{crisis}", text)))


def _numbers(text: str) -> str:
    for kind in _NUMBERS:
        text = _CALLED[kind].sub(rf"\g<verb>{{{kind}-number}}", text)
        text = _ALONE[kind].sub(f"{{{kind}-number}}", text)
    return text


_SAID = {
    "en": {"emergency-number": "the emergency number", "crisis-number": "the crisis line"},
    "es": {"emergency-number": "número de emergencias", "crisis-number": "número de la línea de crisis"},
}


def numberless(text: str, language: str) -> str:
    """A title or summary, where no site fills in words: emergency numbers in words, and no braces."""
    words = _SAID.get(language, _SAID["en"])
    said = SAYING.sub(lambda saying: _as_begun(saying, words.get(saying[1], saying[1])), _numbers(text))
    return said.replace("{", "(").replace("}", ")")


def _as_begun(saying: re.Match[str], words: str) -> str:
    """The words for a saying, with a capital where a sentence begins with them."""
    begins = re.search(r"(?:^|[.!?]\s)\W*$", saying.string[: saying.start()])
    return words[:1].upper() + words[1:] if begins else words


@dataclass
class Losses:
    """What a text lost on the way."""

    pictures: int = 0
    links: int = 0


def from_html(source: str, base: str = "", find: Callable[[str], str] = str, losses: Losses | None = None) -> str:
    """HTML as Markdown. Links are joined to `base`, then led through `find`; those that are not safe become plain words.

    Raises ValueError for HTML that is nested too deeply to be read.
    """
    converter = _Converter(base, find, losses or Losses())
    try:
        read = _read(source)
        _outlined(read)
        text = converter.convert_soup(read)
    except RecursionError as error:
        raise ValueError("its HTML is nested too deeply") from error
    return "\n".join(_BLANKS.sub(" ", line.rstrip()) for line in re.sub(r"\n{3,}", "\n\n", text).strip().split("\n"))


def check_depth(source: str) -> None:
    """Raise ValueError for HTML that is nested too deeply to be read."""
    _read(source)


def _read(source: str) -> BeautifulSoup:
    read = soup(" ".join(_clean(source).split()))
    if any(next(islice(element.parents, _MOST_DEEP, None), None) for element in read.find_all(True)):
        raise ValueError("its HTML is nested too deeply")
    return read


def soup(source: str) -> BeautifulSoup:
    """HTML as a tree; without the advice for those who meant to pass an address, a file name or XML."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusualUsageWarning)
        return BeautifulSoup(source, "html.parser")


_BLANKS = re.compile(r"(?<=\S) {2,}")
_MOST_DEEP = 100


def _outlined(read: BeautifulSoup) -> None:
    """Headings from h2 on, with no level skipped and none without words."""
    above: list[int] = []
    for heading in read.find_all(re.compile(r"^h[1-6]$")):
        if not heading.get_text(strip=True):
            heading.unwrap()
            continue
        level = int(heading.name[1])
        above = [*(other for other in above if other < level), level]
        heading.name = f"h{min(len(above) + 1, 6)}"


def safe_address(address: str, base: str = "") -> str:
    """An address that Markdown and the sanitiser take, with blanks and the like encoded; "" for one that is not safe."""
    try:
        joined = urljoin(base, address.strip()) if address.strip() else ""
        parts = urlsplit(joined)
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES or (parts.scheme in {"http", "https"} and not parts.netloc):
        return ""
    return quote(joined, safe="%/:=&?~#+!$,;'@[]*-._")


def link(words: str, address: str) -> str:
    """A Markdown link; plain words where the address is not safe."""
    safe = safe_address(address)
    return f"[{escaped(words)}]({safe})" if safe else escaped(words)


_SPECIAL = re.compile(r"([\\`*\[\]<])|\b(_)|(_)\b|(~)(?=~)|(&)(?=#?\w+;)|^(\s*)((?:[-+]|#{1,6}|\d{1,9}[.)])(?=\s|$)|-{3,}$|>)")


def escaped(text: str) -> str:
    """Plain text as Markdown: what would be a mark is escaped, sayings stay, other braces are written as entities."""
    found = SAYING.split(text)
    plain = (_SPECIAL.sub(_escape, part).replace("{", "&#123;").replace("}", "&#125;") for part in found[::2])
    said = (f"{{{name}}}" for name in found[1::2])
    return "".join(part for pair in zip(plain, [*said, ""], strict=True) for part in pair)


def _escape(match: re.Match[str]) -> str:
    if match[7]:
        return f"{match[6]}{match[7][:-1]}\\{match[7][-1]}"
    return f"\\{match[0]}"


class _Converter(MarkdownConverter):
    """Markdownify with this library's links, escapes and sayings."""

    def __init__(self, base: str, find: Callable[[str], str], losses: Losses) -> None:
        super().__init__(heading_style="atx", bullets="-", newline_style="backslash", sup_symbol="<sup>", sub_symbol="<sub>", table_infer_header=True)
        self.base, self.find, self.losses = base, find, losses

    def escape(self, text: str, parent_tags: Any) -> str:
        """A run of text, with sayings for numbers."""
        said = escaped(sayings(text))
        return said.replace("|", "\\|") if {"td", "th"} & set(parent_tags) else said

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        """A link that leads somewhere safe, or its words."""
        address = self.find(safe_address(el.get("href", ""), self.base))
        if re.sub(r"%20|-", "", address) in _CALLS:
            return text  # the number is another one elsewhere, and the words say each site's own
        self.losses.links += bool(text.strip()) and not address
        before, words, after = _parted(text)
        linked = words and address and not any(tag in parent_tags for tag in ("h2", "h3", "h4", "h5", "h6"))
        return f"{before}[{words}]({address}){after}" if linked else text

    def convert_img(self, el: Any, text: str, parent_tags: Any) -> str:
        """Texts hold words only."""
        self.losses.pictures += 1
        return ""

    def convert_dt(self, el: Any, text: str, parent_tags: Any) -> str:
        """A term, as a paragraph of its own."""
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""

    def convert_dd(self, el: Any, text: str, parent_tags: Any) -> str:
        """What the term means."""
        return f"\n\n{text.strip()}\n\n"


def _parted(text: str) -> tuple[str, str, str]:
    words = text.strip()
    return (" " if text[:1].isspace() else ""), words, (" " if text[-1:].isspace() and words else "")
