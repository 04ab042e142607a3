"""What widgets cost a page once they are there: nothing that runs, and nothing that stays when they have gone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession

from tests.browser.hosting import Fault, Partner, Proxy
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]

KINDS = (
    '<health-article-card article="stroke"></health-article-card>',
    '<health-topic-browser topic="heart-conditions"></health-topic-browser>',
    "<health-symptom-checker></health-symptom-checker>",
    '<health-appointment-cta campaign="heart-month"></health-appointment-cta>',
    '<div data-health-widget="article-card" data-article="angina"></div>',
)
ALL = "\n".join(KINDS)
# The timers that wait, and the intervals that were ever asked for. (Playwright itself asks for frames.)
TIMERS = """
(() => {
  const waiting = new Set(), { setTimeout: set, clearTimeout: clear, setInterval: every } = window;
  Object.defineProperty(window, "timers", { value: { waiting, intervals: [] } });
  window.setTimeout = (run, ...more) => {
    const id = set(() => { waiting.delete(id); run(); }, ...more);
    waiting.add(id);
    return id;
  };
  window.clearTimeout = (id) => { waiting.delete(id); clear(id); };
  window.setInterval = (...all) => { timers.intervals.push(all[1]); return every(...all); };
})();
"""
TURN = """
async (markup) => {
  const main = document.querySelector("main");
  for (let n = 0; n < 200; n++) {
    main.insertAdjacentHTML("beforeend", markup[n % 5 % markup.length]);
    const one = main.lastElementChild;
    if (n % 4) {
      await new Promise((go) => one.addEventListener("health-load", go, { once: true }));
    }
    one.remove(); // one in four while its answer is still under way
  }
}
"""
FAIL = """
async (markup) => {
  const main = document.querySelector("main");
  for (let n = 0; n < 20; n++) {
    main.insertAdjacentHTML("beforeend", markup);
    const one = main.lastElementChild, failed = new Promise((go) => one.addEventListener("health-error", go, { once: true }));
    await null; // it is asked for
    one.remove();
    await failed;
  }
}
"""


def metrics(session: CDPSession) -> dict[str, float]:
    """What Chromium counts, after a collection that leaves only what is held."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found: dict[str, Any] = session.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in found["metrics"]}


def watched(visit: Visit) -> CDPSession:
    """A session that counts."""
    session = visit.context.new_cdp_session(visit.page)
    session.send("Performance.enable")
    return session


def test_no_timer_is_left(visit: Begin, partner: Partner) -> None:
    """Once every widget is there, no timeout waits, and no interval was ever asked for."""
    one = visit(viewport={"width": 1000, "height": 4000})
    one.context.add_init_script(TIMERS)
    page = one.go(partner.page(ALL), len(KINDS)).page
    assert page.evaluate("[timers.waiting.size, timers.intervals]") == [0, []]


@pytest.mark.full
def test_a_minute_at_rest(visit: Begin, partner: Partner) -> None:
    """Loaded and left alone for 60 seconds, the widgets take less than 0.3 ms of script a second, which is what the empty page takes at most."""
    one = visit(viewport={"width": 1000, "height": 4000})
    page = one.go(partner.page(ALL), len(KINDS)).page
    one.settle()
    session = watched(one)
    before = metrics(session)
    page.wait_for_timeout(60_000)  # this is what the law is about
    after = {found["name"]: found["value"] for found in session.send("Performance.getMetrics")["metrics"]}
    spent = {name: (after[name] - before[name]) * 1000 for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")}
    print(f"at rest for 60 s: {spent} ms, tasks {1000 * (after['TaskDuration'] - before['TaskDuration']):.1f} ms")
    assert sum(spent.values()) < 60 * 0.3


def test_fifty_widgets(visit: Begin, partner: Partner) -> None:
    """Fifty widgets on one page all show, in silence, and equal ones ask once."""
    one = visit(viewport={"width": 1000, "height": 30000})
    page = one.go(partner.page(ALL * 10), 50).page
    assert page.locator(".hw").count() == 50
    assert (one.said, one.errors) == ([], [])
    assert len({line for line in one.requests if "/partials/" in line}) == len([line for line in one.requests if "/partials/" in line]) == 5


@pytest.mark.full
def test_two_hundred_that_came_and_went(visit: Begin, partner: Partner) -> None:
    """Of 200 widgets that were inserted and removed, nothing is left: no node, no listener, no heap that grows from round to round."""
    one = visit(viewport={"width": 1000, "height": 4000})
    page = one.go(partner.page("")).page
    session = watched(one)
    page.evaluate(TURN, list(KINDS[:4]))  # what is made once: styles, compiled code
    page.evaluate("heard.length = 0")
    before = metrics(session)
    page.evaluate(TURN, list(KINDS[:4]))
    page.evaluate("heard.length = 0")
    after = metrics(session)
    grown = {name: after[name] - before[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}
    print(f"200 inserted and removed: {grown}")
    assert page.locator("main > :not(h1)").count() == 0
    assert grown["Nodes"] <= 40  # two widgets' worth; the last one may still be held by a promise
    assert grown["JSEventListeners"] <= 10
    assert grown["JSHeapUsedSize"] < 100_000


def test_twenty_that_went_while_they_failed(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Of widgets that were removed before their answer failed, no listener is left on the page."""
    one = visit()
    page = one.go(partner.page("", base=proxy.url)).page
    proxy.fault = Fault(status=500, body="no")
    session = watched(one)
    page.evaluate(FAIL, KINDS[0])
    before = metrics(session)
    page.evaluate(FAIL, KINDS[0])
    grown = metrics(session)["JSEventListeners"] - before["JSEventListeners"]
    assert one.count("error") == 0, "they were in the page still"
    assert grown <= 4  # the last one may still be held by a promise
