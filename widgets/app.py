"""create_app(settings): addresses, and who may ask for them."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from widgets import embed, pages
from widgets.answers import (
    EVERYWHERE,
    HTML,
    IMMUTABLE,
    PAGE,
    PARTIAL,
    SCRIPT,
    SHARED,
    TEXT,
    Endpoint,
    form,
    guarded,
    logged,
    not_allowed,
    own_base,
    preflight,
    refusal,
    route_of,
)
from widgets.catalog import catalog
from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.edition import Editions
from widgets.languages import words_in
from widgets.render import Place, render_partial
from widgets.settings import Settings
from widgets.sites import DEFAULT
from widgets.store import Answer, Header, Store, prepare
from widgets.widget import BadAttribute, Moment, UnknownName, Widget, shown

log = logging.getLogger("widgets")

Clock = Callable[[], datetime]


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
        handlers: dict[Any, Any] = {HTTPException: self._http_error, Exception: self._failed}
        routes = Starlette(routes=self._routes(), exception_handlers=handlers)
        self.store = Store(routes, lambda: self.editions.current, settings.cache_megabytes << 20, by_host=not settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; log its route when that is asked for."""
        if scope["type"] == "http" and self.settings.access_log:
            send = logged(scope, send)
        await self.store(scope, receive, send)

    def close(self) -> None:
        """Stop watching the content folder."""
        self.editions.close()

    def _routes(self) -> list[Route]:
        routes: list[tuple[str, Endpoint, tuple[str, ...]]] = [
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
            return preflight(request)
        try:
            kind = _named(request.path_params["kind"])
            place = self._place(request, kind)
        except BadAttribute as error:
            return refusal(error.status, str(error))
        if request.method == "POST":
            if not kind.searches:
                return not_allowed("GET, HEAD, OPTIONS")
            html = render_partial(place, self._moment(), await form(request, "q"))
            return prepare(html, HTML, PARTIAL, cache="no-store")
        return self._kept("partial", place, PARTIAL, lambda moment: render_partial(place, moment))

    # --- Pages -----------------------------------------------------------------------------------------

    async def home(self, request: Request) -> ASGIApp:
        """`/`: the library's first page."""
        return self._level(request, "")

    async def topic(self, request: Request) -> ASGIApp:
        """`/topics/<slug>`."""
        return self._level(request, f"topic={quote(request.path_params['slug'], safe='')}")

    async def article(self, request: Request) -> ASGIApp:
        """`/articles/<slug>`."""
        try:
            place = self._place(request, ArticleCard, f"article={quote(request.path_params['slug'], safe='')}", ("lang", "site"))
        except BadAttribute as error:
            return self._missing(request, error)
        card = place.widget
        return self._kept("article", place, PAGE, lambda moment: pages.article_page(place.base, place.edition, card, moment))  # type: ignore[arg-type]

    async def search(self, request: Request) -> ASGIApp:
        """`/search`: what is typed comes in the body of a POST, and is not kept."""
        try:
            browser = self._place(request, TopicBrowser, "", ("lang", "site"))
        except BadAttribute as error:
            return self._missing(request, error)
        query = await form(request, "q") if request.method == "POST" else None
        html = pages.topic_page(browser.base, browser.edition, browser.widget, self._moment(), query)  # type: ignore[arg-type]
        return prepare(html, HTML, (*PAGE, (b"x-robots-tag", b"noindex")), cache="no-store")

    def _level(self, request: Request, path_query: str) -> ASGIApp:
        try:
            place = self._place(request, TopicBrowser, path_query, ("lang", "site", "letter"))
        except BadAttribute as error:
            return self._missing(request, error)
        browser = place.widget
        return self._kept("level", place, PAGE, lambda moment: pages.topic_page(place.base, place.edition, browser, moment))  # type: ignore[arg-type]

    def _missing(self, request: Request, error: BadAttribute) -> Answer:
        """The page that says what is wrong with an address."""
        edition = self.editions.current
        try:
            base = self._base(request)
        except HTTPException as unknown:
            return refusal(unknown.status_code, unknown.detail)
        title = "page_not_found" if error.status == 404 else "bad_request"
        html = pages.message_page(base, edition, title, str(error))
        return prepare(html, HTML, PAGE, status=error.status, cache="max-age=60" if error.status == 404 else "no-store")

    # --- Scripts, styles and files for machines ----------------------------------------------------------

    async def loader(self, request: Request) -> ASGIApp:
        """`/embed.js`: short cache, revalidated."""
        if request.method == "OPTIONS":
            return preflight(request)
        base, edition = self._base(request), self.editions.current
        key = ("embed.js", base, edition.languages)
        return self.store.find(key) or self.store.keep(
            key, prepare(embed.loader(base, edition).text, SCRIPT, SHARED, cache="max-age=300, stale-while-revalidate=86400", edition=edition, quality=11)
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
            key, prepare(pages.sitemap(base, edition), "application/xml; charset=utf-8", EVERYWHERE, cache="", edition=edition)
        )

    async def robots(self, request: Request) -> ASGIApp:
        """`/robots.txt`."""
        text = f"User-agent: *\nDisallow: /partials/\nDisallow: /search\nSitemap: {self._base(request)}/sitemap.xml\n"
        return prepare(text, TEXT, EVERYWHERE, cache="max-age=3600")

    async def healthz(self, request: Request) -> ASGIApp:
        """`/healthz`: the process answers."""
        return prepare('{"status":"ok"}', "application/json", EVERYWHERE)

    async def readyz(self, request: Request) -> ASGIApp:
        """`/readyz`: a library is loaded; its version and count."""
        edition = self.editions.current
        body = f'{{"status":"ready","version":"{edition.version}","articles":{len(edition.library.articles)},"faults":{len(edition.faults)}}}'
        return prepare(body, "application/json", EVERYWHERE)

    def _immutable(self, request: Request, asset: embed.Asset, media_type: str) -> ASGIApp:
        if request.method == "OPTIONS":
            return preflight(request)
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

    def _kept(self, kind: str, place: Place, headers: tuple[Header, ...], make: Callable[[Moment], str]) -> Answer:
        """The kept answer, or one made now and kept for as long as what it says holds."""
        key = (kind, place)
        found = self.store.find(key)
        if found is not None:
            return found
        moment = self._moment()
        html = make(moment)
        return self.store.keep(key, prepare(html, HTML, headers, cache="", edition=place.edition, until=moment.until, now=moment.now))

    def _moment(self) -> Moment:
        return Moment(self.clock())

    def _base(self, request: Request) -> str:
        """The address readers use: as set, or on loopback hosts the request's own."""
        return self.settings.public_url or own_base(request.scope)

    async def _http_error(self, request: Request, error: Exception) -> ASGIApp:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            words = words_in(self.editions.current.sites[DEFAULT].language)
            return self._missing(request, UnknownName(words["page_not_found_text"]))
        if status == 405:
            return not_allowed((getattr(error, "headers", None) or {}).get("Allow", "GET, HEAD"))
        return refusal(status, str(getattr(error, "detail", "")))

    async def _failed(self, request: Request, error: Exception) -> ASGIApp:
        log.error("%s failed: %s", route_of(request.scope), type(error).__name__, exc_info=error)
        return refusal(500, "The library could not answer; the fault is in its log.")


def _named(kind: str) -> type[Widget]:
    """The widget of this kind; raises UnknownName with the kinds there are."""
    found = catalog().get(kind)
    if found is None:
        raise UnknownName(f'There is no widget "{shown(kind)}"; known: {", ".join(catalog())}.')
    return found
