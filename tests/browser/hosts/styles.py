"""Style sheets that leak in, and boxes that widgets are put into."""

from tests.browser.hosts.host import CARD, FALLBACK, LINK, SCRIPT, Host

MADNESS = """body { visibility: hidden; user-select: none; text-transform: uppercase; letter-spacing: .5em; word-spacing: 2em; line-height: 4;
  white-space: pre; text-indent: 9em; cursor: none; color: transparent; font: italic 900 3px/5 monospace; text-align: right; pointer-events: none;
  text-shadow: 0 0 9px red; list-style: square; word-break: break-all; hyphens: auto; tab-size: 20; quotes: none; font-variant: small-caps }"""
SANE = """["textTransform", "none", "letterSpacing", "normal", "wordSpacing", "0px", "whiteSpace", "normal", "textIndent", "0px",
  "visibility", "visible", "cursor", "auto", "fontStyle", "normal", "fontVariant", "normal", "textShadow", "none", "wordBreak", "normal",
  "userSelect", "text", "writingMode", "horizontal-tb", "pointerEvents", "auto"]
  .every((name, n, all) => n % 2 || css(hw.querySelector(".summary"))[name] === all[n + 1])"""
LONG = CARD.replace('"stroke"', '"electrocardiogram"')  # a title of one long word
WIDE = "host.getBoundingClientRect().width >= 150 && hw.scrollWidth <= hw.clientWidth + 1"
EIGHTEEN = "css(hw).fontSize === '18px'"
CONTAINERS = {
    "float": ("float: left", "<div style='{}'>{}</div><p>Beside</p>"),
    "flex-row": ("", "<div style='display: flex'><p>Beside</p>{1}</div>"),
    "flex-column": ("", "<div style='display: flex; flex-direction: column; align-items: center'>{1}</div>"),
    "grid-auto": ("display: grid; grid-template-columns: auto auto", "<div style='{}'><p>Beside</p>{}</div>"),
    "inline-block": ("display: inline-block", "<div style='{}'>{}</div>"),
    "table-cell": ("", "<table><tr><td>Beside</td><td>{1}</td></tr></table>"),
    "fixed": ("position: fixed; left: 20px; top: 90px", "<div style='{}'>{}</div>"),
    "max-content": ("width: max-content; max-width: 800px", "<div style='{}'>{}</div>"),
    "columns": ("columns: 2", "<div style='{}'>{}</div>"),
    "overflow": ("overflow: hidden; height: 900px; contain: strict; width: 500px", "<div style='{}'>{}</div>"),
}


def style(text: str) -> str:
    """A style sheet before our script."""
    return f"<style>{text}</style>{SCRIPT}"


HOSTS = (
    Host("style-unset", "A reset that unsets everything, with !important.", head=style("* { all: unset !important }"), holds=WIDE, full=False),
    Host(
        "style-div-none",
        "A universal rule hides every div, with !important; the widget may be a div.",
        head=style("div { display: none !important }"),
        body=f'<div data-health-widget="article-card" data-article="stroke">{LINK}</div>',
        holds=WIDE,
        full=False,
    ),
    Host("style-root-62", "A root font size of 62.5 %.", head=style("html { font-size: 62.5% }"), holds=EIGHTEEN),
    Host("style-root-40", "A root font size of 40 px.", head=style("html { font-size: 40px }"), holds=EIGHTEEN),
    Host("style-inherited", "Everything that can be inherited leaks in.", head=style(MADNESS), holds=SANE, full=False),
    Host(
        "style-rtl",
        "An English card on a page from right to left.",
        html='lang="en" dir="rtl"',
        holds="css(hw).direction === 'ltr' && css(hw.querySelector('.summary')).textAlign === 'start'",
    ),
    Host("style-vertical", "A page written from top to bottom.", head=style("body { writing-mode: vertical-rl }"), holds=SANE),
    Host("style-zoom", "A page that zooms itself.", head=style("body { zoom: 1.6 }"), holds=WIDE),
    Host(
        "style-element",
        "The page's own rules for our element, with !important.",
        head=style("health-article-card { display: inline !important; float: right !important; min-width: 3000px; max-width: none }"),
        holds="css(host).display === 'block' && css(host).float === 'none'",
    ),
    Host(
        "style-descendants",
        "The page's rules for links, headings and all within our element stay outside.",
        head=style("a, h2, h3, p, span, .hw, .box, .title, .button { display: none !important } health-article-card * { display: none !important }"),
        holds="hw.querySelector('.title').checkVisibility()",
    ),
    Host("style-not-defined", "A page hides elements that are not defined yet.", head=style(":not(:defined) { display: none }"), holds=WIDE),
    Host(
        "style-container",
        "A rule that makes every element a size container would make ours 0 px wide.",
        head=style("main > * { container-type: inline-size }"),
        body=f"<main style='float: left'>{CARD}</main>",
        holds="host.getBoundingClientRect().width >= 0",
        opens="",
    ),
    Host(
        "style-dark",
        "A page that is dark by color-scheme.",
        head=style(":root { color-scheme: dark }"),
        holds="css(hw).backgroundColor === 'rgb(18, 33, 44)'",
    ),
    Host(
        "style-light-only",
        "A light page, and a reader who likes it dark.",
        options={"color_scheme": "dark"},
        holds="css(hw).backgroundColor === 'rgb(255, 255, 255)'",
    ),
    Host(
        "forced-colors",
        "A reader with forced colours: borders must be real.",
        options={"forced_colors": "active"},
        holds="['.button', '.emergency'].every((name) => parseFloat(css(hw.querySelector(name)).borderTopWidth) >= 2)",
    ),
    Host(
        "print",
        "The page is printed: the words are there, the buttons are not.",
        act=lambda stage: stage.page.emulate_media(media="print"),
        opens="",
        holds="hw.querySelector('.summary').checkVisibility() && !hw.querySelector('.tools a').checkVisibility()",
    ),
    Host(
        "narrow",
        "A column of 180 px.",
        body=f"<div style='width: 180px'>{LONG}</div>",
        holds="hw.scrollWidth <= hw.clientWidth + 1",
        after=WIDE,
    ),
    Host(
        "page-sheets",
        "A page with adopted style sheets of its own.",
        head=f"<script>document.adoptedStyleSheets = [new CSSStyleSheet()]; document.title = '{FALLBACK.split(':')[0]}'</script>" + SCRIPT,
    ),
    Host(
        "motion",
        "A reader who wants less motion.",
        options={"reduced_motion": "reduce"},
        holds="css(hw.querySelector('.button')).transitionDuration === '0s'",
    ),
    *(
        Host(f"in-{name}", f"The widget in a box: {name}.", body=page.format(css, CARD), holds=WIDE, full=name != "grid-auto")
        for name, (css, page) in CONTAINERS.items()
    ),
)
