"""A cached partial beside a bare ASGI callable that returns the same bytes, and an asset beside StaticFiles: on the same uvicorn, in turns."""

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
from dataclasses import dataclass
from pathlib import Path

import uvloop
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from widgets import embed
from widgets.app import create_app
from widgets.settings import Settings
from widgets.store import OFTEN

PATH = "/partials/article-card?article=heart-attack"
CONNECTIONS, SECONDS, TURNS = 16, 2.0, 7
REQUEST = "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br\r\nOrigin: https://partner.example\r\n{more}\r\n"


def ours() -> object:
    """The library, on the sample content."""
    return create_app(Settings(public_url="http://localhost", watch=False))


def uncached() -> object:
    """The library, which forgets each answer before the next request: every one is rendered and compressed anew."""
    library = create_app(Settings(public_url="http://localhost", watch=False))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        library.store._kept.clear()
        library.store._aliases.clear()
        await library(scope, receive, send)

    return app


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


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered. All answers are as long as the first, so that counting is cheap."""

    def __init__(self, request: bytes) -> None:
        self.request, self.answers, self.size, self.got = request, 0, 0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.left = 0
        self.transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self.size:
            self.got += data
            head, found, body = self.got.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            if not found or len(body) < length:
                return
            self.size = self.left = len(self.got)
        else:
            self.left -= len(data)
        if self.left <= 0 or self.answers == 0:
            self.answers += 1
            self.left = self.size
            self.transport.write(self.request)  # type: ignore[attr-defined]


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


async def load(port: int, request: bytes) -> int:
    """Answers in SECONDS over CONNECTIONS connections."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Client(request), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    await asyncio.sleep(SECONDS)
    for transport, _ in made:
        transport.abort()
    return sum(client.answers for _, client in made)


def measure(server: Server, request: bytes) -> tuple[float, float]:
    """Requests a second, and microseconds of server time a request."""
    cpu, start = server.cpu(), time.perf_counter()
    answers = uvloop.run(load(server.port, request))
    return answers / (time.perf_counter() - start), (server.cpu() - cpu) / answers * 1e6


def compare(servers: dict[str, tuple[Server, bytes]]) -> None:
    """Print the medians of all turns, and each as a ratio to the first."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for turn in range(TURNS + 1):
        for name, (server, request) in servers.items():
            result = measure(server, request)
            if turn:  # the first turn warms up
                found[name].append(result)
    first = [rate for rate, _ in next(iter(found.values()))]
    ratios = {name: statistics.median(r[0] / b for r, b in zip(results, first, strict=True)) for name, results in found.items()}
    print(f"{'':24}{'requests/s':>12}{'CPU us/request':>16}{'ratio':>8}")
    for name, results in found.items():
        rate, cpu = (statistics.median(column) for column in zip(*results, strict=True))
        print(f"{name:24}{rate:12,.0f}{cpu:16.1f}{ratios[name]:8.2f}")


def partials(library: Server, started: list[Server]) -> None:
    """A cached partial, the same unchanged, and the same made anew, beside bare callables."""
    asked = urllib.request.Request(f"http://127.0.0.1:{library.port}{PATH}", headers={"Accept-Encoding": "br"})
    for _ in range(2 * OFTEN):
        urllib.request.urlopen(asked).read()
    time.sleep(0.5)  # until what is asked often has its best form
    with urllib.request.urlopen(asked) as answer, tempfile.NamedTemporaryFile() as file:
        etag, body = answer.headers["ETag"], answer.read()
        own = {"date", "server", "connection"}  # the server's own, which it gives to all
        headers = json.dumps([(name.lower(), value) for name, value in answer.headers.items() if name.lower() not in own])
        file.write(body)
        file.flush()
        started += (Server.start(name, BENCH_BODY=file.name, BENCH_HEADERS=headers) for name in ("bare", "barest"))
        started.append(Server.start("uncached"))
        plain, plainest, anew = started[-3:]
        request = REQUEST.format(path=PATH, more="").encode()
        unmodified = REQUEST.format(path=PATH, more=f"If-None-Match: {etag}\r\n").encode()
        print(f"{PATH}, {len(body)} bytes of brotli, {CONNECTIONS} connections, {TURNS} turns of {SECONDS:g} s")
        rows = {"bare": (plain, request), "cached partial": (library, request), "not modified (304)": (library, unmodified)}
        compare(rows | {"made anew each time": (anew, request), "bare, three headers": (plainest, request)})


def assets(library: Server, started: list[Server]) -> None:
    """The style sheet of the library's pages from memory, beside StaticFiles."""
    sheet = embed.page_styles()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "library.css").write_text(sheet.text, "utf-8")
        started.append(Server.start("static", BENCH_FOLDER=folder))
        print(f"\nA style sheet of {len(sheet.text)} characters")
        ours, theirs = (REQUEST.format(path=f"/static/{name}.css", more="").encode() for name in (f"library-{sheet.hash}", "library"))
        compare({"StaticFiles": (started[-1], theirs), "asset from memory": (library, ours)})


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
    print(f"\nIn process: a raw send {raw:.2f} us, a cached partial {kept:.2f} us; the handler adds {kept - raw:.2f} us")


def main() -> None:
    """Start the servers, and compare them."""
    started = [Server.start("ours")]
    try:
        partials(started[0], started)
        assets(started[0], started)
    finally:
        for server in started:
            server.process.kill()
    handler()


if __name__ == "__main__":
    main()
