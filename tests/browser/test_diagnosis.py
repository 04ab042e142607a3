"""The check for web editors: what it says about each mistake, and that it harms neither page nor reader."""

import re
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.browser.hosting import SCRIPT, Partner, Proxy, Server, http_get
from tests.browser.mistakes import CARD, CLINIC, DOWN, MISTAKES, PLACEHOLDER, SECOND, Mistake
from tests.browser.test_accessibility import violations
from tests.browser.visit import Visit
from widgets import __version__, embed

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]
CHECK = "?health-widgets=check"
STATE = """() => ({
  names: Object.getOwnPropertyNames(window).sort(), head: document.head.outerHTML, body: document.body.outerHTML, title: document.title,
  sheets: [document.styleSheets.length, document.adoptedStyleSheets.length], history: history.length, stored: localStorage.length,
  focus: document.activeElement.localName, scroll: [scrollX, scrollY], cookies: document.cookie,
})"""


def panel(visit: Visit) -> Locator:
    """The check's panel, once it has looked at everything."""
    visit.page.locator("health-widgets-check section[aria-busy=false]").wait_for()
    return visit.page.locator("health-widgets-check section")


def said(visit: Visit) -> list[str]:
    """Every sentence of the panel."""
    return panel(visit).locator(".says").all_inner_texts()


@pytest.mark.parametrize("one", [pytest.param(m, id=m.name, marks=[] if m.always else pytest.mark.full) for m in MISTAKES])
def test_a_mistake_is_said_in_one_sentence(one: Mistake, visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """On a page with one mistake the check says that one sentence, nothing else, and what to paste."""
    begun = visit()
    proxy.fault = one.fault
    partner.written[SECOND] = http_get(f"{proxy.url}/embed.js").replace(f'"version":"{__version__}"', '"version":"0.0.9"')
    if one.blocks:
        cdp = begun.context.new_cdp_session(begun.page)
        cdp.send("Network.enable")
        cdp.send("Network.setBlockedURLs", {"urls": list(one.blocks)})
    begun.page.goto(partner.page(one.body, head=one.head, html=one.html, base=proxy.url) + CHECK, wait_until="load")

    def here(text: str) -> str:
        return text.replace(PLACEHOLDER, proxy.url).replace(CLINIC, partner.url)

    panel(begun).locator(".says", has_text=here(one.says)).wait_for()
    assert said(begun) == [here(one.says)]
    if one.paste:
        panel(begun).locator("pre", has_text=here(one.paste)).wait_for()
        assert panel(begun).locator("pre").inner_text() == here(one.paste)
    assert begun.errors == []


def test_what_can_be_right_is(visit: Begin, partner: Partner, library: Server) -> None:
    """On a page without a mistake, with each widget in each form, the check says that nothing is wrong."""
    forms = CARD + CARD.replace("health-article-card", "div", 1).replace("article=", 'data-health-widget="article-card" data-article=').replace(
        "</health-article-card>", "</div>"
    )
    more = "".join(
        f'<health-{kind} id="x" class="y" data-track="z"><strong>Call 911.</strong> <a href="{PLACEHOLDER}/">Library</a></health-{kind}>'
        for kind in ("topic-browser", "symptom-checker", "appointment-cta")
    )
    one = visit()
    one.page.goto(partner.page(forms + more) + CHECK, wait_until="load")
    assert said(one) == []
    assert panel(one).locator("[role=status]").inner_text() == "Nothing is wrong; 5 widgets on the page."


def test_nothing_is_wrong_in_the_gallery(visit: Begin, partner: Partner) -> None:
    """The snippets that the gallery gives to copy are right themselves: their fallback has the emergency words too."""
    one = visit()
    one.page.goto(partner.url + "/gallery.html" + CHECK, wait_until="load")
    assert said(one) == []


def test_a_library_that_goes_down_is_said_when_asked_again(visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """ "Check again" asks anew, past the browser's cache: a library that has gone down is said to be down, one that is back is not."""
    one = visit()
    one.page.goto(partner.page(CARD, base=proxy.url) + CHECK, wait_until="load")
    assert said(one) == []
    proxy.refuse()
    panel(one).get_by_role("button", name="Check again").click()
    panel(one).locator(".says").wait_for()
    assert said(one) == [DOWN.replace(PLACEHOLDER, proxy.url)]
    proxy.revive()
    panel(one).get_by_role("button", name="Check again").click()
    panel(one).locator("[role=status]", has_text="Nothing is wrong").wait_for()


@contextmanager
def secure(html: str, folder: Path) -> Iterator[str]:
    """Serve one page by https, with a certificate of our own; its address."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key]
    subprocess.run([*command, "-out", certificate], check=True, capture_output=True, timeout=60)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # browsers hang up; that is no error
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.full
def test_a_library_that_calls_itself_http_is_said_on_https(visit: Begin, partner: Partner, library: Server, tmp_path: Path) -> None:
    """On an https page the check says that the library gives its address as http, and which setting to change."""
    one = visit(ignore_https_errors=True)
    with secure(http_get(partner.page(CARD)), tmp_path) as address:
        one.page.goto(address + CHECK, wait_until="load")
        assert said(one) == [f"This page is https, the library calls itself {library.url}: browsers block that."]
        assert panel(one).locator("pre").inner_text() == f"HEALTH_WIDGETS_PUBLIC_URL={library.url.replace('http:', 'https:')}"
        one.context.close()


def test_without_the_parameter_nothing_is_fetched(visit: Begin, partner: Partner, library: Server) -> None:
    """A page without the parameter in its address fetches no check, nor does one with another value."""
    for query in ("", "?health-widgets=", "?health-widgets=checks", "?x=health-widgets=check#health-widgets=check", "?nohealth-widgets=check"):
        visit().go(partner.page(CARD) + query, 1).settle()
    assert library.asked("/diagnose-") == []
    assert len(library.asked("/embed.js")) == 5


def test_the_loader_grows_by_200_bytes_at_most(library: Server) -> None:
    """What the loader holds for the check is 200 bytes at most, as it is served: what it asks, the hook, and its entry in the configuration."""
    served = embed.loader(library.url, library.library.editions.current).text
    asks = re.search(r'(\w+)=/\[\?&\]health-widgets=check\\b/\.test\(\w+\("URL"\)\),', served)
    assert asks
    hook = re.search(rf",{asks[1]}&&import\(`\$\{{\w+\}}/diagnose-.*?\}}\),\w+\)", served)
    entry = re.search(r'"check":"[0-9a-f]{16}",', served)
    assert hook
    assert entry
    assert len(asks[0]) + len(f"{asks[1]}||") + len(hook[0]) + len("check:x,") + len(entry[0]) <= 200


def test_the_page_and_the_reader_are_left_alone(visit: Begin, partner: Partner, library: Server) -> None:
    """The check asks for no partial but those of the widgets; when it is closed, the page is as it would be without it."""
    url = partner.page(CARD + "<input id=field autofocus>" + CARD.replace("heart-attack", "stroke"))
    without = visit().go(url, 2)
    plain = without.page.evaluate(STATE)
    asked = set(library.partials())
    library.seen.clear()
    one = visit()
    one.page.goto(url + CHECK, wait_until="load")
    panel(one)
    assert set(library.partials()) == asked
    assert {seen.headers.get("referer") for seen in library.seen} <= {f"{partner.url}/", f"{library.url}/", None}  # origins, no path
    assert not any("cookie" in seen.headers for seen in library.seen)
    assert one.page.evaluate("document.activeElement.id") == "field"
    panel(one).get_by_role("button", name="Close").click()
    one.page.locator("#field").focus()
    assert one.page.locator("health-widgets-check").count() == 0
    assert one.page.evaluate(STATE) == plain
    assert (one.said, one.errors) == ([], [])


STRICT = f"default-src 'none'; script-src {PLACEHOLDER}; connect-src {PLACEHOLDER}; require-trusted-types-for 'script'; trusted-types 'none'"


def test_a_strict_policy_lets_the_check_work(visit: Begin, partner: Partner) -> None:
    """Under a policy that allows our script and requests and nothing else, with Trusted Types, the check says what is wrong, in its styles."""
    one = visit()
    head = f'<meta http-equiv="Content-Security-Policy" content="{STRICT}">{SCRIPT}'
    one.page.goto(partner.page(CARD.replace("article=", "artikel="), head=head).replace("\n", "") + CHECK, wait_until="load")
    panel(one).locator(".says").nth(1).wait_for()
    assert 'The attribute "artikel" is not known; did you mean "article"?' in said(one)
    assert panel(one).evaluate("(one) => getComputedStyle(one).borderTopWidth") == "3px"
    assert one.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_for_everyone(scheme: Any, visit: Begin, partner: Partner, axe: str) -> None:
    """axe finds nothing on the panel; it is a named region that the keyboard reaches, scrolls and closes, and it fits a narrow window."""
    one = visit(color_scheme=scheme, viewport={"width": 320, "height": 640})
    one.page.goto(partner.page("".join(m.body for m in MISTAKES if m.name in {"slug", "theme", "fallback"}), head=SCRIPT) + CHECK, wait_until="load")
    box = panel(one)
    box.locator(".says").nth(2).wait_for()
    assert violations(one.page, axe) == []
    assert one.page.get_by_role("region", name="Check of the health widgets").count() == 1
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert box.evaluate("(one) => one.scrollHeight > one.clientHeight && one.getBoundingClientRect().left >= 0")
    one.tab_to(box)
    one.tab_to(box.get_by_role("button", name="Close"))
    one.page.keyboard.press("Escape")
    assert one.page.locator("health-widgets-check").count() == 0
