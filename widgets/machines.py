"""The addresses that browsers, crawlers and monitors ask: scripts, styles, sitemap, health."""

import json
import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp

from widgets import embed, manifest, typings
from widgets.answers import EVERYWHERE, SCRIPT, SHARED, TEXT, Row, refusal
from widgets.serving import Serving
from widgets.sitemap import sitemap as sitemap_of
from widgets.sitemap import sitemap_part as sitemap_part_of
from widgets.store import BEST, prepare

JSON = "application/json"
TYPESCRIPT = "application/typescript; charset=utf-8"
LOADER_CACHE = "max-age=300, stale-while-revalidate=86400"
DECLARED_CACHE = "max-age=300"


async def loader(serving: Serving, request: Request) -> ASGIApp:
    """`/embed.js`: the loader; kept for five minutes, then revalidated."""
    base, edition = serving.base(request), serving.edition(request)
    key = ("embed.js", base)
    if found := serving.store.find(key):
        return found
    serving.release()
    return serving.store.keep(key, prepare(embed.loader(base, edition).text, SCRIPT, SHARED, cache=LOADER_CACHE, edition=edition, quality=BEST))


async def pinned_loader(serving: Serving, request: Request) -> ASGIApp:
    """`/embed-<hash>.js`: the same, immutable, for pinning and integrity."""
    return serving.asset("embed", embed.loader(serving.base(request), serving.edition(request)), request.path_params["hash"])


async def bundle(serving: Serving, request: Request) -> ASGIApp:
    """`/enhance-<hash>.js`: the sealed htmx, fetched at the first touch."""
    return serving.asset("enhance", embed.bundle(), request.path_params["hash"])


async def older(serving: Serving, request: Request) -> ASGIApp:
    """`/older-<hash>.js`: what browsers without `Document.parseHTML` need besides."""
    return serving.asset("older", embed.older(), request.path_params["hash"])


async def styles(serving: Serving, request: Request) -> ASGIApp:
    """`/static/library-<hash>.css`: the styles of the library's own pages."""
    return serving.asset("library", embed.page_styles(), request.path_params["hash"], "text/css; charset=utf-8")


async def searching(serving: Serving, request: Request) -> ASGIApp:
    """`/static/library-<hash>.js`: search as one types, on the library's own pages."""
    return serving.asset("library-js", embed.script("pages.js"), request.path_params["hash"])


async def diagnosis(serving: Serving, request: Request) -> ASGIApp:
    """`/diagnose-<hash>.js`: the check for web editors, fetched where `?health-widgets=check` stands in a page's address."""
    return serving.asset("diagnose", embed.diagnosis(), request.path_params["hash"])


async def custom_elements(serving: Serving, request: Request) -> ASGIApp:
    """`/custom-elements.json`: the elements for development tools, as a Custom Elements Manifest."""
    return _declared(serving, manifest.manifest(), JSON)


async def declarations(serving: Serving, request: Request) -> ASGIApp:
    """`/health-widgets.d.ts`: the elements for TypeScript, in the DOM, in JSX and in Vue templates."""
    return _declared(serving, typings.typings(), TYPESCRIPT)


def _declared(serving: Serving, text: str, media_type: str) -> ASGIApp:
    """What is made from the declarations alone; kept under its own text, as it changes only with the version."""
    return serving.store.find(text) or serving.store.keep(text, prepare(text, media_type, SHARED, cache=DECLARED_CACHE, quality=11))


async def look(serving: Serving, request: Request) -> ASGIApp:
    """`/static/sites/<site>-<hash>.css`: the look of a site, for pages, frames and includes."""
    edition, name = serving.edition(request), request.path_params["site"]
    found = edition.sites.get(name)
    if found is None or found.look is None:
        return refusal(404, "There is no such site with a look of its own.")
    asset = embed.Asset(found.look.for_pages)
    if request.path_params["hash"] == asset.hash:
        return serving.asset(f"look of {name}", asset, asset.hash, "text/css; charset=utf-8")
    return prepare(asset.text, "text/css; charset=utf-8", SHARED, cache="max-age=60", edition=edition)  # a page from before the look changed


async def sitemap(serving: Serving, request: Request) -> ASGIApp:
    """`/sitemap.xml`: every page in every language it has; of more than 5,000 pages, the addresses of its parts."""
    return _sitemap(serving, request, 0)


async def sitemap_part(serving: Serving, request: Request) -> ASGIApp:
    """`/sitemap-<number>.xml`: one part of a long sitemap."""
    number = request.path_params["number"]
    return _sitemap(serving, request, int(number)) if re.fullmatch(r"[1-9][0-9]{0,4}", number) else _no_part()


def _sitemap(serving: Serving, request: Request, number: int) -> ASGIApp:
    base, edition = serving.base(request), serving.edition(request)
    key = ("sitemap", base, number)
    if found := serving.store.find(key):
        return found
    text = sitemap_part_of(base, edition, number) if number else sitemap_of(base, edition)
    made = prepare(text, "application/xml; charset=utf-8", EVERYWHERE, cache="", edition=edition)
    return serving.store.keep(key, made) if text else _no_part()


def _no_part() -> ASGIApp:
    return refusal(404, "The sitemap has no such part; /sitemap.xml names those there are.")


async def robots(serving: Serving, request: Request) -> ASGIApp:
    """`/robots.txt`: pages may be indexed; partials, searches and what programs ask not."""
    base = serving.base(request)
    path = urlsplit(base).path
    closed = "".join(f"Disallow: {path}/{name}\n" for name in ("partials/", "search", "connect", "api/"))
    text = f"User-agent: *\n{closed}Sitemap: {base}/sitemap.xml\n"
    return prepare(text, TEXT, EVERYWHERE, cache="max-age=3600")


async def healthz(serving: Serving, request: Request) -> ASGIApp:
    """`/healthz`: the process answers."""
    return prepare(json.dumps({"status": "ok"}), JSON, EVERYWHERE)


async def readyz(serving: Serving, request: Request) -> ASGIApp:
    """`/readyz`: a library is loaded; its version and count, and how many searches this process answered and found nothing for."""
    edition = serving.edition(request)
    values = {"status": "ready", "version": edition.version, "articles": edition.library.count, "faults": serving.editions.fault_count,
              "searches": {"asked": serving.asked, "found_nothing": serving.found_nothing}}  # fmt: skip
    return prepare(json.dumps(values), JSON, EVERYWHERE)


ROUTES: tuple[Row, ...] = (
    ("/embed.js", loader, ("GET", "OPTIONS")),
    ("/embed-{hash}.js", pinned_loader, ("GET", "OPTIONS")),
    ("/enhance-{hash}.js", bundle, ("GET", "OPTIONS")),
    ("/older-{hash}.js", older, ("GET", "OPTIONS")),
    ("/diagnose-{hash}.js", diagnosis, ("GET", "OPTIONS")),
    ("/custom-elements.json", custom_elements, ("GET", "OPTIONS")),
    ("/health-widgets.d.ts", declarations, ("GET", "OPTIONS")),
    ("/static/library-{hash}.css", styles, ("GET",)),
    ("/static/library-{hash}.js", searching, ("GET",)),
    ("/static/sites/{site}-{hash}.css", look, ("GET",)),
    ("/sitemap.xml", sitemap, ("GET",)),
    ("/sitemap-{number}.xml", sitemap_part, ("GET",)),
    ("/robots.txt", robots, ("GET",)),
    ("/healthz", healthz, ("GET",)),
    ("/readyz", readyz, ("GET",)),
)
