"""The servers of the host pages: the library with an empty script beside its loader, and the partner's site."""

import base64
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.browser import hosting
from tests.browser.hosting import PLACEHOLDER, Server, http_get, listening
from tests.browser.hosts.host import INLINED, INTEGRITY, LOADER, PINNED, Host
from tests.npm import installed

EMPTY = "/empty.js"
PACKAGES = (
    *("htmx1@npm:htmx.org@1.9.12", "htmx2@npm:htmx.org@2.0.4", "htmx4@npm:htmx.org@4.0.1"),
    *("react18@npm:react@18.3.1", "react-dom18@npm:react-dom@18.3.1", "react@19.1.0", "react-dom@19.1.0", "scheduler@0.26.0"),
    *("vue@3.5.13", "@hotwired/turbo@8.0.13", "jquery@3.7.1", "zone.js@0.15.0", "requirejs@2.3.7"),
)
DEBIAN = ("libjs-prototype", "libjs-mootools")  # npm has neither as a file for browsers
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}
REACT19 = (
    ("react", "react/cjs/react.production.js"),
    ("scheduler", "scheduler/cjs/scheduler.production.js"),
    ("react-dom", "react-dom/cjs/react-dom.production.js"),
    ("react-dom/client", "react-dom/cjs/react-dom-client.production.js"),
)


class WithEmpty:
    """The library, with an empty script under the headers of its loader."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.close = library.close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The empty script, else what the library says."""
        if scope["path"] != EMPTY:
            return await self.library(scope, receive, send)
        headers = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
        return await Response("", media_type="text/javascript", headers=headers)(scope, receive, send)


@contextmanager
def library() -> Iterator[Server]:
    """The real library on http://localhost."""
    with hosting.library() as server:
        server.library = WithEmpty(server.library)  # type: ignore[assignment]
        yield server


class Libraries:
    """The scripts that host pages bring with them; fetched when a page first needs one."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def read(self, path: str) -> str:
        """The text of /lib/<path>. Skips the test where it cannot be had."""
        if path.startswith("debian/"):
            return next(self._debian().rglob(path.removeprefix("debian/"))).read_text("utf-8")
        modules = installed(self.config, "hosts", *PACKAGES)
        if path == "react19.js":  # React 19 comes as CommonJS only
            texts = ((name, (modules / file).read_text("utf-8")) for name, file in REACT19)
            return "".join(f"define_({name!r}, function (require, module, exports) {{ {text}\n }});\n" for name, text in texts)
        return (modules / path).read_text("utf-8")

    def _debian(self) -> Path:
        folder = self.config.rootpath / ".pytest_cache/hosts-debian"
        if folder.is_dir():
            return folder
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            pytest.skip("Prototype.js and MooTools come from Debian's packages, and there is no apt-get")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            got = subprocess.run(["apt-get", "download", *DEBIAN], cwd=place, capture_output=True, text=True, timeout=120, check=False)
            if got.returncode:
                pytest.skip(f"apt-get could not download {' and '.join(DEBIAN)}: {got.stderr.strip()[-200:]}")
            for package in Path(place).glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True, timeout=60)
        return folder


class Site:
    """The partner's site: /ours/<name> and, with the empty script, /twin/<name>."""

    url = ""

    def __init__(self, base: str, libraries: Libraries) -> None:
        self.base = base
        self.libraries = libraries
        self.hosts: dict[str, Host] = {}
        self.loader = http_get(f"{base}/embed.js")
        self.asked: list[str] = []

    def add(self, host: Host) -> None:
        """Serve a page, and get the libraries that it names."""
        self.hosts[host.name] = host
        for path in re.findall(r"/lib/([\w@./-]+)", host.head + host.body + "".join(host.files.values())):
            self.libraries.read(path)

    def filled(self, text: str, twin: bool) -> str:
        """The text with the library's address, and with the loader or its empty twin."""
        loader = "" if twin else self.loader
        integrity = "sha384-" + base64.b64encode(hashlib.sha384(loader.encode()).digest()).decode()
        pinned = EMPTY if twin else f"/embed-{hashlib.sha256(loader.encode()).hexdigest()[:16]}.js"
        text = text.replace(INTEGRITY, integrity).replace(PINNED, self.base + pinned).replace(INLINED, loader.replace("</script", "<\\/script"))
        return text.replace(LOADER, self.base + (EMPTY if twin else "/embed.js")).replace(PLACEHOLDER, self.base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page, a file of a page, a library's script."""
        request = Request(scope)
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        await self._answer(path)(scope, receive, send)

    def _answer(self, path: str) -> Response:
        _, side, name, *more = [*path.split("/"), ""]
        twin = side == "twin"
        if side == "lib":
            return Response(self.libraries.read(path.removeprefix("/lib/")), media_type="text/javascript")
        if path == "/favicon.ico":
            return Response(b"", media_type="image/x-icon")
        host = self.hosts.get(name)
        if host is None:
            return PlainTextResponse("not here", 404)
        file = "/".join(more).strip("/")
        headers = {key: self.filled(value, twin) for key, value in host.headers.items()}
        if file:
            text = host.files.get(file)
            return PlainTextResponse("not here", 404) if text is None else self._file(file, self.filled(text, twin))
        meta = "<title>A partner's page</title>"
        page = f"{host.start}<html {host.html}><head>{meta}{host.head}</head><body><h1>A partner's page</h1>{host.body}</body></html>"
        return Response(self.filled(page, twin).encode(host.charset), headers=headers | {"content-type": f"{host.kind}; charset={host.charset}"})

    @staticmethod
    def _file(name: str, text: str) -> Response:
        headers = {"cache-control": "no-store", "access-control-allow-origin": "*", "service-worker-allowed": "/"}
        return Response(text, media_type=TYPES[Path(name).suffix], headers=headers)


@contextmanager
def partner(base: str, libraries: Libraries) -> Iterator[Site]:
    """The partner's site on http://127.0.0.1, which is another site than http://localhost."""
    made = Site(base, libraries)
    with listening("127.0.0.1", lambda _: made) as address:
        made.url = address
        yield made
