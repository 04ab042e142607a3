"""What a page's scripts cost the main thread: read from the browser's own trace.

Nothing is attached to the page meanwhile: an open inspector has the stack of each request looked up, which costs as much again.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from threading import Event
from typing import Any

from playwright.sync_api import Browser, CDPSession

CATEGORIES = ["devtools.timeline", "v8", "v8.execute"]
SCRIPT = {"EvaluateScript", "FunctionCall", "RunMicrotasks", "v8.callFunction", "v8.run", "v8.compile"}


@dataclass
class Trace:
    """A recording of all that the browser does, over several visits."""

    session: CDPSession
    _events: list[dict[str, Any]] = field(default_factory=list)
    _ended: list[Any] = field(default_factory=list)

    @classmethod
    def begin(cls, browser: Browser) -> "Trace":
        """Start recording."""
        trace = cls(browser.new_browser_cdp_session())
        trace.session.on("Tracing.dataCollected", lambda event: trace._events.extend(event["value"]))
        trace.session.on("Tracing.tracingComplete", lambda event: trace._ended.extend([event]))
        config = {"includedCategories": CATEGORIES, "excludedCategories": ["*"], "traceBufferSizeInKb": 200_000}
        trace.session.send("Tracing.start", {"traceConfig": config})
        return trace

    def visit(self, address: str, ready: Event) -> None:
        """Open a page in a new context of its own, with an empty cache, until it says that it is ready."""
        ready.clear()
        context = self.session.send("Target.createBrowserContext")["browserContextId"]
        self.session.send("Target.createTarget", {"url": address, "browserContextId": context, "width": 800, "height": 900})
        if not ready.wait(30):
            raise TimeoutError(f"{address} was not ready in 30 s")
        time.sleep(0.1)  # what the last event leaves to do
        self.session.send("Target.disposeBrowserContext", {"browserContextId": context})

    def end(self) -> list[dict[str, Any]]:
        """Stop recording; all events."""
        self.session.send("Tracing.end")
        while not self._ended:
            self.session.send("Browser.getVersion")
            time.sleep(0.05)
        return self._events


def spent(events: Iterable[dict[str, Any]]) -> float:
    """Milliseconds of the thread's CPU time inside scripts, their compilation and their promises."""
    spans: list[tuple[float, float, float]] = []
    begun: list[dict[str, Any]] = []
    for event in sorted((e for e in events if e["name"] in SCRIPT), key=lambda e: float(e["ts"])):
        if event["ph"] == "X":
            spans.append((event["ts"], event["dur"], event.get("tdur", 0)))
        elif event["ph"] == "B":
            begun.append(event)
        elif begun:
            start = begun.pop()
            spans.append((start["ts"], event["ts"] - start["ts"], event["tts"] - start["tts"]))
    total = until = 0.0
    for at, lasts, cpu in sorted(spans, key=lambda span: (span[0], -span[1])):
        if at >= until:  # the outermost only
            total, until = total + cpu, at + lasts
    return total / 1000


def of_pages(events: list[dict[str, Any]], addresses: dict[str, str]) -> dict[str, float]:
    """The median for each page over its visits."""
    threads: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for event in events:
        threads.setdefault((event["pid"], event["tid"]), []).append(event)
    found: dict[str, list[float]] = {name: [] for name in addresses}
    for thread in threads.values():
        scripts = {e["args"].get("data", {}).get("url") for e in thread if e["name"] == "EvaluateScript"}
        for name, address in addresses.items():
            if address in scripts:
                found[name].append(spent(thread))
    return {name: median(values) for name, values in found.items()}
