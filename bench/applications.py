"""What the benchmarks serve: the library, and what is compared with it."""

import json
import os
from pathlib import Path

import brotli
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from widgets.app import create_app
from widgets.commands.serve import application
from widgets.edition import Editions
from widgets.processes import keep_buffers
from widgets.settings import Settings
from widgets.store import QUICK

PATH = "/partials/article-card?article=heart-attack"


def ours() -> object:
    """The library, on the sample content."""
    return create_app(Settings(public_url="http://localhost", watch=False))


def served() -> object:
    """The library as `health-widgets serve` serves it, by the settings of the environment."""
    return application()


def static() -> object:
    """Starlette's own way to serve a file."""
    return Starlette(routes=[Mount("/static", StaticFiles(directory=os.environ["BENCH_FOLDER"]))])


NEEDED = ("content-type", "content-encoding", "content-length")
"""The headers without which no one could read the bytes."""


def bare() -> object:
    """A callable that sends the same bytes: the body with all the headers of our answer."""
    return _sending(dict(json.loads(os.environ["BENCH_HEADERS"])))


def barest() -> object:
    """A callable that sends the body with no more headers than are needed to read it."""
    return _sending({name: value for name, value in json.loads(os.environ["BENCH_HEADERS"]) if name in NEEDED})


def _sending(values: dict[str, str]) -> object:
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    headers = [(name.encode(), value.encode()) for name, value in values.items()]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def least() -> object:
    """What no first answer can do without: a route of Starlette's, the article read from the file, a template, the same compression."""
    keep_buffers()
    articles = Editions(None, Path(os.environ["BENCH_SNAPSHOT"]), watch=False).current.library.articles
    template = Environment(autoescape=True).from_string(Path(os.environ["BENCH_BODY"]).read_text("utf-8"))

    async def card(request: Request) -> Response:
        article = articles.get(request.query_params["article"])
        if article is None:
            return Response(status_code=404)
        text = template.render(slug=article.slug, title=article.text("en", "en").front.title)
        headers = {"content-type": "text/html; charset=utf-8"}
        if "br" not in request.headers["accept-encoding"]:
            return Response(text, headers=headers)
        body = brotli.compress(text.encode(), mode=brotli.MODE_TEXT, quality=QUICK, lgwin=16)
        return Response(body, headers=headers | {"content-encoding": "br"})

    return Starlette(routes=[Route(PATH.partition("?")[0], card)])
