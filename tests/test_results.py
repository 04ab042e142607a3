"""What a search shows, over real sockets: groups, marks, what was meant, whom to call, and that nothing of it is kept."""

import io
import logging
import random
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import parsed
from tests.conftest import NOON
from widgets import results as shown
from widgets.app import Library, create_app
from widgets.settings import Settings

PATHS = ("/search", "/partials/topic-browser", "/frame/topic-browser")
ATTACK = making.text('also-called = ["Myocardial infarction"]').replace("A sample", "Heart attack").replace("What a sample is.", "Know the signs.")


@pytest.fixture
def app(content: Path) -> Iterator[Library]:
    """A library with an article on heart attacks, one with a text in Spanish alone, and a withdrawn one."""
    making.article(content, "heart-attack", en=ATTACK)
    making.article(content, "infarto", es=making.text().replace("A sample", "Infarto cerebral"))
    gone = making.text(tables='\n[withdrawn]\nnotice = "Gone."\n').replace("A sample", "Zoster")
    making.article(content, "zoster", en=gone)
    seconds = count()  # time that flies, so that no search comes too soon after another
    settings = Settings(content=content, watch=False, access_log=True)
    made = create_app(settings, clock=lambda: NOON + timedelta(seconds=next(seconds)))
    yield made
    made.close()


@pytest.fixture
def base(app: Library, serve: Callable[[ASGIApp], str]) -> str:
    """The library's address."""
    return serve(app)


def found(base: str, path: str, query: str) -> str:
    """What a search answers."""
    answer = httpx.post(base + path, data={"q": query})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


@pytest.mark.parametrize("path", PATHS)
def test_results_come_in_groups_with_their_words_marked(base: str, path: str) -> None:
    """Topics and articles have a heading each, and what was looked for is marked in them, whole words as they stand."""
    page = parsed(found(base, path, "hearts"))
    assert [node.css_first("a").text() for node in page.css(".found ~ .hits")] == ["Hearts", "Heart attack"]
    assert [node.text() for node in page.css(".found ~ .group")] == ["Topics", "Articles"]
    assert [node.text() for node in page.css(".hits a mark")] == ["Hearts", "Heart"]


@pytest.mark.parametrize("path", PATHS)
def test_the_other_name_by_which_it_was_found_is_shown(base: str, path: str) -> None:
    """Who looks for another name sees that name below the title."""
    page = parsed(found(base, path, "infarction"))
    assert page.css_first(".hits a").text() == "Heart attack"
    assert page.css_first(".hits .name").text() == "Also called: Myocardial infarction"
    assert page.css_first(".hits .name mark").text() == "infarction"


@pytest.mark.parametrize("path", PATHS)
def test_what_was_meant_is_a_form_with_the_corrected_words(base: str, path: str) -> None:
    """A misspelt search offers the corrected words as a button that posts them; no address holds them."""
    page = parsed(found(base, path, "hart atack"))
    form = page.css_first("form.meant")
    assert (form.attributes["method"], form.css_first("input[name=q]").attributes["value"]) == ("post", "heart attack")
    assert form.css_first("button").text() == "heart attack"
    assert page.css_first(".hits a").text() == "Heart attack"
    assert not [node for node in page.css("*") for name, value in node.attributes.items() if "heart attack" in str(value) and name != "value"]
    assert parsed(found(base, path, "heart attack")).css_first("form.meant") is None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "lang", "words"),
    [
        ("chest pian", "", "If this is happening now, call 911 now."),
        ("no puedo respirar", "", "If this is happening now, call 911 now."),
        ("no puedo respirar", "es", "llame al 911 ahora"),
        ("i want to kil myself", "", "call or text 988"),
        ("me quiero morir", "es", "988"),
    ],
)
def test_words_of_danger_show_whom_to_call_above_the_results(base: str, path: str, query: str, lang: str, words: str) -> None:
    """Words of danger, misspelt too, show the region's line in the language asked for, before what was found, and it is announced."""
    html = found(base, f"{path}?lang={lang}", query)
    calls = parsed(html).css(".emergency")
    assert len(calls) == 1
    assert words in calls[0].text()
    assert html.index('class="emergency"') < html.index('class="found"')
    if path.startswith("/partials"):
        assert words in (parsed(html).css_first(".results").attributes["data-announce"] or "")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_found_leads_on(base: str, path: str) -> None:
    """Where nothing is found, it says so, says whom to call in an emergency, and shows the topics to look through."""
    page = parsed(found(base, path, "xqzptv"))
    assert page.css_first(".found").text().startswith("Nothing was found.")
    assert "call 911" in page.css_first(".emergency").text()
    assert "Hearts" in page.css_first(".topics a").text()
    assert page.css_first(".hits") is None


@pytest.mark.parametrize("path", PATHS)
def test_withdrawn_texts_are_not_found_and_other_languages_are(base: str, path: str) -> None:
    """A withdrawn text is no result; a text in another language of the site is one, marked as being in it."""
    assert parsed(found(base, path, "zoster")).css_first(".hits") is None
    link = parsed(found(base, path, "infarto cerebral")).css_first(".hits a")
    assert (link.text(), link.attributes["lang"]) == ("Infarto cerebral", "es")


@pytest.mark.parametrize("path", PATHS)
def test_a_site_finds_nothing_that_its_languages_lack(app: Library, base: str, path: str, content: Path) -> None:
    """A site of one language finds no text that is in another alone."""
    making.write(content / "sites" / "english.toml", making.SITE.replace('["en", "es"]', '["en"]'))
    app.editions.reload()
    assert parsed(found(base, f"{path}?site=english", "infarto cerebral")).css_first(".hits") is None


def planted(count: int) -> list[str]:
    """What a test reader types: words that stand nowhere else."""
    made = random.Random(11)
    words = ("".join(made.choices("bcdfghjklmnpqrstvwxz", k=12)) for _ in range(count))
    return [f"{made.choice(['', 'my ', 'hart ', 'why '])}{word}{made.choice(['', ' pain', ' attack'])}" for word in words]


def test_planted_queries_are_found_in_no_log_address_or_file(
    app: Library, base: str, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 200 searches nothing is in any log, store, address or file afterwards; only how many there were, and how many found nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    heard, root = io.StringIO(), logging.getLogger()
    listening = logging.StreamHandler(heard)
    root.addHandler(listening)
    levels = {logger: logger.level for logger in map(logging.getLogger, ("widgets", "uvicorn", "asyncio", "widgets.access"))}
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    queries = planted(200)
    try:
        with httpx.Client() as client:
            for n, query in enumerate(queries):
                answer = client.post(base + PATHS[n % 3], data={"q": query})
                assert answer.status_code == 200
                assert query.split()[-1] not in str(answer.headers)
    finally:
        root.removeHandler(listening)
        for logger, level in levels.items():
            logger.setLevel(level)
    assert httpx.get(base + "/readyz").json()["searches"]["asked"] == 200
    kept = [heard.getvalue(), repr(app.store._kept), repr(app.store._aliases), repr(vars(app.serving))]
    kept += [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()]
    kept += [path.read_bytes().decode("utf-8", "replace") for path in app.editions._source.path.parent.iterdir()]
    words = [max(query.split(), key=len) for query in queries]
    assert "POST" in kept[0]
    assert [word for word in words for text in kept if word in text] == []


def test_below_the_line_for_a_crisis_stands_only_what_belongs_there(app: Library, base: str, content: Path) -> None:
    """ "I want to die" finds no diets; what the words name in full, or what is marked as delicate, is found."""
    for slug, title, shared in (("diets", "Diets", ""), ("suicide", "Suicide", ""), ("dying", "Dying at home", "sensitive = true\n")):
        making.article(content, slug, f'{shared}topics = ["hearts"]', en=making.text().replace("A sample", title))
    app.editions.reload()
    for query, titles in (("i want to die", ["Dying at home"]), ("suicide", ["Suicide"])):
        page = parsed(httpx.post(f"{base}/partials/topic-browser", data={"q": query}).text)
        assert "988" in page.css_first(".emergency").text()
        assert [link.text() for link in page.css(".results a") if link.text() in {"Diets", "Suicide", "Dying at home"}] == titles
    assert "Diets" in parsed(httpx.post(f"{base}/partials/topic-browser", data={"q": "diet"}).text).body.text()


@pytest.mark.parametrize("path", ["/search", "/partials/topic-browser", "/frame/topic-browser", "/api/search"])
def test_what_belongs_in_the_address_is_refused_in_the_form(base: str, path: str) -> None:
    """A site or language in the form would mean nothing: it is refused by name, so that no one reads another site's emergency number."""
    for name in ("site", "lang"):
        answer = httpx.post(base + path, data={"q": "sample", name: "default"})
        assert answer.status_code == 400
        assert answer.text.startswith(f"{name}: stands in the form")


SEARCHES = (
    ("POST", "/search"),
    ("POST", "/partials/topic-browser"),
    ("POST", "/frame/topic-browser"),
    ("POST", "/api/search"),
    ("GET", "/api/search?q=sample"),
    ("GET", "/connect?mainSearchCriteria.v.dn=sample"),
    ("GET", "/embed?find-article=sample"),
)


@pytest.mark.parametrize(("method", "path"), SEARCHES)
def test_a_search_keeps_nobody_waiting(base: str, monkeypatch: pytest.MonkeyPatch, method: str, path: str) -> None:
    """While a search goes on, and be it for long, others are answered."""
    find = shown.search
    begun, answered = Event(), Event()

    def slowly(*asked: Any) -> Any:
        begun.set()
        assert answered.wait(30)
        return find(*asked)

    monkeypatch.setattr(shown, "search", slowly)
    with ThreadPoolExecutor(1) as threads:
        search = threads.submit(httpx.request, method, base + path, data={"q": "sample"} if method == "POST" else None, timeout=60)
        assert begun.wait(30)
        assert httpx.get(f"{base}/healthz", timeout=10).status_code == 200
        answered.set()
        assert search.result().status_code == 200
