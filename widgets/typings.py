"""TypeScript declarations of the elements, made from the declarations: the DOM, JSX (React 19), Vue templates."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any

from widgets import __version__
from widgets.catalog import catalog
from widgets.embed import EVENTS, KIND, ON_THE_ELEMENT, union
from widgets.manifest import class_name, detail, doc_of, own_fields, type_of
from widgets.widget import Widget, html_name

HEAD = f"""\
// The elements of the health library, version {__version__}: for the DOM, for JSX (React 19) and for Vue templates.
// Made by the library. Keep it among your sources, and fetch it anew when the library has been upgraded.
// "@ts-ignore" stands where React or Vue may be missing: a project needs only its own.
"""
REACT = """\
// @ts-ignore
type ReactProps<Host> = import("react").DetailedHTMLProps<import("react").HTMLAttributes<Host>, Host>;
type ForReact<Attributes, Host> = Omit<ReactProps<Host>, keyof Attributes> & Attributes & ReactEvents;

// @ts-ignore
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
%s
    }
  }
}
"""
VUE = """\
type Camel<Name> = Name extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Name;
type Camelized<Attributes> = { [Name in keyof Attributes as Camel<Name>]: Attributes[Name] };
type DataAttributes = { [Name in `data${string}`]?: unknown };
// @ts-ignore
type VueProps = import("vue").HTMLAttributes & import("vue").VNodeProps;
type ForVue<Attributes> = new () => { $props: Omit<VueProps, keyof Attributes> & Camelized<Attributes> & DataAttributes & VueEvents };

// @ts-ignore
declare module "vue" {
  interface GlobalComponents {
%s
  }
}
"""


@cache
def typings() -> str:
    """`/health-widgets.d.ts`."""
    return "\n".join((HEAD, *_attributes(), *_events(), _dom(), _react(), _vue()))


def _attributes() -> Iterator[str]:
    """What every element takes, and each element with its own."""
    yield f"export type {KIND} = {union(catalog())};\n"
    shared = [_attribute(f) for f in fields(Widget)]
    styling = [_member(name, union(one.values), one.doc) for name, one in ON_THE_ELEMENT.items()]
    yield _interface("HealthWidgetAttributes", [*shared, *styling], "What every element takes.")
    for widget in catalog().values():
        yield _own_attributes(widget)
        yield _interface(f"{class_name(widget)}Element extends HTMLElement", [], widget.doc)


def _own_attributes(widget: type[Widget]) -> str:
    """What an element takes; of an attribute and the one that may stand instead of it, exactly one."""
    own, name, doc = {html_name(f): f for f in own_fields(widget)}, f"{class_name(widget)}Attributes", f"What `<{widget.tag()}>` takes."
    pairs = [(f.metadata["instead"], key) for key, f in own.items() if f.metadata["instead"]]
    besides = [_attribute(f) for key, f in own.items() if not any(key in pair for pair in pairs)]
    if not pairs:
        return _interface(f"{name} extends HealthWidgetAttributes", besides, doc)
    either = " & ".join(f"({_one(own[a], b)} | {_one(own[b], a)})" for a, b in pairs)
    more = _interface(f"{name}Besides extends HealthWidgetAttributes", besides, exported=False)
    return f"{more}/** {doc} */\nexport type {name} = {name}Besides & {either};\n"


def _attribute(f: Field[Any], *, required: bool = False) -> str:
    return _member(html_name(f), type_of(f), doc_of(f), required=required or f.default is MISSING)


def _one(given: Field[Any], other: str) -> str:
    """One attribute without the other."""
    return f"{{\n{_attribute(given, required=True)}\n{_member(other, 'undefined', f'Not beside `{html_name(given)}`.')}\n}}"


def _events() -> Iterator[str]:
    """Each event's type, and the listeners as React and Vue write them."""
    for name, event in EVENTS.items():
        details = "; ".join(f"{key}: {doc}" for key, doc in event.detail.items())
        yield f"/** {event.doc} Its detail: {details}. */\nexport type {_event(name)} = CustomEvent<{detail(event)}>;\n"
    yield _interface("HealthWidgetEvents", [_member(name, _event(name), event.doc, required=True) for name, event in EVENTS.items()])
    yield _interface("ReactEvents", [_member(f"on{name}", _listener(name), event.doc) for name, event in EVENTS.items()], exported=False)
    yield _interface("VueEvents", [_member(f"on{_camel(name)}", _listener(name), event.doc) for name, event in EVENTS.items()], exported=False)


def _dom() -> str:
    tags = "\n".join(f'    "{w.tag()}": {class_name(w)}Element;' for w in catalog().values())
    return f"""\
declare global {{
  interface HTMLElementTagNameMap {{
{tags}
  }}
  interface GlobalEventHandlersEventMap extends HealthWidgetEvents {{}}
}}
"""


def _react() -> str:
    rows = (f'      "{w.tag()}": ForReact<{class_name(w)}Attributes, {class_name(w)}Element>;' for w in catalog().values())
    return REACT % "\n".join(rows)


def _vue() -> str:
    return VUE % "\n".join(f'    "{w.tag()}": ForVue<{class_name(w)}Attributes>;' for w in catalog().values())


# --- Words of TypeScript -----------------------------------------------------------------------------------


def _interface(head: str, members: list[str], doc: str = "", *, exported: bool = True) -> str:
    above = f"/** {doc} */\n" if doc else ""
    body = "\n" + "\n".join(members) + "\n" if members else ""
    return f"{above}{'export ' if exported else ''}interface {head} {{{body}}}\n"


def _member(name: str, kind: str, doc: str, *, required: bool = False) -> str:
    key = name if name.isidentifier() else f'"{name}"'
    return f"  /** {doc} */\n  {key}{'' if required else '?'}: {kind};"


def _listener(name: str) -> str:
    return f"(event: {_event(name)}) => void"


def _event(name: str) -> str:
    return f"{_camel(name)}Event"


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
