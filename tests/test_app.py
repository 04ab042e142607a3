"""The addresses, asked over a real socket."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import brotli
import httpx
import pytest

from tests import making
from tests.asking import ask, dangers, nodes, parsed, structured
from tests.conftest import NOON
from widgets.app import Library, create_app
from widgets.settings import Settings

Serve = Callable[..., str]

PAGES = ("/", "/topics/hearts", "/articles/sample")
KEPT = ("/partials/article-card?article=sample", "/partials/topic-browser", "/partials/symptom-checker", "/partials/appointment-cta", *PAGES)
MACHINES = ("/embed.js", "/sitemap.xml", "/robots.txt", "/healthz", "/readyz")
FRESH = "max-age=300, stale-while-revalidate=60, stale-if-error=3600"


@pytest.fixture
def made(content: Path) -> Iterator[Callable[..., Library]]:
    """Applications over the small content folder with other settings."""
    apps: list[Library] = []

    def make(**given: object) -> Library:
        settings = replace(Settings(content=content, watch=False), **given)  # type: ignore[arg-type]
        apps.append(create_app(settings, clock=lambda: NOON))
        return apps[-1]

    yield make
    for one in apps:
        one.close()


@pytest.fixture
def base(app: Library, serve: Serve) -> str:
    return serve(app)


# --- Every answer ------------------------------------------------------------------------------------------


def test_a_partial_stands_between_its_markers(base: str) -> None:
    """A partial begins and ends with its marker comments, and any page may read it."""
    answer = httpx.get(base + "/partials/article-card?article=sample")
    assert answer.status_code == 200
    assert answer.text.startswith("<!--health-widgets 1-->")
    assert answer.text.endswith("<!--/health-widgets-->")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [*KEPT, *MACHINES, "/search", "/nowhere", "/partials/nothing", "/partials/article-card"])
def test_no_answer_is_sniffed_or_sets_a_cookie(base: str, path: str) -> None:
    """Every answer says nosniff and CORP cross-origin, sets no cookie, and exposes no header."""
    headers = httpx.get(base + path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["vary"] == "Accept-Encoding"
    assert "set-cookie" not in headers
    assert "access-control-expose-headers" not in headers


@pytest.mark.parametrize("path", [*KEPT, *MACHINES, "/search", "/nowhere"])
def test_head_is_get_without_its_body(base: str, path: str) -> None:
    """HEAD answers with the status and headers of GET, and no body."""
    got, head = httpx.get(base + path), httpx.head(base + path)
    assert head.status_code == got.status_code
    assert head.content == b""
    apart = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in apart} == {k: v for k, v in got.headers.items() if k not in apart}


@pytest.mark.parametrize("path", KEPT)
def test_pages_and_partials_are_fresh_for_five_minutes(base: str, path: str) -> None:
    """Partials and pages say max-age=300 with a minute's and an hour's allowance."""
    assert httpx.get(base + path).headers["cache-control"] == FRESH


@pytest.mark.parametrize(
    ("path", "status", "control"),
    [
        ("/articles/nothing", 404, "max-age=60"),
        ("/partials/article-card?article=nothing", 404, "max-age=60"),
        ("/nowhere", 404, "max-age=60"),
        ("/partials/article-card?article=no%20name", 400, "no-store"),
        ("/articles/sample?lang=en&lang=es", 400, "no-store"),
        ("/search", 200, "no-store"),
        ("/healthz", 200, "no-store"),
        ("/readyz", 200, "no-store"),
    ],
)
def test_refusals_and_searches_are_not_cached_for_long(base: str, path: str, status: int, control: str) -> None:
    """A 404 holds a minute; a 400, a search and the probes are no-store."""
    answer = httpx.get(base + path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, control)


def test_partials_may_be_read_by_any_page_and_found_by_no_search_engine(base: str) -> None:
    """Partials and their refusals carry CORS and noindex; pages carry neither."""
    for path in KEPT:
        headers = httpx.get(base + path).headers
        is_partial = path.startswith("/partials/")
        assert headers.get("access-control-allow-origin") == ("*" if is_partial else None), path
        assert headers.get("x-robots-tag") == ("noindex" if is_partial else None), path
    for path in ("/partials/article-card", "/partials/article-card?article=nothing", "/partials/nothing"):
        headers = httpx.get(base + path).headers
        assert headers["access-control-allow-origin"] == "*", path
        assert headers["x-robots-tag"] == "noindex", path


def test_pages_run_no_script_but_their_own_and_cannot_be_framed(base: str) -> None:
    """Pages forbid scripts, requests and forms that are not the library's own, and framing; they tell other sites at most their origin."""
    headers = httpx.get(base + "/articles/sample").headers
    assert headers["referrer-policy"] in {"strict-origin", "no-referrer"}
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'; connect-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


# --- Encodings and revalidation ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/articles/sample", "/partials/article-card?article=sample&open", "/embed.js", "/sitemap.xml"])
def test_each_encoding_holds_the_same_text(base: str, path: str) -> None:
    """br, gzip and identity decode to the same bytes, each with its own length and strong ETag."""
    plain = ask(base, path)
    assert "content-encoding" not in plain.headers
    tags = {plain.headers["etag"]}
    for name, decode in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        with httpx.stream("GET", base + path, headers={"accept-encoding": name}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == name
        assert int(answer.headers["content-length"]) == len(raw)
        assert decode(raw).decode() == plain.body
        tags.add(answer.headers["etag"])
    assert len(tags) == 3
    assert all(re.fullmatch(r'"[\w-]+"', tag) for tag in tags)


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip", "gzip"),
        ("br;q=0.001", "br"),
        ("deflate", None),
        ("identity", None),
        ("", None),
        ("brgzip", None),
        ("br;q=0", None),
    ],
)
def test_the_encoding_is_one_the_reader_takes(base: str, accepts: str, encoding: str | None) -> None:
    """The best encoding among those that Accept-Encoding allows, else none."""
    assert httpx.get(base + "/articles/sample", headers={"accept-encoding": accepts}).headers.get("content-encoding") == encoding


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
@pytest.mark.parametrize("path", ["/articles/sample", "/partials/article-card?article=sample", "/embed.js"])
def test_what_the_reader_has_is_not_sent_again(base: str, path: str, encoding: str) -> None:
    """A known ETag, alone, weak, in a list or as *, brings a 304 without body that repeats what a cache needs."""
    first = httpx.get(base + path, headers={"accept-encoding": encoding})
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = httpx.get(base + path, headers={"accept-encoding": encoding, "if-none-match": known})
        assert (again.status_code, again.content) == (304, b""), known
        for name in ("etag", "cache-control", "vary", "access-control-allow-origin"):
            assert again.headers.get(name) == first.headers.get(name)
    assert httpx.get(base + path, headers={"accept-encoding": encoding, "if-none-match": '"other"'}).status_code == 200


def test_an_etag_is_of_one_encoding_only(base: str) -> None:
    """The ETag of one encoding does not vouch for another one."""
    tag = httpx.get(base + "/articles/sample", headers={"accept-encoding": "br"}).headers["etag"]
    assert httpx.get(base + "/articles/sample", headers={"accept-encoding": "gzip", "if-none-match": tag}).status_code == 200


# --- Methods -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/partials/article-card?article=sample", "/partials/topic-browser", "/embed.js"])
def test_a_preflight_is_answered(base: str, path: str) -> None:
    """OPTIONS allows the headers asked for, for two hours, and names no credentials."""
    asked = {"origin": "https://clinic.example", "access-control-request-method": "GET", "access-control-request-headers": "x-csrf-token, hx-request"}
    answer = httpx.options(base + path, headers=asked)
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "x-csrf-token, hx-request"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [*KEPT, "/search", "/embed.js", "/healthz"])
def test_other_methods_are_refused(base: str, path: str, method: str) -> None:
    """A method that an address does not take: 405, a sentence, and the methods that it takes in Allow."""
    answer = httpx.request(method, base + path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "GET" in answer.text


def test_forms_go_only_where_there_is_a_search(base: str) -> None:
    """A form sent to a page or to a widget without search is a 405 that says so."""
    for path in (*PAGES, "/partials/article-card?article=sample", "/partials/symptom-checker"):
        answer = httpx.post(base + path, data={"q": "sample"})
        assert answer.status_code == 405, path
        assert "GET" in answer.text
        assert "GET" in answer.headers["allow"], path


def test_a_search_is_answered_and_kept_nowhere(app: Library, base: str) -> None:
    """What a reader searched is found, is no-store, and is not in the store."""
    before = (len(app.store._kept), len(app.store._aliases))
    for path in ("/search", "/partials/topic-browser", "/partials/topic-browser?topic=hearts"):
        found = httpx.post(base + path, data={"q": "sample"})
        assert found.status_code == 200
        assert found.headers["cache-control"] == "no-store"
        assert "A sample" in parsed(found.text).body.text()
        assert "1 result" in found.text
        none = httpx.post(base + path, data={"q": "elephant"})
        assert "Nothing was found" in none.text
    assert (len(app.store._kept), len(app.store._aliases)) == before


def test_a_search_is_reflected_as_text_only(base: str) -> None:
    """The words searched for stand escaped in the field, and nowhere as markup."""
    typed = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for path in ("/search", "/partials/topic-browser"):
        html = httpx.post(base + path, data={"q": typed}).text
        assert not dangers(html)
        assert "<script>alert" not in html
    field = parsed(httpx.post(base + "/partials/topic-browser", data={"q": typed}).text).css_first("input[name=q]")
    assert field is not None
    assert field.attributes["value"] == typed


def test_a_search_never_travels_in_the_address(base: str) -> None:
    """`?q=` in the address of the search page searches nothing and is not repeated."""
    html = httpx.get(base + "/search?q=elephant").text
    assert "elephant" not in html
    assert all(form.attributes["method"] == "post" for form in nodes(html) if form.tag == "form")


@pytest.mark.parametrize("path", ["/search", "/partials/topic-browser"])
def test_a_long_form_is_refused(base: str, path: str) -> None:
    """A form over 8 KB is a 413 that says how long it may be, with and without a declared length."""
    assert httpx.post(base + path, data={"q": "a" * 8000}).status_code == 200
    for content in (b"q=" + b"a" * 9000, iter([b"q=", b"a" * 5000, b"b" * 5000])):
        answer = httpx.post(base + path, content=content, headers={"content-type": "application/x-www-form-urlencoded"})  # type: ignore[arg-type]
        assert answer.status_code == 413
        assert "8192" in answer.text
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/articles/sample", "/partials/topic-browser", "/embed.js", "/sitemap.xml", "/search"])
def test_a_long_query_is_refused(base: str, path: str) -> None:
    """A query over 2 KB is a 414 that says how long it may be; one of 2 KB is answered."""
    assert httpx.get(f"{base}{path}?utm_x={'a' * 2042}").status_code == 200
    answer = httpx.get(f"{base}{path}?utm_x={'a' * 2043}")
    assert answer.status_code == 414
    assert "2048" in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


# --- The public address ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["library.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example@localhost",
                                  "evil.example\\@localhost",
                                  'localhost:80"><script>', "localhost/evil", "localhost?x",
                                  "localhost#x", "localhost:80:80", "10.0.0.1", "[::2]", ""])  # fmt: skip
def test_an_unknown_host_is_misdirected(base: str, host: str) -> None:
    """Without a public address, a host that is not loopback gets a 421 that names the setting, everywhere an address is printed."""
    for path in ("/", "/articles/sample", "/partials/topic-browser", "/embed.js", "/sitemap.xml", "/robots.txt", "/search", "/nowhere"):
        answer = ask(base, path, host=host or " ")
        assert answer.status == 421, path
        assert "HEALTH_WIDGETS_PUBLIC_URL" in answer.body
        assert not host or host not in answer.body


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "library.localhost:9", "127.0.0.1", "127.9.8.7:80", "[::1]", "[::1]:8000"])
def test_loopback_hosts_need_no_setting(base: str, host: str) -> None:
    """On a loopback host, links stand on the address that was asked."""
    assert f'href="http://{host}/articles/sample"' in ask(base, "/topics/hearts", host=host).body


def test_probes_answer_on_every_host(base: str) -> None:
    """Health and readiness do not depend on the host asked for."""
    for path in ("/healthz", "/readyz"):
        assert ask(base, path, host="10.0.0.1:8000").status == 200


def test_the_public_address_stands_in_every_link(made: Callable[..., Library], serve: Serve) -> None:
    """With a public address, its path included, every link stands on it, whatever host was asked."""
    public = "https://clinic.example/library"
    base = serve(made(public_url=public + "/"))
    for path in (*KEPT, "/sitemap.xml"):
        body = ask(base, path, host="10.1.2.3").body
        assert "10.1.2.3" not in body
        assert f"{public}/" in body
        own = {a.attributes["href"] for a in nodes(body) if a.tag == "a" and a.attributes.get("rel") != "external"}
        assert all(h.startswith((public + "/", "#", "tel:", "https://clinic.example/book")) for h in own if h), path
    assert f'"base":"{public}"' in ask(base, "/embed.js", host="x").body
    robots = ask(base, "/robots.txt", host="x").body
    assert f"Sitemap: {public}/sitemap.xml" in robots
    assert "Disallow: /library/partials/" in robots


# --- Names and languages -----------------------------------------------------------------------------------


def test_unknown_parameters_are_ignored(base: str) -> None:
    """utm_source, ver and the like change nothing in an answer."""
    for path in KEPT:
        extra = ("&" if "?" in path else "?") + "utm_source=x&ver=3&fbclid=%00&utm_source=y"
        assert httpx.get(base + path + extra).text == httpx.get(base + path).text


def test_renamed_articles_and_topics_answer_for_ever(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """A former name shows the article or topic under its present name, canonical address included."""
    making.article(content, "sample", 'topics = ["hearts"]\nformerly = ["old-sample"]')
    making.write(content / "topics" / "hearts.toml", 'formerly = ["old-hearts"]\n' + making.TOPIC)
    base = serve(made())
    for old, new in (
        ("/articles/old-sample", "/articles/sample"),
        ("/topics/old-hearts", "/topics/hearts"),
        ("/partials/article-card?article=old-sample&open", "/partials/article-card?article=sample&open"),
        ("/partials/topic-browser?topic=old-hearts&article=old-sample", "/partials/topic-browser?topic=hearts&article=sample"),
    ):
        answer = httpx.get(base + old)
        assert answer.status_code == 200, old
        assert answer.text == httpx.get(base + new).text
        assert "old-" not in answer.text
    assert f'<link rel="canonical" href="{base}/articles/sample">' in httpx.get(base + "/articles/old-sample").text


def bilingual(content: Path) -> None:
    """A second article, in both languages."""
    spanish = making.text().replace("A sample", "Una muestra").replace("It hurts.", "Duele.")
    making.article(content, "both", making.ARTICLE, en=making.text(), es=spanish)


def test_each_page_names_itself_and_its_other_languages(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """Canonical is the page's own address; hreflang names each language that there is, and x-default."""
    bilingual(content)
    base = serve(made())
    cases = {
        "/articles/sample": {"en": "", "x-default": ""},
        "/articles/both": {"en": "", "es": "?lang=es", "x-default": ""},
        "/topics/hearts": {"en": "", "es": "?lang=es", "x-default": ""},
        "/": {"en": "", "es": "?lang=es", "x-default": ""},
    }
    for path, expected in cases.items():
        for lang in ("", "?lang=es"):
            page = parsed(httpx.get(base + path + lang).text)
            links = {n.attributes["hreflang"]: n.attributes["href"] for n in page.css("link[hreflang]")}
            assert links == {code: base + path + query for code, query in expected.items()}
            canonical = page.css_first('link[rel="canonical"]')
            assert canonical is not None
            assert canonical.attributes["href"] == base + path + lang


@pytest.mark.parametrize(
    "path", ["/articles/sample?lang=es", "/partials/article-card?article=sample&lang=es", "/partials/topic-browser?article=sample&lang=es"]
)
def test_a_missing_translation_says_so_in_the_language_asked_for(base: str, path: str) -> None:
    """Text in the site's language is marked as such; the notice and the emergency words are in the language asked for."""
    html = httpx.get(base + path).text
    assert "Este texto todavía no está disponible en español." in html
    assert "En una emergencia, llame al 911 ahora." in html
    assert "It hurts. <strong>Call 911 now</strong>." in html
    heading = parsed(html).css_first("h1.title, h2.title")
    assert heading is not None
    assert (heading.text(), heading.attributes["lang"]) == ("A sample", "en")
    assert html.index("En una emergencia") < html.index("It hurts.") < html.index("A sample</h")


@pytest.mark.parametrize("lang", ["english", "%7B%7Blang%7D%7D", "fr", "-", "x" * 500, ""])
def test_a_language_that_means_nothing_is_ignored(base: str, lang: str) -> None:
    """A language that is not offered shows the site's own."""
    assert httpx.get(f"{base}/articles/sample?lang={lang}").text == httpx.get(base + "/articles/sample").text


@pytest.mark.parametrize("lang", ["es", "ES", "es-MX", "es_419", "es-Latn-MX"])
def test_a_language_is_looked_up_by_its_range(base: str, lang: str) -> None:
    """RFC 4647: es-MX finds es; the answer's links and canonical say es."""
    assert httpx.get(f"{base}/topics/hearts?lang={lang}").text == httpx.get(base + "/topics/hearts?lang=es").text
    assert '<html lang="es" dir="ltr">' in httpx.get(f"{base}/topics/hearts?lang={lang}").text


def test_accept_language_is_never_read(base: str) -> None:
    """The reader's Accept-Language changes nothing."""
    assert httpx.get(base + "/", headers={"accept-language": "es"}).text == httpx.get(base + "/").text


# --- Complete pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/search", "/articles/sample?lang=es", "/topics/hearts?lang=es", "/nowhere"])
def test_every_page_is_complete_without_script(base: str, path: str) -> None:
    """Each page has a title, one h1, a skip link to main, a search form, the menu, the call to action and the disclaimer, and no danger."""
    html = httpx.get(base + path).text
    page = parsed(html)
    assert not dangers(html)
    assert page.css_first("title").text(strip=True)  # type: ignore[union-attr]
    assert len(page.css("h1")) == 1
    skip = page.css_first("body > header:first-child > a.skip:first-child")
    assert skip is not None
    assert skip.attributes["href"] == "#main"
    assert page.css_first("main#main[tabindex='-1']") is not None
    assert page.css_first(f'form[method=post][action^="{base}/search"] input[name=q]') is not None
    assert f"{base}/topics/hearts" in html
    assert page.css_first(".disclaimer") is not None
    if path != "/nowhere":
        assert page.css_first("a[href='https://clinic.example/book'][referrerpolicy=no-referrer]") is not None
    identifiers = [n.attributes["id"] for n in nodes(html) if "id" in n.attributes]
    assert len(identifiers) == len(set(identifiers))


def test_every_link_of_a_page_leads_somewhere(base: str) -> None:
    """Every link of ours, from page to page, is answered with 200."""
    seen: set[str] = set()
    waiting = [base + "/"]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = httpx.get(address)
        assert answer.status_code == 200, address
        found = {n.attributes["href"].partition("#")[0] for n in nodes(answer.text) if n.tag in {"a", "link"} and n.attributes.get("href")}  # type: ignore[union-attr]
        waiting += [link for link in found if link.startswith(base) and link not in seen and link not in waiting]
    assert len(seen) >= 6


def test_an_article_page_shows_all_that_must_travel_with_it(base: str) -> None:
    """Emergency words first, then title, review state, author, sources, licence; JSON-LD names no review that was not."""
    html = httpx.get(base + "/articles/sample").text
    main = html[html.index("<main") :]
    shown = [
        "It hurts. <strong>Call 911 now</strong>.", "<h1", "Written January 10, 2026. Not clinically reviewed.", "By Sample writers", "What is it?",
             "NHLBI", "CC BY 4.0", "Not a doctor"]  # fmt: skip
    places = [main.index(words) for words in shown]
    assert places == sorted(places)
    (data,) = structured(html)
    assert data["@type"] == "MedicalWebPage"
    assert data["name"] == "A sample"
    assert data["url"] == base + "/articles/sample"
    assert not {"lastReviewed", "reviewedBy"} & data.keys()


def test_a_source_in_another_language_is_marked_as_such(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """A page in English below a text in Spanish: its title is in English for a screen reader and for search engines."""
    bilingual(content)
    text = content / "articles/both/es.md"
    text.write_text(text.read_text("utf-8").replace('title = "Samples"', 'title = "Samples"\nlanguage = "en"'), "utf-8")
    base = serve(made())
    for path, expected in {"/articles/both?lang=es": "en", "/articles/both": None}.items():
        html = httpx.get(base + path).text
        source = parsed(html).css_first(".sources a")
        assert source is not None
        assert [source.attributes.get(name) for name in ("lang", "hreflang")] == [expected] * 2
        assert [one.get("inLanguage") for one in structured(html)[0]["citation"]] == [expected]


def test_the_home_page_and_topics_list_what_they_hold(base: str) -> None:
    """The home page leads to the topics, a topic to its articles, each with its JSON-LD."""
    home, topic = (httpx.get(base + path).text for path in ("/", "/topics/hearts"))
    assert "Test Library" in home
    assert "1 article" in home
    assert f'href="{base}/articles/sample"' in topic
    assert structured(topic)[0]["name"] == "Hearts"


# --- Files for machines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checker", "expected"), [("", False), ('address = "https://clinic.example/check"\n', True), ("without words", True)], ids=["ours", "own", "none"]
)
def test_the_symptoms_topic_is_in_the_menu_unless_the_checker_leads_to_it(
    content: Path, made: Callable[..., Library], serve: Serve, checker: str, expected: bool
) -> None:
    """The symptom checker's line stands for the Symptoms topic only where it leads there."""
    making.write(content / "topics" / "symptoms.toml", making.TOPIC)
    head, section, words = making.SITE.partition("[symptom-checker]\n")
    making.write(content / "sites" / "default.toml", head + (section + checker + words if checker != "without words" else ""))
    menu = parsed(httpx.get(serve(made()) + "/articles/sample").text).css("nav.side > ul > li > a")
    assert any("/topics/symptoms" in str(a.attributes["href"]) and a.text() == "Hearts" for a in menu) is expected
    assert any(a.text() == "Symptom checker" for a in menu) is (checker != "without words")


def test_letters_are_found_with_their_accents(base: str) -> None:
    """A letter with an accent is the letter that the lists from A to Z go by."""
    assert httpx.get(base + "/topics/hearts?letter=%C3%81").text == httpx.get(base + "/topics/hearts?letter=a").text


def test_a_switch_of_language_keeps_the_letter(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """It leads to the same letter, on the page and in the widget; to the topic where no title begins with it in that language."""
    spanish = making.text().replace("A sample", "Zumo")
    making.article(content, "juice", en=making.text().replace("A sample", "Juice"), es=spanish)
    base = serve(made())
    for path, switch in {
        "/topics/hearts?letter=a": "/topics/hearts?lang=es&letter=a",
        "/topics/hearts?letter=j": "/topics/hearts?lang=es",
        "/?letter=j": "/?lang=es",
        "/topics/hearts?letter=z&lang=es": "/topics/hearts",
        "/partials/topic-browser?topic=hearts&letter=a&page-number=2": "/topics/hearts?lang=es&letter=a",
        "/partials/topic-browser?topic=hearts&letter=j": "/topics/hearts?lang=es",
    }.items():
        assert parsed(httpx.get(base + path).text).css_first("[data-switch]").attributes["href"] == base + switch  # type: ignore[union-attr]


def test_no_two_pages_of_a_topic_share_a_title(base: str) -> None:
    """The title names the letter and the page of a list, in the front page's A to Z too."""
    paths = {"/": "Test Library", "/?letter=a": "Letter A | Test Library", "/topics/hearts": "Hearts | Test Library",
             "/topics/hearts?letter=a": "Hearts: Letter A | Test Library", "/topics/hearts?page-number=2": "Hearts: Page 2 | Test Library",
             "/topics/hearts?letter=a&lang=es": "Corazones: Letra A | Biblioteca de prueba"}  # fmt: skip
    assert {path: parsed(httpx.get(base + path).text).css_first("title").text() for path in paths} == paths  # type: ignore[union-attr]


def test_hours_in_another_language_say_so(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """Opening hours that a site has in one language alone have that language on them."""
    site = content / "sites" / "default.toml"
    site.write_text(site.read_text("utf-8").replace("[symptom-checker]", '[appointment.hours]\nen = "Mondays"\n[symptom-checker]'), "utf-8")
    base = serve(made())
    for path, lang in {"/?lang=es": "en", "/partials/appointment-cta?lang=es": "en", "/partials/appointment-cta": None}.items():
        hours = parsed(httpx.get(base + path).text).css_first(".hours span")
        assert (hours.text(), hours.attributes.get("lang")) == ("Mondays", lang)  # type: ignore[union-attr]


def test_the_sitemap_names_every_page_in_every_language(content: Path, made: Callable[..., Library], serve: Serve) -> None:
    """The sitemap is valid XML that names each page, with no query or withdrawn article, and all of it answers."""
    bilingual(content)
    withdrawn = making.text(tables='[withdrawn]\nnotice = "Out of date."')
    making.article(content, "gone", making.ARTICLE, en=withdrawn)
    making.article(content, "half", making.ARTICLE, en=withdrawn, es=making.text())
    making.article(content, "other", making.ARTICLE, en=making.text(), es=withdrawn)
    base = serve(made())
    answer = httpx.get(base + "/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    named = [loc.text for loc in ElementTree.fromstring(answer.content).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    paths = ["/", "/?lang=es", "/topics/hearts", "/topics/hearts?lang=es", "/articles/both", "/articles/both?lang=es", "/articles/sample"]
    paths += ["/articles/half?lang=es", "/articles/other"]
    assert sorted(named) == sorted(base + path for path in paths)  # type: ignore[type-var]
    assert all(httpx.get(str(address)).status_code == 200 for address in named)


def test_robots_keeps_partials_and_searches_out(base: str) -> None:
    """robots.txt shuts partials and search, and names the sitemap."""
    lines = httpx.get(base + "/robots.txt").text.splitlines()
    assert {"User-agent: *", "Disallow: /partials/", "Disallow: /search", f"Sitemap: {base}/sitemap.xml"} <= set(lines)


def test_health_and_readiness(app: Library, base: str) -> None:
    """healthz says ok; readyz names version, articles, faults, and how many searches there were and found nothing."""
    assert httpx.get(base + "/healthz").json() == {"status": "ok"}
    said = {"status": "ready", "version": app.editions.current.version, "articles": 1, "faults": 0}
    assert httpx.get(base + "/readyz").json() == said | {"searches": {"asked": 0, "found_nothing": 0}}
    for path, typed in (("/search", "sample"), ("/partials/topic-browser", "xqzptv"), ("/frame/topic-browser", "qqqq"), ("/search", " ")):
        httpx.post(base + path, data={"q": typed})
    assert httpx.get(base + "/readyz").json() == said | {"searches": {"asked": 3, "found_nothing": 2}}


def test_the_loader_and_its_files_are_served_as_named(base: str) -> None:
    """The loader knows its origin; the files it and the pages name are served immutable; another hash is a 404."""
    text = httpx.get(base + "/embed.js").text
    assert f'"base":"{base}"' in text
    for address in (re.search(r'"bundle":"([^"]+)"', text)[1], re.search(r'href="([^"]+\.css)"', httpx.get(base + "/").text)[1]):  # type: ignore[index]
        answer = httpx.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].endswith("charset=utf-8")
        assert httpx.get(re.sub(r"-[0-9a-f]{16}\.", "-0123456789abcdef.", address)).status_code == 404


def test_the_loader_may_be_pinned(app: Library, base: str) -> None:
    """/embed-<hash>.js is the loader under its hash, immutable and readable with integrity from any origin."""
    from widgets import embed

    asset = embed.loader(base, app.editions.current)
    answer = httpx.get(f"{base}/embed-{asset.hash}.js")
    assert answer.text == asset.text == httpx.get(base + "/embed.js").text
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_trailing_slash_leads_to_the_address_without_it(base: str) -> None:
    """With its query, for a form as well, on the page of another site too; and what was meant is answered there."""
    for path, meant in {
        "/articles/sample/": "/articles/sample",
        "//": "/",
        "/articles/sample/?lang=es&utm_source=a%20b": "/articles/sample?lang=es&utm_source=a%20b",
        "/articles/%C3%A9%0D%0A%3Fb/": "/articles/%C3%A9%0D%0A%3Fb",
        "/partials/topic-browser/?topic=hearts": "/partials/topic-browser?topic=hearts",
        "/api/articles/": "/api/articles",
        "/embed.js/": "/embed.js",
    }.items():
        answer = ask(base, path)
        assert (answer.status, answer.headers["location"]) == (308, base + meant)
        assert answer.headers["access-control-allow-origin"] == "*"
    found = httpx.post(base + "/api/search/", data={"q": "sample"}, follow_redirects=True)
    assert found.json()["total"] == 1


def test_a_trailing_slash_leads_to_no_other_host(base: str, made: Callable[..., Library], serve: Serve) -> None:
    """What is no address of ours is a 404 of ours, and a host that a client named is never gone to."""
    assert ask(base, f"/articles/sample/?x={'a' * 2050}").status == 414
    for path in (
        "//evil.example/",
        "//evil.example/articles/sample/",
        "/articles//evil.example/",
        "/%2f/evil.example/",
        "/nothing/",
        "/articles/a//",
    ):
        answer = ask(base, path)
        assert answer.status == 404, path
        assert "location" not in answer.headers
    assert ask(base, "/articles/sample/", host="evil.example").status == 421
    public = serve(made(public_url="https://clinic.example/library"))
    assert ask(public, "/articles/sample/", host="evil.example").headers["location"] == "https://clinic.example/library/articles/sample"


def test_the_page_for_nothing_leads_on(base: str) -> None:
    """A 404 page says so in plain words, is not indexed, and leads to the library; near names are offered."""
    answer = httpx.get(base + "/articles/sampel")
    assert answer.status_code == 404
    assert 'there is no article "sampel" in the library; did you mean sample?' in parsed(answer.text).css_first("main").text()  # type: ignore[union-attr]
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "canonical" not in answer.text
    assert json.dumps(answer.headers["content-type"]) == '"text/html; charset=utf-8"'


def test_the_front_page_and_the_menu_name_the_way_down(content: Path, serve: Callable[..., str]) -> None:
    """Below each top stand its topics and those below them, in the order of the tree: "Heart Topics | Heart and Circulation | Heart Conditions"."""
    for slug, parent in (("vessels", "hearts"), ("arteries", "vessels"), ("veins", "vessels")):
        making.write(content / "topics" / f"{slug}.toml", f'parent = "{parent}"\n' + making.TOPIC.replace("Hearts", slug.capitalize()))
    base = serve(create_app(Settings(content=content, watch=False)))
    home, menu = (parsed(httpx.get(base + path).text) for path in ("/", "/topics/hearts"))
    assert [link.text() for link in home.css(".topics .below a")] == ["Vessels", "Arteries", "Veins"]
    assert "Arteries" in menu.css_first(".side").text()
