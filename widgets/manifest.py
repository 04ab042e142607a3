"""What development tools know of the elements, made from the declarations: the Custom Elements Manifest."""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any

from widgets import __version__
from widgets.catalog import catalog
from widgets.embed import EVENTS, ON_THE_ELEMENT, PARTS, PROPERTIES, Event, union, widget_styles
from widgets.values import OneOf, WholeNumber, flag
from widgets.widget import Widget, html_name

SCHEMA = "2.1.0"
"""The version of the Custom Elements Manifest, https://github.com/webcomponents/custom-elements-manifest."""
MODULE = "embed.js"


@cache
def manifest() -> str:
    """`/custom-elements.json`."""
    widgets = list(catalog().values())
    exports = [{"kind": "custom-element-definition", "name": w.tag(), "declaration": {"name": class_name(w), "module": MODULE}} for w in widgets]
    module = {
        "kind": "javascript-module",
        "path": MODULE,
        "summary": f"The loader, version {__version__}.",
        "declarations": [_declaration(w) for w in widgets],
        "exports": exports,
    }
    values = {"schemaVersion": SCHEMA, "modules": [module]}
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _declaration(widget: type[Widget]) -> dict[str, Any]:
    return {
        "kind": "class",
        "customElement": True,
        "name": class_name(widget),
        "tagName": widget.tag(),
        "superclass": {"name": "HTMLElement", "package": "global:"},
        "description": widget.doc,
        "attributes": [*map(_attribute, widget.declared()), *_styling()],
        "events": [{"name": name, "type": {"text": f"CustomEvent<{detail(event)}>"}, "description": event.doc} for name, event in EVENTS.items()],
        "slots": [{"name": "", "description": "The fallback: in view until the content is there, and whenever it cannot be had."}],
        "cssProperties": [{"name": name, "description": doc, "default": fallback(name)} for name, doc in PROPERTIES.items()],
        "cssParts": [{"name": name, "description": doc} for name, doc in PARTS.items()],
    }


def _attribute(f: Field[Any]) -> dict[str, Any]:
    known = {"name": html_name(f), "description": doc_of(f), "type": {"text": type_of(f)}}
    return known if f.default in {MISSING, "", False} else known | {"default": json.dumps(f.default)}


def _styling() -> Iterator[dict[str, Any]]:
    for name, styling in ON_THE_ELEMENT.items():
        yield {"name": name, "description": styling.doc, "type": {"text": union(styling.values)}}


# --- Shared with the typings -------------------------------------------------------------------------------


def type_of(f: Field[Any]) -> str:
    """The TypeScript type of an attribute, as its check has it: as text in HTML, as a value in JSX and templates."""
    match f.metadata["check"]:
        case OneOf(values):
            return union(values)
        case WholeNumber(low, high):
            numbers = [str(value) for value in range(low, high + 1)]
            return f"{' | '.join(numbers)} | {union(numbers)}"
        case check if check is flag:
            return 'boolean | "" | "true" | "false"'
    return "string"


def doc_of(f: Field[Any]) -> str:
    """What an attribute does, with an example."""
    step = " A step: it changes as a reader moves." if f.metadata["step"] else ""
    return f"{f.metadata['doc']}{step}" + (f" Example: {f.metadata['example']}" if f.metadata["example"] else "")


def own_fields(widget: type[Widget]) -> list[Field[Any]]:
    """The attributes that only this widget has."""
    shared = {f.name for f in fields(Widget)}
    return [f for f in widget.declared() if f.name not in shared]


def class_name(widget: type[Widget]) -> str:
    """HealthArticleCard."""
    return "".join(word.capitalize() for word in widget.tag().split("-"))


def detail(event: Event) -> str:
    """The TypeScript type of an event's detail."""
    return "{ " + "; ".join(f"{name}: {event.types.get(name, 'string')}" for name in event.detail) + " }"


def fallback(name: str) -> str:
    """The last value that the styles give for a property that no page sets."""
    css = widget_styles()
    begins = css.rindex(f"var({name},") + len(f"var({name},")
    depth = 1
    for end in range(begins, len(css)):
        depth += {"(": 1, ")": -1}.get(css[end], 0)
        if not depth:
            return re.sub(r",(?=\S)", ", ", css[begins:end].strip())
    return ""
