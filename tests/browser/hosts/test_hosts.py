"""Every host page with our script, and with an empty one: the widget works, and the page is the same."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Frame, Page

from tests.browser.conftest import NAMES, QUIET
from tests.browser.hosting import Server
from tests.browser.hosts import csp, frameworks, htmx, network, placement, scripts, styles
from tests.browser.hosts.cures import CURES, ROOT
from tests.browser.hosts.host import CARD, Host
from tests.browser.hosts.site import Site
from tests.browser.visit import SETTLE, Visit

pytestmark = pytest.mark.browser

HOSTS = (*network.HOSTS, *csp.HOSTS, *styles.HOSTS, *scripts.HOSTS, *frameworks.HOSTS, *htmx.HOSTS, *placement.HOSTS)
FAST = 10_000  # milliseconds in which a widget shows; nothing on these pages is slow, but a machine may be
TAGS = "health-article-card, health-topic-browser, health-symptom-checker, health-appointment-cta, [data-health-widget]"
LOADER = re.compile(r"/(embed(-[0-9a-f]+)?|empty)\.js")
OURS = "[health-widgets "
VIOLATED = """
(() => {
  const kept = [];
  Object.defineProperty(window, "violated", { value: kept });
  document.addEventListener("securitypolicyviolation", (event) => kept.push(`${event.violatedDirective} ${event.blockedURI}`));
})();
"""
# What a page can be asked about itself; a sandboxed page may not read some of it, and then says so on both sides.
STATE = """
(async () => {
  const safe = async (read) => { try { return await read(); } catch (error) { return String(error.name); } };
  const active = document.activeElement;
  return {
    names: Object.getOwnPropertyNames(window).sort(),
    dom: document.documentElement.outerHTML,
    title: document.title,
    address: location.href,
    history: [history.length, await safe(() => JSON.stringify(history.state))],
    sheets: [document.styleSheets.length, document.adoptedStyleSheets.length],
    focus: active ? `${active.localName}#${active.id}` : "",
    scroll: [Math.round(scrollX), Math.round(scrollY)],
    local: await safe(() => Object.keys(localStorage).length),
    session: await safe(() => Object.keys(sessionStorage).length),
    cookies: await safe(() => document.cookie),
    databases: origin === "null" ? "none" : await safe(async () => (await indexedDB.databases()).map((one) => one.name)),
    caches: origin === "null" ? "none" : await safe(() => caches.keys()),
    violated: violated.slice(),
    opened: window.length,
    stolen: typeof stolen,
  };
})()
"""
FIRST = f"""
  const host = Document.prototype.querySelector.call(document, "{TAGS}");
  const hw = host?.shadowRoot?.querySelector(".hw");
  const css = (it, pseudo) => getComputedStyle(it, pseudo);
"""
UNTIL = """
  const until = async (check) => {
    for (const end = performance.now() + 3000; !check(); await new Promise((go) => setTimeout(go, 10))) {
      if (performance.now() > end) throw new Error(`never: ${check}`);
    }
  };
"""
EVENT_LISTENERS = ("window", "document", "document.documentElement", "document.body")


class Stage:
    """One side of a host page: with ours, or its twin."""

    def __init__(self, visit: Visit, host: Host, url: str) -> None:
        self.visit, self.host = visit, host
        visit.context.add_init_script(VIOLATED)
        self.page: Page = visit.page
        self.cdp: CDPSession = visit.context.new_cdp_session(self.page)
        if host.blocks:
            self.cdp.send("Network.enable")
            self.cdp.send("Network.setBlockedURLs", {"urls": list(host.blocks)})
        self.page.goto(url, wait_until="load")

    @property
    def place(self) -> Page | Frame:
        """The page, or the frame in which the widget stands."""
        if not self.host.frame:
            return self.page
        frame = self.page.frame(name="guest")
        assert frame
        return frame

    def js(self, expression: str) -> Any:
        """What an expression gives in the page's own world; asked in a way that no patched primordial can bend."""
        if self.host.frame:
            return self.place.evaluate(expression)
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": False}
        given = self.cdp.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in given, given["exceptionDetails"]
        return given["result"].get("value")

    def act(self) -> None:
        """What happens on the page."""
        if callable(self.host.act):
            self.host.act(self)
        elif self.host.act:
            self.js(f"(async () => {{ {UNTIL} {self.host.act} }})()")

    def types(self, words: str) -> None:
        """A reader searches; what is found comes into view."""
        self.place.locator("input[type=search]").press_sequentially(words)
        self.place.locator(".found").wait_for(timeout=FAST)

    def follows(self) -> None:
        """A reader clicks, and the link does what links do."""
        self.place.locator(self.host.button).first.click()
        self.page.wait_for_url("**/articles/**")

    def settle(self) -> None:
        """Let frames and tasks under way come to their end."""
        self.js(f"({SETTLE})()")

    def says(self, expression: str) -> bool:
        """Whether an expression about the first widget holds."""
        return bool(self.js(f"(async () => {{ {FIRST} return !!({expression}) }})()"))

    def shown(self) -> int:
        """How many widgets show."""
        return int(self.place.locator(".hw").count())

    def state(self) -> dict[str, Any]:
        """All that must be as on the twin."""
        self.settle()
        state: dict[str, Any] = self.js(STATE)
        dom = re.sub(r"<script[^>]*data-inlined.*?</script>", "", state["dom"], flags=re.S)
        dom = LOADER.sub("/loader.js", dom)
        dom = re.sub(r' integrity="[^"]*"', "", dom).replace("/twin/", "/ours/")
        if self.host.adds:
            dom = re.sub(r"<(health-[a-z-]+)[^>]*></\1>", "", dom)
        state["history"][1] = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "an identifier", state["history"][1])  # Turbo's, made anew for each visit
        state["dom"], state["address"] = dom, state["address"].replace("/twin/", "/ours/")
        said = (LOADER.sub("/loader.js", line).replace("/twin/", "/ours/") for line in self.visit.said if not line.startswith(OURS))
        state["console"] = Counter(said)
        state["errors"] = self.visit.errors[:]
        if self.host.refused:
            state["violated"], state["console"] = None, None
        if not self.host.frame:
            state["listeners"] = {name: self.listeners(name) for name in EVENT_LISTENERS}
        return state

    def listeners(self, of: str) -> Counter[str]:
        """How many listeners there are, by event."""
        found = self.cdp.send("Runtime.evaluate", {"expression": of})["result"]["objectId"]
        return Counter(one["type"] for one in self.cdp.send("DOMDebugger.getEventListeners", {"objectId": found})["listeners"])


def declared(host: Host) -> Any:
    return pytest.param(host, id=host.name, marks=[pytest.mark.full] if host.full else [])


def test_there_are_enough_hosts() -> None:
    """There are at least sixty pages, each under a name of its own, about 25 of them in every run."""
    assert len({host.name for host in HOSTS}) == len(HOSTS) >= 60
    assert 20 <= sum(not host.full for host in HOSTS) <= 32
    assert all(host.row.endswith(".") for host in HOSTS)


@pytest.mark.parametrize("host", [declared(host) for host in HOSTS])
def test_host(host: Host, visit: Callable[..., Visit], library: Server, hosts: Site) -> None:
    """The widget shows, or the fallback stays; it opens by a click; and the page is what it is with an empty script."""
    hosts.add(host)
    twin = Stage(visit(**host.options), host, f"{hosts.url}/twin/{host.name}")
    twin.act()
    expected = twin.state()
    library.seen.clear()

    ours = Stage(visit(**host.options), host, f"{hosts.url}/ours/{host.name}")
    ours.act()
    if host.shows:
        ours.place.locator(".hw").nth(host.shows - 1).wait_for(timeout=FAST)
        ours.settle()
        assert ours.place.get_by_text(host.fallback).locator("visible=true").count() == 0, "the fallback is beside the widget"
    else:
        ours.page.wait_for_load_state("networkidle")
        ours.place.get_by_text(host.fallback).first.wait_for(timeout=FAST)
    ours.settle()
    assert ours.shown() == host.shows
    compare(ours.state(), expected, host)
    if host.holds:
        assert ours.says(host.holds), host.holds

    if host.shows and host.opens:
        ours.place.locator(host.button).first.click(timeout=FAST)
        ours.place.locator(host.opens).first.wait_for(timeout=FAST)
        now = ours.state()
        assert now["focus"] != "body#", "the swap has lost the focus"
        compare(now | {name: expected[name] for name in ("focus", "scroll")}, expected, host)
        if host.after:
            assert ours.says(host.after), host.after

    if host.ends:
        host.ends(ours)
    said = [line for line in ours.visit.said if line.startswith(OURS)]
    assert len(said) == host.says, said
    asked_well(ours, library, hosts)


def compare(now: dict[str, Any], expected: dict[str, Any], host: Host) -> None:
    """Both sides are equal; where the fallback stays with a note, that listens for the way back."""
    if host.focus and now["focus"] == host.focus:
        now["focus"] = expected["focus"]
    if host.says and "listeners" in now:
        now["listeners"]["document"] = expected["listeners"]["document"]
        now["listeners"]["window"] = expected["listeners"]["window"]
    assert {name: now[name] for name in now if now[name] != expected[name]} == {name: expected[name] for name in now if now[name] != expected[name]}


def asked_well(stage: Stage, library: Server, hosts: Site) -> None:
    """Our requests carry no cookie, nothing of the page's htmx, its origin at most, and need no preflight."""
    for seen in (seen for seen in library.seen if seen.address.startswith(("/embed", "/partials/", "/enhance-"))):
        assert "cookie" not in seen.headers, seen
        assert not [name for name in seen.headers if name.startswith(("hx-", "x-csrf"))], seen
        assert seen.headers.get("referer", hosts.url + "/") == hosts.url + "/", seen
    assert bool(library.asked(method="OPTIONS")) == stage.host.preflights
    for start, count in stage.host.asks.items():  # as the browser counts: equal requests may share one answer of its cache
        asked = [line for line in stage.visit.requests if line.startswith(f"GET {library.url}{start}")]
        assert len(asked) == count, asked


def test_back_out_of_the_cache(browser: Browser, library: Server, hosts: Site) -> None:
    """After history.back() the browser shows the page from its cache, with the widget as it was; ours never keeps a page out of it."""
    host = Host(
        "cached",
        "A page that comes back from the browser's cache.",
        body=CARD + "<a id=go href='/ours/cached/next.html'>Go</a>",
        files={"next.html": "<p>Next"},
    )
    hosts.add(host)
    path = next(filter(None, map(shutil.which, NAMES)))
    with browser.browser_type.launch(executable_path=path, args=QUIET, ignore_default_args=["--disable-back-forward-cache"]) as cached:
        stage = Stage(Visit(cached.new_context()), host, f"{hosts.url}/ours/cached")
        stage.page.locator(".hw").wait_for(timeout=FAST)
        stage.js("window.kept = 7; addEventListener('pageshow', (event) => window.persisted = event.persisted)")
        stage.page.locator(host.button).click()
        stage.page.locator(".prose").wait_for(timeout=FAST)
        stage.page.locator("#go").click()
        stage.page.get_by_text("Next").wait_for()
        library.seen.clear()
        stage.js("history.back()")
        stage.page.locator(".prose").wait_for(timeout=FAST)
        assert stage.js("[kept, persisted]") == [7, True]
        assert library.seen == []


def test_the_list_is_whole() -> None:
    """README.md lists every page with its row, and every cure with the page that goes red without it."""
    text = (Path(__file__).parent / "README.md").read_text("utf-8")
    assert [host.name for host in HOSTS if f"| `{host.name}` | {host.row} |" not in text] == []
    assert [cure for cure in CURES if f"| `{cure.page}` | {cure.what} | `{cure.file}` |" not in text] == []


def test_every_cure_stands_where_it_says() -> None:
    """What `python -m tests.browser.hosts.cures` takes out is there to be taken out."""
    assert [cure.what for cure in CURES if cure.before not in (ROOT / cure.file).read_text("utf-8")] == []
