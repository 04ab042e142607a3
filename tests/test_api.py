"""The library as JSON: what the lists and articles say, how they are paged and kept, and that the OpenAPI document tells the truth."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import ask, parsed, structured
from tests.conftest import NOON, serving
from widgets.app import ROWS, Library, create_app
from widgets.settings import Settings


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    seconds = count()  # so that no test meets the limit of another
    library = create_app(Settings(watch=False), clock=lambda: NOON + timedelta(seconds=next(seconds)))
    with serving(library) as address:
        yield address
    library.close()


def _all(address: str) -> list[dict[str, object]]:
    """Every item, by following the links to the next part."""
    items: list[dict[str, object]] = []
    seen = 0
    while address:
        answer = httpx.get(address)
        items += answer.json()["items"]
        address = answer.links.get("next", {}).get("url", "")
        seen += 1
        assert seen < 60
    return items


def test_following_the_links_gives_every_article_once(base: str) -> None:
    """Parts of seven, one after another, hold each article of the library once, in the order of a single part; the total is theirs."""
    first = httpx.get(f"{base}/api/articles?limit=7")
    items = _all(f"{base}/api/articles?limit=7")
    slugs = [item["identifier"] for item in items]
    assert slugs[:100] == [item["identifier"] for item in httpx.get(f"{base}/api/articles?limit=100").json()["items"]]
    assert len(set(slugs)) == len(slugs) == first.json()["total"] == httpx.get(f"{base}/readyz").json()["articles"]
    assert set(first.links) == {"first", "next", "last"}
    last = httpx.get(first.links["last"]["url"])
    assert set(last.links) == {"first", "prev", "last"}
    assert last.json()["items"][-1]["identifier"] == slugs[-1]
    beyond = httpx.get(f"{base}/api/articles?limit=7&offset=5000")
    assert beyond.json()["items"] == [] and beyond.links["prev"]["url"] == beyond.links["last"]["url"] == first.links["last"]["url"]


def test_articles_of_a_topic_are_those_of_its_page(base: str) -> None:
    """`topic` gives the articles in a topic and below it, in one part where they fit."""
    answer = httpx.get(f"{base}/api/articles?topic=healthy-lifestyles&limit=100").json()
    topics = {topic["identifier"]: topic for topic in _all(f"{base}/api/topics")}
    assert answer["total"] == len(answer["items"]) == topics["healthy-lifestyles"]["mainEntity"]["numberOfItems"]  # type: ignore[index]
    assert httpx.get(f"{base}/api/articles?topic=nothing").status_code == 404


def test_a_whole_article_says_what_its_page_says(base: str) -> None:
    """The JSON of an article holds all of its page's JSON-LD, its text, emergency words, codes, topics and other languages."""
    article = httpx.get(f"{base}/api/articles/heart-attack").json()
    page = httpx.get(f"{base}/articles/heart-attack").text
    (ld,) = structured(page)
    assert {key: article[key] for key in ld} == ld
    assert article["emergency"][0]["text"].endswith("Do not drive yourself.")
    assert "Not clinically reviewed" in article["creativeWorkStatus"]
    assert {"@type": "MedicalCode", "codeValue": "I21.9", "codingSystem": "ICD-10-CM"} in article["about"]["code"]
    assert "LOINC is copyright" in article["creditText"]
    assert article["isPartOf"][0]["identifier"] == "heart-conditions"
    assert article["workTranslation"] == [{"@type": "MedicalWebPage", "inLanguage": "es", "url": f"{base}/articles/heart-attack?lang=es"}]
    assert "does not replace the advice of a doctor" in article["disclaimer"]
    headings = [h.text() for h in parsed(article["text"]).css("h3")]
    assert headings == [h.text() for h in parsed(page).css(".prose h2")]


def test_an_article_is_in_the_language_asked_for_or_says_in_which(base: str) -> None:
    """`lang` gives the translation; where there is none, the site's own language, and `inLanguage` says so."""
    assert httpx.get(f"{base}/api/articles/heart-attack?lang=es-MX").json()["name"] == "Ataque cardíaco"
    other = httpx.get(f"{base}/api/articles/angina?lang=es").json()
    assert other["inLanguage"] == "en"
    assert [one["inLanguage"] for one in other["emergency"]] == ["es", "en"]


def test_a_withdrawn_article_has_its_title_and_notice_alone(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """Nothing of a withdrawn text is in any answer; its notice and replacement are; an old name still answers."""
    gone = making.text(more='also-called = ["SECRET"]', tables='[withdrawn]\nnotice = "It was wrong."\nreplacement = "sample"')
    making.article(app.settings.content, "gone", 'topics = ["hearts"]\nformerly = ["long-gone"]\n', en=gone)
    app.editions.reload()
    base = serve(app)
    item = httpx.get(f"{base}/api/articles/long-gone").json()
    assert set(item) == {"identifier", "@context", "@type", "name", "url", "inLanguage", "withdrawn"}
    assert item["withdrawn"] == {"notice": "It was wrong.", "replacement": "sample"}
    listed = {one["identifier"]: one for one in httpx.get(f"{base}/api/articles").json()["items"]}
    assert listed["gone"] == item
    assert "What a sample is" not in str(listed["gone"])
    (hearts,) = httpx.get(f"{base}/api/topics").json()["items"]
    assert hearts["mainEntity"]["numberOfItems"] == len(listed) - 1  # what a reader finds there


def test_search_finds_and_keeps_nothing(base: str) -> None:
    """By POST or GET the same articles, never kept; the words searched for stand in no answer; emergency words come first."""
    posted = httpx.post(f"{base}/api/search", data={"q": "chest pain"})
    got = httpx.get(f"{base}/api/search", params={"q": "chest pain"})
    assert posted.json() == got.json()
    assert posted.json()["items"][0]["identifier"] == "chest-pain"
    assert next(iter(posted.json())) == "emergency"
    for answer in (posted, got):
        assert answer.headers["cache-control"] == "no-store"
    nothing = httpx.post(f"{base}/api/search", data={"q": "xyzzy-typed"})
    assert nothing.json()["total"] == 0
    assert "911" in nothing.json()["emergency"][0]["text"]
    assert "xyzzy" not in nothing.text + str(nothing.headers)


def test_below_the_line_for_a_crisis_stands_nothing_that_a_word_alone_found(base: str) -> None:
    """Whoever writes of dying gets the crisis line, and no diets below it; what the words name in full may stand there."""
    found = httpx.post(base + "/api/search", data={"q": "i want to die"}).json()
    assert "988" in found["emergency"][0]["text"]
    assert found["items"] == []


def test_search_has_a_limit_for_each_client(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """A client that searches too often is told to wait, by GET as by POST."""
    base = serve(app)
    with httpx.Client() as client:
        statuses = [client.get(f"{base}/api/search?q=sample").status_code for _ in range(101)]
        assert statuses[:100] == [200] * 100
        assert statuses[100] == 429
        refused = client.post(f"{base}/api/search", data={"q": "sample"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


@pytest.mark.parametrize("path", ["/api/articles", "/api/articles/heart-attack", "/api/topics", "/openapi.json"])
def test_answers_are_kept_and_asked_for_again(base: str, path: str) -> None:
    """Each answer is JSON that any page may read, has an ETag that brings a 304, answers HEAD, and OPTIONS for pages that add headers."""
    answer = httpx.get(base + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in answer.headers["cache-control"]
    again = httpx.get(base + path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = httpx.head(base + path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    asked = httpx.options(base + path, headers={"origin": "https://x.example", "access-control-request-method": "GET"})
    assert asked.status_code == 204


REFUSED = [
    ("/api/articles?limit=0", 400, 'limit: "0" is not a whole number from 1 to 100.'),
    ("/api/articles?offset=-1", 400, 'offset: "-1" is not a whole number from 0'),
    ("/api/articles?limit=2&limit=3", 400, "limit: is given 2 times; give it once."),
    ("/api/articles?site=nowhere", 404, 'site: there is no site "nowhere"'),
    ("/api/articles/heart-atack", 404, "did you mean heart-attack"),
    ("/api/articles/%00", 400, "is not a name"),
    ("/api/search", 400, "q: is missing; send what is searched for, like q=chest pain, as a form by POST."),
    (f"/api/topics?{'x' * 2049}", 414, "its query may have 2048 characters"),
]


@pytest.mark.parametrize(("target", "status", "sentence"), REFUSED)
def test_a_bad_call_is_told_what_would_be_right(base: str, target: str, status: int, sentence: str) -> None:
    """One plain sentence says which parameter is wrong, and what would be right; any page may read it."""
    said = ask(base, target)
    assert said.status == status
    assert sentence in said.body
    assert said.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/api/search", "/connect", "/search", "/partials/topic-browser"])
def test_a_body_that_is_no_form_is_told_so(base: str, path: str) -> None:
    """JSON, or a form in parts, is answered with the type that is right, and none of it is given back; a body without a type is a form."""
    for refused in (httpx.post(base + path, json={"q": "stroke"}), httpx.post(base + path, files={"q": b"stroke"})):
        assert refused.status_code == 415
        assert refused.text == "The body is no form; send it as application/x-www-form-urlencoded.\n"
        assert refused.headers["access-control-allow-origin"] == "*"
    for kind in ({}, {"content-type": "Application/X-WWW-Form-URLEncoded; charset=UTF-8"}):
        assert httpx.post(base + path, content=b"q=stroke&mainSearchCriteria.v.c=I64", headers=kind).status_code == 200
    if path in httpx.get(f"{base}/openapi.json").json()["paths"]:
        assert "415" in httpx.get(f"{base}/openapi.json").json()["paths"][path]["post"]["responses"]


def test_links_name_the_public_address(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """Under a path the links between parts lead to the public address, not to the one that the server sees."""
    library = create_app(Settings(content=app.settings.content, watch=False, public_url="https://clinic.example/library"))
    answer = httpx.get(f"{serve(library)}/api/articles?limit=1")
    assert answer.links["first"]["url"] == "https://clinic.example/library/api/articles?limit=1"
    library.close()


def test_the_document_tells_of_every_address_for_programs(base: str) -> None:
    """Each address below /api, and /connect, is in the OpenAPI document with each of its methods."""
    document = httpx.get(f"{base}/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    rows = {path: {method.lower() for method in methods} - {"options"} for path, _, methods in ROWS if path.startswith(("/api/", "/connect"))}
    assert {path: set(document["paths"][path]) for path in rows} == rows
    assert set(document["paths"]) - set(rows) == {"/openapi.json"}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")


LEFT_OUT = "negative_data_rejection"
"""By contract, what is not known or blank is passed over, since partners' systems add parameters of their own."""


ST = (sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()")


def _schemathesis(base: str, folder: Path, *options: str) -> tuple[int, str]:
    command = [*ST, "run", f"{base}/openapi.json", "--checks", "all", "--exclude-checks", LEFT_OUT, "--no-color"]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_few_calls_that_the_document_allows_are_answered_as_it_says(base: str, tmp_path: Path) -> None:
    """Schemathesis finds no 5xx and no undocumented answer in the document's examples and a few calls made of it."""
    code, report = _schemathesis(base, tmp_path, "--phases", "examples,fuzzing", "--max-examples", "2", "--generation-deterministic")
    assert code == 0, report
    assert "7 operations" in report or "Tested: 7" in report


@pytest.mark.full
def test_many_calls_are_answered_as_the_document_says(base: str, tmp_path: Path) -> None:
    """The same over every edge of every parameter, undocumented methods, and two hundred calls of each operation."""
    code, report = _schemathesis(base, tmp_path, "--max-examples", "200")
    assert code == 0, report


@pytest.mark.full
def test_the_check_of_the_document_can_fail(tmp_path: Path, base: str) -> None:
    """An answer that the document leaves out is found."""
    document = httpx.get(f"{base}/openapi.json").json()
    del document["paths"]["/api/articles"]["get"]["responses"]["200"]
    (tmp_path / "less.json").write_text(json.dumps(document | {"paths": {"/api/articles": document["paths"]["/api/articles"]}}))
    command = [*ST, "run", "less.json", "--url", base, "--phases", "examples", "--checks", "status_code_conformance"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "ndocumented" in done.stdout, done.stdout
