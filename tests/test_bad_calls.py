"""What clients get wrong: each is told what would be right, and none makes a 500."""

import re
import string
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qsl, quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import making
from tests.asking import Said, ask, dangers, parsed, send
from tests.conftest import NOON, serving
from widgets.app import Library, create_app
from widgets.settings import Settings
from widgets.widget import pairs

CARD = "/partials/article-card"
BROWSER = "/partials/topic-browser"
CTA = "/partials/appointment-cta"
NAME = "use a to z, 0 to 9 and hyphens, like heart-attack"
NO_PAGE = "The address may have changed. Search the library, or look through the topics."

BAD_CALLS = [
    (f"{CARD}", 400, 'article: is missing; add it, like article="heart-attack".'),
    (f"{CARD}?article=", 400, 'article: is missing; add it, like article="heart-attack".'),
    (f"{CARD}?article=%20", 400, 'article: is missing; add it, like article="heart-attack".'),
    (f"{CARD}?article=&code=%20", 400, 'article: is missing; add it, like article="heart-attack".'),
    (f"{CARD}?article=sample&code=I21.9", 400, 'code: "I21.9" stands beside article="sample"; give one of the two.'),
    (f"{CARD}?code=<b>", 400, 'code: "<b>" is not a medical code; write it like I21.9.'),
    (f"{CARD}?code=heart-attack", 400, 'code: "heart-attack" is not a code of ICD-10-CM; write it like I21.9.'),
    (f"{CARD}?code=2093-4&code-system=loinc", 400, 'code: "2093-4" is mistyped: the last digit of such a code would be 3'),
    (f"{CARD}?code=I21.9&code-system=icd-9", 400, 'code-system: "icd-9" is not a system of codes that is known here; allowed: icd-10-cm, snomed-ct'),
    (f"{CARD}?code=A01", 404, 'code: no article here lists "A01" of ICD-10-CM, or a code above or below it; name one with article="...".'),
    (f"{CARD}?artikel=sample", 400, 'article: is missing; add it, like article="heart-attack".'),
    (f"{CARD}?article=no such", 400, NAME),
    (f"{CARD}?article=heart_attack", 400, f'article: "heart_attack" is not a name; {NAME}.'),
    (f"{CARD}?article=-sample", 400, NAME),
    (f"{CARD}?article=../../etc/passwd", 400, NAME),
    (f"{CARD}?article=%2e%2e%2fsample", 400, NAME),
    (f"{CARD}?article=sample%00", 400, NAME),
    (f"{CARD}?article=sam%0aple", 400, NAME),
    (f"{CARD}?article=%ff%fe", 400, NAME),
    (f"{CARD}?article=%zz", 400, NAME),
    (f"{CARD}?article=%", 400, NAME),
    (f"{CARD}?article={{{{slug}}}}", 400, NAME),
    (f"{CARD}?article=<script>alert(1)</script>", 400, NAME),
    (f"{CARD}?article={'a' * 101}", 400, NAME),
    (f"{CARD}?article={'%C3%A9' * 200}", 400, NAME),
    (f"{CARD}?article=sample&article=sample", 400, "article: is given 2 times; give it once."),
    (f"{CARD}?article=sample&heading-level=2&heading-level=3", 400, "heading-level: is given 2 times; give it once."),
    (f"{CARD}?article=sample&heading-level=1", 400, 'heading-level: "1" is not a whole number from 2 to 6.'),
    (f"{CARD}?article=sample&heading-level=7", 400, "from 2 to 6"),
    (f"{CARD}?article=sample&heading-level=h2", 400, "from 2 to 6"),
    (f"{CARD}?article=sample&heading-level=%D9%A3", 400, "from 2 to 6"),
    (f"{CARD}?article=sample&heading-level={'9' * 1500}", 400, "from 2 to 6"),
    (f"{CARD}?article=sample&open=maybe", 400, 'open: "maybe" is neither true nor false; write open, or leave it out.'),
    (f"{CARD}?article=sampel", 404, 'article: there is no article "sampel" in the library; did you mean sample?'),
    (f"{CARD}?article=zebra", 404, "the library's pages show its names in their addresses."),
    (f"{CARD}?article=sample&site=nowhere", 404, 'site: there is no site "nowhere"; known: default.'),
    (f"{CARD}?article=sample&site=No%20Where", 400, NAME),
    (f"{BROWSER}?topic=heart", 404, 'topic: there is no topic "heart" in the library; did you mean hearts?'),
    (f"{BROWSER}?topic=hearts&article=zebra", 404, 'article: there is no article "zebra"'),
    (f"{BROWSER}?letter=ab", 400, 'letter: "ab" is not one letter; write a single letter, like h.'),
    (f"{BROWSER}?letter=%3C", 400, "write a single letter, like h"),
    (f"{BROWSER}?letter=%C4%B0", 400, "write a single letter, like h"),
    (f"{CTA}?campaign=nothing", 404, 'campaign: there is no campaign "nothing"; known: none.'),
    (f"{CTA}?campaign=%00", 400, NAME),
    ("/partials/article_card?article=sample", 404, 'There is no widget "article_card"; known: appointment-cta, article-card, symptom-checker'),
    ("/partials/__init__", 404, "known: appointment-cta"),
    ("/partials/%00", 404, "known: appointment-cta"),
    ("/partials/" + "x" * 3000, 404, "known: appointment-cta"),
    (f"{CARD}?article=sample&x={'a' * 2100}", 414, "its query may have 2048 characters"),
    (f"{BROWSER}?{'&' * 2049}", 414, "its query may have 2048 characters"),
]  # fmt: skip

BAD_PAGES = [
    ("/articles/zebra", 404, 'there is no article "zebra"'),
    ("/articles/Heart%20Attack", 400, NAME),
    ("/articles/sample%00", 400, NAME),
    ("/articles/sample%0d%0aSet-Cookie:x=1", 400, NAME),
    ("/articles/%ff", 400, NAME),
    ("/articles/..%5c..%5cetc%5cpasswd", 400, NAME),
    ("/articles/&article=sample", 400, NAME),
    ("/articles/%26article%3Dsample", 400, NAME),
    ("/articles/" + "a" * 5000, 400, NAME),
    ("/articles/", 404, NO_PAGE),
    ("/articles/..%2fsample", 404, NO_PAGE),
    ("/articles/%2e%2e/%2e%2e/etc/passwd", 404, NO_PAGE),
    ("/articles/../../../etc/passwd", 404, NO_PAGE),
    ("/../articles/sample", 404, NO_PAGE),
    ("/static/../../pyproject.toml", 404, NO_PAGE),
    ("/static/%2e%2e%2fembed.js", 404, NO_PAGE),
    ("//articles/sample", 404, NO_PAGE),
    ("/articles/sample;x=1", 400, NAME),
    ("/articles/sample?lang=es&lang=en", 400, "lang: is given 2 times; give it once."),
    ("/articles/sample?site=nowhere", 404, 'there is no site "nowhere"'),
    ("/topics/zebra", 404, 'there is no topic "zebra"'),
    ("/topics/hearts?letter=abc", 400, "write a single letter"),
    ("/?letter=%F0%9F%92%94", 400, "write a single letter"),
    ("/search?site=nowhere", 404, 'there is no site "nowhere"'),
    ("/<script>alert(1)</script>", 404, NO_PAGE),
    ("/wp-login.php", 404, NO_PAGE),
    ("/.git/config", 404, NO_PAGE),
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    seconds = count()  # time that flies, so that no search comes too soon after another
    content = making.library(tmp_path_factory.mktemp("content"))
    made = create_app(Settings(content=content, watch=False), clock=lambda: NOON + timedelta(seconds=next(seconds)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(library: Library) -> Iterator[str]:
    """One server for the whole module."""
    with serving(library) as address:
        yield address


@pytest.mark.parametrize(("target", "status", "sentence"), BAD_CALLS)
def test_a_bad_call_is_told_what_would_be_right(base: str, target: str, status: int, sentence: str) -> None:
    """A wrong call of a partial: 400, 404 or 414, one plain sentence that says what would be right, readable by any page."""
    said = ask(base, target.replace(" ", "%20"))
    assert said.status == status
    assert sentence in said.body
    assert said.body.count("\n") == 1
    assert said.body.endswith(".\n") or said.body.endswith("?\n")
    assert len(said.body) < 400
    assert said.body.isprintable() or said.body[:-1].isprintable()
    assert said.headers["access-control-allow-origin"] == "*"
    assert said.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("target", "status", "sentence"), BAD_PAGES)
def test_a_bad_page_address_leads_on(base: str, target: str, status: int, sentence: str) -> None:
    """A wrong address of a page: 400 or 404, a page with the sentence, and nothing of the address as markup."""
    said = ask(base, target)
    assert said.status == status
    page = parsed(said.body).css_first("main")
    assert page is not None
    assert sentence in page.text()
    assert not dangers(said.body)
    assert "set-cookie" not in said.headers


def test_bad_calls_are_many() -> None:
    """The table holds at least 25 different bad calls."""
    assert len({target for target, _, _ in BAD_CALLS + BAD_PAGES}) >= 25


@pytest.mark.parametrize(
    "raw",
    [
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /articles/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /partials/article-card?article=\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /articles/sample#%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"POST /search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: \xff;q=\r\nIf-None-Match: \xff\r\nConnection: close\r\n\r\n",
    ],
)  # fmt: skip
def test_no_bytes_on_the_socket_make_a_500(base: str, raw: bytes) -> None:
    """What is no request, or hardly one, is refused or dropped; never a 500."""
    said = send(base, raw)
    assert said is None or said.status < 500
    assert said is None or "evil.example" not in said.body
    assert ask(base, "/healthz").status == 200


def test_a_reader_who_goes_away_is_no_fault(base: str, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that ends in the middle of a form is logged as no error of ours."""
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(base)
    for path in ("/search", "/partials/topic-browser"):
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nq=elephant".encode())
        assert ask(base, "/healthz").status == 200
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]


@pytest.mark.parametrize(
    "body",
    [b"", b"q", b"q=", b"q=%ff%00", b"&" * 8000, b"q=a&" * 2000, b"q=%", b"\xff\xfe", b'{"q": "a"}', b"q=" + b"%F0%9F%92%94" * 600, b"=", b"q[]=a"],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "multipart/form-data", ""]
)
def test_no_form_makes_a_500(base: str, body: bytes, kind: str) -> None:
    """A form of any shape is searched for, finds nothing, or is refused."""
    for path in ("/search", BROWSER):
        answer = httpx.post(base + path, content=body, headers={"content-type": kind})
        assert answer.status_code in ({200, 400, 413} if "urlencoded" in kind or not kind else {415})
        assert answer.headers["cache-control"] == "no-store"


# --- Anything at all ---------------------------------------------------------------------------------------

_NAMES = st.sampled_from(
    ["article", "topic", "letter", "open", "site", "lang", "heading-level", "campaign", "code", "q", "utm_source", "", "Article"]
)
_GOOD = st.sampled_from(["sample", "hearts", "default", "es", "3", "h", "1", "true", ""])
_RAW = st.text(
    st.sampled_from(string.printable.replace(" ", "").replace("\r", "").replace("\n", "").replace("\t", "").replace("\x0b", "").replace("\x0c", "")),
    max_size=60,
)
_ANY = st.one_of(_GOOD, st.text(max_size=40).map(lambda text: quote(text.encode("utf-8", "surrogatepass"))), st.binary(max_size=20).map(quote), _RAW)
_QUERY = st.lists(st.tuples(_NAMES, _ANY), max_size=6).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
_PATH = st.one_of(
    st.sampled_from(["/", "/search", "/embed.js", "/sitemap.xml", "/robots.txt", CARD, BROWSER, CTA, "/partials/symptom-checker"]),
    st.tuples(st.sampled_from(["/partials/", "/articles/", "/topics/", "/frame/", "/include/", "/embed-", "/static/library-", "/api/",
    "/"]), _ANY).map("".join),
)  # fmt: skip
_HEADER = st.tuples(
    st.sampled_from(["Accept-Encoding", "If-None-Match", "Accept-Language", "Origin", "Content-Type", "Cookie", "HX-Request", "Range", "Referer",
                     "Access-Control-Request-Headers", "X-Forwarded-Host", "Expect-Nothing"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
).map(": ".join)  # fmt: skip
_METHOD = st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"])


def _checked(said: Said, target: str) -> None:
    assert said.status < 500, target
    if said.headers.get("content-type", "").startswith("text/html"):
        assert not dangers(said.body.replace("<!--health-widgets 1-->", "")), target
    if said.status >= 400 and re.match(r"/partials/[\w-]+(\?|$)", target):
        assert said.headers["access-control-allow-origin"] == "*", target


@settings(max_examples=400)
@given(path=_PATH, query=_QUERY, headers=st.lists(_HEADER, max_size=4), method=_METHOD, body=st.one_of(st.just(b""), st.binary(max_size=200)))
def test_nothing_a_client_sends_makes_a_500(base: str, path: str, query: str, headers: list[str], method: str, body: bytes) -> None:
    """Any path, query, headers, method and form: never a 500, never active markup, CORS on what a partial refuses."""
    target = f"{path}?{query}" if query else path
    plain = [line for line in headers if not line.startswith("Accept-Encoding") or ("br" not in line and "gzip" not in line)]
    _checked(ask(base, target, *plain, method=method, body=body), target)


@settings(max_examples=150)
@given(typed=st.text(max_size=300), path=st.sampled_from(["/search", BROWSER, f"{BROWSER}?topic=hearts&lang=es"]))
def test_any_search_is_answered(base: str, typed: str, path: str) -> None:
    """Whatever is typed is searched for, and stands in the page as text."""
    body = f"q={quote(typed.encode('utf-8', 'surrogatepass'))}".encode()
    said = ask(base, path, "Content-Type: application/x-www-form-urlencoded", method="POST", body=body)
    assert said.status == 200
    assert not dangers(said.body)


@settings(max_examples=400)
@given(query=st.text(st.sampled_from("ab=&;%+ 2C\xe9"), max_size=30))
def test_a_query_is_read_as_the_standard_library_reads_it(query: str) -> None:
    """Whether it needs decoding or not."""
    assert pairs(query) == parse_qsl(query, keep_blank_values=True, errors="replace")


@pytest.mark.parametrize("number", [201, 1000, 2000])
def test_many_parameters_are_ignored(base: str, number: int) -> None:
    """A query of very many parameters is answered like one without them."""
    assert ask(base, f"{CARD}?article=sample{'&' * number}").status == 200
    assert ask(base, f"/articles/sample?{'&' * number}").status == 200


def test_serve_is_what_the_tests_call(serve: Callable[..., str], app: Library) -> None:
    """Two servers over one application answer alike."""
    first, second = serve(app), serve(app)
    assert httpx.get(first + "/healthz").json() == httpx.get(second + "/healthz").json()
