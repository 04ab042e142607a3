"""Pages with an htmx of their own, which must not meet ours."""

from tests.browser.hosts.host import BROWSER, CARD, SCRIPT, TOPICS, Host, script
from tests.browser.hosts.scripts import lib

VERSIONS = {"1.9": "htmx1/dist/htmx.min.js", "2.0": "htmx2/dist/htmx.min.js", "4.0": "htmx4/dist/htmx.min.js"}
FILES = {"part.html": "<b class=part>Theirs</b>"}
COUNTED = script(
    """window.caught = []; for (const type of ["beforeRequest", "before:request", "configRequest", "config:request",
      "afterSwap", "after:swap", "load",
      "after:process"]) document.addEventListener("htmx:" + type, (event) => caught.push(type), true);
    for (const type of ["configRequest", "config:request"]) document.addEventListener("htmx:" + type, (event) => {
      const headers = event.detail.headers ?? event.detail.ctx?.request.headers; if (headers) headers["X-CSRF"] = "secret";
    });"""
)


def body(name: str) -> str:
    """A button of theirs, which htmx loads a part with, beside our card."""
    return f'<button id="theirs" hx-get="{name}/part.html" hx-target="#part">Load</button><p id="part"></p>{CARD}'


def theirs(stage: object) -> None:
    """A reader uses the page's own htmx; it asks once."""
    page = stage.page  # type: ignore[attr-defined]
    page.locator("#theirs").click()
    page.locator("#part .part").wait_for()


def of(version: str, more: str = "") -> str:
    """The page's own htmx, what it is told, and our script."""
    return more + lib(VERSIONS[version]) + COUNTED + SCRIPT


ONCE = "document.querySelectorAll('.part').length === 1 && caught.length === caught.before"
HOSTS = (
    *(
        Host(
            f"htmx-{version}",
            f"The page has htmx {version}: its own buttons ask once, and hear nothing of ours.",
            head=of(version),
            body=body(f"htmx-{version}"),
            files=FILES,
            act=theirs,
            holds="caught.before = caught.length",
            after=ONCE,
            full=version == "1.9",
        )
        for version in VERSIONS
    ),
    *(
        Host(
            f"htmx-config-{version}",
            f"The page's meta htmx-config is broken JSON (htmx {version}).",
            head=of(version, "<meta name='htmx-config' content='{broken: '>"),
        )
        for version in ("2.0", "4.0")
    ),
    Host(
        "htmx-config-alone",
        "A page with a htmx-config and no htmx: it would rule ours.",
        head="""<meta name="htmx-config" content='{"selfRequestsOnly":true,"defaultSwap":"none","noSwap":[200],"defaultTimeout":1}'>""" + SCRIPT,
    ),
    *(
        Host(
            f"htmx-boost-{version}",
            f"The whole page is boosted by htmx {version}, with headers that all its requests carry.",
            head=of(version),
            body=f"""<div hx-boost="true" hx-boost:inherited="true" hx-headers='{{"X-CSRF": "secret"}}' hx-headers:inherited='{{"X-CSRF": "secret"}}'
              hx-target="body" hx-target:inherited="body" hx-push-url="true" hx-push-url:inherited="true" hx-swap:inherited="none">{CARD}</div>""",
            holds="caught.before = caught.length",
            after="caught.length === caught.before",
        )
        for version in VERSIONS
    ),
    Host(
        "htmx-search",
        "Typing in our search beside a page's own htmx 4.0, which adds its token to every request.",
        head=of("4.0"),
        body=BROWSER,
        fallback=TOPICS,
        opens="",
        ends=lambda stage: stage.types("attack"),
    ),
    Host(
        "htmx-history",
        "A page whose own htmx 2.0 keeps history: our steps leave it alone.",
        head=of("2.0"),
        body=f"""<a id="theirs" href="#there" hx-get="htmx-history/part.html" hx-target="#part" hx-push-url="?step">Go</a><p id="part"></p>{CARD}""",
        files=FILES,
        act=theirs,
        after="location.search === '?step'",
    ),
    Host("htmx-global", "A page that has a value named htmx.", head=script("window.htmx = 'theirs'") + SCRIPT, after="htmx === 'theirs'"),
)
