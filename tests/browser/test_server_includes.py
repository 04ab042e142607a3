"""Server includes in real servers: nginx with SSI and Varnish with ESI, set up by the files of examples/, put a widget into a clinic's page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.browser.hosting import Fault, Proxy, Server, listening
from tests.browser.visit import Visit
from tests.test_nginx import nginx
from tests.test_varnish import varnishd
from widgets.commands.demo import PLACEHOLDER
from widgets.settings import files
from widgets.snippets.ways import WAYS

pytestmark = [pytest.mark.browser, pytest.mark.full]

Begin = Callable[..., Visit]
EXAMPLES = files() / "examples"
REFUSED = "window.refused = []; document.addEventListener('securitypolicyviolation', (one) => refused.push(one.violatedDirective))"
COOKIE = {"cookie": "session=of-a-reader", "authorization": "Basic eDp5", "referer": "http://clinic.example/my/path", "accept-encoding": "br, gzip"}


@dataclass(frozen=True)
class Clinic:
    """A clinic's server, whose pages include the library's content."""

    url: str
    page: str
    """The example's page, with the library's address in it."""
    folder: Path

    def put(self, name: str, article: str) -> str:
        """Put a page with this article on the site; its address."""
        (self.folder / name).write_text(self.page.replace("heart-attack", article), "utf-8")
        return f"{self.url}/{name}"


def with_address(text: str, library: str) -> str:
    """An example with the library's address in the place of library.example."""
    return text.replace(PLACEHOLDER, library).replace('"library.example"', f'"{urlsplit(library).netloc}"')


@contextmanager
def by_nginx(library: str, folder: Path) -> Iterator[Clinic]:
    """The clinic as examples/ssi has it."""
    site = folder / "site"
    site.mkdir()
    page = with_address((EXAMPLES / "ssi/page.html").read_text("utf-8"), library)
    (site / "example.css").write_text((EXAMPLES / "example.css").read_text("utf-8"), "utf-8")
    written = with_address((EXAMPLES / "ssi/nginx.conf").read_text("utf-8"), library)
    for theirs, ours in (("listen 80;", "listen 127.0.0.1:PORT;"), ("/var/cache/nginx-library", str(folder / "kept")), ("/srv/clinic", str(site))):
        assert theirs in written
        written = written.replace(theirs, ours)
    with nginx(written, folder / "nginx") as url:
        yield Clinic(url, page, site)


@contextmanager
def by_varnish(library: str, folder: Path) -> Iterator[Clinic]:
    """The clinic as examples/esi has it, with pages from a server behind Varnish."""
    site = folder / "site"
    site.mkdir()
    policy = f"default-src 'self'; {WAYS['esi'].policy(library)} 'self'"

    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        if name == "example.css":
            return Response((EXAMPLES / name).read_text("utf-8"), media_type="text/css")
        return HTMLResponse((site / name).read_text("utf-8"), headers={"content-security-policy": policy})

    app = Starlette(routes=[Route("/{name}", page)])
    with listening("127.0.0.1", lambda _: app) as behind:
        written = with_address((EXAMPLES / "esi/varnish.vcl").read_text("utf-8"), library)
        for theirs, ours in (("8080", behind), ("8000", library)):
            assert f'.port = "{theirs}"' in written
            written = written.replace(f'"{theirs}"', f'"{urlsplit(ours).port}"')
        with varnishd(folder, written.replace(".interval = 2s", ".interval = 0.2s"), "/example.css") as url:
            yield Clinic(url, with_address((EXAMPLES / "esi/page.html").read_text("utf-8"), library), site)


@pytest.fixture(params=["nginx", "varnish"])
def by(request: pytest.FixtureRequest) -> Callable[..., object]:
    """Either server."""
    return {"nginx": by_nginx, "varnish": by_varnish}[request.param]


def seen(one: Visit) -> None:
    """The widget is in view with its styles, its emergency words and the page's own text, and no fallback beside it."""
    page = one.page
    assert page.locator(".hw .emergency").is_visible()
    assert page.locator(".hw").evaluate("(hw) => getComputedStyle(hw).borderTopStyle") == "solid"
    assert page.get_by_text("This text is the partner's own").is_visible()
    assert not page.locator("health-article-card > a").is_visible()
    assert page.get_by_text("Heart attack: signs and what to do").count() == 0


def test_a_page_that_a_server_puts_together(by: Callable[..., object], visit: Begin, library: Server, tmp_path: Path) -> None:
    """The article is there without script; the loader takes it over, asks for nothing, and is refused nothing; no reader's header goes along."""
    with by(library.url, tmp_path) as clinic:  # type: ignore[attr-defined]
        url = clinic.put("page.html", "heart-attack")
        assert '<template shadowrootmode="open">' in httpx.get(url, headers=COOKIE).text
        (asked,) = library.asked("/include/")
        assert not {"cookie", "authorization", "referer", "x-forwarded-for"} & set(asked.headers)
        plain = visit(java_script_enabled=False)
        plain.page.goto(url)
        seen(plain)
        one = visit()
        one.context.add_init_script(REFUSED)
        one.page.goto(url, wait_until="load")
        one.page.wait_for_function("document.querySelector('health-article-card').shadowRoot.querySelector('[role=status]')")
        seen(one)
        assert library.partials() == []
        assert len(library.asked("/include/")) == 1  # kept by the clinic's server since
        one.page.locator(".hw .button").first.click()
        one.heard("navigate").settle()
        assert one.page.locator(".hw .prose").is_visible()
        assert len(library.partials()) == 1
        assert one.page.url == url
        assert (one.page.evaluate("refused"), one.said, one.errors) == ([], [], [])


def test_an_address_with_several_attributes(by: Callable[..., object], library: Server, tmp_path: Path) -> None:
    """An include with more than one attribute, written with & or &amp;, comes in the language and look that it names."""
    with by(library.url, tmp_path) as clinic:  # type: ignore[attr-defined]
        between = "&" if by is by_nginx else "&amp;"
        page = httpx.get(clinic.put("page.html", f"stroke{between}lang=es{between}theme=dark")).text
        assert '<health-article-card article="stroke" lang="es" theme="dark">' in page


FAULTS = {
    "stroke": Fault("/include/", status=500, body="<h1>Our own error page</h1>"),
    "angina": Fault("/include/", status=404, body="There is no such article"),
    "heart-failure": Fault("/include/", reset=True),
    "high-blood-pressure": None,
}
"""What is wrong when the page with this article is asked for; None for a library that is not there."""


def test_a_library_that_fails_leaves_the_pages_own_words(by: Callable[..., object], visit: Begin, proxy: Proxy, tmp_path: Path) -> None:
    """Whatever is wrong, the page comes whole, with emergency words, a link to the article, and no error; what was put in before stays."""
    with by(proxy.url, tmp_path) as clinic:  # type: ignore[attr-defined]
        kept = httpx.get(clinic.put("page.html", "heart-attack"))
        for article, fault in FAULTS.items():
            proxy.fault = fault
            if fault is None:
                proxy.refuse()
            one = visit(java_script_enabled=False)
            answer = one.page.goto(clinic.put(f"{article}.html", article))
            assert answer and answer.status == 200
            assert one.page.get_by_text("call 911 now").is_visible()
            assert one.page.locator(f'a[href="{proxy.url}/articles/{article}"]').is_visible()
            assert one.page.get_by_text("This text is the partner's own").is_visible()
            assert "error" not in one.page.content().lower() and "no such article" not in one.page.content()
        assert httpx.get(f"{clinic.url}/page.html").text == kept.text


def test_what_is_included_is_for_includes_only(by: Callable[..., object], library: Server, tmp_path: Path) -> None:
    """The clinic's own address gives no page of the library to readers."""
    with by(library.url, tmp_path) as clinic:  # type: ignore[attr-defined]
        for path in ("/articles/heart-attack", "/include/article-card?article=heart-attack", "/embed"):
            assert "heart" not in httpx.get(f"{clinic.url}/health-library{path}").text.lower()
        assert library.asked("heart-attack") == []


def test_the_policies_are_the_printed_ones() -> None:
    """nginx's example sends the directives that the README's table gives for it."""
    text = (EXAMPLES / "ssi/nginx.conf").read_text("utf-8")
    for directive in WAYS["ssi"].policy(PLACEHOLDER).split("; "):
        assert directive in text.replace("'self' https", "https")
