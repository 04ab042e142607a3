"""Search on the library's own pages, with script and without: results that Back comes to again, and words that stay nowhere."""

import io
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import hosting
from tests.browser.conftest import QUIET
from tests.browser.hosting import Fault, Proxy, Server
from tests.browser.test_accessibility import element, shortcomings, violations
from tests.browser.visit import PATIENCE, WATCH, Visit
from tests.test_results import planted

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]

SEARCH, FOUND = ".find input", ".found"
BEGIN = ["/", "/articles/stroke"]


def back(page: Page) -> None:
    """The browser's Back, which a page that was kept answers without a load."""
    page.evaluate("history.back()")


@pytest.mark.parametrize("path", BEGIN)
def test_back_from_an_article_comes_to_the_results_again(path: str, keeping: Page, library: Server) -> None:
    """What was found is there after Back, asks nothing anew, and one more Back is the page that the search began on."""
    keeping.goto(library.url + path)
    heading = keeping.locator("h1").inner_text()
    keeping.locator(SEARCH).fill("presure")
    keeping.locator(SEARCH).press("Enter")
    keeping.wait_for_url(f"{library.url}/search", wait_until="commit")
    results = keeping.locator("#main").inner_text()
    assert "Search results" in keeping.title()
    expect(keeping.locator("#main [data-focus]").first).to_be_focused()
    keeping.locator(".hits a").first.click()
    keeping.wait_for_url("**/articles/*", wait_until="commit")
    keeping.locator(".prose").wait_for()
    sent = len(library.asked("/search"))
    back(keeping)
    keeping.wait_for_url(f"{library.url}/search", wait_until="commit")
    assert keeping.locator("#main").inner_text() == results
    assert keeping.locator(SEARCH).input_value() == "presure"
    back(keeping)
    keeping.wait_for_url(library.url + path, wait_until="commit")
    assert keeping.locator("h1").inner_text() == heading
    keeping.evaluate("history.forward()")
    keeping.wait_for_url(f"{library.url}/search", wait_until="commit")
    assert keeping.locator("#main").inner_text() == results
    assert len(library.asked("/search")) == sent


def searched(page: Page, library: Server, path: str) -> str:
    """Search from this page; gives the heading that it had before."""
    page.goto(library.url + path)
    heading = page.locator("h1").inner_text()
    page.locator(SEARCH).fill("pressure")
    page.locator(SEARCH).press("Enter")
    page.wait_for_url(f"{library.url}/search")
    return heading


@pytest.mark.parametrize("path", BEGIN)
def test_where_the_browser_keeps_no_page_back_still_asks_nothing(path: str, visit: Begin, library: Server) -> None:
    """Back gets a page of the library with its search, and the next one the page that the search began on: never a form to send again."""
    page = visit().page
    heading = searched(page, library, path)
    page.locator(".hits a").first.click()
    page.wait_for_url("**/articles/*")
    back(page)
    page.wait_for_url(f"{library.url}/search")
    page.locator(SEARCH).wait_for()
    back(page)
    page.wait_for_url(library.url + path)
    expect(page.locator("h1")).to_have_text(heading)
    assert [seen.method for seen in library.asked("/search")] == ["POST", "GET"]


def test_without_script_the_results_stay_in_their_tab(visit: Begin, library: Server) -> None:
    """An article opens beside the answer to the form, which a browser could not come back to, and the page says so first."""
    page = visit(java_script_enabled=False).page
    page.goto(library.url)
    page.locator(SEARCH).fill("pressure")
    page.locator(SEARCH).press("Enter")
    page.wait_for_url("**/search")
    assert "new tab" in page.locator(".tabs").inner_text()
    with page.context.expect_page() as opened:
        page.locator(".hits a").first.click()
    opened.value.locator(".prose").wait_for()
    assert page.locator(".hits a").first.is_visible()


@pytest.mark.parametrize("path", BEGIN)
def test_results_come_as_one_types(path: str, visit: Begin, library: Server, axe: str) -> None:
    """Words typed show what they find, danger first; focus and caret stay, a screen reader hears how much it is, and axe finds nothing."""
    page = visit(bypass_csp=True).page
    page.goto(library.url + path)
    page.locator(SEARCH).press_sequentially("chest pain")
    page.locator(".emergency >> text=happening now").wait_for()
    expect(page.locator("body > [role=status]")).to_contain_text("If this is happening now, call 911 now")
    assert page.locator(SEARCH).evaluate("(one) => [one === document.activeElement, one.value, one.selectionStart]") == [True, "chest pain", 10]
    assert page.locator(".hits a[target]").count() == page.locator(".tabs").count() == 0
    assert violations(page, axe) == []
    assert shortcomings(page) == []
    page.locator(SEARCH).fill("hart atack")
    page.locator(".meant button").click()
    expect(page.locator(SEARCH)).to_have_value("heart attack")
    expect(page.locator(".hits a").first).to_have_text("Heart attack")
    assert page.evaluate("history.length") == 3  # the empty tab's, the page's, and one for all that was found
    assert {seen.address for seen in library.asked("/search")} == {"/search"}


@pytest.mark.parametrize("path", BEGIN)
def test_an_emptied_field_is_the_page_again(path: str, visit: Begin, library: Server) -> None:
    """Without words nothing is found: heading, title and address are the page's own, and the focus stays where one types on."""
    page = visit().page
    page.goto(library.url + path)
    title, heading = page.title(), page.locator("h1").inner_text()
    page.locator(SEARCH).press_sequentially("pressure")
    page.locator(".hits a").first.wait_for()
    page.locator(SEARCH).press("Control+a")
    page.locator(SEARCH).press("Backspace")
    page.wait_for_url(library.url + path)
    expect(page.locator("h1")).to_have_text(heading)
    assert page.title() == title
    assert page.locator(".hits").count() == 0
    expect(page.locator(SEARCH)).to_be_focused()
    page.keyboard.type("stroke")
    expect(page.locator(".hits a").first).to_have_text("Stroke")
    expect(page.locator(SEARCH)).to_have_value("stroke")


@pytest.mark.parametrize("path", BEGIN)
def test_the_field_holds_the_words_of_what_is_shown(path: str, visit: Begin, library: Server) -> None:
    """Back empties it with what was found, Forward brings both again; a jump within the page changes nothing."""
    page = visit().page
    heading = searched(page, library, path)
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{library.url}/search#main")
    assert page.locator(".hits a").count()
    back(page)
    page.wait_for_url(f"{library.url}/search")
    assert page.locator(".hits a").count()
    back(page)
    page.wait_for_url(library.url + path)
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(SEARCH)).to_have_value("")
    page.evaluate("history.forward()")
    page.wait_for_url(f"{library.url}/search")
    expect(page.locator(SEARCH)).to_have_value("pressure")
    assert page.locator(".hits a").count()


def test_a_jump_within_an_article_does_not_load_it_again(visit: Begin, library: Server) -> None:
    """Its contents lead to its sections, and Back comes from there, with nothing asked of the library."""
    page = visit().page
    page.goto(library.url + "/articles/heart-attack")
    page.evaluate("addEventListener('popstate', () => setTimeout(() => document.body.dataset.popped = location.hash))")
    asked = len(library.asked("/articles/heart-attack"))
    page.locator(".contents a").first.click()
    page.locator("body[data-popped^='#s-']").wait_for()
    back(page)
    page.locator("body[data-popped='']").wait_for()
    assert len(library.asked("/articles/heart-attack")) == asked


@pytest.mark.parametrize("path", BEGIN)
@pytest.mark.parametrize("script", [True, False])
def test_a_search_goes_along_into_another_language(path: str, *, script: bool, visit: Begin, library: Server) -> None:
    """The switch sends the words again, and they stand in no address; the whole page is in that language, and Back is the page before."""
    page = visit(java_script_enabled=script, bypass_csp=True).page
    page.goto(library.url + path)
    page.locator(SEARCH).fill("diabetes")
    page.locator(SEARCH).press("Enter")
    page.locator(".hits").first.wait_for()
    page.get_by_role("button", name="Español").click()
    page.wait_for_url(f"{library.url}/search?lang=es")
    expect(page.locator("h1")).to_have_text("Resultados de la búsqueda")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator(SEARCH)).to_have_value("diabetes")
    assert page.locator("footer [lang]").count() == 0
    assert page.locator(".hits a").count()
    page.get_by_role("button", name="English").click()
    page.wait_for_url(f"{library.url}/search")
    expect(page.locator("h1")).to_have_text("Search results")
    assert not any("diabetes" in seen.address for seen in library.seen)
    if script:
        back(page)
        page.wait_for_url(library.url + path)
        expect(page.get_by_role("link", name="Español")).to_be_visible()


@pytest.mark.parametrize(("words", "danger"), [("chest pain", True), ("smoking", False)])
def test_what_to_do_in_danger_is_met_first(words: str, visit: Begin, library: Server, *, danger: bool) -> None:
    """A search that was sent leads to the words for an emergency where they concern it, and else to its heading."""
    page = visit().page
    page.goto(library.url + "/articles/stroke")
    page.locator(SEARCH).fill(words)
    page.locator(SEARCH).press("Enter")
    page.locator(".found").wait_for()
    expect(page.locator("main .emergency" if danger else "h1").first).to_be_focused()
    assert page.evaluate("scrollY") == 0


def test_a_search_that_fails_says_so_when_it_was_sent(visit: Begin, proxy: Proxy) -> None:
    """While one types a failure changes nothing; a search that was sent goes the way it goes without script."""
    page = visit().page
    page.goto(proxy.url + "/articles/stroke")
    proxy.fault = Fault(on="/search", status=500, body="The library could not answer.", kind="text/plain")
    with page.expect_response("**/search"):
        page.locator(SEARCH).press_sequentially("pressure")
    assert page.locator("h1").inner_text() == "Stroke"
    page.locator(SEARCH).press("Enter")
    page.get_by_text("The library could not answer.").wait_for()


# --- What is typed -------------------------------------------------------------------------------------------

HELD = """() => JSON.stringify([
  window.heard, { ...localStorage }, { ...sessionStorage }, document.cookie, history.state, location.href, document.title,
  performance.getEntries().map((one) => one.name),
])"""


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """All that any logger says, in one text."""
    heard, root = io.StringIO(), logging.getLogger()
    listening, level = logging.StreamHandler(heard), root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


def search_for(page: Page, box: str, words: list[str]) -> str:
    """Type these words one after another, send each, and say what the page then holds beside what it shows."""
    for word in words:
        page.locator(box).fill("")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(box).press_sequentially(word)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(box).press("Enter")
    return str(page.evaluate(HELD))


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.full)])
def test_what_is_typed_stays_nowhere(count: int, browser: Browser, chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of words typed fast into the widget and on the page none is in a log, address, event, storage, browser profile or file afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    words = [max(query.split(), key=len) for query in planted(count)]
    addresses: list[str] = []
    with everything_logged() as heard, hosting.library() as server, hosting.partner_site(server.url) as site:
        profile = browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=chromium, args=QUIET, ignore_default_args=["--disable-back-forward-cache"]
        )
        profile.set_default_timeout(PATIENCE)
        profile.add_init_script(WATCH)
        profile.on("request", lambda request: addresses.append(request.url))
        page = profile.new_page()
        page.goto(site.page(element("health-topic-browser", {})))
        held = search_for(page, "input[type=search]", words[::2])
        page.goto(server.url + "/articles/stroke")
        held += search_for(page, SEARCH, words[1::2])
        page.goto(server.url + "/articles/angina")
        profile.close()
        assert len(server.asked("", "POST")) >= 2 * count
        kept = [held, *addresses, *map(str, server.seen), heard.getvalue(), repr(server.library.store._kept), repr(vars(server.library.serving))]
        files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert "POST /search 200" in heard.getvalue()
    assert any(f"{server.url}/articles/angina".encode() in data for data in files), "the browser's own history was not looked at"
    assert [word for word in words for text in kept if word in text] == []
    assert [word for word in words for data in files if word.encode() in data or word.encode("utf-16-le") in data] == []
