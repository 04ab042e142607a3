"""Varnish between the browser and the library, with a recorder in front of it: tests see what the browser asks, not what Varnish passes on."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tests.browser.hosting import Server, listening
from tests.test_varnish import varnish
from widgets.app import create_app
from widgets.settings import Settings

HOP = {b"connection", b"keep-alive", b"transfer-encoding"}


class Passing:
    """Hands each request on as it is, and the answer back."""

    upstream = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        body = await Request(scope, receive).body()
        status, headers, content = await to_thread.run_sync(self._ask, scope, body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _ask(self, scope: Scope, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        query = scope["query_string"].decode("latin-1")
        connection = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        try:
            connection.putrequest(scope["method"], scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""), True, True)
            for name, value in scope["headers"]:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
            return answer.status, [header for header in headers if header[0] not in HOP], answer.read()
        finally:
            connection.close()


@contextmanager
def behind_varnish(folder: Path) -> Iterator[Server]:
    """The real library on http://localhost, behind Varnish with the configuration of examples/deploy."""
    passing, made = Passing(), list[Server]()

    def recorder(address: str) -> Server:
        made.append(Server(create_app(Settings(public_url=address, watch=False, access_log=True)), passing))
        return made[0]

    with listening("localhost", recorder) as address, listening("127.0.0.1", lambda _: made[0].library) as origin, varnish(folder, origin) as base:
        made[0].url, passing.upstream = address, base
        yield made[0]
        made[0].library.close()
