"""What a host page is: a small declaration of the page, and of what must hold on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.browser.hosting import PLACEHOLDER

LOADER = f"{PLACEHOLDER}/embed.js"
"""The loader's address; the twin gets an empty script of the same origin in its place."""

INLINED = "/* the loader's own text */"
INTEGRITY = "sha384-of-the-loader"
PINNED = f"{PLACEHOLDER}/embed-pinned.js"
PARTIAL = f"{PLACEHOLDER}/partials/article-card?article=stroke&amp;lang=en"
"""Replaced by what the library serves: the loader's text, its hash, and its immutable address."""

SCRIPT = f'<script async crossorigin referrerpolicy="strict-origin" src="{LOADER}"></script>'
FALLBACK = "Stroke: what to do"
LINK = f'<a href="{PLACEHOLDER}/articles/stroke">{FALLBACK}</a>'
CARD = f'<health-article-card id="card" article="stroke">{LINK}</health-article-card>'
TOPICS = "Everything about hearts"
BROWSER = f'<health-topic-browser topic="heart-topics"><a href="{PLACEHOLDER}/topics/heart-topics">{TOPICS}</a></health-topic-browser>'
CHECKER = f'<health-symptom-checker><a href="{PLACEHOLDER}/topics/symptoms">Symptoms</a></health-symptom-checker>'


def script(text: str, attributes: str = "") -> str:
    """A script in the page."""
    return f"<script{' ' if attributes else ''}{attributes}>{text}</script>"


def late(markup: str) -> str:
    """A script that puts the markup into the page once it is loaded."""
    return script(f"addEventListener('load', () => document.getElementById('here').innerHTML = `{markup}`)")


@dataclass(frozen=True)
class Host:
    """A page on the partner's site. `row` says in our words what it does to embeds."""

    name: str
    row: str
    body: str = CARD
    head: str = SCRIPT
    html: str = 'lang="en"'
    start: str = "<!doctype html>"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html"
    charset: str = "utf-8"
    files: Mapping[str, str] = field(default_factory=dict)
    """More files of the partner's site, by path."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The reader's browser: what `visit` takes."""
    blocks: tuple[str, ...] = ()
    """Patterns of addresses that the reader's blocker refuses."""
    frame: bool = False
    """Whether the widget stands in the frame named `guest`."""
    act: str | Callable[[Any], None] = ""
    """What happens on the page, with ours and on the twin, before the two are compared: a script, or steps of a reader."""

    ends: Callable[[Any], None] | None = None
    """What a reader does at last, with ours only."""

    shows: int = 1
    """How many widgets show; where none does, the fallback link is in view."""
    fallback: str = FALLBACK
    opens: str = ".hw .prose"
    """What a click on the first button brings into view; empty where there is nothing to click."""
    button: str = ".hw .tools .button"
    says: int = 0
    """How many lines of ours the console holds."""
    holds: str = ""
    """A JavaScript expression that is true with ours; `host` is the first widget, `hw` its content, `css(it)` its style."""
    after: str = ""
    """The same, once it was opened."""
    asks: Mapping[str, int] = field(default_factory=dict)
    """How many requests go to the library, by the start of their address."""
    preflights: bool = False
    refused: bool = False
    """Whether the browser itself reports ours, since the page's policy forbids it."""
    focus: str = ""
    """What has the focus, where it is another element than on the twin."""
    adds: bool = False
    """Whether the loader puts the element there by itself."""
    full: bool = True
    """Whether only the full run has it."""
