"""A Markdown or HTML file as a page: what it says of itself, and its body as HTML."""

import codecs
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pyromark
import yaml
from bs4 import BeautifulSoup

from widgets.content.markdown import OPTIONS
from widgets.content.model import LANGUAGE, check_http
from widgets.imports.markdown import check_depth, soup
from widgets.imports.words import line

_FENCED = re.compile(r"(?P<fence>\+\+\+|---)[ \t]*\n(?P<head>.*?)\n(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_KEYS = {
    "title": ("title",),
    "summary": ("summary", "description"),
    "author": ("author",),
    "written": ("written", "date"),
    "also_called": ("also-called", "aliases"),
    "topics": ("topics", "categories"),
    "licence": ("licence", "license"),
    "language": ("language", "lang"),
}
"""What a page says of itself, and the names that it goes by in front matter."""


@dataclass
class Page:
    """A page before it is an article; what it does not say of itself is empty."""

    body: str
    title: str = ""
    summary: str = ""
    language: str = ""
    author: str = ""
    written: date | None = None
    also_called: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    sources: list[dict[str, str]] = field(default_factory=list)
    licence: str = ""


def page(raw: bytes, *, html: bool, notes: Counter[str]) -> Page:
    """A file's bytes as a page; raises ValueError when they cannot be one."""
    text = _decoded(raw, html=html)
    if "\0" in text:
        raise ValueError("holds NUL bytes, and so is no text")
    said, text = ({}, text) if html else _front_matter(text)
    if _is_draft(said):
        raise ValueError("says that it is a draft; publish it, or take that key out of its front matter")
    try:
        found = _from_soup(soup(text if html else pyromark.html(text, options=OPTIONS)), _words(said.get("title")))
        check_depth(found.body)
    except RecursionError as error:
        raise ValueError("its HTML is nested too deeply") from error
    _say(found, said, notes)
    if not soup(found.body).get_text(strip=True):
        raise ValueError("has no text")
    if not found.title:
        raise ValueError("has no title: no heading, and none in front matter")
    return found


def _decoded(raw: bytes, *, html: bool) -> str:
    """UTF-8, UTF-16 with its mark, or what an HTML page says it is."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace").replace("\r\n", "\n")
    charset = _CHARSET.search(raw[:2048]) if html else None
    for encoding in ("utf-8-sig", charset[1].decode() if charset else "utf-8-sig"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n")
        except (UnicodeDecodeError, LookupError):
            continue
    raise ValueError("is not UTF-8 text; save it as UTF-8")


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """TOML between +++ or YAML between ---, and the text after it."""
    fenced = _FENCED.match(text)
    if not fenced:
        return {}, text
    try:
        said = tomllib.loads(fenced["head"]) if fenced["fence"] == "+++" else _yaml(fenced["head"])
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"has front matter that cannot be read: {' '.join(str(error).split())}") from error
    return ({str(key).lower(): value for key, value in said.items()}, text[fenced.end() :]) if isinstance(said, dict) else ({}, text)


def _yaml(text: str) -> Any:
    """YAML without references, since a few lines of them stand for gigabytes."""
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
        raise ValueError("it has references like *name; write out what they stand for")
    return yaml.safe_load(text)


def _is_draft(said: dict[str, Any]) -> bool:
    """By the keys of Hugo, Jekyll and WordPress's exports."""
    return said.get("draft") is True or said.get("published") is False or str(said.get("status")) in {"draft", "pending", "private", "trash"}


def _from_soup(whole: BeautifulSoup, named: str) -> Page:
    """What the HTML says: its body, title, language and meta elements. `named` is the title in front matter."""
    body = whole.find("main") or whole.find("article") or whole.find("body") or whole
    top = whole.find("html")
    heading = _titling(body, named)
    title = heading.get_text(" ", strip=True) if heading else ""
    if heading:
        heading.decompose()
    elif whole.title:
        title = whole.title.get_text(" ", strip=True)
    paragraph = body.find("p")
    canonical = whole.find("link", rel="canonical")
    found = Page(body.decode_contents(), title, _meta(whole, "description") or (paragraph.get_text(" ", strip=True) if paragraph else ""))
    found.language = _language(top.get("lang") if top else "")
    found.author, found.written = _meta(whole, "author"), _day(_meta(whole, "date") or _meta(whole, "article:published_time", "property"))
    found.sources = _sources(canonical.get("href") if canonical else "", title)
    return found


def _titling(body: Any, named: str) -> Any:
    """The heading that is the title; where front matter names it, only one that stands first and says it again."""
    first = _first(body)
    if not named:
        return body.find("h1") or first
    again = first is not None and (first.name == "h1" or first.get_text(" ", strip=True).casefold() == named.casefold())
    return first if again else None


def _first(body: Any) -> Any:
    """A heading that stands before all else; one further down is a section's."""
    first = next((child for child in body.find_all(True) if child.get_text(strip=True)), None)
    return first if first is not None and re.match(r"h[1-6]$", first.name) else None


def _meta(whole: BeautifulSoup, name: str, key: str = "name") -> str:
    found = whole.find("meta", attrs={key: re.compile(rf"^(?:dc\.|dcterms\.)?{name}$", re.IGNORECASE)})
    return " ".join(str(found.get("content") or "").split()) if found else ""


def _say(found: Page, said: dict[str, Any], notes: Counter[str]) -> None:
    """Front matter has the last word."""
    given = {ours: said[key] for ours, keys in _KEYS.items() for key in reversed(keys) if said.get(key)}
    for ours in ("title", "summary", "author", "licence"):
        setattr(found, ours, _words(given.get(ours)) or line(getattr(found, ours)))
    for ours in ("also_called", "topics"):
        setattr(found, ours, _lines(given.get(ours)))
    found.language = _language(given.get("language")) or found.language
    found.written = _day(given.get("written")) or found.written
    found.sources = _sources(said.get("sources") or said.get("source") or said.get("url"), found.title) or found.sources
    for key in said.keys() - {key for keys in _KEYS.values() for key in keys} - {"sources", "source", "url"}:
        notes[f"the front matter key {key[:30]} is not used"] += 1


def _words(value: Any) -> str:
    """One value as words, or several with commas between them; "" for what is neither."""
    return line(", ".join(_lines(value)))


def _word(value: Any) -> str:
    """A plain value as text; "" for a list or a table."""
    return "" if isinstance(value, list | tuple | dict | set) else str(value or "")


def _lines(value: Any) -> list[str]:
    values: Iterable[Any] = value if isinstance(value, list | tuple) else [value] if value else []
    return [words for one in values if (words := line(_word(one)))]


def _language(value: Any) -> str:
    """A language code as files are named by it; "" for anything else."""
    head, _, region = _word(value).strip().replace("_", "-").partition("-")
    code = head.lower()
    return code if re.match(LANGUAGE, code) and len(region) in {0, 2, 4} else ""


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_word(value)[:10])
    except ValueError:
        return None


def _sources(value: Any, title: str) -> list[dict[str, str]]:
    """Tables with publisher, title and url, or a bare address; the ones that are no such thing are left out."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        table = one if isinstance(one, dict) else {"url": one}
        url = _word(table.get("url")).strip()
        try:
            check_http(url)
        except ValueError:
            continue
        words = {"publisher": line(_word(table.get("publisher")) or urlsplit(url).netloc), "title": line(_word(table.get("title")) or title)}
        found.append(words | {"url": url})
    return found
