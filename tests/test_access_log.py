"""What a reader looked at or typed is in no log."""

import io
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.asking import ask
from tests.conftest import NOON
from widgets.app import Library, create_app
from widgets.settings import Settings

SECRETS = ("elephant", "sampel", "utm_me", "hearts", "203.0.113.9", "clinic.example", "agent-x", "nowhere")
"""Words of the requests below: none may be in a log."""


def ask_everything(base: str) -> None:
    """Right and wrong requests of every kind, each with something private in it."""
    private = {"user-agent": "agent-x", "x-forwarded-for": "203.0.113.9", "referer": "https://clinic.example/page"}
    with httpx.Client(headers=private) as client:
        for path in ("/topics/hearts?utm_me=1", "/articles/sampel", "/partials/article-card?article=sampel",
        "/partials/topic-browser?topic=hearts", "/nowhere",
                     "/articles/nowhere?lang=es&lang=en", "/search?q=elephant", "/partials/topic-browser?x=" + "elephant" * 400):  # fmt: skip
            client.get(base + path)
            client.get(base + path)
        client.post(base + "/search", data={"q": "elephant"})
        client.post(base + "/partials/topic-browser?topic=hearts", data={"q": "elephant " * 1500})
        client.request("DELETE", base + "/articles/nowhere")
    ask(base, "/articles/nowhere", host="clinic.example")
    ask(base, "/partials/topic-browser", "Content-Length: abc", method="POST")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that our loggers and uvicorn's write, at every level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    names = ("widgets", "uvicorn", "starlette", "asyncio")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield text
    for name in names:
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(levels[name])


@pytest.mark.parametrize("access_log", [False, True])
def test_no_log_tells_what_a_reader_read(content: Path, serve: Callable[..., str], logged: io.StringIO, access_log: bool) -> None:
    """At every level, no log holds a path, a query, a search, an address or a user agent."""
    app = create_app(Settings(content=content, watch=False, access_log=access_log), clock=lambda: NOON)
    ask_everything(serve(app))
    text = logged.getvalue()
    assert [word for word in SECRETS if word in text] == []
    assert "127.0.0.1" not in text
    assert ("widgets.access" in text) == access_log
    app.close()


def test_the_access_log_holds_route_templates(content: Path, serve: Callable[..., str], logged: io.StringIO) -> None:
    """The access log is a line a request: method, route template, status, also for what comes from the store."""
    app = create_app(Settings(content=content, watch=False, access_log=True), clock=lambda: NOON)
    base = serve(app)
    for _ in range(2):
        httpx.get(base + "/articles/sample?utm_me=1")
    httpx.head(base + "/partials/article-card?article=sample")
    httpx.post(base + "/search", data={"q": "elephant"})
    httpx.get(base + "/nowhere")
    httpx.get(base + "/articles/sampel")
    lines = [line.removeprefix("widgets.access INFO ") for line in logged.getvalue().splitlines() if line.startswith("widgets.access")]
    assert lines == [
        "GET /articles/{slug} 200",
        "GET /articles/{slug} 200",
        "HEAD /partials/{kind} 200",
        "POST /search 200",
        "GET (no route) 404",
        "GET /articles/{slug} 404",
    ]
    app.close()


def test_a_fault_of_ours_is_logged_without_the_request(content: Path, serve: Callable[..., str], logged: io.StringIO) -> None:
    """When an answer fails, the reader gets a plain 500, and the log the fault and the route but not what was asked."""

    class Broken(Library):
        """An application whose clock has stopped."""

    def stopped() -> object:
        raise RuntimeError("the clock stopped")

    app = Broken(Settings(content=content, watch=False), stopped)  # type: ignore[arg-type]
    answer = httpx.get(serve(app) + "/articles/sample?utm_me=elephant")
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert "clock" not in answer.text
    text = logged.getvalue()
    assert "/articles/{slug} failed: RuntimeError" in text
    assert "the clock stopped" in text
    assert "elephant" not in text
    assert "/articles/sample" not in text
    app.close()


@pytest.mark.parametrize("setting", ["0", "1"])
def test_the_process_prints_nothing_private(content: Path, tmp_path: Path, setting: str) -> None:
    """`health-widgets serve` writes no request's words to its output; with the access log on, route templates."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"HEALTH_WIDGETS_CONTENT": str(content), "HEALTH_WIDGETS_ACCESS_LOG": setting, "PYTHONUNBUFFERED": "1"}
    output = (tmp_path / "output").open("wb+")
    process = subprocess.Popen(
        [sys.executable, "-m", "widgets", "serve", "--port", str(port)], env=environ, cwd=tmp_path, stdout=output, stderr=output
    )
    try:
        until_ready(f"http://127.0.0.1:{port}", process)
        ask_everything(f"http://127.0.0.1:{port}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    output.seek(0)
    text = output.read().decode()
    output.close()
    private = [word for word in SECRETS if word in text]
    assert private == []
    assert not re.search(r"GET /\w+/\w+[^{]* HTTP", text)
    assert ("GET /topics/{slug} 200" in text) == (setting == "1")


def until_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; fail when its process ends first."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=0)) as client:
        while process.poll() is None:
            try:
                client.get(base + "/readyz").raise_for_status()
                return
            except httpx.TransportError:
                continue
    raise AssertionError(f"the server ended with {process.returncode}")
