"""The ways of putting a widget on a page: what is pasted, where, and what the page's content policy must allow.

One declaration a way. The builder, its preview, its tests and the README's table of policies are derived from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from widgets.sites import Site
from widgets.snippets.asked import Asked, Part
from widgets.snippets.written import (
    MOUNT,
    data,
    django,
    element,
    esi,
    iframe,
    iframe_height,
    jinja,
    link,
    page,
    preload,
    react,
    script_only,
    ssi,
    vue,
    whole,
)


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


def locked_to(site: Site) -> tuple[str, ...]:
    """The origins that alone may show the site; none where all may."""
    return () if site.public else site.file.origins


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
    "element": Way("HTML", "For most sites: you may paste HTML into a page.", whole(element), (*_IN_EDITORS, _ONCE), _SCRIPTED),
    "data": Way(
        "HTML, without an element of its own",
        "For editors that remove tags they do not know.",
        whole(data),
        (*_IN_EDITORS, _ONCE),
        _SCRIPTED,
    ),
    "script": Way(
        "One script tag",
        "Where only a script may be pasted, as in many “code” or “embed” boxes. The widget stands where the script stands.",
        whole(script_only),
        (("A “code” or “embed” box", "Paste it into the box. It does not work in a page's head."), *_IN_EDITORS),
        _SCRIPTED,
    ),
    "iframe": Way(
        "Frame",
        "Where scripts are forbidden, but frames are not. The frame scrolls.",
        whole(iframe),
        (*_IN_EDITORS, ("Height", 'Change height="480" to what fits your page.')),
        ("frame-src",),
    ),
    "iframe-height": Way(
        "Frame that is as high as it must be",
        "For frames, where one small script is allowed.",
        whole(iframe_height),
        (*_IN_EDITORS, _ONCE),
        ("frame-src", "script-src"),
    ),
    "address": Way(
        "Pasted address (oEmbed)",
        "For WordPress and other systems that turn a pasted address into content.",
        whole(page, "On a line of its own"),
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
        whole(link),
        (("Anywhere", "Paste it as HTML; or copy the address and the words into your editor's link box."),),
        takes_theme=False,
    ),
    "preload": Way(
        "HTML, with preload",
        "For the fastest first view: the content is asked for together with the script.",
        whole(preload),
        (("Page template", "The lines <link> and <script> may go into the head; the element stands where the widget shall be."),),
        _SCRIPTED,
        developers=True,
    ),
    "react": Way(
        "React",
        "For React 19, which moves the script into the head and keeps one of it.",
        react,
        (("React", "Save it as a component, and use it where the widget shall stand."),),
        _SCRIPTED,
        shows="element",
        developers=True,
    ),
    "vue": Way(
        "Vue",
        "For Vue 3. “v-pre” leaves the element to the browser; leave it out, and set “isCustomElement”, to bind attributes.",
        vue,
        (("Vue", "The script goes into index.html, once; the element into a component's template."),),
        _SCRIPTED,
        shows="element",
        developers=True,
    ),
    "jinja": Way(
        "Jinja",
        "For Python applications: the content is in the page before any script runs.",
        jinja,
        (("Python", "Install health-widgets beside your application; it needs no server of its own for this."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "django": Way(
        "Django",
        "For Django templates: the content is in the page before any script runs.",
        django,
        (("Django", "Install health-widgets beside your application; it needs no server of its own for this."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "ssi": Way(
        "Server-side include (SSI)",
        "For nginx: your server puts the content into the page, and your own words while the library cannot be reached.",
        ssi,
        (("Your server", f"SSI takes content of your own host only, so {MOUNT}/ passes requests on to the library."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
    "esi": Way(
        "Edge-side include (ESI)",
        "For Varnish, and caches like it: the cache puts the content into the page.",
        esi,
        (("Your cache", f"ESI must be on for the page, and {MOUNT}/ lead to the library."),),
        _INCLUDED,
        shows="include",
        developers=True,
    ),
}
