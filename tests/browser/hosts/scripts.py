"""Scripts on the page, old and new, and how ours came to the page."""

from tests.browser.hosting import PLACEHOLDER
from tests.browser.hosts.host import CARD, CHECKER, INLINED, LINK, LOADER, SCRIPT, Host, late, script

NAMED = f'<script src="{LOADER}" data-widget="article-card" data-article="stroke"></script>'
FREEZE = """for (const one of [Object, Array, Function, String, Promise, Element, Node, Document, EventTarget, Map, Set, RegExp]) {
  Object.freeze(one.prototype); Object.freeze(one);
}"""
CLOBBER = """<form name="createElement"></form><form name="querySelectorAll"><input name="children"></form><img name="readyState" alt="">
<img name="host" alt=""><img name="visibilityState" alt="">
<form name="getElementById"></form><img name="adoptedStyleSheets" alt=""><form name="addEventListener"></form>"""
LISTEN = """window.prevented = [];
for (const type of ["click", "input", "submit"]) addEventListener(type, (event) => {
  if (!document.querySelector("#card div").contains(event.target)) return;
  prevented.push(`${type} ${event.defaultPrevented}`);
  if (event.target.id === "link" || type === "submit") event.preventDefault();
});"""
OLD_EVENT = """window.CustomEvent = function (type, options) {
  const event = document.createEvent("CustomEvent");
  event.initCustomEvent(type, options?.bubbles ?? false, options?.cancelable ?? false, options?.detail);
  return event;
}; window.Event = window.CustomEvent;"""


def lib(path: str) -> str:
    """A library's script in the page."""
    return f'<script src="/lib/{path}"></script>'


HOSTS = (
    # Libraries that change what the browser brings.
    Host("jquery", "jQuery moves the element about.", head=lib("jquery/dist/jquery.js") + SCRIPT, act="$('h1').after($('#card').detach())"),
    Host("prototype-js", "Prototype.js replaces Element, Event and Array.from.", head=lib("debian/prototype.js") + SCRIPT, full=False),
    Host("mootools", "MooTools replaces Document, Element, Event and Array.from.", head=lib("debian/mootools-core-nc.js") + SCRIPT),
    Host("zone-js", "zone.js wraps every listener, timer and promise.", head=lib("zone.js/bundles/zone.umd.js") + SCRIPT),
    Host(
        "require-js",
        "An AMD loader: a script that called define() without a name would break it.",
        head=lib("requirejs/require.js")
        + script("define('theirs', () => 7); window.failed = 0; requirejs.onError = () => failed++; require(['theirs'], (it) => window.theirs = it)")
        + SCRIPT,
        holds="theirs === 7 && failed === 0",
    ),
    Host(
        "constructors",
        "A page that has put functions of its own in the place of Document, Element and Event.",
        head=script("window.Document = window.Element = window.Event = function () {}") + SCRIPT,
    ),
    Host(
        "commonjs",
        "A page with module, exports, require and define lying about.",
        head=script(
            "var module = { exports: {} }, exports = module.exports; function require() { throw 1 } function define() { throw 1 } define.amd = {}"
        )
        + SCRIPT,
        holds="Object.keys(exports).length === 0",
    ),
    Host("frozen", "A page that has frozen the primordials.", head=script(FREEZE) + SCRIPT, full=False),
    Host("array-from", "A page that has replaced Array.from.", head=script("Array.from = () => { throw 1 }; Array.prototype.extra = 1") + SCRIPT),
    Host("object-extended", "A page that has extended Object.prototype, enumerably.", head=script("Object.prototype.extra = () => 1") + SCRIPT),
    Host("old-polyfills", "Polyfills of another age for Event and CustomEvent.", head=script(OLD_EVENT) + SCRIPT),
    Host(
        "no-console",
        "A page with a stub of a console.",
        head=script("window.console = { log() {} }") + SCRIPT,
        body=CARD.replace("stroke", "strok", 1),
        shows=0,
    ),
    Host("element-method", "A page that has replaced document.createElement.", head=script("document.createElement = () => { throw 1 }") + SCRIPT),
    Host(
        "query-method",
        "A page that has replaced querySelectorAll and addEventListener on its document.",
        head=script("document.querySelectorAll = document.addEventListener = () => { throw 1 }") + f'<script src="{LOADER}"></script>',
        body=f'<div data-health-widget="article-card" data-article="stroke">{LINK}</div>',
    ),
    Host(
        "clobbered",
        "Forms and images named like methods of document hide them; no language stands on the page.",
        html="",
        body=CLOBBER + CARD + f'<div data-health-widget="symptom-checker">{LINK}</div>',
        shows=2,
        full=False,
    ),
    # The tag, and several scripts.
    Host(
        "tag-taken",
        "A class of the page's own has our tag.",
        head=script("customElements.define('health-symptom-checker', class extends HTMLElement {})") + SCRIPT,
        body=CARD + "<health-symptom-checker>Theirs</health-symptom-checker>",
        says=1,
        full=False,
    ),
    Host(
        "script-gone",
        "A tag manager takes the script out of the page before it has run, and with it the site's name.",
        head=script(f"""document.head.append(Object.assign(document.createElement("script"), {{ src: "{LOADER}" }}));
          Object.assign(document.head.lastChild.dataset, {{ site: "sample-harbor" }}); document.head.lastChild.remove();"""),
        asks={"/partials/article-card?article=stroke&site=sample-harbor": 1},
    ),
    Host("thrice", "Three pasted snippets bring the script three times.", head=SCRIPT * 2, body=CARD + SCRIPT, asks={"/partials/": 2}),
    Host(
        "two-versions",
        "Two versions of ours: the first stays, and says which it is.",
        head=SCRIPT.replace("async ", "defer ")
        + f"""<script type="module">
          const text = await (await fetch("{LOADER}")).text();
          (0, eval)(text.replace(/"version":"[^"]*"/, '"version":"0.0.9"'));</script>""",
        says=1,
    ),
    # How the script comes.
    Host("script-blocking", "A plain script in the head, before there is a body.", head=f'<script src="{LOADER}"></script>'),
    Host("script-defer", "A deferred script.", head=f'<script defer src="{LOADER}"></script>'),
    Host("script-last", "The script at the end.", head="", body=CARD + SCRIPT),
    Host("script-only", "Only a script tag may be pasted.", head="", body=NAMED, adds=True),
    Host("script-only-async", "The script tag, async.", head="", body=NAMED.replace("<script", "<script async"), adds=True),
    Host(
        "script-target",
        "The script tag names a place.",
        head=NAMED.replace("<script", '<script defer data-target="there"'),
        body="<section id='there'></section>",
        adds=True,
    ),
    Host(
        "script-target-clobbered",
        "The script tag names a form, which a field of its own hides a method of; another widget stands beside it.",
        head=NAMED.replace("<script", '<script defer data-target="there"'),
        body=f'<form id="there"><input name="append"></form><div data-health-widget="symptom-checker">{LINK}</div>',
        adds=True,
        shows=2,
    ),
    Host(
        "script-in-head",
        "A framework has hoisted the script-only form into the head.",
        head=NAMED,
        body=f"<p>{LINK}</p>",
        shows=0,
        says=1,
        holds="!document.querySelector('health-article-card')",
        full=False,
    ),
    Host(
        "document-write",
        "A tag manager writes the script into the page with document.write.",
        head="",
        body=CARD + script(f"document.write('<script src=\"{LOADER}\"><\\/script>')"),
    ),
    Host(
        "injected",
        "A tag manager injects the script late.",
        head=script(f"addEventListener('load', () => document.body.append(Object.assign(document.createElement('script'), {{ src: '{LOADER}' }})))"),
    ),
    # What editors and content systems make of the snippet.
    Host(
        "cms-paragraph",
        "A content system wraps the element in <p> and adds <br>.",
        body=f"<p>{CARD.replace('</a>', '</a><br>')}</p><p><br></p>",
    ),
    Host("cms-quotes", "Smart quotes around attributes.", body=CARD.replace('article="stroke"', "article=\u201dstroke\u201d")),
    Host(
        "cms-places",
        "Unknown tags are stripped: the widget is a div, span, p or section.",
        body="".join(f'<{tag} data-health-widget="article-card" data-article="stroke">{LINK}</{tag}>' for tag in ("div", "p", "section")),
        shows=3,
    ),
    Host(
        "self-closing",
        "A tag written as self-closing swallows the rest of the page.",
        body="<health-article-card id='card' article='stroke' /><h2>Ours</h2><form><input id='name'></form><ul><li>Item</li></ul><p>The end</p>",
        fallback="Stroke: what to do",
        holds="['h2', '#name', 'li', 'p'].every((it) => host.querySelector(it).checkVisibility({ visibilityProperty: true }))",
        full=False,
    ),
    Host(
        "swallowed-htmx",
        "Such a tag swallows links and forms that are for the page's own htmx.",
        head=SCRIPT + script(LISTEN),
        body="<health-article-card id='card' article='stroke' /><div><a id=link hx-get=/theirs href=/theirs>Theirs</a>"
        "<form hx-post=/theirs action=/theirs><input id=name name=closest><button>Send</button></form></div>",
        act="""
      for (const one of ["link", "name"]) document.getElementById(one).click();
      document.getElementById("name").dispatchEvent(new InputEvent("input", { bubbles: true }));
      document.querySelector("form button").click();""",
        holds="prevented.join() === 'click false,click false,input false,click false,submit false'",
        asks={"/enhance-": 1},
        full=False,
    ),
    Host(
        "unclosed",
        "The element is never closed.",
        body=CARD.replace("</health-article-card>", "<p>The end</p>"),
        holds="host.querySelector('p').checkVisibility()",
    ),
    # Late and by script.
    Host(
        "inner-html",
        "The element comes by innerHTML, and goes round through it.",
        body="<div id=here></div>" + late(CARD),
        act="""
      await until(() => document.querySelector("#card"));
      const here = document.getElementById("here"); here.innerHTML = here.innerHTML;""",
    ),
    Host(
        "clone",
        "Scripts clone the element, before and after it is loaded.",
        act="document.body.append(document.getElementById('card').cloneNode(true))",
        shows=2,
    ),
    Host(
        "template",
        "The element stands in a template.",
        body=f"<template>{CARD}</template>",
        act="""
      document.body.append(document.querySelector("template").content.cloneNode(true))""",
        holds="true",
    ),
    Host(
        "churn",
        "A framework sets attributes over and over.",
        act="""
      const card = document.getElementById("card");
      for (let n = 0; n < 60; n++) { card.setAttribute("article", n % 2 ? "stroke" : "angina"); card.className = "n" + n;
        if (n % 9 === 0) await 0; }""",
        holds="host.shadowRoot.querySelector('.title').textContent.includes('troke')",
    ),
    Host(
        "own-listeners",
        "A page that watches every click and submit of its document.",
        head=script(
            """window.events = []; for (const type of ["click", "submit", "input", "keydown", "focusin"]) {
          addEventListener(type, (event) => events.push(type + (event.defaultPrevented ? " prevented" : "")), true); }"""
        )
        + SCRIPT,
        after="events.filter((it) => it === 'click').length === 2 || events.join()",
    ),
    Host(
        "language-mistakes",
        "Languages that mean nothing.",
        html='lang="es"',
        body=CARD.replace("<health-article-card", "<health-article-card lang='{{lang}}'"),
        holds="hw.lang === 'es'",
    ),
    Host("checker-inlined", "Two kinds on a page with the script's text in it.", head=script(INLINED, "data-inlined"), body=CARD + CHECKER, shows=2),
    Host(
        "stale-place",
        f"A page of {PLACEHOLDER} in its comments, and a place with an unknown kind.",
        body=CARD + "<div data-health-widget='weather'>Theirs</div>",
        says=1,
    ),
)
