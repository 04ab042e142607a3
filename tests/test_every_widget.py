"""Laws that every widget of the catalogue keeps, and static checks over every partial's template."""

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asking import dangers, nodes, parsed
from tests.conftest import NOON, serving
from widgets.app import Library, create_app
from widgets.catalog import catalog
from widgets.settings import Settings, files
from widgets.values import flag
from widgets.widget import BadAttribute, Widget, html_name

WIDGETS = list(catalog().values())
EXAMPLES = [(widget, dict(example)) for widget in WIDGETS for example in widget.examples]
PARTIALS = sorted((files() / "templates" / "partials").glob("*.html"))


def _name(value: object) -> str | None:
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, Path):
        return value.stem
    return urlencode(value) if isinstance(value, dict) else None


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    """The sample library that comes with the package: the examples name what it holds."""
    made = create_app(Settings(watch=False), clock=lambda: NOON)
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(library: Library) -> Iterator[str]:
    with serving(library) as address:
        yield address


def _partial(base: str, widget: type[Widget], example: dict[str, str]) -> str:
    answer = httpx.get(f"{base}/partials/{widget.kind()}?{urlencode(example)}")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("widget", WIDGETS, ids=_name)
def test_every_attribute_is_declared_in_full(widget: type[Widget]) -> None:
    """A widget has a doc, a room and examples; each attribute a doc in one or more sentences and an example its check takes."""
    assert widget.doc.endswith(".")
    assert widget.examples
    assert re.fullmatch(r"[0-9.]+em|0", widget.room)
    for f in widget.declared():
        assert f.metadata["doc"].endswith("."), f.name
        f.metadata["check"](f.metadata["example"])


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_every_example_is_shown(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """Each example renders between the markers, in one root that names language and direction, without danger."""
    html = _partial(base, widget, example)
    assert html.startswith("<!--health-widgets 1--><div")
    assert html.endswith("</div><!--/health-widgets-->")
    (root,) = [n for n in nodes(html) if "hw" in (n.attributes.get("class") or "").split()]
    assert root.attributes["lang"] == example.get("lang", "en")
    assert root.attributes["dir"] == "ltr"
    assert not dangers(html)


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_ids_are_unique_within_a_partial(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """No id stands twice, and every reference to one leads to it."""
    html = _partial(base, widget, example)
    found = [n.attributes["id"] for n in nodes(html) if "id" in n.attributes]
    assert len(found) == len(set(found))
    for node in nodes(html):
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "data-jump"):
            assert set((node.attributes.get(name) or "").split()) <= set(found), name


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_every_address_in_a_partial_is_absolute_and_answered(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """Addresses are absolute; each hx-get stands beside an href, hx-post beside an action; ours are all answered."""
    html = _partial(base, widget, example)
    ours: set[str] = set()
    for node in nodes(html):
        attributes = node.attributes
        assert "hx-get" not in attributes or (node.tag == "a" and attributes.get("href"))
        assert "hx-post" not in attributes or (node.tag == "form" and attributes.get("action") and attributes.get("method") == "post")
        for name in ("href", "action", "hx-get", "hx-post", "src"):
            if address := attributes.get(name):
                assert re.match(r"https?://|tel:|mailto:", address), address
                ours |= {address.partition("#")[0]} if address.startswith(base) else set()
    for address in sorted(ours)[:40]:
        assert httpx.get(address).status_code == 200, address


NOTICED = [
    (catalog()["article-card"], {"article": "angina", "lang": "es"}),
    (catalog()["article-card"], {"article": "angina", "lang": "es", "open": "1"}),
]


@pytest.mark.parametrize(("widget", "example"), [*EXAMPLES, *NOTICED], ids=_name)
def test_a_partial_brings_the_styles_that_not_every_one_needs(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """Each class of a partial that is styled in static/css, and not in the loader's own sheet, is styled by what comes with the partial."""
    static = files() / "static"
    everyone, some = (static / "widgets.css").read_text("utf-8"), "".join(p.read_text("utf-8") for p in (static / "css").glob("*.css"))
    found = [node.attributes for node in nodes(_partial(base, widget, example))]
    brought = "".join(attributes.get("data-css") or "" for attributes in found)
    worn = {name for attributes in found for name in (attributes.get("class") or "").split()}
    styled = {name for name in worn if re.search(rf"\.{name}\b(?!-)", some) and not re.search(rf"\.{name}\b(?!-)", everyone)}
    assert {name for name in styled if f".{name}" not in brought} == set()


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_links_out_tell_nobody_where_the_reader_was(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """Every link that leaves the library says no-referrer."""
    for node in nodes(_partial(base, widget, example)):
        href = node.attributes.get("href") or ""
        if node.tag == "a" and href.startswith("http") and not href.startswith(base):
            assert node.attributes.get("referrerpolicy") == "no-referrer", href


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_heading_levels_fit_and_do_not_skip(base: str, widget: type[Widget], example: dict[str, str]) -> None:
    """The first heading has the level asked for, and none below skips one."""
    levels = [int(n.tag[1]) for n in nodes(_partial(base, widget, example)) if re.fullmatch("h[1-6]", n.tag)]
    assert not levels or levels[0] == int(example.get("heading-level", 2))
    assert all(after <= before + 1 for before, after in pairwise(levels))
    deep = _partial(base, widget, example | {"heading-level": "6"})
    assert {n.tag for n in nodes(deep) if re.fullmatch("h[1-6]", n.tag)} <= {"h6"}


@pytest.mark.parametrize(("widget", "example"), EXAMPLES, ids=_name)
def test_an_address_names_its_widget(widget: type[Widget], example: dict[str, str]) -> None:
    """parse and address are each other's inverse; defaults are left out; equal widgets have equal addresses."""
    one = widget.parse(urlencode(example))
    again = widget.parse(urlsplit(one.address()).query)
    assert again == one
    assert hash(again) == hash(one)
    assert again.address() == one.address()
    named = parse_qs(urlsplit(one.address()).query, keep_blank_values=True)
    assert set(named) == {html_name(f) for f in widget.declared() if getattr(one, f.name) != f.default}


@settings(deadline=None)  # on a busy machine one call in a hundred takes long
@given(st.data())
def test_any_widget_that_parses_has_an_address_that_parses(data: st.DataObject) -> None:
    """Whatever attributes a check takes, the address made from them means the same widget."""
    widget = data.draw(st.sampled_from(WIDGETS))
    values = st.one_of(st.sampled_from(["heart-attack", "h", "3", "1", "", "es", "0", "true", "İ", "ß", "ﬁ", "#", " x "]), st.text(max_size=5))
    given = data.draw(st.dictionaries(st.sampled_from([html_name(f) for f in widget.declared()]), values, max_size=5))
    try:
        one = widget.parse(urlencode(given))
    except BadAttribute:
        return
    assert widget.parse(urlsplit(one.address()).query) == one


@pytest.mark.parametrize("widget", WIDGETS, ids=_name)
def test_an_unknown_site_is_not_found(base: str, widget: type[Widget]) -> None:
    """A site that is not set up: 404 with the sites there are, for every widget."""
    example = {**widget.examples[0], "site": "nowhere"}
    answer = httpx.get(f"{base}/partials/{widget.kind()}?{urlencode(example)}")
    assert answer.status_code == 404
    assert answer.text.startswith('site: there is no site "nowhere"; known: default')


WRONG = ["no name", "../x", "\x00", "x" * 5000, "<b>", "99"]


@pytest.mark.parametrize("widget", WIDGETS, ids=_name)
def test_every_attribute_refuses_in_one_sentence(base: str, widget: type[Widget]) -> None:
    """A wrong value brings one sentence that begins with the attribute and quotes what was given, shortened."""
    for f in widget.declared():
        for wrong in WRONG:
            query = urlencode({**widget.examples[0], html_name(f): wrong})
            try:
                f.metadata["check"](wrong)
            except ValueError:
                with pytest.raises(BadAttribute) as refused:
                    widget.parse(query)
                sentence = str(refused.value)
                assert sentence.startswith(f'{html_name(f)}: "')
                assert sentence.count(". ") == 0
                assert sentence.endswith(".")
                assert len(sentence) < 250
                assert sentence.isprintable()


@pytest.mark.parametrize("widget", WIDGETS, ids=_name)
def test_a_widget_is_frozen(widget: type[Widget]) -> None:
    """A widget cannot be changed: it is a cache key."""
    one = widget.parse(urlencode(widget.examples[0]))
    with pytest.raises(AttributeError):
        one.site = "other"  # type: ignore[misc]
    assert {f.name for f in fields(one)} == {f.name for f in widget.declared()}


@pytest.mark.parametrize("widget", WIDGETS, ids=_name)
def test_its_own_attributes_come_first(widget: type[Widget]) -> None:
    """A widget's own attributes stand before those all widgets share, in its address and its documentation."""
    names = [html_name(f) for f in widget.declared()]
    assert names[-3:] == ["site", "lang", "heading-level"]
    assert all(f.default is False for f in widget.declared() if f.metadata["check"] is flag)


# --- The templates, as they are written --------------------------------------------------------------------

_FORBIDDEN = {
    "an element that reaches the host": r"<(script|style|title|base|iframe|link|meta|object|embed|use)\b",
    "an inline style": r"\sstyle\s*=",
    "an event handler": r"\son[a-z]+\s*=",
    "hx-on": r"\b(data-)?hx-on",
    "an evaluated value": r"\bjs:|javascript:|hx-vars|hx-vals\s*=\s*[\"']js",
    "a filter in hx-trigger": r"hx-trigger\s*=\s*\"[^\"]*\[",
    "changed with delay or throttle": r"hx-trigger\s*=\s*\"[^\"]*\bchanged\b",
    "a trigger from elsewhere": r"from:(body|document|window|outside)",
    "what moves the host": r"\bhx-(boost|push-url|replace-url|history|preserve|history-elt)\b|autofocus|view-transition|transition:",
    "a relative address": r"\b(href|src|action|hx-get|hx-post)\s*=\s*\"(?!\{\{|https?://|tel:|#)",
    "unescaped output": r"\|\s*safe\b|autoescape false|Markup\(",
}  # fmt: skip


def _written(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", PARTIALS, ids=_name)
@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_partial_is_written_with_what_hurts_a_host(path: Path, what: str) -> None:
    """A partial's template holds nothing on the list of what reaches, or needs, the host page."""
    found = re.search(_FORBIDDEN[what], _written(path), re.IGNORECASE)
    assert found is None, f"{path.name}: {what}: {found[0] if found else ''}"


@pytest.mark.parametrize("path", PARTIALS, ids=_name)
def test_hx_get_and_hx_post_are_written_beside_href_and_action(path: Path) -> None:
    """hx-get is only ever made with its href (by `step`), and hx-post stands in a form with an action."""
    text = _written(path)
    for tag in re.findall(r"<[a-z][^<>]*?hx-(?:get|post)[^<>]*>", text):
        assert (re.match(r"<a\s", tag) and "href=" in tag) or (re.match(r"<form\s", tag) and "action=" in tag and 'method="post"' in tag), tag
    identifiers = re.findall(r"\sid=\"([^\"{]+)\"", text)
    assert len(identifiers) == len(set(identifiers))


def test_the_list_of_what_hurts_finds_it() -> None:
    """Each rule of the list goes red on a sample of what it forbids."""
    samples = ["<script>", '<p style="x">', '<p onclick="x">', "<p hx-on:click=1>",
    "hx-vals='js:{}'", '<a hx-trigger="click[x]">', '<a hx-trigger="input changed delay:1s">',
               'hx-trigger="x from:body"', "<a hx-boost=true>", '<a href="/x">', "{{ x|safe }}"]  # fmt: skip
    for sample, pattern in zip(samples, _FORBIDDEN.values(), strict=True):
        assert re.search(pattern, sample), sample


def test_emergency_words_stand_first(base: str) -> None:
    """Where an article has emergency words, nothing readable stands before them."""
    html = _partial(base, catalog()["article-card"], {"article": "heart-attack"})
    body = parsed(html).body
    assert body is not None
    assert " ".join(body.text().split()).startswith("Emergency:")
