"""create_app(settings): addresses, and who may ask for them."""

import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from widgets import embed, pages
from widgets.catalog import catalog
from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.edition import Edition, Editions
from widgets.languages import words_in
from widgets.render import Place, render_partial
from widgets.settings import Settings
from widgets.store import Answer, Header, Store, prepare
from widgets.widget import BadAttribute, Moment, Widget

log = logging.getLogger("widgets")
access = logging.getLogger("widgets.access")

Clock = Callable[[], datetime]

MOST_QUERY = 2048
MOST_BODY = 8192
"""Bytes of a query string, and of a form."""

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
IMMUTABLE = "public, max-age=31536000, immutable"

_EVERYWHERE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
SHARED: tuple[Header, ...] = (*_EVERYWHERE, (b"access-control-allow-origin", b"*"))
PARTIAL: tuple[Header, ...] = (*SHARED, (b"x-robots-tag", b"noindex"), (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"))
PAGE: tuple[Header, ...] = (
    *_EVERYWHERE,
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def utc_now() -> datetime:
    """The clock that is used unless a test sets its own."""
    return datetime.now(UTC)


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> "Library":
    """The library as an ASGI application; it mounts under any path of another, and needs no lifespan."""
    return Library(settings or Settings(), clock)


class Library:
    """One library's application: its settings, its current edition, and its store of finished answers."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self.editions = Editions(settings.content, watch=settings.watch)
        routes = Starlette(routes=self._routes(), exception_handlers={HTTPException: self._http_error, Exception: self._failed})
        self.store = Store(routes, lambda: self.editions.current, settings.cache_megabytes << 20, by_host=not settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; log its route when that is asked for."""
        if scope["type"] == "http" and self.settings.access_log:
            send = _logged(scope, send)
        await self.store(scope, receive, send)

    def close(self) -> None:
        """Stop watching the content folder."""
        self.editions.close()

    def _routes(self) -> list[Route]:
        routes: list[tuple[str, Callable[[Request], Awaitable[ASGIApp]], tuple[str, ...]]] = [
            ("/", self.home, ("GET",)),
            ("/topics/{slug}", self.topic, ("GET",)),
            ("/articles/{slug}", self.article, ("GET",)),
            ("/search", self.search, ("GET", "POST")),
            ("/partials/{kind}", self.partial, ("GET", "POST", "OPTIONS")),
            ("/embed.js", self.loader, ("GET", "OPTIONS")),
            ("/embed-{hash}.js", self.pinned_loader, ("GET", "OPTIONS")),
            ("/enhance-{hash}.js", self.bundle, ("GET", "OPTIONS")),
            ("/static/library-{hash}.css", self.styles, ("GET",)),
            ("/sitemap.xml", self.sitemap, ("GET",)),
            ("/robots.txt", self.robots, ("GET",)),
            ("/healthz", self.healthz, ("GET",)),
            ("/readyz", self.readyz, ("GET",)),
        ]
        return [Route(path, guarded(endpoint), methods=methods) for path, endpoint, methods in routes]

    # --- Widgets ---------------------------------------------------------------------------------------

    async def partial(self, request: Request) -> ASGIApp:
        """`/partials/<widget>`: one HTML partial between its marker comments."""
        if request.method == "OPTIONS":
            return _preflight(request)
        try:
            kind = _named(request.path_params["kind"], request.method)
            place = self._place(request, kind)
        except BadAttribute as error:
            return refusal(error.status, str(error))
        if request.method == "POST":
            query = (await _form(request)).get("q", [""])[0]
            html = render_partial(place, self._moment(), query[:200])
            return prepare(html, HTML, PARTIAL, cache="no-store")
        return self._kept(("partial", place), PARTIAL, lambda moment: render_partial(place, moment))

    # --- Pages -----------------------------------------------------------------------------------------

    async def home(self, request: Request) -> ASGIApp:
        """`/`: the library's first page."""
        return self._level(request, "")

    async def topic(self, request: Request) -> ASGIApp:
        """`/topics/<slug>`."""
        return self._level(request, f"topic={request.path_params['slug']}")

    async def article(self, request: Request) -> ASGIApp:
        """`/articles/<slug>`."""
        try:
            place = self._place(request, ArticleCard, f"article={_quoted(request.path_params['slug'])}", ("lang", "site"))
        except BadAttribute as error:
            return self._missing(request, error)
        card = place.widget
        return self._kept(("article", place), PAGE, lambda moment: pages.article_page(place.base, place.edition, card, moment))  # type: ignore[arg-type]

    async def search(self, request: Request) -> ASGIApp:
        """`/search`: what is typed comes in the body of a POST, and is not kept."""
        try:
            browser = self._place(request, TopicBrowser, "", ("lang", "site"))
        except BadAttribute as error:
            return self._missing(request, error)
        query = (await _form(request)).get("q", [""])[0][:200] if request.method == "POST" else None
        html = pages.topic_page(browser.base, browser.edition, browser.widget, self._moment(), query)  # type: ignore[arg-type]
        return prepare(html, HTML, (*PAGE, (b"x-robots-tag", b"noindex")), cache="no-store")

    def _level(self, request: Request, path_query: str) -> ASGIApp:
        try:
            place = self._place(request, TopicBrowser, path_query, ("lang", "site", "letter"))
        except BadAttribute as error:
            return self._missing(request, error)
        browser = place.widget
        return self._kept(("level", place), PAGE, lambda moment: pages.topic_page(place.base, place.edition, browser, moment))  # type: ignore[arg-type]

    def _missing(self, request: Request, error: BadAttribute) -> Answer:
        """The page that says what is wrong with an address."""
        edition = self.editions.current
        title = "page_not_found" if error.status == 404 else "bad_request"
        html = pages.message_page(self._base(request), edition, title, str(error))
        return prepare(html, HTML, PAGE, status=error.status, cache="max-age=60" if error.status == 404 else "no-store")

    # --- Scripts, styles and files for machines ----------------------------------------------------------

    async def loader(self, request: Request) -> ASGIApp:
        """`/embed.js`: short cache, revalidated."""
        if request.method == "OPTIONS":
            return _preflight(request)
        base, edition = self._base(request), self.editions.current
        key = ("embed.js", base, edition.languages)
        return self.store.find(key) or self.store.keep(
            key, prepare(embed.loader(base, edition).text, SCRIPT, SHARED, cache="max-age=300, stale-while-revalidate=86400", quality=11)
        )

    async def pinned_loader(self, request: Request) -> ASGIApp:
        """`/embed-<hash>.js`: the same, immutable."""
        asset = embed.loader(self._base(request), self.editions.current)
        return self._immutable(request, asset, SCRIPT)

    async def bundle(self, request: Request) -> ASGIApp:
        """`/enhance-<hash>.js`: the sealed htmx, fetched at the first touch."""
        return self._immutable(request, embed.bundle(), SCRIPT)

    async def styles(self, request: Request) -> ASGIApp:
        """`/static/library-<hash>.css`: the styles of the library's own pages."""
        return self._immutable(request, embed.page_styles(), "text/css; charset=utf-8")

    async def sitemap(self, request: Request) -> ASGIApp:
        """`/sitemap.xml`."""
        base, edition = self._base(request), self.editions.current
        key = ("sitemap", base, edition)
        return self.store.find(key) or self.store.keep(
            key, prepare(pages.sitemap(base, edition), "application/xml; charset=utf-8", _EVERYWHERE, cache="", edition=edition)
        )

    async def robots(self, request: Request) -> ASGIApp:
        """`/robots.txt`."""
        text = f"User-agent: *\nDisallow: /partials/\nDisallow: /search\nSitemap: {self._base(request)}/sitemap.xml\n"
        return prepare(text, TEXT, _EVERYWHERE, cache="max-age=3600")

    async def healthz(self, request: Request) -> ASGIApp:
        """`/healthz`: the process answers."""
        return prepare('{"status":"ok"}', "application/json", _EVERYWHERE)

    async def readyz(self, request: Request) -> ASGIApp:
        """`/readyz`: a library is loaded; its version and count."""
        edition = self.editions.current
        body = f'{{"status":"ready","version":"{edition.version}","articles":{len(edition.library.articles)},"faults":{len(edition.faults)}}}'
        return prepare(body, "application/json", _EVERYWHERE)

    def _immutable(self, request: Request, asset: embed.Asset, media_type: str) -> ASGIApp:
        if request.method == "OPTIONS":
            return _preflight(request)
        if request.path_params["hash"] != asset.hash:
            return refusal(404, "This version of the file is not served any more; take the current one from /embed.js.")
        key = ("asset", asset.hash)
        return self.store.find(key) or self.store.keep(key, prepare(asset.text, media_type, SHARED, cache=IMMUTABLE, quality=11))

    # --- What they share -------------------------------------------------------------------------------

    def _place(self, request: Request, kind: type[Widget], path_query: str = "", takes: tuple[str, ...] = ()) -> Place:
        """The widget that the request asks for, settled in the current edition. Raises BadAttribute."""
        edition = self.editions.current
        query: str = request.scope["query_string"].decode("latin-1")
        if takes:  # a page: its path says what it shows, and of the query only these count
            query = "&".join([path_query, *(pair for pair in query.split("&") if pair.partition("=")[0] in takes)])
        return Place(self._base(request), edition, kind.parse(query).settled(edition))

    def _kept(self, key: Hashable, headers: tuple[Header, ...], make: Callable[[Moment], str]) -> Answer:
        """The kept answer, or one made now and kept for as long as what it says holds."""
        found = self.store.find(key)
        if found is not None:
            return found
        moment = self._moment()
        edition = self.editions.current
        html = make(moment)
        return self.store.keep(key, prepare(html, HTML, headers, cache="", edition=edition, until=moment.until))

    def _moment(self) -> Moment:
        return Moment(self.clock())

    def _base(self, request: Request) -> str:
        """The address readers use: as set, or on loopback hosts the request's own."""
        return self.settings.public_url or own_base(request.scope)

    async def _http_error(self, request: Request, error: Exception) -> ASGIApp:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 421:
            return refusal(421, str(getattr(error, "detail", "")))
        if status == 404:
            words = words_in(self.editions.current.sites["default"].language)
            return self._missing(request, replace_status(BadAttribute(words["page_not_found_text"]), 404))
        return refusal(status, {405: "This address does not take that method.", 413: "The form is too long."}.get(status, "Not possible."))

    async def _failed(self, request: Request, error: Exception) -> ASGIApp:
        log.error("%s failed: %s", _route(request.scope), type(error).__name__, exc_info=error)
        return refusal(500, "The library could not answer; the fault is in its log.")
