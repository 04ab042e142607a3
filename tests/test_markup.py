"""Markdown becomes safe HTML in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.content import markdown as compiling
from widgets.content.markdown import from_markdown
from widgets.content.markup import SAYINGS, Heading, Markup, Reference, Saying, _unique, fold, from_plain, in_parts, slugify


def html(markup: Markup) -> str:
    """The strings among the parts: what is sent as it stands."""
    return "".join(part for part in markup.parts if isinstance(part, str))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src='https://evil.example'></iframe>",
        "<style>body{display:none}</style>",
        '<p onclick="alert(1)" style="color:red">x</p>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,xx)",
        "[x](//evil.example)",
        '<a href="vbscript:x">x</a>',
        "<math><mtext><style><img src onerror=alert(1)></style></mtext></math>",
        "<template><script>alert(1)</script></template>",
        '<form action="https://evil.example"><input></form>',
        "# <b onmouseover=alert(1)>x</b>",
        "## <script>alert(1)</script>",
        "[<script>alert(1)</script>](article:x)",
    ],
)
def test_hostile_markdown(hostile):
    """Nothing in a content file becomes script, style, frame, form, handler or a dangerous address."""
    markup = from_markdown(hostile)
    out = html(markup) + "".join(part.html for part in markup.parts if isinstance(part, Heading | Reference))
    for bad in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<form",
        "<input",
        "onclick",
        "onerror",
        "javascript:",
        "data:",
        "evil",
        "vbscript",
        "style=",
    ):
        assert bad not in out.lower().replace("&lt;", ""), out


@given(st.text(max_size=200))
def test_plain_text_stays_text(text):
    """Plain text, whatever it holds, brings no tag."""
    assert "<" not in html(from_plain(text))


@given(st.text(alphabet="<>&\"'abc/ =:#[]()*`\n{}-1", max_size=120))
def test_any_markdown_compiles(text):
    """No text whatever makes compiling fail, and what comes out holds no script."""
    assert "<script" not in html(from_markdown(text))


PIECES = (
    *("a", "é", " ", "  ", "\n", "\n\n", "    ", "*", "**", "_", "~~", "#", "## ", "- ", "1. ", "7) ", "> ", "---", "===", "`", "|", "|-|", ":"),
    *("\\", "!", "[", "]", "(", ")", "[a](article:a-b)", "[*a*](topic:b)", "](article:a)", "[a]: topic:b", "![", "(x:y)", "{emergency}", '"', "'"),
    *(
        "&",
        "&lt;",
        "<",
        "<p>",
        "</p>",
        "<em>",
        "<li>",
        ">",
        "\t",
        "\0",
        "\r",
        "\f",
        "\x1b",
        "\x85",
        "\xa0",
        "\xad",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "😀",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_what_is_not_sanitised_needs_it_not(text: str) -> None:
    """Where the sanitiser is passed over it would have found nothing to do: the parts are the same."""
    made = compiling._markdown(text)
    if compiling._is_clean(text, made):
        assert from_markdown(text) == in_parts(compiling._labelled(compiling._clean(made)))


@pytest.mark.parametrize(
    "text", ["plain *words* [a](article:b)\n\n## a\n\n- b\n- c\n\n> d", "> " * 300 + "a", "- " * 99 + "a", "*" * 99 + "a" + "*" * 99]
)
def test_plain_markdown_is_not_sanitised(text: str) -> None:
    """Plain text with headings, lists and references is passed over, however deep it goes, and is the same."""
    made = compiling._markdown(text)
    assert compiling._is_clean(text, made)
    assert from_markdown(text) == in_parts(compiling._clean(made))


def test_outgoing_links_send_no_referrer():
    """Every link to elsewhere says referrerpolicy=no-referrer."""
    assert 'href="https://x.example/" referrerpolicy="no-referrer"' in html(from_markdown("[x](https://x.example/)"))


def test_references():
    """A link to an article or topic is a part with its slug, not an address."""
    parts = from_markdown("See [the *heart*](article:heart-attack) and [symptoms](topic:symptoms).").of(Reference)
    assert parts == [Reference("article", "heart-attack", "the <em>heart</em>"), Reference("topic", "symptoms", "symptoms")]


def test_headings_have_ids_of_their_own():
    """Headings keep level and words; two with the same words have different ids."""
    headings = from_markdown("## ¿Qué es?\n\n### Signs\n\n## Signs\n\n## <br>").of(Heading)
    assert [(h.level, h.id) for h in headings if isinstance(h, Heading)] == [(2, "que-es"), (3, "signs"), (2, "signs-2"), (2, "section")]


class Looked(dict[str, int]):
    """Names that count how often one was looked for."""

    times = 0

    def __contains__(self, name: object) -> bool:
        self.times += 1
        return super().__contains__(name)


def test_a_thousand_equal_headings_cost_a_thousand_times_one():
    """Each heading gets an id that none has, and finding it costs no more for all that went before: one file must not hold up the library."""
    ids = Looked()
    names = [_unique(wanted, ids) for wanted in ("risk", "risk-3", *["risk"] * 1000)]
    assert names[:5] == ["risk", "risk-3", "risk-2", "risk-4", "risk-5"] and len(set(names)) == len(names)
    assert ids.times < 3 * len(names)


def test_heading_text_has_no_markup():
    """A heading's text, for lists of contents, is plain."""
    (heading,) = from_markdown("## *Salt* & water").of(Heading)
    assert isinstance(heading, Heading) and heading.text == "Salt & water"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("{emergency}", True),
        ("It hurts. {emergency}.", True),
        ("If it hurts, {emergency}.", False),
        ("**{emergency}**", True),
        ("If so, **{emergency}**.", False),
        ("It hurts. *Now* {emergency}", False),
        ("- one\n- {emergency}", True),
        ("## Signs\n\n{emergency}", True),
        ("¡{emergency}!", True),
        ("Is it bad? {emergency}", True),
        ("(It hurts.) {emergency}", True),
        ('"It hurts." {emergency}', True),
        ("If [it](https://x.example/) {emergency}", False),
        ("If it hurts ({emergency})", False),
    ],
)
def test_saying_knows_its_place(text, starts):
    """A saying keeps its capital where a sentence begins, and only there."""
    assert from_markdown(text).of(Saying) == [Saying("emergency", starts)]


@pytest.mark.parametrize("name", SAYINGS)
def test_every_saying(name):
    """Each saying is found in Markdown and in plain text; another word in braces is not."""
    for compiled in (from_markdown, from_plain):
        assert [part.name for part in compiled(f"x {{{name}}} {{else}}").of(Saying) if isinstance(part, Saying)] == [name]


def test_blocks_are_what_is_read():
    """The plain text comes block by block, without tags or entities."""
    markup = from_markdown("One & *two*.\n\n- three\n- four\n\n| a | b |\n|---|---|\n| c | d |")
    assert markup.blocks == ("One & two.", "three", "four", "a", "b", "c", "d")


def test_empty_is_false():
    """Empty text is no markup."""
    assert not from_plain("") and not from_markdown("  \n")


def test_fold_and_slug():
    """Accents and case do not count in comparing, nor in addresses."""
    assert fold("Año CORAZÓN") == "ano corazon"
    assert slugify("¿Qué es la presión?") == "que-es-la-presion"


def test_the_first_cell_of_a_row_heads_it() -> None:
    """Under a first column with a heading each row has its own; without that heading, or in an empty cell, there is nothing to head."""
    plain = "".join(map(str, from_markdown("| Test | Level |\n|:--|---|\n| LDL | Below 100 |\n| | 40 |\n").parts))
    assert '<th scope="row">LDL</th><td>Below 100</td>' in plain
    assert "<td></td><td>40</td>" in plain
    assert plain.count('scope="col"') == 2
    assert 'scope="row"' not in "".join(map(str, from_markdown("| | Level |\n|---|---|\n| LDL | Below 100 |\n").parts))
