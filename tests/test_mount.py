"""The library inside other applications: mounted, without a lifespan, and several at once."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests import making
from tests.asking import nodes
from tests.conftest import NOON
from widgets.app import Library, create_app
from widgets.settings import Settings

Serve = Callable[..., str]


async def home(request: object) -> PlainTextResponse:
    return PlainTextResponse("the host's own")


def in_starlette(library: Library) -> ASGIApp:
    return Starlette(routes=[Route("/", home), Mount("/library", library)])


def in_fastapi(library: Library) -> ASGIApp:
    host = FastAPI()
    host.add_route("/", home)
    host.mount("/library", library)
    return host


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host application's folder, with folders of its own that have our names."""
    for name in ("templates/partials", "templates/pages", "static", "content/sites", "content/articles", "examples"):
        (tmp_path / "host" / name).mkdir(parents=True)
    for name in (
        "templates/partials/article_card.html",
        "templates/pages/article.html",
        "static/embed.js",
        "static/widgets.css",
        "content/sites/default.toml",
    ):
        (tmp_path / "host" / name).write_text("the host's own", "utf-8")
    monkeypatch.chdir(tmp_path / "host")
    return tmp_path / "host"


@pytest.mark.parametrize("host", [in_starlette, in_fastapi])
def test_the_library_works_below_a_path_of_another_application(content: Path, beside: Path, serve: Serve, host: Callable[[Library], ASGIApp]) -> None:
    """Mounted at /library, without a lifespan, every address works and stands below /library; the host keeps its own."""
    library = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    base = serve(host(library))
    assert httpx.get(base + "/").text == "the host's own"
    for path in (
        "/",
        "/articles/sample",
        "/topics/hearts",
        "/partials/article-card?article=sample&open",
        "/partials/topic-browser",
        "/embed.js",
        "/robots.txt",
    ):
        for _ in range(2):  # made, and from the store
            answer = httpx.get(base + "/library" + path)
            assert answer.status_code == 200, path
            assert "the host's own" not in answer.text
            assert f"{base}/library/" in answer.text
            assert not re.search(rf"{re.escape(base)}/(?!library\b)\w", answer.text), path
    for link in {n.attributes.get("href") for n in nodes(httpx.get(base + "/library/").text)} - {None, "#main"}:
        if str(link).startswith(base):
            assert httpx.get(str(link)).status_code == 200, link
    assert httpx.post(base + "/library/search", data={"q": "sample"}).status_code == 200
    assert httpx.get(base + "/library/nowhere").status_code == 404
    assert httpx.get(base + "/library/articles/sample/?lang=es").headers["location"] == f"{base}/library/articles/sample?lang=es"
    assert httpx.get(base + "/library/healthz").json() == {"status": "ok"}
    library.close()


def test_a_mounted_library_prints_its_public_address(content: Path, serve: Serve) -> None:
    """With a public address that has a path, links stand on it and not on the mount's path."""
    library = create_app(Settings(content=content, watch=False, public_url="https://clinic.example/health"), clock=lambda: NOON)
    base = serve(in_starlette(library))
    assert 'href="https://clinic.example/health/articles/sample"' in httpx.get(base + "/library/topics/hearts").text
    library.close()


@pytest.mark.parametrize("host", [in_starlette, in_fastapi])
def test_a_server_that_is_told_of_an_outer_path(content: Path, serve: Serve, host: Callable[[Library], ASGIApp]) -> None:
    """Where a proxy takes a path off and the server is told of it, as by `uvicorn --root-path /outer`, the library below yet another one works."""
    library = create_app(Settings(content=content, watch=False, public_url="https://clinic.example/outer/library"), clock=lambda: NOON)
    inner = host(library)

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(scope | {"root_path": "/outer", "path": f"/outer{scope['path']}", "raw_path": b"/outer" + scope["raw_path"]}, receive, send)

    base = serve(told)
    for path in ("/", "/articles/sample", "/partials/article-card?article=sample", "/embed.js", "/readyz"):
        for _ in range(2):  # made, and from the store
            assert httpx.get(f"{base}/library{path}").status_code == 200, path
    assert httpx.post(f"{base}/library/search", data={"q": "sample"}).status_code == 200
    assert httpx.get(f"{base}/library/articles/sample/").headers["location"] == "https://clinic.example/outer/library/articles/sample"
    library.close()


def test_middleware_of_the_host_does_no_harm(content: Path, serve: Serve) -> None:
    """Compression and CORS of the host's own around the library: each answer is compressed once, is what it was, and may be read by any page."""
    library = create_app(Settings(content=content, watch=False, public_url="https://clinic.example/library"), clock=lambda: NOON)
    host = Starlette(
        routes=[Mount("/library", library)],
        middleware=[Middleware(GZipMiddleware, minimum_size=1), Middleware(CORSMiddleware, allow_origins=["https://host.example"])],
    )
    base, plain = serve(host), serve(in_starlette(library))
    for path in ("/articles/sample", "/partials/article-card?article=sample", "/embed.js", "/readyz"):
        for encoding in ("br, gzip", "gzip", "identity"):
            answers = [httpx.get(f"{at}/library{path}", headers={"Origin": "https://a.example", "Accept-Encoding": encoding}) for at in (base, plain)]
            assert answers[0].text == answers[1].text and answers[0].status_code == 200
            assert [a.headers.get("access-control-allow-origin") for a in answers] == ["*" if path.startswith(("/partials", "/embed")) else None] * 2
            assert answers[0].headers.get("content-encoding", "identity") in encoding
    library.close()


def test_the_sample_library_needs_nothing_from_the_working_folder(beside: Path, serve: Serve) -> None:
    """Beside a host's own templates, static and content, the sample library is the one that came with the package."""
    library = create_app(Settings(watch=False), clock=lambda: NOON)
    base = serve(in_starlette(library))
    assert "Heart attack" in httpx.get(base + "/library/articles/heart-attack").text
    library.close()


def test_several_libraries_live_in_one_process(tmp_path: Path, serve: Serve) -> None:
    """Two applications, each with its content, public address and store, answer as themselves when asked in turn."""
    apps = {}
    for name in ("first", "second"):
        folder = making.library(tmp_path / name)
        making.article(folder, "sample", making.ARTICLE, en=making.text().replace("A sample", f"The {name}"))
        making.write(folder / "sites" / "default.toml", making.SITE.replace("Test Library", f"Library {name}"))
        apps[name] = create_app(Settings(content=folder, watch=False, public_url=f"https://{name}.example"), clock=lambda: NOON)
    base = serve(Starlette(routes=[Mount(f"/{name}", app) for name, app in apps.items()]))
    for _ in range(2):
        for name, other in (("first", "second"), ("second", "first")):
            for path in ("/articles/sample", "/partials/article-card?article=sample", "/", "/embed.js", "/sitemap.xml"):
                text = httpx.get(f"{base}/{name}{path}").text
                assert f"https://{name}.example/" in text, path
                assert f"https://{other}.example" not in text
                assert f"The {other}" not in text
                assert f"Library {other}" not in text
    for app in apps.values():
        app.close()
