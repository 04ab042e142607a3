"""create_app(settings): the library as one ASGI application."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from widgets import machines, readers
from widgets.answers import Endpoint, guarded, logged, not_allowed, refusal, route_of
from widgets.edition import Editions
from widgets.languages import words_in
from widgets.serving import Clock, Serving, utc_now
from widgets.settings import Settings
from widgets.sites import DEFAULT
from widgets.store import Store
from widgets.widget import UnknownName

log = logging.getLogger("widgets")


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> "Library":
    """The library as an ASGI application; it mounts under any path of another, and needs no lifespan."""
    return Library(settings or Settings(), clock)


class Library:
    """One library's application."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.editions = Editions(settings.content, watch=settings.watch)
        self.store = Store(
            self._routes(),
            lambda: self.editions.current,
            settings.cache_megabytes << 20,
            by_host=not settings.public_url,
            now=lambda: clock().timestamp(),
        )
        self.serving = Serving(settings, clock, self.editions, self.store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; log its route when that is asked for."""
        if scope["type"] == "http" and self.settings.access_log:
            send = logged(scope, send)
        await self.store(scope, receive, send)

    def close(self) -> None:
        """Stop watching the content folder."""
        self.editions.close()

    def _routes(self) -> Starlette:
        rows = (*readers.ROUTES, *machines.ROUTES)
        handlers: dict[Any, Any] = {HTTPException: self._http_error, Exception: self._failed}
        routes = Starlette(
            routes=[Route(path, guarded(self._served(endpoint)), methods=methods) for path, endpoint, methods in rows],
            exception_handlers=handlers,
        )
        routes.router.redirect_slashes = False  # it would send readers to the host that a client named
        return routes

    def _served(self, endpoint: Callable[[Serving, Request], Awaitable[ASGIApp]]) -> Endpoint:
        async def served(request: Request) -> ASGIApp:
            return await endpoint(self.serving, request)

        return served

    async def _http_error(self, request: Request, error: HTTPException) -> ASGIApp:
        if error.status_code == 404:
            words = words_in(self.editions.current.sites[DEFAULT].language)
            return readers.missing(self.serving, request, UnknownName(words["page_not_found_text"]))
        if error.status_code == 405:
            return not_allowed((error.headers or {}).get("Allow", "GET, HEAD"))
        return refusal(error.status_code, error.detail)

    async def _failed(self, request: Request, error: Exception) -> ASGIApp:
        log.error("%s failed: %s", route_of(request.scope), type(error).__name__, exc_info=error)
        return refusal(500, "The library could not answer; the fault is in its log.")
