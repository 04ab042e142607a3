"""What is wrong in a text's Markdown, by the line it stands on."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pyromark

from widgets.content.files import ContentFile, Fault
from widgets.content.markdown import ATTRIBUTES, OPTIONS, SCHEMES, TAGS
from widgets.content.rules import Rules

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)


def check_markdown(body: ContentFile, rules: Rules) -> Iterator[Fault]:
    """The faults of headings, links, images and raw HTML."""
    above = 1  # the article's title
    for kind, value, line in _elements(body):
        if kind == "Heading":
            level = int(value["level"][1:])
            yield from _heading(body.name, line, level, above)
            above = level
        elif kind == "Link" and value["link_type"] != "Email":
            yield from _link(body.name, line, value["dest_url"], rules)
        elif kind == "Image":
            yield Fault(body.name, line, f'the picture "{value["dest_url"]}" is not shown; texts hold words only.', "warning")
        elif kind in {"HtmlBlock", "InlineHtml"}:
            yield from _raw_html(body.name, line, value, rules)


def _elements(body: ContentFile) -> Iterator[tuple[str, Any, int]]:
    """What Markdown finds in the text: its kind, its value (of raw HTML the source), its line."""
    source = body.text.encode()  # the ranges count bytes
    events: Any = pyromark.events_with_range(body.text, options=OPTIONS)
    for event, place in events:
        kind, value = next(iter(event.items())) if isinstance(event, dict) else (event, None)
        if kind == "Start":
            kind, value = next(iter(value.items())) if isinstance(value, dict) else (value, None)
        if kind == "HtmlBlock":
            value = source[place["start"] : place["end"]].decode()
        yield kind, value, source.count(b"\n", 0, place["start"]) + 1


def _heading(name: str, line: int, level: int, above: int) -> Iterator[Fault]:
    if level == 1:
        yield Fault(name, line, "a heading with one # is the article's title, which stands above; begin with ##.")
    elif level > above + 1:
        right, wrong = "#" * (above + 1), "#" * level
        yield Fault(name, line, f"the heading skips a level: {wrong} below {'#' * above if above > 1 else 'the title'}; write {right}.")


def _link(name: str, line: int, url: str, rules: Rules) -> Iterator[Fault]:
    parts = _SCHEME.match(url)
    scheme = parts[1] if parts else ""
    if parts and scheme in {"article", "topic"}:
        if wrong := rules.unknown("article" if scheme == "article" else "topic", parts[2]):
            yield Fault(name, line, f"link: {wrong}")
    elif scheme not in SCHEMES:
        message = f'the link to "{url}" is dropped; write article:name, topic:name, or an address in full, like https://www.example.org/page.'
        yield Fault(name, line, message, "warning")


class _Tags(HTMLParser):
    """Collects the opening tags of raw HTML, each with its line."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], int]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), self.getpos()[0]))


def _raw_html(name: str, first: int, source: str, rules: Rules) -> Iterator[Fault]:
    """What the sanitiser drops of raw HTML, by the lists that it uses itself."""
    for tag, attributes, offset in _Tags(source).found:
        line = first + offset - 1
        if tag not in TAGS:
            yield Fault(name, line, f"<{tag}> is dropped; write Markdown.", "warning")
            continue
        for attribute in attributes.keys() - ATTRIBUTES.get(tag, set()):
            yield Fault(name, line, f"the attribute {attribute} of <{tag}> is dropped; leave it out.", "warning")
        if tag == "a":
            yield from _link(name, line, attributes.get("href") or "", rules)
