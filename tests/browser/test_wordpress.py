"""WordPress, as Debian packages it: the three ways in which its writers can show a widget."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.debian import need
from tests.browser.hosting import SCRIPT, Partner, Proxy, Server
from tests.browser.visit import Visit
from widgets.commands.demo import PLACEHOLDER

pytestmark = [pytest.mark.browser, pytest.mark.full]

Begin = Callable[..., Visit]
HERE = Path(__file__).parent / "wordpress"
SOURCE = Path("/usr/share/wordpress")
SNIPPET = (
    f'{SCRIPT}\n<health-article-card article="heart-attack"><strong>Chest pain? Call 911 now.</strong> '
    f'<a href="{PLACEHOLDER}/articles/heart-attack">Heart attack: signs and what to do</a></health-article-card>'
)


@dataclass(frozen=True)
class WordPress:
    """A site with an administrator and an author."""

    url: str
    passwords: dict[str, str]

    def post(self, who: str, content: str) -> str:
        """Publish a post as this writer, by the interface that the editor uses too; its address."""
        login = (who, self.passwords[who])
        made = httpx.post(
            f"{self.url}/?rest_route=/wp/v2/posts", auth=login, json={"title": "News", "status": "publish", "content": content}, timeout=60
        )
        assert made.status_code == 201, made.text
        return str(made.json()["link"])


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it is ready; the process may take a minute, and must not end."""
    for _ in range(1200):
        if ready():
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"{process.args!r} did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _accepts(address: str | tuple[str, int], family: int) -> bool:
    with socket.socket(family) as one:
        return one.connect_ex(address) == 0


@pytest.fixture(scope="module")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """WordPress on http://127.0.0.1, with PHP's own web server and a MariaDB that listens on a socket file only."""
    need("wordpress php-cli php-mysql mariadb-server", "php", "mariadbd", "mariadb-install-db", str(SOURCE / "wp-load.php"))
    root = tmp_path_factory.mktemp("wordpress")
    site, data, sock, log = root / "site", root / "data", root / "mariadb.sock", root / "log"
    shutil.copytree(SOURCE, site, symlinks=True, ignore=shutil.ignore_patterns("wp-content", "wp-config.php"))
    for source, target in (
        ("wp-config.php", "wp-config.php"),
        ("install.php", "install.php"),
        ("loopback.php", "own/mu-plugins/loopback.php"),
        ("theme.php", "own/themes/plain/index.php"),
    ):
        (site / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / source, site / target)
    (site / "own/themes/plain/style.css").write_text("/* Theme Name: Plain */ main { max-width: 50rem }", "utf-8")
    (root / "first.sql").write_text("CREATE DATABASE wordpress;\n", "utf-8")
    install = [
        "mariadb-install-db",
        "--no-defaults",
        "--user=root",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{one.getsockname()[1]}"
    started = []
    with log.open("wb") as out:
        try:
            daemon = ["mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={sock}", "--skip-networking"]
            started.append(subprocess.Popen([*daemon, f"--init-file={root / 'first.sql'}", f"--pid-file={root / 'pid'}"], stdout=out, stderr=out))
            _until(lambda: _accepts(str(sock), socket.AF_UNIX), started[0], log)
            done = subprocess.run(["php", "install.php", host], cwd=site, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            passwords = json.loads(done.stdout.splitlines()[-1])
            started.append(subprocess.Popen(["php", "-S", host, "-t", str(site)], stdout=out, stderr=out))
            name, _, port = host.partition(":")
            _until(lambda: _accepts((name, int(port)), socket.AF_INET), started[1], log)
            yield WordPress(f"http://{host}", passwords)
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(30)


def snippet(library: Server) -> str:
    return SNIPPET.replace(PLACEHOLDER, library.url)


def test_an_administrator_pastes_the_element(visit: Begin, wordpress: WordPress, library: Server) -> None:
    """An administrator's snippet stays as it was pasted, shows the card, and its first touch opens it in place."""
    url = wordpress.post("admin", f"<!-- wp:html -->\n{snippet(library)}\n<!-- /wp:html -->")
    one = visit().go(url)
    assert one.page.locator(".hw .emergency").is_visible()
    one.page.locator(".hw .button").first.click()
    one.heard("navigate")
    assert one.page.locator(".hw .prose").is_visible()
    assert one.page.url == url
    assert (one.said, one.errors) == ([], [])


def test_an_administrator_pastes_into_the_old_editor(visit: Begin, wordpress: WordPress, library: Server) -> None:
    """Without blocks, where WordPress puts paragraphs around what it finds, the snippet shows the card too, and no fallback beside it."""
    one = visit().go(wordpress.post("admin", f"Before.\n\n{snippet(library)}\n\nAfter."))
    assert one.page.locator(".hw").count() == 1
    assert not one.page.get_by_role("link", name="Heart attack: signs").is_visible()
    assert one.page.get_by_text("After.").is_visible()
    assert (one.said, one.errors) == ([], [])


BLOCK = (
    '<!-- wp:embed {{"url":"{0}"}} -->\n<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{0}\n</div></figure>\n'
    "<!-- /wp:embed -->"
)


def height(page: Page) -> int:
    return int(page.locator("iframe").evaluate("(frame) => frame.clientHeight"))


@pytest.mark.parametrize("form", ["Before.\n\n{0}\n\nAfter.", BLOCK], ids=["line", "block"])
@pytest.mark.parametrize(("path", "title"), [("/articles/heart-attack", "Heart attack"), ("/topics/heart-conditions?lang=es", "")])
def test_an_author_pastes_an_address(visit: Begin, wordpress: WordPress, library: Server, form: str, path: str, title: str) -> None:
    """The address of an article or topic on a line of its own becomes a sandboxed frame with the widget, as high as it needs."""
    one = visit()
    one.page.goto(wordpress.post("author", form.format(library.url + path)))
    frame = one.page.frame_locator("iframe.wp-embedded-content")
    frame.locator(".hw .title").wait_for()
    assert title in frame.locator(".hw .title").inner_text()
    element = one.page.locator("iframe.wp-embedded-content")
    assert element.get_attribute("sandbox") == "allow-scripts"
    assert not one.page.locator("blockquote").is_visible()
    own = frame.locator("html").evaluate("(html) => Math.ceil(html.getBoundingClientRect().height)")
    one.page.wait_for_function(f"document.querySelector('iframe').clientHeight === {min(max(own, 200), 1000)}")
    assert library.asked("/oembed?") or form == BLOCK
    assert one.errors == []
    assert [line for line in one.said if "health" in line or "Refused" in line] == []


def test_an_address_whose_library_is_down_is_a_link(visit: Begin, wordpress: WordPress, proxy: Proxy) -> None:
    """Of a pasted address, while the library cannot be reached, the link with the article's title is in view, and no empty frame."""
    url = wordpress.post("author", proxy.url + "/articles/stroke")
    one = visit()
    one.page.goto(url)
    one.page.frame_locator("iframe.wp-embedded-content").locator(".hw .title").wait_for()
    proxy.refuse()
    later = visit()
    later.page.goto(url)
    later.settle()
    link = later.page.locator("blockquote").get_by_role("link", name="Stroke")
    assert link.is_visible()
    assert link.get_attribute("href") == proxy.url + "/articles/stroke"
    assert later.page.locator("iframe").evaluate("(frame) => getComputedStyle(frame).clip") == "rect(1px, 1px, 1px, 1px)"


def test_an_authors_card_opens_in_its_sandbox(visit: Begin, wordpress: WordPress, library: Server) -> None:
    """In WordPress's sandbox the card opens in its frame, which grows and then scrolls, and a link that leaves opens the library's page."""
    one = visit()
    one.page.goto(wordpress.post("author", library.url + "/articles/heart-attack"))
    frame = one.page.frame_locator("iframe.wp-embedded-content")
    frame.locator(".button").first.click()
    frame.locator(".prose").wait_for()
    one.page.wait_for_function("document.querySelector('iframe').clientHeight === 1000")
    frame.locator(".disclaimer").scroll_into_view_if_needed()
    frame.locator('a[part="link"]').click()
    one.page.wait_for_url(f"{library.url}/articles/heart-attack")
    assert one.errors == []


def test_an_authors_stripped_snippet_is_a_link(visit: Begin, wordpress: WordPress, library: Server) -> None:
    """Of an author's snippet WordPress leaves the words and the link, which are readable and lead to the article."""
    for content in (snippet(library), f"<!-- wp:html -->\n{snippet(library)}\n<!-- /wp:html -->"):
        one = visit()
        one.page.goto(wordpress.post("author", content))
        html = one.page.locator("main").inner_html()
        assert "<script" not in html
        assert "<health-" not in html
        assert one.page.get_by_text("Chest pain? Call 911 now.").is_visible()
        one.page.get_by_role("link", name="Heart attack: signs and what to do").click()
        one.page.wait_for_url(f"{library.url}/articles/heart-attack")
        assert one.errors == []


def test_an_authors_data_form_is_a_link(visit: Begin, wordpress: WordPress, library: Server, partner: Partner) -> None:
    """Of the data-health-widget form an author keeps the place with its attributes: with the script in the theme it is the widget, else the link."""
    form = f'<div data-health-widget="article-card" data-article="heart-attack"><a href="{library.url}/articles/heart-attack">Heart attack</a></div>'
    one = visit()
    one.page.goto(wordpress.post("author", form))
    assert one.page.get_by_role("link", name="Heart attack").is_visible()
    one.page.add_script_tag(url=f"{library.url}/embed.js")
    one.heard("load")
    assert one.page.locator(".hw .emergency").is_visible()
