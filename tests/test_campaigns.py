"""Campaigns: their dates in every time zone, their wordings, where their button leads, and where they may stand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import dangers, parsed
from widgets.app import Library, create_app
from widgets.content.files import ContentError, ContentFile
from widgets.settings import Settings
from widgets.sites import Campaign, CampaignFile, Site, SiteFile, parse_campaign

WORDS = 'words.en = {heading = "Campaign!", text = "Come.", button = "Book now"}\nwords.es = {heading = "¡Campaña!", button = "Reserve"}\n'
CTA = "/partials/appointment-cta?campaign=run"
IN_ARTICLES = "[appointment]\nin-articles = true"
OPENED = ("/partials/article-card?article=sample&open=1", "/partials/topic-browser?topic=hearts&article=sample", "/articles/sample",
          "/frame/article-card?article=sample&open=1")  # fmt: skip


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def campaign(text: str) -> Campaign:
    return parse_campaign(ContentFile("campaigns/run.toml", text))


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 6, 15, 12, tzinfo=UTC))


@pytest.fixture
def served(content: Path, clock: Clock, serve: Callable[[ASGIApp], str]) -> Callable[..., str]:
    """Serve the folder with one campaign, `run`."""

    def start(text: str, site: str = "") -> str:
        making.write(content / "campaigns/run.toml", text)
        if site:
            making.write(content / "sites/default.toml", making.SITE.replace("[appointment]", site))
        return serve(create_app(Settings(content=content, watch=False), clock=clock))

    return start


# --- Dates ---------------------------------------------------------------------------------------------------

DATES = {
    "a day in New York, in winter": ('from = 2027-02-01\ntime-zone = "America/New_York"\n', "2027-02-01T05:00:00+00:00"),
    "a day in New York, in summer": ('from = 2027-07-01\ntime-zone = "America/New_York"\n', "2027-07-01T04:00:00+00:00"),
    "a time with an offset": ("from = 2027-02-01T08:30:00-05:00\n", "2027-02-01T13:30:00+00:00"),
    "a time in UTC": ("from = 2027-02-01T08:30:00Z\n", "2027-02-01T08:30:00+00:00"),
    "a time without one": ('from = 2027-02-01T08:30:00\ntime-zone = "Europe/Madrid"\n', "2027-02-01T07:30:00+00:00"),
    "a time that daylight saving skips": ('from = 2027-03-14T02:30:00\ntime-zone = "America/New_York"\n', "2027-03-14T07:30:00+00:00"),
    "a time that comes twice": ('from = 2027-11-07T01:30:00\ntime-zone = "America/New_York"\n', "2027-11-07T05:30:00+00:00"),
    "a midnight that is skipped": ('from = 2027-09-05\ntime-zone = "America/Santiago"\n', "2027-09-05T04:00:00+00:00"),
}  # fmt: skip


@pytest.mark.parametrize("case", DATES)
def test_a_campaign_begins_when_its_own_clock_says_so(case: str) -> None:
    """A date begins at midnight of its time zone, with or without daylight saving; a time with an offset is that moment."""
    text, begins = DATES[case]
    assert campaign(text + WORDS).start == datetime.fromisoformat(begins)


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        ("2027-02-28", "2027-03-01T05:00:00+00:00"),
        ("2027-03-13", "2027-03-14T05:00:00+00:00"),  # the night in which clocks go forward
        ("2027-03-14", "2027-03-15T04:00:00+00:00"),
        ("2027-11-07", "2027-11-08T05:00:00+00:00"),  # a day of 25 hours
    ],
)
def test_the_last_day_is_in_it(last: str, ends: str) -> None:
    """`until` a date is the end of that day in the campaign's time zone, also where that day has 23 or 25 hours."""
    assert campaign(f'until = {last}\ntime-zone = "America/New_York"\n{WORDS}').end == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (datetime(2027, 3, 13, 5, tzinfo=UTC), datetime(2027, 3, 15, 4, tzinfo=UTC)),
        (datetime(2027, 11, 6, 4, tzinfo=UTC), datetime(2027, 11, 8, 5, tzinfo=UTC)),
    ],
)
def test_the_words_switch_without_a_restart(served: Callable[..., str], clock: Clock, first: datetime, last: datetime) -> None:
    """Across start, daylight saving and end: the site's own words, the campaign's, the site's own again; no answer outlives a switch."""
    day, end = first.date(), (last - timedelta(hours=6)).date()
    base = served(f'from = {day}\nuntil = {end}\ntime-zone = "America/New_York"\n{WORDS}')
    for at, steps in ((first, [-86_400 * 30, -3601, -300, -1, 0, 1, 3600, 86_400]), (last, [-3601, -300, -1, 0, 1, 3600, 86_400])):
        for seconds in steps:
            clock.now = at + timedelta(seconds=seconds)
            running = first <= clock.now < last
            for _ in range(2):  # the second comes from the store, where it may
                answer = httpx.get(base + CTA)
                assert ("Campaign!" in answer.text) == running, clock.now
                assert ("Take the first step." in answer.text) != running, clock.now
            age = int(answer.headers["cache-control"].partition("max-age=")[2].partition(",")[0])
            left = (at - clock.now).total_seconds()
            assert left <= 0 or 2 * age <= left or left > 7200, "two caches in a row would outlive the switch"


def test_a_kept_answer_does_not_outlive_the_switch(served: Callable[..., str], clock: Clock) -> None:
    """What the store kept long before the end is not sent after it."""
    base = served(f"until = 2027-01-01T00:00:00Z\n{WORDS}")
    for days in (300, 100, 10):
        clock.now = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(days=days)
        assert "Campaign!" in httpx.get(base + CTA).text
    clock.now = datetime(2027, 1, 1, tzinfo=UTC)
    assert "Campaign!" not in httpx.get(base + CTA).text


def test_a_campaign_without_dates_lasts(served: Callable[..., str], clock: Clock) -> None:
    """Without dates a campaign is there always, and its answer is kept."""
    base = served(WORDS)
    clock.now += timedelta(days=5000)
    answer = httpx.get(base + CTA)
    assert "Campaign!" in answer.text
    assert "stale-if-error" in answer.headers["cache-control"]


def test_a_campaign_is_for_the_sites_it_names(content: Path, served: Callable[..., str]) -> None:
    """A site that a campaign does not name keeps its own words, whatever its page asks for."""
    making.write(content / "sites/other.toml", making.SITE)
    base = served(f'sites = ["other"]\n{WORDS}')
    assert "Campaign!" not in httpx.get(base + CTA).text
    assert "Campaign!" in httpx.get(f"{base}{CTA}&site=other").text


def test_files_can_be_packed_and_unpacked() -> None:
    """A campaign's moments and a site's tables come through msgpack as they were, as in a compiled library."""
    one = campaign(f'from = 2027-02-01\nuntil = 2027-02-28\ntime-zone = "America/New_York"\n{WORDS}')
    again = Campaign("run", msgspec.msgpack.decode(msgspec.msgpack.encode(one.file), type=CampaignFile))
    assert again == one
    assert again.end == datetime(2027, 3, 1, 5, tzinfo=UTC)
    site = Library(Settings(watch=False)).editions.current.sites["sample-harbor"]
    same = Site(site.slug, msgspec.msgpack.decode(msgspec.msgpack.encode(site.file), type=SiteFile))
    assert same == site
    assert same.look == site.look
    assert same.public


# --- Wordings ------------------------------------------------------------------------------------------------

VARIANTS = """
address = "https://book.example/now?lang=en&utm_source=old#top"
[utm]
source = "library"
medium = "call to action"
campaign = "run 2027"
[[variants]]
name = "short"
words.en = {heading = "Short", button = "Book"}
[[variants]]
name = "long"
words.en = {heading = "A longer one", text = "With <b>text</b>.", button = "Book a visit"}
"""


def test_an_answer_holds_every_wording(served: Callable[..., str]) -> None:
    """Each wording is an element with its name, all but the first hidden, and each link says which it is."""
    html = httpx.get(served(VARIANTS) + CTA).text
    assert not dangers(html)
    boxes = parsed(html).css("[data-variant]")
    assert [(box.attributes["data-variant"], "hidden" in box.attributes) for box in boxes] == [("short", False), ("long", True)]
    for box in boxes:
        button, phone = box.css("a[data-cta]")
        address = urlsplit(button.attributes["href"] or "")
        assert parse_qs(address.query) == {
            "lang": ["en"], "utm_source": ["library"], "utm_medium": ["call to action"], "utm_campaign": ["run 2027"],
            "utm_content": [box.attributes["data-variant"]],
        }  # fmt: skip
        assert address.fragment == "top"
        assert button.attributes["data-cta"] == phone.attributes["data-cta"] == "run"
        assert button.attributes["referrerpolicy"] == "no-referrer"
    assert len(parsed(html).css("[data-focus]")) == 2
    assert "<b>" not in html


@pytest.mark.parametrize("address", ["/frame/appointment-cta?campaign=run", "/include/appointment-cta?campaign=run"])
def test_without_a_script_the_first_wording_shows(served: Callable[..., str], address: str) -> None:
    """A frame, which has no loader, holds the first wording alone; an include hides the others."""
    html = httpx.get(served(VARIANTS) + address).text.partition('shadowrootmode="open">')
    boxes = parsed(html[2] or html[0]).css("[data-variant]")
    assert [box.attributes["data-variant"] for box in boxes if "hidden" not in box.attributes] == ["short"]
    assert len(boxes) == (2 if html[2] else 1)


def test_a_single_wording_has_no_name(served: Callable[..., str]) -> None:
    """One wording is told by the campaign's name alone: no variant, no utm_content; without UTM values the address stays as it is."""
    html = httpx.get(served(WORDS) + CTA).text
    assert not parsed(html).css("[data-variant]")
    assert 'href="https://clinic.example/book"' in html


def test_words_are_the_first_of_the_wordings() -> None:
    """The campaign's own words stand first beside variants, under a name of their own."""
    one = campaign(WORDS + '[[variants]]\nname = "other"\nwords.en = {heading = "B", button = "B"}')
    assert [name for name, _ in one.wordings] == ["original", "other"]
    assert one.link("https://a.example/", "other") == "https://a.example/?utm_content=other"
    assert one.link("", "other") == ""


# --- In articles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", OPENED)
def test_a_call_follows_the_articles_topic_where_the_site_wants_it(served: Callable[..., str], address: str) -> None:
    """At the end of an open article: the campaign of its topic, which tells the booking site nothing of it; below the emergency words."""
    base = served(f'topics = ["hearts"]\n{WORDS}', IN_ARTICLES)
    html = httpx.get(base + address).text
    (call,) = parsed(html).css(".call")
    assert "Campaign!" in call.text()
    assert {link.attributes["href"] for link in call.css("a")} == {"https://clinic.example/book", "tel:+15550100100"}
    assert html.index('class="emergency"') < html.index('class="sources"') < html.index('class="call"') < html.index('class="disclaimer"')


def test_a_call_in_articles_has_the_sites_words_without_a_campaign(served: Callable[..., str]) -> None:
    """Where no campaign follows the topic, the call has the site's own words; a closed card has none."""
    base = served(f'topics = ["symptoms"]\n{WORDS}', IN_ARTICLES)
    assert "Take the first step." in parsed(httpx.get(base + OPENED[0]).text).css_first(".call").text()  # type: ignore[union-attr]
    assert not parsed(httpx.get(f"{base}/partials/article-card?article=sample").text).css(".call")


@pytest.mark.parametrize("address", OPENED)
def test_no_call_stands_in_articles_unless_the_site_wants_it(served: Callable[..., str], address: str) -> None:
    """Without the site's word no article has a call, whatever campaigns there are."""
    html = httpx.get(served(f'topics = ["hearts"]\n{WORDS}') + address).text
    assert not parsed(html).css(".call")
    assert "Campaign!" not in html


@pytest.mark.parametrize("address", OPENED)
@pytest.mark.parametrize("where", ["article", "topic", "topic above"])
def test_a_sensitive_article_takes_no_campaign(content: Path, served: Callable[..., str], address: str, where: str) -> None:
    """An article on a delicate subject, by itself, by its topic or by one above, has no call inside, and no campaign beside it."""
    if where == "article":
        making.article(content, shared=f"sensitive = true\n{making.ARTICLE}")
    else:
        delicate = "sensitive = true\n" if where == "topic" else 'parent = "above"\n'
        making.write(content / "topics/hearts.toml", delicate + making.TOPIC)
        making.write(content / "topics/above.toml", f"sensitive = true\n{making.TOPIC}")
    html = httpx.get(served(f'topics = ["hearts"]\n{WORDS}', IN_ARTICLES) + address).text
    assert not parsed(html).css(".call")
    assert "Campaign!" not in html


def test_a_call_in_an_article_ends_with_its_campaign(served: Callable[..., str], clock: Clock) -> None:
    """An open article's answer changes when its campaign begins and ends."""
    base = served(f'from = 2026-06-16T00:00:00Z\nuntil = 2026-06-17T00:00:00Z\ntopics = ["hearts"]\n{WORDS}', IN_ARTICLES)
    for now, running in ((15, False), (16, True), (17, False)):
        clock.now = datetime(2026, 6, now, tzinfo=UTC)
        for address in OPENED:
            assert ("Campaign!" in httpx.get(base + address).text) == running


# --- Faults --------------------------------------------------------------------------------------------------

BROKEN = {
    "a date in quotes": ('from = "2027-02-01"', "from: '2027-02-01' is no date; write 2027-02-01"),
    "a date without a zone": ("from = 2027-02-01", "from: says no time zone; add time-zone ="),
    "a time without a zone": ("until = 2027-02-01T08:00:00", "until: says no time zone"),
    "a time of day": ("until = 08:00:00", "until: datetime.time(8, 0) is no date"),
    "a zone that is not known": ('time-zone = "New York"', "time-zone: 'New York' is not known; write a name of the IANA database"),
    "a zone that is a path": ('time-zone = "../UTC"', "time-zone: '../UTC' is not known"),
    "an end before the start": ("until = 2026-01-01T00:00:00Z\nfrom = 2027-01-01T00:00:00Z", "until: is before from"),
    "an address that is a script": ('address = "javascript:alert(1)"', "address: 'javascript:alert(1)' is not an address"),
    "a UTM value with an ampersand": ('utm.source = "a&b"', "utm.source: is not a UTM value"),
    "a variant without a name": ('variants = [{words.en = {heading = "A", button = "B"}}]', "variants.0: Object missing required field `name`"),
    "two variants of one name": (
        'variants = [{name = "a", words.en = {heading = "A", button = "B"}}, {name = "a", words.en = {heading = "A", button = "B"}}]',
        "variants: two are called 'a'",
    ),
    "five wordings": (
        "variants = [" + ", ".join(f'{{name = "v{n}", words.en = {{heading = "A", button = "B"}}}}' for n in range(4)) + "]",
        "variants: there are 5 wordings with words; a campaign has up to 4.",
    ),
    "a slug that is none": ('topics = ["Heart"]', "topics.0: "),
    "a key that is misspelt": ("untill = 2027-01-01T00:00:00Z", "there is no key untill; did you mean until?"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_campaign_is_named_by_line(case: str) -> None:
    """Each fault of a campaign names its key and its line, and says what would be right."""
    line, message = BROKEN[case]
    with pytest.raises(ContentError) as refused:
        campaign(f"# A comment\n{line}\n{WORDS}")
    assert message in refused.value.fault.message
    assert refused.value.fault.line == 2


def test_a_campaign_without_words_is_none() -> None:
    """A file without any wording is a fault that says what to add."""
    with pytest.raises(ContentError, match=r"campaigns/run.toml:1: error: words: there are none; add a table \[words.en\]"):
        campaign("sites = []")


def test_the_sample_campaigns_are_served() -> None:
    """Those of the sample library answer on its default site, the one with two wordings among them."""
    library = Library(Settings(watch=False))
    assert [len(one.wordings) for one in library.editions.current.campaigns.values()] == [1, 2]
