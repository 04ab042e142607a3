"""The pages of examples/, as a partner serves them: what they show, what they cost, and what they leave alone."""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.hosting import Partner, Server
from tests.browser.visit import Visit
from widgets.settings import files

pytestmark = pytest.mark.browser

PAGES = sorted(path.name for path in (files() / "examples").glob("*.html"))
TAGS = "health-article-card, health-topic-browser, health-symptom-checker, health-appointment-cta, [data-health-widget]"
WITH_WIDGETS = [name for name in PAGES if "/embed" in (files() / "examples" / name).read_text("utf-8")]
WORD, SECRET = "pressure", "zq7391"


def mostly(names: list[str], *always: str) -> list[Any]:
    """All of these pages in the full run, and always these."""
    return [name if name in always else pytest.param(name, marks=pytest.mark.full) for name in names]


Begin = Callable[..., Visit]


def widgets_in(name: str) -> int:
    """How many widgets an example holds, in any of the three forms."""
    return len(re.findall(r"<health-[a-z-]+|data-health-widget=|\bdata-widget=", (files() / "examples" / name).read_text("utf-8")))


def shown(visit: Visit, partner: Partner, name: str) -> Page:
    """An example with all its widgets in view."""
    visit.go(f"{partner.url}/{name}", 0)
    for host in visit.page.locator(TAGS).all():
        host.scroll_into_view_if_needed()
    visit.heard("load", widgets_in(name)).page.evaluate("scrollTo(0, 0)")
    visit.settle()
    return visit.page


def opened(visit: Visit, partner: Partner, name: str, library: Server) -> Page:
    """An example with its widgets in view; what was asked of the library until then is forgotten."""
    page = shown(visit, partner, name)
    library.seen.clear()
    return page


@pytest.mark.parametrize("name", PAGES)
def test_every_example_shows_its_widgets(name: str, visit: Begin, partner: Partner) -> None:
    """Every example shows its widgets on another site than the library's, in silence; nothing spins and no fallback stays beside them."""
    one = visit()
    page = shown(one, partner, name)
    assert page.locator(".hw").count() == widgets_in(name)
    for link in page.locator(f":is({TAGS}) > a").all():
        assert not link.is_visible()
    assert page.get_by_text("This text is the partner's own").count() in {0, 1}
    assert (one.said, one.errors, one.count("error")) == ([], [], 0)


@pytest.mark.parametrize("name", PAGES)
def test_every_example_without_scripts_has_its_links(name: str, visit: Begin, partner: Partner) -> None:
    """Where scripts do not run, every fallback link is in view and leads somewhere, and a frame shows its widget."""
    page = visit(java_script_enabled=False).page
    page.goto(f"{partner.url}/{name}")
    links = page.locator(f":is({TAGS}) > a, main a, body > p a").all()
    if page.locator("iframe").count():
        page.frame_locator("iframe").first.locator(".hw").wait_for()
    else:
        assert links or "data-widget=" in page.content()
    for link in links:
        assert link.is_visible()
        assert (link.get_attribute("href") or "").strip()


@pytest.mark.parametrize(
    "name", ["article_card.html", "code.html", "pinned.html", "preload.html", "script_only.html", "data_attribute.html", "spanish.html"]
)
def test_a_first_card_costs_two_requests(name: str, visit: Begin, partner: Partner, library: Server) -> None:
    """The first article card on a page is two requests to the library, and no preflight."""
    shown(visit(), partner, name)
    assert [seen.method for seen in library.seen] == ["GET", "GET"]
    assert Counter(re.sub(r"(-\w{16})?\.js$|\?.*", "", seen.address) for seen in library.seen) == {"/embed": 1, "/partials/article-card": 1}


def test_a_first_card_weighs_little(visit: Begin, partner: Partner, library: Server) -> None:
    """Loader and partial come by brotli, and weigh at most 5 KB together on the wire."""
    shown(visit(), partner, "article_card.html")
    assert {seen.answer.get("content-encoding") for seen in library.seen} == {"br"}
    sizes = {seen.address: int(seen.answer["content-length"]) for seen in library.seen}
    assert sum(sizes.values()) <= 5 * 1024, sizes


@pytest.mark.parametrize("name", mostly(WITH_WIDGETS, "clinic.html"))
def test_htmx_waits_for_a_touch(name: str, visit: Begin, partner: Partner, library: Server) -> None:
    """The htmx bundle is not asked for by looking, scrolling, pointing or tabbing."""
    page = shown(visit(), partner, name)
    page.mouse.wheel(0, 400)
    for link in page.locator(".hw a").all()[:3]:
        link.hover()
    for _ in range(4):
        page.keyboard.press("Tab")
    page.locator(".hw").first.locator(":is(.title, .emergency)").first.click()
    assert not library.asked("/enhance-")


# --- The first touch --------------------------------------------------------------------------------------


def test_the_first_click_opens_once(visit: Begin, partner: Partner, library: Server) -> None:
    """The first click on a card opens it, with one request for htmx and one for the article."""
    one = visit()
    page = opened(one, partner, "article_card.html", library)
    page.locator(".hw .button").first.click()
    one.heard("navigate").settle()
    assert page.locator(".hw .prose").is_visible()
    assert len(library.partials()) == 1
    assert len(library.asked("/enhance-")) == 1
    assert one.count("navigate") == 1
    assert not library.asked(method="OPTIONS")


def test_the_first_enter_opens_once(visit: Begin, partner: Partner, library: Server) -> None:
    """The first touch by Enter on a focused link does what a click does, once."""
    one = visit()
    page = opened(one, partner, "topic_browser.html", library)
    link = page.locator(".results .list a").first
    link.focus()
    page.keyboard.press("Enter")
    one.heard("navigate").settle()
    assert len(library.partials()) == 1
    assert page.url.endswith("/topic_browser.html")


def test_the_first_typing_searches(visit: Begin, partner: Partner, library: Server) -> None:
    """What is typed before htmx has arrived is searched for, as it stands then, and is not lost."""
    one = visit()
    page = opened(one, partner, "topic_browser.html", library)
    page.locator("input[type=search]").press_sequentially("stroke", delay=15)
    page.locator(".found").wait_for()
    page.locator(".results .list a", has_text="Stroke").first.wait_for()
    one.settle()
    assert page.locator("input[type=search]").input_value() == "stroke"
    assert one.active_is(page.locator("input[type=search]"))
    assert len(library.partials()) == 1
    assert all(seen.method == "POST" for seen in library.asked("/partials/"))


def test_the_first_submit_searches_once(visit: Begin, partner: Partner, library: Server) -> None:
    """Submitting the search form as the first touch searches once, in place."""
    one = visit()
    page = opened(one, partner, "topic_browser.html", library)
    box = page.locator("input[type=search]")
    box.evaluate("(box) => { box.value = 'stroke'; }")
    box.press("Enter")
    page.locator(".found").wait_for()
    one.settle()
    assert len(library.partials()) == 1
    assert page.url.endswith("/topic_browser.html")


def test_an_impatient_double_click_opens_once(visit: Begin, partner: Partner, library: Server) -> None:
    """Two clicks before htmx has arrived open the article, and do not close it again."""
    one = visit()
    page = opened(one, partner, "article_card.html", library)
    page.locator(".hw .button").first.evaluate("(link) => { link.click(); link.click(); }")
    one.heard("navigate").settle()
    assert page.locator(".hw .prose").count() == 1
    assert len(library.partials()) == 1


@pytest.mark.parametrize("modifier", ["Control", "Shift"])
def test_clicks_with_a_key_are_left_alone(modifier: Any, visit: Begin, partner: Partner, library: Server) -> None:
    """Ctrl- and shift-click open the full page elsewhere, and the widget stays as it is, before and after htmx."""
    one = visit()
    page = opened(one, partner, "topic_browser.html", library)
    link = page.locator(".results .list a").first
    with one.context.expect_page() as elsewhere:
        link.click(modifiers=[modifier])
    assert elsewhere.value.url == link.get_attribute("href")
    one.settle()
    assert (library.partials(), library.asked("/enhance-")) == ([], [])
    link.click()
    one.heard("navigate").settle()
    with one.context.expect_page():
        page.locator(".results .list a").first.click(modifiers=[modifier])
    one.settle()
    assert len(library.partials()) == 1


# --- A guest's manners ------------------------------------------------------------------------------------

SHIFTS = """
async () => {
  let total = 0;
  const add = (list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) total += one.value; };
  const observer = new PerformanceObserver(add);
  observer.observe({ type: "layout-shift", buffered: true });
  await new Promise((go) => setTimeout(go, 100));
  add({ getEntries: () => observer.takeRecords() });
  return total;
}
"""


# The script-only form is left out: its element is not there before the script has run, so nothing can keep its room.
ROOMY = [name for name in WITH_WIDGETS if "data-widget=" not in (files() / "examples" / name).read_text("utf-8")]
ONE_EACH = ("clinic.html", "article_card.html", "topic_browser.html", "symptom_checker.html", "appointment_cta.html", "spanish.html")


@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.parametrize("name", mostly(ROOMY, *ONE_EACH))
def test_nothing_jumps(name: str, width: int, visit: Begin, partner: Partner) -> None:
    """With the room that the example keeps, the layout shifts by less than 0.01 while the widgets arrive."""
    one = visit(viewport={"width": width, "height": 900})
    one.go(f"{partner.url}/{name}", 0)
    one.page.wait_for_function("(tags) => [...document.querySelectorAll(tags)].some((host) => host.shadowRoot?.querySelector('.hw'))", arg=TAGS)
    one.settle()
    assert one.page.evaluate(SHIFTS) < 0.01


def use(visit: Visit, page: Page) -> None:
    """Do what readers do: open, jump, close, search, open, go back, change the language."""
    card = page.locator("health-article-card")
    card.locator(".button").first.click()
    visit.heard("navigate", 1)
    card.locator(".contents a").first.click()
    card.locator(".tools .button").last.click()
    visit.heard("navigate", 2)
    browser = page.locator("health-topic-browser")
    browser.locator("input[type=search]").press_sequentially(WORD)
    browser.locator(".found").wait_for()
    browser.locator(".results .list a").first.click()
    visit.heard("navigate", 3)
    browser.locator(".back a").first.click()
    visit.heard("navigate", 4)
    browser.locator(".found").wait_for()
    browser.locator("input[type=search]").fill(f"{WORD} {SECRET}")
    browser.locator(".results .found", has_text="othing").wait_for()
    browser.locator(".languages a").first.click()
    visit.heard("navigate", 5).settle()


GUEST = """
(tags) => {
  const dom = document.documentElement.cloneNode(true);
  for (const script of dom.querySelectorAll("script[src]")) {
    script.removeAttribute("src");
    const { widget, target } = script.dataset;
    const made = target ? dom.querySelector(`[id="${target}"]`).lastElementChild : script.nextElementSibling;
    if (widget && made?.localName === `health-${widget}`) made.remove(); // the one that a script alone puts there: nothing else may differ
  }
  return {
    globals: Object.getOwnPropertyNames(window).sort(),
    dom: dom.outerHTML.replace(/\\s+(?=<)/g, ""),
    title: document.title,
    address: location.pathname + location.search + location.hash,
    history: [history.length, history.state, history.scrollRestoration],
    sheets: [document.styleSheets.length, document.adoptedStyleSheets.length],
    scroll: [scrollX, scrollY],
    stored: [localStorage.length, sessionStorage.length, document.cookie],
    patched: [fetch, history.pushState, Element.prototype.attachShadow, EventTarget.prototype.addEventListener].map(String),
  };
}
"""


def listeners(visit: Visit) -> dict[str, list[str]]:
    """The listeners on window, document, root and body."""
    session = visit.context.new_cdp_session(visit.page)
    found = {}
    for name in ("window", "document", "document.documentElement", "document.body"):
        made = session.send("Runtime.evaluate", {"expression": name})["result"]
        found[name] = sorted(one["type"] for one in session.send("DOMDebugger.getEventListeners", {"objectId": made["objectId"]})["listeners"])
    session.detach()
    return found


def traces(visit: Visit) -> dict[str, Any]:
    """All that a guest might leave on a page."""
    found: dict[str, Any] = visit.page.evaluate(GUEST, TAGS)
    address = found["address"]
    dom = re.sub(' integrity="[^"]+"', "", found["dom"])  # of an empty script it would be another
    return found | {"dom": dom, "address": "" if address.endswith(".html") else address, "listeners": listeners(visit)}


@pytest.mark.parametrize("name", mostly(WITH_WIDGETS, "clinic.html", "data_attribute.html", "script_only.html"))
def test_a_guest_leaves_the_page_as_it_was(name: str, visit: Begin, partner: Partner) -> None:
    """With the embed a page has the same globals, DOM, title, address, history, style sheets, listeners, focus and scroll as without it."""
    with_it, without_it = visit(), visit()
    shown(with_it, partner, name)
    without_it.go(partner.twin(f"{partner.url}/{name}"), 0)
    without_it.settle()
    assert traces(with_it) == traces(without_it)
    assert with_it.active.evaluate("(one) => one.localName") == "body"
    assert (with_it.said, with_it.errors) == ([], [])


def test_a_used_widget_leaves_the_page_as_it_was(visit: Begin, partner: Partner) -> None:
    """After opening, searching, going back and changing the language, the page is still as without us but for scroll and focus."""
    with_it, without_it = visit(), visit()
    use(with_it, shown(with_it, partner, "clinic.html"))
    without_it.go(partner.twin(f"{partner.url}/clinic.html"), 0)
    found, expected = traces(with_it), traces(without_it)
    found.pop("scroll")
    expected.pop("scroll")
    assert found == expected
    assert (with_it.said, with_it.errors) == ([], [])


def test_no_trace_of_the_reader(visit: Begin, partner: Partner, library: Server) -> None:
    """No cookie, no storage, no third party; requests carry no credentials and at most the origin as referrer."""
    one = visit()
    page = shown(one, partner, "clinic.html")
    use(one, page)
    state = one.context.storage_state()
    assert (state["cookies"], state["origins"]) == ([], [])
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []
    assert {line.split()[1].partition("://")[2].partition("/")[0] for line in one.requests} == {
        partner.url.partition("://")[2],
        library.url.partition("://")[2],
    }
    for seen in library.seen:
        assert not {"cookie", "authorization"} & set(seen.headers)
        assert seen.headers.get("referer", "") in {"", partner.url + "/"}
        assert not [name for name in seen.headers if name.startswith("hx-")]
        assert not {"set-cookie", "etag-id"} & set(seen.answer)
    assert not library.asked(method="OPTIONS")


def test_what_is_typed_stays_unsaid(visit: Begin, partner: Partner, library: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing typed is in an event, an address, the console or a log; it travels in a POST body, and no answer to it is kept."""
    one = visit()
    with caplog.at_level(logging.DEBUG):
        use(one, shown(one, partner, "clinic.html"))
    said = json.dumps([one.events(), one.requests, one.console, [[str(seen), seen.headers] for seen in library.seen]])
    assert SECRET not in said
    assert f"={WORD}" not in said
    assert not [record for record in caplog.records if SECRET in record.getMessage() or WORD in record.getMessage()]
    searches = library.asked(method="POST")
    assert searches
    assert {seen.answer["cache-control"] for seen in searches} == {"no-store"}
