"""The ways of putting a widget on a page: what is pasted, where, and what the page's content policy must allow.

One declaration a way. The builder, its preview, its tests and the README's table of policies are derived from it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from widgets.embed import Asset
from widgets.languages import words_in
from widgets.render import Place
from widgets.sites import Site
from widgets.widget import Widget

MOUNT = "/health-library"
"""The path under which a partner's own server passes requests on to the library, for SSI."""


class Part(NamedTuple):
    """A text to copy, and where it goes."""

    where: str
    code: str


@dataclass(frozen=True)
class Asked:
    """What a partner wants on a page."""

    place: Place[Widget]
    """The library's address, the edition, and the widget with its theme."""
    lang: str = ""
    """The language as the snippet shall name it; "" for that of the page around."""
    pinned: Asset | None = None
    """The loader that the snippet shall be held to."""

    @property
    def base(self) -> str:
        """The library's address."""
        return self.place.base

    @property
    def origin(self) -> str:
        """The library's origin, as content policies name it."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def widget(self) -> Widget:
        """The widget as it shall be written."""
        return replace(self.place.widget, lang=self.lang)

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """The element's attributes."""
        return self.widget.written() + ([("theme", self.place.theme)] if self.place.theme else [])

    @property
    def spoken(self) -> "Asked":
        """The same with its language named, where the page around cannot be asked."""
        return replace(self, lang=self.place.widget.language(self.place.site))

    @property
    def link(self) -> tuple[str, str]:
        """Where the fallback's link leads, and what it says."""
        to, says = self.place.widget.fallback(self.place.edition, self.place.site)
        return (self.base + to if to.startswith("/") else to), says

    @property
    def urgent(self) -> str:
        """The emergency line, where it belongs beside the link."""
        place = self.place
        if not place.widget.urgent(place.edition, place.site):
            return ""
        words = words_in(place.widget.language(place.site))
        return words.say("emergency_line", number=place.site.region.emergency)


@dataclass(frozen=True)
class Way:
    """One way of putting a widget on a page."""

    title: str
    for_whom: str
    """Who needs it, in a web editor's words."""
    parts: Callable[[Asked], tuple[Part, ...]]
    """What is pasted."""
    paste: tuple[tuple[str, str], ...]
    """Where it is pasted: a system, and what to do there."""
    needs: tuple[str, ...] = ()
    """The directives of a Content-Security-Policy that must allow the library."""
    shows: Literal["snippet", "element", "include", "oembed"] = "snippet"
    """What reaches a browser: the snippet itself, or what some software makes of it."""
    developers: bool = False
    """Whether it is for people who develop the site."""
    takes_theme: bool = True
    refuses: Callable[[Asked], str] = lambda asked: ""
    """Why this widget or site cannot have it, in a sentence; the plain link then takes its place."""

    @property
    def pins(self) -> bool:
        """Whether it brings the loader, which can be pinned."""
        return "connect-src" in self.needs

    def policy(self, origin: str) -> str:
        """What a Content-Security-Policy needs for it; "" for nothing."""
        return "; ".join(f"{directive} {origin}" for directive in self.needs)


# --- What is pasted ----------------------------------------------------------------------------------------


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


def _whole(make: Callable[[Asked], str], where: str = "Where the widget shall stand") -> Callable[[Asked], tuple[Part, ...]]:
    return lambda asked: (Part(where, make(asked)),)


def _data(asked: Asked) -> str:
    opening = f'<div data-health-widget="{asked.widget.kind()}"{_written(asked.attributes, "data-")}>'
    return f"{loading(asked)}\n\n{opening}\n{_inside(asked)}</div>"


def _script_only(asked: Asked) -> str:
    script = loading(asked, f'\n  data-widget="{asked.widget.kind()}"{_written(asked.attributes, "data-")}')
    return f"{script}\n<noscript>\n{_inside(asked)}</noscript>"


def _preload(asked: Asked) -> str:
    asked = asked.spoken
    address = escape(asked.base + asked.widget.address())
    link = f'<link rel="preload" as="fetch" crossorigin referrerpolicy="strict-origin" href="{address}">'
    return f"{link}\n{element(asked)}"


def _iframe(asked: Asked) -> str:
    title, height = escape(asked.place.widget.caption(asked.place.edition, asked.place.site)), 480
    address = escape(asked.place.themed("/frame", asked.widget))
    return f'<iframe src="{address}" title="{title}"\n  width="100%" height="{height}" referrerpolicy="strict-origin"></iframe>'


def _iframe_height(asked: Asked) -> str:
    script = f'<script async crossorigin referrerpolicy="strict-origin" src="{escape(asked.base)}/frame.js"></script>'
    return f"{script}\n\n{_iframe(asked)}"


def _page(asked: Asked) -> str:
    return asked.base + asked.widget.page()


def _link(asked: Asked) -> str:
    return f"<p>\n{_inside(asked)}</p>"


def _spaced(markup: str) -> str:
    """With the blank after the emergency line inside of it: React and Vue drop line ends between elements."""
    return markup.replace("</strong>\n", " </strong>\n")


def _react(asked: Asked) -> tuple[Part, ...]:
    name = "".join(word.capitalize() for word in asked.widget.tag().split("-"))
    pinned = f' integrity="{asked.pinned.integrity}"' if asked.pinned else ""
    address = f"{asked.base}/embed-{asked.pinned.hash}.js" if asked.pinned else f"{asked.base}/embed.js"
    script = f'<script async crossOrigin="anonymous" referrerPolicy="strict-origin" src="{escape(address)}"{pinned} />'
    markup = _spaced(_tag(asked)).replace("{", "&#123;").replace("}", "&#125;")
    lines = "\n".join(f"      {line}" for line in f"{script}\n{markup}".splitlines())
    return (Part("A component of its own", f"export function {name}() {{\n  return (\n    <>\n{lines}\n    </>\n  );\n}}"),)


def _vue(asked: Asked) -> tuple[Part, ...]:
    lines = "\n".join(f"  {line}" for line in _spaced(_tag(asked, " v-pre")).splitlines())
    return Part("index.html, in the head", loading(asked)), Part("The component", f"<template>\n{lines}\n</template>")


def _call(asked: Asked, between: str) -> str:
    """The arguments of render_widget."""
    pairs = [(name.replace("-", "_"), value or "1") for name, value in asked.attributes]
    return between.join([json.dumps(asked.widget.kind()), *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in pairs)])


def _jinja(asked: Asked) -> tuple[Part, ...]:
    return (
        Part("Once, where the application is made", f'{_application(asked)}\nenvironment.globals["render_widget"] = library.render_widget'),
        Part("Where the widget shall stand", f"{loading(asked)}\n\n{{{{ render_widget({_call(asked, ', ')}) }}}}"),
    )


def _django(asked: Asked) -> tuple[Part, ...]:
    tag = "@register.simple_tag\ndef render_widget(kind, **attributes):\n    return library.render_widget(kind, **attributes)"
    module = f"from django import template\n{_application(asked)}\nregister = template.Library()\n\n\n{tag}"
    return (
        Part("Once, as templatetags/health_library.py of one of your apps", module),
        Part("Where the widget shall stand", f"{{% load health_library %}}\n{loading(asked)}\n\n{{% render_widget {_call(asked, ' ')} %}}"),
    )


def _application(asked: Asked) -> str:
    make = f"library = create_app(Settings(public_url={json.dumps(asked.base)}))"
    return f"from widgets.app import create_app\nfrom widgets.settings import Settings\n\n{make}"


def _included(asked: Asked) -> str:
    """The path and query of the include."""
    return replace(asked.place, base="").themed("/include", asked.widget)


def _ssi(asked: Asked) -> tuple[Part, ...]:
    passed_on = f"location {MOUNT}/ {{\n    proxy_pass {asked.base}/;\n    proxy_ssl_server_name on;\n}}"
    return (
        Part("Once, in the server's configuration (nginx, with `ssi on;`)", passed_on),
        Part("Where the widget shall stand", f'{loading(asked)}\n\n<!--#include virtual="{MOUNT}{_included(asked)}" -->'),
    )


def _esi(asked: Asked) -> str:
    return f'{loading(asked)}\n\n<esi:include src="{escape(asked.base + _included(asked))}"/>'


def locked_to(site: Site) -> tuple[str, ...]:
    """The origins that alone may show the site; none where all may."""
    origins: tuple[str, ...] = getattr(site.file, "origins", ("*",))
    return () if "*" in origins else origins


def _no_oembed(asked: Asked) -> str:
    if locked := locked_to(asked.place.site):
        return (
            f"This site may be shown on {' and '.join(locked)} only, and a pasted address is shown in a frame that has no address of its own,"
            " so it would be refused. Use the link instead."
        )
    if not asked.widget.page().startswith(("/articles/", "/topics/")):
        return "Only articles and topics have an address that turns into a widget. Use the link instead."
    return ""


# --- The ways ----------------------------------------------------------------------------------------------

_SCRIPTED = ("script-src", "connect-src")
_INCLUDED = (*_SCRIPTED, "style-src")

_IN_EDITORS = (
    ("WordPress", "Add a “Custom HTML” block and paste. Administrators and editors may; where the script is removed, take the pasted address."),
    ("Drupal", "Choose a text format that keeps HTML (often “Full HTML”), press “Source”, and paste. An administrator may have to allow it."),
    ("A plain HTML file", "Paste between <body> and </body>, where the widget shall stand."),
)
_ONCE = ("A second widget", "The line with <script> is needed only once on a page.")

WAYS: Mapping[str, Way] = {
    "element": Way("HTML", "For most sites: you may paste HTML into a page.", _whole(element), (*_IN_EDITORS, _ONCE), _SCRIPTED),
    "data": Way(
        "HTML, without an element of its own",
        "For editors that remove tags they do not know.",
        _whole(_data),
        (*_IN_EDITORS, _ONCE),
        _SCRIPTED,
    ),
    "script": Way(
        "One script tag",
        "Where only a script may be pasted, as in many “code” or “embed” boxes. The widget stands where the script stands.",
        _whole(_script_only),
        (("A “code” or “embed” box", "Paste it into the box. It does not work in a page's head."), *_IN_EDITORS),
        _SCRIPTED,
    ),
    "iframe": Way(
        "Frame",
        "Where scripts are forbidden, but frames are not. The frame scrolls.",
        _whole(_iframe),
        (*_IN_EDITORS, ("Height", 'Change height="480" to what fits your page.')),
        ("frame-src",),
    ),
    "iframe-height": Way(
        "Frame that is as high as it must be",
        "For frames, where one small script is allowed.",
        _whole(_iframe_height),
        (*_IN_EDITORS, _ONCE),
        ("frame-src", "script-src"),
    ),
    "address": Way(
        "Pasted address (oEmbed)",
        "For WordPress and other systems that turn a pasted address into content.",
        _whole(_page, "On a line of its own"),
        (
            ("WordPress", "Paste the address on a line of its own; it becomes the widget."),
            ("Elsewhere", "Where the address stays an address, it is a link to the same page, and works as one."),
        ),
        ("frame-src",),
        shows="oembed",
        takes_theme=False,
        refuses=_no_oembed,
    ),
    "link": Way(
        "Link",
        "Works everywhere: a link to the library's page, which needs no script.",
        _whole(_link),
        (("Anywhere", "Paste it as HTML; or copy the address and the words into your editor's link box."),),
        takes_theme=False,
    ),
    "preload": Way(
        "HTML, with preload",
        "For the fastest first view: the content is asked for together with the script.",
        _whole(_preload),
        (("Page template", "The lines <link> and <script> may go into the head; the element stands where the widget shall be."),),
        _SCRIPTED,
        developers=True,
    ),
    "react": Way(
        "React",
        "For React 19, which moves the script into the head and keeps one of it.",
        _react,
        (("React", "Save it as a component, and use it where the widget shall stand."),),
        _SCRIPTED,
        shows="element",
        developers=True,
    ),
    "vue": Way(
        "Vue",
        "For Vue 3. `v-pre` leaves the element to the browser; leave it out, and set `isCustomElement`, to bind attributes.",
        _vue,
        (("Vue", "The script goes into index.html, once; the element into a component's template."),),
        _SCRIPTED,
        shows="element",
        developers=True,
    ),
    "jinja": Way(
        "Jinja",
        "For Python applications: the content is in the page before any script runs.",
        _jinja,
        (("Python", "Install health-widgets beside your application; it needs no server of its own for this."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "django": Way(
        "Django",
        "For Django templates: the content is in the page before any script runs.",
        _django,
        (("Django", "Install health-widgets beside your application; it needs no server of its own for this."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "ssi": Way(
        "Server-side include (SSI)",
        "For nginx, Apache and IIS: your server puts the content into the page.",
        _ssi,
        (("Your server", f"SSI takes content of your own host only, so {MOUNT}/ passes requests on to the library."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "esi": Way(
        "Edge-side include (ESI)",
        "For Varnish, Fastly and Akamai: the cache puts the content into the page.",
        _whole(_esi),
        (("Your cache", "ESI must be on for the page, and the library one of its backends."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
}
