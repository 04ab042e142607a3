"""The library dead, slow, wrong or cut off: the reader keeps a working link, is told once, and can try again."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.hosting import PLACEHOLDER, SCRIPT, Fault, Partner, Proxy
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

CARD = f"""<health-article-card article="heart-attack">
<a href="{PLACEHOLDER}/articles/heart-attack">Heart attack: what to do</a></health-article-card>"""
BROWSER = f"""<health-topic-browser topic="heart-topics">
<a href="{PLACEHOLDER}/topics/heart-topics">Heart topics</a></health-topic-browser>"""
LOGIN = """<!doctype html><title>Log in</title><form action="/login"><input name="user"></form>
<script>window.stolen = 1; document.title = "Log in"</script>"""
SHELL = "<!doctype html><html><head><title>App</title><base href='/'></head><body><div id=root></div><script>window.stolen = 1</script></body></html>"

FAULTS = {
    "reset": (Fault(reset=True), "network"),
    "400": (Fault(status=400, body="article: is missing.", kind="text/plain"), "attribute"),
    "404": (Fault(status=404, body="<!doctype html><title>Gone</title><h1>Not here</h1>"), "not-found"),
    "410": (Fault(status=410, body="gone", kind="text/plain"), "not-found"),
    "429": (Fault(status=429, body='{"error": "slow down"}', kind="application/json"), "busy"),
    "500": (Fault(status=500, body="<!doctype html><title>Error</title><h1>Oh no</h1>"), "server"),
    "502": (Fault(status=502, body='{"error": "bad gateway"}', kind="application/json"), "server"),
    "login": (Fault(status=200, body=LOGIN), "content"),
    "shell": (Fault(status=200, body=SHELL), "content"),
    "empty": (Fault(status=200, body=""), "content"),
    "json": (Fault(status=200, body="{}", kind="application/json"), "content"),
    "half": (Fault(half=True), "network"),
    "half-unsaid": (Fault(half=True, length=False), "content"),
    "no-cors": (Fault(cors=False), "network"),
}
FINAL = {"attribute", "not-found"}

Begin = Callable[..., Visit]


def often(names: list[str], *always: str) -> list[Any]:
    """All of these faults in the full run, and always these."""
    return [name if name in always else pytest.param(name, marks=pytest.mark.full) for name in names]


def only_one_warning(visit: Visit, most: int = 1) -> None:
    """At most one line of ours in the console, no exception, nothing renamed, nothing run."""
    assert len(visit.said) <= most, visit.said
    assert all(line.startswith("[health-widgets") for line in visit.said), visit.said
    assert visit.errors == []
    assert visit.page.title() == "A partner's page"
    assert visit.page.evaluate("window.stolen") is None


def in_trouble(visit: Visit) -> None:
    """The note and its button are there once, the status says it, and nothing spins."""
    page = visit.page
    page.get_by_role("button", name="Try again").wait_for()
    assert page.get_by_role("button", name="Try again").count() == 1
    assert page.locator("[role=status]").first.text_content() == "This part of the page could not be loaded."
    assert page.locator(".htmx-request, [aria-busy=true], progress").count() == 0


@pytest.mark.parametrize("name", often(list(FAULTS), "reset", "404", "429", "500", "login", "half", "half-unsaid", "no-cors"))
def test_a_first_answer_that_fails(name: str, visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Whatever comes instead of a partial, the fallback link stays in view, one warning says why, and trying again works when it can."""
    fault, kind = FAULTS[name]
    proxy.fault = fault
    one = visit()
    one.go(partner.page(CARD + BROWSER, base=proxy.url), 0).heard("error", 2)
    page = one.page
    assert {event["detail"]["kind"] for event in one.events("error")} == {kind}
    assert page.get_by_role("link", name="Heart attack: what to do").is_visible()
    assert page.get_by_role("link", name="Heart topics").is_visible()
    assert page.locator(".hw").count() == 0
    only_one_warning(one)
    assert len(one.said) == 1
    again = page.locator("health-article-card").get_by_role("button", name="Try again")
    assert again.count() == (0 if kind in FINAL else 1)
    proxy.revive()
    if kind not in FINAL:
        again.click()
        one.heard("load")
        assert page.locator("health-article-card .title").is_visible()
        assert not page.get_by_role("link", name="Heart attack: what to do").is_visible()
        assert not page.locator("health-article-card").get_by_role("button", name="Try again").is_visible()
        only_one_warning(one)


def test_a_dead_server_leaves_the_page_as_it_is(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Where even the script cannot be had, the fallback stays, and the page says nothing."""
    proxy.refuse()
    one = visit()
    one.go(partner.page(CARD, base=proxy.url), 0)
    assert one.page.get_by_role("link", name="Heart attack: what to do").is_visible()
    assert (one.said, one.errors) == ([], [])


def test_a_server_that_died_after_the_script(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """With the script in the browser's cache and the server dead, the fallback stays, and 'Try again' works once it is back."""
    one = visit()
    url = partner.page(CARD, base=proxy.url)
    one.go(partner.page("", base=proxy.url), 0)
    proxy.refuse()
    one.go(url, 0).heard("error")
    assert one.page.get_by_role("link", name="Heart attack: what to do").is_visible()
    in_trouble(one)
    one.page.get_by_role("button", name="Try again").click()
    one.heard("error", 2)
    in_trouble(one)
    assert one.page.get_by_role("link", name="Heart attack: what to do").is_visible()
    proxy.revive()
    one.page.get_by_role("button", name="Try again").click()
    one.heard("load")
    only_one_warning(one)


def test_a_failed_step_is_told_in_view(visit: Begin, partner: Partner) -> None:
    """On a phone, in a list longer than the screen: what failed is said where it is seen, typing goes on, and trying again works."""
    one = visit(viewport={"width": 320, "height": 568})
    page = one.go(partner.page(BROWSER)).page
    box, trouble = page.locator("input[type=search]"), page.locator(".trouble")
    box.fill("pressure")
    page.locator(".found").wait_for()
    one.context.set_offline(True)
    box.fill("stroke")
    expect(trouble).to_be_in_viewport(ratio=1)
    expect(box).to_be_in_viewport(ratio=1)
    expect(box).to_be_focused()
    page.locator(".hits a").last.click()
    expect(trouble).to_be_in_viewport(ratio=1)
    one.context.set_offline(False)
    one.heard("navigate")
    expect(trouble).to_have_count(0)


def test_a_slow_answer(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """A server that takes 10 s is given up after 8 s: the fallback is in view all the time, then the note; the late answer changes nothing."""
    proxy.fault = Fault(wait=10)
    one = visit()
    one.go(partner.page(CARD, base=proxy.url), 0)
    link = one.page.get_by_role("link", name="Heart attack: what to do")
    assert link.is_visible()
    assert one.page.locator("[aria-busy=true], progress, .htmx-request").count() == 0
    one.heard("error")
    assert [event["detail"]["kind"] for event in one.events("error")] == ["timeout"]
    assert link.is_visible()
    in_trouble(one)
    proxy.revive()
    one.page.get_by_role("button", name="Try again").click()
    one.heard("load").settle()
    assert one.count("load") == 1
    only_one_warning(one)


def test_an_answer_that_takes_its_time(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """An answer that comes after a while replaces the fallback, which is in view until then."""
    proxy.fault = Fault(wait=0.8)
    one = visit()
    one.go(partner.page(CARD, base=proxy.url), 0)
    assert one.page.get_by_role("link", name="Heart attack: what to do").is_visible()
    one.heard("load")
    assert one.page.locator(".hw .title").is_visible()
    assert (one.said, one.errors) == ([], [])


def test_half_an_answer_is_not_cached(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """An answer cut off half way is not shown again from the browser's cache when a reader tries again."""
    proxy.fault = Fault(half=True, length=False)
    one = visit()
    one.go(partner.page(CARD, base=proxy.url), 0).heard("error")
    proxy.revive()
    one.page.get_by_role("button", name="Try again").click()
    one.heard("load")
    assert len(proxy.partials()) == 1
    assert one.page.locator(".hw .disclaimer, .hw .tools").first.is_visible()


def test_without_children_a_failure_still_has_a_link(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """An element without children that cannot be loaded shows a link to the library."""
    proxy.fault = Fault(status=500, body="no")
    one = visit()
    one.go(partner.page('<health-article-card article="heart-attack"></health-article-card>', base=proxy.url), 0).heard("error")
    link = one.page.get_by_role("link", name="Open the health library")
    assert link.is_visible()
    assert link.get_attribute("href") == f"{proxy.url}/"


def test_coming_back_online_tries_again(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """When the connection comes back the widget loads by itself."""
    proxy.fault = Fault(reset=True)
    one = visit()
    one.go(partner.page(CARD, base=proxy.url), 0).heard("error")
    proxy.revive()
    one.page.evaluate("dispatchEvent(new Event('online'))")
    one.heard("load")
    one.page.evaluate("dispatchEvent(new Event('online'))")
    one.settle()
    assert one.count("load") == 1


def test_one_failure_of_many_is_one_warning(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Ten widgets that fail are one line in the console, and equal ones are one request."""
    proxy.fault = Fault(status=500, body="no")
    one = visit()
    one.go(partner.page(CARD * 10, base=proxy.url), 0).heard("error", 10)
    assert len(proxy.partials()) == 1
    only_one_warning(one)


# --- After the content is there ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", often(list(FAULTS), "reset", "500", "login", "half-unsaid"))
def test_a_click_that_fails(name: str, visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """When a step cannot be loaded, what is in view stays, the note appears, nothing throws, and trying again takes the step."""
    one = visit()
    one.go(partner.page(CARD, base=proxy.url))
    proxy.fault = FAULTS[name][0]
    one.page.locator(".hw .button").first.click()
    one.heard("error")
    in_trouble(one)
    assert one.page.locator(".hw .title").is_visible()
    assert one.page.locator(".hw .prose").count() == 0
    only_one_warning(one)
    proxy.revive()
    one.page.get_by_role("button", name="Try again").click()
    one.heard("navigate").settle()
    assert one.page.locator(".hw .prose").is_visible()
    assert not one.page.get_by_role("button", name="Try again").is_visible()
    assert len(proxy.partials()) == 1
    only_one_warning(one)


@pytest.mark.parametrize("name", often(list(FAULTS), "reset", "500"))
def test_typing_that_fails(name: str, visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """When a search cannot be answered, content and typed words stay, the note appears, and trying again searches."""
    one = visit()
    one.go(partner.page(BROWSER, base=proxy.url))
    proxy.fault = FAULTS[name][0]
    box = one.page.locator("input[type=search]")
    box.press_sequentially("stroke", delay=10)
    one.heard("error")
    in_trouble(one)
    assert box.input_value() == "stroke"
    assert one.page.locator(".results .list a").first.is_visible()
    only_one_warning(one)
    proxy.revive()
    one.page.get_by_role("button", name="Try again").click()
    one.page.locator(".found").wait_for()
    assert box.input_value() == "stroke"
    assert not one.page.get_by_role("button", name="Try again").is_visible()
    only_one_warning(one)


def test_typing_on_after_a_failure(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """A reader who types on after a failure gets the results without the button, and the note goes."""
    one = visit()
    one.go(partner.page(BROWSER, base=proxy.url))
    proxy.fault = Fault(status=502, body="no")
    box = one.page.locator("input[type=search]")
    box.press_sequentially("stro", delay=10)
    one.heard("error")
    proxy.revive()
    box.press_sequentially("ke", delay=10)
    one.page.locator(".found").wait_for()
    assert not one.page.get_by_role("button", name="Try again").is_visible()


def test_htmx_that_cannot_be_had(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Where the bundle is blocked, a link does what links do."""
    one = visit()
    one.go(partner.page(CARD, base=proxy.url))
    proxy.fault = Fault(on="/enhance-", status=404, body="no")
    one.page.locator(".hw .button").first.click()
    one.page.wait_for_url(f"{proxy.url}/articles/heart-attack*")


def test_htmx_that_cannot_be_had_leaves_the_form(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Where the bundle is blocked, the search form posts to the library's own page."""
    one = visit()
    one.go(partner.page(BROWSER, base=proxy.url))
    proxy.fault = Fault(on="/enhance-", reset=True)
    one.page.locator("input[type=search]").press_sequentially("stroke")
    one.page.locator("input[type=search]").press("Enter")
    one.page.wait_for_url(f"{proxy.url}/search*")
    assert one.page.get_by_role("link", name="Stroke").first.is_visible()


def test_typing_without_htmx_stays_here(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Where the bundle is blocked, typing alone neither leaves the page nor is lost."""
    one = visit()
    url = partner.page(BROWSER, base=proxy.url)
    one.go(url)
    proxy.fault = Fault(on="/enhance-", reset=True)
    with one.page.expect_event("requestfailed"):
        one.page.locator("input[type=search]").press_sequentially("stroke")
    one.settle()
    assert one.page.url == url
    assert one.page.locator("input[type=search]").input_value() == "stroke"
    only_one_warning(one)


def test_offline_never_leaves_the_page(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Offline and without htmx, a click says so and offers to try again; the page stays; back online it opens."""
    one = visit()
    url = partner.page(CARD, base=proxy.url)
    one.go(url)
    one.context.set_offline(True)
    one.page.locator(".hw .button").first.click()
    in_trouble(one)
    assert one.page.url == url
    one.context.set_offline(False)
    one.heard("navigate")
    assert one.page.locator(".hw .prose").is_visible()
    only_one_warning(one)


def test_a_script_that_is_a_login_page(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """A login page instead of the loader leaves the fallback in view."""
    proxy.fault = Fault(on="/embed.js", status=302, body=LOGIN)
    one = visit()
    one.go(partner.page(CARD, base=proxy.url, head=SCRIPT), 0)
    assert one.page.get_by_role("link", name="Heart attack: what to do").is_visible()
    assert one.said == []


@pytest.mark.full
@pytest.mark.parametrize("name", ["click", "typing"])
def test_a_slow_step(name: str, visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """A step that takes 10 s is given up after 8 s; until then and after it the content stays."""
    one = visit()
    one.go(partner.page(BROWSER, base=proxy.url))
    proxy.fault = Fault(wait=10)
    if name == "click":
        one.page.locator(".results .list a").first.click()
    else:
        one.page.locator("input[type=search]").press_sequentially("stroke")
    one.heard("error")
    assert {event["detail"]["kind"] for event in one.events("error")} == {"timeout"}
    in_trouble(one)
    assert one.page.locator(".results .list a").first.is_visible()
    only_one_warning(one)
