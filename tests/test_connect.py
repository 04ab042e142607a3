"""`/connect`: what health records ask by code, and what they are answered."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from tests import making
from tests.asking import ask, dangers, parsed
from tests.conftest import NOON, serving
from tests.records import REQUESTS, Asked
from widgets.app import Library, create_app
from widgets.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"
ICD = "mainSearchCriteria.v.c=I21.4&mainSearchCriteria.v.cs=2.16.840.1.113883.6.90"
AS = "&knowledgeResponseType="


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The sample library, whose codes the requests are about; its clock goes on by a second each time, so that no test meets the limit."""
    seconds = count()
    library = create_app(Settings(watch=False), clock=lambda: NOON + timedelta(seconds=next(seconds)))
    with serving(library) as address:
        yield address
    library.close()


def _get(base: str, query: str) -> httpx.Response:
    return httpx.get(f"{base}/connect?{query}")


def _slugs(links: list[str]) -> list[str]:
    return [urlsplit(link).path.rpartition("/")[2] for link in links]


def _listed(html: str) -> list[str]:
    return _slugs([str(a.attributes["href"]) for a in parsed(html).css(".hw-connect .results a")])


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.what)
def test_a_record_gets_the_articles_for_its_codes(base: str, asked: Asked) -> None:
    """Each of thirty requests leads to the articles expected, the same as a page, as JSON and as Atom, with status 200."""
    query = asked.parameters.partition(AS)[0]
    page, as_json, atom = _get(base, query), _get(base, query + AS + "application/json"), _get(base, query + AS + "text/xml")
    assert {page.status_code, as_json.status_code, atom.status_code} == {200}
    assert _listed(page.text) == list(asked.expected)
    assert _slugs([entry["link"][0]["href"] for entry in as_json.json()["feed"]["entry"]]) == list(asked.expected)
    links = [str(link.get("href")) for link in ET.fromstring(atom.text).iterfind(f"{ATOM}entry/{ATOM}link")]
    assert _slugs(links) == list(asked.expected)


def test_there_are_thirty_requests() -> None:
    """The table holds thirty different requests."""
    assert len({asked.parameters for asked in REQUESTS}) == 30


def test_the_page_says_why_each_article_is_there(base: str) -> None:
    """An article's reasons stand below it; what led to nothing is said, with ways on; the emergency line comes first."""
    html = _get(base, f"{ICD}&mainSearchCriteria.v.c1=Z99.9").text
    assert "For ICD-10-CM I21.4, which belongs to I21." in html
    assert "There is no article for ICD-10-CM Z99.9 yet." in html
    assert "Search by a name in your own words" in html
    main = parsed(html).css_first("main")
    assert main is not None
    assert " ".join(main.text().split()).startswith("In an emergency, call 911 now.")
    assert parsed(html).css_first("h1") is not None


def test_a_page_without_articles_leads_on(base: str) -> None:
    """Where nothing is found, the page has the search box, the topics and the way to the library."""
    html = parsed(_get(base, "mainSearchCriteria.v.c=Z99.9").text)
    assert html.css_first("form[role=search]") is not None
    assert html.css_first("main a.button") is not None
    assert html.css_first("nav.panels a") is not None


def test_notices_are_shown_where_their_codes_matched(base: str) -> None:
    """LOINC's and RxNorm's notices stand in page, feed and JSON where one of their codes matched, and nowhere else."""
    notices = {("2093-3", "LOINC"): "content from LOINC (http://loinc.org)", ("83367", "RxNorm"): "courtesy of the U.S. National Library of Medicine"}
    for (code, system), notice in notices.items():
        for kind in ("text/html", "text/xml", "application/json"):
            assert notice in _get(base, f"mainSearchCriteria.v.c={code}&mainSearchCriteria.v.cs={system}{AS}{kind}").text
            assert notice not in _get(base, ICD + AS + kind).text


def test_nothing_of_the_answer_is_kept_or_passed_on(base: str) -> None:
    """Every form of it is no-store and unindexed; the page sends no referrer at all; programs may read it from anywhere."""
    for kind in ("text/html", "text/xml", "application/json"):
        headers = _get(base, ICD + AS + kind).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex"
        assert headers.get("referrer-policy") == ("no-referrer" if kind == "text/html" else None)
        assert headers.get("access-control-allow-origin") == (None if kind == "text/html" else "*")
    assert "/connect" in httpx.get(f"{base}/robots.txt").text


def test_what_is_said_of_a_patient_is_not_given_back(base: str) -> None:
    """Age, sex, record number, organisation and free text that came along appear in no form of the answer."""
    about = {"patientPerson.administrativeGenderCode.c": "SEX-1", "age.v.v": "AGE-2", "age.v.u": "a", "patientPerson.id": "MRN-3", "x": "FREE-4",
             "representedOrganization.id.root": "ORG-5", "mainSearchCriteria.v.ot": "TEXT-6", "performer.languageCode.c": "LANG-7"}  # fmt: skip
    for kind in ("text/html", "text/xml", "application/json"):
        answer = _get(base, f"{ICD}&{urlencode(about)}{AS}{kind}")
        assert answer.status_code == 200
        assert not re.search(r"(SEX|AGE|MRN|FREE|ORG|TEXT|LANG)-\d", answer.text + str(answer.headers))


def test_the_feed_is_atom_as_the_standard_wants_it(base: str) -> None:
    """The feed and its entries have what RFC 4287 requires, the criteria as categories, and the review state in the summary."""
    answer = _get(base, f"{ICD}&mainSearchCriteria.v.dn=NSTEMI&mainSearchCriteria.v.c1=I10{AS}application%2Fatom%2Bxml")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.text)
    assert feed.tag == f"{ATOM}feed"
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("title", "id", "updated", "author/{http://www.w3.org/2005/Atom}name"))
    categories = {str(one.get("scheme")): one.get("term") for one in feed.findall(f"{ATOM}category")}
    assert categories["mainSearchCriteria.v.c"] == "I21.4"
    assert categories["mainSearchCriteria.v.cs"] == "2.16.840.1.113883.6.90"
    assert categories["mainSearchCriteria.v.dn"] == "NSTEMI"
    assert categories["mainSearchCriteria.v.c1"] == "I10"
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert all(entry.findtext(f"{ATOM}{name}") for name in ("title", "id", "updated", "summary"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", entry.findtext(f"{ATOM}updated") or "")
    summary = entry.findtext(f"{ATOM}summary") or ""
    assert summary.startswith("<p")
    assert "Call 911 now" in summary
    assert "Not clinically reviewed" in summary
    why = entry.find(f"{ATOM}category")
    assert why is not None
    assert why.attrib == {"scheme": "http://hl7.org/fhir/sid/icd-10-cm", "term": "I21", "label": "For ICD-10-CM I21.4, which belongs to I21"}


def test_the_json_is_read_as_that_of_medlineplus_connect(base: str) -> None:
    """`feed.entry[].title._value`, `.link[0].href` and `.summary._value` are where programs made for theirs look."""
    answer = _get(base, ICD + AS + "application/json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (entry,) = answer.json()["feed"]["entry"]
    assert entry["title"]["_value"] == "Heart attack"
    assert entry["link"][0]["href"] == f"{base}/articles/heart-attack"
    assert "signs of a heart attack" in entry["summary"]["_value"]
    assert answer.json()["feed"]["category"][0] == {"scheme": "mainSearchCriteria.v.c", "term": "I21.4"}


@pytest.mark.parametrize(
    ("sent", "found"),
    [("es", "es"), ("ES-mx", "es"), ("sp", "es"), ("spa", "es"), ("spa-MX", "es"), ("en", "en"), ("eng", "en"), ("zz", "en"), ("", "en")],
)
def test_the_language_is_the_one_the_record_names(base: str, sent: str, found: str) -> None:
    """Two and three letters, regions and MedlinePlus Connect's `sp` are understood; what is not offered gives the site's own."""
    html = parsed(_get(base, f"{ICD}&informationRecipient.languageCode.c={sent}").text)
    assert html.css_first("html").attributes["lang"] == found  # type: ignore[union-attr]


def test_the_other_language_asks_the_same(base: str) -> None:
    """The page's link to its other language keeps the codes, and leaves out what came beside them."""
    html = parsed(_get(base, f"{ICD}&mainSearchCriteria.v.c1=2093-3&mainSearchCriteria.v.cs1=http://loinc.org&age.v.v=67").text)
    (link,) = html.css(".languages a")
    address = str(link.attributes["href"])
    assert "age" not in address
    assert _listed(httpx.get(address).text) == ["heart-attack", "cholesterol-test"]
    assert 'lang="es"' in httpx.get(address).text


def test_the_partial_is_the_list_alone(base: str) -> None:
    """`partial`, or a request by htmx, gives the list between the marker comments, readable from any page."""
    for answer in (_get(base, f"{ICD}&partial"), httpx.get(f"{base}/connect?{ICD}", headers={"hx-request": "true"})):
        assert answer.text.startswith("<!--health-widgets 1--><div")
        assert answer.text.endswith("</div><!--/health-widgets-->")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert _listed(answer.text) == ["heart-attack"]
        assert "does not replace the advice of a doctor" in answer.text
    assert _get(base, f"{ICD}&partial=0").text.startswith("<!doctype")


def test_codes_may_come_by_post(base: str) -> None:
    """The same parameters as a form, for requests that are too long for an address, or better not in one."""
    many = {f"mainSearchCriteria.v.c{n or ''}": code for n, code in enumerate(("I21.4", "I10"))} | {"knowledgeResponseType": "application/json"}
    answer = httpx.post(f"{base}/connect", data=many)
    assert _slugs([entry["link"][0]["href"] for entry in answer.json()["feed"]["entry"]]) == ["heart-attack", "high-blood-pressure"]
    assert answer.headers["cache-control"] == "no-store"
    assert httpx.post(f"{base}/connect", data={"x": "y" * 9000}).status_code == 413


def test_a_parameter_that_comes_again_is_one_more_criterion(base: str) -> None:
    """Records that repeat a name instead of numbering it are understood; names may be written in any case."""
    again = "mainsearchcriteria.v.c=I21.9&MAINSEARCHCRITERIA.V.C=I10&mainSearchCriteria.v.c=I21.4"
    assert _listed(_get(base, again).text) == ["heart-attack", "high-blood-pressure"]


def test_numbers_may_begin_at_nought(base: str) -> None:
    """`.c0`, `.cs0` with `.c1`, `.cs1` is a list of two as well; one without a system is of that before it."""
    query = "mainSearchCriteria.v.c0=83367&mainSearchCriteria.v.cs0=RxNorm&mainSearchCriteria.v.c1=11289"
    assert _listed(_get(base, query).text) == ["statins", "blood-thinners"]


REFUSED = [
    ("", 400, "mainSearchCriteria.v.c: is missing; send a medical code, like mainSearchCriteria.v.c=I21.9"),
    ("mainSearchCriteria.v.c=%20&mainSearchCriteria.v.cs=LOINC", 400, "mainSearchCriteria.v.c: is missing"),
    ("&".join(f"mainSearchCriteria.v.c{n}=I10" for n in range(21)), 400, "is given 21 times; give it 20 times at most"),
    (f"{ICD}&site=nowhere", 404, 'site: there is no site "nowhere"; known: default'),
    (f"{ICD}&site=No%20Where", 400, 'site: "No Where" is not a name'),
    (f"{ICD}&partial=maybe", 400, 'partial: "maybe" is neither true nor false'),
    (f"{ICD}{AS}application/javascript", 400, 'knowledgeResponseType: "application/javascript" is not offered; allowed: text/html'),
    (f"{ICD}&x={'a' * 2048}", 414, "its query may have 2048 characters"),
]


@pytest.mark.parametrize(("query", "status", "sentence"), REFUSED)
def test_a_bad_request_is_told_what_would_be_right(base: str, query: str, status: int, sentence: str) -> None:
    """Programs get one plain sentence, readers a page that holds it."""
    said = ask(base, f"/connect?{query}")
    assert said.status == status
    assert sentence in said.body.replace("&#34;", '"')
    if status != 414 and AS not in query and "maybe" not in query:
        said = ask(base, f"/connect?{query}{AS}application/json")
        assert (said.status, said.headers["content-type"]) == (status, "text/plain; charset=utf-8")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_request_makes_a_500_or_becomes_markup(base: str, data: st.DataObject) -> None:
    """Whatever a record sends, the answer is no 5xx; HTML holds none of it as markup, XML and JSON can be read, and echo nothing that runs."""
    part = st.one_of(
        st.text(max_size=30), st.sampled_from(["I21.4", "'\"><script>alert(1)</script>", "]]>", "&lt;", "\x00\x0b\ufffe", "%", "es", "1"])
    )
    names = [f"mainSearchCriteria.v.{key}{n}" for key in ("c", "cs", "dn") for n in ("", "1")] + [
        "informationRecipient.languageCode.c", "lang", "site", "age.v.v", "patientPerson.administrativeGenderCode.c", "partial"]  # fmt: skip
    sent = data.draw(st.lists(st.tuples(st.sampled_from(names), part), max_size=8))
    kind = data.draw(st.sampled_from(["text/html", "application/json", "text/xml", "application/atom+xml"]))
    query = "&".join(f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in sent)
    said = ask(base, f"/connect?{query}&knowledgeResponseType={quote(kind)}")
    assert said.status in {200, 400, 404, 414}
    if said.headers["content-type"].startswith("text/html"):
        assert dangers(said.body) == []
    elif said.status == 200 and kind == "application/json":
        json.loads(said.body)
    elif said.status == 200:
        ET.fromstring(said.body)


def test_names_are_searches_and_have_their_limit(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """A client that sends too many names is told to wait; codes alone are never counted."""
    base = serve(app)
    with httpx.Client() as client:
        statuses = [client.get(f"{base}/connect?mainSearchCriteria.v.dn=sample").status_code for _ in range(101)]
        assert statuses == [200] * 100 + [429]
        assert client.get(f"{base}/connect?mainSearchCriteria.v.c=I10").status_code == 200


def test_no_code_is_in_a_log(app: Library, serve: Callable[[ASGIApp], str], caplog: pytest.LogCaptureFixture) -> None:
    """With the access log on, a request leaves its route and status, and nothing that it asked."""
    logged = create_app(Settings(content=app.settings.content, watch=False, access_log=True))
    base = serve(logged)
    with caplog.at_level(logging.DEBUG, "widgets"):
        _get(base, f"{ICD}&age.v.v=67")
        httpx.post(f"{base}/connect", data={"mainSearchCriteria.v.dn": "typed-name"})
        httpx.get(f"{base}/api/search?q=typed-name")
        httpx.get(f"{base}/partials/article-card?code=I21.4")
    said = [record.getMessage() for record in caplog.records]
    assert said == ["GET /connect 200", "POST /connect 200", "GET /api/search 200", "GET /partials/{kind} 404"]
    logged.close()


def test_a_withdrawn_article_gives_way_to_its_replacement(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """A code of a withdrawn article leads to what takes its place, and to nothing where nothing does."""
    root = app.settings.content
    coded = 'topics = ["hearts"]\n\n[codes]\nicd-10-cm = ["I21"]\n'
    making.article(root, "old", coded, en=making.text(tables='[withdrawn]\nnotice = "Gone."\nreplacement = "sample"'))
    making.article(root, "older", coded.replace("I21", "I10"), en=making.text(tables='[withdrawn]\nnotice = "Gone."'))
    app.editions.reload()
    base = serve(app)
    assert _listed(_get(base, ICD).text) == ["sample"]
    gone = _get(base, "mainSearchCriteria.v.c=I10")
    assert _listed(gone.text) == []
    assert "There is no article for ICD-10-CM I10 yet." in gone.text


def test_a_card_finds_its_article_by_code(base: str) -> None:
    """`code` with `code-system` shows the same card as the article's name: the same bytes, kept under the same name."""
    by_name = httpx.get(f"{base}/partials/article-card?article=heart-attack")
    for query in ("code=I21.4", "code=i219&code-system=2.16.840.1.113883.6.90", "code=10839-9&code-system=http%3A%2F%2Floinc.org"):
        by_code = httpx.get(f"{base}/partials/article-card?{query}")
        assert by_code.status_code == 200, by_code.text
        assert by_code.text == by_name.text
        assert by_code.headers["etag"] == by_name.headers["etag"]
        assert by_code.headers["cache-control"].startswith("max-age=300")
    for way in ("frame", "include"):
        named, coded = (httpx.get(f"{base}/{way}/article-card?{query}") for query in ("article=heart-attack", "code=I21.4"))
        assert coded.text == named.text
    steps = {str(a.attributes.get("hx-get")) for a in parsed(by_name.text).css("a[hx-get]")}
    assert all("article" in parse_qs(urlsplit(step).query) for step in steps)


def test_a_card_by_code_passes_over_what_is_withdrawn(app: Library, serve: Callable[[ASGIApp], str]) -> None:
    """Of two articles for a code, the card shows the one that can be read."""
    coded = 'topics = ["hearts"]\n\n[codes]\nicd-10-cm = ["I21"]\n'
    making.article(app.settings.content, "a-gone", coded, en=making.text(tables='[withdrawn]\nnotice = "Gone."'))
    making.article(app.settings.content, "b-here", coded)
    app.editions.reload()
    base = serve(app)
    assert httpx.get(f"{base}/partials/article-card?code=I21.4").text == httpx.get(f"{base}/partials/article-card?article=b-here").text
