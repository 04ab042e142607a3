"""Firefox and WebKitGTK, as Debian packages them: the example pages, the first touch, search, frames, and a library that is down."""

from collections.abc import Iterator

import pytest

from tests.browser import driving, visit
from tests.browser.debian import need
from tests.browser.driving import Driver
from tests.browser.hosting import Fault, Partner, Proxy, Server, http_get
from tests.browser.hosts import site
from tests.browser.hosts.host import Host
from tests.browser.hosts.test_hosts import FIRST, HOSTS
from tests.browser.test_examples import PAGES, TAGS, widgets_in
from widgets.commands.demo import PLACEHOLDER
from widgets.settings import files

pytestmark = [pytest.mark.browser, pytest.mark.full]

CARD, BROWSER = "health-article-card", "health-topic-browser"


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """A window of Firefox, and one of WebKitGTK."""
    if request.param == "firefox":
        need("firefox-esr", "firefox-esr")
    else:
        need("webkit2gtk-driver xvfb", "WebKitWebDriver", "Xvfb")
    with getattr(driving, request.param)() as one:
        yield one


def go(driver: Driver, partner: Partner, name: str, article: str = "heart-attack") -> None:
    """Open an example, perhaps with another article, with something on it that hears what the widgets and the console say."""
    text = http_get(f"{partner.url}/{name}").replace("heart-attack", article)
    driver.go(partner.write(text.replace("<head>", f"<head><script>{visit.WATCH}{driving.WATCH}</script>", 1)))


def page(driver: Driver, partner: Partner, body: str, base: str = "", head: str = f'<script async src="{PLACEHOLDER}/embed.js"></script>') -> None:
    """Open a page with this body in the same way."""
    driver.go(partner.page(body, head=f"<script>{visit.WATCH}{driving.WATCH}</script>{head}", base=base))


def heard(driver: Driver, name: str, count: int = 1) -> None:
    driver.until(f"heard.filter((one) => one.name === '{name}').length >= {count}")


def in_view(driver: Driver, element: str) -> bool:
    return bool(driver.run(f"return ({element})?.getBoundingClientRect().height > 0"))


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(("iframe", "link", "oembed"))])
def test_every_example_shows_its_widgets(driver: Driver, partner: Partner, library: Server, name: str) -> None:
    """Every example shows its widgets, styled, in silence; no fallback stays beside them."""
    go(driver, partner, name)
    driver.run("for (const one of document.querySelectorAll(arguments[0])) one.scrollIntoView()", TAGS)
    heard(driver, "load", widgets_in(name))
    roots = f"[...document.querySelectorAll('{TAGS}')].filter((one) => one.shadowRoot)"
    assert driver.run(f"return {roots}.map((one) => one.shadowRoot.querySelectorAll('.hw').length)") == [1] * widgets_in(name)
    assert driver.run(f"return {roots}.every((one) => getComputedStyle(one.shadowRoot.querySelector('.hw')).borderInlineStartStyle === 'solid')")
    assert driver.run(f"return {roots}.flatMap((one) => [...one.children]).filter((one) => one.getBoundingClientRect().height > 0).length") == 0
    assert driver.run("return said") == []
    assert not library.asked(method="OPTIONS")


def test_the_first_touch_opens_the_card(driver: Driver, partner: Partner, library: Server) -> None:
    """The first click on a card opens it in place, once; a section is jumped to, and the card closed again, with the focus where the reader is."""
    go(driver, partner, "article_card.html")
    heard(driver, "load")
    address = driver.run("return location.href")
    library.seen.clear()
    driver.click(driver.shadow(CARD, ".button"))
    heard(driver, "navigate")
    driver.until(driver.shadow(CARD, ".prose"))
    assert len(library.partials()) == 1
    driver.until(f"document.querySelector('{CARD}').shadowRoot.activeElement?.matches('[data-focus]')")
    driver.click(driver.shadow(CARD, ".contents li:last-child a"))
    driver.until(f"document.querySelector('{CARD}').shadowRoot.activeElement?.id.startsWith('s-')")
    driver.click(driver.shadow(CARD, "a[data-back]"))
    heard(driver, "navigate", 2)
    driver.until(f"!{driver.shadow(CARD, '.prose')}")
    assert driver.run("return [location.href, said]") == [address, []]


def test_a_search_works(driver: Driver, partner: Partner, library: Server) -> None:
    """Typing searches, an article opens from the results, and the way back leads to the results."""
    go(driver, partner, "topic_browser.html")
    heard(driver, "load")
    library.seen.clear()
    driver.click(driver.shadow(BROWSER, "input"))
    driver.type("stroke")
    driver.until(driver.shadow(BROWSER, ".found"))
    assert driver.run(f"return {driver.shadow(BROWSER, 'input')}.value") == "stroke"
    assert all(seen.method == "POST" for seen in library.asked("/partials/"))
    driver.click(driver.shadow(BROWSER, ".results .list a"))
    heard(driver, "navigate")
    driver.until(driver.shadow(BROWSER, ".prose"))
    driver.click(driver.shadow(BROWSER, ".back a"))
    heard(driver, "navigate", 2)
    driver.until(driver.shadow(BROWSER, ".found"))
    assert driver.run("return said") == []


def test_a_dead_library_leaves_the_fallback(driver: Driver, partner: Partner, proxy: Proxy) -> None:
    """Where the library is down, the fallback is in view, and nothing is said or thrown."""
    go_dead = f'<{CARD} article="heart-attack"><a href="{PLACEHOLDER}/articles/heart-attack">Heart attack</a></{CARD}>'
    proxy.refuse()
    page(driver, partner, go_dead, base=proxy.url)
    driver.until("document.readyState === 'complete'")
    assert in_view(driver, f"document.querySelector('{CARD} a')")
    assert driver.run("return said") == []


FAULTS = {
    "chest-pain": Fault(reset=True),
    "fainting": Fault(status=500),
    "pacemaker": Fault(status=200, body="<h1>Log in</h1>"),
    "heart-failure": Fault(half=True, length=False),
}
"""One article each, since the window keeps its cache."""


@pytest.mark.parametrize("article", FAULTS)
def test_a_partial_that_fails_comes_when_asked_again(driver: Driver, partner: Partner, proxy: Proxy, article: str) -> None:
    """Where a partial fails, the fallback stays and the reader is told once; trying again shows the widget."""
    proxy.fault = FAULTS[article]
    page(driver, partner, f'<{CARD} article="{article}"><a href="{PLACEHOLDER}/articles/{article}">{article}</a></{CARD}>', base=proxy.url)
    heard(driver, "error")
    assert in_view(driver, f"document.querySelector('{CARD} a')")
    assert in_view(driver, driver.shadow(CARD, ".trouble button"))
    assert len(driver.run("return said")) == 1
    proxy.revive()
    driver.click(driver.shadow(CARD, ".trouble button"))
    heard(driver, "load")
    assert in_view(driver, driver.shadow(CARD, ".title"))
    assert not in_view(driver, f"document.querySelector('{CARD} a')")


def test_a_frame_gets_its_height(driver: Driver, partner: Partner) -> None:
    """With frame.js a frame is as high as its widget, so that nothing in it scrolls."""
    go(driver, partner, "iframe_height.html")
    driver.until("document.querySelector('iframe').style.blockSize")
    driver.until("document.querySelector('iframe').clientHeight !== 640")
    high = driver.run("return document.querySelector('iframe').clientHeight")
    own, scrolls = driver.inside(
        "iframe", "const root = document.documentElement; return [root.getBoundingClientRect().height, root.scrollHeight > innerHeight]"
    )
    assert 0 <= high - own < 1.5
    assert not scrolls
    assert driver.run("return said") == []


def test_a_sandboxed_frame_works(driver: Driver, partner: Partner) -> None:
    """In sandbox="allow-scripts" a frame is styled, tells its height, and has no form."""
    body = f'<iframe sandbox="allow-scripts" src="{PLACEHOLDER}/frame/topic-browser" title="x" height="50"></iframe>'
    page(driver, partner, body, head=f'<script async src="{PLACEHOLDER}/frame.js"></script>')
    driver.until("document.querySelector('iframe').clientHeight > 200")
    look = "return [document.forms.length, getComputedStyle(document.querySelector('.hw')).borderTopStyle, origin]"
    assert driver.inside("iframe", look) == [0, "solid", "null"]


def test_an_include_is_taken_over(driver: Driver, partner: Partner, library: Server) -> None:
    """A server include shows before any script, is taken over without a request, and its first touch works."""
    text = http_get(f"{library.url}/include/article-card?article=heart-attack")
    page(driver, partner, text, head="")
    assert in_view(driver, driver.shadow(CARD, ".emergency"))
    library.seen.clear()
    page(driver, partner, text)
    driver.until(driver.shadow(CARD, "[role=status]"))
    assert library.partials() == []
    driver.click(driver.shadow(CARD, ".button"))
    heard(driver, "navigate")
    driver.until(driver.shadow(CARD, ".prose"))
    assert driver.run("return said") == []


def test_a_preload_is_used(driver: Driver, partner: Partner, library: Server) -> None:
    """The preload example asks for its partial once."""
    go(driver, partner, "preload.html", "mammogram")  # one that the window has not in its cache
    heard(driver, "load")
    assert len(library.partials()) == 1


def strict(driver: Driver, partner: Partner, library: Server, policy: str) -> None:
    """A page under this policy, with our address in script-src and connect-src."""
    own_style = "style-src 'unsafe-inline'; img-src 'self'"  # the test page's own style and listener, and Firefox's look for an icon
    own = f"{policy}; script-src {library.url} 'unsafe-inline'; connect-src {library.url}; {own_style}"
    broken = "<script>window.broken = []; document.addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective))</script>"
    head = f'{broken}<meta http-equiv="Content-Security-Policy" content="{own}"><script async src="{PLACEHOLDER}/embed.js"></script>'
    page(driver, partner, f'<{CARD} article="heart-attack"><a href="{PLACEHOLDER}/">x</a></{CARD}>', head=head)


@pytest.mark.parametrize("policy", ["require-trusted-types-for 'script'; trusted-types health-widgets", "default-src 'none'"])
def test_a_strict_page(driver: Driver, partner: Partner, library: Server, policy: str) -> None:
    """Under a strict policy the card shows and opens; nothing of ours is refused."""
    strict(driver, partner, library, policy)
    heard(driver, "load")
    driver.click(driver.shadow(CARD, ".button"))
    heard(driver, "navigate")
    driver.until(driver.shadow(CARD, ".prose"))
    assert driver.run("return [broken, said]") == [[], []]


def test_a_page_that_allows_no_trusted_types(driver: Driver, partner: Partner, library: Server) -> None:
    """Under trusted-types 'none' the card shows where there is Document.parseHTML; elsewhere the fallback stays, and the console has one line."""
    strict(driver, partner, library, "require-trusted-types-for 'script'; trusted-types 'none'")
    driver.until("heard.length")
    kinds = driver.run("return heard.map((one) => one.name + (one.detail.kind ?? ''))")
    if driver.run("return 'parseHTML' in Document"):
        assert (kinds, driver.run("return said")) == (["load"], [])
    else:  # WebKitGTK 2.50; the README's table says so
        assert kinds in (["errorcontent"], ["errornetwork"])
        assert in_view(driver, f"document.querySelector('{CARD} a')")
        assert len(driver.run("return said")) == 1


# --- Host pages -------------------------------------------------------------------------------------------------


UNTIL_ON_PAGE = """
  const until = async (check) => { while (!check()) await new Promise((go) => setTimeout(go, 10)); };
"""


NATIVE = "Object.getPrototypeOf(HTMLDocument).prototype"
ANYWHERE = f"""(function found(root) {{
  const all = [...(root === document ? {NATIVE} : DocumentFragment.prototype).querySelectorAll.call(root, "*")];
  const here = root === document ? [] : all.filter((one) => one.matches("%s"));
  return [...here, ...all.flatMap((one) => (one.shadowRoot ? found(one.shadowRoot) : []))];
}})(document)"""
"""Elements inside shadow roots, however deep; asked of the prototypes, since pages replace the rest."""


def is_main(host: Host) -> bool:
    """Whether a host page needs nothing but a browser: no steps of a reader, no blocker, no settings of his."""
    alone = host.name != "service-worker" and "heard" not in host.holds  # neither a profile of its own, nor a script before all others
    return alone and not (callable(host.act) or host.ends or host.blocks or host.options or host.frame or host.refused)


MISSES: dict[str, dict[str, str]] = {
    "firefox": {},
    "webkit": {
        "tt-none": "where `trusted-types` leaves out `health-widgets`, the fallback stays",
        "tt-hostile": "where `trusted-types` leaves out `health-widgets`, the fallback stays",
        "integrity-policy": "on a page with an `Integrity-Policy` for scripts the fallback stays, since `older.js` comes without a hash",
        "find-in-page": "`window.find()` does not look into widgets",
        "style-zoom": "a test driver clicks beside the mark where the page's own style sheet zooms it; readers do not",
    },
}
"""Host pages that a browser does not pass, each with its reason; the README's table has them."""


def test_the_misses_are_told() -> None:
    """The README's table of browsers gives every miss, each with its reason, in these words."""
    text = " ".join((files() / "README.md").read_text("utf-8").split())
    assert {reason for misses in MISSES.values() for reason in misses.values() if reason not in text} == set()


@pytest.fixture(scope="module")
def hosts(request: pytest.FixtureRequest) -> Iterator[site.Site]:
    """The partner's site with the host pages, and a library of its own."""
    with site.library() as server, site.partner(server.url, site.Libraries(request.config)) as made:
        yield made


@pytest.mark.parametrize("host", [host for host in HOSTS if is_main(host)], ids=lambda host: host.name)
def test_the_main_host_pages(driver: Driver, hosts: site.Site, host: Host) -> None:
    """On a host page the widgets show, or the fallback stays; what the page asks of the widget holds; a click opens it, and nothing is thrown."""
    if reason := MISSES[driver.name].get(host.name):
        pytest.xfail(reason)
    hosts.add(host)
    driver.go(f"{hosts.url}/ours/{host.name}")
    if host.act:
        driver.run(f"return (async () => {{ {UNTIL_ON_PAGE} {host.act} }})()")  # to its end: what moves is not clicked at
    driver.until(f"{ANYWHERE % '.hw'}.length === {host.shows}")
    if host.holds:
        holds = host.holds.replace('"userSelect", "text", ', "")  # auto in Firefox, by another name in WebKit
        driver.until(f"(() => {{ {FIRST.replace('Document.prototype', NATIVE)} return {holds} }})()")
    if host.shows and host.opens == Host.opens:
        driver.click(f"{ANYWHERE % '.hw .tools .button'}[0]")
        driver.until(f"{ANYWHERE % '.hw .prose'}[0]")
