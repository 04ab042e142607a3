"""The topic browser and the search over all of MedlinePlus's health topics, as a reader uses them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import hosting
from tests.browser.hosting import Partner, Server
from tests.browser.test_accessibility import OVERFLOW, element, shortcomings, violations
from tests.browser.visit import Visit
from tests.search.judging import TOPICS
from tests.topics import imported

pytestmark = [
    pytest.mark.browser,
    pytest.mark.full,
    pytest.mark.skipif(not TOPICS.is_file(), reason="the MedlinePlus topics are not there: ../shared/data/medlineplus"),
]

Begin = Callable[..., Visit]

LONG = "infections"
"""A topic with more articles than one page of a list has."""
WIDTHS = (320, 1280)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The library of all 1,017 topics."""
    into: Path = tmp_path_factory.mktemp("medlineplus") / "library"
    assert imported(TOPICS, into).exit_code == 0
    with hosting.library(content=into) as server:
        yield server


@pytest.fixture(scope="module")
def clinic(real: Server) -> Iterator[Partner]:
    """A partner of it."""
    with hosting.partner_site(real.url) as site:
        yield site


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browser_bears_a_real_library(width: int, scheme: str, visit: Begin, clinic: Partner, axe: str) -> None:
    """All groups, a topic of more than 100 articles and its second page, a letter, an article, results: axe finds nothing, nothing overflows."""
    one = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page = one.go(clinic.page(element("health-topic-browser", {}))).page

    def sound() -> None:
        one.settle()
        assert violations(page, axe) == []
        assert shortcomings(page) == []
        assert page.evaluate(OVERFLOW) == []

    expect(page.locator(".list.topics a")).to_have_count(44)
    sound()
    page.locator(f".topics a[hx-get*='topic={LONG}']").click()
    expect(page.locator(".results .list:not(.topics) a")).to_have_count(100)
    sound()
    page.locator(".more a", has_text="Next: page 2 of 2").click()
    page.locator(".more a", has_text="Previous: page 1 of 2").wait_for()
    sound()
    page.locator(".letters a", has_text="C").click()
    page.locator("h3", has_text="Letter C").wait_for()
    sound()
    page.locator(".list a").first.click()
    page.locator(".prose").wait_for()
    sound()
    page.locator(".back a").first.click()
    page.locator("input[type=search]").fill("hart atack")
    expect(page.locator(".hits a").first).to_have_text("Heart Attack")
    sound()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", f"/topics/{LONG}", f"/topics/{LONG}?page-number=2", "/?letter=c", "/articles/heart-attack"])
def test_its_pages_bear_it_too(path: str, width: int, visit: Begin, real: Server, axe: str) -> None:
    """The pages, and what a search on them shows in their place, are as sound as those of the sample library."""
    one = visit(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = one.page
    page.goto(real.url + path)
    for words in ("", "diabetes"):
        page.locator(".find input").fill(words)
        if words:
            page.locator(".hits mark").first.wait_for()
        assert violations(page, axe) == []
        assert shortcomings(page) == []
        assert page.evaluate(OVERFLOW) == []
