"""WCAG 2.2 AA and more: axe, contrast, sizes, zoom, text spacing, and the keyboard, in every widget, state, theme and language."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hosting import PLACEHOLDER, Partner, Server
from tests.browser.visit import Visit
from widgets.catalog import catalog

pytestmark = pytest.mark.browser

STATES = [
    pytest.param(widget.tag(), example, id=" ".join([kind, *(f"{name}={value}" for name, value in example.items())]))
    for kind, widget in catalog().items()
    for example in widget.examples
]
FULL_PAGES = [
    *("/", "/?letter=h", "/topics/heart-conditions", "/topics/symptoms"),
    *("/articles/high-blood-pressure", "/articles/heart-attack?lang=es", "/nowhere"),
    "/connect?mainSearchCriteria.v.c=I21.4&mainSearchCriteria.v.c1=2093-3&mainSearchCriteria.v.cs1=LOINC&mainSearchCriteria.v.c2=Z99.9&mainSearchCriteria.v.cs2=ICD10CM",
    "/connect?mainSearchCriteria.v.c=Z99.9&lang=es",
]

Begin = Callable[..., Visit]


def element(tag: str, attributes: dict[str, str]) -> str:
    """An element as a partner pastes it, under headings that lead to its level."""
    level = int(attributes.get("heading-level", 2))
    above = "".join(f"<h{n}>Above {n}</h{n}>" for n in range(2, level))
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    return f'{above}<{tag}{written}><a href="{PLACEHOLDER}/">Health library</a></{tag}>'


def violations(page: Page, axe: str, **options: Any) -> list[str]:
    """What axe finds, one line a rule and place."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(axe)
    found = page.evaluate("async (options) => (await axe.run(document, { resultTypes: ['violations'], ...options })).violations", options)
    return [f"{one['id']}: {one['help']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]


# What a reader sees in a widget or page: each text with its colours and size, each target with its box.
MEASURE = """
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const above = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const behind = (node) => {
    for (; node; node = above(node)) {
      const color = rgba(getComputedStyle(node).backgroundColor);
      if (color[3] === 255) return color;
      if (color[3] > 0) return null;
    }
    return rgba(matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
  };
  const hidden = (node) => node.closest(".unseen, .skip, .printed") || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const texts = [], targets = [];
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean);
  for (const root of roots.length ? roots : [document.body]) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const box = node.parentElement;
      if (!node.data.trim() || !box || hidden(box) || box.closest("script, style")) continue;
      const style = getComputedStyle(box);
      const back = behind(box);
      const [a, b] = [light(rgba(style.color)), back ? light(back) : NaN].sort((x, y) => y - x);
      texts.push({ text: node.data.trim().slice(0, 40), size: parseFloat(style.fontSize), contrast: (a + 0.05) / (b + 0.05) });
    }
    for (const node of root.querySelectorAll("a[href], button, input, select, summary")) {
      if (hidden(node)) continue;
      const sentence = [...node.parentElement.childNodes].some((one) => one.nodeType === 3 && /[\\p{L}]{2}/u.test(one.data));
      const inText = getComputedStyle(node).display === "inline" && (sentence || node.closest(".prose, .disclaimer, .notice, .emergency"));
      const { width, height, x, y } = node.getBoundingClientRect();
      targets.push({ text: (node.innerText || node.name || "").trim().slice(0, 40), inText: !!inText, width, height, x, y });
    }
  }
  return { texts, targets };
}
"""


def shortcomings(page: Page) -> list[str]:
    """Texts below 18 px or 7:1, and targets below 44 px."""
    found = page.evaluate(MEASURE)
    assert found["texts"]
    wrong = [f"{one['text']!r} has {one['size']} px" for one in found["texts"] if one["size"] < 17.99]
    wrong += [f"{one['text']!r} has a contrast of {one['contrast']}" for one in found["texts"] if not (one["contrast"] or 0) >= 6.995]
    wrong += [
        f"{one['text']!r} is a target of {one['width']:.1f} x {one['height']:.1f}"
        for one in found["targets"]
        if not one["inText"] and min(one["width"], one["height"]) < 43.9
    ]
    return wrong


# --- axe, contrast and sizes --------------------------------------------------------------------------------


@pytest.mark.parametrize(("tag", "attributes"), STATES)
def test_every_state_is_accessible(tag: str, attributes: dict[str, str], visit: Begin, partner: Partner, axe: str) -> None:
    """Axe finds nothing in any state, light and dark; every text has 18 px and 7:1, every target 44 px."""
    one = visit(reduced_motion="reduce")
    page = one.go(partner.page(element(tag, attributes))).page
    page.evaluate(DETAILS)
    assert violations(page, axe) == []
    assert shortcomings(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, runOnly=["color-contrast", "link-in-text-block"]) == []
    assert shortcomings(page) == []


@pytest.mark.parametrize(("tag", "attributes"), STATES)
def test_every_state_is_accessible_elsewhere(tag: str, attributes: dict[str, str], visit: Begin, partner: Partner, axe: str) -> None:
    """Axe finds nothing in any state in the other language, on a page that is read from right to left."""
    other = "en" if attributes.get("lang") == "es" else "es"
    page = visit().go(partner.page(element(tag, attributes | {"lang": other}), html='lang="ar" dir="rtl"')).page
    assert page.locator(".hw").first.get_attribute("lang") == other
    assert page.locator(".hw").first.evaluate("(box) => getComputedStyle(box).direction") == "ltr"
    assert violations(page, axe) == []
    assert shortcomings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*FULL_PAGES, "POST /search"])
def test_every_page_is_accessible(path: str, scheme: str, visit: Begin, library: Server, axe: str) -> None:
    """Axe finds nothing on any of the library's own pages; text, contrast and targets are as in the widgets."""
    page = visit(color_scheme=scheme, bypass_csp=True).page
    page.goto(library.url + ("/" if path == "POST /search" else path))
    if path == "POST /search":
        page.locator("input[type=search]").first.fill("pressure")
        page.locator("input[type=search]").first.press("Enter")
        page.wait_for_url("**/search")
        page.locator(".found").wait_for()
    page.evaluate(DETAILS)
    assert violations(page, axe) == []
    assert shortcomings(page) == []


def test_results_and_trouble_are_accessible(visit: Begin, partner: Partner, axe: str) -> None:
    """Axe finds nothing in results, 'did you mean', the lines of danger, 'nothing found', and the note that something could not be loaded."""
    one = visit(reduced_motion="reduce")
    page = one.go(partner.page(element("health-topic-browser", {}))).page
    box = page.locator("input[type=search]")
    states = {"pressure": ".hits mark", "hart atack": ".meant button", "chest pian": ".emergency >> text=happening now",
              "suicidal": ".emergency >> text=988", "zzzzqqq": ".found >> text=Nothing"}  # fmt: skip
    for words, shown in states.items():
        box.fill(words)
        page.locator(f".results {shown}").first.wait_for()
        one.settle()
        assert violations(page, axe) == []
        assert shortcomings(page) == []
    one.context.set_offline(True)
    box.fill("stroke")
    page.get_by_role("button", name="Try again").wait_for()
    assert violations(page, axe) == []
    assert shortcomings(page) == []
    page.emulate_media(color_scheme="dark")
    assert shortcomings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_of_its_own(theme: str, visit: Begin, partner: Partner) -> None:
    """theme="light" on a dark page and "dark" on a light one keep their contrast."""
    one = visit(color_scheme="dark" if theme == "light" else "light")
    page = one.go(partner.page(element("health-article-card", {"article": "heart-attack", "open": "", "theme": theme}))).page
    assert shortcomings(page) == []
    dark = page.locator(".hw").evaluate("(box) => getComputedStyle(box).backgroundColor.match(/\\d+/g).slice(0, 3).every((c) => c < 100)")
    assert dark == (theme == "dark")


# --- Zoom and text spacing ----------------------------------------------------------------------------------

OVERFLOW = """
() => {
  const wide = document.documentElement.scrollWidth;
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean);
  const wrong = wide > innerWidth ? [`the page is ${wide} wide in ${innerWidth}`] : [];
  for (const root of roots.length ? roots : [document.body]) {
    for (const node of root.querySelectorAll("*")) {
      if (node.closest(".unseen, .skip, .printed, input, head, script") || !node.checkVisibility()) continue;
      const { left, right } = node.getBoundingClientRect();
      if (right > innerWidth + 1 || left < -1) wrong.push(`${node.localName}.${node.className}: ${left} to ${right}`);
      const style = getComputedStyle(node);
      if (/hidden|clip/.test(style.overflow) && (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1))
        wrong.push(`${node.localName}.${node.className} hides some of its text`);
    }
    const boxes = [...root.querySelectorAll("a[href], button, input, summary")]
      .filter((node) => !node.closest(".unseen, .skip") && node.checkVisibility() && getComputedStyle(node).display !== "inline");
    for (const [n, one] of boxes.entries()) {
      for (const other of boxes.slice(n + 1)) {
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        const apart = a.left >= b.right - 1 || b.left >= a.right - 1 || a.top >= b.bottom - 1 || b.top >= a.bottom - 1;
        if (!apart && !one.contains(other)) wrong.push(`${one.innerText} lies on ${other.innerText}`);
      }
    }
  }
  return wrong;
}
"""
SPACING = """
() => {
  const sheet = new CSSStyleSheet();
  const all = "line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important";
  sheet.replaceSync(`* { ${all} } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
  for (const { shadowRoot } of document.querySelectorAll("*")) shadowRoot?.adoptedStyleSheets.push(sheet);
}
"""
DETAILS = """
() => {
  for (const root of [document, ...[...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean)])
    for (const one of root.querySelectorAll("details")) one.open = true;
}
"""


@pytest.mark.parametrize(("tag", "attributes"), STATES)
def test_every_state_reflows(tag: str, attributes: dict[str, str], visit: Begin, partner: Partner) -> None:
    """At 400 % zoom (320 CSS px) nothing scrolls sideways or is cut, and with WCAG's text spacing nothing is lost or overlaps."""
    one = visit(viewport={"width": 320, "height": 256})
    one.go(partner.page(element(tag, attributes)), 0)
    one.page.locator(tag).scroll_into_view_if_needed()
    page = one.heard("load").page
    page.evaluate(DETAILS)
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(SPACING)
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("path", FULL_PAGES)
def test_every_page_reflows(path: str, visit: Begin, library: Server) -> None:
    """At 400 % zoom, with WCAG's text spacing too, the library's own pages do not scroll sideways and lose nothing."""
    page = visit(viewport={"width": 320, "height": 256}, bypass_csp=True).page
    page.goto(library.url + path)
    page.evaluate(DETAILS)
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(SPACING)
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_to_do_in_an_emergency_is_in_view_however_large_the_text(lang: str, visit: Begin, library: Server) -> None:
    """On a small phone, with text of twice the size, the emergency words of an article begin in the upper half of the screen."""
    page = visit(viewport={"width": 320, "height": 640}).page
    page.goto(f"{library.url}/articles/heart-attack?lang={lang}")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.locator(".emergency").first.evaluate("(note) => note.getBoundingClientRect().top") < 320
    assert page.evaluate(OVERFLOW) == []


CUT = """
(places) => places.flatMap((place) => {
  const words = [];
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\d]+/gu)) {
      const range = new Range();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) words.push(word);
    }
  }
  return words;
})
"""
"""The words that go on in another line."""


def test_large_text_cuts_no_word_of_a_table_or_menu(visit: Begin, library: Server) -> None:
    """On a small phone, with text of twice the size, a cell goes below the others before a word is cut."""
    page = visit(viewport={"width": 320, "height": 640}).page
    page.goto(library.url + "/articles/high-blood-pressure")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for places in ("td, th", ".side a"):
        assert page.locator(places).count() > 5
        assert page.locator(places).evaluate_all(CUT) == []
    assert page.evaluate(OVERFLOW) == []


def test_a_number_stands_beside_a_long_name(visit: Begin, partner: Partner) -> None:
    """In a narrow list of topics each number begins in its name's first line, at the end of the row, so that numbers stand below each other."""
    page = visit(viewport={"width": 320, "height": 640}).go(partner.page(element("health-topic-browser", {"topic": "heart-and-circulation"}))).page
    rows = page.locator(".topics li").evaluate_all(
        "(all) => all.map((one) => [one.querySelector('a'), one.querySelector('.note'), one].map((part) => part.getBoundingClientRect().toJSON()))"
    )
    assert any(name["height"] > 60 for name, *_ in rows), "no name has two lines here"
    for name, note, row in rows:
        assert note["left"] >= name["right"]
        assert note["top"] < name["top"] + 20
        assert note["right"] == pytest.approx(row["right"], abs=1)


def test_a_reader_s_own_text_size_counts(visit: Begin, partner: Partner) -> None:
    """A host page's root font size does not shrink the widget's text."""
    page = visit().go(partner.page("<style>html { font-size: 62.5% } body { font-size: 10px }</style>" + element("health-symptom-checker", {}))).page
    assert shortcomings(page) == []


# --- The keyboard -------------------------------------------------------------------------------------------


def status(visit: Visit) -> str:
    """What the widget's status region says."""
    return (visit.page.locator("[role=status]").first.text_content() or "").strip()


def test_the_keyboard_walks_through_the_browser(visit: Begin, partner: Partner) -> None:
    """By keyboard: into a topic and an article focus goes to what is new, on the way back to the link one came from; each step is announced."""
    one = visit()
    body = '<p><a href="#before" id="before">Before</a></p>' + element("health-topic-browser", {}) + '<p><a href="#after" id="after">After</a></p>'
    page = one.go(partner.page(body)).page
    page.locator("#before").focus()
    topic = page.locator(".list a", has_text="Heart conditions").or_(page.locator(".results .list a").first).first
    name = topic.inner_text()
    one.tab_to(topic)
    page.keyboard.press("Enter")
    one.heard("navigate")
    heading = one.wait_active(".title")
    assert heading.inner_text() == name
    assert status(one) == name

    article = page.locator(".results .list:not(.topics) a").first
    steps = 1
    while not article.count():
        steps += 1
        one.tab_to(page.locator(".results .list a").first)
        page.keyboard.press("Enter")
        one.heard("navigate", steps)
    name = article.inner_text()
    one.tab_to(article)
    page.keyboard.press("Enter")
    one.heard("navigate", steps + 1)
    one.wait_active(".title, .emergency")
    assert status(one) == name == page.locator(".title").inner_text()

    back = page.locator(".back a").first
    one.tab_to(back, "Shift+Tab" if page.locator(".emergency[data-focus]").count() == 0 else "Tab", 3)
    page.keyboard.press("Enter")
    one.heard("navigate", steps + 2)
    assert one.wait_active("a[hx-get]").inner_text() == name
    assert status(one) == page.locator(".title").inner_text()

    up = page.locator(".trail a").first
    one.tab_to(up, "Shift+Tab")
    page.keyboard.press("Enter")
    one.heard("navigate", steps + 3)
    one.wait_active(".title, a[hx-get]")
    one.tab_to(page.locator("#after"), most=120)
    one.tab_to(page.locator("#before"), "Shift+Tab", 120)


def test_the_keyboard_opens_and_closes_a_card(visit: Begin, partner: Partner) -> None:
    """A card with emergency words opens with focus on them, and closes with focus on the link that opened it."""
    one = visit()
    page = one.go(partner.page(element("health-article-card", {"article": "heart-attack"}))).page
    one.tab_to(page.locator(".hw .button").first)
    page.keyboard.press("Enter")
    one.heard("navigate")
    assert "911" in one.wait_active(".emergency").inner_text()
    assert status(one) == "Heart attack"
    one.tab_to(page.locator(".hw .tools .button").first)
    page.keyboard.press("Enter")
    one.heard("navigate", 2)
    assert "Read the whole article" in one.wait_active(".button").inner_text()


@pytest.mark.parametrize("attributes", [{}, {"open": ""}, {"lang": "es"}])
def test_a_cards_links_are_named_as_one_would_write_them(attributes: dict[str, str], visit: Begin, partner: Partner) -> None:
    """Each link and button says what it is about, without a gap before a sign that closes, which hidden words can bring into the name."""
    page = visit().go(partner.page(element("health-article-card", {"article": "stroke"} | attributes))).page
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") in {"link", "button"} and "name" in node]
    assert any(re.search(r"\((Stroke|Derrame cerebral)\)$", name) for name in names), names
    assert [name for name in names if re.search(r"\s[:,.;?!)]", name)] == []


def test_closing_at_the_end_brings_the_card_into_view(visit: Begin, partner: Partner) -> None:
    """Closing a long article from its end leaves the reader at the card, not somewhere below it."""
    one = visit()
    page = one.go(partner.page(element("health-article-card", {"article": "heart-attack", "open": ""}) + "<p style='height: 3000px'>Below</p>")).page
    page.locator(".tools .button").last.click()
    one.heard("navigate").settle()
    assert page.locator(".hw .title").is_visible()
    top = page.locator("health-article-card").evaluate("(host) => host.getBoundingClientRect().top")
    assert -1 <= top < 900


def test_results_are_announced_and_typing_keeps_the_focus(visit: Begin, partner: Partner) -> None:
    """A search says how many results there are, and leaves focus and words in the box; coming back from a result restores both."""
    one = visit()
    page = one.go(partner.page(element("health-topic-browser", {}))).page
    box = page.locator("input[type=search]")
    one.tab_to(box)
    page.keyboard.type("pressure", delay=20)
    page.locator(".found").wait_for()
    one.settle()
    assert one.active_is(box)
    assert box.input_value() == "pressure"
    expect(page.locator("[role=status]")).to_have_text(page.locator(".found").inner_text())
    link = page.locator(".results .list a").nth(1)
    name = link.inner_text()
    one.tab_to(link)
    page.keyboard.press("Enter")
    one.heard("navigate")
    page.locator(".back a").first.press("Enter")
    page.locator(".found").wait_for()
    page.wait_for_function("(name) => document.querySelector('health-topic-browser').shadowRoot.activeElement?.innerText === name", arg=name)
    assert box.input_value() == "pressure"
    page.evaluate("document.activeElement.blur()")
    box.fill("zzzqq")
    page.locator(".found", has_text="othing").wait_for()
    expect(page.locator("[role=status]")).to_have_text(page.locator(".found").inner_text())


HEAR = """
(selector) => {
  const region = (document.querySelector("health-topic-browser")?.shadowRoot ?? document).querySelector(selector);
  window.told = [];
  const look = () => region.textContent && told.push([region.getAttribute("aria-live"), region.textContent]);
  new MutationObserver(look).observe(region, { childList: true, subtree: true });
}
"""
"""Keeps what a status region says, and how."""


@pytest.mark.parametrize("where", ["widget", "page"])
def test_what_is_found_is_told_when_typing_pauses(where: str, visit: Begin, partner: Partner, library: Server) -> None:
    """A slow typist hears the first number, then no other before a pause; but a sign of danger at once, over what is being read, and once."""
    page = visit().page
    page.clock.install()
    page.goto(partner.page(element("health-topic-browser", {})) if where == "widget" else library.url)
    box = page.locator("input[type=search]")
    for words in ("x-ray", ""):  # what the first touch fetches is there when the clock stops
        box.fill(words)
        page.locator(".found").wait_for(state="visible" if words else "detached")
        expect(page.locator("[role=status]")).not_to_be_empty()
    page.evaluate(HEAR, "[role=status]")
    page.clock.pause_at("2040-01-01")
    for letter in "stroke s":
        page.locator("[data-announce]").evaluate_all("(all) => { for (const one of all) one.setAttribute('data-old', ''); }")
        box.press_sequentially(letter)
        page.clock.run_for(300)
        page.locator("[data-announce]:not([data-old]):has(.found)").wait_for()
    page.clock.run_for(2000)
    heard = page.evaluate("told")
    number, danger = re.compile(r"\d+ results?$"), re.compile(r"If this is happening now, call 911 now. \d+ results?$")
    assert [one[0] for one in heard] == ["polite", "assertive", "polite"], heard
    assert number.match(heard[0][1])
    assert danger.match(heard[1][1])
    assert danger.match(heard[2][1])
    if where == "widget":
        page.locator(".hits a").first.click()
        expect(page.locator("[role=status]")).to_have_text("Stroke")
        assert page.locator("[role=status]").get_attribute("aria-live") == "polite"


def test_the_way_from_an_article_leads_back_to_the_results(visit: Begin, partner: Partner) -> None:
    """Over a related article and another language too: the link back says that it leads to results, and they are there."""
    one = visit()
    page = one.go(partner.page(element("health-topic-browser", {"topic": "heart-topics"}))).page
    box, back = page.locator("input[type=search]"), page.locator(".back a").first
    box.fill("angina")
    page.locator(".hits a").first.click()
    expect(back).to_have_text("Back to the search results")
    page.locator(".prose p").first.click()  # reading on changes nothing
    page.locator(".related a").first.click()
    one.heard("navigate", 2)
    expect(back).to_have_text("Back to the search results")
    page.locator(".languages a").first.click()
    expect(back).to_have_text("Volver a los resultados de la búsqueda")
    back.press("Enter")
    page.locator(".hits a").first.wait_for()
    expect(box).to_have_value("angina")
    page.locator(".languages a").first.click()
    page.locator(".hw[lang=en] .hits a").first.wait_for()
    expect(box).to_have_value("angina")
    page.locator(".trail a").last.click()
    page.locator(".list:not(.hits) a").first.wait_for()
    page.locator(".letters a").first.click()
    page.locator("h3[data-focus]").wait_for()
    page.locator(".list a").first.click()
    expect(back).to_contain_text("Back to Letter")


def test_landmarks_of_several_widgets_have_names_of_their_own(visit: Begin, partner: Partner, axe: str) -> None:
    """Three browsers and two open articles on a page: no two landmarks share a name, since each says what it is about."""
    browsers = "".join(element("health-topic-browser", {"topic": topic}) for topic in ("heart-topics", "heart-conditions", "medications"))
    cards = "".join(element("health-article-card", {"article": article, "open": ""}) for article in ("stroke", "angina"))
    page = visit().go(partner.page(browsers + cards)).page
    assert violations(page, axe, runOnly=["landmark-unique"]) == []
    names = page.get_by_role("search").evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
    assert len(set(names)) == 3


def test_what_was_meant_is_taken_by_keyboard(visit: Begin, partner: Partner) -> None:
    """Taking "did you mean" searches for the corrected words, puts them into the box, and moves focus to how many were found."""
    one = visit()
    page = one.go(partner.page(element("health-topic-browser", {}))).page
    box = page.locator("input[type=search]")
    box.fill("hart atack")
    button = page.locator(".meant button")
    button.wait_for()
    one.tab_to(button, most=80)
    page.keyboard.press("Enter")
    button.wait_for(state="detached")
    page.wait_for_function("document.querySelector('health-topic-browser').shadowRoot.activeElement?.matches('.found')")
    assert box.input_value() == "heart attack"
    assert page.locator(".hits a").first.inner_text() == "Heart attack"
    assert status(one) == page.locator(".found").inner_text() or page.locator(".found").inner_text() in status(one)


def test_focus_stays_when_the_language_changes(visit: Begin, partner: Partner) -> None:
    """Changing the language by keyboard leaves the focus inside the widget."""
    one = visit()
    page = one.go(partner.page(element("health-topic-browser", {"topic": "heart-conditions"}))).page
    one.tab_to(page.locator(".languages a").first, most=80)
    page.keyboard.press("Enter")
    one.heard("navigate").settle()
    assert page.locator(".hw").get_attribute("lang") == "es"
    assert one.active.evaluate("(one) => one.getRootNode() instanceof ShadowRoot")


def test_focus_is_seen(visit: Begin, partner: Partner) -> None:
    """Every link, button and field shows where the focus is, with an outline of 2 px or more and 3:1 to what is behind it."""
    one = visit()
    page = one.go(partner.page(element("health-topic-browser", {}))).page
    page.keyboard.press("Tab")
    for _ in range(25):
        width, kind = one.active.evaluate("(one) => [parseFloat(getComputedStyle(one).outlineWidth), getComputedStyle(one).outlineStyle]")
        assert width >= 2, one.active.evaluate("(one) => one.outerHTML")
        assert kind != "none"
        page.keyboard.press("Tab")
        if one.active.evaluate("(one) => one === document.body"):
            break


def test_reduced_motion_moves_nothing(visit: Begin, partner: Partner) -> None:
    """For readers who ask for less motion nothing is animated."""
    page = visit(reduced_motion="reduce").go(partner.page(element("health-article-card", {"article": "heart-attack"}))).page
    moves = "(all) => all.map(getComputedStyle).map((style) => `${style.transitionDuration} ${style.animationName}`)"
    assert set(page.locator(".hw, .hw *").evaluate_all(moves)) == {"0s none"}


def test_forced_colours_keep_borders(visit: Begin, partner: Partner) -> None:
    """In forced colours the emergency block and the button still have a border."""
    page = visit(forced_colors="active").go(partner.page(element("health-article-card", {"article": "heart-attack"}))).page
    for box in (".hw .emergency", ".hw .button"):
        assert page.locator(box).first.evaluate("(one) => parseFloat(getComputedStyle(one).borderTopWidth)") >= 1


def test_emergency_comes_first(visit: Begin, partner: Partner) -> None:
    """In a card, opened or not, in the browser and the symptom checker, nothing is read before the emergency words."""
    body = element("health-article-card", {"article": "heart-attack"}) + element("health-article-card", {"article": "heart-attack", "open": ""})
    body += element("health-topic-browser", {"article": "heart-attack"}) + element("health-symptom-checker", {})
    one = visit()
    one.go(partner.page(body), 3)
    one.page.locator("health-topic-browser").scroll_into_view_if_needed()
    one.heard("load", 4)
    assert one.page.locator(".hw").evaluate_all("(all) => all.map((box) => box.firstElementChild.className)") == ["emergency"] * 4
