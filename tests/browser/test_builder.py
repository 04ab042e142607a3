"""The builder in a browser: what it gives works on another site, and the page itself works for everyone."""

import html
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
import jinja2
import pytest
from django.template import Context, Engine
from playwright.sync_api import Page, expect

from tests.asking import parsed
from tests.browser.hosting import Partner, Server
from tests.browser.test_accessibility import violations
from tests.browser.visit import PATIENCE, Visit
from tests.npm import installed
from widgets.catalog import catalog
from widgets.languages import known
from widgets.snippets.ways import WAYS
from widgets.snippets.written import MOUNT

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]

WATCH = """
(() => {
  const found = [];
  Object.defineProperty(window, "refused", { value: found });
  document.addEventListener("securitypolicyviolation", (event) => found.push(`${event.violatedDirective} ${event.blockedURI}`));
})();
"""
BESIDE = "default-src 'none'; base-uri 'none'; form-action 'none'"
"""What a host's policy says besides the directives that the builder prints: nothing is allowed."""

THEMES, LANGUAGES = ("auto", "light", "dark"), ("", *known())
PAIRS = [(kind, way) for kind in catalog() for way in WAYS]
ALWAYS = {("article-card", "element"), ("topic-browser", "address"), ("symptom-checker", "iframe-height"), ("article-card", "ssi"),
          ("appointment-cta", "script")}  # fmt: skip


def chosen(n: int) -> dict[str, str]:
    """The language and theme of the n-th pair: all of them in turn."""
    return {"lang": LANGUAGES[n % len(LANGUAGES)], "theme": THEMES[n // len(LANGUAGES) % len(THEMES)]}


CASES = [
    pytest.param(kind, way, chosen(n), id=f"{kind}-{way}", marks=[] if (kind, way) in ALWAYS else [pytest.mark.full])
    for n, (kind, way) in enumerate(PAIRS)
]


# --- What software makes of a snippet ----------------------------------------------------------------------


def in_jinja(codes: list[str], library: Server) -> str:
    """Both texts, run: the application is made, and the template rendered."""
    names: dict[str, Any] = {"environment": jinja2.Environment(autoescape=True)}
    exec(codes[0], names)
    try:
        return str(names["environment"].from_string(codes[1]).render())
    finally:
        names["library"].close()


def in_django(codes: list[str], library: Server) -> str:
    """The first text as a module of tags, the second as a template."""
    module = ModuleType("health_library")
    exec(codes[0], module.__dict__)
    engine = Engine()
    engine.template_libraries["health_library"] = module.register  # type: ignore[attr-defined]
    try:
        return str(engine.from_string(codes[1]).render(Context()))
    finally:
        module.library.close()  # type: ignore[attr-defined]


def in_ssi(codes: list[str], library: Server) -> str:
    """Each include filled in, as nginx does by the configuration in the first text; its blocks are for when it fails."""
    passed_on = re.search(r"proxy_pass (\S+);", codes[0])
    assert passed_on
    page = re.sub(r"<!--# block .*?<!--# endblock -->", "", codes[1], flags=re.DOTALL)
    return re.sub(r'<!--# include virtual="([^"]+)" stub="[^"]+" -->', lambda one: _had(one[1].replace(f"{MOUNT}/", passed_on[1])), page)


def in_esi(codes: list[str], library: Server) -> str:
    """Each include filled in, as Varnish does by the configuration in the first text."""
    assert f'.host_header = "{library.url.partition("://")[2]}"' in codes[0]
    page = re.sub(r"<esi:remove>.*?</esi:remove>", "", codes[1], flags=re.DOTALL)
    return re.sub(r'<esi:include src="([^"]+)" onerror="continue"/>', lambda one: _had(html.unescape(one[1]).replace(MOUNT, library.url)), page)


def in_oembed(codes: list[str], library: Server) -> str:
    """What the address announces, asked for and put in its place; a refused one gave a link."""
    if codes[0].startswith("<p>"):
        return codes[0]
    announced = parsed(_had(codes[0])).css_first('link[type="application/json+oembed"]')
    return str(httpx.get(str(announced.attributes["href"])).json()["html"])


def in_react(codes: list[str], library: Server) -> str:
    """The markup of the component, as HTML writes it."""
    markup = codes[0].partition("<>")[2].partition("</>")[0]
    return re.sub(r"(<script [^>]+?) />", r"\1></script>", markup).replace('crossOrigin="anonymous"', "crossorigin")


def in_vue(codes: list[str], library: Server) -> str:
    """The script, and the component's template."""
    return codes[0] + codes[1].removeprefix("<template>").removesuffix("</template>")


def _had(address: str) -> str:
    answer = httpx.get(address)
    assert answer.status_code == 200, address
    return answer.text


MADE: dict[str, Callable[[list[str], Server], str]] = {
    "jinja": in_jinja, "django": in_django, "ssi": in_ssi, "esi": in_esi, "address": in_oembed, "react": in_react, "vue": in_vue,
}  # fmt: skip


def built(library: Server, partner: Partner, **choice: str) -> tuple[str, str]:
    """The partner's page with what the builder gives for a choice, under exactly the policy that it prints; and that policy."""
    page = parsed(httpx.get(f"{library.url}/embed?{urlencode(choice)}").text)
    codes = [node.text() for node in page.css("textarea[id^=code-]")]
    printed = page.css_first("#policy")
    policy = printed.text() if printed else ""
    body = MADE.get(choice["way"], lambda codes, library: "\n".join(codes))(codes, library)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape("; ".join(filter(None, [BESIDE, policy])))}">'
    head = f'<head><meta charset="utf-8">{meta}<title>A partner</title></head>'
    return partner.write(f'<!doctype html><html lang="en">{head}<body><h1>A partner</h1>{body}</body></html>'), policy


def begun(visit: Begin) -> Visit:
    """A visit that keeps what a policy refused."""
    one = visit()
    one.context.add_init_script(WATCH)
    return one


def shows(one: Visit, kind: str, way: str, choice: dict[str, str]) -> None:
    """The page shows the widget, in its language and theme, or the link that took its place; the policy refused nothing."""
    page = one.page
    language = choice["lang"] or "en"
    if frame := page.query_selector("iframe"):
        inside = page.frame_locator("iframe")
        inside.locator(".hw").wait_for()
        assert inside.locator(".hw").get_attribute("lang") == language
        assert frame.get_attribute("title")
        if choice["theme"] != "auto" and WAYS[way].takes_theme:
            assert inside.locator("html").evaluate("(one) => getComputedStyle(one).colorScheme") == choice["theme"]
    elif page.query_selector("script"):
        page.locator(".hw").wait_for()
        if page.locator(catalog()[kind].tag()).count():
            page.locator(f"{catalog()[kind].tag()}:defined").wait_for(state="attached")
        assert page.locator(".hw").get_attribute("lang") == language
        assert not page.locator("body > * > a, noscript").first.is_visible()
        if choice["theme"] != "auto":
            assert page.locator(".hw").evaluate("(one) => getComputedStyle(one).colorScheme") == choice["theme"]
    else:
        assert page.get_by_role("link").is_visible()
    one.settle()
    assert (page.evaluate("refused"), one.said, one.errors) == ([], [], [])


@pytest.mark.parametrize(("kind", "way", "choice"), CASES)
def test_what_is_copied_shows_the_widget(kind: str, way: str, choice: dict[str, str], visit: Begin, library: Server, partner: Partner) -> None:
    """On another site the snippet shows the widget, as it is and pinned, under the printed policy and nothing looser; nothing is refused."""
    for pin in ("", "1") if WAYS[way].pins else ("",):
        one = begun(visit)
        url, _ = built(library, partner, widget=kind, way=way, pin=pin, **choice)
        if pin:
            assert 'integrity="sha384-' in partner.written[url.removeprefix(partner.url)]
        library.seen.clear()
        one.page.goto(url, wait_until="load")
        shows(one, kind, way, choice)
        if way == "preload":  # what was asked for ahead is what the element asks for
            assert len(library.partials()) == 1


# --- React and Vue, as they are built ----------------------------------------------------------------------

REACT = """
import { createRoot } from "react-dom/client";
%s
createRoot(document.getElementById("app")).render(<HealthArticleCard />);
"""
VUE = """
import { createApp } from "vue";
import { render } from "./template.js";
createApp({ render }).mount("#app");
"""
COMPILE = (
    "const { compile } = require('@vue/compiler-dom'); process.stdout.write(compile(require('fs').readFileSync(0, 'utf8'), { mode: 'module' }).code)"
)


def bundled(modules: Path, folder: Path, source: str) -> str:
    """A source file and what it imports, as one script."""
    (folder / "app.jsx").write_text(source, "utf-8")
    options = ["--bundle", "--jsx=automatic", "--format=iife", '--define:process.env.NODE_ENV="production"', "--define:__VUE_OPTIONS_API__=true",
               "--define:__VUE_PROD_DEVTOOLS__=false", "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false"]  # fmt: skip
    run = [modules / ".bin" / "esbuild", "app.jsx", *options]
    return subprocess.run(run, cwd=folder, env=os.environ | {"NODE_PATH": str(modules)}, capture_output=True, text=True, check=True).stdout


def compiled(modules: Path, template: str) -> str:
    """A component's template as a module, as Vue's build tools make it."""
    inside = template.removeprefix("<template>").removesuffix("</template>")
    run = [shutil.which("node") or "node", "-e", COMPILE]
    return subprocess.run(run, env=os.environ | {"NODE_PATH": str(modules)}, input=inside, capture_output=True, text=True, check=True).stdout


@pytest.mark.full
@pytest.mark.parametrize("pin", ["", "1"])
@pytest.mark.parametrize("way", ["react", "vue"])
def test_a_component_shows_the_widget(
    way: str, pin: str, visit: Begin, library: Server, partner: Partner, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Built by esbuild and rendered by React 19 or Vue 3, the component shows the widget, with the printed policy added to the page's own."""
    modules = installed(request.config, "components", "esbuild@0.25.12", "react@19.2.0", "react-dom@19.2.0", "vue@3.5.24")
    page = parsed(httpx.get(f"{library.url}/embed?way={way}&pin={pin}&theme=dark&heading-level=3").text)
    codes = [node.text() for node in page.css("textarea[id^=code-]")]
    head = codes[0] if way == "vue" else ""
    if way == "vue":
        (tmp_path / "template.js").write_text(compiled(modules, codes[1]), "utf-8")
    name = f"{way}{pin}.js"
    partner.written[f"/{name}"] = bundled(modules, tmp_path, VUE if way == "vue" else REACT % codes[0])
    policy = f"{BESIDE}; {page.css_first('#policy').text()}".replace("script-src", "script-src 'self'")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    body = f'<body><h1>A partner</h1><h2>Above</h2><div id="app"></div><script src="/{name}"></script></body>'
    one = begun(visit)
    one.page.goto(
        partner.write(f'<!doctype html><html lang="en"><head><meta charset="utf-8">{meta}<title>A partner</title>{head}</head>{body}</html>')
    )
    one.page.locator("h3.title", has_text="Heart attack").wait_for()
    assert one.page.locator(".hw").evaluate("(one) => getComputedStyle(one).colorScheme") == "dark"
    assert one.page.locator("health-article-card > strong").evaluate("(one) => one.parentNode.textContent.includes('now. Heart')")
    one.settle()
    assert (one.page.evaluate("refused"), one.said, one.errors) == ([], [], [])


def test_every_language_and_theme_is_among_them() -> None:
    """The pairs go through each language and each theme, also in what is always run."""
    assert {choice["lang"] for choice in map(chosen, range(len(PAIRS)))} == set(LANGUAGES)
    assert {choice["theme"] for choice in map(chosen, range(len(PAIRS)))} == set(THEMES)


@pytest.mark.parametrize("left_out", ["script-src", "connect-src"])
def test_the_policy_says_no_more_than_is_needed(left_out: str, visit: Begin, library: Server, partner: Partner) -> None:
    """Without one of the printed directives the widget does not show, and the browser names it: the test above can fail."""
    url, policy = built(library, partner, widget="article-card", way="element", pin="1")
    path = url.removeprefix(partner.url)
    less = "; ".join(directive for directive in policy.split("; ") if not directive.startswith(left_out))
    partner.written[path] = partner.written[path].replace(html.escape(policy), html.escape(less))
    one = begun(visit)
    with one.page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        one.page.goto(url, wait_until="load")
    assert one.page.evaluate("refused")[0].startswith(left_out)
    assert one.page.get_by_role("link").is_visible()


# --- The page itself ---------------------------------------------------------------------------------------


def opened(one: Visit, library: Server, query: str = "") -> Page:
    """The builder, ready."""
    one.context.add_init_script(WATCH)
    one.page.goto(f"{library.url}/embed{query}", wait_until="load")
    one.page.wait_for_selector(".scripted-page")
    return one.page


def code(page: Page) -> str:
    return page.locator("#code-1").input_value()


def test_a_stranger_gets_from_the_builder_to_a_working_page(visit: Begin, library: Server, partner: Partner) -> None:
    """By keyboard: find an article by its title, choose it, see it live, copy it, paste it; nothing is refused and nothing is said amiss."""
    one = visit()
    one.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=library.url)
    page = opened(one, library)
    one.tab_to(page.locator("#find-article"), most=30)
    page.keyboard.type("angina")
    page.locator("#article-angina").wait_for()
    expect(page.locator("#said")).to_contain_text("to choose from", timeout=PATIENCE)
    assert one.active_is(page.locator("#find-article"))
    one.tab_to(page.locator("#article-heart-attack"))
    page.keyboard.press("ArrowDown")
    page.locator("textarea", has_text="angina").first.wait_for()
    expect(page.locator("#said")).to_contain_text("Article card: Angina", timeout=PATIENCE)
    assert one.active_is(page.locator("#article-angina"))
    expect(page).to_have_url(re.compile("article=angina"), timeout=PATIENCE)
    preview = page.frame_locator("iframe")
    preview.locator(".hw .title", has_text="Angina").wait_for()
    one.tab_to(page.locator("[data-copy=code-1]"))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    pasted = page.evaluate("navigator.clipboard.readText()")
    assert pasted == code(page)
    assert (page.evaluate("refused"), one.said, one.errors) == ([], [], [])
    shown = visit().go(partner.write(f"<!doctype html><html><title>A partner</title><body>{pasted}</body></html>"))
    assert shown.page.locator(".hw .title").inner_text() == "Angina"


def test_what_is_chosen_is_seen_at_once(visit: Begin, library: Server) -> None:
    """Width, colours, theme, language and heading level change the preview, and another widget brings its own attributes."""
    page = opened(visit(), library, "?article=stroke&heading-level=4")
    preview = page.frame_locator("iframe")
    preview.locator("h4.title").wait_for()
    for width, pixels in (("tablet", 768), ("desktop", 1200), ("phone", 375)):
        page.locator(f"#see-width-{width}").check()
        expect(page.locator("iframe")).to_have_attribute("width", str(pixels), timeout=PATIENCE)
    page.locator("#see-scheme-dark").check()
    preview.locator("html.dark").wait_for()
    page.locator("#theme").select_option("light")
    preview.locator("health-article-card[theme=light]").wait_for()
    page.locator("#lang").select_option("es")
    preview.locator(".hw[lang=es]").wait_for()
    page.locator("#widget-topic-browser").check()
    page.locator("#find-topic").wait_for()
    assert '<health-topic-browser lang="es" heading-level="4" theme="light">' in code(page)
    page.locator("#way").select_option("iframe")
    page.locator("textarea", has_text="<iframe").wait_for()
    preview.frame_locator("iframe").locator(".hw[lang=es]").wait_for()


def test_the_builder_is_complete_without_scripts(visit: Begin, library: Server) -> None:
    """Without JavaScript the form sends itself: a search, a choice, and the snippet, with words on how to copy."""
    page = visit(java_script_enabled=False).page
    page.goto(f"{library.url}/embed")
    page.locator("#find-article").fill("angina")
    page.locator("#find-article").press("Enter")
    page.locator("#article-angina").check()
    page.get_by_role("button", name="Show it").first.click()
    assert 'article="angina"' in code(page)
    assert page.get_by_text("Click into the text").is_visible()
    assert not page.locator("[data-copy]").first.is_visible()
    assert page.frame_locator("iframe").get_by_role("link", name="Angina").is_visible()


@pytest.mark.parametrize(
    ("width", "scheme", "query"),
    [
        (320, "light", "?way=address&widget=topic-browser&topic=heart-topics&find-article=heart"),
        (320, "dark", "?pin=1"),
        pytest.param(1280, "light", "?widget=nothing&way=django&article=none", marks=pytest.mark.full),
        pytest.param(768, "dark", "?widget=appointment-cta&way=address&see-day=2026-02-14&see-scheme=dark", marks=pytest.mark.full),
    ],
)
def test_the_builder_is_accessible(width: int, scheme: Any, query: str, visit: Begin, library: Server, axe: str) -> None:
    """axe finds nothing in the builder or its preview, in light and dark, and at 320 px nothing is cut off or scrolls sideways."""
    one = visit(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = opened(one, library, query)
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    page.locator(".stage").scroll_into_view_if_needed()
    if "address" not in query:
        page.frame_locator("iframe").locator(".hw").wait_for()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    preview = one.page.locator("iframe").get_attribute("src")
    page.goto(urljoin(library.url, preview or ""))
    assert violations(page, axe, rules={"color-contrast": {"enabled": True}}) == []


def test_the_builder_keeps_nothing(visit: Begin, library: Server) -> None:
    """No cookie, no storage, and no request to anyone but the library."""
    one = visit()
    page = opened(one, library)
    page.frame_locator("iframe").locator(".hw").wait_for()
    assert one.context.storage_state() == {"cookies": [], "origins": []}
    assert {line.split()[1].startswith(library.url) for line in one.requests} == {True}
