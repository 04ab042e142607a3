"""The first article card over a slow link, beside a hand-made minimal element that does the same and no more.

The link: 150 ms round trip, 1.6 Mbit/s, two round trips to open a connection; real sockets through a slow proxy.
All figures are medians. "script ms" is what a page costs beyond the empty one: CPU time of its main thread, not throttled, in scripts
of all kinds (compiling, evaluating, callbacks, promises, and the HTML and styles that they have parsed), cold, with no inspector.
"heap KB" is after a forced collection; what counts is ours less the minimal element's.
"""

import asyncio
import shutil
import socket
import statistics
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bench import script_cpu
from tests.browser.hosting import listening
from widgets.app import create_app
from widgets.settings import Settings
from widgets.store import OFTEN

ROUND_TRIP, BYTES_A_SECOND, TURNS, CPU_TURNS = 0.150, 200_000, 7, 11
PARTIAL = "/partials/article-card?article=heart-attack&lang=en"

MINIMAL = """
class MinimalCard extends HTMLElement {
  async connectedCallback() {
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = "<slot></slot>";
    const base = "BASE/partials/article-card";
    try {
      const answer = await fetch(`${base}?article=${encodeURIComponent(this.getAttribute("article"))}&lang=en`);
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`:host{display:block}.hw{font:1.125em/1.6 sans-serif;padding:1.25em;border:1px solid #7d8d99;border-radius:.6em;
        background:#fff;color:#14232e}.hw h2{font-size:1.4em;color:#0b4f71;margin:0 0 .5em}.hw p{margin:0 0 .8em}
        .emergency{margin-bottom:1em;padding:.8em 1em;border:2px solid #8c1010;border-left-width:.5em;background:#fdeeec;color:#8c1010}
        .emergency p{margin:0}.button{display:inline-flex;align-items:center;min-height:2.5em;padding:.35em 1.2em;border-radius:.4em;
        background:#0b4f71;color:#fff;font-weight:600;text-decoration:none}.languages a{display:inline-flex;min-height:2.5em}
        .review,.publisher{color:#42525e}.unseen{position:absolute;clip-path:inset(50%)}`);
      root.adoptedStyleSheets = [sheet];
      root.innerHTML = html;
      this.dispatchEvent(new CustomEvent("health-load", { bubbles: true }));
    } catch (error) {
      console.warn(error);
    }
  }
}
customElements.define("minimal-card", MinimalCard);
"""

HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><style>.place{display:block;min-height:620px}</style>'
SAYS_READY = "console.debug(`ready ${performance.now()}`)"
READY = f'<script>addEventListener("health-load", () => {SAYS_READY})</script>'
EMPTY = f'<script>addEventListener("load", () => {SAYS_READY})</script>'
SCRIPT = '<script async crossorigin src="{base}/{name}"></script>'
CARD = '<{tag} class="place" article="heart-attack"><a href="{base}/">Heart attack</a></{tag}>'
PRELOAD = f'<link rel="preload" as="fetch" crossorigin href="{{base}}{PARTIAL.replace("&", "&amp;")}">'
SHIFT = """async () => {
  let total = 0;
  const observer = new PerformanceObserver((list) => list.getEntries().forEach((one) => (total += one.value)));
  observer.observe({ type: "layout-shift", buffered: true });
  await new Promise((done) => setTimeout(done, 100));
  return total;
}"""
PAGES = {
    "minimal": HEAD + READY + SCRIPT.replace("{name}", "minimal.js") + CARD.replace("{tag}", "minimal-card"),
    "ours": HEAD + READY + SCRIPT.replace("{name}", "embed.js") + CARD.replace("{tag}", "health-article-card"),
    "ours, preloaded": HEAD + READY + PRELOAD + SCRIPT.replace("{name}", "embed.js") + CARD.replace("{tag}", "health-article-card"),
    "empty": HEAD + EMPTY + '<p class="place"><a href="{base}/">Heart attack</a></p>',
}


@dataclass
class SlowLink:
    """A proxy that delays and throttles what passes, and takes its time to open a connection."""

    port: int
    target: int
    connections: int = 0
    _free: dict[str, float] = field(default_factory=dict)

    async def serve(self) -> None:
        server = await asyncio.start_server(self._opened, "127.0.0.1", self.port)
        async with server:
            await server.serve_forever()

    async def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(2 * ROUND_TRIP)
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self._pass(reader, back, "up"), self._pass(there, writer, "down"), return_exceptions=True)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(1400):
            start = max(loop.time(), self._free.get(way, 0.0))
            self._free[way] = start + len(data) / BYTES_A_SECOND
            loop.call_at(self._free[way] + ROUND_TRIP / 2, sink.write, data)
        loop.call_at(loop.time() + ROUND_TRIP, sink.close)


@contextmanager
def slow(target: str, port: int) -> Iterator[SlowLink]:
    """A slow link to a server, in a thread of its own."""
    link = SlowLink(port, int(target.rpartition(":")[2]))
    loop = asyncio.new_event_loop()
    threading.Thread(target=lambda: (asyncio.set_event_loop(loop), loop.run_until_complete(link.serve())), daemon=True).start()
    yield link


def library(base: str) -> ASGIApp:
    """The library, and beside it the minimal element's script."""
    ours = create_app(Settings(public_url=base, watch=False))

    async def minimal(request: Request) -> Response:
        headers = {"access-control-allow-origin": "*"}
        return Response(MINIMAL.replace("BASE", base), media_type="text/javascript", headers=headers)

    inner = Starlette(routes=[Route("/minimal.js", minimal)])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (inner if scope["path"] == "/minimal.js" else ours)(scope, receive, send)

    return app


def partner(base: str, ready: threading.Event) -> ASGIApp:
    """The pages, each with its script; where nobody reads the console they say by a request that they are ready."""

    async def page(request: Request) -> Response:
        text = PAGES[request.query_params["page"]].replace("{base}", base)
        if "beacon" in request.query_params:
            text = text.replace(SAYS_READY, 'navigator.sendBeacon("/ready")')
        return HTMLResponse(text)

    async def beacon(request: Request) -> Response:
        ready.set()
        return Response()

    return Starlette(routes=[Route("/", page), Route("/ready", beacon, methods=["POST"])])


def visit(browser: Browser, address: str, name: str, link: SlowLink, base: str) -> dict[str, float]:
    """What one visit with an empty cache costs."""
    context = browser.new_context(viewport={"width": 800, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    for domain in ("Network", "Performance"):
        session.send(f"{domain}.enable")
    seen: list[tuple[str, str]] = []
    bodies: list[float] = []
    page.on("request", lambda r: seen.append((r.method, r.url)) if r.url.startswith(base) else None)
    session.on("Network.dataReceived", lambda event: bodies.append(event["encodedDataLength"]))
    opened = link.connections
    with page.expect_console_message(lambda message: message.text.startswith("ready ")) as ready:
        page.goto(f"{address}/?page={name}", wait_until="commit")
    shift = page.evaluate(SHIFT)
    session.send("HeapProfiler.collectGarbage")
    heap = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}["JSHeapUsedSize"]
    result = {
        "ready ms": float(ready.value.text.split()[1]),
        "requests": len(seen),
        "OPTIONS": sum(method == "OPTIONS" for method, _ in seen),
        "connections": link.connections - opened,
        "bodies": sum(bodies),
        "heap KB": heap / 1024,
        "shift": shift,
    }
    context.close()
    return result


def main() -> None:
    """Print the table, and each figure that is bound."""
    ready = threading.Event()
    with slow_library() as (base, link), listening("127.0.0.1", lambda _: partner(base, ready)) as address, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        found: dict[str, list[dict[str, float]]] = {name: [] for name in PAGES}
        for turn in range(TURNS + 1):
            for name in PAGES:
                result = visit(browser, address, name, link, base)
                if turn:  # the first turn warms up
                    found[name].append(result)
        script = script_times(browser, address, ready)
        browser.close()
    medians = {name: {column: statistics.median(r[column] for r in results) for column in results[0]} for name, results in found.items()}
    for name, figures in medians.items():
        figures["script ms"] = script[name] - script["empty"]
        figures["ratio"] = statistics.median(r["ready ms"] / m["ready ms"] for r, m in zip(found[name], found["minimal"], strict=True))
    report(medians)


def script_times(browser: Browser, address: str, ready: threading.Event) -> dict[str, float]:
    """Milliseconds of main thread CPU in scripts, for each page."""
    addresses = {name: f"{address}/?beacon=1&page={quote(name)}" for name in PAGES}
    trace = script_cpu.Trace.begin(browser)
    for _ in range(CPU_TURNS):
        for each in addresses.values():
            trace.visit(each, ready)
    return script_cpu.of_pages(trace.end(), addresses)


@contextmanager
def slow_library() -> Iterator[tuple[str, SlowLink]]:
    """The library behind a slow link: its public address is the link's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://localhost:{port}"
    with listening("127.0.0.1", lambda _: library(base)) as target, slow(target, port) as link:
        often = urllib.request.Request(target + PARTIAL, headers={"Accept-Encoding": "br"})
        for _ in range(2 * OFTEN):  # from then on it is compressed as well as can be, like any partial that is asked often
            urllib.request.urlopen(often).read()
        yield base, link


def report(medians: dict[str, dict[str, float]]) -> None:
    """The table, and below it each bound and whether it holds."""
    columns = list(medians["ours"])
    print(f"{'':18}" + "".join(f"{column:>12}" for column in columns))
    for name, figures in medians.items():
        print(f"{name:18}" + "".join(f"{figures[column]:12,.2f}" for column in columns))
    ours, preloaded = medians["ours"], medians["ours, preloaded"]
    bounds = [
        ("ready, beside the minimal element", ours["ratio"], 1.10),
        ("ready, preloaded", preloaded["ratio"], 0.92),
        ("requests", ours["requests"], 2),
        ("OPTIONS", ours["OPTIONS"] + preloaded["OPTIONS"], 0),
        ("connections", ours["connections"], 1),
        ("connections, preloaded", preloaded["connections"], 2),
        ("bytes of bodies", ours["bodies"], 5000),
        ("script CPU, ms", ours["script ms"], 4),
        ("heap beside the minimal element, KB", ours["heap KB"] - medians["minimal"]["heap KB"], 50),
        ("layout shift", ours["shift"] + preloaded["shift"], 0),
    ]
    for what, figure, bound in bounds:
        print(f"{what:38}{figure:10,.2f}  at most {bound:8,.2f}  {'holds' if figure <= bound else 'DOES NOT HOLD'}")


if __name__ == "__main__":
    main()
