"""The builder: choose a widget, see it live, copy the snippet. For partners' web editors, so its own words are English."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, time
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from anyio import to_thread
from markupsafe import Markup as Safe
from starlette.requests import Request
from starlette.types import ASGIApp

from widgets.answers import EVERYWHERE, HTML, PERMISSIONS, Row, refusal
from widgets.catalog import catalog
from widgets.catalog.topic_browser import TopicBrowser
from widgets.choice import WIDTHS, Choice, State, read
from widgets.controls import Around, Control, control
from widgets.embed import Asset, script
from widgets.embedding import oembed_html, pasted, render_include
from widgets.languages import words_in
from widgets.moment import Moment
from widgets.pages import tool_page
from widgets.place import Place
from widgets.render import render
from widgets.serving import Serving
from widgets.settings import files
from widgets.snippets.ways import WAYS, Way, locked_to
from widgets.snippets.written import element, loading
from widgets.store import Header, prepare
from widgets.widget import Widget

_OWN = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'"
_POLICY = f"{_OWN}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_SLOT = "<!--snippet-->"
_NOT_INDEXED: Header = (b"x-robots-tag", b"noindex")


async def builder(serving: Serving, request: Request) -> ASGIApp:
    """`/embed`: the builder: choose a widget, see it live, copy the snippet."""
    query = request.scope["query_string"].decode("latin-1")
    state = read(serving.base(request), serving.edition(request), query)
    searches = {name.removeprefix("find-"): text.strip()[:200] for name, text in parse_qsl(query, errors="replace") if name.startswith("find-")}
    if any(searches.values()):
        serving.count_search(request)
    html = await to_thread.run_sync(_page, serving, state, searches)  # a search keeps nobody else waiting
    return prepare(html, HTML, serving.secured(_headers(_POLICY)), status=state.wrong.status if state.wrong else 200)


def _page(serving: Serving, state: State, searches: Mapping[str, str]) -> str:
    place = _page_place(state)
    values = _frame(place, serving.moment()) | _form(state, searches) | _result(state) | {"keeps": serving.releases is not None}
    return render("pages/builder.html", place, values)


async def preview(serving: Serving, request: Request) -> ASGIApp:
    """`/embed/preview`: a page with the snippet in it, as the builder shows it; `see-day=` shows another day."""
    state = read(serving.base(request), serving.edition(request), request.scope["query_string"].decode("latin-1"))
    if state.wrong:
        return refusal(state.wrong.status, str(state.wrong))
    on_day = state.choice.see_day
    html, way = seen(state, Moment(datetime.combine(on_day, time(12), UTC)) if on_day else serving.moment())
    values = {
        "slot": Safe(_SLOT),  # noqa: S704 - a comment of ours
        "scheme": state.choice.see_scheme,
        "above": range(2, state.place.widget.heading_level),
        "stylesheet": _address("css"),
        "title": f"Preview: {name_of(type(state.place.widget))}",
    }
    page = render("pages/preview.html", state.place, values).replace(_SLOT, html, 1)  # to the byte: rendering drops indents
    return prepare(page, HTML, serving.secured(_headers(_seen_policy(way, state))))


def seen(state: State, moment: Moment) -> tuple[str, Way]:
    """What reaches a browser by the chosen way, and the way it is. Another day is shown by an include, which is made here and now."""
    asked = state.asked()
    way = WAYS["link"] if state.way.refuses(asked) else state.way
    way = WAYS["jinja"] if state.choice.see_day else way
    if way.shows == "include":
        return f"{render_include(asked.place, moment)}\n{loading(asked)}", way
    if way.shows == "oembed":
        return oembed_html(pasted(asked.base, asked.place.edition, asked.widget.page())), way
    return element(asked) if way.shows == "element" else "\n".join(part.code for part in way.parts(asked)), way


def _seen_policy(way: Way, state: State) -> str:
    """What the way asks of a page, and the preview's own style sheet: nothing more."""
    needs = [f"{name} {state.asked().origin}" for name in way.needs if name != "style-src"]
    own = f"style-src 'self' {state.asked().origin}; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    return "; ".join(["default-src 'none'", *needs, own])


def _result(state: State) -> dict[str, Any]:
    """What the choice comes to: preview, snippet, where it goes, and its policy."""
    asked, way = state.asked(), state.way
    refused = way.refuses(asked)
    used = WAYS["link"] if refused else way
    name = name_of(type(state.place.widget))
    return {
        "wrong": str(state.wrong) if state.wrong else "",
        "ways": [(label, [(name, one) for name, one in WAYS.items() if one.developers is who]) for label, who in _GROUPS],
        "way": way,
        "refused": refused,
        "parts": [(part, _rows(part.code)) for part in used.parts(asked)],
        "urgent": asked.urgent,
        "paste": used.paste,
        "policy": used.policy(asked.origin),
        "locked": locked_to(state.place.site),
        "summary": f"{name}: {asked.link[1]}. {used.title}.",
        "preview": f"{state.place.base}/embed/preview?{state.query}",
        "day": words_in("en").date(state.choice.see_day) if state.choice.see_day else "",
        "width": WIDTHS[state.choice.see_width],
    }


def _form(state: State, searches: Mapping[str, str]) -> dict[str, Any]:
    """The controls: the widget's own attributes, its steps, those that every widget has, and the builder's."""
    widget = type(state.place.widget)
    own = [f for f in widget.declared() if f.name not in _SHARED]
    steps = [_control(state, f, searches) for f in own if f.metadata["step"]]
    return {
        "choice": state.choice,
        "kinds": [(kind, name_of(one), one.doc, one is widget) for kind, one in catalog().items()],
        "own": [_control(state, f, searches) for f in own if not f.metadata["step"]],
        "steps": steps,
        "instead": (*state.instead, state.place.widget.caption(state.place.edition, state.place.site)),
        "begun": any(getattr(state.place.widget, f.name) != f.default for f in own if f.metadata["step"]),
        "common": {name: _control(state, f, searches) for name, f in _SHARED.items()},
        "mine": {f.name: _control(state, f, searches) for f in fields(Choice) if f.name != "widget"},
    }


def _rows(code: str) -> int:
    """About how many lines a text field needs for it."""
    return 1 + sum(1 + len(line) // 80 for line in code.splitlines())


_SHARED = {f.name: f for f in fields(Widget)}
_GROUPS = (("For web editors", False), ("For developers", True))


def _control(state: State, f: Any, searches: Mapping[str, str]) -> Control:
    place = state.place
    source: Any = state.choice if f.name in {own.name for own in fields(Choice)} else replace(place.widget, lang=state.lang)
    around = Around(type(place.widget), place.edition, place.site, place.widget.language(place.site), searches)
    made = control(f, getattr(source, f.name), around)
    name, typed = state.refused
    return replace(made, value=typed) if made.kind == "text" and made.name == name else made


def name_of(widget: type[Widget]) -> str:
    """What the builder calls a widget: Article card."""
    words = widget.kind().split("-")
    return " ".join([words[0].capitalize(), *(word.upper() if len(word) < 4 else word for word in words[1:])])


def _page_place(state: State) -> Place[TopicBrowser]:
    """The builder's own page, in English where the library offers that."""
    return Place(state.place.base, state.place.edition, TopicBrowser(lang="en", heading_level=1).settled(state.place.edition), steps="pages")


def _frame(place: Place[TopicBrowser], moment: Moment) -> dict[str, Any]:
    """What the head and foot of every page of the library show, and the builder's own files."""
    words = "Choose a widget, see it live, and copy what your website needs."
    files_of_ours = {"builder_styles": _address("css"), "builder_script": _address("js")}
    return tool_page(place, moment, "Put health information on your website", words) | files_of_ours


def _headers(policy: str) -> tuple[Header, ...]:
    return (
        *EVERYWHERE,
        (b"content-security-policy", policy.encode()),
        (b"referrer-policy", b"strict-origin"),
        PERMISSIONS,
        _NOT_INDEXED,
    )


# --- Files -------------------------------------------------------------------------------------------------


@cache
def _asset(kind: str) -> Asset:
    static = files() / "static"
    if kind == "css":
        return Asset((static / "builder.css").read_text("utf-8"))
    return Asset((static / "vendor/htmx/htmx.min.js").read_text("utf-8") + "\n" + script("builder.js").text)


def _address(kind: str) -> str:
    return f"/static/builder-{_asset(kind).hash}.{kind}"


async def builder_script(serving: Serving, request: Request) -> ASGIApp:
    """`/static/builder-<hash>.js`: htmx, as it is, and the builder's copy buttons."""
    return serving.asset("builder-js", _asset("js"), request.path_params["hash"])


async def builder_styles(serving: Serving, request: Request) -> ASGIApp:
    """`/static/builder-<hash>.css`: the styles of the builder and its preview."""
    return serving.asset("builder-css", _asset("css"), request.path_params["hash"], "text/css; charset=utf-8")


ROUTES: tuple[Row, ...] = (
    ("/embed", builder, ("GET",)),
    ("/embed/preview", preview, ("GET",)),
    ("/static/builder-{hash}.js", builder_script, ("GET",)),
    ("/static/builder-{hash}.css", builder_styles, ("GET",)),
)
