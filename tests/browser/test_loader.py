"""The loader on pages of every kind: attributes that change, elements that move, languages, and the other ways to name a widget."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.hosting import SCRIPT, Fault, Partner, Proxy, Server
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

LINK = '<a href="https://library.example/articles/stroke">Stroke: what to do</a>'
CARD = f'<health-article-card id="card" article="stroke">{LINK}</health-article-card>'
FAR = "<p style='height: 6000px'>Far</p>"

Begin = Callable[..., Visit]


def title(page: Page, host: str = "#card") -> str:
    """The heading of a widget."""
    return page.locator(f"{host} .title").first.inner_text()


# --- Attributes and places ----------------------------------------------------------------------------------


def test_attributes_that_change_together_load_once(visit: Begin, partner: Partner, library: Server) -> None:
    """Several attributes that change in one go are one more request, and the widget shows what they say."""
    one = visit()
    page = one.go(partner.page(CARD)).page
    library.seen.clear()
    page.evaluate("""() => {
      const card = document.getElementById("card");
      card.setAttribute("article", "chest-pain");
      card.setAttribute("lang", "es");
      card.setAttribute("heading-level", "4");
      card.setAttribute("article", "heart-attack");
    }""")
    one.heard("load", 2).settle()
    assert len(library.partials()) == 1
    assert page.locator("#card h4.title").count() == 1
    assert page.locator("#card .hw").get_attribute("lang") == "es"
    assert one.count("load") == 2


def test_an_attribute_that_means_the_same_asks_nothing(visit: Begin, partner: Partner, library: Server) -> None:
    """Theme, class and style of the element, and the value that was there, are no reason to load again."""
    one = visit()
    page = one.go(partner.page(CARD)).page
    library.seen.clear()
    page.evaluate("""() => {
      const card = document.getElementById("card");
      const same = { theme: "dark", class: "x", style: "margin: 1px", article: "stroke" };
      for (const name of Object.keys(same)) card.setAttribute(name, same[name]);
    }""")
    one.settle()
    assert library.partials() == []
    assert one.count("load") == 1


def test_the_last_of_quick_changes_wins(visit: Begin, partner: Partner) -> None:
    """When attributes change while an answer is under way, what comes late is not shown over what was asked last."""
    one = visit()
    page = one.go(partner.page(CARD)).page
    page.evaluate("""async () => {
      for (const article of ["angina", "statins", "fainting", "pacemaker"]) {
        document.getElementById("card").setAttribute("article", article);
        await new Promise((go) => setTimeout(go));
      }
    }""")
    page.locator("#card .title", has_text="acemaker").wait_for()
    one.settle()
    assert "acemaker" in title(page)


def test_an_element_that_moves_loads_once(visit: Begin, partner: Partner, library: Server) -> None:
    """Moved, removed and put back, an element keeps its content and asks for nothing again; what a reader opened stays open."""
    one = visit()
    page = one.go(partner.page(CARD + '<section id="there"></section>')).page
    page.locator("#card .button").first.click()
    one.heard("navigate")
    library.seen.clear()
    page.evaluate("""async () => {
      const card = document.getElementById("card"), there = document.getElementById("there");
      there.append(card);
      card.remove();
      await new Promise((go) => setTimeout(go, 50));
      document.querySelector("main").prepend(card);
      there.moveBefore?.(card, null);
    }""")
    one.settle()
    assert library.seen == []
    assert page.locator("#card .prose").is_visible()
    page.locator("#card .tools .button").first.click()
    one.heard("navigate", 2).settle()
    assert page.locator("#card .prose").count() == 0
    assert (one.said, one.errors) == ([], [])


def test_elements_inserted_later_load(visit: Begin, partner: Partner) -> None:
    """Elements put in by innerHTML, by a framework's createElement and by cloning a shown one all load."""
    one = visit()
    page = one.go(partner.page(CARD)).page
    page.evaluate("""() => {
      const main = document.querySelector("main");
      main.insertAdjacentHTML("beforeend", '<health-article-card id="two" article="angina"><a href="/x">x</a></health-article-card>');
      const made = document.createElement("health-article-card");
      made.id = "three";
      main.append(made);
      made.setAttribute("article", "statins");
      const cloned = document.getElementById("card").cloneNode(true);
      cloned.id = "four";
      main.append(cloned);
      main.insertAdjacentHTML("beforeend", document.getElementById("card").outerHTML.replace('"card"', '"five"'));
    }""")
    one.heard("load", 5)
    assert [bool(title(page, f"#{name}")) for name in ("two", "three", "four", "five")] == [True] * 4
    assert one.count("error") <= 1, "an element whose attribute comes a line later may say so once"


def test_removed_while_loading(visit: Begin, partner: Partner) -> None:
    """An element that goes before its answer comes throws nothing."""
    one = visit()
    page = one.go(partner.page("")).page
    page.evaluate("""() => {
      const main = document.querySelector("main");
      main.insertAdjacentHTML("beforeend", '<health-article-card article="angina"></health-article-card>');
      main.insertAdjacentHTML("beforeend", "<health-topic-browser></health-topic-browser>");
      for (const one of main.querySelectorAll("health-article-card, health-topic-browser")) one.remove();
    }""")
    page.wait_for_load_state("networkidle")
    one.settle()
    assert (one.said, one.errors) == ([], [])


def test_equal_widgets_share_one_request(visit: Begin, partner: Partner, library: Server) -> None:
    """Twenty equal cards are one request."""
    visit().go(partner.page(CARD.replace('id="card"', "") * 20))
    assert len(library.partials()) == 1


@pytest.mark.parametrize(
    ("article", "kind", "sentence"),
    [("heart-atack", "not-found", "heart-attack"), ("", "attribute", "article"), ("../../etc/passwd", "attribute", "article")],
)
def test_an_unknown_article_keeps_the_fallback(article: str, kind: str, sentence: str, visit: Begin, partner: Partner) -> None:
    """A wrong or missing article keeps the fallback in view, offers no second try, and warns once in words a web editor understands."""
    one = visit()
    page = one.go(partner.page(f'<health-article-card article="{article}">{LINK}</health-article-card>' * 2), 0).page
    one.heard("error", 2)
    assert {event["detail"]["kind"] for event in one.events("error")} == {kind}
    assert page.get_by_role("link", name="Stroke: what to do").first.is_visible()
    assert page.get_by_role("button", name="Try again").count() == 0
    assert len(one.said) == 1
    assert one.said[0].startswith("[health-widgets")
    assert sentence in one.said[0]
    assert one.errors == []


def test_a_fallback_that_came_back_goes_again(visit: Begin, partner: Partner) -> None:
    """When a right article becomes a wrong one the fallback comes back; when it becomes right again it goes."""
    one = visit()
    page = one.go(partner.page(CARD)).page
    link = page.get_by_role("link", name="Stroke: what to do")
    assert not link.is_visible()
    page.evaluate("document.getElementById('card').setAttribute('article', 'nowhere')")
    one.heard("error")
    assert link.is_visible()
    assert page.locator("#card .hw").count() == 0
    page.evaluate("document.getElementById('card').setAttribute('article', 'angina')")
    one.heard("load", 2)
    assert not link.is_visible()


def test_quotes_that_an_editor_made_clever(visit: Begin, partner: Partner) -> None:
    """Attributes with typographic quotes and blanks around them are understood."""
    page = visit().go(partner.page(f'<health-article-card id="card" article=" “stroke” ">{LINK}</health-article-card>')).page
    assert "troke" in title(page)


# --- Language -----------------------------------------------------------------------------------------------

LANGUAGES = [
    ('lang="en"', "", "en"),
    ('lang="es"', "", "es"),
    ('lang="es-MX"', "", "es"),
    ('lang="ES-419"', "", "es"),
    ('lang="en"', 'lang="es"', "es"),
    ('lang="es"', 'lang="en-GB"', "en"),
    ('lang="es"', 'data-lang="en"', "en"),
    ('lang="english"', "", "en"),
    ('lang="es"', 'lang="{{lang}}"', "es"),
    ('lang="es"', 'lang="spanish"', "es"),
    ('lang="{{lang}}"', "", "en"),
    ('lang="fr"', "", "en"),
    ('lang="tlh-Latn"', "", "en"),
    ("", "", "en"),
]


@pytest.mark.parametrize(("html", "own", "expected"), LANGUAGES)
def test_the_language_is_looked_up(html: str, own: str, expected: str, visit: Begin, partner: Partner, library: Server) -> None:
    """The element's lang, else the nearest around it, by RFC 4647 lookup, else the site's; what means nothing, and the browser's, is ignored."""
    one = visit(locale="es-MX")
    page = one.go(partner.page(f'<health-symptom-checker id="one" {own}></health-symptom-checker>', html=html)).page
    assert page.locator("#one .hw").get_attribute("lang") == expected
    assert (one.said, one.errors) == ([], [])


def test_the_nearest_language_wins_through_shadow_roots(visit: Begin, partner: Partner) -> None:
    """A lang between the element and the page counts, also where the element stands in a partner's own shadow root."""
    body = """<div lang="es"><partner-box>
      <template shadowrootmode="open"><health-symptom-checker></health-symptom-checker></template></partner-box></div>
      <div lang="es"><p lang="en-AU"><health-symptom-checker id="two"></health-symptom-checker></p></div>"""
    page = visit().go(partner.page(body), 2).page
    assert page.locator("partner-box .hw").get_attribute("lang") == "es"
    assert page.locator("#two .hw").get_attribute("lang") == "en"


def test_a_language_that_is_missing_is_said(visit: Begin, partner: Partner) -> None:
    """An article without a translation says so in the language asked for, carries the right lang, and keeps its emergency words in that language."""
    body = '<health-article-card id="card" article="angina" lang="es" open><a href="/x">x</a></health-article-card>'
    page = visit().go(partner.page(body)).page
    box = page.locator("#card .hw")
    assert box.get_attribute("lang") == "es"
    assert page.locator("#card .title").get_attribute("lang") == "en"
    assert page.locator("#card .article").get_attribute("lang") == "en"
    assert "español" in page.locator("#card .notice").first.inner_text()
    if page.locator("#card .emergency").count():
        assert "911" in page.locator("#card .emergency").first.inner_text()
        assert page.locator("#card .emergency").first.get_attribute("lang") in {None, "es"}


def test_switching_the_language_keeps_the_place(visit: Begin, partner: Partner, library: Server) -> None:
    """The other language shows the same article of the same browser, and leads back to the same topic."""
    one = visit()
    body = '<health-topic-browser id="card" topic="heart-conditions" article="heart-failure"><a href="/x">x</a></health-topic-browser>'
    page = one.go(partner.page(body)).page
    english = title(page)
    page.locator("#card .languages a", has_text="Español").first.click()
    one.heard("navigate").settle()
    assert page.locator("#card .hw").get_attribute("lang") == "es"
    assert title(page) != english
    assert one.events("navigate")[-1]["detail"]["attributes"] == {"topic": "heart-conditions", "article": "heart-failure", "lang": "es"}
    page.locator("#card .back a").first.click()
    one.heard("navigate", 2)
    assert one.events("navigate")[-1]["detail"]["attributes"] == {"topic": "heart-conditions", "lang": "es"}
    page.locator("#card .languages a", has_text="English").first.click()
    one.heard("navigate", 3)
    assert page.locator("#card .hw").get_attribute("lang") == "en"


def test_an_open_card_stays_open_in_the_other_language(visit: Begin, partner: Partner) -> None:
    """Changing the language of an opened card shows the opened article in that language."""
    one = visit()
    page = one.go(partner.page('<health-article-card id="card" article="high-blood-pressure"><a href="/x">x</a></health-article-card>')).page
    page.locator("#card .button").first.click()
    one.heard("navigate")
    page.locator("#card .languages a").first.click()
    one.heard("navigate", 2)
    assert page.locator("#card .hw").get_attribute("lang") == "es"
    assert page.locator("#card .prose").is_visible()


# --- The other ways to name a widget ------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["div", "span", "p", "section"])
def test_where_custom_elements_are_stripped(tag: str, visit: Begin, partner: Partner) -> None:
    """A div, span, p or section with data-health-widget is a widget; its own markup is not written to."""
    one = visit()
    written = f'<{tag} id="card" data-health-widget="article-card" data-article="stroke" data-heading-level="3" data-lang="es">{LINK}</{tag}>'
    page = one.go(partner.page(f"<h2>Above</h2>{written}")).page
    assert page.locator("#card h3.title").is_visible()
    assert page.locator("#card .hw").get_attribute("lang") == "es"
    assert not page.get_by_role("link", name="Stroke: what to do").is_visible()
    assert page.locator("#card").evaluate("(one) => one.outerHTML") == written.replace("https://library.example", partner.base)
    page.locator("#card .button").first.click()
    one.heard("navigate")
    assert page.locator("#card .prose").is_visible()
    assert (one.said, one.errors) == ([], [])


def test_a_data_widget_with_a_wrong_name(visit: Begin, partner: Partner) -> None:
    """data-health-widget with a name that is not known keeps the fallback and warns once with the names there are."""
    one = visit()
    page = one.go(partner.page(f'<div data-health-widget="artcle-card" data-article="stroke">{LINK}</div>'), 0).page
    one.settle()
    assert page.get_by_role("link", name="Stroke: what to do").is_visible()
    assert len(one.said) == 1
    assert "article-card" in one.said[0]


@pytest.mark.parametrize("load", ["async", "defer", ""])
def test_only_a_script_tag(load: str, visit: Begin, partner: Partner) -> None:
    """The script with data-widget shows the widget right after itself, and takes its attributes from the script."""
    script = SCRIPT.replace("async", f'{load} data-widget="article-card" data-article="stroke" data-heading-level="3" data-lang="es"')
    one = visit()
    page = one.go(partner.page(f'<div id="here">{script}</div><p>After</p>', head=""), 0).page
    one.heard("load")
    assert page.locator("#here > script + health-article-card h3.title").is_visible()
    assert page.locator("#here .hw").get_attribute("lang") == "es"
    assert (one.said, one.errors) == ([], [])


def test_only_a_script_tag_in_the_head(visit: Begin, partner: Partner) -> None:
    """A script with data-widget in the head shows nothing of its own, tells the editor so, and still serves the page's elements."""
    script = SCRIPT.replace("async", 'async data-widget="article-card" data-article="angina"')
    one = visit()
    page = one.go(partner.page(CARD, head=script)).page
    one.settle()
    assert page.locator("health-article-card").count() == 1
    assert "troke" in title(page)
    assert len(one.said) == 1
    assert "head" in one.said[0]


def test_only_a_script_tag_with_a_target(visit: Begin, partner: Partner) -> None:
    """data-target names the element that the widget goes into; other scripts on the page may name other widgets."""
    scripts = "".join(
        SCRIPT.replace("async", f'async data-widget="article-card" data-article="{article}" data-target="{target}"')
        for article, target in (("stroke", "one"), ("angina", "two"))
    )
    one = visit()
    page = one.go(partner.page(f'<div id="one"></div><div id="two"></div>{scripts}', head=""), 0).page
    one.heard("load", 2)
    assert "troke" in title(page, "#one")
    assert "ngina" in title(page, "#two")
    assert (one.said, one.errors) == ([], [])


def test_a_script_that_is_there_thrice(visit: Begin, partner: Partner, library: Server) -> None:
    """The script with each of three pasted snippets: every widget loads once, nothing throws, and the console stays empty."""
    one = visit()
    div = f'<div data-health-widget="article-card" data-article="angina">{LINK}</div>'
    one.go(partner.page(CARD + div + SCRIPT, head=SCRIPT + SCRIPT))
    one.settle()
    assert Counter(library.partials()).most_common(1)[0][1] == 1
    assert len(library.partials()) == one.count("load") == 2
    assert (one.said, one.errors) == ([], [])


def test_a_tag_that_the_page_has_defined(visit: Begin, partner: Partner) -> None:
    """Where the page defines one of our tags itself, its own stays, we say so once, and our other tags work."""
    one = visit()
    head = "<script>customElements.define('health-symptom-checker', class extends HTMLElement {});</script>" + SCRIPT
    page = one.go(partner.page(CARD + "<health-symptom-checker>Theirs</health-symptom-checker>", head=head), 0).page
    one.heard("load")
    assert page.get_by_text("Theirs").is_visible()
    assert len(one.said) == 1
    assert one.errors == []


def test_the_script_says_the_site(visit: Begin, partner: Partner, library: Server) -> None:
    """data-site on the script counts for all elements without a site of their own."""
    one = visit()
    one.go(partner.page(CARD, head=SCRIPT.replace("async", 'async data-site="default"')))
    assert any("site=default" in line for line in library.partials())


# --- When it loads ------------------------------------------------------------------------------------------


def test_what_can_wait_waits(visit: Begin, partner: Partner, library: Server) -> None:
    """Far below the fold, browser and call to action are asked for only when near; card and symptom checker at once."""
    body = FAR + CARD + "<health-symptom-checker></health-symptom-checker><health-topic-browser></health-topic-browser>"
    one = visit()
    page = one.go(partner.page(body + FAR + "<health-appointment-cta></health-appointment-cta>"), 2).page
    one.settle()
    assert sorted(re.findall(r"partials/([a-z-]+)", " ".join(library.partials()))) == ["article-card", "symptom-checker"]
    page.locator("health-topic-browser").scroll_into_view_if_needed()
    one.heard("load", 3).settle()
    assert not library.asked("appointment-cta")
    page.locator("health-appointment-cta").scroll_into_view_if_needed()
    one.heard("load", 4)


def test_attributes_that_change_out_of_sight_wait_too(visit: Begin, partner: Partner, library: Server) -> None:
    """A widget that waits goes on waiting when its attributes change, and then asks once, for the last ones."""
    one = visit()
    page = one.go(partner.page(FAR + '<health-topic-browser id="far"></health-topic-browser>'), 0).page
    page.evaluate("document.getElementById('far').setAttribute('topic', 'symptoms')")
    one.settle()
    assert library.partials() == []
    page.locator("#far").scroll_into_view_if_needed()
    one.heard("load")
    assert len(library.partials()) == 1
    assert "topic=symptoms" in library.partials()[0]


# --- What stays in view -------------------------------------------------------------------------------------


def test_a_self_closing_tag_swallows_nothing(visit: Begin, partner: Partner) -> None:
    """After <health-appointment-cta /> the rest of the page, which HTML then puts inside the element, stays in view, forms and widgets too."""
    body = f"""<health-appointment-cta />
      <h2>Our own heading</h2><p>Our own text</p><form><label>Name <input id="name"></label></form><ul><li>Item</li></ul>
      <div id="inner">{CARD}</div><p>The last line</p>"""
    one = visit()
    page = one.go(partner.page(body), 2).page
    for text in ("Our own heading", "Our own text", "Name", "Item", "The last line"):
        assert page.get_by_text(text, exact=False).first.is_visible(), text
    assert page.locator("#card .title").is_visible()
    page.locator("#name").fill("x")
    page.evaluate("document.querySelector('health-appointment-cta').insertAdjacentHTML('beforeend', '<p>Added later</p>')")
    one.settle()
    assert page.get_by_text("Added later").is_visible()


def test_contents_links_jump_inside(visit: Begin, partner: Partner) -> None:
    """A contents link shows its section and puts the focus there; address and history of the page stay."""
    one = visit()
    url = partner.page('<health-article-card id="card" article="high-blood-pressure" open><a href="/x">x</a></health-article-card>' + FAR)
    page = one.go(url).page
    before = page.evaluate("history.length")
    link = page.locator("#card .contents a").last
    name = link.inner_text()
    link.click()
    one.settle()
    assert one.active.inner_text() == name
    top = one.active.evaluate("(one) => one.getBoundingClientRect().top")
    assert -1 <= top < 900
    assert (page.url, page.evaluate("history.length")) == (url, before)
    assert one.count("navigate") == 0


def test_links_between_articles_open_in_place(visit: Begin, partner: Partner) -> None:
    """A related article opens where the reader is, and the page's address stays."""
    one = visit()
    url = partner.page('<health-topic-browser id="card" topic="heart-conditions" article="heart-failure"><a href="/x">x</a></health-topic-browser>')
    page = one.go(url).page
    link = page.locator("#card .related a").first
    name = link.inner_text()
    link.click()
    one.heard("navigate")
    assert title(page) == name
    assert page.url == url


def test_links_out_say_nothing_of_the_page(visit: Begin, partner: Partner) -> None:
    """Every link to another site says referrerpolicy=no-referrer, and none opens by itself in another window."""
    body = CARD.replace("stroke", "heart-attack").replace("<a", "<b").replace("</a", "</b")
    page = visit().go(partner.page(body.replace(' id="card"', ' id="card" open') + "<health-appointment-cta></health-appointment-cta>")).page
    for link in page.locator(".hw a[href^=http]").all():
        if not (link.get_attribute("href") or "").startswith(partner.base + "/"):
            assert link.get_attribute("referrerpolicy") == "no-referrer"
        assert link.get_attribute("target") is None


# --- Events -------------------------------------------------------------------------------------------------


def test_events_reach_the_page(visit: Begin, partner: Partner) -> None:
    """Our events bubble out of the partner's own shadow roots; their details name only attributes, kinds and campaigns."""
    body = """<partner-box><template shadowrootmode="open"><health-article-card article="stroke"></health-article-card></template></partner-box>
      <health-article-card article="nowhere"><a href="/x">x</a></health-article-card>
      <health-appointment-cta id="cta" campaign="heart-month"></health-appointment-cta>"""
    one = visit()
    page = one.go(partner.page(body), 2).page
    one.heard("error")
    page.locator("partner-box .button").click()
    one.heard("navigate")
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.locator("#cta .button").click()
    one.heard("cta")
    assert all(event["bubbles"] and event["composed"] for event in one.events())
    details = {event["name"]: event["detail"] for event in one.events()}
    assert details["error"] == {"kind": "not-found"}
    assert details["navigate"]["attributes"]["article"] == "stroke"
    assert details["cta"]["campaign"] == "heart-month"
    assert set(details["cta"]) <= {"campaign", "variant"}
    assert {event["tag"] for event in one.events("navigate")} == {"partner-box"}


WORDINGS = """<!--health-widgets 1--><div class="hw" part="root" lang="LANG" dir="ltr" data-announce=""
  hx-target:inherited="closest .hw" hx-swap:inherited="outerHTML">
<div data-variant="plain"><p class="tools"><a class="button" href="#" data-cta="heart-month">Call us</a></p></div>
<div data-variant="warm" hidden><p class="tools"><a class="button" href="#" data-cta="heart-month">We are here</a></p></div>
<div data-variant="short" hidden><p class="tools"><a class="button" href="#" data-cta="heart-month">Book</a></p></div>
<p class="languages"><a href="/" hx-get="BASE/partials/appointment-cta?lang=es">x</a></p></div><!--/health-widgets-->"""
BOTH = '<health-appointment-cta id="one"></health-appointment-cta><health-appointment-cta id="two" lang="es"></health-appointment-cta>'
DRAWS = "<script>window.draws = DRAWS; Math.random = () => draws.shift()</script>"


@pytest.mark.parametrize(("draws", "expected"), [([0.0, 0.99], ["plain", "short"]), ([0.5, 0.34], ["warm", "warm"])])
def test_one_of_several_wordings(draws: list[float], expected: list[str], visit: Begin, partner: Partner, proxy: Proxy) -> None:
    """Of a call's wordings each place shows one, drawn for the page view; the others are gone, and health-cta names the one in view."""
    proxy.fault = Fault(status=200, body=WORDINGS.replace("BASE", proxy.url))
    one = visit()
    page = one.go(partner.page(BOTH, head=DRAWS.replace("DRAWS", str(draws)) + SCRIPT, base=proxy.url), 2).page
    assert [page.locator(f"#{name} [data-variant]").get_attribute("data-variant") for name in ("one", "two")] == expected
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    for n, name in enumerate(("one", "two")):
        page.locator(f"#{name} .button").click()
        one.heard("cta", n + 1)
    assert [event["detail"] for event in one.events("cta")] == [{"campaign": "heart-month", "variant": variant} for variant in expected]
    page.locator("#one .languages a").click()
    one.heard("navigate")
    assert page.locator("#one [data-variant]").get_attribute("data-variant") == expected[0], "a step keeps the wording"
    assert page.evaluate("draws.length") == 0
    assert (one.said, one.errors) == ([], [])


def test_a_call_without_wordings_names_none(visit: Begin, partner: Partner) -> None:
    """Where there is only one wording, the variant of health-cta is empty."""
    one = visit()
    page = one.go(partner.page('<health-appointment-cta id="cta" campaign="heart-month"></health-appointment-cta>')).page
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.locator("#cta .button").click()
    one.heard("cta")
    assert one.events("cta")[0]["detail"] == {"campaign": "heart-month", "variant": ""}


def test_htmx_inside_is_not_heard_outside(visit: Begin, partner: Partner) -> None:
    """No htmx event and no request of ours reaches a partner's own htmx, and its global stays its own."""
    one = visit()
    head = "<script>window.htmx = 'theirs'; window.caught = []; for (const type of ['htmx:after:swap', 'htmx:before:request', 'htmx:config:request', "
    head += "'htmx:after:request', 'htmx:before:swap', 'htmx:load']) document.addEventListener(type, () => caught.push(type), true);</script>"
    page = one.go(partner.page(CARD, head=head + SCRIPT)).page
    page.locator("#card .button").first.click()
    one.heard("navigate").settle()
    assert page.evaluate("[htmx, caught]") == ["theirs", []]


def test_find_and_back_stay_the_page_s_own(visit: Begin, partner: Partner) -> None:
    """After steps inside a widget the browser's Back leaves the page as it always did."""
    one = visit()
    first = partner.page("<p>First</p>", head="")
    second = partner.page(CARD)
    page = one.go(first, 0).page
    one.go(second)
    page.locator("#card .button").first.click()
    one.heard("navigate")
    page.evaluate("() => void setTimeout(() => history.back())")
    page.wait_for_url(first)
    page.evaluate("() => void setTimeout(() => history.forward())")
    page.wait_for_url(second)
    page.locator("#card .title").wait_for()
