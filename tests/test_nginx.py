"""A shared cache in front: Debian's nginx, obeying Vary and Cache-Control, never serves one site's answer to another, or a campaign's after it."""

import itertools
import os
import random
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import parsed
from tests.browser.debian import need
from widgets.app import create_app
from widgets.settings import Settings

pytestmark = pytest.mark.full

CONFIGURATION = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log stderr error;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
CACHE = """
proxy_cache_path {folder} keys_zone=answers:1m;
server {{
  listen 127.0.0.1:PORT;
  location / {{
    proxy_pass {upstream};
    proxy_cache answers;
    add_header x-cache $upstream_cache_status always;
  }}
}}
"""
SITES = {"north": ("https://north.example", "en"), "south": ("https://south.example", "es"), "east": ("https://east.example", "en")}
OTHER = "https://other.example"


@contextmanager
def nginx(servers: str, folder: Path) -> Iterator[str]:
    """nginx with what stands in its http block, where PORT is a free one; its address."""
    need("nginx-light", "/usr/sbin/nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    written = making.write(folder / "nginx.conf", CONFIGURATION.format(folder=folder, user=user, servers=servers.replace("PORT", str(port))))
    process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c", str(written)], stderr=subprocess.PIPE)
    try:
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            threading.Event().wait(0.05)
        else:
            pytest.fail("nginx did not start within ten seconds")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture
def cached(content: Path, tmp_path: Path, serve: Callable[[ASGIApp], str]) -> Iterator[Callable[[], str]]:
    """Serve the folder behind nginx."""
    with ExitStack() as stack:

        def start() -> str:
            app = create_app(Settings(content=content, public_url="https://library.example", watch=False))
            return stack.enter_context(nginx(CACHE.format(folder=tmp_path / "cache", upstream=serve(app)), tmp_path / "nginx"))

        yield start


def test_a_shared_cache_keeps_sites_apart(content: Path, cached: Callable[[], str]) -> None:
    """Three locked sites and an open one, asked in every order by each other's pages: each sees its own or a refusal, from the cache too."""
    for slug, (origin, language) in SITES.items():
        other = "en" if language == "es" else "es"
        text = making.SITE.replace('["en", "es"]', f'["{language}", "{other}"]').replace("Test Library", f"{slug} library")
        making.write(content / f"sites/{slug}.toml", f'origins = ["{origin}"]\n{text.replace("Biblioteca de prueba", f"biblioteca {slug}")}')
    base = cached()
    origins = [*(origin for origin, _ in SITES.values()), OTHER, "null", ""]
    asked = list(itertools.product([*SITES, "default"], origins, ["gzip", "br", ""])) * 3
    random.Random(7).shuffle(asked)
    hits = {"locked": 0, "open": 0}
    with httpx.Client(base_url=base) as client:
        for slug, origin, encoding in asked:
            headers = {"accept-encoding": encoding} | ({"origin": origin} if origin else {})
            answer = client.get(f"/partials/article-card?article=sample&site={slug}", headers=headers)
            own = SITES.get(slug, ("*", "en"))[0]
            if slug != "default" and origin not in {own, ""}:
                assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False), (slug, origin)
                assert answer.headers["x-cache"] == "MISS"
                continue
            allowed = own if origin or slug == "default" else None
            assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (200, allowed), (slug, origin)
            assert answer.headers.get("content-encoding", "") == encoding
            name = "Test Library" if slug == "default" else f"biblioteca {slug}" if slug == "south" else f"{slug} library"
            assert name in answer.text, (slug, origin)
            hits["open" if slug == "default" else "locked"] += answer.headers["x-cache"] == "HIT"
    assert hits["locked"] >= 30
    assert hits["open"] >= 45


def test_a_shared_cache_does_not_outlive_a_campaign(content: Path, cached: Callable[[], str]) -> None:
    """A campaign that ends in seconds: from the cache before its end, never after; nor may a browser behind keep it past the end."""
    end = (datetime.now(UTC) + timedelta(seconds=9)).replace(microsecond=0)
    words = 'words.en = {heading = "Campaign!", button = "Now"}'
    making.write(content / "campaigns/run.toml", f"until = {end.isoformat()}\n{words}")
    base = cached()
    seen: list[tuple[bool, str]] = []
    with httpx.Client(base_url=base) as client:
        while (now := datetime.now(UTC)) < end + timedelta(seconds=3):
            answer = client.get("/partials/appointment-cta?campaign=run")
            running = "Campaign!" in (parsed(answer.text).body or pytest.fail()).text()
            assert not (running and now >= end), f"shown {now - end} after its end, {answer.headers['x-cache']}"
            if running:
                age = int(answer.headers["cache-control"].partition("max-age=")[2].partition(",")[0])
                assert now + timedelta(seconds=age) <= end, f"a browser may keep it past its end, {answer.headers['x-cache']}"
            seen.append((running, answer.headers["x-cache"]))
            threading.Event().wait(0.02)
    assert (True, "HIT") in seen
    assert (False, "HIT") in seen
