"""Who may embed: a site that lists its origins is shown on these, and an answer of one is never another's."""

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.conftest import NOON
from widgets.app import Library, create_app
from widgets.edition import Edition
from widgets.settings import Settings

NORTH, SOUTH, OTHER = "https://www.north.example", "https://south.example:8443", "https://other.example"
READABLE = (
    "/partials/article-card?article=sample", "/partials/topic-browser", "/partials/appointment-cta", "/include/article-card?article=sample",
)  # fmt: skip
PUBLIC = "https://library.example"


@pytest.fixture
def library(content: Path) -> Library:
    """A library with a public site, and `north`, which two origins may show."""
    making.write(content / "sites/north.toml", f'origins = ["{NORTH}", "{SOUTH}"]\n{making.SITE}'.replace("Test Library", "North Library"))
    return create_app(Settings(content=content, public_url=PUBLIC, watch=False), clock=lambda: NOON)


@pytest.fixture
def base(library: Library, serve: Callable[[ASGIApp], str]) -> str:
    return serve(library)


def at(site: str, path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}site={site}"


def asked(base: str, path: str, origin: str = "", method: str = "GET") -> httpx.Response:
    return httpx.request(method, base + path, headers={"origin": origin} if origin else {})


@pytest.mark.parametrize("path", READABLE)
def test_a_listed_origin_reads_and_no_other(base: str, path: str) -> None:
    """Each listed origin gets the answer for itself alone; any other gets 403, one sentence and no CORS; in every order, kept or not."""
    for origin in (OTHER, NORTH, SOUTH, OTHER, "null", NORTH, "", NORTH.upper(), f"{NORTH}.evil.example", SOUTH, OTHER, f"{NORTH}, {OTHER}"):
        answer = asked(base, at("north", path), origin)
        assert answer.headers["vary"] == "Accept-Encoding, Origin"
        assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {NORTH} {SOUTH}")
        assert answer.headers["content-security-policy"].count("frame-ancestors") == 1
        if origin in {NORTH, SOUTH}:
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)
        elif origin:
            assert answer.status_code == 403
            assert answer.text == 'site: "north" may be shown on its own pages only; its library can add this page\'s origin to them.\n'
            assert "access-control-allow-origin" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
        else:  # a server, or the address bar
            assert answer.status_code == 200
            assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", READABLE)
def test_a_public_site_is_as_before(base: str, path: str) -> None:
    """A site that lists none answers every origin alike: `*`, one `Vary`, no origin in a policy."""
    for origin in (OTHER, "", "null", NORTH):
        answer = asked(base, path, origin)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert NORTH not in answer.headers.get("content-security-policy", "")


@pytest.mark.parametrize("written", ["site=%6Eorth", "site=North", "site=north&site=north", "%73ite=north", "x=1&site= north&y", "site=&site=north"])
def test_no_way_of_writing_the_site_passes_by(base: str, written: str) -> None:
    """However a query names a locked site, another origin gets nothing of it."""
    answer = asked(base, f"/partials/article-card?article=sample&{written}", OTHER)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_faults_of_a_locked_site_are_told_to_its_own_pages(base: str) -> None:
    """What is wrong is said to a listed origin, readable; another origin is refused before anything is looked up."""
    for path, status in (("/partials/article-card?article=none", 404), ("/partials/article-card?heading-level=9", 400), ("/partials/nothing", 404)):
        mine, theirs = (asked(base, at("north", path), origin) for origin in (NORTH, OTHER))
        assert (mine.status_code, mine.headers["access-control-allow-origin"]) == (status, NORTH)
        assert mine.headers["vary"] == "Accept-Encoding, Origin"
        assert theirs.status_code == 403


def test_a_preflight_says_the_same(base: str) -> None:
    """OPTIONS allows a listed origin, by its name, and no other."""
    path = at("north", READABLE[0])
    assert asked(base, path, NORTH, "OPTIONS").headers["access-control-allow-origin"] == NORTH
    refused = asked(base, path, OTHER, "OPTIONS")
    assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (403, False)
    assert asked(base, READABLE[0], OTHER, "OPTIONS").headers["access-control-allow-origin"] == "*"


def test_a_search_is_for_listed_origins(base: str) -> None:
    """A search by POST is read by a listed origin, and by our own."""
    for origin, status in ((NORTH, 200), (PUBLIC, 200), (OTHER, 403), ("null", 403)):
        answer = httpx.post(f"{base}/partials/topic-browser?site=north", data={"q": "sample"}, headers={"origin": origin})
        assert answer.status_code == status
        assert answer.headers.get("access-control-allow-origin") == (origin if status == 200 else None)


def test_what_programs_ask_is_locked_too(base: str) -> None:
    """The library as JSON, and by code, is read by listed origins alone; so it is where a form names the site."""
    for path in ("/api/articles", "/api/articles/sample", "/api/topics", "/api/search?q=sample"):
        assert asked(base, at("north", path), NORTH).headers["access-control-allow-origin"] == NORTH
        assert asked(base, at("north", path), OTHER).status_code == 403
        assert asked(base, path, OTHER).headers["access-control-allow-origin"] == "*"
    form = {"mainSearchCriteria.v.dn": "A sample", "knowledgeResponseType": "application/json", "site": "north"}
    for origin, status, allowed in ((NORTH, 200, NORTH), (OTHER, 403, None)):
        answer = httpx.post(f"{base}/connect", data=form, headers={"origin": origin})
        assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (status, allowed)
        assert answer.headers["vary"] == "Accept-Encoding, Origin"


def test_frames_name_who_may_show_them(base: str) -> None:
    """A frame of a locked site names its origins alone, one of a public site any; the library's own pages can be framed by none."""
    policy = httpx.get(f"{base}/frame/article-card?article=sample&site=north").headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {NORTH} {SOUTH}")
    assert httpx.get(f"{base}/frame/article-card?article=sample").headers["content-security-policy"].endswith("frame-ancestors *")
    page = httpx.get(f"{base}/articles/sample?site=north", headers={"origin": OTHER})
    assert page.status_code == 200
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert "North Library" in page.text


def test_a_locked_site_has_no_oembed(base: str) -> None:
    """Neither the answer nor the link that leads to it; a public site has both."""
    url = f"{PUBLIC}/articles/sample"
    assert httpx.get(f"{base}/oembed", params={"url": url}).status_code == 200
    refused = httpx.get(f"{base}/oembed", params={"url": f"{url}?site=north"})
    assert (refused.status_code, "plain link" in refused.text) == (404, True)
    assert "json+oembed" in httpx.get(f"{base}/articles/sample").text
    assert "json+oembed" not in httpx.get(f"{base}/articles/sample?site=north").text


def test_scripts_and_styles_are_for_all(content: Path, serve: Callable[[ASGIApp], str]) -> None:
    """Where even the default site is locked, its partials are, and scripts, which say nothing of it, are not."""
    making.write(content / "sites/default.toml", f'origins = ["{NORTH}"]\n{making.SITE}')
    base = serve(create_app(Settings(content=content, public_url=PUBLIC, watch=False)))
    assert asked(base, "/partials/appointment-cta", OTHER).status_code == 403
    assert asked(base, "/partials/appointment-cta?site=", OTHER).status_code == 403
    for path in ("/embed.js", "/frame.js"):
        assert asked(base, path, OTHER).headers["access-control-allow-origin"] == "*"
    assert asked(base, "/articles/sample", OTHER).status_code == 200


def test_not_modified_is_for_the_same_origin(base: str) -> None:
    """A 304 carries the same origin, policy and Vary as its 200."""
    first = asked(base, at("north", READABLE[0]), NORTH)
    again = httpx.get(base + at("north", READABLE[0]), headers={"origin": NORTH, "if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    for name in ("access-control-allow-origin", "vary", "content-security-policy", "etag"):
        assert again.headers[name] == first.headers[name]
    other = httpx.get(base + at("north", READABLE[0]), headers={"origin": OTHER, "if-none-match": first.headers["etag"]})
    assert other.status_code == 403


def test_a_locked_answer_comes_from_the_store(library: Library, base: str) -> None:
    """The second answer to a listed origin is made by no route; one that is refused is kept for nobody."""
    made = []
    routes = library.store.app

    async def counted(scope: object, receive: object, send: object) -> None:
        made.append(scope)
        await routes(scope, receive, send)  # type: ignore[arg-type]

    library.store.app = counted
    for origin in (NORTH, NORTH, SOUTH, SOUTH, NORTH, "", ""):
        assert asked(base, at("north", READABLE[0]), origin).status_code == 200
    assert len(made) == 3
    kept = len(library.store._aliases)
    for number in range(20):
        assert asked(base, at("north", READABLE[0]), f"https://{number}.example").status_code == 403
    assert len(library.store._aliases) == kept


class Swapping:
    """Editions of which another one stands there at each look."""

    def __init__(self, *editions: Edition) -> None:
        self._next = cycle(editions)

    @property
    def current(self) -> Edition:
        return next(self._next)


@pytest.mark.parametrize("path", READABLE)
def test_a_request_sees_one_edition(content: Path, library: Library, base: str, path: str) -> None:
    """An edit in the middle of a request changes nothing of it: who may read is asked of the edition that is then read."""
    locked = library.editions.current
    making.write(content / "sites/north.toml", making.SITE)
    library.editions.reload()
    library.serving.editions = Swapping(library.editions.current, locked)  # type: ignore[assignment]
    library.editions.current = locked
    assert asked(base, at("north", path), OTHER).headers["access-control-allow-origin"] == "*"
    assert asked(base, at("north", path), OTHER).status_code == 403


def test_a_site_that_opens_or_locks_does_so_at_once(content: Path, library: Library, base: str) -> None:
    """After a reload the new origins hold, and nothing that was kept before is sent."""
    path = at("north", READABLE[0])
    assert asked(base, path, OTHER).status_code == 403
    assert asked(base, path, NORTH).status_code == 200
    making.write(content / "sites/north.toml", f'origins = ["{OTHER}"]\n{making.SITE}')
    library.editions.reload()
    assert asked(base, path, OTHER).headers["access-control-allow-origin"] == OTHER
    assert asked(base, path, NORTH).status_code == 403
