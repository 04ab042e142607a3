"""One library being served: its settings, its clock, its current edition, and its store of finished answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp

from widgets.answers import HTML, IMMUTABLE, PAGE, SCRIPT, SHARED, Lock, form, own_base, refusal
from widgets.edition import Edition, Editions
from widgets.embed import Asset, Releases, bundle, diagnosis, loader, older
from widgets.limits import Buckets
from widgets.moment import Moment
from widgets.place import Place
from widgets.settings import Settings
from widgets.sites import DEFAULT, Site
from widgets.store import BEST, Answer, Header, Store, prepare
from widgets.widget import Query, Widget, pairs

W = TypeVar("W", bound=Widget)
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock that is used unless a test sets its own."""
    return datetime.now(UTC)


@dataclass
class Serving:
    """What the endpoints share."""

    settings: Settings
    clock: Clock
    editions: Editions
    store: Store
    searches: Buckets
    releases: Releases | None = None
    asked: int = 0
    """How many searches this process has answered: each pause while typing is one."""
    found_nothing: int = 0
    """How many of them showed no result. What they were is not kept."""

    def edition(self, request: Request) -> Edition:
        """What is published: one edition for the whole of a request, since another thread may swap in the next at any moment."""
        key = f"health_widgets.edition.{id(self)}"
        found: Edition = request.scope.get(key) or self.editions.current
        request.scope[key] = found
        return found

    @property
    def page_headers(self) -> tuple[Header, ...]:
        """The headers of the library's pages."""
        return self.secured(PAGE)

    def secured(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """The headers of a page or frame; over https they say that it stays so."""
        secure = self.settings.public_url.startswith("https:")
        return (*headers, (b"strict-transport-security", b"max-age=31536000")) if secure else headers

    def locked(self, request: Request) -> Lock | None:
        """The site that the query asks for, if it lists its origins, with these and our own."""
        edition = self.edition(request)
        if edition.public:
            return None
        given = pairs(request.scope["query_string"].decode("latin-1"))
        names = [value.strip().lower() for name, value in given if name == "site"] or [""]
        sites = (edition.sites.get(name or DEFAULT) for name in names)
        return next((lock for site in sites if site and (lock := self.lock(site, request))), None)

    def lock(self, site: Site, request: Request) -> Lock | None:
        """The site with the origins that may read it, if it lists them."""
        if site.public:
            return None
        own = "/".join(self.base(request).split("/")[:3])
        return Lock(site, (*site.file.origins, own))

    def moment(self) -> Moment:
        """Now."""
        return Moment(self.clock())

    def base(self, request: Request) -> str:
        """The address readers use: as set, or on loopback hosts the request's own."""
        return self.settings.public_url or own_base(request.scope)

    def place(self, request: Request, kind: type[W], path_query: str = "", takes: tuple[str, ...] = ()) -> Place[W]:
        """The widget that the request asks for, settled in the current edition. Raises BadAttribute."""
        query: str = request.scope["query_string"].decode("latin-1")
        if takes:  # a page: its path says what it shows, and of the query only these count
            query = "&".join([path_query, *(pair for pair in query.split("&") if pair.partition("=")[0] in takes)])
        edition = self.edition(request)
        return Place(self.base(request), edition, kind.parse(query).settled(edition))

    def kept(self, place: Place[W], make: Callable[[Place[W], Moment], str], headers: tuple[Header, ...], media_type: str = HTML) -> Answer:
        """The kept answer of `make` for this place, or one made now and kept for as long as what it says holds."""
        key = (make, place)
        found = self.store.find(key)
        if found is not None:
            return found
        moment = self.moment()
        text, tagged = make(place, moment), (*headers, *self.tags(place.widget))
        return self.store.keep(key, prepare(text, media_type, tagged, cache="", edition=place.edition, until=moment.until, now=moment.now))

    def tags(self, widget: Widget) -> tuple[Header, ...]:
        """The header by which caches in front know what an answer shows: one purge of `article-stroke` withdraws that article everywhere."""
        name, tags = self.settings.cache_tags.lower(), widget.tags()
        between = "," if name.endswith("cache-tag") else " "
        return ((name.encode(), between.join(tags).encode()),) if tags and name != "none" else ()

    async def found(self, place: Place[W], make: Callable[[Place[W], Moment, Query], str], request: Request) -> str:
        """What `make` shows for a search. A client that asks too often is told to wait; the search itself keeps nobody else waiting."""
        return await self.searched(place, make, await self.query(request))

    async def query(self, request: Request) -> str:
        """What a reader searches for; a client that asks too often is told to wait."""
        self.count_search(request)
        return await form(request, "q")

    async def searched(self, place: Place[W], make: Callable[[Place[W], Moment, Query], str], text: str) -> str:
        """What `make` shows for these words, made in a thread; how much it found is counted, and nothing else is kept."""
        query = Query(text)
        shown = await to_thread.run_sync(make, place, self.moment(), query)
        self.asked += query.found is not None
        self.found_nothing += query.found == 0
        return shown

    def count_search(self, request: Request) -> None:
        """Count a search of this client; raises the HTTPException that tells it to wait where it asks too often."""
        if not self.searches.take(request.client.host if request.client else ""):
            raise HTTPException(429, "Too many searches at once; wait a second and try again.", {"Retry-After": "1"})

    def asset(self, stem: str, asset: Asset, wanted: str, media_type: str = SCRIPT) -> ASGIApp:
        """A file whose address holds its hash: it never changes. Those of releases before are served while they are kept."""
        key = ("asset", stem, wanted)
        if found := self.store.find(key):
            return found
        older = self.releases.find(stem, wanted) if self.releases and wanted != asset.hash else None
        if wanted != asset.hash and older is None:
            return refusal(404, "This version of the file is not served any more; take the current one from /embed.js.")
        return self.store.keep(key, prepare((older or asset).text, media_type, SHARED, cache=IMMUTABLE, quality=BEST))

    def release(self) -> None:
        """Keep this release's scripts for the snippets that pin them."""
        if self.releases:
            self.releases.keep("embed", loader(self.settings.public_url, self.editions.current))
            self.releases.keep("enhance", bundle())
            self.releases.keep("older", older())
            self.releases.keep("diagnose", diagnosis())
