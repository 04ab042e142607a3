"""The text that a partner pastes, one function for each way of embedding."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from urllib.parse import urlsplit

from widgets.settings import files
from widgets.snippets.asked import Asked, Part

MOUNT = "/health-library"
"""The path under which a partner's own server passes requests on to the library, for SSI and ESI."""


def _written(pairs: list[tuple[str, str]], prefix: str = "") -> str:
    return "".join(f' {prefix}{name}="{escape(value)}"' if value else f" {prefix}{name}" for name, value in pairs)


def loading(asked: Asked, more: str = "") -> str:
    """The script tag, pinned where that is asked for; `more` are attributes."""
    address = f"{asked.base}/embed.js"
    if asked.pinned:
        address = f"{asked.base}/embed-{asked.pinned.hash}.js"
        more = f'\n  integrity="{asked.pinned.integrity}"{more}'
    return f'<script async crossorigin referrerpolicy="strict-origin" src="{escape(address)}"{more}></script>'


def _inside(asked: Asked) -> str:
    """The fallback: the emergency line where it belongs, and the link."""
    to, says = asked.link
    urgent = f"  <strong>{escape(asked.urgent, quote=False)}</strong>\n" if asked.urgent else ""
    return f'{urgent}  <a href="{escape(to)}">{escape(says, quote=False)}</a>\n'


def _tag(asked: Asked, more: str = "") -> str:
    tag = asked.widget.tag()
    return f"<{tag}{more}{_written(asked.attributes)}>\n{_inside(asked)}</{tag}>"


def element(asked: Asked) -> str:
    """Script and element: what most ways come to in a browser."""
    return f"{loading(asked)}\n\n{_tag(asked)}"


def whole(make: Callable[[Asked], str], where: str = "Where the widget shall stand") -> Callable[[Asked], tuple[Part, ...]]:
    """One text to paste, made by `make`."""
    return lambda asked: (Part(where, make(asked)),)


def data(asked: Asked) -> str:
    """Script and a div."""
    opening = f'<div data-health-widget="{asked.widget.kind()}"{_written(asked.attributes, "data-")}>'
    return f"{loading(asked)}\n\n{opening}\n{_inside(asked)}</div>"


def script_only(asked: Asked) -> str:
    """A script tag that stands for the widget."""
    script = loading(asked, f'\n  data-widget="{asked.widget.kind()}"{_written(asked.attributes, "data-")}')
    return f"{script}\n<noscript>\n{_inside(asked)}</noscript>"


def preload(asked: Asked) -> str:
    """Script and element, with the partial asked for beside the script."""
    asked = asked.spoken
    address = escape(asked.base + asked.widget.address())
    link = f'<link rel="preload" as="fetch" crossorigin referrerpolicy="strict-origin" href="{address}">'
    return f"{link}\n{element(asked)}"


def iframe(asked: Asked) -> str:
    """A frame of a fixed height, and the link below it."""
    title, height = escape(asked.place.widget.caption(asked.place.edition, asked.place.site)), 480
    address = escape(asked.place.themed("/frame", asked.widget))
    to, says = asked.link  # while the library is down, a frame shows the browser's own error
    below = f'<p><a href="{escape(to)}">{escape(says, quote=False)}</a></p>'
    return f'<iframe src="{address}" title="{title}"\n  width="100%" height="{height}" referrerpolicy="strict-origin"></iframe>\n{below}'


def iframe_height(asked: Asked) -> str:
    """A frame, and the script that gives it its height."""
    script = f'<script async crossorigin referrerpolicy="strict-origin" src="{escape(asked.base)}/frame.js"></script>'
    return f"{script}\n\n{iframe(asked)}"


def page(asked: Asked) -> str:
    """The address of the widget's page."""
    return asked.base + asked.widget.page()


def link(asked: Asked) -> str:
    """The fallback alone."""
    return f"<p>\n{_inside(asked)}</p>"


def _spaced(markup: str) -> str:
    """With the blank after the emergency line inside of it: React and Vue drop line ends between elements."""
    return markup.replace("</strong>\n", " </strong>\n")


def react(asked: Asked) -> tuple[Part, ...]:
    """A component in JSX."""
    name = "".join(word.capitalize() for word in asked.widget.tag().split("-"))
    pinned = f' integrity="{asked.pinned.integrity}"' if asked.pinned else ""
    address = f"{asked.base}/embed-{asked.pinned.hash}.js" if asked.pinned else f"{asked.base}/embed.js"
    script = f'<script async crossOrigin="anonymous" referrerPolicy="strict-origin" src="{escape(address)}"{pinned} />'
    markup = _spaced(_tag(asked)).replace("{", "&#123;").replace("}", "&#125;")
    lines = "\n".join(f"      {line}" for line in f"{script}\n{markup}".splitlines())
    return (Part("A component of its own", f"export function {name}() {{\n  return (\n    <>\n{lines}\n    </>\n  );\n}}"),)


def vue(asked: Asked) -> tuple[Part, ...]:
    """The script in index.html, and a component's template."""
    lines = "\n".join(f"  {line}" for line in _spaced(_tag(asked, " v-pre")).splitlines())
    return Part("index.html, in the head", loading(asked)), Part("The component", f"<template>\n{lines}\n</template>")


def _call(asked: Asked, between: str) -> str:
    """The arguments of render_widget."""
    pairs = [(name.replace("-", "_"), value or "1") for name, value in asked.attributes]
    return between.join([json.dumps(asked.widget.kind()), *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in pairs)])


def jinja(asked: Asked) -> tuple[Part, ...]:
    """A call in a template of Jinja."""
    return (
        Part("Once, where the application is made", f'{_application(asked)}\nenvironment.globals["render_widget"] = library.render_widget'),
        Part("Where the widget shall stand", f"{{{{ render_widget({_call(asked, ', ')}) }}}}\n\n{loading(asked)}"),
    )


def django(asked: Asked) -> tuple[Part, ...]:
    """A template tag of Django."""
    tag = "@register.simple_tag\ndef render_widget(kind, **attributes):\n    return library.render_widget(kind, **attributes)"
    module = f"from django import template\n{_application(asked)}\nregister = template.Library()\n\n\n{tag}"
    return (
        Part("Once, as templatetags/health_library.py of one of your apps", module),
        Part("Where the widget shall stand", f"{{% load health_library %}}\n{{% render_widget {_call(asked, ' ')} %}}\n\n{loading(asked)}"),
    )


def _application(asked: Asked) -> str:
    make = f"library = create_app(Settings(public_url={json.dumps(asked.base)}))"
    return f"from widgets.app import create_app\nfrom widgets.settings import Settings\n\n{make}"


def _included(asked: Asked) -> str:
    """The path and query of the include."""
    return replace(asked.place, base="").themed("/include", asked.widget)


def _configured(asked: Asked, example: str) -> str:
    """A configuration of examples/, which the tests run, with the library's address in it."""
    parts = urlsplit(asked.base)
    text = (files() / "examples" / example).read_text("utf-8").strip()
    text = text.replace("https://library.example", asked.base).replace('"library.example"', f'"{parts.netloc}"')
    return text.replace(f'"^{MOUNT}", ""', f'"^{MOUNT}", "{parts.path}"').replace('"/readyz"', f'"{parts.path}/readyz"')


def ssi(asked: Asked) -> tuple[Part, ...]:
    """An include of nginx, with the words that stand in its place while the library fails."""
    address = _included(asked)
    name = re.sub(r"[^a-z0-9]+", "-", address).strip("-")
    block = f'<!--# block name="{name}" -->\n{link(asked)}\n<!--# endblock -->'
    include = f'<!--# include virtual="{MOUNT}{address}" stub="{name}" -->'
    return (
        Part("Once, in the server's configuration (nginx)", _configured(asked, "ssi/nginx.conf")),
        Part("Where the widget shall stand", f"{block}\n{include}\n\n{loading(asked)}"),
    )


def esi(asked: Asked) -> tuple[Part, ...]:
    """An include of Varnish, with the words that stand in its place where no cache takes it out."""
    include = f'<esi:include src="{MOUNT}{escape(_included(asked))}" onerror="continue"/>\n<esi:remove>\n{link(asked)}\n</esi:remove>'
    return (
        Part("Once, in the cache's configuration (Varnish)", _configured(asked, "esi/varnish.vcl")),
        Part("Where the widget shall stand", f"{include}\n\n{loading(asked)}"),
    )
