"""Sites in a browser: each on its own origins and in its own look, in every scheme and direction, and refused elsewhere."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import making
from tests.browser import hosting
from tests.browser.hosting import PLACEHOLDER, Partner, Server
from tests.browser.test_accessibility import shortcomings, violations
from tests.browser.visit import Visit
from widgets import languages
from widgets.app import create_app
from widgets.settings import Settings

pytestmark = pytest.mark.browser

Begin = Callable[..., Visit]
THEMED = ("sample-harbor", "sample-meadow", "sample-metro")

SITES = {
    "north": ("US", '["en", "es"]', "harbor", "Emergency", "911", "en"),
    "south": ("ES", '["es", "en"]', "meadow", "Emergencia", "112", "es"),
    "east": ("GB", '["en-GB"]', "metro", "Emergency", "999", "en-GB"),
}
"""Region, languages and theme of each site; the label and number of its emergency words, and the language that it shows."""

ARABIC = """
emergency_label = "طوارئ"
emergency = "اتصل بالرقم {number} الآن"
emergency_line = "في حالة الطوارئ اتصل بالرقم {number} الآن."
written = "كُتب في {date}"
by_author = "بقلم {author}"
not_reviewed = "لم يراجعه طبيب"
publisher_line = "من {site}"
read_more = "اقرأ المقال كاملاً"
library_home = "كل المواضيع"
search = "بحث"
search_label = "ابحث في المكتبة"
a_to_z = "من الألف إلى الياء"
site_note = "ملاحظة من {site} وليست جزءًا من النص الطبي"
report_problem = "أبلغ عن مشكلة في هذه الصفحة"
"""
ARABIC_TEXT = making.text().replace("A sample", "عينة").replace("What a sample is.", "ما هي العينة.").replace("It hurts.", "ألم شديد.")


@dataclass
class Embedded:
    """A library with locked sites, each on a partner's origin of its own, and one more origin."""

    library: Server
    partners: dict[str, Partner]

    def page(self, at: str, site: str, body: str) -> str:
        """A page on the origin of `at` that shows `site`; its address."""
        script = f'<script async crossorigin referrerpolicy="strict-origin" data-site="{site}" src="{PLACEHOLDER}/embed.js"></script>'
        return self.partners[at].page(body, head=script, html="", base=self.library.url)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    content = making.library(tmp_path_factory.mktemp("sites") / "content")
    making.article(content, en=making.text(), es=making.text().replace("It hurts.", "Duele."))
    partners = {name: Partner("") for name in (*SITES, "west")}
    with ExitStack() as stack:
        for name, partner in partners.items():
            partner.url = stack.enter_context(hosting.listening(f"{name}.localhost", lambda _, it=partner: it))  # type: ignore[misc]
        for name, (region, spoken, theme, *_) in SITES.items():
            text = making.SITE.replace('"US"', f'"{region}"').replace('["en", "es"]', spoken).replace("Test Library", f"{name} library")
            own = f'origins = ["{partners[name].url}"]\ntheme = "{theme}"\n{text.replace("Biblioteca de prueba", f"biblioteca {name}")}'
            making.write(content / f"sites/{name}.toml", own)
        made: list[Server] = []

        def app(address: str) -> Server:
            made.append(Server(create_app(Settings(content=content, public_url=address, watch=False))))
            return made[0]

        made[0].url = stack.enter_context(hosting.listening("localhost", app))
        yield Embedded(made[0], partners)
        made[0].library.close()


CARD = '<health-article-card article="sample"><strong>Call!</strong> <a href="https://clinic.example/">The fallback</a></health-article-card>'
BODY = f'{CARD}<health-appointment-cta><a href="https://clinic.example/">Call us</a></health-appointment-cta>'
STYLE = "(box) => { const of = getComputedStyle(box); return [of.borderTopStyle, of.borderTopWidth, of.backgroundColor, of.fontFamily] }"


def test_three_sites_on_three_origins_each_see_their_own(embedded: Embedded, visit: Begin) -> None:
    """Three sites on three origins in one browser, twice around: each shows its own language, region, name and look, and none another's."""
    addresses = {name: embedded.page(name, name, BODY) for name in SITES}
    one = visit()
    looks: dict[str, list[str]] = {}
    for name in [*SITES, *SITES]:
        _, _, _, label, number, language = SITES[name]
        page = one.go(addresses[name], 2).page
        box = page.locator("health-article-card .hw")
        text = box.inner_text()
        assert box.get_attribute("lang") == language
        assert label in text
        assert number in text
        assert f"{name}" in text
        assert not [other for other in SITES if other != name and other in text]
        assert page.get_by_text("The fallback").is_hidden()
        assert page.locator("health-appointment-cta .hw").get_attribute("lang") == language
        looks[name] = box.evaluate(STYLE)
        assert one.said == []
    assert len({str(look) for look in looks.values()}) == 3
    for seen in embedded.library.asked("/partials/"):
        assert seen.answer["access-control-allow-origin"] == seen.headers["origin"] == embedded.partners[seen.address.partition("site=")[2]].url


@pytest.mark.parametrize("site", SITES)
def test_another_origin_is_refused_and_keeps_its_fallback(embedded: Embedded, visit: Begin, site: str) -> None:
    """On an origin that a site does not list, the reader sees the fallback, and the browser says that the answer may not be read."""
    one = visit()
    page = one.go(embedded.page("west", site, CARD), 0).page
    one.heard("error")
    assert page.get_by_text("The fallback").is_visible()
    assert page.get_by_text("Call!").is_visible()
    assert [event["detail"]["kind"] for event in one.events("error")] == ["network"]
    assert not one.errors
    assert len(one.said) == 1
    assert "CORS" in "".join(one.console)
    asked = embedded.library.asked(f"site={site}")[-1]
    assert (asked.status, "access-control-allow-origin" in asked.answer) == (403, False)


def test_a_frame_shows_on_its_own_origin_alone(embedded: Embedded, visit: Begin) -> None:
    """A frame of a locked site opens on its site's pages; on another's the browser shows nothing of it, and the link beside stays."""
    frame = f'<iframe src="{PLACEHOLDER}/frame/article-card?article=sample&amp;site=north" title="A sample"></iframe><a href="/">The link</a>'
    mine, theirs = visit(), visit()
    mine.go(embedded.page("north", "north", frame), 0)
    mine.page.frame_locator("iframe").get_by_text("Call 911 now").wait_for()
    theirs.go(embedded.page("west", "north", frame), 0)
    (inside,) = [one for one in theirs.page.frames if one != theirs.page.main_frame]
    assert not inside.url.startswith(embedded.library.url)
    assert "frame-ancestors" in "".join(theirs.console)
    assert theirs.page.get_by_text("The link").is_visible()


# --- Themes --------------------------------------------------------------------------------------------------


def widgets_of(site: str) -> str:
    inside = f'site="{site}"><a href="{PLACEHOLDER}/">Health library</a>'
    return "".join(
        f"<{tag} {attributes} {inside}</{tag}>"
        for tag, attributes in (
            ("health-article-card", 'article="heart-failure"'),
            ("health-article-card", 'article="high-blood-pressure" open'),
            ("health-symptom-checker", ""),
            ("health-topic-browser", 'topic="heart-conditions"'),
            ("health-appointment-cta", 'campaign="know-your-numbers"'),
        )
    )


def all_of(one: Visit, url: str) -> Page:
    """The page with every widget on it shown, those below the window too."""
    one.go(url, 3)
    for tag in ("health-topic-browser", "health-appointment-cta"):
        one.page.locator(tag).scroll_into_view_if_needed()
    one.heard("load", 5)
    one.page.evaluate("scrollTo(0, 0)")
    return one.page


@pytest.mark.parametrize("site", THEMED)
def test_every_theme_is_accessible(site: str, visit: Begin, partner: Partner, axe: str) -> None:
    """Axe finds nothing in any widget of a themed site, light and dark; every text has 18 px and 7:1, every target 44 px."""
    page = all_of(visit(reduced_motion="reduce"), partner.page(widgets_of(site)))
    assert violations(page, axe) == []
    assert shortcomings(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, axe, runOnly=["color-contrast", "link-in-text-block"]) == []
    assert shortcomings(page) == []
    page.emulate_media(forced_colors="active")
    edges = "(all) => all.map((one) => getComputedStyle(one)).map((of) => `${of.borderBottomStyle} ${of.borderBottomWidth}`)"
    assert not [edge for edge in page.locator(".hw, .hw .button, .hw .emergency").evaluate_all(edges) if "none" in edge or edge.endswith(" 0px")]


@pytest.mark.parametrize("site", THEMED)
def test_the_pages_of_a_theme_are_accessible(site: str, visit: Begin, library: Server, axe: str) -> None:
    """Axe finds nothing on the library's own pages of a themed site, light and dark."""
    one = visit(reduced_motion="reduce", bypass_csp=True)
    for path in ("/", "/articles/heart-failure", "/topics/heart-conditions"):
        for scheme in ("light", "dark"):
            one.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            one.page.goto(f"{library.url}{path}?site={site}")
            assert violations(one.page, axe) == [], (path, scheme)
            assert shortcomings(one.page) == [], (path, scheme)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_theme_fits_every_width(visit: Begin, partner: Partner, library: Server, width: int) -> None:
    """No theme needs sideways scrolling, in widgets and on pages, with text at twice its size too."""
    one = visit(viewport={"width": width, "height": 900})
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for site in THEMED:
        page = all_of(one, partner.page(widgets_of(site)))
        assert page.evaluate(overflow) == 0, site
        page.add_style_tag(content=".x, health-article-card, health-topic-browser { font-size: 200% }")
        assert page.evaluate(overflow) == 0, site
        page.goto(f"{library.url}/?site={site}")
        assert page.evaluate(overflow) == 0, site


def test_the_page_around_wins_over_the_sites_look(visit: Begin, partner: Partner) -> None:
    """A custom property of the page around wins over the site's token; one that it does not set is the site's."""
    card = '<health-article-card article="heart-failure" site="sample-harbor"></health-article-card>'
    one = visit()
    before = one.go(partner.page(card), 1).page.locator(".title").evaluate("(one) => getComputedStyle(one).color")
    style = "<style>:root { --health-accent: rgb(90, 0, 90); --health-font: Arial }</style>"
    box = one.go(partner.page(style + card), 1).page.locator(".hw")
    assert before == "rgb(18, 57, 107)"
    assert box.locator(".title").evaluate("(one) => getComputedStyle(one).color") == "rgb(90, 0, 90)"
    assert box.evaluate("(one) => getComputedStyle(one).fontFamily") == "Arial"
    assert box.evaluate("(one) => getComputedStyle(one).borderTopStyle") == "double"


def test_a_widget_without_a_look_has_the_font_of_its_page(visit: Begin, partner: Partner) -> None:
    """By default the widgets speak in the host page's font."""
    style = "<style>body { font-family: 'DejaVu Serif' }</style>"
    page = visit().go(partner.page(f"{style}<health-symptom-checker></health-symptom-checker>"), 1).page
    assert page.locator(".hw").evaluate("(one) => getComputedStyle(one).fontFamily") == '"DejaVu Serif"'


@pytest.mark.parametrize(("theme", "surface"), [("auto", "rgb(17, 23, 30)"), ("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 23, 30)")])
def test_theme_chooses_the_scheme_of_a_look(visit: Begin, partner: Partner, theme: str, surface: str) -> None:
    """`theme` shows the site's light or dark colours; `auto` follows the page, which is dark here."""
    card = f'<health-article-card article="heart-failure" site="sample-harbor" theme="{theme}"></health-article-card>'
    page = visit(color_scheme="dark").go(partner.page(card), 1).page
    assert page.locator(".hw").evaluate("(one) => getComputedStyle(one).backgroundColor") == surface


# --- Right to left -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A library with an Arabic site in each theme, and interface words in Arabic."""
    folder = tmp_path_factory.mktemp("arabic")
    shutil.copytree(Path(languages.__file__).parent, folder / "languages", ignore=shutil.ignore_patterns("__pycache__"))
    making.write(folder / "languages/ar.toml", ARABIC)
    content = making.library(folder / "content")
    making.article(content, en=making.text(), ar=ARABIC_TEXT)
    own = making.SITE.replace('["en", "es"]', '["ar", "en"]').replace('"US"', '"EU"').replace("name = {", 'name = {ar = "مكتبة العينة", ')
    note = '[[notes]]\narticles = ["sample"]\nwords.ar = "العيادة مفتوحة يوم الثلاثاء."\n'
    for theme in ("harbor", "meadow", "metro"):
        making.write(content / f"sites/{theme}.toml", f'theme = "{theme}"\nreport = "mailto:a@b.example"\n{own}{note}')
    caches = (languages.known, languages.words_in, languages._read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "_FOLDER", folder / "languages")
        for cache in caches:
            cache.cache_clear()
        made: list[Server] = []

        def app(address: str) -> Server:
            made.append(Server(create_app(Settings(content=content, public_url=address, watch=False))))
            return made[0]

        with hosting.listening("localhost", app) as address:
            made[0].url = address
            yield made[0]
            made[0].library.close()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("theme", ["harbor", "meadow", "metro"])
def test_a_theme_reads_from_right_to_left(theme: str, arabic: Server, visit: Begin, partner: Partner, axe: str) -> None:
    """An Arabic site is Arabic throughout, in every theme: emergency words first, mirrored, with nothing that axe finds."""
    card = f'<health-article-card article="sample" site="{theme}" open></health-article-card>'
    url = partner.page(f"{card}<health-symptom-checker site='{theme}'></health-symptom-checker>", html='lang="ar" dir="rtl"', base=arabic.url)
    page = visit().go(url, 2).page
    box = page.locator("health-article-card .hw")
    assert (box.get_attribute("lang"), box.get_attribute("dir")) == ("ar", "rtl")
    assert box.inner_text().startswith("طوارئ: ألم شديد. اتصل بالرقم 112 الآن.")
    emergency = box.locator(".emergency")
    widths = emergency.evaluate("(one) => [getComputedStyle(one).borderRightWidth, getComputedStyle(one).borderLeftWidth].map(parseFloat)")
    assert widths[0] >= widths[1]
    assert "العيادة مفتوحة يوم الثلاثاء." in box.locator(".local").inner_text()
    assert violations(page, axe) == []
    assert shortcomings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
