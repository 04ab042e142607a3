"""Addresses, requests and answers: what pages, their servers and their blockers do to them."""

from tests.browser.hosts.host import BROWSER, CARD, CHECKER, INLINED, LINK, LOADER, PARTIAL, SCRIPT, TOPICS, Host, late, script

SHELL = "<!doctype html><title>App</title><div id=root></div><script>window.stolen = 1</script>"
WORKER = f"""
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.request.url.includes("/partials/") &&
  event.respondWith(new Response(`{SHELL}`, {{ status: 200, headers: {{ "content-type": "text/html" }} }})));
"""
WRAPPED = script(
    """const plain = fetch; window.kinds = [];
    window.fetch = function (address, options = {}) {
      kinds.push(typeof address);
      return plain(address, { ...options, headers: { ...options.headers, "X-Partner": "7" } });
    };"""
)
NETWORK = "heard.some((one) => one.name === 'error' && one.detail.kind === 'network')"
NAMED = f'<script src="{LOADER}" data-widget="article-card" data-article="stroke"></script>'

HOSTS = (
    Host("plain", "A page that does nothing special.", full=False, asks={"/partials/": 2, "/embed.js": 1}, after="!location.hash"),
    Host("base-href", "Relative addresses resolve against the page's <base href>.", head='<base href="/elsewhere/deep/">' + SCRIPT),
    Host(
        "clobbered-current-script",
        "<img name=currentScript> hides the script that is running.",
        head="",
        body=f"<img name=currentScript alt=''>{NAMED}<p>{LINK.replace('Stroke: what to do', 'Other')}</p>",
        adds=True,
        fallback="Stroke: what to do",
        full=False,
    ),
    Host("module", "A script of type module does not know itself.", head=f'<script type="module" src="{LOADER}"></script>'),
    Host(
        "fetched",
        "A tag manager fetches the script's text and evaluates it.",
        head=script(f"fetch('{LOADER}').then((answer) => answer.text()).then((text) => (0, eval)(text))"),
    ),
    Host("inlined", "A page builder puts the script's text into the page.", head=script(INLINED, "data-inlined")),
    Host(
        "blob",
        "A bundler imports the script from a blob.",
        head=script(f"fetch('{LOADER}').then((answer) => answer.blob()).then((blob) => import(URL.createObjectURL(blob)))"),
    ),
    Host(
        "unsafe-url",
        "A page that sends its full address as referrer would tell us which patient page it was.",
        headers={"Referrer-Policy": "unsafe-url"},
        asks={"/partials/": 2, "/enhance-": 1},
        full=False,
    ),
    Host("no-referrer", "A page that sends no referrer at all.", headers={"Referrer-Policy": "no-referrer"}),
    Host(
        "coep",
        "A cross-origin isolated page refuses what does not say that it may be used there.",
        headers={"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"},
        head=SCRIPT.replace(" crossorigin", ""),
        holds="crossOriginIsolated",
        full=False,
    ),
    Host("coep-credentialless", "An isolated page of the milder kind.", headers={"Cross-Origin-Embedder-Policy": "credentialless"}),
    Host("coop", "A page that cuts itself off from other windows.", headers={"Cross-Origin-Opener-Policy": "same-origin"}),
    Host(
        "wrapped-fetch",
        "A page that wraps fetch and adds a header brings preflights back; its wrapper expects a string.",
        head=WRAPPED + SCRIPT,
        preflights=True,
        holds="kinds.every((kind) => kind === 'string')",
        full=False,
    ),
    Host("broken-fetch", "A page whose own fetch throws.", head=script("window.fetch = () => { throw 1 }") + SCRIPT, shows=0, says=1, holds=NETWORK),
    Host(
        "fetch-of-nothing",
        "A page whose own fetch gives nothing.",
        head=script("window.fetch = () => undefined") + SCRIPT,
        shows=0,
        says=1,
        holds=NETWORK,
    ),
    Host(
        "service-worker",
        "A service worker, like a login page or a captive portal, answers 200 with an app's shell, and its script would run.",
        body="<div id=here></div>",
        head=SCRIPT
        + script(
            f"""navigator.serviceWorker.addEventListener("controllerchange", () => document.getElementById("here").innerHTML = `{CARD}`);
            navigator.serviceWorker.register(location.pathname + "/sw.js", {{ scope: "/" }});"""
        ),
        files={"sw.js": WORKER},
        act="""await until(() => document.querySelector("health-article-card"));""",
        shows=0,
        says=1,
        holds="typeof stolen === 'undefined' && host.shadowRoot.querySelector('.trouble button')",
        full=False,
    ),
    Host("twenty", "Twenty equal widgets would make twenty requests.", body=CARD.replace(' id="card"', "") * 20, shows=20, asks={"/partials/": 2}),
    Host(
        "preloaded",
        "A preload is used only by a request of its own credentials mode.",
        head=f'<link rel="preload" as="fetch" crossorigin referrerpolicy="strict-origin" href="{PARTIAL}">' + SCRIPT,
        asks={"/partials/article-card?article=stroke&lang=en": 1},
        opens="",
    ),
    Host(
        "shift-jis",
        "A page in Shift_JIS: what does not name its own character set is misread.",
        charset="shift_jis",
        head=script("const plain = window.fetch; window.fetch = (a, b) => String(a).includes('angina') ? Promise.reject() : plain(a, b)") + SCRIPT,
        body=CARD.replace('"stroke"', '"“stroke”"')
        + "<p>\u65e5\u672c\u8a9e</p>"
        + CHECKER.replace("<health-symptom-checker", '<health-symptom-checker lang="es"')
        + '<health-article-card article="angina" lang="es"><a href="#angina">Angina</a></health-article-card>',
        shows=2,
        says=1,
        holds="hw.querySelector('.review').textContent.includes('·') && "
        "/[áéíóú]/.test(document.querySelector('[lang=es]').shadowRoot.querySelector('.hw').textContent) && "
        "document.querySelector('[article=angina]').shadowRoot.textContent.includes('página')",
        full=False,
    ),
    Host(
        "latin-1",
        "A page in Latin-1.",
        body=CARD.replace('"stroke"', '"«stroke»"'),
        charset="iso-8859-1",
        holds="hw.querySelector('.review').textContent.includes('·')",
    ),
    Host(
        "blocked-embed",
        "A blocker that refuses addresses with 'embed' in them takes the script.",
        blocks=("*embed*",),
        shows=0,
        refused=True,
        full=False,
    ),
    Host(
        "blocked-widget",
        "A blocker that refuses addresses with 'widget' or 'cta' in them takes no article, only the call to action.",
        blocks=("*widget*", "*cta*"),
        body=CARD + "<health-appointment-cta><a href='/call'>Call us</a></health-appointment-cta>",
        says=1,
        fallback="Stroke: what to do",
        holds="document.querySelector('health-appointment-cta a').checkVisibility({ visibilityProperty: true })",
    ),
    Host(
        "blocked-enhance",
        "A blocker takes htmx: a link does what links do.",
        blocks=("*enhance*",),
        opens="",
        ends=lambda stage: stage.follows(),
    ),
    Host(
        "unknown-article",
        "A page names an article that does not exist.",
        body=CARD.replace('"stroke"', '"strok"'),
        shows=0,
        says=1,
        holds="!host.shadowRoot.querySelector('.trouble button')",
    ),
    Host(
        "late",
        "The element comes long after the script.",
        body="<div id=here></div>" + late(CARD),
    ),
    Host(
        "browser",
        "A topic browser, whose steps are links too.",
        body=BROWSER,
        fallback=TOPICS,
        button=".hw .list a",
        opens=".hw .trail li:nth-child(3)",
    ),
)
