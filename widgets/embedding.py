"""The ways of embedding that need no script on the partner's page: frames, server includes, oEmbed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, urlencode

from markupsafe import Markup as Safe
from starlette.requests import Request
from starlette.types import ASGIApp

from widgets import embed
from widgets.answers import HTML, INCLUDE, SCRIPT, SHARED, Row, framed, not_allowed, refusal
from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.content.files import meant
from widgets.edition import Edition
from widgets.moment import Moment
from widgets.place import Place
from widgets.readers import named
from widgets.render import render, render_partial
from widgets.serving import Serving, W
from widgets.store import prepare
from widgets.values import one_of
from widgets.widget import BadAttribute, Query, Widget, attribute, html_name, parsed, shown

WIDTH, HEIGHT = 600, 480
"""The size of a pasted address where the page around names none, in CSS pixels."""


def render_frame(place: Place[Any], moment: Moment, query: Query | None = None) -> str:
    """The widget as a page for an iframe; its steps stay in the frame, other links leave it."""
    inside = replace(place, steps="frames")
    values = _values(inside, moment, query) | {"script": f"/framed-{embed.script('framed.js').hash}.js"}
    return render("pages/frame.html", inside, values)


def render_include(place: Place[Any], moment: Moment) -> str:
    """The element with its fallback and a declarative shadow root, for a page made on a server."""
    widget, edition, site = place.widget, place.edition, place.site
    attributes = [*widget.written(), *([("theme", place.theme)] if place.theme else [])]
    inside = {"attributes": attributes, "urgent": widget.urgent(edition, site), "fallback": widget.fallback(edition, site)}
    return render("pages/include.html", place, _values(place, moment) | inside)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What an element's own attribute says, where there is no element."""

    theme: str = attribute("Light, dark, or that of the page around.", example="dark", default="auto", check=one_of("auto", "light", "dark"))

    @classmethod
    def parse(cls, query: str) -> Self:
        """What a query string asks for; raises BadAttribute."""
        return cls(**parsed(fields(cls), query))

    def on(self, place: Place[W]) -> Place[W]:
        """The place, looking like this."""
        return replace(place, theme="" if self.theme == "auto" else self.theme)


def query_of(kind: type[Widget], attributes: Mapping[str, str]) -> str:
    """The query string of attributes by their names in Python. Raises BadAttribute for one that there is not: here it is a slip of
    the pen, where in an address it may be anyone's, and is ignored."""
    given = {name.replace("_", "-"): value for name, value in attributes.items()}
    known = [html_name(f) for f in (*kind.declared(), *fields(Look))]
    for name in (name for name in given if name not in known):
        near = meant(get_close_matches(name, known, 2))
        raise BadAttribute(f"{shown(name)}: {kind.tag()} has no such attribute{near} Known: {', '.join(known)}.")
    return urlencode(given)


def _values(place: Place[Any], moment: Moment, query: Query | None = None) -> dict[str, Any]:
    return {
        "partial": Safe(render_partial(place, moment, query)),  # noqa: S704 - it is our own template's output
        "caption": place.widget.caption(place.edition, place.site),
        "look": embed.look_address(place.site),
        "caption_lang": place.widget.caption_language(place.edition, place.site),
        "stylesheet": f"/static/library-{embed.page_styles().hash}.css",
    }


def _placed(serving: Serving, request: Request, kind: type[W]) -> Place[W]:
    return Look.parse(request.scope["query_string"].decode("latin-1")).on(serving.place(request, kind))


async def frame(serving: Serving, request: Request) -> ASGIApp:
    """`/frame/<widget>`: the partial as a page for an iframe."""
    kind = named(request.path_params["kind"])
    place = _placed(serving, request, kind)
    headers = serving.secured(framed(place.base, place.site))
    if request.method != "POST":
        return serving.kept(place, render_frame, headers)
    if not kind.searches:
        return not_allowed("GET, HEAD")
    return prepare(await serving.found(place, render_frame, request), HTML, headers)


async def include(serving: Serving, request: Request) -> ASGIApp:
    """`/include/<widget>`: the element with its content, for pages that are put together on a server."""
    place = _placed(serving, request, named(request.path_params["kind"]))
    return serving.kept(place, render_include, serving.secured(INCLUDE))


async def frame_script(serving: Serving, request: Request) -> ASGIApp:
    """`/frame.js`: for the page around a frame; gives it its height."""
    base = serving.base(request)
    key = ("frame.js", base)
    text = embed.script("frame.js").text.replace("BASE", json.dumps(base))
    return serving.store.find(key) or serving.store.keep(key, prepare(text, SCRIPT, SHARED, cache="max-age=300"))


async def framed_script(serving: Serving, request: Request) -> ASGIApp:
    """`/framed-<hash>.js`: inside a frame; tells the page around how high it is."""
    return serving.asset("framed", embed.script("framed.js"), request.path_params["hash"])


async def oembed(serving: Serving, request: Request) -> ASGIApp:
    """`/oembed?url=`: oEmbed 1.0, type rich, for the addresses of articles and topics."""
    given = {key: values[0] for key, values in parse_qs(request.scope["query_string"].decode("latin-1")).items()}
    if given.get("format", "json") != "json":
        return refusal(501, "format: only json is offered.")
    base = serving.base(request)
    url = given.get("url", "")
    if not url.startswith(f"{base}/"):
        return refusal(404 if url else 400, f"url: give the address of an article or topic of {base}.")
    place = pasted(base, serving.edition(request), url.removeprefix(base))
    if not place.site.public:
        return refusal(404, f'url: "{place.site.slug}" may be shown on its own pages only; write a plain link to this address instead.')
    headers = (*SHARED, *serving.tags(place.widget))
    return prepare(json.dumps(_rich(place, given)), "application/json; charset=utf-8", headers, cache="", edition=place.edition)


def pasted(base: str, edition: Edition, address: str) -> Place[Widget]:
    """What a pasted address shows, by its path and query. Raises BadAttribute."""
    return Place(base, edition, _pasted(address).settled(edition))


def _pasted(address: str) -> Widget:
    """The widget for a page's path and query. Raises BadAttribute."""
    path, _, query = address.partition("#")[0].partition("?")
    _, kind, name, *more = [*path.split("/"), "", ""]
    name = quote(unquote(name), safe="")
    extra = "&".join(f"{key}={quote(values[0])}" for key, values in parse_qs(query).items() if key in {"lang", "site"})
    if kind == "articles" and not any(more):
        return ArticleCard.parse(f"article={name}&{extra}")
    if kind == "topics" and name and not any(more):
        return TopicBrowser.parse(f"topic={name}&{extra}")
    raise BadAttribute("url: only articles and topics can be shown in another page; give the address of one.")


def oembed_html(place: Place[Any], width: int = WIDTH, height: int = HEIGHT) -> str:
    """What a page shows in the place of a pasted address; the size in CSS pixels."""
    caption = place.widget.caption(place.edition, place.site)
    # WordPress keeps a blockquote and an iframe, and gives the frame its height only if both are there.
    return Safe(
        '<blockquote><a href="{}">{}</a></blockquote><iframe src="{}" width="{}" height="{}" title="{}" referrerpolicy="strict-origin"></iframe>'
    ).format(place.base + place.widget.page(), caption, place.base + place.widget.address("/frame"), width, height, caption)


def _rich(place: Place[Any], given: dict[str, str]) -> dict[str, Any]:
    def at_most(name: str, size: int) -> int:
        text = given.get(name, "")
        return min(size, int(text)) if text.isdecimal() and 0 < len(text) < 6 and int(text) else size

    width, height = at_most("maxwidth", WIDTH), at_most("maxheight", HEIGHT)
    caption = place.widget.caption(place.edition, place.site)
    name = place.site.in_language(place.site.file.name, place.widget.language(place.site))[1]
    return {
        "version": "1.0",
        "type": "rich",
        "title": caption,
        "provider_name": name,
        "provider_url": place.base + "/",
        "cache_age": 3600,
        "width": width,
        "height": height,
        "html": oembed_html(place, width, height),
    }


ROUTES: tuple[Row, ...] = (
    ("/frame/{kind}", frame, ("GET", "POST")),
    ("/include/{kind}", include, ("GET", "OPTIONS")),
    ("/frame.js", frame_script, ("GET", "OPTIONS")),
    ("/framed-{hash}.js", framed_script, ("GET", "OPTIONS")),
    ("/oembed", oembed, ("GET", "OPTIONS")),
)
