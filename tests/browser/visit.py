"""A visit: one browser page with its own profile, which keeps what the widgets and the console say."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, ElementHandle, Locator

PATIENCE = 15_000
WATCH = """
(() => {
  const kept = [];
  Object.defineProperty(window, "heard", { value: kept });
  for (const name of ["load", "error", "navigate", "cta"]) {
    document.addEventListener(`health-${name}`, (event) => kept.push({
      name, detail: event.detail, tag: event.target.localName, id: event.target.id, bubbles: event.bubbles, composed: event.composed,
    }));
  }
})();
"""
ACTIVE = """
() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}
"""
SETTLE = """
async () => {
  for (let n = 0; n < 2; n++) {
    await new Promise(requestAnimationFrame);
    await new Promise((go) => setTimeout(go));
  }
}
"""
# What the browser itself writes when a request fails; it cannot be kept quiet.
NETWORK_LINE = re.compile(r"^(Failed to load resource|Access to (fetch|script|link|resource)|.* was preloaded using link preload)")


class Visit:
    """One page in a profile of its own."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        self.page = context.new_page()
        self.console: list[str] = []
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))

    def go(self, url: str, loads: int | None = None) -> "Visit":
        """Open a page and wait until so many widgets show (by default every one that stands on it)."""
        self.page.goto(url, wait_until="load")
        if loads is None:
            loads = self.page.evaluate("document.querySelectorAll(':is(health-article-card, health-topic-browser, health-symptom-checker, "
                                       "health-appointment-cta), [data-health-widget]').length")  # fmt: skip
        return self.heard("load", loads)

    def heard(self, name: str, count: int = 1) -> "Visit":
        """Wait for so many events of this name."""
        self.page.wait_for_function("([name, count]) => heard.filter((one) => one.name === name).length >= count", arg=[name, count])
        return self

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The events of this name so far."""
        return [one for one in self.page.evaluate("heard") if name in {"", one["name"]}]

    def count(self, name: str) -> int:
        """How many events of this name there were."""
        return len(self.events(name))

    @property
    def said(self) -> list[str]:
        """What the console holds beside the browser's own network lines."""
        return [line for line in self.console if not NETWORK_LINE.match(line)]

    @property
    def active(self) -> ElementHandle:
        """The element that has the focus, inside shadow roots too."""
        element = self.page.evaluate_handle(ACTIVE).as_element()
        assert element, "nothing has the focus"
        return element

    def active_is(self, locator: Locator) -> bool:
        """Whether this element has the focus."""
        return bool(locator.evaluate("(one) => one.getRootNode().activeElement === one"))

    def wait_active(self, selector: str) -> ElementHandle:
        """Wait until the focus is on an element that matches."""
        self.page.wait_for_function(f"(selector) => ({ACTIVE})()?.matches(selector)", arg=selector)
        return self.active

    def tab_to(self, locator: Locator, key: str = "Tab", most: int = 60) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(most):
            self.page.keyboard.press(key)
            if self.active_is(locator):
                return
        raise AssertionError(f"{locator} cannot be reached with {most} times {key}")

    def settle(self) -> None:
        """Let frames and tasks under way come to their end: twice a frame and a task after it."""
        self.page.evaluate(SETTLE)
