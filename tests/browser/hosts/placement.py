"""Where widgets stand, how they move, and what the page does around them."""

from tests.browser.hosting import PLACEHOLDER
from tests.browser.hosts.host import BROWSER, CARD, LINK, SCRIPT, Host, late, script

INCLUDED = script(
    f"""fetch("{PLACEHOLDER}/include/article-card?article=stroke").then((it) => it.text())
    .then((html) => document.getElementById("here").setHTMLUnsafe(html))"""
)
OPEN = '<health-article-card id="card" article="high-blood-pressure" open><a href="/x">Stroke: what to do</a></health-article-card>'

HOSTS = (
    Host("quirks", "A page in quirks mode.", start="", holds="document.compatMode === 'BackCompat'"),
    Host(
        "xhtml",
        "A page served as XHTML.",
        kind="application/xhtml+xml",
        start="",
        html='xmlns="http://www.w3.org/1999/xhtml" lang="en"',
        head=SCRIPT.replace("async crossorigin", 'async="" crossorigin=""'),
    ),
    Host(
        "hash-routing",
        "A page that routes by its hash: our links to sections must not change it.",
        head=script("window.routes = []; addEventListener('hashchange', () => routes.push(location.hash)); location.hash = '#/start'") + SCRIPT,
        body=OPEN,
        button=".hw .contents a",
        opens=".hw .prose",
        after="location.hash === '#/start' && routes.length <= 1",
    ),
    Host(
        "host-shadow-root",
        "The element stands inside a shadow root of the page's own.",
        body=f"<partner-box><template shadowrootmode='open'>{CARD}</template></partner-box>",
    ),
    Host(
        "fifty",
        "Fifty widgets on a page.",
        body="".join(CARD.replace(' id="card"', f' heading-level="{2 + n % 5}"') for n in range(50)),
        shows=50,
        asks={"/partials/": 6},
    ),
    Host(
        "hidden-tab",
        "A tab panel that is hidden, and then shown.",
        body=f"<div id=panel hidden>{BROWSER}{CARD}</div>",
        act="document.getElementById('panel').hidden = false",
        shows=2,
        button="health-article-card .hw .tools .button",
    ),
    Host(
        "dialog",
        "A dialog that is opened puts the focus on the fallback's link, which then goes.",
        body=f"<dialog id=box><div>{CARD}</div></dialog><script>document.getElementById('box').showModal()</script>",
        focus="health-article-card#card",
    ),
    Host(
        "details",
        "Closed details that are opened.",
        body=f"<details><summary>More</summary>{CARD}</details>",
        act="document.querySelector('details').open = true",
    ),
    Host(
        "moved",
        "The element moves between containers.",
        body=f"{CARD}<section></section>",
        act="""const card = document.getElementById("card"), there = document.querySelector("section");
        await until(() => card.shadowRoot?.querySelector(".hw") || !document.querySelector("script[src*=embed]"));
        there.append(card); await 0; document.body.prepend(card); card.remove(); await 0; there.append(card);""",
        asks={"/partials/": 2},
        full=False,
    ),
    Host(
        "move-before",
        "The element moves with its state.",
        body=f"{CARD}<section></section>",
        act="""const there = document.querySelector("section"); // WebKitGTK 2.50 has no moveBefore
        (there.moveBefore ?? there.insertBefore).call(there, document.getElementById("card"), null);""",
        asks={"/partials/": 2},
    ),
    Host(
        "adopted",
        "The element moves to a frame's document and back.",
        body=f"{CARD}<iframe srcdoc='<p>There'></iframe><section></section>",
        act="""const card = document.getElementById("card"), there = document.querySelector("iframe").contentDocument;
        await until(() => card.shadowRoot || !document.querySelector("script[src*=embed]"));
        there.body.append(card); await 0; document.querySelector("section").append(card);""",
    ),
    Host(
        "adopted-shown",
        "The element is shown, moves to a frame's document, where its sheets are not valid, is given another article there, and comes back.",
        html="",  # or the language around it would change with the document
        body=f"{CARD}<iframe srcdoc='<p>There'></iframe><section></section>",
        act="""const card = document.getElementById("card"), there = document.querySelector("iframe").contentDocument;
        const ours = document.querySelector("script[src*=embed]"), shown = (text) => card.shadowRoot.querySelector(".hw")?.textContent.includes(text);
        if (ours) await until(() => card.shadowRoot && shown("troke"));
        there.body.append(card);
        card.setAttribute("article", "angina");
        if (ours) await until(() => shown("ngina"));
        document.querySelector("section").append(card);""",
        holds="css(hw).borderTopStyle === 'solid'",
    ),
    Host(
        "removed-while-loading",
        "The element goes while its request is under way.",
        body=f"<div id=here></div>{LINK}" + late(CARD),
        act="""await until(() => document.getElementById("card"));
        document.getElementById("card").remove();""",
        shows=0,
    ),
    Host(
        "include",
        "The widget came from a server with its content: nothing is asked for until it is opened.",
        body="<div id=here></div>" + INCLUDED,
        act="await until(() => document.querySelector('health-article-card'));",
        holds="hw",
        asks={"/partials/": 1},
    ),
    Host(
        "frameset-policy",
        "A page that allows no camera, no location, nothing.",
        headers={"Permissions-Policy": "camera=(), geolocation=(), sync-xhr=(), unload=(), focus-without-user-activation=()"},
    ),
    Host(
        "find-in-page",
        "A reader looks for a word with the browser's own search.",
        holds="window.find('minutes') || window.find('brain') || window.find('stroke')",
    ),
    Host("one-line", "Element and script on one line, at the very end of a page that is never closed.", head="", body=CARD + SCRIPT + "<p>The end"),
    Host(
        "scrolled",
        "A reader has scrolled and stands in a field of the page.",
        body="<input id=name><div style='height: 3000px'></div><div id=here></div>" + CARD,
        act="document.getElementById('name').focus(); scrollTo(0, 900);",
    ),
)
