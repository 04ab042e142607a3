"""A cached partial beside a bare ASGI callable that returns the same bytes, on the same uvicorn, in turns."""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import uvloop
from starlette.types import Receive, Scope, Send

from widgets.app import create_app
from widgets.settings import Settings

PATH = "/partials/article-card?article=heart-attack"
CONNECTIONS, SECONDS, TURNS = 16, 2.0, 7
REQUEST = "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br\r\nOrigin: https://partner.example\r\n{more}\r\n"


def ours() -> object:
    """The library, on the sample content."""
    return create_app(Settings(public_url="http://localhost", watch=False))


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
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--factory", "--port", str(port), "--no-access-log", "--log-level", "error"]
        command = [sys.executable, "-m", "uvicorn", f"bench.partial:{name}", *options]
        server = cls(name, port, subprocess.Popen(command, env=os.environ | environ))
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}").read()
                return server
            except OSError:
                time.sleep(0.05)

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
    """Print the medians of all turns, and each as a ratio to the bare callable."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for turn in range(TURNS + 1):
        for name, (server, request) in servers.items():
            result = measure(server, request)
            if turn:  # the first turn warms up
                found[name].append(result)
    bare_rates = [rate for rate, _ in found["bare"]]
    ratios = {name: statistics.median(r[0] / b for r, b in zip(results, bare_rates, strict=True)) for name, results in found.items()}
    print(f"{'':24}{'requests/s':>12}{'CPU us/request':>16}{'ratio':>8}")
    for name, results in found.items():
        rate, cpu = (statistics.median(column) for column in zip(*results, strict=True))
        print(f"{name:24}{rate:12,.0f}{cpu:16.1f}{ratios[name]:8.2f}")


def main() -> None:
    """Start both, and compare them."""
    library = Server.start("ours")
    asked = urllib.request.Request(f"http://127.0.0.1:{library.port}{PATH}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(asked) as answer, tempfile.NamedTemporaryFile() as file:
        etag, body = answer.headers["ETag"], answer.read()
        own = {"date", "server", "connection"}  # the server's own, which it gives to all
        headers = json.dumps([(name.lower(), value) for name, value in answer.headers.items() if name.lower() not in own])
        file.write(body)
        file.flush()
        plain, plainest = (Server.start(name, BENCH_BODY=file.name, BENCH_HEADERS=headers) for name in ("bare", "barest"))
        request = REQUEST.format(path=PATH, more="").encode()
        unmodified = REQUEST.format(path=PATH, more=f"If-None-Match: {etag}\r\n").encode()
        print(f"{PATH}, {len(body)} bytes of brotli, {CONNECTIONS} connections, {TURNS} turns of {SECONDS:g} s")
        try:
            compare(
                {
                    "bare": (plain, request),
                    "cached partial": (library, request),
                    "not modified (304)": (library, unmodified),
                    "bare, three headers": (plainest, request),
                }
            )
        finally:
            for server in (library, plain, plainest):
                server.process.kill()


if __name__ == "__main__":
    main()
