"""The builder at /embed: every widget and way, what it prints, what it refuses, and what it never does."""

import html
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import ask, nodes, parsed
from tests.conftest import NOON, serving
from widgets.app import Library, create_app
from widgets.catalog import catalog
from widgets.choice import Choice, read
from widgets.embed import loader
from widgets.languages import words_in
from widgets.settings import Settings
from widgets.snippets.ways import WAYS
from widgets.widget import BadAttribute, html_name

STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Serve = Callable[[ASGIApp], str]


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    made = create_app(Settings(watch=False), clock=lambda: NOON)
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(library: Library) -> Iterator[str]:
    with serving(library) as address:
        yield address


def embed(base: str, **chosen: str) -> httpx.Response:
    """The builder with these choices; names with underscores for hyphens."""
    return httpx.get(f"{base}/embed?{urlencode({name.replace('_', '-'): value for name, value in chosen.items()})}")


def codes(page: str) -> list[str]:
    """The texts that the page gives to copy, as a browser would."""
    return [node.text() for node in parsed(page).css("textarea[id^=code-]")]


def policy(page: str) -> str:
    """The directives that the page prints."""
    found = parsed(page).css_first("#policy")
    return found.text() if found else ""


# --- What it prints ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", catalog())
def test_every_widget_and_way_has_a_snippet(base: str, library: Library, kind: str, way: str) -> None:
    """Each pair gives the text of its declaration and its policy, on a page under our own strict policy, or says why it cannot and gives the link."""
    answer = embed(base, widget=kind, way=way)
    assert answer.status_code == 200
    assert (answer.headers["content-security-policy"], answer.headers["cache-control"]) == (STRICT, "no-store")
    state = read(base, library.editions.current, f"widget={kind}&way={way}")
    refused = WAYS[way].refuses(state.asked())
    used = WAYS["link" if refused else way]
    assert codes(answer.text) == [part.code for part in used.parts(state.asked())]
    assert policy(answer.text) == used.policy(base)
    assert html.escape(refused) in answer.text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", catalog())
def test_the_preview_is_what_is_copied(base: str, kind: str, way: str) -> None:
    """The preview holds the snippet to the byte where that is HTML, under the printed policy and our own style sheet, in a frame of ours only."""
    chosen = {"widget": kind, "way": way}
    page = embed(base, **chosen).text
    seen = httpx.get(str(parsed(page).css_first("iframe").attributes["src"]))
    assert (seen.status_code, seen.headers["cache-control"], seen.headers["x-robots-tag"]) == (200, "no-store", "noindex")
    if WAYS[way].shows == "snippet" and "note" not in page.partition("step-3")[2].partition("textarea")[0]:
        assert "\n".join(codes(page)) in seen.text
    own = seen.headers["content-security-policy"].split("; ")
    printed = [directive for directive in policy(page).split("; ") if directive and not directive.startswith("style-src")]
    framing = [f"style-src 'self' {base}", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'"]
    assert own == ["default-src 'none'", *printed, *framing]


def test_a_snippet_has_its_fallback(base: str) -> None:
    """The fallback has the link in the chosen language, and the region's emergency line where the article has emergency words."""
    urgent = codes(embed(base, article="heart-attack", lang="es").text)[0]
    assert "<strong>En una emergencia, llame al 911 ahora.</strong>" in urgent
    assert f'<a href="{base}/articles/heart-attack?lang=es">Ataque cardíaco</a>' in urgent
    assert "911" not in codes(embed(base, article="sleep-and-your-heart").text)[0]
    assert '<a href="https://www.example.com/appointments">Request an appointment</a>' in codes(embed(base, widget="appointment-cta").text)[0]
    assert f'<a href="{base}/topics/symptoms">Check your symptoms</a>' in codes(embed(base, widget="symptom-checker").text)[0]


def test_a_pinned_snippet_names_the_script_and_its_hash(base: str, library: Library) -> None:
    """Pinned, a snippet has the address and the integrity hash of the very script that is served there."""
    (code,) = codes(embed(base, pin="1").text)
    address, integrity = re.search(r'src="([^"]+)"\s+integrity="([^"]+)"', code).groups()  # type: ignore[union-attr]
    asset = loader(base, library.editions.current)
    assert (address, integrity) == (f"{base}/embed-{asset.hash}.js", asset.integrity)
    assert httpx.get(address).text == asset.text


def test_attributes_are_those_that_were_chosen(base: str) -> None:
    """Every attribute that differs from its default stands in the snippet, and no other one."""
    (code,) = codes(embed(base, widget="topic-browser", topic="heart-conditions", letter="h", lang="en", theme="dark", heading_level="3").text)
    assert '<health-topic-browser topic="heart-conditions" letter="h" lang="en" heading-level="3" theme="dark">' in code
    (code,) = codes(embed(base, widget="topic-browser", topic="", theme="auto", lang="", heading_level="2", site="default").text)
    assert "<health-topic-browser>" in code


@pytest.mark.parametrize("kind", catalog())
def test_the_form_is_made_from_the_declarations(base: str, kind: str) -> None:
    """Every declared attribute of a widget has a control of its name, with a label and, but for a hidden search, its doc."""
    page = parsed(embed(base, widget=kind).text)
    names = {node.attributes.get("name") for node in page.css("input, select")}
    assert {html_name(f) for f in catalog()[kind].declared()} <= names
    assert {node.attributes["value"] for node in page.css("input[name=widget]")} == set(catalog())
    for f in catalog()[kind].declared():
        assert page.css_first(f"#hint-{html_name(f)}") is not None
    for node in page.css("input, select, textarea"):
        assert (
            node.attributes.get("type") == "hidden"
            or page.css_first(f'label[for="{node.attributes["id"]}"]')
            or (node.parent and node.parent.tag == "label")
        ), node.attributes


def test_a_choice_can_be_written_and_read_again(library: Library) -> None:
    """The query that the preview gets says all that was chosen."""
    query = "widget=article-card&article=stroke&open=&lang=es&theme=light&way=esi&pin=1&see-width=phone&see-scheme=dark&see-day=2026-02-14"
    state = read("http://localhost", library.editions.current, query)
    again = read("http://localhost", library.editions.current, state.query)
    assert (again, state.wrong) == (state, None)
    assert state.choice == Choice.parse(query)


def test_another_widget_begins_with_attributes_of_its_own(base: str) -> None:
    """What was chosen for one widget is not taken for another; what every widget has stays."""
    page = embed(base, was="article-card", widget="topic-browser", article="stroke", lang="es", heading_level="4").text
    assert '<health-topic-browser lang="es" heading-level="4">' in codes(page)[0]
    assert 'article="stroke"' in codes(embed(base, was="article-card", widget="article-card", article="stroke").text)[0]


def test_a_code_takes_the_article_s_place(base: str) -> None:
    """A code typed beside an article that is chosen wins, and the page says which article it leads to; another system's can still be typed."""
    page = embed(base, article="stroke", code="I21.4")
    assert page.status_code == 200
    assert 'article="heart-attack"' in codes(page.text)[0]
    assert "The code “I21.4” leads to “Heart attack”" in parsed(page.text).css_first(".note").text()  # type: ignore[union-attr]
    wrong = embed(base, article="stroke", code="2093-3")
    assert wrong.status_code == 400
    assert 'article="stroke"' in codes(wrong.text)[0]
    assert parsed(wrong.text).css_first("#code").attributes["value"] == "2093-3"  # type: ignore[union-attr]
    right = embed(base, article="stroke", code="2093-3", code_system="loinc")
    assert 'article="cholesterol-test"' in codes(right.text)[0]


def test_a_language_that_is_not_offered_is_said(base: str) -> None:
    """A language that the site does not speak is named with those it does, and the snippet has none."""
    page = embed(base, article="stroke", lang="fr")
    assert page.status_code == 400
    assert "&#34;fr&#34; is not offered by this site; allowed: en, es." in page.text
    assert "lang=" not in codes(page.text)[0]
    assert embed(base, article="stroke", lang="es-MX").status_code == 200


def test_a_renamed_article_gets_its_present_name(serve: Serve, content: Path) -> None:
    """An article chosen by a former name is written by its present one."""
    making.article(content, "newer", 'topics = ["hearts"]\nformerly = ["older"]\n')
    base = serve(create_app(Settings(content=content, watch=False)))
    assert 'article="newer"' in codes(embed(base, article="older").text)[0]


def test_a_library_without_the_example_begins_with_its_first_article(serve: Serve, content: Path) -> None:
    """Where the declared example is not in the library, its first article is chosen."""
    base = serve(create_app(Settings(content=content, watch=False)))
    assert 'article="sample"' in codes(embed(base).text)[0]


def test_an_empty_library_has_a_builder(serve: Serve, content: Path) -> None:
    """Where there is no article to choose, a widget that needs none is shown."""
    shutil.rmtree(content / "articles")
    answer = embed(serve(create_app(Settings(content=content, watch=False))))
    assert (answer.status_code, codes(answer.text)[0].count("<health-appointment-cta>")) == (200, 1)


# --- Search, sites, days -----------------------------------------------------------------------------------


def test_an_article_or_topic_is_found_by_its_title(base: str) -> None:
    """A search offers what has the word in it, and keeps what is chosen; a word that is nowhere offers that alone, and says so."""
    page = parsed(embed(base, article="stroke", find_article="angina").text)
    values = [node.attributes["value"] for node in page.css("input[name=article]")]
    assert values[0] == "stroke"
    assert "angina" in values
    assert [node.attributes["value"] for node in page.css("input[name=article][checked]")] == ["stroke"]
    page = parsed(embed(base, widget="topic-browser", find_topic="Symptoms", find_article="zzzz").text)
    assert "symptoms" in [node.attributes["value"] for node in page.css("input[name=topic]")]
    assert [node.attributes["value"] for node in page.css("input[name=article]")] == [""]
    assert "Nothing else has “zzzz” in it" in page.css_first("#found-article").text()


def test_a_site_with_listed_origins_says_who_may_show_it(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a site that is kept to some origins, they are named, and a pasted address gives way to the link, with the reason."""
    for module in ("widgets.snippets.ways", "widgets.builder"):
        monkeypatch.setattr(f"{module}.locked_to", lambda site: ("https://north.example",))
    assert "on these websites only: https://north.example." in embed(base).text
    page = embed(base, way="address").text
    assert "This site may be shown on https://north.example only" in page
    assert codes(page)[0].startswith("<p>\n")


def test_the_preview_shows_another_day(serve: Serve, content: Path) -> None:
    """With `see-day` the preview says what holds then, by whatever way, and nobody keeps it; the partial still says what holds now."""
    review = '[review]\nby = "Sample body"\nreviewed = 2026-01-11\nnext-review = 2026-12-31\ntext-hash = "{}"\n'
    making.article(content, "sample", en=making.text(tables=review.format("x" * 12)))
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    text = app.editions.current.library.articles["sample"].texts["en"]
    making.article(content, "sample", en=making.text(tables=review.format(text.hash)))
    app.editions.reload()
    base = serve(app)
    for way in WAYS:
        for day, overdue in (("2026-12-31", False), ("2027-01-01", True)):
            seen = httpx.get(f"{base}/embed/preview?way={way}&article=sample&see-day={day}")
            assert ("is overdue" in seen.text) is overdue, (way, day)
            assert seen.headers["cache-control"] == "no-store"
    assert "is overdue" not in httpx.get(f"{base}/partials/article-card?article=sample").text
    app.close()


# --- Refusals ----------------------------------------------------------------------------------------------

HOSTILE = [
    '"><i-was-here>',
    "'><i-was-here>",
    "</textarea><i-was-here>",
    "<i-was-here onload=x>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--snippet--><i-was-here>",
    "\x00\ud7ff\ufffe",
    "\u202e\u2028",
    "9" * 400,
    "-1",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
]
NAMES = sorted(
    {"find-article", "find-topic", "unknown", *(html_name(f) for one in (Choice, *catalog().values()) for f in one.__dataclass_fields__.values())}
)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_query_becomes_markup_or_a_fault(base: str, name: str) -> None:
    """Whatever a query holds, the builder and its preview answer without a 500, and none of it becomes an element, an attribute or code."""
    for value in HOSTILE:
        for path in ("/embed", "/embed/preview"):
            for kind in ("article-card", "topic-browser"):
                widget = "" if name == "widget" else f"widget={kind}&"
                said = ask(base, f"{path}?{widget}{name}={quote(value)}&{name}-more={quote(value)}")
                assert said.status in {200, 400, 404}, (path, value, said.body[:300])
                found = nodes(said.body) if said.headers["content-type"].startswith("text/html") else []
                assert not [node for node in found if node.tag == "i-was-here" or "onload" in node.attributes]
                assert "i-was-here" not in "".join(codes(said.body) if found else [])


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("widget=nothing", 400, 'widget: "nothing" is not known; allowed: appointment-cta, article-card'),
        ("way=fax", 400, 'way: "fax" is not known; allowed: element'),
        ("theme=pink", 400, 'theme: "pink" is not known; allowed: auto, light, dark'),
        ("see-day=tomorrow", 400, 'see-day: "tomorrow" is not a day; write it like 2026-02-14'),
        ("article=heart-atack", 404, 'article: there is no article "heart-atack" in the library; did you mean heart-attack'),
        ("site=nowhere", 404, 'site: there is no site "nowhere"; known: default'),
        ("heading-level=9", 400, 'heading-level: "9" is not a whole number from 2 to 6'),
        ("way=esi&way=ssi", 400, "way: is given 2 times"),
    ],
)
def test_a_wrong_value_is_named_and_the_rest_is_kept(base: str, query: str, status: int, sentence: str) -> None:
    """A value that cannot be used is named in one sentence; what else was chosen stays, and the preview refuses likewise."""
    answer = httpx.get(f"{base}/embed?{query}&lang=es")
    assert answer.status_code == status
    assert sentence in parsed(answer.text).css_first("[role=alert]").text()
    assert 'lang="es"' in codes(answer.text)[0]
    seen = httpx.get(f"{base}/embed/preview?{query}&lang=es")
    assert (seen.status_code, sentence in seen.text) == (status, True)


def test_too_many_searches_are_told_to_wait(serve: Serve, content: Path) -> None:
    """A client that searches without end gets a 429, as readers do; the builder itself has no limit."""
    base = serve(create_app(Settings(content=content, watch=False), clock=lambda: NOON))
    with httpx.Client() as client:
        assert {client.get(f"{base}/embed?find-article=a").status_code for _ in range(110)} == {200, 429}
        assert client.get(f"{base}/embed").status_code == 200


# --- What it needs of others -------------------------------------------------------------------------------


def test_a_frame_and_an_include_take_a_theme(base: str) -> None:
    """`theme` holds for a frame with all its steps, and stands on an include's element; auto is left out, what is unknown refused."""
    frame = httpx.get(f"{base}/frame/topic-browser?theme=dark")
    assert ' data-theme="dark"' in frame.text
    steps = [str(node.attributes["href"]) for node in parsed(frame.text).css("a[target=_self]")]
    assert steps
    assert all("theme=dark" in step for step in steps)
    assert "theme=dark" in str(parsed(frame.text).css_first("form").attributes["action"])
    assert "data-theme" not in httpx.get(f"{base}/frame/topic-browser?theme=auto").text
    assert "data-theme" not in httpx.get(f"{base}/frame/topic-browser").text
    assert httpx.get(f"{base}/include/article-card?article=stroke&theme=dark").text.startswith('<health-article-card article="stroke" theme="dark">')
    for path in ("/frame/topic-browser", "/include/topic-browser"):
        refused = httpx.get(f"{base}{path}?theme=pink")
        assert (refused.status_code, refused.text) == (400, 'theme: "pink" is not known; allowed: auto, light, dark.\n')


def test_an_include_in_this_process_takes_a_theme(content: Path) -> None:
    """render_widget writes the theme on the element."""
    app = create_app(Settings(content=content, watch=False, public_url="https://library.example"))
    assert app.render_widget("article-card", article="sample", theme="dark").startswith('<health-article-card article="sample" theme="dark">')
    with pytest.raises(BadAttribute, match="theme"):
        app.render_widget("article-card", article="sample", theme="pink")


def test_every_page_leads_to_the_builder(base: str) -> None:
    """The foot of the library's pages has a link for partners, in the page's language."""
    for lang, path in (("en", "/articles/stroke"), ("es", "/topics/symptoms?lang=es")):
        link = parsed(httpx.get(base + path).text).css_first("footer .partners a")
        assert link.text() == words_in(lang)["for_partners"]
        assert httpx.get(str(link.attributes["href"])).status_code == 200
