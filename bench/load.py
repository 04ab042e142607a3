"""Servers, each a uvicorn process with one worker, and clients that ask them in turns."""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path

import uvloop

from bench.applications import PATH

CONNECTIONS, SECONDS, TURNS = 16, 2.0, 7
A_TURN = 2500
"""How many answers that nobody asked for before in one turn."""
ALL = "gzip, deflate, br"
REQUEST = "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {accept}\r\nOrigin: https://partner.example\r\n{more}\r\n"


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
        command = [sys.executable, "-m", "uvicorn", f"bench.applications:{name}", *options]
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
def running(name: str, **environ: str) -> Iterator[Server]:
    """A server, until it is not needed any more."""
    server = Server.start(name, **environ)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
