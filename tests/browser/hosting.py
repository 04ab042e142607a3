"""Real servers on real sockets: the library, a partner's pages on another site, and a proxy that makes faults."""

import contextlib
import http.client
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from widgets.app import Library, create_app
from widgets.commands.demo import PLACEHOLDER, filled, partner
from widgets.embed import Asset
from widgets.settings import Settings

SCRIPT = f'<script async crossorigin referrerpolicy="strict-origin" src="{PLACEHOLDER}/embed.js"></script>'


@contextmanager
def listening(name: str, app: Callable[[str], ASGIApp]) -> Iterator[str]:
    """Serve `app(address)` at http://name:a-free-port; gives the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://{name}:{listener.getsockname()[1]}"
        config = uvicorn.Config(app(address), log_level="error", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.01)
        try:
            yield address
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)


# --- The library ------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """One request as the server saw it, and what it answered."""

    method: str
    address: str
    headers: dict[str, str]
    status: int = 0
    answer: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.address}"


class Server:
    """The library behind a recorder of what is asked of it."""

    url = ""

    def __init__(self, library: Library, front: ASGIApp | None = None) -> None:
        self.library = library
        self._front = front
        self.seen: list[Seen] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request and the head of its answer."""
        query = scope["query_string"].decode("latin-1")
        seen = Seen(scope["method"], scope["path"] + (f"?{query}" if query else ""), _texts(scope["headers"]))
        self.seen.append(seen)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status, seen.answer = message["status"], _texts(message["headers"])
            await send(message)

        await (self._front or self.library)(scope, receive, sending)

    def asked(self, part: str = "", method: str = "") -> list[Seen]:
        """The requests whose address has `part` in it."""
        return [seen for seen in self.seen if part in seen.address and method in {"", seen.method}]

    def partials(self) -> list[str]:
        """The partials that were asked for, in order."""
        return [str(seen) for seen in self.asked("/partials/")]


def _texts(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


@contextmanager
def library(public_url: str = "", content: Path | None = None) -> Iterator[Server]:
    """The real library on http://localhost, with the sample content or other; `public_url` when readers reach it elsewhere."""
    made: list[Server] = []

    def app(address: str) -> Server:
        made.append(Server(create_app(Settings(public_url=public_url or address, content=content, watch=False, access_log=True))))
        return made[0]

    with listening("localhost", app) as address:
        made[0].url = address
        yield made[0]
        made[0].library.close()


# --- The partner ------------------------------------------------------------------------------------------


class Partner:
    """A partner's site: the examples and the gallery, and pages that a test writes."""

    url = ""

    def __init__(self, base: str) -> None:
        self.base = base
        loader = Asset(http_get(f"{base}/embed.js") if base else "")  # asked for now, so that no test counts it
        self.examples = partner(lambda page: filled(page, base, lambda: loader))
        self.written: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page that a test wrote, else an example."""
        path = Request(scope).url.path
        if path in self.written:
            kind = "text/javascript" if path.endswith(".js") else "text/html"
            answer: ASGIApp = Response(self.written[path], media_type=kind) if kind != "text/html" else HTMLResponse(self.written[path])
        elif path == "/favicon.ico":
            answer = Response(b"", media_type="image/x-icon")
        else:
            answer = self.examples
        await answer(scope, receive, send)

    def write(self, html: str, base: str = "", name: str = "") -> str:
        """Put a whole page on the site, with the library's address in it; its address."""
        path = f"/{name or f'written-{len(self.written)}.html'}"
        self.written[path] = html.replace(PLACEHOLDER, base or self.base)
        return self.url + path

    def page(self, body: str, *, head: str = SCRIPT, html: str = 'lang="en"', base: str = "") -> str:
        """Put a plain page with this body on the site; its address."""
        meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        style = "<style>:root { color-scheme: light dark } body { background: Canvas; color: CanvasText; font: 18px sans-serif }</style>"
        main = f"<main><h1>A partner's page</h1>{body}</main>"
        top = f"<head>{meta}<title>A partner's page</title>{style}{head}</head>"
        return self.write(f"<!doctype html><html {html}>{top}<body>{main}</body></html>", base)

    def twin(self, url: str) -> str:
        """The same page with an empty script in the place of the loader; its address."""
        page = http_get(url)
        self.written["/empty.js"] = ""
        page = re.sub(r'\s+integrity="sha384-[^"]+"', "", page)
        return self.write(re.sub(r"https?://[^\"']+/embed(-\w+)?\.js", "/empty.js", page))


@contextmanager
def partner_site(base: str) -> Iterator[Partner]:
    """A partner's site on http://127.0.0.1, which is another site than http://localhost."""
    made = Partner(base)
    with listening("127.0.0.1", lambda _: made) as address:
        made.url = address
        yield made


def http_get(url: str) -> str:
    """The text at an address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        return connection.getresponse().read().decode()
    finally:
        connection.close()


# --- The proxy --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the requests whose path begins with `on`."""

    on: str = "/partials/"
    reset: bool = False
    wait: float = 0
    status: int = 0
    body: str = ""
    kind: str = "text/html; charset=utf-8"
    half: bool = False
    length: bool = True
    cors: bool = True


class Proxy:
    """In front of the library, on a port of its own: passes on, or makes the fault that a test sets."""

    def __init__(self, port: int = 0) -> None:
        self.upstream = ""
        self.fault: Fault | None = None
        self.seen: list[str] = []
        self._stopping = threading.Event()
        self._open(port)
        self.url = f"http://localhost:{self._port}"

    def _open(self, port: int) -> None:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy._answer(self)

            do_POST = do_OPTIONS = do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = _Quiet(("127.0.0.1", port), Handler)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def refuse(self) -> None:
        """Nothing listens any more: connections are refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def revive(self) -> None:
        """Listen again, without a fault."""
        self._stopping.set()
        self._stopping = threading.Event()
        self.fault = None
        self.seen.clear()
        if not self._thread.is_alive():
            self._open(self._port)

    def close(self) -> None:
        """Stop for good."""
        self._stopping.set()
        self.refuse()

    def partials(self) -> list[str]:
        """The partials that were asked for, in order."""
        return [line for line in self.seen if "/partials/" in line]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.seen.append(f"{handler.command} {handler.path}")
        length = int(handler.headers.get("content-length") or 0)
        sent = handler.rfile.read(length) if length else None
        fault = self.fault if self.fault and handler.path.startswith(self.fault.on) else None
        if fault and fault.wait:
            self._stopping.wait(fault.wait)
        if fault and fault.reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return handler.connection.close()
        if fault and fault.status:
            status, body = fault.status, fault.body.encode()
            headers = {"content-type": fault.kind, "access-control-allow-origin": "*", "cache-control": "no-store"}
        else:
            status, headers, body = self._pass_on(handler, sent)
        _write(handler, status, headers, body, fault or Fault())
        return None

    def _pass_on(self, handler: BaseHTTPRequestHandler, sent: bytes | None) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request(handler.command, handler.path, sent, dict(handler.headers.items()) | {"connection": "close"})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers hang up; that is no error."""


def _write(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes, fault: Fault) -> None:
    dropped = {"connection", "transfer-encoding", "content-length", "date", "server"} | (set() if fault.cors else {"access-control-allow-origin"})
    with contextlib.suppress(OSError):
        handler.send_response_only(status)
        for name, value in headers.items():
            if name not in dropped:
                handler.send_header(name, value)
        if fault.length:
            handler.send_header("content-length", str(len(body)))
        handler.send_header("connection", "close")
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body[: len(body) // 2] if fault.half else body)
