"""What is kept answers like what is made anew, for as long as it holds, within its bound."""

import re
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests import making
from tests.asking import ask, many
from widgets.app import Library, create_app
from widgets.content.files import ContentFile
from widgets.content.read import parse_text
from widgets.embed import _config, page_styles
from widgets.settings import Settings
from widgets.store import FRESH, OFTEN, ON_ERROR, _encoding, prepare

Serve = Callable[..., str]
NEXT_REVIEW = datetime(2027, 1, 31, tzinfo=UTC)
OVERDUE = NEXT_REVIEW + timedelta(days=1)
"""A review planned for a day is overdue when that day is over."""


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def made(content: Path) -> Iterator[Callable[..., Library]]:
    """Applications over the small content folder, with a clock and settings of the test's."""
    apps: list[Library] = []

    def make(clock: Clock | None = None, **given: object) -> Library:
        settings = replace(Settings(content=content, watch=False), **given)  # type: ignore[arg-type]
        apps.append(create_app(settings, clock=clock or Clock(OVERDUE - timedelta(days=30))))
        return apps[-1]

    yield make
    for one in apps:
        one.close()


def reviewed(content: Path) -> None:
    """Let the sample article be reviewed, the next review on NEXT_REVIEW's day."""
    unsigned = making.text()
    digest = parse_text(ContentFile("articles/sample/en.md", unsigned.lstrip())).hash
    review = f'[review]\nby = "A clinical body"\nreviewed = 2026-01-31\nnext-review = {NEXT_REVIEW:%Y-%m-%d}\ntext-hash = "{digest}"'
    making.article(content, "sample", making.ARTICLE, en=making.text(tables=review))


ADDRESSES = ("/", "/articles/sample", "/articles/sample?lang=es", "/topics/hearts", "/partials/article-card?article=sample",
"/partials/topic-browser",
             "/partials/article-card?article=sample&open=1&heading-level=4", "/partials/appointment-cta?lang=es", "/partials/symptom-checker",
             "/embed.js",
             "/sitemap.xml", "/robots.txt")  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_answer_is_the_fresh_one(made: Callable[..., Library], serve: Serve, address: str) -> None:
    """The second answer, and one after another edition, have the bytes and headers of the first, in every encoding."""
    app = made(public_url="https://library.example")
    base = serve(app)
    for encoding in ("identity", "gzip", "br"):
        fresh = httpx.get(serve(made(public_url="https://library.example")) + address, headers={"accept-encoding": encoding})
        for _ in range(3):
            kept = httpx.get(base + address, headers={"accept-encoding": encoding})
            assert kept.content == fresh.content
            assert {k: v for k, v in kept.headers.items() if k != "date"} == {k: v for k, v in fresh.headers.items() if k != "date"}


def test_an_address_and_its_other_spellings_share_one_answer(made: Callable[..., Library], serve: Serve) -> None:
    """Order, defaults, unknown parameters, capitals and a language range lead to one kept answer."""
    app = made()
    base = serve(app)
    spellings = ["article=sample", "article=sample&site=default", "heading-level=2&article=sample", "article=SAMPLE", "utm_source=x&article=sample",
                 "article=sample&lang=en", "article=sample&lang=en-US", "article=%73ample", "article=sample&lang=klingon",
                 "article=sample&open=0"]  # fmt: skip
    texts = {httpx.get(f"{base}/partials/article-card?{query}").text for query in spellings}
    assert len(texts) == 1
    assert len(app.store._kept) == 1
    assert len(app.store._aliases) == len(spellings)
    assert len({id(alias.answer) for alias in app.store._aliases.values()}) == 1


def test_the_memory_bound_holds(made: Callable[..., Library], serve: Serve) -> None:
    """Ten thousand random utm_ queries stay within the bound that is set, as counted and as measured."""
    app = made(cache_megabytes=1)
    base = serve(app)
    ask(base, "/partials/article-card?article=sample")
    for _ in range(20):
        targets = [f"/partials/article-card?article=sample&utm_id={secrets.token_hex(8)}" for _ in range(500)]
        assert many(base, targets) == 500
        assert app.store._bytes <= 1 << 20
    assert 1 < len(app.store._aliases) < 3000
    assert sum(_size(alias) for alias in app.store._aliases) + sys.getsizeof(app.store._aliases) < 2 << 20


def _size(value: object) -> int:
    """The memory of a tuple and of what is in it."""
    return sys.getsizeof(value) + (sum(_size(one) for one in value) if isinstance(value, tuple) else 0)


def test_refusals_take_no_room(made: Callable[..., Library], serve: Serve) -> None:
    """Addresses that are wrong or lead nowhere are not kept, however many are asked."""
    app = made()
    base = serve(app)
    for path in ("/articles/nothing", "/partials/article-card?article=nothing", "/partials/article-card", "/nowhere", "/partials/x", "/embed-x.js"):
        assert httpx.get(base + path).status_code in {400, 404}
    assert not app.store._kept
    assert not app.store._aliases


def test_an_article_that_was_missing_is_found_once_it_is_there(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """A 404 does not outlive the edition that lacked the article."""
    app = made()
    base = serve(app)
    for path in ("/articles/new", "/partials/article-card?article=new"):
        assert httpx.get(base + path).status_code == 404
    making.article(content, "new")
    app.editions.reload()
    for path in ("/articles/new", "/partials/article-card?article=new"):
        assert httpx.get(base + path).status_code == 200


def test_another_edition_changes_every_answer(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """After a reload, nothing of the edition before is sent or kept: page, partial, sitemap, loader."""
    app = made()
    base = serve(app)
    old = {address: httpx.get(base + address).text for address in ADDRESSES}
    making.article(content, "sample", making.ARTICLE, en=making.text().replace("A sample", "Another sample"))
    making.article(content, "more")
    making.write(
        content / "sites" / "default.toml", making.SITE.replace('["en", "es"]', '["en", "es", "fr"]').replace("Take the first", "Take a second")
    )
    app.editions.reload()
    for address in ADDRESSES:
        if address not in {"/robots.txt", "/partials/symptom-checker", "/partials/appointment-cta?lang=es"}:
            assert httpx.get(base + address).text != old[address], address
    assert all(answer.edition in (None, app.editions.current) for answer in app.store._kept.values())
    assert all(alias.answer.edition in (None, app.editions.current) for alias in app.store._aliases.values())


def test_a_reload_in_the_middle_of_an_answer_keeps_nothing_old(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """What was made while another edition came in is not taken for that edition's."""

    class Edits(Clock):
        """Tells the time, and once has the content changed just then."""

        def __call__(self) -> datetime:
            if "Another" not in (content / "articles/sample/en.md").read_text():
                making.article(content, "sample", making.ARTICLE, en=making.text().replace("A sample", "Another sample"))
                app.editions.reload()
            return self.now

    app = made(Edits(OVERDUE - timedelta(days=30)))
    base = serve(app)
    httpx.get(base + "/articles/sample")
    assert "Another sample" in httpx.get(base + "/articles/sample").text


# --- What depends on the clock -----------------------------------------------------------------------------


@pytest.mark.parametrize("left", [86_400, FRESH + ON_ERROR + 1, FRESH + ON_ERROR, 3000, 301, 300, 299, 60, 2, 1, 0.5])
@pytest.mark.parametrize("path", ["/articles/sample", "/partials/article-card?article=sample", "/partials/topic-browser?article=sample"])
def test_no_cache_outlives_the_moment_of_change(content: Path, made: Callable[..., Library], serve: Serve, path: str, left: float) -> None:
    """max-age and both allowances end before a review falls due."""
    reviewed(content)
    base = serve(made(Clock(OVERDUE - timedelta(seconds=left))))
    for _ in range(2):
        answer = httpx.get(base + path)
        assert "Reviewed by A clinical body" in answer.text
        assert "overdue" not in answer.text
        ages = dict(re.findall(r"([\w-]+)=(\d+)", answer.headers["cache-control"]))
        assert int(ages["max-age"]) + max(int(ages.get(name, 0)) for name in ("stale-while-revalidate", "stale-if-error")) <= left


@pytest.mark.parametrize("steps", [(86_400, 3_000, 10, 0), (3_901, 3_899, 1, 0), (1, 0), (0.5, -3600)])
def test_an_answer_changes_when_its_moment_comes(content: Path, made: Callable[..., Library], serve: Serve, steps: tuple[float, ...]) -> None:
    """A review falls due without a restart or a reload: the kept answer is not sent past the moment."""
    reviewed(content)
    clock = Clock(OVERDUE)
    base = serve(made(clock))
    for left in steps:
        clock.now = OVERDUE - timedelta(seconds=left)
        for path in ("/articles/sample", "/partials/article-card?article=sample&open", "/partials/topic-browser?article=sample"):
            text = httpx.get(base + path).text
            assert ("The review planned for January 31, 2027 is overdue." in text) == (left <= 0), (path, left)
            assert ("Next review January 31, 2027" in text) == (left > 0), (path, left)


def test_what_does_not_depend_on_the_clock_is_kept(made: Callable[..., Library], serve: Serve) -> None:
    """An unreviewed article's answer holds while the years pass."""
    clock = Clock(OVERDUE)
    app = made(clock)
    base = serve(app)
    first = httpx.get(base + "/articles/sample")
    clock.now += timedelta(days=3650)
    assert httpx.get(base + "/articles/sample").text == first.text
    assert len(app.store._kept) == 1


# --- Hosts and neighbours ----------------------------------------------------------------------------------


class Scribbler:
    """A host's middleware that writes to the list of headers in place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"set-cookie", secrets.token_hex(4).encode()))
            await send(message)

        await self.app(scope, receive, sending)


async def with_cookie(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """A host's middleware of the usual kind."""
    response = await call_next(request)
    response.set_cookie("seen", secrets.token_hex(4))
    response.headers["cache-control"] = "private"
    return response


@pytest.mark.parametrize("middleware", [Middleware(Scribbler), Middleware(BaseHTTPMiddleware, dispatch=with_cookie), Middleware(GZipMiddleware)])
def test_a_hosts_middleware_does_not_reach_the_store(made: Callable[..., Library], serve: Serve, middleware: Middleware) -> None:
    """A host application may write to our headers; the next reader gets none of it."""
    app = made(public_url="https://library.example/library")
    plain = httpx.get(serve(app) + "/articles/sample")
    host = serve(Starlette(routes=[Mount("/library", app)], middleware=[middleware]))
    for _ in range(4):
        for method in ("GET", "HEAD"):
            answer = httpx.request(method, host + "/library/articles/sample")
            assert answer.status_code == 200
            assert len(answer.headers.get_list("set-cookie")) <= 1
            assert answer.headers.get_list("content-encoding") == ["br"]
        assert httpx.get(host + "/library/articles/sample", headers={"if-none-match": plain.headers["etag"]}).status_code == 304
    again = httpx.get(serve(app) + "/articles/sample")
    assert {k: v for k, v in again.headers.items() if k != "date"} == {k: v for k, v in plain.headers.items() if k != "date"}


def test_languages_and_sites_are_never_mixed(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """Each site's answers, in each language, are its own, asked in any order and again."""
    clinic = (
        making.SITE.replace("Test Library", "Clinic")
        .replace("Biblioteca de prueba", "Clínica")
        .replace('"US"', '"GB"')
        .replace('["en", "es"]', '["es", "en"]')
    )
    making.write(content / "sites" / "clinic.toml", clinic)
    making.article(
        content, "both", making.ARTICLE, en=making.text(), es=making.text().replace("A sample", "Una muestra").replace("It hurts", "Duele")
    )
    base = serve(made())
    says = {
        "": ("A sample", "Call 911 now", "Test Library"),
        "site=clinic": ("Una muestra", "Llame al 999 ahora", "Clínica"),
        "lang=es": ("Una muestra", "Llame al 911 ahora", "Biblioteca de prueba"),
        "site=clinic&lang=en": ("A sample", "Call 999 now", "Clinic"),
    }
    for _ in range(2):
        for query, words in says.items():
            for path in ("/articles/both", "/partials/article-card?article=both"):
                text = httpx.get(f"{base}{path}{'&' if '?' in path else '?'}{query}").text
                for other in says.values():
                    for word in other:
                        assert (f">{word}" in text or f" {word}" in text) == (word in words), (path, query, word)


def test_without_a_public_address_each_host_has_its_own_answers(made: Callable[..., Library], serve: Serve) -> None:
    """On loopback, an answer made for one host is not sent to another."""
    base = serve(made())
    port = base.rpartition(":")[2]
    for host in ("localhost", "127.0.0.1", "localhost"):
        address = f"http://{host}:{port}"
        assert (
            f'<link rel="canonical" href="{address}/articles/sample">'
            in httpx.get(f"{base}/articles/sample", headers={"host": f"{host}:{port}"}).text
        )
        assert f'"base":"{address}"' in httpx.get(f"{base}/embed.js", headers={"host": f"{host}:{port}"}).text


def test_each_path_of_a_mount_gets_its_own_addresses(made: Callable[..., Library], serve: Serve) -> None:
    """A host that takes the mount's path off `path` gets the links of each root_path, not those of the first one asked."""
    library = made()

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        root, path = scope["path"][:4], scope["path"][4:]
        await library(dict(scope, root_path=root, path=path), receive, send)

    base = serve(stripped)
    for root in ("/one", "/two", "/one"):
        assert f'href="{base}{root}/' in httpx.get(f"{base}{root}/topics/hearts").text


def test_a_search_is_never_answered_with_304(made: Callable[..., Library], serve: Serve) -> None:
    """If-None-Match means nothing to a form: the search is answered."""
    base = serve(made())
    assert httpx.post(base + "/search", data={"q": "sample"}, headers={"if-none-match": "*"}).status_code == 200


@pytest.mark.parametrize("encoding", [b"br", b"gzip"])
def test_small_bodies_are_sent_as_they_are(encoding: bytes) -> None:
    """What compressing would not make smaller has one encoding; of the rest each is made when it is first asked for."""
    scope = {"method": "GET", "headers": [(b"accept-encoding", encoding)]}
    for text, sent in (("short", {}), ("long " * 100, {b"content-encoding": encoding})):
        answer = prepare(text, "text/plain", ())
        headers = dict(answer.messages(scope)[0]["headers"])
        assert {name: value for name, value in headers.items() if name == b"content-encoding"} == sent
        assert set(answer.encodings) == {b"", *sent.values()}


def test_what_is_asked_often_is_compressed_best(app: Library, serve: Serve) -> None:
    """After OFTEN requests a page is sent in fewer bytes, under another validator, and is the same text."""
    with httpx.Client(base_url=serve(app), headers={"accept-encoding": "br"}) as client:
        first, *_ = [client.get("/articles/sample") for _ in range(OFTEN + 1)]
        app.store._background.shutdown()  # when it returns, what was begun is done
        last = client.get("/articles/sample")
        unmodified = client.get("/articles/sample", headers={"if-none-match": last.headers["etag"]})
    assert last.text == first.text
    assert int(last.headers["content-length"]) < int(first.headers["content-length"])
    assert last.headers["etag"] != first.headers["etag"]
    assert unmodified.status_code == 304
    differ = {name for name in last.headers if last.headers[name] != first.headers[name]}
    assert differ <= {"etag", "content-length", "date"}


def test_what_is_asked_by_many_request_lines_is_compressed_best_once(app: Library, serve: Serve) -> None:
    """One answer, asked often under several request lines, is compressed anew for the first of them; the others cost no more."""
    with httpx.Client(base_url=serve(app), headers={"accept-encoding": "br"}) as client:
        made = set()
        for number in range(3):
            for _ in range(OFTEN + 1):
                client.get(f"/articles/sample?utm_source={number}")
            app.store._background.submit(lambda: None).result()  # when it returns, what was begun is done
            made |= {id(answer.encodings[b"br"]) for answer in app.store._kept.values()}
    assert len(made) == 1


def test_what_clients_invent_is_not_held(made: Callable[..., Library], serve: Serve) -> None:
    """Long Accept-Encodings are answered plain and forgotten; the hosts by which an answer was asked for count as memory."""
    library = made(cache_megabytes=1)
    base, size = serve(library), 50_000
    _encoding.cache_clear()
    for n in range(30):
        assert "content-encoding" not in ask(base, "/articles/sample", f"Accept-Encoding: br, {n}{'x' * size}").headers
        assert ask(base, f"/static/library-{page_styles().hash}.css", host=f"{n}{'x' * size}").status == 200
    assert _encoding.cache_info().currsize <= 1  # of the requests that say nothing
    assert len(repr([*library.store._aliases])) < 1 << 20


def test_a_loader_is_made_for_few_hosts_at_once(made: Callable[..., Library], serve: Serve) -> None:
    """Without a public address each loopback host has a loader of its own; those of hosts that a client invents are let go."""
    base = serve(made(cache_megabytes=1))
    for n in range(40):
        assert f'"base":"http://n{n}.localhost"' in ask(base, "/embed.js", host=f"n{n}.localhost").body
    assert _config.cache_info().currsize <= 10
