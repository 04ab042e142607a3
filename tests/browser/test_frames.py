"""Frames, server includes, pinned and older scripts, and preloads, as they are on a partner's page."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator

from tests.browser import hosting
from tests.browser.hosting import Partner, Server
from tests.browser.visit import Visit
from widgets.app import create_app
from widgets.commands.demo import PLACEHOLDER
from widgets.settings import Settings, files

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]
HEIGHT_SCRIPT = f'<script async src="{PLACEHOLDER}/frame.js"></script>'
ITS_HEIGHT = "document.documentElement.getBoundingClientRect().height"
OVERFLOWS = "document.scrollingElement.scrollHeight > document.scrollingElement.clientHeight"


def frame_of(visit: Visit, selector: str = "iframe") -> Frame:
    """What is shown in an iframe of the page."""
    element = visit.page.wait_for_selector(selector, state="attached")
    assert element
    frame = element.content_frame()
    assert frame
    frame.wait_for_selector(".hw")
    return frame


def fits(visit: Visit, selector: str = "iframe") -> None:
    """Wait until the iframe is as high as what it shows, and nothing in it scrolls."""
    frame = frame_of(visit, selector)
    for _ in range(200):
        high = visit.page.evaluate("(selector) => document.querySelector(selector).clientHeight", selector)
        if 0 <= high - frame.evaluate(ITS_HEIGHT) < 1.5 and not frame.evaluate(OVERFLOWS):
            return
        visit.settle()
    raise AssertionError(f"the frame is {high} px high, and what it shows {frame.evaluate(ITS_HEIGHT)}")


def inside(visit: Visit, selector: str = "iframe") -> FrameLocator:
    return visit.page.frame_locator(selector)


def go(visit: Visit, address: str) -> Visit:
    """Open a page whose frames have loaded."""
    visit.page.goto(address, wait_until="load")
    return visit


# --- Height ------------------------------------------------------------------------------------------------


def test_a_frame_gets_its_height_by_itself(visit: Begin, partner: Partner) -> None:
    """With frame.js on the page the frame is as high as its widget: at first, after steps and a search in it, and after a resize."""
    one = go(visit(), f"{partner.url}/iframe_height.html")
    fits(one)
    at_first = one.page.locator("iframe").bounding_box()
    inside(one).locator(".results .list a").first.click()
    inside(one).locator(".hw .prose").wait_for()
    fits(one)
    opened = one.page.locator("iframe").bounding_box()
    assert at_first and opened
    assert opened["height"] > at_first["height"] + 300
    inside(one).locator(".back a").first.click()
    inside(one).locator("input[type=search]").fill("stroke")
    inside(one).locator("form button").click()
    inside(one).locator(".found").wait_for()
    fits(one)
    one.page.set_viewport_size({"width": 390, "height": 700})
    one.settle()
    fits(one)
    assert one.page.url == f"{partner.url}/iframe_height.html"
    assert (one.console, one.errors) == ([], [])


def test_a_frame_without_the_script_scrolls_inside(visit: Begin, partner: Partner) -> None:
    """Without frame.js the frame keeps the height of its attribute, and what is higher scrolls inside it."""
    one = go(visit(), f"{partner.url}/iframe.html")
    inside(one).locator(".hw .button").first.click()
    inside(one).locator(".hw .prose").wait_for()
    assert one.page.locator("iframe").evaluate("(frame) => frame.clientHeight") == 480
    end = inside(one).locator(".disclaimer")
    end.scroll_into_view_if_needed()
    box, around = end.bounding_box(), one.page.locator("iframe").bounding_box()
    assert box
    assert around
    assert around["y"] <= box["y"] <= around["y"] + around["height"]
    assert (one.console, one.errors) == ([], [])


@pytest.mark.parametrize(
    "style",
    ["*{box-sizing:border-box} iframe{border:10px solid;padding:0}", "iframe{border:0}", "iframe{max-width:300px;border:3px solid;padding:5px}"],
)
def test_a_frame_gets_its_height_under_the_pages_styles(visit: Begin, partner: Partner, style: str) -> None:
    """The height is right whatever border and box the page gives to its frames."""
    body = f'<style>{style}</style><iframe src="{PLACEHOLDER}/frame/article-card?article=heart-attack" title="x" width="100%" height="100"></iframe>'
    one = go(visit(), partner.page(body, head=HEIGHT_SCRIPT))
    fits_inside = "(frame) => frame.clientHeight - parseFloat(getComputedStyle(frame).paddingTop) - parseFloat(getComputedStyle(frame).paddingBottom)"
    frame = frame_of(one)
    one.page.wait_for_function("document.querySelector('iframe').style.blockSize")
    one.settle()
    assert 0 <= one.page.locator("iframe").evaluate(fits_inside) - frame.evaluate(ITS_HEIGHT) < 1.5
    assert not frame.evaluate(OVERFLOWS)


def test_two_frames_get_a_height_each(visit: Begin, partner: Partner) -> None:
    """Of several frames each gets its own height, also one that comes later, and one whose script came last."""
    frames = "".join(f'<iframe src="{PLACEHOLDER}/frame/{query}" title="x" height="50"></iframe>' for query in ("symptom-checker", "topic-browser"))
    one = go(visit(), partner.page(frames, head=""))
    for selector in ("iframe:nth-of-type(1)", "iframe:nth-of-type(2)"):
        frame_of(one, selector)
    one.page.add_script_tag(url=f"{partner.base}/frame.js")
    one.page.evaluate(
        "(base) => document.querySelector('main').append(Object.assign(document.createElement('iframe'), { src: base + '/frame/appointment-cta' }))",
        partner.base,
    )
    for n in (1, 2, 3):
        fits(one, f"iframe:nth-of-type({n})")
    heights = one.page.evaluate("[...document.querySelectorAll('iframe')].map((frame) => frame.clientHeight)")
    assert len(set(heights)) == 3


def test_what_others_say_is_passed_over(visit: Begin, partner: Partner) -> None:
    """A height told by the page itself, by a frame of another origin, or by another origin in our frame's place, changes nothing."""
    liar = partner.write("<!doctype html><title>x</title><script>parent.postMessage({ message: 'height', value: 4321 }, '*')</script>")
    body = (
        f'<iframe id="ours" src="{PLACEHOLDER}/frame/article-card?article=heart-attack" title="x" height="100"></iframe>'
        f'<iframe id="theirs" src="{liar}" title="x" height="100"></iframe>'
    )
    one = visit()
    one.context.add_init_script("window.told = []; addEventListener('message', ({ data, origin }) => told.push([data.value, origin]))")
    go(one, partner.page(body, head=HEIGHT_SCRIPT))
    fits(one, "#ours")
    right = one.page.evaluate("document.querySelector('#ours').clientHeight")
    sizes = "['#ours', '#theirs'].map((selector) => document.querySelector(selector).clientHeight)"
    one.page.evaluate("postMessage({ message: 'height', value: 4321 }, '*')")
    one.page.wait_for_function("told.filter(([value]) => value === 4321).length === 2")
    one.settle()
    assert one.page.evaluate(sizes) == [right, 100]
    one.page.evaluate("(liar) => document.querySelector('#ours').contentWindow.location.replace(liar)", liar)
    one.page.wait_for_function("told.filter(([value]) => value === 4321).length === 3")
    one.settle()
    assert one.page.evaluate(sizes) == [right, 100]
    assert (one.console, one.errors) == ([], [])


@pytest.mark.parametrize("value", ["'9e99'", "-5", "null", "{}", "'1px;color:red'", "undefined"])
def test_a_height_that_is_none_harms_nothing(visit: Begin, partner: Partner, value: str) -> None:
    """A value that is no height, from our own frame even, leaves a frame of 60 to 20,000 px."""
    one = go(visit(), partner.page(f'<iframe src="{PLACEHOLDER}/frame/symptom-checker" title="x"></iframe>', head=HEIGHT_SCRIPT))
    frame = frame_of(one)
    fits(one)
    # Heard after frame.js, and at once: a frame that was made too small may ask for its right height again.
    one.page.evaluate(
        "() => { window.heights = []; addEventListener('message', () => heights.push(document.querySelector('iframe').clientHeight)); }"
    )
    frame.evaluate(f"parent.postMessage({{ message: 'height', value: {value} }}, '*')")
    one.page.wait_for_function("heights.some((height) => height === 60 || height === 20000)")
    for message in ("null", "'height'", "42", "{ message: 'link', value: 'https://x.example/' }", "[]"):
        frame.evaluate(f"parent.postMessage({message}, '*')")
    one.settle()
    assert (one.said, one.errors) == ([], [])
    assert one.page.url.startswith(partner.url)


# --- Sandboxes ---------------------------------------------------------------------------------------------


def test_a_sandboxed_frame_works(visit: Begin, partner: Partner) -> None:
    """In sandbox="allow-scripts" a frame has its styles, tells its height, offers no form that could not be sent, and its steps work."""
    body = f'<iframe sandbox="allow-scripts" src="{PLACEHOLDER}/frame/topic-browser?topic=heart-conditions" title="x" height="50"></iframe>'
    one = go(visit(), partner.page(body, head=HEIGHT_SCRIPT))
    frame = frame_of(one)
    assert frame.evaluate("origin") == "null"
    fits(one)
    assert frame.locator("form").count() == 0
    assert frame.locator(".hw").evaluate("(hw) => getComputedStyle(hw).borderTopStyle") == "solid"
    frame.locator(".results .list a").first.click()
    frame.locator(".prose").wait_for()
    fits(one)
    address = frame.url
    frame.locator(".contents a").last.click()
    one.settle()
    assert frame.url == address
    frame.locator(".back a").first.click()
    frame.locator(".results").wait_for()
    fits(one)
    assert (one.console, one.errors) == ([], [])


def test_links_leave_a_sandbox_that_lets_them(visit: Begin, partner: Partner) -> None:
    """With the words that the README gives, a link of a sandboxed frame opens its page, out of the sandbox, and the page around stays."""
    words = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
    assert f'sandbox="{words}"' in (files() / "README.md").read_text("utf-8")
    one = visit()
    address = f"{PLACEHOLDER}/frame/article-card?article=heart-attack&open=1"
    go(one, partner.page(f'<iframe sandbox="{words}" src="{address}" title="x" height="600"></iframe>', head=""))
    here = one.page.url
    frame = frame_of(one)
    frame.locator(".prose").wait_for()
    with one.context.expect_page() as opened:
        frame.locator('a[part="link"]').click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/articles/heart-attack")
    assert opened.value.evaluate("[origin !== 'null', opener]") == [True, None]
    assert one.page.url == here


def test_a_frame_in_wordpress_words(visit: Begin, partner: Partner) -> None:
    """With a secret in its address a frame repeats it with its height, keeps it through steps, and hands over the links that leave."""
    address = f"{PLACEHOLDER}/frame/article-card?article=heart-attack#?secret=aBc123"
    one = visit()
    one.context.add_init_script("window.told = []; addEventListener('message', ({ data }) => told.push(data))")
    go(one, partner.page(f'<iframe sandbox="allow-scripts" src="{address}" title="x" height="400"></iframe>', head=""))
    frame = frame_of(one)
    one.page.wait_for_function("told.some(({ message, value, secret }) => message === 'height' && value > 100 && secret === 'aBc123')")
    frame.locator(".button").first.click()
    frame.locator(".prose").wait_for()
    one.page.evaluate("told.length = 0")
    one.page.locator("iframe").evaluate("(frame) => frame.contentWindow.postMessage('height', '*')")
    one.page.wait_for_function("told.some(({ message, secret }) => message === 'height' && secret === 'aBc123')")
    frame.locator('a[part="link"]').click()
    one.page.wait_for_function("told.some(({ message }) => message === 'link')")
    (link,) = [told for told in one.page.evaluate("told") if told["message"] == "link"]
    assert link == {"message": "link", "value": f"{partner.base}/articles/heart-attack", "secret": "aBc123"}
    assert (one.console, one.errors) == ([], [])


def test_a_hidden_frame_tells_its_height(visit: Begin, partner: Partner) -> None:
    """A frame that is clipped away until it speaks, as WordPress clips it, speaks."""
    style = "position: absolute; clip: rect(1px, 1px, 1px, 1px);"
    one = visit()
    one.context.add_init_script("window.told = []; addEventListener('message', ({ data }) => told.push(data.value))")
    go(one, partner.page(f'<iframe style="{style}" sandbox="allow-scripts" src="{PLACEHOLDER}/frame/symptom-checker" title="x"></iframe>', head=""))
    one.page.wait_for_function("told.some((value) => value > 100)")


def test_a_frame_without_script_is_whole(visit: Begin, partner: Partner) -> None:
    """Where a sandbox forbids scripts, the widget is in view and its steps are links that work."""
    body = f'<iframe sandbox src="{PLACEHOLDER}/frame/article-card?article=heart-attack" title="x" height="600"></iframe>'
    one = go(visit(), partner.page(body, head=HEIGHT_SCRIPT))
    inside(one).locator(".emergency").wait_for()
    inside(one).locator(".button").first.click()
    inside(one).locator(".prose").wait_for()


def test_only_its_own_page_makes_a_frame_speak(visit: Begin, partner: Partner) -> None:
    """A frame measures for the page around it, and not for a neighbour that asks."""
    asker = partner.write("<!doctype html><title>x</title><script>const ask = () => parent.frames[0].postMessage('height', '*')</script>")
    body = f'<iframe src="{PLACEHOLDER}/frame/symptom-checker" title="x"></iframe><iframe src="{asker}" id="asker" title="x"></iframe>'
    one = visit()
    one.context.add_init_script("window.told = []; addEventListener('message', ({ data }) => told.push(data))")
    go(one, partner.page(body, head=""))
    frame = frame_of(one)
    one.page.wait_for_function("told.length > 0")
    one.settle()
    before = one.page.evaluate("told.length")
    asker_element = one.page.query_selector("#asker")
    assert asker_element
    asker_frame = asker_element.content_frame()
    assert asker_frame
    asker_frame.evaluate("ask()")
    frame.wait_for_function("told.length === 1")  # the frame has heard it
    one.settle()
    assert one.page.evaluate("told.length") == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["article-card?article=heart-attack&open=1", "topic-browser", "symptom-checker?lang=es", "appointment-cta"])
def test_a_frame_is_accessible(visit: Begin, library: Server, axe: str, query: str, scheme: Any) -> None:
    """axe finds nothing in a frame's page, in light and dark."""
    one = go(visit(color_scheme=scheme), f"{library.url}/frame/{query}")
    one.page.locator(".hw").wait_for()
    one.page.evaluate(axe)
    rules = {name: {"enabled": False} for name in ("landmark-one-main", "region", "page-has-heading-one")}  # those of whole pages
    found = one.page.evaluate("(rules) => axe.run(document, { rules })", rules)
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]] == []
    assert (one.console, one.errors) == ([], [])


# --- Server includes ---------------------------------------------------------------------------------------


def include(library: Server, query: str) -> str:
    text = hosting.http_get(f"{library.url}/include/{query}")
    library.seen.clear()
    return text


CARD = "article-card?article=heart-attack"
BROWSER = "topic-browser?topic=heart-conditions"


def test_an_include_is_there_before_any_script(visit: Begin, partner: Partner, library: Server) -> None:
    """An include shows its widget, styled, where no script runs; its fallback is not shown beside it, and its steps are links."""
    one = visit()
    one.context.route("**/embed.js", lambda route: route.abort())
    go(one, partner.page(include(library, CARD)))
    assert one.page.locator(".hw .emergency").is_visible()
    assert not one.page.locator("health-article-card > a").is_visible()
    assert one.page.locator(".hw").evaluate("(hw) => getComputedStyle(hw).borderTopStyle") == "solid"
    one.page.locator(".hw .button").first.click()
    one.page.wait_for_url("**/articles/heart-attack")


@pytest.mark.parametrize("late", [False, True])
def test_the_loader_takes_an_include_over(visit: Begin, partner: Partner, library: Server, late: bool) -> None:
    """The loader takes an include over without asking for its partial, and without a jump; the first touch works, once."""
    url = partner.page(include(library, CARD), head="" if late else hosting.SCRIPT)
    one = go(visit(), url)
    frame = "document.querySelector('health-article-card').getBoundingClientRect()"
    before = one.page.evaluate(frame)
    if late:
        one.page.add_script_tag(url=f"{library.url}/embed.js")
    one.page.wait_for_function("document.querySelector('health-article-card').shadowRoot.querySelector('[role=status]')")
    one.settle()
    assert library.partials() == []
    assert one.page.evaluate(frame) == before
    assert one.page.locator(".hw").count() == 1
    one.page.locator(".hw .button").first.click()
    one.heard("navigate").settle()
    assert one.page.locator(".hw .prose").is_visible()
    assert len(library.partials()) == 1
    assert one.active.evaluate("(one) => one.matches('[data-focus]')")
    assert one.page.url == url
    assert (one.said, one.errors) == ([], [])


def test_an_include_searches_and_goes_back(visit: Begin, partner: Partner, library: Server) -> None:
    """In an include a search, an article from it and the way back work as in any widget."""
    one = go(visit(), partner.page(include(library, BROWSER)))
    one.page.wait_for_function("document.querySelector('health-topic-browser').shadowRoot.querySelector('[role=status]')")
    one.page.locator("input[type=search]").press_sequentially("stroke")
    one.page.locator(".found").wait_for()
    one.page.locator(".results .list a").first.click()
    one.heard("navigate")
    one.page.locator(".back a").first.click()
    one.heard("navigate", 2)
    one.page.locator(".found").wait_for()
    assert (one.said, one.errors) == ([], [])


def test_an_include_whose_attributes_change(visit: Begin, partner: Partner, library: Server) -> None:
    """Another article in an include's attributes is loaded in place; one that is not there leaves the fallback link in view."""
    one = go(visit(), partner.page(include(library, CARD)))
    one.page.wait_for_function("document.querySelector('health-article-card').shadowRoot.querySelector('[role=status]')")
    host = one.page.locator("health-article-card")
    host.evaluate("(host) => host.setAttribute('article', 'stroke')")
    one.heard("load")
    assert one.page.locator(".hw .title").inner_text() == "Stroke"
    assert not one.page.locator("health-article-card > a").is_visible()
    host.evaluate("(host) => host.setAttribute('article', 'nothing')")
    one.heard("error")
    assert one.page.locator("health-article-card > a").is_visible()
    assert one.page.locator(".hw").count() == 0
    host.evaluate("(host) => host.setAttribute('article', 'stroke')")
    one.heard("load", 2)
    assert not one.page.locator("health-article-card > a").is_visible()


def test_an_include_that_is_moved(visit: Begin, partner: Partner, library: Server) -> None:
    """An include that a script moves on the page, before or after the loader, stays as it is and works."""
    one = go(visit(), partner.page(include(library, CARD) + '<section id="there"></section>'))
    one.page.evaluate("document.querySelector('#there').append(document.querySelector('health-article-card'))")
    one.page.wait_for_function("document.querySelector('health-article-card').shadowRoot.querySelector('[role=status]')")
    one.page.evaluate("document.querySelector('main').prepend(document.querySelector('health-article-card'))")
    one.settle()
    assert library.partials() == []
    one.page.locator(".hw .button").first.click()
    one.heard("navigate")
    assert (one.said, one.errors) == ([], [])


def test_an_include_under_its_recipe(visit: Begin, partner: Partner, library: Server) -> None:
    """Under a policy with our address in script-src, connect-src and style-src, and nothing else, an include works without a violation."""
    policy = f"default-src 'none'; script-src {library.url}; connect-src {library.url}; style-src {library.url}"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">{hosting.SCRIPT}'
    text = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title>{head}</head><body>{include(library, CARD)}</body></html>'
    one = visit()
    one.context.add_init_script("window.broken = []; document.addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective))")
    go(one, partner.write(text))
    one.page.locator(".hw .button").first.click()
    one.heard("navigate").settle()
    assert one.page.locator(".hw .prose").is_visible()
    assert one.page.evaluate("broken") == []
    assert (one.console, one.errors) == ([], [])


# --- Pinned, and older ---------------------------------------------------------------------------------------


def pinned(text: str, digest: str = "") -> str:
    """The script tag for a loader's text, with its integrity."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    digest = digest or base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()
    return f'<script async crossorigin referrerpolicy="strict-origin" src="{PLACEHOLDER}/embed-{name}.js" integrity="sha384-{digest}"></script>'


ELEMENT = f'<health-article-card article="heart-attack"><a href="{PLACEHOLDER}/articles/heart-attack">Heart attack</a></health-article-card>'


def test_a_pinned_script_works(visit: Begin, partner: Partner, library: Server) -> None:
    """The loader by its hash and with its integrity shows the widget, and its first touch works."""
    head = pinned(hosting.http_get(f"{library.url}/embed.js"))
    one = visit().go(partner.page(ELEMENT, head=head))
    one.page.locator(".hw .button").first.click()
    one.heard("navigate")
    assert (one.said, one.errors) == ([], [])


@pytest.mark.parametrize("wrong", ["integrity", "address"])
def test_a_script_that_is_not_what_was_pinned_leaves_the_fallback(visit: Begin, partner: Partner, library: Server, wrong: str) -> None:
    """With a wrong integrity, or a hash that is not kept any more, the fallback stays and nothing throws."""
    text = hosting.http_get(f"{library.url}/embed.js")
    head = pinned(text, "A" * 64) if wrong == "integrity" else pinned(text + " ")
    one = go(visit(), partner.page(ELEMENT, head=head))
    one.settle()
    assert one.page.get_by_role("link", name="Heart attack").is_visible()
    assert one.page.locator(".hw").count() == 0
    assert library.partials() == []
    assert one.errors == []


RELEASES = Path(__file__).parent / "releases"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Today's library with an earlier release's scripts in its folder; and that release's loader."""
    folder = tmp_path_factory.mktemp("releases")
    made: list[tuple[Server, str]] = []

    def app(address: str) -> Server:
        texts = {stem: (RELEASES / f"{stem}.js").read_text("utf-8").replace(PLACEHOLDER, address) for stem in ("embed", "enhance")}
        for stem, text in texts.items():
            (folder / f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.js").write_text(text, "utf-8")
        made.append((Server(create_app(Settings(public_url=address, watch=False, releases=folder))), texts["embed"]))
        return made[0][0]

    with hosting.listening("localhost", app) as address:
        made[0][0].url = address
        yield made[0]
        made[0][0].library.close()


def test_an_older_loader_works_with_this_server(visit: Begin, partner: Partner, later: tuple[Server, str]) -> None:
    """A snippet that pins the first release's loader shows, opens, closes, searches and goes back with today's partials, in silence."""
    server, old = later
    assert old not in hosting.http_get(f"{server.url}/embed.js")
    head = pinned(old).replace(PLACEHOLDER, server.url)
    browser = f'<health-topic-browser topic="heart-conditions"><a href="{server.url}/">Library</a></health-topic-browser>'
    one = visit().go(partner.page(ELEMENT.replace(PLACEHOLDER, server.url) + browser, head=head))
    server.seen.clear()
    one.page.locator("health-article-card .button").first.click()
    one.heard("navigate")
    assert one.page.locator("health-article-card .prose").is_visible()
    one.page.locator("health-article-card [data-back]").first.click()
    one.heard("navigate", 2)
    one.page.locator("health-topic-browser input[type=search]").press_sequentially("stroke")
    one.page.locator("health-topic-browser .found").wait_for()
    one.page.locator("health-topic-browser .results .list a").first.click()
    one.heard("navigate", 3)
    one.page.locator("health-topic-browser .back a").first.click()
    one.heard("navigate", 4)
    found = re.search(r"/enhance-\w+\.js", old)
    assert found
    assert [str(seen) for seen in server.asked("/enhance-")] == [f"GET {found[0]}"] * len(server.asked("/enhance-"))
    assert (one.said, one.errors, one.count("error")) == ([], [], 0)


def test_an_older_and_todays_loader_on_one_page(visit: Begin, partner: Partner, later: tuple[Server, str]) -> None:
    """With an older loader and today's on one page, each widget is shown once, and the console has at most one line of each."""
    server, old = later
    today = f'<script crossorigin src="{server.url}/embed.js"></script>'
    body = ELEMENT.replace(PLACEHOLDER, server.url)
    for head in (
        pinned(old).replace("async", "").replace(PLACEHOLDER, server.url) + today,
        today + pinned(old).replace("async", "").replace(PLACEHOLDER, server.url),
    ):
        one = visit().go(partner.page(body, head=head))
        one.settle()
        assert one.page.locator(".hw").count() == 1
        one.page.locator(".hw .button").first.click()
        one.heard("navigate").settle()
        assert one.count("navigate") == 1
        assert len(one.said) <= 2
        assert one.errors == []


# --- Preload -------------------------------------------------------------------------------------------------


def test_a_preloaded_partial_is_asked_for_once(visit: Begin, partner: Partner, library: Server) -> None:
    """The preload example asks for the partial once; the loader takes that answer, and Chromium warns of nothing that was not used."""
    one = visit().go(f"{partner.url}/preload.html")
    assert library.partials() == ["GET /partials/article-card?article=heart-attack&lang=en"]
    (seen,) = library.asked("/partials/")
    assert seen.headers["sec-fetch-mode"] == "cors"
    assert "cookie" not in seen.headers
    # A page with a preload that is not used: when its warning has come, that of the page above would have come too.
    other = visit()
    link = f'<link rel="preload" as="fetch" crossorigin href="{PLACEHOLDER}/partials/topic-browser">'
    with other.page.expect_console_message(lambda message: "preloaded" in message.text, timeout=20_000):
        other.go(partner.page(ELEMENT, head=link + hosting.SCRIPT))
    one.settle()
    assert [line for line in one.console if "preload" in line] == []
    assert (one.console, one.errors) == ([], [])
