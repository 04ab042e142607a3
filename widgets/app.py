"""create_app(settings): the library as one ASGI application."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from widgets import api, builder, connect, embedding, machines, readers
from widgets.answers import Endpoint, Lock, Row, guarded, logged, not_allowed, refusal, route_of, too_long
from widgets.edition import Editions
from widgets.embed import Releases
from widgets.limits import Buckets
from widgets.place import Place
from widgets.search import ready
from widgets.serving import Clock, Serving, utc_now
from widgets.settings import PREFIX, Settings, SettingsError
from widgets.store import Store
from widgets.widget import UnknownName

log = logging.getLogger("widgets")

ROWS: tuple[Row, ...] = (*readers.ROUTES, *embedding.ROUTES, *builder.ROUTES, *connect.ROUTES, *api.ROUTES, *machines.ROUTES)
"""Every address that is answered."""


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> "Library":
    """The library as an ASGI application; it mounts under any path of another, and needs no lifespan."""
    return Library(settings or Settings(), clock)


@dataclass(frozen=True, slots=True)
class _Address:
    """What answers an address, as ASGI: a function would be wrapped twice more by Starlette, at each first answer."""

    answer: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.answer(Request(scope, receive, send))
        await answer(scope, receive, send)


class Library:
    """One library's application."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.editions = Editions(settings.content, settings.snapshot, watch=settings.watch)
        self.store = Store(
            self._routes(),
            lambda: self.editions.current,
            settings.cache_megabytes << 20,
            by_host=not settings.public_url,
            now=lambda: clock().timestamp(),
        )
        searches = Buckets(lambda: clock().timestamp())
        releases = Releases(settings.releases) if settings.releases else None
        self.serving = Serving(settings, clock, self.editions, self.store, searches, releases)
        self.serving.release()
        ready(self.editions.current.index)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; log its route when that is asked for."""
        if scope["type"] == "http" and self.settings.access_log:
            send = logged(scope, send)
        await self.store(scope, receive, send)

    def render_widget(self, kind: str, **attributes: str) -> Markup:
        """A widget's element with its content, for a page made in this process: `render_widget("article-card", article="stroke")`.

        Attributes as in HTML, with underscores for hyphens. Needs a public address. Raises BadAttribute for a wrong one.
        """
        if not self.settings.public_url:
            raise SettingsError(f"render_widget needs {PREFIX}PUBLIC_URL: what it makes holds the library's address.")
        widget, edition = readers.named(kind), self.editions.current
        query = embedding.query_of(widget, attributes)
        place = Place(self.settings.public_url, edition, widget.parse(query).settled(edition))
        return Markup(embedding.render_include(embedding.Look.parse(query).on(place), self.serving.moment()))  # noqa: S704 - it is our own template's output

    def close(self) -> None:
        """Stop watching the content folder."""
        self.editions.close()

    def _routes(self) -> Starlette:
        handlers: dict[Any, Any] = {HTTPException: self._http_error, Exception: self._failed}
        routes = Starlette(
            routes=[Route(path, _Address(self._guarded(path, endpoint, methods)), methods=methods) for path, endpoint, methods in ROWS],
            exception_handlers=handlers,
        )
        routes.router.redirect_slashes = False  # it would send readers to the host that a client named
        return routes

    def _guarded(self, path: str, endpoint: Callable[[Serving, Request], Awaitable[ASGIApp]], methods: tuple[str, ...]) -> Endpoint:
        """What pages elsewhere may read is behind the site's origins, but for files such as scripts, which say nothing of a site."""
        read_elsewhere = "OPTIONS" in methods and "." not in path
        served = self._served(endpoint)
        return guarded(served, self._locked) if read_elsewhere else guarded(served)

    def _locked(self, request: Request) -> Lock | None:
        return self.serving.locked(request)

    def _served(self, endpoint: Callable[[Serving, Request], Awaitable[ASGIApp]]) -> Endpoint:
        async def served(request: Request) -> ASGIApp:
            return await endpoint(self.serving, request)

        return served

    async def _http_error(self, request: Request, error: HTTPException) -> ASGIApp:
        if error.status_code == 404:
            if refused := too_long(request.scope):
                return refused
            if path := self._without_slash(request):
                return readers.moved(self.serving, request, path)
            return readers.missing(self.serving, request, UnknownName(""))
        if error.status_code == 405:
            return not_allowed(", ".join(sorted((error.headers or {}).get("Allow", "GET, HEAD").split(", "))))
        more = [(name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()]
        return refusal(error.status_code, error.detail, *more)

    def _without_slash(self, request: Request) -> str:
        """The path and query without the slash too many at the end, where that is an address of ours; else ""."""
        scope = request.scope
        path, slash, more = scope["path"].removeprefix(scope.get("root_path", "")).rpartition("/")
        if more or not slash or not any(isinstance(route, Route) and route.path_regex.match(path) for route in request.app.routes):
            return ""
        query = scope["query_string"].decode("latin-1")
        return quote(path) + (f"?{query}" if query else "")

    async def _failed(self, request: Request, error: Exception) -> ASGIApp:
        log.error("%s failed: %s", route_of(request.scope), type(error).__name__, exc_info=error)
        return refusal(500, "The library could not answer; the fault is in its log.")
