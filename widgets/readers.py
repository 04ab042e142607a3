"""The addresses that readers see: partials, and the library's pages."""

from urllib.parse import parse_qs, quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp

from widgets.answers import HTML, PARTIAL, REFUSAL, TEXT, Row, not_allowed, refusal
from widgets.catalog import catalog
from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.pages import article_page, message_page, topic_page
from widgets.render import render_partial
from widgets.serving import Serving
from widgets.store import Answer, prepare
from widgets.widget import BadAttribute, UnknownName, Widget, shown


async def partial(serving: Serving, request: Request) -> ASGIApp:
    """`/partials/<widget>`: one HTML partial between its marker comments."""
    kind = named(request.path_params["kind"])
    place = serving.place(request, kind)
    if request.method != "POST":
        return serving.kept(place, render_partial, PARTIAL)
    if not kind.searches:
        return not_allowed("GET, HEAD, OPTIONS")
    return prepare(await serving.found(place, render_partial, request), HTML, PARTIAL)


async def home(serving: Serving, request: Request) -> ASGIApp:
    """`/`: the library's first page."""
    return _level(serving, request, "")


async def topic(serving: Serving, request: Request) -> ASGIApp:
    """`/topics/<slug>`: one level of the topic tree; `?letter=` for one letter of its A to Z, `?page-number=` for more of a long list."""
    return _level(serving, request, f"topic={quote(request.path_params['slug'], safe='')}")


async def article(serving: Serving, request: Request) -> ASGIApp:
    """`/articles/<slug>`: the whole article."""
    try:
        place = serving.place(request, ArticleCard, f"article={quote(request.path_params['slug'], safe='')}", ("lang", "site"))
    except BadAttribute as error:
        return missing(serving, request, error)
    return serving.kept(place, article_page, serving.page_headers)


async def search(serving: Serving, request: Request) -> ASGIApp:
    """`/search`: the search page; what is typed comes in the body of a POST, and is not kept."""
    try:
        place = serving.place(request, TopicBrowser, "", ("lang", "site"))
    except BadAttribute as error:
        return missing(serving, request, error)
    html = await serving.found(place, topic_page, request) if request.method == "POST" else topic_page(place, serving.moment())
    return prepare(html, HTML, (*serving.page_headers, (b"x-robots-tag", b"noindex")))


def _level(serving: Serving, request: Request, path_query: str) -> ASGIApp:
    try:
        place = serving.place(request, TopicBrowser, path_query, ("lang", "site", "letter", "page-number"))
    except BadAttribute as error:
        return missing(serving, request, error)
    return serving.kept(place, topic_page, serving.page_headers)


def missing(serving: Serving, request: Request, error: BadAttribute) -> Answer:
    """The page that says what is wrong with an address."""
    try:
        base = serving.base(request)
    except HTTPException as unknown:
        return refusal(unknown.status_code, unknown.detail)
    given = parse_qs(request.scope["query_string"].decode("latin-1")[:200])
    site, lang = (given.get(name, [""])[0] for name in ("site", "lang"))
    title = "page_not_found" if error.status == 404 else "bad_request"
    html = message_page(base, serving.edition(request), serving.moment(), title, str(error), site=site, lang=lang)
    cache = "max-age=60" if error.status == 404 else "no-store"
    return prepare(html, HTML, serving.page_headers, status=error.status, cache=cache)


def moved(serving: Serving, request: Request, path: str) -> Answer:
    """The way to the address that was meant, on our own host whatever a client named, for any method."""
    try:
        address = serving.base(request) + path
    except HTTPException as unknown:
        return refusal(unknown.status_code, unknown.detail)
    return prepare(f"This is at {address}\n", TEXT, (*REFUSAL, (b"location", address.encode("latin-1"))), status=308, cache="no-store")


def named(kind: str) -> type[Widget]:
    """The widget of this kind; raises UnknownName with the kinds there are."""
    found = catalog().get(kind)
    if found is None:
        raise UnknownName(f'There is no widget "{shown(kind)}"; known: {", ".join(catalog())}.')
    return found


ROUTES: tuple[Row, ...] = (
    ("/partials/{kind}", partial, ("GET", "POST", "OPTIONS")),
    ("/", home, ("GET",)),
    ("/topics/{slug}", topic, ("GET",)),
    ("/articles/{slug}", article, ("GET",)),
    ("/search", search, ("GET", "POST")),
)
