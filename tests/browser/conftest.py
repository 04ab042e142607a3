"""The browser, the library, a partner's site and the faulty proxy, once for all the tests of this folder."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import front, hosting
from tests.browser.visit import PATIENCE, Visit

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may miss a moment: its tests may be tried a second time, and the summary names those that were."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


# The scope is the package: Playwright keeps an event loop running, which other tests' asyncio.run() would meet.


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no Chromium on PATH ({', '.join(NAMES)}); install one: apt-get install chromium")
    return path


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium, started once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def keeping(browser: Browser, chromium: str) -> Iterator[Page]:
    """A page in a Chromium that keeps pages for Back, as readers' browsers do; Playwright's own setting is that it does not."""
    started = browser.browser_type.launch(executable_path=chromium, args=QUIET, ignore_default_args=["--disable-back-forward-cache"])
    page = started.new_page(viewport={"width": 1000, "height": 900})
    page.set_default_timeout(PATIENCE)
    yield page
    started.close()


@pytest.fixture(scope="package")
def _library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hosting.Server]:
    varnish = request.config.getoption("--varnish")
    with front.behind_varnish(tmp_path_factory.mktemp("varnish")) if varnish else hosting.library() as server:
        yield server


@pytest.fixture
def library(_library: hosting.Server) -> hosting.Server:
    """The library on http://localhost, with nothing asked of it yet."""
    _library.seen.clear()
    return _library


@pytest.fixture(scope="package")
def partner(_library: hosting.Server) -> Iterator[hosting.Partner]:
    """A partner's site on http://127.0.0.1, whose pages embed the library's widgets."""
    with hosting.partner_site(_library.url) as site:
        yield site


@pytest.fixture(scope="package")
def _proxy() -> Iterator[hosting.Proxy]:
    made = hosting.Proxy()
    with hosting.library(public_url=made.url) as server:
        made.upstream = server.url.replace("localhost", "127.0.0.1")
        yield made
        made.close()


@pytest.fixture
def proxy(_proxy: hosting.Proxy) -> Iterator[hosting.Proxy]:
    """A proxy before a library that knows itself by the proxy's address; no fault is set."""
    _proxy.revive()
    yield _proxy
    _proxy.revive()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Begin a visit in a new profile: `visit(viewport=..., color_scheme=...)`."""
    with ExitStack() as stack:

        def begin(**options: Any) -> Visit:
            context = browser.new_context(**{"viewport": {"width": 1000, "height": 900}, "locale": "en-US"} | options)
            stack.callback(context.close)
            return Visit(context)

        yield begin


@pytest.fixture(scope="package")
def axe(request: pytest.FixtureRequest) -> str:
    """The text of axe-core, from npm; kept between runs."""
    cache = request.config.rootpath / ".pytest_cache"
    folder = cache / "axe" if cache.is_dir() else Path(tempfile.gettempdir()) / "health-widgets-axe"
    script = folder / "node_modules/axe-core/axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm on PATH, and axe-core comes from it; install Node.js: apt-get install npm")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or not script.is_file():
            pytest.skip(f"npm could not install axe-core@4: {done.stderr.strip()[-300:]}")
    return script.read_text("utf-8")
