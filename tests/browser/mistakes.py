"""What goes wrong on partners' pages, one mistake a page, and the sentence that the check says about it.

The README's table and the tests are made from these. `https://library.example` stands for the library's address,
`https://clinic.example` for that of the page.
"""

from dataclasses import dataclass

from tests.browser.hosting import PLACEHOLDER, SCRIPT, Fault
from widgets import __version__

CLINIC = "https://clinic.example"
LINK = f'<a href="{PLACEHOLDER}/articles/heart-attack">Heart attack: what to do</a>'
FALLBACK = f"<strong>Chest pain? Call 911 now.</strong> {LINK}"
CARD = f'<health-article-card article="heart-attack">{FALLBACK}</health-article-card>'
SECOND = "/second.js"
"""The loader in a version before, on the page's own site."""
DOWN = f"The library at {PLACEHOLDER} cannot be reached at the moment; nothing on this page is wrong."


@dataclass(frozen=True)
class Mistake:
    """A page with one thing wrong, what the check says, and what it offers to paste."""

    name: str
    row: str
    says: str
    paste: str = ""
    body: str = CARD
    head: str = SCRIPT
    html: str = 'lang="en"'
    fault: Fault | None = None
    """What goes wrong before the library."""
    blocks: tuple[str, ...] = ()
    """Addresses that the reader's ad blocker stops."""
    always: bool = False
    """Whether every run tests it."""


def card(attributes: str, inside: str = FALLBACK) -> str:
    """An article card with these attributes."""
    return f"<health-article-card {attributes}>{inside}</health-article-card>"


def policy(text: str) -> str:
    """A head whose policy is this."""
    return f'<meta http-equiv="Content-Security-Policy" content="{text}">{SCRIPT}'


def later(markup: str) -> str:
    """Markup that comes once the page has loaded."""
    return f"<div id=late></div><script>addEventListener('load', () => document.getElementById('late').innerHTML = `{markup}`)</script>"


MISTAKES = (
    Mistake(
        "connect-src",
        "The page's policy allows our script, and forgot `connect-src`.",
        "The page's Content-Security-Policy does not let widgets ask the library for their content.",
        f"connect-src {PLACEHOLDER}",
        head=policy(f"default-src 'none'; script-src {PLACEHOLDER}; style-src 'unsafe-inline'"),
        always=True,
    ),
    Mistake(
        "origin",
        "The site is locked to other origins.",
        f'The library does not let pages of {CLINIC} show the site "default": whoever runs the library can add the address.',
        f'# sites/default.toml\norigins = ["{CLINIC}"]',
        fault=Fault(on="/partials/article-card?", status=403, body="Not for this origin.", kind="text/plain", cors=False),
    ),
    Mistake(
        "slug",
        "The article's name is misspelt.",
        'The library says: article: there is no article "heart-atack" in the library; did you mean heart-attack?',
        'article="heart-attack"',
        body=card('article="heart-atack"'),
        always=True,
    ),
    Mistake(
        "missing",
        "The element has no `article`.",
        'The library says: article: is missing; add it, like article="heart-attack".',
        'article="heart-attack"',
        body=card('heading-level="2"'),
    ),
    Mistake(
        "value",
        "An attribute has a value that cannot be used.",
        'The library says: heading-level: "1" is not a whole number from 2 to 6.',
        body=card('article="heart-attack" heading-level="1"'),
    ),
    Mistake(
        "attribute",
        "An attribute is misspelt.",
        'The attribute "heading-levl" is not known; did you mean "heading-level"?',
        'heading-level="3"',
        body=card('article="heart-attack" heading-levl="3"'),
        always=True,
    ),
    Mistake(
        "theme",
        "`theme` has a value of our own making.",
        'theme="drak" is not known; allowed: auto, light, dark.',
        'theme="dark"',
        body=card('article="heart-attack" theme="drak"'),
    ),
    Mistake(
        "quotes",
        "A word processor made the quotes typographic.",
        "Typographic quotes are no quotes in HTML: write straight ones.",
        'article="heart-attack"',
        body=card("article=“heart-attack”"),
    ),
    Mistake(
        "element",
        "The element's name is wrong.",
        '<health-article> is no widget; did you mean "health-article-card"?',
        '<health-article-card article="heart-attack">…</health-article-card>',
        body=f'<health-article article="heart-attack">{FALLBACK}</health-article>',
    ),
    Mistake(
        "kind",
        "`data-health-widget` names no widget.",
        'data-health-widget="articlecard" is no widget; did you mean "article-card"?',
        'data-health-widget="article-card"',
        body=f'<div data-health-widget="articlecard" data-article="heart-attack">{FALLBACK}</div>',
    ),
    Mistake(
        "late",
        "A `data-health-widget` place comes into the page later.",
        "This place came when the script had looked for such places already: use the element.",
        '<health-article-card article="heart-attack">…</health-article-card>',
        body=later(f'<div data-health-widget="article-card" data-article="heart-attack">{FALLBACK}</div>'),
    ),
    Mistake(
        "none",
        "The script is there, the element has been stripped.",
        "The script is on this page, but no widget: paste an element where one shall stand.",
        body=FALLBACK,
    ),
    Mistake(
        "not-closed",
        "The element is written self-closing.",
        '<health-article-card> is not closed, so that the page below stands inside it: "/>" ends no element.',
        '<health-article-card article="heart-attack">…</health-article-card>',
        body='<health-article-card article="heart-attack" /><h2>Visit us</h2><p>We are open every day.</p>',
    ),
    Mistake(
        "fallback",
        "Nothing stands inside the element.",
        "The element has no link inside: without JavaScript, or while the library is down, readers see nothing.",
        f'<a href="{PLACEHOLDER}/articles/heart-attack">Heart attack</a>',
        body=card('article="heart-attack"', ""),
    ),
    Mistake(
        "emergency",
        "The fallback of an urgent article has no emergency words.",
        "The content begins with emergency words, the fallback inside the element has none: put them first.",
        body=card('article="heart-attack"', LINK),
    ),
    Mistake(
        "twice",
        "The script is there twice.",
        "The script is on this page 2 times: once is enough.",
        SCRIPT,
        head=SCRIPT + SCRIPT,
        always=True,
    ),
    Mistake(
        "versions",
        "Two versions of the script are there.",
        f"Two versions of the script are on this page (0.0.9 and {__version__}): keep one.",
        SCRIPT,
        head=f'<script async crossorigin src="{SECOND}"></script>{SCRIPT}',
    ),
    Mistake(
        "tag",
        "The script tag stops the page, and opens two connections.",
        "The script tag lacks async and crossorigin: the page, or the widgets' content, waits longer than it must.",
        SCRIPT,
        head=f'<script src="{PLACEHOLDER}/embed.js"></script>',
    ),
    Mistake(
        "head",
        "The script that shall show a widget stands in the head.",
        "A script in the head shows no widget: put the element where it shall stand.",
        "<health-symptom-checker>…</health-symptom-checker>",
        head=SCRIPT.replace("async", 'async data-widget="symptom-checker"'),
    ),
    Mistake(
        "target",
        "The script's `data-target` is no id of the page.",
        'data-target="widgets" on the script is the id of no element.',
        head=SCRIPT.replace("async", 'async data-widget="symptom-checker" data-target="widgets"'),
    ),
    Mistake(
        "taken",
        "Another script of the page defines the element.",
        "Another script has taken the name health-article-card on this page: name the widget on a div.",
        '<div data-health-widget="article-card" data-article="heart-attack">…</div>',
        head="<script>customElements.define('health-article-card', class extends HTMLElement {})</script>" + SCRIPT,
        body=f'<div data-health-widget="article-card" data-article="heart-attack">{FALLBACK}</div>',
    ),
    Mistake(
        "heading",
        "The widget's heading skips a level.",
        "The widget's heading has level 3 after one of level 1: a level is skipped.",
        'heading-level="2"',
        body=card('article="heart-attack" heading-level="3"'),
        always=True,
    ),
    Mistake(
        "contrast",
        "The page sets a colour that is too pale.",
        "--health-text on --health-surface has a contrast of 2.8:1 on this page: WCAG asks for 4.5:1 at least.",
        "health-article-card { --health-text: #595959; }",
        head=SCRIPT + "<style>health-article-card { --health-text: #999; --health-surface: #fff; }</style>",
        always=True,
    ),
    Mistake(
        "pale",
        "A colour is paler than the library's own.",
        "--health-muted on --health-surface has a contrast of 5.5:1 on this page: enough for WCAG AA, less than the library's own 7:1.",
        head=SCRIPT + "<style>:root { --health-muted: #5f6b75; }</style>",
    ),
    Mistake(
        "display",
        "The widget stands in a part that is not shown.",
        '<div class="tab"> has "display: none", so that the widget is not in view: right only for a tab, or a part that opens.',
        head=SCRIPT + "<style>.tab { display: none }</style>",
        body=f'<div class="tab">{CARD}</div>',
    ),
    Mistake(
        "width",
        "A column around the widget has no width.",
        "The widget has no width here: nothing of it is seen.",
        "health-article-card { inline-size: 100%; }",
        head=SCRIPT + "<style>.column { width: 0; overflow: hidden }</style>",
        body=f'<div class="column">{CARD}</div>',
    ),
    Mistake(
        "label",
        "The widget stands in a label.",
        "The widget stands inside a <label>, where its own links and buttons do not work: put it outside.",
        body=f"<label>{CARD}</label>",
    ),
    Mistake(
        "aria",
        "A slider hides the widget from screen readers.",
        "What is around the widget is aria-hidden or inert: screen readers, or all, cannot use it.",
        body=f"<div aria-hidden=true>{CARD}</div>",
    ),
    Mistake(
        "language",
        "The page's language is not offered.",
        "The page's language is \"fr\"; the library offers en, es, and widgets speak the site's own.",
        html='lang="fr"',
    ),
    Mistake(
        "no-language",
        "The page does not say its language.",
        "The page does not say its language: widgets speak the site's own, and screen readers guess.",
        '<html lang="en">',
        html="",
    ),
    Mistake(
        "placeholder",
        "A template left its placeholder.",
        'The library does not offer lang="{{lang}}"; it offers en, es.',
        'lang="en"',
        body=card('article="heart-attack" lang="{{lang}}"'),
    ),
    Mistake(
        "blocked",
        "An ad blocker stops the requests.",
        f"Something stops requests to {PLACEHOLDER}/partials/, such as an ad blocker or a firewall: try without it.",
        blocks=("*/partials/*",),
    ),
    Mistake(
        "cors",
        "A proxy drops the CORS header.",
        "The library answers, but a proxy before it drops the header that lets pages read the answer.",
        "Access-Control-Allow-Origin: *",
        fault=Fault(cors=False),
    ),
    Mistake(
        "login",
        "A proxy answers with its login page.",
        "What came is not the library's own answer, but a login page, or one that a proxy has rewritten without its comments.",
        fault=Fault(status=200, body="<!doctype html><title>Log in</title><form></form>"),
    ),
    Mistake(
        "error",
        "The library answers with an error.",
        "The library answers with an error (503); nothing on this page is wrong.",
        fault=Fault(status=503, body="Not now."),
    ),
)
