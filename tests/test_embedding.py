"""The ways of embedding that the server makes: frames, includes, oEmbed, pinned scripts; and its limits and headers."""

import base64
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import django
import httpx
import pytest
from django.conf import settings as django_settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path as django_path
from fastapi import FastAPI
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from tests import making
from tests.asking import ask, nodes, parsed
from tests.conftest import NOON, serving
from widgets.app import Library, create_app
from widgets.catalog import catalog
from widgets.limits import Buckets, counted_as
from widgets.settings import Settings, SettingsError
from widgets.widget import BadAttribute

Serve = Callable[..., str]
Make = Callable[..., Library]

CARD = "/frame/article-card?article=sample"
BROWSER = "/frame/topic-browser?topic=hearts"
FRAMES = (CARD, BROWSER, "/frame/symptom-checker", "/frame/appointment-cta")
INCLUDES = tuple(path.replace("/frame/", "/include/") for path in FRAMES)
PUBLIC = "https://library.example"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(content: Path, clock: Clock) -> Iterator[Make]:
    """Applications over the small content folder with other settings."""
    apps: list[Library] = []

    def made(**given: Any) -> Library:
        apps.append(create_app(replace(Settings(content=content, watch=False), **given), clock=clock))
        return apps[-1]

    yield made
    for one in apps:
        one.close()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all the tests that only look."""
    library = create_app(Settings(content=making.library(tmp_path_factory.mktemp("embedding") / "content"), watch=False), clock=lambda: NOON)
    with serving(library) as address:
        yield address
    library.close()


# --- Frames ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FRAMES)
def test_a_frame_may_stand_on_any_page_and_runs_only_our_script(base: str, path: str) -> None:
    """A frame may be framed by anyone, runs files of ours and nothing inline, and is in no search engine."""
    answer = httpx.get(base + path)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert policy.startswith(f"default-src 'none'; script-src 'self' {base}; style-src 'self' {base}; form-action 'self' {base};")
    assert "unsafe" not in policy
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "x-frame-options" not in answer.headers
    for script in parsed(answer.text).css("script"):
        assert script.attributes["src"]
        assert script.text() == ""


@pytest.mark.parametrize("path", FRAMES)
def test_steps_stay_in_the_frame_and_other_links_leave_it(base: str, path: str) -> None:
    """In a frame, a step leads to a frame and says target=_self; every other link leaves by the base target."""
    page = httpx.get(base + path).text
    assert parsed(page).css_first("base").attributes == {"target": "_top"}
    for link in parsed(page).css("a[href]"):
        href = str(link.attributes["href"])
        assert link.attributes.get("target") == ("_self" if href.startswith(f"{base}/frame/") else None), href
        assert "hx-get" not in link.attributes


def test_every_step_of_a_frame_answers(base: str) -> None:
    """Every step within reach of a frame is a frame that answers, and never a partial."""
    seen, ahead = set[str](), [base + CARD, base + BROWSER]
    while ahead:
        address = ahead.pop()
        seen.add(address)
        answer = httpx.get(address)
        assert answer.status_code == 200, address
        assert "/partials/" not in answer.text
        ahead += [href for n in nodes(answer.text) if (href := str(n.attributes.get("href"))).startswith(f"{base}/frame/") and href not in seen]
    assert len(seen) >= 6


def test_the_search_in_a_frame_is_a_form_of_its_own(base: str) -> None:
    """A frame's search posts to the frame itself, stays in it, shows what it found, and is kept nowhere."""
    form = parsed(httpx.get(base + BROWSER).text).css_first("form")
    assert (form.attributes["action"], form.attributes["target"], form.attributes["method"]) == (base + BROWSER, "_self", "post")
    answer = httpx.post(base + BROWSER, data={"q": "sample"})
    assert answer.status_code == 200
    assert "1 " in parsed(answer.text).css_first(".found").text()
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    link = parsed(answer.text).css_first(".results .list a").attributes
    assert link["href"] == f"{base}/frame/topic-browser?topic=hearts&article=sample"
    assert link["target"] == "_self"


def test_a_frame_without_a_search_takes_no_post(base: str) -> None:
    """Posting to a frame that has no search is a 405 that names what it takes."""
    answer = httpx.post(base + CARD, data={"q": "sample"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("article-card", 400),
        ("article-card?article=a%20b", 400),
        ("article-card?article=nothing", 404),
        ("nothing", 404),
        ("topic-browser?lang=en&lang=en", 400),
    ],
)
def test_a_wrong_frame_or_include_says_what_is_wrong(base: str, path: str, status: int) -> None:
    """A frame or include with a wrong attribute is refused in one sentence, without markup."""
    for under in ("/frame/", "/include/"):
        answer = httpx.get(base + under + path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
        assert "<" not in answer.text


def test_a_frame_brings_its_scripts_and_styles_from_our_address(base: str) -> None:
    """A frame's style sheet and script answer at their fingerprinted addresses, immutable; the page's frame.js holds the library's address."""
    page = httpx.get(base + CARD).text
    for address in (n.attributes.get("href") or n.attributes.get("src") for n in parsed(page).css("link, script")):
        answer = httpx.get(str(address))
        assert answer.status_code == 200
        assert answer.headers["cache-control"].endswith("immutable")
    script = httpx.get(base + "/frame.js")
    assert json.dumps(base) in script.text
    assert "BASE" not in script.text
    assert httpx.get(base + "/framed-0000000000000000.js").status_code == 404


# --- Server includes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", INCLUDES)
def test_an_include_is_the_element_with_its_content(base: str, path: str) -> None:
    """An include is one element: a declarative shadow root with the style sheet and the partial, then the fallback link."""
    answer = httpx.get(base + path)
    kind = urlsplit(path).path.rpartition("/")[2]
    text = answer.text
    assert text.startswith(f"<health-{kind}")
    assert text.endswith(f"</health-{kind}>")
    shadow = re.search(r'<template shadowrootmode="open">(.*?)</template>\n(.*)</health', text, re.S)
    assert shadow
    inside, fallback = shadow.groups()
    styles = parsed(inside).css_first("link[rel=stylesheet]").attributes["href"]
    assert httpx.get(str(styles)).headers["content-type"] == "text/css; charset=utf-8"
    assert httpx.get(base + path.replace("/include/", "/partials/")).text in inside
    link = parsed(fallback).css_first("a")
    assert link.text().strip()
    address = str(link.attributes["href"])
    assert not address.startswith(base) or httpx.get(address).status_code == 200
    assert address.startswith(base) or kind == "appointment-cta"  # the site's own button
    assert (answer.headers["x-robots-tag"], answer.headers["access-control-allow-origin"]) == ("noindex", "*")


def test_the_fallback_of_an_include_is_urgent_where_the_widget_is(make: Make, serve: Serve, content: Path) -> None:
    """The emergency line stands in an include's fallback where the article or widget is urgent, and nowhere else."""
    making.article(content, "calm", en=making.text().replace('emergency = "It hurts. {emergency}."\n', ""))
    base = serve(make())

    def urgent(path: str) -> bool:
        return "911" in httpx.get(base + path).text.rpartition("</template>")[2]

    assert urgent("/include/article-card?article=sample")
    assert urgent("/include/symptom-checker")
    assert not urgent("/include/article-card?article=calm")
    assert not urgent("/include/appointment-cta")


def test_the_fallback_of_an_include_says_its_language(make: Make, serve: Serve, content: Path) -> None:
    """An include's link has a lang of its own where its words are in another language than asked for, and none elsewhere."""
    making.article(content, "english", en=making.text())
    base = serve(make())
    link = parsed(httpx.get(base + "/include/article-card?article=english&lang=es").text.rpartition("</template>")[2]).css_first("a")
    assert (link.attributes["lang"], link.attributes["dir"]) == ("en", "ltr")
    link = parsed(httpx.get(base + "/include/article-card?article=english").text.rpartition("</template>")[2]).css_first("a")
    assert "lang" not in link.attributes


def test_an_include_leaves_defaults_out(base: str) -> None:
    """An include's element has the attributes asked for, settled and without those that are the defaults."""
    asked = "article=%20Sample&open&lang=es-MX&site=default&heading-level=2&utm_source=x"
    start = httpx.get(f"{base}/include/article-card?{asked}").text.partition(">")[0]
    assert start == '<health-article-card article="sample" open="" lang="es"'
    assert httpx.get(f"{base}/include/topic-browser?lang=en").text.startswith("<health-topic-browser>")


# --- render_widget -----------------------------------------------------------------------------------------

SHOWN: dict[str, str] = {"article": "sample", "heading_level": "3"}


async def _own(html: str) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><title>The host's own</title>{html}")


def in_starlette(library: Library) -> ASGIApp:
    async def page(request: Request) -> HTMLResponse:
        return await _own(library.render_widget("article-card", **SHOWN))

    return Starlette(routes=[Route("/", page), Mount("/library", library)])


def in_fastapi(library: Library) -> ASGIApp:
    host = FastAPI()

    @host.get("/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return await _own(library.render_widget("article-card", **SHOWN))

    return host


def in_django(library: Library) -> ASGIApp:
    def page(request: HttpRequest) -> HttpResponse:
        template = Engine().from_string("<!doctype html><title>The host's own</title>{{ widget }}")
        return HttpResponse(template.render(Context({"widget": library.render_widget("article-card", **SHOWN)})))

    if not django_settings.configured:
        django_settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=(), SECRET_KEY="of a test", LOGGING_CONFIG=None)
        django.setup()
    django_settings.ROOT_URLCONF = (django_path("", page),)
    return get_asgi_application()


def in_jinja(library: Library) -> ASGIApp:
    environment = Environment(autoescape=True)
    environment.globals["widget"] = library.render_widget
    template = environment.from_string("{{ widget('article-card', article='sample', heading_level='3') }}")

    async def page(request: Request) -> HTMLResponse:
        return await _own(template.render())

    return Starlette(routes=[Route("/", page)])


@pytest.mark.parametrize("host", [in_starlette, in_fastapi, in_django, in_jinja])
def test_render_widget_gives_what_the_include_gives(make: Make, serve: Serve, host: Callable[[Library], ASGIApp]) -> None:
    """In Starlette, FastAPI, Django and Jinja, render_widget() puts in, unescaped, what /include gives for the same attributes."""
    library = make(public_url=PUBLIC)
    include = httpx.get(serve(library) + "/include/article-card?article=sample&heading-level=3").text
    page = httpx.get(serve(host(library)) + "/")
    assert page.status_code == 200
    assert page.text == f"<!doctype html><title>The host's own</title>{include}"
    assert f'href="{PUBLIC}/articles/sample"' in page.text


def test_render_widget_follows_the_content(make: Make, content: Path) -> None:
    """What render_widget() gives is of the edition that is published now."""
    library = make(public_url=PUBLIC)
    assert "A sample" in library.render_widget("article-card", article="sample")
    making.article(content, "sample", en=making.text().replace("A sample", "Another"))
    library.editions.reload()
    assert "Another" in library.render_widget("article-card", article="sample")


def test_render_widget_refuses_what_is_wrong(make: Make) -> None:
    """render_widget() raises BadAttribute for a wrong name or attribute, and SettingsError without a public address."""
    library = make(public_url=PUBLIC)
    with pytest.raises(BadAttribute):
        library.render_widget("nothing")
    for attributes in ({}, {"article": "nothing"}, {"article": '"><script>'}, {"article": "sample", "heading_level": "9"}):
        with pytest.raises(BadAttribute):
            library.render_widget("article-card", **attributes)
    with pytest.raises(SettingsError, match="HEALTH_WIDGETS_PUBLIC_URL"):
        make().render_widget("article-card", article="sample")


def test_render_widget_names_an_attribute_that_there_is_not(make: Make) -> None:
    """A misspelt name is told with the right one, since nobody else's parameters come this way; an address goes on ignoring what it does not know."""
    library = make(public_url=PUBLIC)
    misspelt = r"headinglevel: health-article-card has no such attribute; did you mean heading-level\? Known: article, code,"
    with pytest.raises(BadAttribute, match=misspelt):
        library.render_widget("article-card", article="sample", headinglevel="3")
    with pytest.raises(BadAttribute, match=r"utm-source: health-topic-browser has no such attribute\. Known: topic,"):
        library.render_widget("topic-browser", utm_source="x")


# --- oEmbed ------------------------------------------------------------------------------------------------


def oembed(base: str, url: str, **more: str) -> httpx.Response:
    return httpx.get(base + "/oembed", params={"url": url, **more})


@pytest.mark.parametrize(
    ("page", "frame", "title"),
    [
        ("/articles/sample", "/frame/article-card?article=sample", "A sample"),
        ("/topics/hearts", "/frame/topic-browser?topic=hearts", "Hearts"),
        ("/articles/sample?lang=es", "/frame/article-card?article=sample&lang=es", "A sample"),
        ("/topics/hearts?lang=es&site=north", "/frame/topic-browser?topic=hearts&site=north&lang=es", "Corazones"),
        ("/articles/sample?site=north&utm_source=mail", "/frame/article-card?article=sample&site=north", "A sample"),
        ("/articles/sample#s-what-is-it", "/frame/article-card?article=sample", "A sample"),
        ("/articles/sample/", "/frame/article-card?article=sample", "A sample"),
    ],
)
def test_a_pasted_address_becomes_its_frame(make: Make, serve: Serve, content: Path, page: str, frame: str, title: str) -> None:
    """oEmbed gives for an article its card and for a topic its browser, in the page's language and site, with a link beside the frame."""
    making.write(content / "sites" / "north.toml", making.SITE.replace("Test Library", "North"))
    base = serve(make())
    answer = oembed(base, base + page)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    said = answer.json()
    assert (said["version"], said["type"], said["title"], said["width"], said["height"]) == ("1.0", "rich", title, 600, 480)
    assert said["provider_url"] == base + "/"
    html = parsed(said["html"])
    iframe = html.css_first("iframe").attributes
    assert iframe == {"src": base + frame, "width": "600", "height": "480", "title": title, "referrerpolicy": "strict-origin"}
    assert httpx.get(str(iframe["src"])).status_code == 200
    quoted = html.css_first("blockquote a")
    assert quoted.text() == title
    assert httpx.get(str(quoted.attributes["href"])).status_code == 200
    assert urlsplit(str(quoted.attributes["href"])).path.rstrip("/") == urlsplit(page).path.rstrip("/")


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"maxwidth": "320"}, (320, 480)),
        ({"maxheight": "200", "maxwidth": "5000"}, (600, 200)),
        ({"maxwidth": "0", "maxheight": "-3"}, (600, 480)),
        ({"maxwidth": "wide", "maxheight": "9" * 5000}, (600, 480)),
        ({"maxwidth": "²", "maxheight": ""}, (600, 480)),
    ],
)
def test_oembed_keeps_to_the_room_there_is(base: str, given: dict[str, str], size: tuple[int, int]) -> None:
    """oEmbed's width and height are at most those asked for; what is no number is passed over."""
    if sum(map(len, given.values())) > 2000:
        given = given | {"maxheight": "9" * 900}
    said = oembed(base, base + "/articles/sample", **given).json()
    assert (said["width"], said["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in said["html"]


def test_articles_and_topics_announce_their_oembed(base: str) -> None:
    """Every article and topic page, in each language, links to an oEmbed that answers for it; no other address does."""
    kind = 'link[rel="alternate"][type="application/json+oembed"]'
    for path in ("/articles/sample", "/topics/hearts", "/articles/sample?lang=es", "/topics/hearts?lang=es"):
        (link,) = parsed(httpx.get(base + path).text).css(kind)
        href = str(link.attributes["href"])
        assert parse_qs(urlsplit(href).query)["url"] == [base + path]
        assert httpx.get(href).status_code == 200
    for path in ("/", "/search", "/articles/nothing", "/topics/nothing", "/nowhere", CARD, "/include/article-card?article=sample"):
        assert "oembed" not in httpx.get(base + path).text, path


WRONG = [
    ("", 400), ("x", 404), ("javascript:alert(1)", 404), ("http://[", 404), ("https://other.example/articles/sample", 404),
    ("BASE", 404), ("BASE/", 400), ("BASE/search", 400), ("BASE/articles", 400), ("BASE/articles/", 400), ("BASE/topics/", 400),
    ("BASE/articles/nothing", 404), ("BASE/topics/nothing", 404), ("BASE/articles/sample/more", 400), ("BASE//articles/sample", 400),
    ("BASE//[::1/articles/sample", 400), ("BASE/articles/sample?site=nothing", 404), ("BASE/articles/%00", 400), ("BASE/articles/\ud7ff\n", 400),
    ("BASE/articles/sample&open=1", 400), ("BASE/articles/sample%26open=1", 400), ("BASE.evil.example/articles/sample", 404),
    ("BASE@evil.example/articles/sample", 404), ('BASE/articles/"><script>', 400), ("BASE/frame/article-card?article=sample", 400),
]  # fmt: skip


@pytest.mark.parametrize(("url", "status"), WRONG)
def test_oembed_refuses_what_it_cannot_show(base: str, url: str, status: int) -> None:
    """An address that is missing, malformed, foreign or of another page is a 4xx in plain words, and never a 5xx."""
    answer = oembed(base, url.replace("BASE", base))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_oembed_survives_raw_nonsense(make: Make, serve: Serve) -> None:
    """Queries and hosts that no client library would send are a 4xx too."""
    base = serve(make(public_url=PUBLIC))
    for target in ("/oembed", "/oembed?", "/oembed?url", "/oembed?url=%ff%fe", "/oembed?url=%", "/oembed?" + "url=x&" * 300, "/oembed?&&=&;url=1"):
        assert 400 <= ask(base, target).status < 500, target
    good = "/oembed?url=" + quote(PUBLIC + "/articles/sample", safe="")
    for host in ("[", "[::1", "x y", "library.example:port", "\xe4"):
        assert ask(base, good, host=host).status == 200, host


def test_oembed_speaks_json_only(base: str) -> None:
    """format=xml is a 501, as the standard says; format=json is what comes without it."""
    url = base + "/articles/sample"
    assert oembed(base, url, format="xml").status_code == 501
    assert oembed(base, url, format="json").text == oembed(base, url).text


# --- Headers -----------------------------------------------------------------------------------------------

EVERYTHING = (
    *("/", "/articles/sample", "/topics/hearts", "/search", *FRAMES, *INCLUDES, "/partials/topic-browser", "/embed.js", "/frame.js", "/sitemap.xml"),
    *("/robots.txt", "/healthz", "/readyz", "/nowhere", "/frame/nothing", "/include/article-card", "/oembed", "/embed-0000000000000000.js"),
)


@pytest.mark.parametrize("public", [PUBLIC, "http://library.example", ""])
def test_only_an_https_address_says_that_it_stays_so(make: Make, serve: Serve, public: str) -> None:
    """Pages and frames carry HSTS where the public address is https, and nothing carries it elsewhere."""
    base = serve(make(public_url=public))
    for path in EVERYTHING:
        headers = httpx.get(base + path).headers
        if public != PUBLIC:
            assert "strict-transport-security" not in headers, path
        elif path in {"/", "/articles/sample", "/topics/hearts", "/search", "/nowhere", *FRAMES}:
            assert headers["strict-transport-security"] == "max-age=31536000", path
    if public == PUBLIC:
        assert "strict-transport-security" in httpx.post(base + BROWSER, data={"q": "x"}).headers


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_answer_is_guarded(base: str, path: str) -> None:
    """Every answer says nosniff and CORP; pages, frames, includes and refusals have a policy without unsafe words."""
    headers = httpx.get(base + path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    if path.startswith("/include") or (headers["content-type"].startswith("text/plain") and path != "/robots.txt"):
        assert headers["content-security-policy"].startswith("default-src 'none'; base-uri 'none'; form-action 'none'")
        assert headers["referrer-policy"] == "strict-origin"
    elif headers["content-type"].startswith("text/html") and not path.startswith("/partials"):  # what is there to be shown as a page
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert ("frame-ancestors *" in policy) == (path in FRAMES)
        assert headers["referrer-policy"] == "strict-origin"
        assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"


@pytest.mark.parametrize("path", ["/include/article-card?article=sample", "/oembed", "/frame.js", "/embed.js", "/partials/topic-browser"])
def test_options_is_answered(base: str, path: str) -> None:
    """What may be read from elsewhere answers OPTIONS for two hours, and allows the headers that were asked for."""
    answer = httpx.options(base + path, headers={"origin": "https://p.example", "access-control-request-headers": "x-own, hx-request"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "x-own, hx-request"
    assert answer.headers["access-control-max-age"] == "7200"


# --- Too many searches ---------------------------------------------------------------------------------------


def client(address: str) -> httpx.Client:
    """A client with an address of its own on this machine."""
    return httpx.Client(transport=httpx.HTTPTransport(local_address=address))


def searches(one: httpx.Client, url: str, most: int = 150) -> int:
    """Search until the first refusal; how often it was answered."""
    for n in range(most):
        answer = one.post(url, data={"q": "sample"})
        if answer.status_code != 200:
            assert answer.status_code == 429
            return n
    return most


def test_a_client_may_search_a_hundred_times_at_once(make: Make, serve: Serve, clock: Clock) -> None:
    """A client's 101st search at one moment is a 429 that any page can read, which nothing keeps; others search on."""
    base = serve(make())
    url = base + "/partials/topic-browser"
    with client("127.0.0.1") as one, client("127.0.0.2") as other:
        assert searches(one, url) == 100
        for path in ("/partials/topic-browser", "/frame/topic-browser", "/search"):  # one limit for all that search
            refused = one.post(base + path, data={"q": "sample"})
            assert refused.status_code == 429, path
            assert refused.headers["access-control-allow-origin"] == "*"
            assert refused.headers["retry-after"] == "1"
            assert refused.headers["cache-control"] == "no-store"
            assert refused.headers["x-content-type-options"] == "nosniff"
        assert one.get(url).status_code == 200
        assert one.get(base + "/search").status_code == 200
        assert other.post(url, data={"q": "sample"}).status_code == 200
        clock.forward(1)
        assert searches(one, url) == 20
        clock.forward(3600)
        assert searches(one, url) == 100


def test_refused_searches_cost_nothing_more(make: Make, serve: Serve, clock: Clock) -> None:
    """A client that goes on asking while it is refused waits no longer for it."""
    url = serve(make()) + "/partials/topic-browser"
    with client("127.0.0.1") as one:
        searches(one, url)
        for _ in range(50):
            assert one.post(url, data={"q": "x"}).status_code == 429
        clock.forward(0.5)
        assert searches(one, url) == 10


def test_nothing_of_a_client_is_kept_but_a_salted_hash(make: Make, serve: Serve, clock: Clock) -> None:
    """What the limit keeps of a client is a hash under a salt of this hour: no address, and after the hour nothing to compare it with."""
    library = make()
    url = serve(library) + "/partials/topic-browser"
    buckets = library.serving.searches

    def kept() -> bytes:
        with client("127.0.0.77") as one:
            one.post(url, data={"q": "secret words"})
        (key,) = buckets._left
        assert "127.0.0.77" not in repr(buckets)
        assert "secret" not in repr(buckets)
        assert len(key) == 8
        plain = hashlib.blake2s(b"127.0.0.77", digest_size=8).digest()
        assert key != plain
        return key

    first = kept()
    assert kept() == first
    clock.forward(3599)
    assert kept() == first
    clock.forward(2)
    assert kept() != first


def test_the_limit_keeps_little(make: Make) -> None:
    """However many clients come, at most 50,000 hashes are kept."""
    buckets = make().serving.searches
    for n in range(120_000):
        assert buckets.take(f"client {n}")
    assert len(buckets._left) <= 50_000


def test_a_crowd_does_not_free_who_asks_too_often(make: Make) -> None:
    """A client over its limit stays so while it goes on asking, however many others come in between."""
    buckets = make().serving.searches
    while buckets.take("203.0.113.7"):
        pass
    for n in range(120_000):
        buckets.take(f"client {n}")
        if n % 20_000 == 0:
            assert not buckets.take("203.0.113.7")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    """Who may search may go on when the machine's clock is put right, by a minute or by a day."""
    now = [100_000.0]
    buckets = Buckets(lambda: now[0])
    for back in (60.0, 86_400.0):
        assert buckets.take("203.0.113.7")
        now[0] -= back
        assert buckets.take("203.0.113.7")


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_client_is_its_network(client: str, counted: str) -> None:
    """In IPv6 a client is counted by its /64, of which one reader has as many addresses as he likes; in IPv4 by its address."""
    assert counted_as(client) == counted


# --- Pinned scripts and releases -----------------------------------------------------------------------------


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_the_loader_can_be_pinned(base: str) -> None:
    """/embed-<hash>.js is /embed.js to the byte, immutable, readable by CORS, under the first 16 digits of its SHA-256."""
    loader = httpx.get(base + "/embed.js")
    pinned = httpx.get(f"{base}/embed-{hash_of(loader.text)}.js")
    assert pinned.status_code == 200
    assert pinned.content == loader.content
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert pinned.headers["access-control-allow-origin"] == "*"
    assert "immutable" not in loader.headers["cache-control"]


def test_the_bundle_matches_the_integrity_that_the_loader_gives(base: str) -> None:
    """The loader names its bundle by its hash, and by the SHA-384 of what is served."""
    loader = httpx.get(base + "/embed.js").text
    found = re.search(r'"bundle":"([^"]+)","integrity":"sha256-([^"]+)"', loader)
    assert found
    bundle = httpx.get(found[1])
    assert found[1] == f"{base}/enhance-{hash_of(bundle.text)}.js"
    assert base64.b64encode(hashlib.sha256(bundle.content).digest()).decode() == found[2]
    assert bundle.headers["cache-control"].endswith("immutable")


def test_a_release_keeps_its_scripts(make: Make, serve: Serve, tmp_path: Path) -> None:
    """With a releases folder the server writes its loader and what that fetches there at start, each under its hash and served from it."""
    folder = tmp_path / "kept" / "releases"
    library = make(public_url=PUBLIC, releases=folder)
    written = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    base = serve(library)
    loader = httpx.get(base + "/embed.js").text
    assert written[f"embed-{hash_of(loader)}.js"] == loader
    assert {name.partition("-")[0] for name in written} >= {"embed", "enhance"}
    for name, text in written.items():
        assert name.endswith(f"-{hash_of(text)}.js")
        assert httpx.get(f"{base}/{name}").text == text


def test_a_release_before_is_served_on(make: Make, serve: Serve, tmp_path: Path) -> None:
    """A script of an earlier release is served under its hash, immutable, for as long as it lies in the folder."""
    make(public_url="https://before.example", releases=tmp_path / "releases")
    (before,) = (tmp_path / "releases").glob("embed-*.js")
    base = serve(make(public_url=PUBLIC, releases=tmp_path / "releases"))
    assert len(list((tmp_path / "releases").glob("embed-*.js"))) == 2
    answer = httpx.get(f"{base}/{before.name}")
    assert (answer.status_code, answer.text) == (200, before.read_text("utf-8"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "before.example" in answer.text
    assert httpx.get(f"{serve(make(public_url=PUBLIC))}/{before.name}").status_code == 404


@pytest.mark.parametrize("damage", [b"", b"alert(1)", b"\xff\xfe\x00"])
def test_a_damaged_script_is_not_served(make: Make, serve: Serve, tmp_path: Path, damage: bytes) -> None:
    """A file that is not what its name says is a 404; one of the current release is written anew at the next start."""
    folder = tmp_path / "releases"
    folder.mkdir()
    strange = folder / "embed-0123456789abcdef.js"
    strange.write_bytes(damage)
    base = serve(make(public_url=PUBLIC, releases=folder))
    assert httpx.get(f"{base}/{strange.name}").status_code == 404
    (own,) = set(folder.glob("embed-*.js")) - {strange}
    whole = own.read_bytes()
    own.write_bytes(damage)
    make(public_url=PUBLIC, releases=folder)
    assert own.read_bytes() == whole


def test_only_hashes_are_looked_for(make: Make, serve: Serve, tmp_path: Path) -> None:
    """Nothing but a script under its hash is served from the folder, and nothing from beside it."""
    folder = tmp_path / "releases"
    base = serve(make(public_url=PUBLIC, releases=folder))
    (folder / "embed-notes.js").write_text("x", "utf-8")
    (tmp_path / "embed-x.js").write_text("x", "utf-8")
    for target in ("/embed-notes.js", "/embed-..%2f..%2fembed-x.js", "/embed-%00.js", "/embed-" + "0" * 3000 + ".js", "/embed-0123456789ABCDEF.js"):
        assert ask(base, target).status in {404, 414}, target


def test_a_folder_that_cannot_be_written_harms_nothing(make: Make, serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where releases cannot be written the log says so, and everything is served as ever."""
    (tmp_path / "file").write_text("no folder", "utf-8")
    with caplog.at_level(logging.ERROR, "widgets.embed"):
        base = serve(make(public_url=PUBLIC, releases=tmp_path / "file" / "releases"))
    assert "cannot be written" in caplog.text
    loader = httpx.get(base + "/embed.js")
    assert loader.status_code == 200
    assert httpx.get(f"{base}/embed-{hash_of(loader.text)}.js").status_code == 200
    assert httpx.get(f"{base}/embed-0123456789abcdef.js").status_code == 404


def test_releases_need_a_public_address(content: Path, tmp_path: Path) -> None:
    """HEALTH_WIDGETS_RELEASES without HEALTH_WIDGETS_PUBLIC_URL is refused at start, by name."""
    environ = {"HEALTH_WIDGETS_CONTENT": str(content), "HEALTH_WIDGETS_RELEASES": str(tmp_path / "releases")}
    with pytest.raises(SettingsError, match=r"HEALTH_WIDGETS_RELEASES: needs HEALTH_WIDGETS_PUBLIC_URL"):
        Settings.from_environ(environ)
    assert Settings.from_environ(environ | {"HEALTH_WIDGETS_PUBLIC_URL": PUBLIC}).releases == tmp_path / "releases"


def test_every_widget_can_be_framed_and_included(base: str) -> None:
    """Every widget of the catalogue has its frame and its include, by its declared examples."""
    for kind, widget in catalog().items():
        query = "article=sample" if kind == "article-card" else ""
        for under in ("/frame", "/include"):
            assert httpx.get(f"{base}{under}/{kind}?{query}").status_code == 200, widget
