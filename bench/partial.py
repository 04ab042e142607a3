"""Cached and first partials beside a bare ASGI callable that sends the same bytes, an asset beside StaticFiles: on one uvicorn, in turns."""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path

import brotli
import uvloop
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bench import at_least, at_most
from tests import big
from widgets import embed
from widgets.app import create_app
from widgets.commands.serve import application
from widgets.edition import Editions
from widgets.settings import Settings
from widgets.snapshot.file import make
from widgets.store import OFTEN, QUICK

PATH = "/partials/article-card?article=heart-attack"
PATH_OF = "/partials/article-card?article={}"
CONNECTIONS, SECONDS, TURNS = 16, 2.0, 7
ARTICLES, A_TURN = 4000, 2500
"""Articles of the library whose cards are asked once each, and how many cards in one turn."""
ALL = "gzip, deflate, br"
REQUEST = "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accept}\r\nOrigin: https://partner.example\r\n{more}\r\n"


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
    """What no first answer can do without: a route of Starlette's, a template of the same text, and the same compression."""
    template = Environment(autoescape=True).from_string(Path(os.environ["BENCH_BODY"]).read_text("utf-8"))

    async def card(request: Request) -> Response:
        text, headers = template.render(request.query_params), {"content-type": "text/html; charset=utf-8"}
        if "br" not in request.headers["accept-encoding"]:
            return Response(text, headers=headers)
        body = brotli.compress(text.encode(), mode=brotli.MODE_TEXT, quality=QUICK, lgwin=16)
        return Response(body, headers=headers | {"content-encoding": "br"})

    return Starlette(routes=[Route(PATH.partition("?")[0], card)])


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, as long as there is something to ask."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests, self.answers, self.size, self.got = requests, 0, 0, b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request = next(self.requests, b"")
        if request:
            self.transport.write(request)  # type: ignore[attr-defined]
        elif not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.got += data
        end = self.got.find(b"\r\n\r\n") if not self.size else 0
        if end > 0:
            at = self.got.find(b"content-length: ", 0, end)
            self.size = end + 4 + (int(self.got[at + 16 : self.got.index(b"\r", at)]) if at > 0 else 0)  # a 304 has none
        if self.size and len(self.got) >= self.size:
            self.answers, self.size, self.got = self.answers + 1, 0, b""
            self.ask()


@dataclass
class Server:
    """A uvicorn process with one worker."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, name: str, **environ: str) -> "Server":
        port = cls.free_port()
        options = ["--factory", "--port", str(port), "--no-access-log", "--log-level", "error"]
        command = [sys.executable, "-m", "uvicorn", f"bench.partial:{name}", *options]
        server = cls(name, port, subprocess.Popen(command, env=os.environ | environ))
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}").read()
                return server
            except urllib.error.HTTPError:
                return server
            except OSError:
                time.sleep(0.05)

    @staticmethod
    def free_port() -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(port: int, requests: Iterator[bytes], seconds: float) -> int:
    """Answers over CONNECTIONS connections, until the time is over or all is asked."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Client(requests), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    await asyncio.wait([client.done for _, client in made], timeout=seconds)
    for transport, _ in made:
        transport.abort()
    return sum(client.answers for _, client in made)


def measure(server: Server, requests: Iterator[bytes], seconds: float) -> tuple[float, float]:
    """Requests a second, and microseconds of server time a request."""
    cpu, start = server.cpu(), time.perf_counter()
    answers = uvloop.run(load(server.port, requests, seconds))
    return answers / (time.perf_counter() - start), (server.cpu() - cpu) / answers * 1e6


def compare(servers: dict[str, tuple[Server, Callable[[], Iterator[bytes]]]], seconds: float = SECONDS) -> dict[str, float]:
    """Print the medians of all turns; the ratio of each to the first, which is printed with them."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for turn in range(TURNS + 1):
        for name, (server, requests) in servers.items():
            result = measure(server, requests(), seconds)
            if turn:  # the first turn warms up
                found[name].append(result)
    first = [rate for rate, _ in next(iter(found.values()))]
    ratios = {name: statistics.median(r[0] / b for r, b in zip(results, first, strict=True)) for name, results in found.items()}
    print(f"{'':24}{'requests/s':>12}{'CPU us/request':>16}{'ratio':>8}")
    for name, results in found.items():
        rate, cpu = (statistics.median(column) for column in zip(*results, strict=True))
        print(f"{name:24}{rate:12,.0f}{cpu:16.1f}{ratios[name]:8.2f}", flush=True)
    return ratios


def same(path: str, more: str = "", accept: str = ALL) -> Callable[[], Iterator[bytes]]:
    """One request, again and again."""
    return lambda: repeat(REQUEST.format(path=path, more=more, accept=accept).encode())


def each_once(paths: Iterator[str], accept: str) -> Callable[[], Iterator[bytes]]:
    """The requests of one turn: none of them has been asked before."""
    return lambda: (REQUEST.format(path=path, more="", accept=accept).encode() for path in islice(paths, A_TURN))


def answer(server: Server, path: str, accept: str = "br") -> tuple[str, bytes, str]:
    """The validator of an answer, its body, and all its headers but the server's own, which it gives to all."""
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers={"Accept-Encoding": accept})
    with urllib.request.urlopen(asked) as found:
        own = {"date", "server", "connection"}
        return (
            found.headers["ETag"],
            found.read(),
            json.dumps([(name.lower(), value) for name, value in found.headers.items() if name.lower() not in own]),
        )


@contextmanager
def sending(name: str, body: bytes, headers: str) -> Iterator[Server]:
    """A callable that sends these bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with running(name, BENCH_BODY=file.name, BENCH_HEADERS=headers) as server:
            yield server


@contextmanager
def running(name: str, **environ: str) -> Iterator[Server]:
    """A server, until it is not needed any more."""
    server = Server.start(name, **environ)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def partials(library: Server) -> None:
    """A cached partial and the same unchanged, beside bare callables."""
    for _ in range(2 * OFTEN):
        answer(library, PATH)
    time.sleep(0.5)  # until what is asked often has its best form
    etag, body, headers = answer(library, PATH)
    print(f"{PATH}, {len(body)} bytes of brotli, {CONNECTIONS} connections, {TURNS} turns of {SECONDS:g} s")
    with sending("bare", body, headers) as plain, sending("barest", body, headers) as plainest:
        rows = {"bare": (plain, same(PATH)), "cached partial": (library, same(PATH))}
        rows |= {"not modified (304)": (library, same(PATH, f"If-None-Match: {etag}\r\n")), "bare, three headers": (plainest, same(PATH))}
        ratios = compare(rows)
    at_least("a cached partial, of a bare callable", ratios["cached partial"], 0.9)
    at_least("not modified (304)", ratios["not modified (304)"], 1)


def first(snapshot: Path) -> None:
    """Cards that nobody has asked for before, compressed and plain, beside a bare callable that sends one, and the least there can be."""
    editions = Editions(None, snapshot, watch=False)
    slugs = [slug for slug, _ in editions.current.library.every("en", "en", limit=ARTICLES)]
    paths = [f"/partials/article-card?article={slug}&heading-level={level}" for level in range(2, 7) for slug in slugs]
    print(f"\n{len(paths):,} cards of {ARTICLES:,} articles, each asked once, {A_TURN:,} a turn")
    for name, accept in {"brotli": ALL, "not compressed": "identity"}.items():
        with running("served", HEALTH_WIDGETS_SNAPSHOT=str(snapshot), HEALTH_WIDGETS_PUBLIC_URL="http://localhost") as library:
            _, body, headers = answer(library, PATH_OF.format(slugs[0]), accept.rpartition(" ")[2])
            _, text, _ = answer(library, PATH_OF.format(slugs[0]), "identity")
            template = text.replace(slugs[0].encode(), b"{{ article }}")
            with sending("bare", body, headers) as plain, sending("least", template, headers) as least:
                rows = {"bare": (plain, same(PATH, "", accept)), f"first render, {name}": (library, each_once(iter(paths), accept))}
                rows |= {"a route, a template": (least, each_once(iter(paths), accept))}
                ratios = compare(rows, SECONDS / 2)
        at_least(f"a first render, {name}", ratios[f"first render, {name}"], 0.25)


def assets(library: Server) -> None:
    """The style sheet of the library's pages from memory, beside StaticFiles."""
    sheet = embed.page_styles()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "library.css").write_text(sheet.text, "utf-8")
        print(f"\nA style sheet of {len(sheet.text)} characters")
        ours, theirs = (same(f"/static/{name}.css") for name in (f"library-{sheet.hash}", "library"))
        with running("static", BENCH_FOLDER=folder) as server:
            ratios = compare({"StaticFiles": (server, theirs), "asset from memory": (library, ours)})
    at_least("an asset from memory, of StaticFiles", ratios["asset from memory"], 5)


def handler() -> None:
    """Microseconds that a cached answer costs in this process, without a server, beside a raw send."""
    scope = {"type": "http", "method": "GET", "path": PATH.partition("?")[0], "query_string": PATH.partition("?")[2].encode(), "scheme": "http"}
    scope |= {
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip, deflate, br"), (b"origin", b"https://partner.example")],
    }
    os.environ |= {"BENCH_BODY": os.devnull, "BENCH_HEADERS": "{}"}

    async def quiet(message: object) -> None:
        pass

    async def took(app: object, count: int = 50_000) -> float:
        start = time.perf_counter()
        for _ in range(count):
            await app(scope, quiet, quiet)  # type: ignore[operator]
        return (time.perf_counter() - start) / count * 1e6

    async def both() -> list[float]:
        library, raw = ours(), bare()
        await took(library, 100)
        return [statistics.median([await took(app) for _ in range(5)]) for app in (raw, library)]

    raw, kept = asyncio.run(both())
    print(f"\nIn process: a raw send {raw:.2f} us, a cached partial {kept:.2f} us")
    at_most("the handler adds", kept - raw, 4, " us")


def main() -> None:
    """Start the servers, and compare them."""
    with running("ours") as library:
        partials(library)
        assets(library)
    with tempfile.TemporaryDirectory(prefix="bench-partial-") as folder:
        snapshot = Path(folder) / "library.sqlite"
        make(big.library(Path(folder) / "content", ARTICLES), snapshot)
        first(snapshot)
    handler()


if __name__ == "__main__":
    main()
