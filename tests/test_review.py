"""Law 4, review state travels: what each state of a text shows in card, browser, page and structured data."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from widgets.app import create_app
from widgets.content.files import ContentFile
from widgets.content.read import parse_text
from widgets.settings import Settings

CARD = "/partials/article-card?article=sample"
OPEN = f"{CARD}&open=1"
BROWSER = "/partials/topic-browser?topic=hearts&article=sample"
PAGE = "/articles/sample"
EVERYWHERE = (CARD, OPEN, BROWSER, PAGE)
REVIEW = '[review]\nby = "Medical Review Board"\nreviewed = 2026-02-01\ntext-hash = "{hash}"\nnext-review = 2026-06-15'
WITHDRAWN = '[withdrawn]\nnotice = "This advice is out of date."\nreplacement = "newer"'
WHOLE_REVIEW = ("Current as of February 1, 2026", "By Sample writers", "Reviewed by Medical Review Board")
Ask = Callable[[str], str]


def own_hash(words: str) -> str:
    """The hash that a review of these words names."""
    return parse_text(ContentFile("articles/sample/en.md", words.lstrip())).hash


def reviewed(words: str = making.TEXT) -> str:
    """A text with a review of these words, due on June 15, 2026."""
    plain = words.replace("{more}", "").replace("{tables}", "")
    return words.replace("{more}", "").replace("{tables}", REVIEW.replace("{hash}", own_hash(plain)))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Noon of June 15, 2026, until a test says otherwise."""
    return Clock()


@pytest.fixture
def ask(content: Path, clock: Clock) -> Iterator[Ask]:
    """Ask the application over the small content folder, reading its files anew before each answer."""
    app = create_app(Settings(content=content, watch=False), clock=clock)

    def answer(path: str) -> str:
        app.editions.reload()
        return asyncio.run(got(app, path))

    yield answer
    app.close()


async def got(app: ASGIApp, path: str) -> str:
    """What the application answers, without a socket between."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return (await client.get(path)).raise_for_status().text


def visible(html: str) -> str:
    """The words of a page, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)).split())


def structured(html: str) -> dict:
    """A page's JSON-LD."""
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize("place", EVERYWHERE)
def test_unreviewed_shows_no_review(ask, place):
    """An unreviewed text says so and its date of writing, and nothing that could pass for a review."""
    html = ask(place)
    assert "Written January 10, 2026. Not clinically reviewed." in visible(html)
    assert "By Sample writers" in visible(html)
    for claim in ("Current as of", "Reviewed by", "Next review", "reviewedBy", "lastReviewed"):
        assert claim not in html


@pytest.mark.parametrize("place", EVERYWHERE)
def test_reviewed_shows_its_review(content, ask, place):
    """A reviewed text shows author, reviewing body, the date it is current as of, and the next review."""
    making.article(content, en=reviewed())
    shown = visible(ask(place))
    for words in (*WHOLE_REVIEW, "Next review June 15, 2026"):
        assert words in shown
    assert "Not clinically reviewed" not in shown and "overdue" not in shown


def test_structured_review(content, ask):
    """The page's JSON-LD names the reviewing body and date of a review that holds."""
    making.article(content, en=reviewed())
    page = structured(ask(PAGE))
    assert page["@type"] == "MedicalWebPage" and page["lastReviewed"] == "2026-02-01"
    assert page["reviewedBy"] == {"@type": "Organization", "name": "Medical Review Board"}


@pytest.mark.parametrize("place", EVERYWHERE)
def test_edited_after_review(content, ask, place):
    """A text edited after its review says so, and claims no review anywhere."""
    making.article(content, en=reviewed().replace("A short text.", "A new text."))
    html = ask(place)
    assert "Changed since the review of February 1, 2026. The new text has not been clinically reviewed." in visible(html)
    for claim in ("Current as of", "Reviewed by", "Next review", "reviewedBy", "lastReviewed"):
        assert claim not in html


@pytest.mark.parametrize("place", EVERYWHERE)
def test_overdue(content, ask, clock, place):
    """From the day after its next review on, a text says that it is overdue, in an answer kept from before too."""
    making.article(content, en=reviewed())
    assert "overdue" not in ask(place)
    clock.now = datetime(2026, 6, 16, tzinfo=UTC)
    shown = visible(ask(place))
    assert "The review planned for June 15, 2026 is overdue." in shown and "Next review" not in shown
    assert all(words in shown for words in WHOLE_REVIEW)


@pytest.mark.parametrize("place", EVERYWHERE)
def test_a_review_that_holds_for_ever(content, ask, place):
    """A next review on the last day that there is, as who plans none may write, is shown like any other."""
    making.article(content, en=reviewed().replace("2026-06-15", "9999-12-31"))
    assert "Next review December 31, 9999" in visible(ask(place))


@pytest.mark.parametrize("place", EVERYWHERE)
def test_withdrawn(content, ask, place):
    """A withdrawn text is replaced at once by its notice and the article to read instead; none of its words are left."""
    making.article(content, "newer", en=making.text().replace("A sample", "A newer one"))
    assert "What a sample is." in ask(place)
    making.article(content, en=making.text(tables=WITHDRAWN))
    shown = visible(ask(place))
    assert "This article has been withdrawn. This advice is out of date. Read instead : A newer one" in shown.replace("instead:", "instead :")
    for gone in ("What a sample is.", "A short text.", "What is it?", "NHLBI", "Current as of", "Not clinically reviewed"):
        assert gone not in shown


def test_withdrawn_structured_data(content, ask):
    """A withdrawn text's page offers search engines neither its summary nor its sources."""
    making.article(content, en=making.text(tables=WITHDRAWN))
    html = ask(PAGE)
    assert "What a sample is." not in html and "nhlbi" not in html


def test_withdrawn_structured_data_claims_no_review(content, ask):
    """A withdrawn text's page names no review, though its file still has one."""
    making.article(content, en=making.text(tables=REVIEW.replace("{hash}", own_hash(making.text())) + "\n" + WITHDRAWN))
    assert "This advice is out of date." in ask(PAGE)
    assert structured(ask(PAGE)).keys().isdisjoint({"reviewedBy", "lastReviewed"})


def test_withdrawn_is_in_no_list(content, ask):
    """A withdrawn article stands in no list, search result or sitemap, though its address answers."""
    making.article(content, "newer", en=making.text().replace("A sample", "A newer one"))
    assert "A sample" in ask("/topics/hearts") and "/articles/sample" in ask("/sitemap.xml")
    making.article(content, en=making.text(tables=WITHDRAWN))
    assert "A sample" not in ask("/topics/hearts") and "/articles/sample" not in ask("/sitemap.xml")


def test_withdrawn_emergency_words_stay(content, ask):
    """The general emergency line stands above the notice, in place of the withdrawn words: no reader in danger is left with a dead end."""
    making.article(content, en=making.text(tables=WITHDRAWN))
    shown = visible(ask(CARD))
    assert shown.index("call 911 now") < shown.index("This article has been withdrawn.")
    assert "It hurts." not in shown


def test_one_language_withdrawn(content, ask):
    """A text withdrawn in one language leaves the other as it was."""
    making.article(content, en=making.text(tables=WITHDRAWN), es=making.text())
    assert "This advice is out of date." in ask(OPEN)
    assert "A short text." in ask(f"{OPEN}&lang=es")


def test_review_in_the_texts_language(content, ask):
    """Each text shows its own review, in its own language."""
    making.article(content, en=reviewed(), es=making.text())
    assert "Current as of" in ask(OPEN)
    spanish = visible(ask(f"{OPEN}&lang=es"))
    assert "10 de enero de 2026" in spanish and "1 de febrero" not in spanish


@pytest.mark.parametrize("place", [OPEN, BROWSER, PAGE])
def test_disclaimer(ask, place):
    """The disclaimer stands on every page and opened article."""
    assert "Not a doctor&#39;s advice." in ask(place)


def test_broken_edit_keeps_answering(content, ask):
    """While a text is broken, readers get its last good version."""
    before = ask(OPEN)
    making.write(content / "articles/sample/en.md", "broken")
    assert visible(ask(OPEN)) == visible(before)
