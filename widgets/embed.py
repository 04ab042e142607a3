"""The loader's text and its lazy bundle, made from the declarations and the static files."""

import base64
import hashlib
import json
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import rcssmin
import rjsmin

from widgets import __version__
from widgets.catalog import catalog
from widgets.edition import Edition
from widgets.languages import words_in
from widgets.render import CLOSING, OPENING
from widgets.settings import files
from widgets.sites import Site
from widgets.values import flag
from widgets.widget import Widget, html_name

LOADER_WORDS = ("could_not_load", "try_again", "open_library")
"""What the loader says itself; it has them in this order for each language, the site's own first."""


def union(values: Iterable[str]) -> str:
    """A TypeScript type: one of these words."""
    return " | ".join(f'"{value}"' for value in values)


class Event(NamedTuple):
    """When an element sends an event, and what its `detail` holds."""

    doc: str
    detail: Mapping[str, str]
    types: Mapping[str, str] = {}
    """What of its detail is another TypeScript type than string."""


ERROR_KINDS = ("attribute", "not-found", "busy", "server", "content", "timeout", "network")
KIND = "HealthWidgetKind"
"""What the typings call the union of all widgets' kinds."""

EVENTS: Mapping[str, Event] = {
    "health-load": Event("The widget shows its content.", {"widget": "its kind, like `article-card`"}, {"widget": KIND}),
    "health-error": Event(
        "Something could not be had.",
        {"kind": f"{', '.join(f'`{kind}`' for kind in ERROR_KINDS[:-1])} or `{ERROR_KINDS[-1]}`"},
        {"kind": union(ERROR_KINDS)},
    ),
    "health-navigate": Event(
        "A reader has moved inside the widget.", {"attributes": "the parameters of what is in view now"}, {"attributes": "Record<string, string>"}
    ),
    "health-cta": Event(
        "A reader used the call to action's button or phone.", {"campaign": "its name, or empty", "variant": "the wording that was in view, or empty"}
    ),
}


class Styling(NamedTuple):
    """An attribute that only the styles read: what it does, an example, and the values it may have."""

    doc: str
    example: str
    values: tuple[str, ...]


ON_THE_ELEMENT: Mapping[str, Styling] = {
    "theme": Styling(
        "`light` or `dark`; without it, or with `auto`, the `color-scheme` of the page around. Only the styles read it: it is never sent.",
        "dark",
        ("auto", "light", "dark"),
    ),
}
"""Attributes that are no part of a partial's address."""

PROPERTIES: Mapping[str, str] = {
    "--health-accent": "Links, headings, buttons.",
    "--health-on-accent": "Words on a button.",
    "--health-surface": "The background.",
    "--health-text": "The words.",
    "--health-muted": "Dates, notes, the disclaimer.",
    "--health-border": "Lines and frames.",
    "--health-radius": "How round the corners are.",
    "--health-font": "The font family.",
    "--health-space": "The space inside.",
}
"""Custom properties that a page may set on an element, or on anything around it."""

PARTS: Mapping[str, str] = {
    "root": "The whole widget.",
    "emergency": "The emergency words.",
    "heading": "The first heading.",
    "review": "The line of dates and review.",
    "button": "Every button that is a link.",
    "link": "The link to the full page.",
    "disclaimer": "The disclaimer.",
    "note": "What the site itself says beside an article or topic.",
    "call": "The call to action at the end of an article.",
}
"""Names for ::part()."""


log = logging.getLogger("widgets.embed")


@dataclass(frozen=True)
class Asset:
    """A file that is served under a name with its hash."""

    text: str

    @property
    def hash(self) -> str:
        """The first 16 hex digits of its SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def integrity(self) -> str:
        """Its hash for Subresource Integrity, in snippets that pin it."""
        return self._digest("sha384")

    @property
    def short_integrity(self) -> str:
        """A shorter one, for what the loader asks for: it goes with every first card."""
        return self._digest("sha256")

    def _digest(self, algorithm: str) -> str:
        return f"{algorithm}-" + base64.b64encode(hashlib.new(algorithm, self.text.encode()).digest()).decode()


@cache
def widget_styles() -> str:
    """The styles that every widget shares; a partial brings its own with it."""
    return _minified_css([_static() / "widgets.css"])


@cache
def page_styles() -> Asset:
    """The styles of the library's own pages."""
    return Asset(widget_styles() + _minified_css([_static() / "older.css", *sorted((_static() / "css").glob("*.css")), _static() / "pages.css"]))


def look_address(site: Site) -> str:
    """Where the styles of a site's own look are, for pages, frames and includes; "" for one that has none."""
    return f"/static/sites/{site.slug}-{Asset(site.look.for_pages).hash}.css" if site.look else ""


@cache
def bundle() -> Asset:
    """The lazy bundle: enhance.js around the vendored htmx, which stays as it is to the byte."""
    htmx = (_static() / "vendor/htmx/htmx.min.js").read_text("utf-8")
    return Asset(_minified_js("enhance.js").replace("HTMX;", htmx.rstrip().removesuffix(";") + ";", 1))


@cache
def older() -> Asset:
    """What browsers without Document.parseHTML need besides; the colours of those without light-dark() come with it."""
    return Asset(_minified_js("older.js").replace("COLOURS", json.dumps(_minified_css([_static() / "older.css"])), 1))


@cache
def script(name: str) -> Asset:
    """Another script of ours, without comments and blanks."""
    return Asset(_minified_js(name))


@cache
def diagnosis() -> Asset:
    """The check that a web editor asks for: what it finds, its panel, and the declarations that it compares a page with."""
    kinds = {kind: _declared(widget)[0] for kind, widget in catalog().items()}
    examples = {kind: "".join(f' {name}="{value}"' for name, value in widget.examples[0].items()) for kind, widget in catalog().items()}
    values = {
        "opening": OPENING,
        "closing": CLOSING,
        "widgets": {kind: {"attributes": kinds[kind], "example": examples[kind]} for kind in kinds},
        "values": {name: styling.values for name, styling in ON_THE_ELEMENT.items()},
    }
    found = _minified_js("diagnose.js").replace("DECLARED", json.dumps(values, ensure_ascii=False, separators=(",", ":")), 1)
    return Asset(found + "\n" + _minified_js("diagnose-panel.js"))


@dataclass(frozen=True)
class Releases:
    """The folder of pinned scripts, ours and those of releases before; they never change."""

    folder: Path

    def keep(self, stem: str, asset: Asset) -> None:
        """Write the script under its hash, unless it is there and whole; a full disk is logged and harms nothing else."""
        path = self.folder / f"{stem}-{asset.hash}.js"
        try:
            if self.find(stem, asset.hash) is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                part = path.with_suffix(f".{os.getpid()}.part")
                part.write_text(asset.text, "utf-8")
                part.replace(path)
        except OSError as error:
            log.error("%s cannot be written: %s. Pinned snippets of this release end with it.", path, error.strerror)

    def find(self, stem: str, wanted: str) -> Asset | None:
        """The script of this hash, if it is whole."""
        path = self.folder / f"{stem}-{wanted}.js"
        if not re.fullmatch(r"[0-9a-f]{16}", wanted) or not path.is_file():
            return None
        try:
            asset = Asset(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return None
        return asset if asset.hash == wanted else None


def loader(base: str, edition: Edition) -> Asset:
    """`/embed.js` for readers who reach the library at `base`."""
    config = _config(base, edition.languages)
    return Asset(_loader().replace("(CONFIG)", f"({config})"))


@cache
def _loader() -> str:
    """embed.js as `make minified` has left it; where it was edited since, only without comments and blanks."""
    made_of, _, minified = (_static() / "embed.min.js").read_text("utf-8").partition("\n")
    return minified.strip() if made_of == made_of_line((_static() / "embed.js").read_bytes()) else _minified_js("embed.js")


def made_of_line(source: bytes) -> str:
    """The first line of embed.min.js: which embed.js it was made of."""
    return f"/* embed.js {hashlib.sha256(source).hexdigest()[:16]} */"


@lru_cache(10)  # without a public address, clients choose the base
def _config(base: str, languages: tuple[str, ...]) -> str:
    values = {
        "base": base,
        "version": __version__,
        "opening": OPENING,
        "closing": CLOSING,
        "bundle": f"{base}/enhance-{bundle().hash}.js",
        "integrity": bundle().short_integrity,
        "check": diagnosis().hash,
        "older": f"{base}/older-{older().hash}.js",
        "words": {language: [words_in(language)[key] for key in LOADER_WORDS] for language in languages},
        "widgets": {widget.tag(): _declared(widget) for widget in catalog().values()},
        "css": widget_styles(),
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _declared(widget: type[Widget]) -> list[Any]:
    """What the loader must know of a widget: its attributes in order (1 for flags), its room, and whether it is lazy."""
    attributes = {html_name(f): int(f.metadata["check"] is flag) for f in widget.declared()}
    return [attributes, widget.room, int(widget.lazy)]


def _minified_css(paths: list[Path]) -> str:
    return "".join(str(rcssmin.cssmin(path.read_text("utf-8"))) for path in paths if path.is_file())


@cache
def _minified_js(name: str) -> str:
    return str(rjsmin.jsmin((_static() / name).read_text("utf-8"))).strip()


def _static() -> Path:
    return files() / "static"
