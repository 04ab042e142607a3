"""Varnish in front of the library, with the VCL of examples/deploy: it keeps, withdraws by tag, and goes on when the library is gone."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import making
from tests.browser.debian import need
from tests.test_edition import wait_until
from tests.test_serve import Served, served

ROOT = Path(__file__).parent.parent
VARNISHD = "/usr/sbin/varnishd"
pytestmark = pytest.mark.full

PATHS = (
    "/articles/sample",
    "/partials/article-card?article=sample",
    "/partials/article-card?article=sample&open=1",
    "/frame/article-card?article=sample",
    "/include/article-card?article=sample",
    "/partials/topic-browser?article=sample",
)
WORDS = "What a sample is"


@contextmanager
def varnish(folder: Path, origin: str, fresh: str = "") -> Iterator[str]:
    """Varnish with our VCL in front of the server; `fresh` is the time that an answer holds, for a test that cannot wait five minutes."""
    text = (ROOT / "examples/deploy/varnish.vcl").read_text("utf-8")
    text = text.replace('"8000"', f'"{origin.rpartition(":")[2]}"').replace(".interval = 2s", ".interval = 0.2s")
    if fresh:
        text += f"sub vcl_backend_response {{ set beresp.ttl = {fresh}; }}\n"
    with varnishd(folder, text, "/readyz", "-p", "http_gzip_support=off") as base:
        yield base


@contextmanager
def varnishd(folder: Path, text: str, answering: str, *options: str) -> Iterator[str]:
    """Varnish with this VCL, from when the path is `answering`; its address."""
    need("varnish", VARNISHD)
    vcl = making.write(folder / "written.vcl", text)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("-n", str(folder / "varnish"), "-a", f"127.0.0.1:{port}", "-f", str(vcl))
    command = [VARNISHD, "-j", "none", "-F", *where, "-s", "malloc,32m", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            assert wait_until(lambda: status(base + answering) == 200, 30), "Varnish did not start"
            yield base
        finally:
            process.send_signal(signal.SIGTERM)


def status(url: str) -> int:
    """The status of an answer; 0 for none."""
    try:
        return httpx.get(url).status_code
    except httpx.TransportError:
        return 0


def kept(answer: httpx.Response) -> bool:
    """Whether Varnish had the answer: it then names two transactions."""
    return " " in answer.headers["x-varnish"]


@pytest.fixture
def library(content: Path) -> Iterator[Served]:
    """A server of its own process over the small content folder."""
    with served("--content", str(content), HEALTH_WIDGETS_PUBLIC_URL="https://library.example") as one:
        yield one


def test_varnish_keeps_what_may_be_kept(tmp_path: Path, library: Served) -> None:
    """Pages and partials come from Varnish the second time, whole and readable by any page; a search is passed on, and kept nowhere."""
    with varnish(tmp_path, library.base) as base:
        for path in (*PATHS, "/", "/topics/hearts", "/embed.js", "/sitemap.xml"):
            first, second = httpx.get(base + path), httpx.get(base + path)
            assert (first.status_code, kept(second), second.text) == (200, True, first.text), path
            assert second.headers.get("access-control-allow-origin") == httpx.get(library.base + path).headers.get("access-control-allow-origin")
        for _ in range(2):
            assert not kept(httpx.post(base + "/search", data={"q": "sample"}))


def test_each_reader_gets_the_encoding_that_he_takes(tmp_path: Path, library: Served) -> None:
    """Brotli, gzip or neither comes through Varnish as the library made it; readers who write it differently share one copy."""
    taken = {"gzip, deflate, br, zstd": "br", "br": "br", "gzip, deflate": "gzip", "gzip": "gzip", "identity": "", "": ""}
    with varnish(tmp_path, library.base) as base:
        for path in ("/articles/sample", "/embed.js"):
            seen: set[str] = set()
            for accept, encoding in taken.items():
                through = httpx.get(base + path, headers={"accept-encoding": accept})
                direct = httpx.get(library.base + path, headers={"accept-encoding": encoding})
                assert (through.headers.get("content-encoding", ""), through.text) == (encoding, direct.text), accept
                assert kept(through) == (encoding in seen), accept
                seen.add(encoding)


def test_a_ban_on_an_articles_tag_withdraws_it_at_once(tmp_path: Path, content: Path, library: Served) -> None:
    """A withdrawn article is gone from every address that showed it with one ban; other articles stay in the cache."""
    making.article(content, "samples")
    assert wait_until(lambda: status(f"{library.base}/articles/samples") == 200, 10)
    with varnish(tmp_path, library.base) as base:
        assert all(WORDS in httpx.get(base + path).text for path in PATHS)
        httpx.get(f"{base}/articles/samples")
        making.article(content, "sample", en=making.text(tables='[withdrawn]\nnotice = "This advice is out of date."'))
        assert wait_until(lambda: "out of date" in httpx.get(f"{library.base}/articles/sample").text, 10)
        assert all(WORDS in httpx.get(base + path).text for path in PATHS)
        assert httpx.request("BAN", base, headers={"Cache-Tag": "article-sample"}).status_code == 200
        for path in PATHS:
            text = httpx.get(base + path).text
            assert WORDS not in text and "This advice is out of date." in text, path
        assert kept(httpx.get(f"{base}/articles/samples"))
        assert httpx.request("BAN", base, headers={"Cache-Tag": ".*"}).status_code == 400


def test_readers_go_on_when_the_library_is_gone(tmp_path: Path, library: Served) -> None:
    """With the server stopped, what Varnish had is served for the hour that the headers grant, long after it was fresh."""
    with varnish(tmp_path, library.base, fresh="1s") as base:
        before = {path: httpx.get(base + path).text for path in PATHS}
        granted = re.search(r"stale-if-error=(\d+)", httpx.get(base + PATHS[0]).headers["cache-control"])
        assert granted and granted[1] == "3600"
        library.process.send_signal(signal.SIGTERM)
        library.process.wait(10)
        assert wait_until(lambda: status(base + "/healthz") == 503, 10)
        time.sleep(3)  # three times as long as an answer is fresh
        for path in PATHS:
            assert wait_until(lambda path=path: httpx.get(base + path).text == before[path], 5), path
            assert int(httpx.get(base + path).headers["age"]) >= 3
