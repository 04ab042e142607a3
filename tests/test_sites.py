"""Sites: their own topics, regions, languages, notes, locations, and the address for problems."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import dangers, parsed
from tests.conftest import NOON
from widgets.app import create_app
from widgets.content.files import ContentError, ContentFile
from widgets.settings import Settings
from widgets.sites import REGIONS, parse_site

Served = Callable[..., str]

LIKE_DEFAULT = making.SITE
NOTE = """
[[notes]]
articles = ["sample"]
words.en = "Our clinic is open on Tuesdays."
words.es = "Nuestra clínica abre los martes."
[[notes]]
topics = ["hearts"]
words.en = "Ask for <Ward> 3."
words.es = "Pregunte por la sala 3."
"""


def site(path: Path, *changes: tuple[str, str], more: str = "", first: str = "") -> None:
    """A site file like the default one, with changes."""
    text = LIKE_DEFAULT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    making.write(path, first + text + more)


def open_app(content: Path) -> ASGIApp:
    return create_app(Settings(content=content, watch=False), clock=lambda: NOON)


@pytest.fixture
def served(content: Path, serve: Callable[[ASGIApp], str]) -> Served:
    """Serve the folder as it is now."""
    return lambda: serve(open_app(content))


def words(html: str) -> str:
    return " ".join((parsed(html).body or parsed(html).root).text(separator=" ").split()).replace(" ,", ",")  # type: ignore[union-attr]


# --- Regions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "emergency", "crisis"),
    [
        ("US", "Call 911 now", "call or text 988"),
        ("GB", "Call 999 now", "call 111 or 116 123"),
        ("UK", "Call 999 now", "call 111 or 116 123"),
        ("EU", "Call 112 now", "call 112"),
        ("ES", "Call 112 now", "call 024"),
    ],
)
def test_a_region_says_whom_to_call(content: Path, served: Served, region: str, emergency: str, crisis: str) -> None:
    """Emergency and crisis words are those of the site's region, and of no other."""
    making.article(content, en=making.text().replace("If it hurts, {emergency}.", "If life hurts, {crisis}."))
    site(content / "sites/other.toml", ('"US"', f'"{region}"'))
    text = words(httpx.get(f"{served()}/partials/article-card?article=sample&open=1&site=other").text)
    assert emergency in text
    assert f"If life hurts, {crisis}." in text
    assert region == "US" or "911" not in text


def test_every_region_has_its_numbers() -> None:
    """A region has an emergency number and a crisis line, written in digits."""
    for region in REGIONS.values():
        assert re.fullmatch(r"\d{3}", region.emergency)
        assert re.fullmatch(r"[\d ]{3,}", region.crisis)


def test_a_page_that_is_not_there_is_the_sites_too(content: Path, served: Served) -> None:
    """What is said of a wrong address comes with the site's own emergency number and name."""
    site(content / "sites/britain.toml", ('"US"', '"GB"'), ("Test Library", "British Library"))
    base = served()
    for path in ("/articles/none", "/topics/none", "/nowhere", "/?letter=xx"):
        text = words(httpx.get(f"{base}{path}{'&' if '?' in path else '?'}site=britain").text)
        assert "call 999 now" in text
        assert "British Library" in text
    assert "call 911 now" in words(httpx.get(f"{base}/nowhere?site=none").text)


# --- Languages of a region -----------------------------------------------------------------------------------


def test_a_regional_language_shows_the_texts_of_its_language(content: Path, served: Served) -> None:
    """A site in es-MX shows es.md as its own: no notice, one emergency block, Mexican dates; en-GB writes dates the British way."""
    making.article(content, en=making.text(), es=making.text().replace("A sample", "Una muestra").replace("It hurts.", "Duele."))
    site(content / "sites/mexico.toml", ('["en", "es"]', '["es-MX", "en"]'), ('"US"', '"MX"'))
    site(content / "sites/britain.toml", ('["en", "es"]', '["en-GB"]'), ('"US"', '"GB"'))
    base = served()
    card = httpx.get(f"{base}/partials/article-card?article=sample&site=mexico").text
    root = parsed(card).css_first(".hw")
    assert root is not None
    assert root.attributes["lang"] == "es-MX"
    assert len(parsed(card).css(".emergency")) == 1
    assert "Una muestra" in card
    assert "no está disponible" not in card
    assert "Biblioteca de prueba" in card
    assert [a.text() for a in parsed(card).css(".languages a")] == ["English"]
    british = httpx.get(f"{base}/partials/article-card?article=sample&site=britain").text
    assert "Written 10 January 2026" in british
    assert "not available" not in british
    page = httpx.get(f"{base}/articles/sample?site=mexico").text
    assert re.findall(r'hreflang="([\w-]+)" href="[^"]*"', page) == ["es-MX", "en", "x-default"]


@pytest.mark.parametrize("asked", ["es-MX", "es-mx", "es-MX-x-old", "es"])
def test_a_page_language_is_looked_up(content: Path, served: Served, asked: str) -> None:
    """What a page asks for is matched by RFC 4647 lookup against what the site offers."""
    making.article(content, en=making.text(), es=making.text().replace("A sample", "Una muestra"))
    site(content / "sites/two.toml", ('["en", "es"]', '["en", "es", "es-MX"]'))
    html = httpx.get(f"{served()}/partials/article-card?article=sample&site=two&lang={asked}").text
    assert parsed(html).css_first(".hw").attributes["lang"] == ("es" if asked == "es" else "es-MX")  # type: ignore[union-attr]
    assert "Una muestra" in html


# --- Topics --------------------------------------------------------------------------------------------------


@pytest.fixture
def wide(content: Path) -> Path:
    """A folder with three tops: hearts, lungs with a topic below it, and skin; and a site that shows lungs' child and hearts."""
    for slug, title in (("lungs", "Lungs"), ("skin", "Skin")):
        making.write(content / f"topics/{slug}.toml", f'words.en = {{title = "{title}"}}')
        making.article(content, f"on-{slug}", f'topics = ["{slug}"]', en=making.text().replace("A sample", f"On {slug}"))
    making.write(content / "topics/asthma.toml", 'parent = "lungs"\nformerly = ["old-asthma"]\nwords.en = {title = "Asthma"}')
    making.article(content, "on-asthma", 'topics = ["asthma"]', en=making.text().replace("A sample", "On asthma"))
    site(content / "sites/own.toml", first='topics = ["old-asthma", "hearts", "none"]\n')
    return content


def test_a_site_shows_its_own_topics_in_its_order(wide: Path, served: Served) -> None:
    """The tops of a site's tree are those it names, in that order; its lists, search and menu hold nothing else."""
    base = served()
    for address in ("/partials/topic-browser?site=own", "/?site=own"):
        html = httpx.get(base + address).text
        found = [a.text() for a in parsed(html).css(".list.topics a")]
        assert found == ["Asthma", "Hearts"]
        assert "On lungs" not in html
        assert "Skin" not in html
    default = httpx.get(f"{base}/partials/topic-browser").text
    assert [a.text() for a in parsed(default).css(".list.topics a")] == ["Hearts", "Lungs", "Skin"]
    for query, results in (("On", ["On asthma"]), ("what", ["A sample", "On asthma"]), ("skin", [])):
        searched = httpx.post(f"{base}/partials/topic-browser?site=own", data={"q": query}).text
        assert sorted(a.text() for a in parsed(searched).css(".results .list:not(.topics) a")) == results


def test_the_json_lists_hold_the_sites_topics(wide: Path, served: Served) -> None:
    """Lists of articles and topics as JSON are limited as the pages are, in the same order."""
    base = served()
    topics = httpx.get(f"{base}/api/topics?site=own").text
    assert "Skin" not in topics
    assert topics.index("Asthma") < topics.index("Hearts")
    articles = httpx.get(f"{base}/api/articles?site=own").text
    assert "On asthma" in articles
    assert "On skin" not in articles
    assert "On skin" in httpx.get(f"{base}/api/articles").text


def test_what_is_named_answers_all_the_same(wide: Path, served: Served) -> None:
    """An article or topic outside of the site's tree answers where it is addressed; its way begins at the library's top."""
    base = served()
    assert "On skin" in httpx.get(f"{base}/partials/article-card?article=on-skin&site=own").text
    assert httpx.get(f"{base}/topics/skin?site=own").status_code == 200
    inside = httpx.get(f"{base}/topics/asthma?site=own").text
    assert "Lungs" not in inside
    trail = parsed(httpx.get(f"{base}/articles/on-lungs?site=own").text).css(".trail a")
    assert [a.text() for a in trail] == ["All topics", "Lungs"]


def test_the_sitemap_holds_the_default_sites_topics(wide: Path, served: Served) -> None:
    """A default site that names its topics has a sitemap of these alone."""
    site(wide / "sites/default.toml", first='topics = ["lungs"]\n')
    found = re.findall(r"<loc>[^<]*?(/(?:topics|articles)/[\w-]+)</loc>", httpx.get(f"{served()}/sitemap.xml").text)
    assert sorted(set(found)) == ["/articles/on-asthma", "/articles/on-lungs", "/topics/asthma", "/topics/lungs"]


# --- Notes, problems -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/partials/article-card?article=sample&site=own",
        "/partials/article-card?article=sample&open=1&site=own",
        "/partials/topic-browser?topic=hearts&article=sample&site=own",
        "/frame/article-card?article=sample&site=own",
        "/include/article-card?article=sample&site=own",
        "/articles/sample?site=own",
    ],
)
def test_a_note_stands_beside_the_article_as_the_sites_own(content: Path, served: Served, address: str) -> None:
    """A site's notes stand at its articles, below the emergency words, under the site's name, escaped; other sites have none."""
    site(content / "sites/own.toml", more=NOTE)
    base = served()
    html = httpx.get(base + address).text
    inside = html.partition('shadowrootmode="open">')[2] or html  # a parser hides what stands in a template
    (note,) = parsed(inside).css(".local")
    assert words(str(note.html)) == "A note from Test Library, not part of the medical text Our clinic is open on Tuesdays. Ask for <Ward> 3."
    assert html.index('class="emergency"') < html.index('class="local"')
    assert not parsed(inside).css(".article .local, .prose .local")
    assert not dangers(str(note.html))
    assert "Tuesdays" not in httpx.get(base + address.replace("site=own", "site=default")).text


def test_a_note_stands_at_its_topic_in_the_readers_language(content: Path, served: Served) -> None:
    """A topic's notes stand at the topic too, in the language asked for, and above nothing of the library's but its lists."""
    site(content / "sites/own.toml", more=NOTE)
    base = served()
    for address in ("/partials/topic-browser?topic=hearts&site=own&lang=es", "/topics/hearts?site=own&lang=es"):
        (note,) = parsed(httpx.get(base + address).text).css(".local")
        assert "Pregunte por la sala 3." in note.text()
        assert "martes" not in note.text()
    assert not parsed(httpx.get(f"{base}/partials/topic-browser?site=own").text).css(".local")


def test_a_withdrawn_article_has_no_note_and_no_call(content: Path, served: Served) -> None:
    """Where a text is withdrawn, nothing of the site's stands beside the notice."""
    site(content / "sites/own.toml", ("[appointment]", "[appointment]\nin-articles = true"), more=NOTE)
    making.article(content, en=making.text(tables='[withdrawn]\nnotice = "Gone."'))
    html = httpx.get(f"{served()}/partials/article-card?article=sample&open=1&site=own").text
    assert "Gone." in html
    assert not parsed(html).css(".local, .call")


@pytest.mark.parametrize("address", ["mailto:library@clinic.example", "https://clinic.example/problems"])
def test_a_problem_can_be_told_and_tells_nothing(content: Path, served: Served, address: str) -> None:
    """The link for problems leads just to the site's address: no topic, no article, no referrer; without one there is none."""
    site(content / "sites/own.toml", first=f'report = "{address}"\n')
    base = served()
    paths = ("/articles/sample", "/partials/article-card?article=sample&open=1", "/partials/topic-browser?topic=hearts", "/topics/hearts")
    for path in paths:
        joint = "&" if "?" in path else "?"
        (link,) = parsed(httpx.get(f"{base}{path}{joint}site=own").text).css(".report a")
        assert link.attributes == {"href": address, "referrerpolicy": "no-referrer"}
        assert link.text() == "Report a problem with this page"
        assert not parsed(httpx.get(base + path).text).css(".report")


# --- Locations -----------------------------------------------------------------------------------------------

PLACE = """
[appointment.locations.north]
name = {en = "North clinic", es = "Clínica norte"}
street = "1 North Street"
address = "https://north.example/book"
phone = "+1 555-010-0777"
hours = {en = "Mondays", es = "lunes"}
[appointment.locations.south]
name.en = "South clinic"
"""


def test_a_location_has_its_own_address_phone_and_hours(content: Path, served: Served) -> None:
    """`location` shows that place's name, street, address, phone and hours; what it lacks is the site's own."""
    site(content / "sites/own.toml", ("[appointment]", '[appointment]\nhours.en = "daily"'), more=PLACE)
    base = served()
    text = httpx.get(f"{base}/partials/appointment-cta?location=north&site=own&lang=es").text
    assert "Clínica norte, 1 North Street" in words(text)
    assert "lunes" in text
    assert 'href="https://north.example/book"' in text
    assert 'href="tel:+15550100777"' in text
    text = httpx.get(f"{base}/partials/appointment-cta?location=south&site=own").text
    assert "South clinic" in words(text)
    assert 'href="https://clinic.example/book"' in text
    assert "+1 555-010-0100" in text
    assert "daily" in text
    general = httpx.get(f"{base}/partials/appointment-cta?site=own").text
    assert "clinic," not in words(general)


def test_an_unknown_location_is_named(content: Path, served: Served) -> None:
    """A location that the site does not have: 404 with those it has."""
    site(content / "sites/own.toml", more=PLACE)
    base = served()
    answer = httpx.get(f"{base}/partials/appointment-cta?location=west&site=own")
    assert (answer.status_code, answer.text) == (404, 'location: there is no location "west"; known: north, south.\n')
    assert httpx.get(f"{base}/partials/appointment-cta?location=north").text.endswith("known: none.\n")


def test_a_site_with_places_alone_has_no_call_in_general(content: Path, served: Served) -> None:
    """With neither address nor phone of its own a site has no general call to action, but each place with one has."""
    gone = 'address = "https://clinic.example/book"\nphone = "+1 555-010-0100"\n'
    site(content / "sites/own.toml", (gone, ""), more=PLACE)
    base = served()
    assert not parsed(httpx.get(f"{base}/partials/appointment-cta?site=own").text).css(".hw")
    assert "North clinic" in httpx.get(f"{base}/partials/appointment-cta?site=own&location=north").text


# --- Faults --------------------------------------------------------------------------------------------------

BROKEN = {
    "a region that is not known": ('region = "US"', 'region = "XX"', "region: 'XX' is not known; known: US, "),
    "a theme that is not known": ("region", 'theme = "harbour"\nregion', "theme: 'harbour' is not known; known: harbor, meadow, metro."),
    "an origin with a path": ("region", 'origins = ["https://a.example/"]\nregion', "origins.0: is not an origin; write scheme and host"),
    "an origin that is a word": ("region", 'origins = ["null"]\nregion', "origins.0: is not an origin"),
    "an origin with a line end": ("region", 'origins = ["https://a.example\\n"]\nregion', "origins.0: is not an origin"),
    "all origins and one more": ("region", 'origins = ["*", "https://a.example"]\nregion', 'origins: "*" stands for all'),
    "no origin": ("region", "origins = []\nregion", "origins: "),
    "a colour with a name": ("[appointment]", '[tokens.light]\ntext = "black"\n[appointment]', "tokens.light.text: is not a colour"),
    "a colour that breaks out": ("[appointment]", '[tokens.dark]\naccent = "#fff}*{}"\n[appointment]', "tokens.dark.accent: is not a colour"),
    "a font that breaks out": ("[appointment]", "[tokens]\nfont = 'a;}*{color:red'\n[appointment]", "tokens.font: is not a list of fonts"),
    "a length in rem": ("[appointment]", '[tokens]\nradius = "1rem"\n[appointment]', "tokens.radius: is not a length; write it in em or px"),
    "a note without words": ("[symptom", "[[notes]]\narticles = ['sample']\n[symptom", "notes.0: Object missing required field `words`"),
    "a note that stands nowhere": ("[symptom", "[[notes]]\nwords.en = 'Hi'\n[symptom", "notes: names neither topics nor articles"),
    "a problem's script": ("region", 'report = "javascript:alert(1)"\nregion', "report: is neither an http address nor mailto:"),
    "a problem that tells": ("region", 'report = "mailto:a@b.example?subject=cancer"\nregion', "report: is neither an http address"),
    "an address without its scheme": ("https://clinic.example/book", "clinic.example/book", "appointment.address: 'clinic.example/book' is not an"),
    "a host with a slash in a letter": ("https://clinic.example/book", "https://a\u2100b.example", "appointment.address: "),
    "a phone in words": ("+1 555-010-0100", "call us", "appointment.phone: is not a phone number; write digits, like +1 555-010-0100."),
    "a place without a name": ("[symptom", "[appointment.locations.a]\nphone = '555 0100'\n[symptom", "Object missing required field `name`"),
    "a key that is misspelt": ("region", 'regoin = "US"\nregion', "there is no key regoin; did you mean region?"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_site_is_named_by_line(case: str) -> None:
    """Each fault of a site file names its key and its line, and says what would be right."""
    old, new, message = BROKEN[case]
    text = making.SITE.lstrip()
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises(ContentError) as refused:
        parse_site(ContentFile("sites/own.toml", broken))
    fault = refused.value.fault
    assert message in fault.message
    changed = broken[: broken.index(new)].count("\n") + 1
    assert changed <= fault.line <= changed + new.count("\n"), f"{fault} is not at line {changed}"


def test_a_dozen_broken_files_leave_the_rest(content: Path, served: Served) -> None:
    """Broken sites and campaigns are each named by path and line, and all that is right is served."""
    for number, (old, new, _) in enumerate(list(BROKEN.values())[:12]):
        making.write(content / f"sites/broken-{number}.toml", making.SITE.lstrip().replace(old, new, 1))
    for number, text in enumerate(("words = 1", 'from = "soon"\nwords.en = {heading = "A", button = "B"}', "")):
        making.write(content / f"campaigns/broken-{number}.toml", text)
    site(content / "sites/good.toml")
    app = open_app(content)
    faults = app.editions.current.faults  # type: ignore[attr-defined]
    assert {fault.path for fault in faults} == {f"sites/broken-{n}.toml" for n in range(12)} | {f"campaigns/broken-{n}.toml" for n in range(3)}
    assert all(fault.line >= 1 and fault.message.endswith(".") for fault in faults)
    base = served()
    assert httpx.get(f"{base}/partials/article-card?article=sample&site=good").status_code == 200
    answer = httpx.get(f"{base}/partials/article-card?article=sample&site=broken-1")
    assert answer.status_code == 404
    assert answer.text.endswith("known: default, good.\n")


def test_a_site_is_one_more_file_while_the_server_runs(content: Path, serve: Callable[[ASGIApp], str]) -> None:
    """A site that is added while the server runs answers without a restart, and a broken edit keeps its last good version."""
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    base = serve(app)
    address = f"{base}/partials/article-card?article=sample&site=new"
    assert httpx.get(address).status_code == 404
    site(content / "sites/new.toml", ("Test Library", "New Library"), first='theme = "metro"\n')
    app.editions.reload()
    assert "From New Library" in httpx.get(address).text
    making.write(content / "sites/new.toml", "name = 5")
    app.editions.reload()
    assert "From New Library" in httpx.get(address).text
    assert [fault.path for fault in app.editions.current.faults] == ["sites/new.toml"]
