"""Content-Security-Policy, Trusted Types, integrity, sandboxes."""

from tests.browser.hosting import PLACEHOLDER
from tests.browser.hosts.host import BROWSER, INTEGRITY, LOADER, PINNED, SCRIPT, TOPICS, Host, script

CSP = "Content-Security-Policy"
STRICT = f"default-src 'none'; script-src {PLACEHOLDER}; connect-src {PLACEHOLDER}; base-uri 'none'; form-action 'none'"
NONCE = f"script-src 'nonce-abc' 'strict-dynamic'; connect-src {PLACEHOLDER}; object-src 'none'; base-uri 'none'"
TYPED = "require-trusted-types-for 'script'; trusted-types"
HOSTILE = script("trustedTypes.createPolicy('default', { createHTML() { throw 1 }, createScriptURL: () => null, createScript: () => 'stolen = 1' })")
SEALED = f'<script async crossorigin referrerpolicy="strict-origin" integrity="{INTEGRITY}" src="{LOADER}"></script>'

HOSTS = (
    Host("csp-strict", "A policy that allows our scripts and requests, and nothing else; no style-src for us.", headers={CSP: STRICT}, full=False),
    Host(
        "csp-form",
        "The same policy, and a search in the topic browser: no form may be sent.",
        headers={CSP: STRICT},
        body=BROWSER,
        fallback=TOPICS,
        opens="",
        ends=lambda stage: stage.types("attack"),
    ),
    Host("csp-style-self", "style-src 'self' blocks <style>, style attributes and our sheets by link.", headers={CSP: "style-src 'self'"}),
    Host(
        "csp-nonce",
        "A nonce with strict-dynamic: what a trusted script imports is trusted.",
        headers={CSP: NONCE},
        head=SCRIPT.replace("async", "async nonce=abc"),
        full=False,
    ),
    Host("csp-unsafe-eval", "Nothing of ours needs eval.", headers={CSP: f"script-src {PLACEHOLDER} 'unsafe-inline'"}),
    Host("tt-none", "Trusted Types are required, and no policy may be made.", headers={CSP: f"{TYPED} 'none'"}, full=False),
    Host("tt-required", "Trusted Types are required.", headers={CSP: "require-trusted-types-for 'script'"}),
    Host(
        "tt-hostile",
        "Trusted Types with a default policy that refuses or twists whatever it is given.",
        headers={CSP: f"{TYPED} default"},
        head=HOSTILE + SCRIPT,
        holds="typeof stolen === 'undefined'",
        full=False,
    ),
    Host(
        "integrity-policy",
        "A page that refuses every script without a hash refuses a plain import().",
        headers={"Integrity-Policy": "blocked-destinations=(script)"},
        head=SEALED,
        full=False,
    ),
    Host("pinned", "The immutable script with a hash.", head=SEALED.replace(LOADER, PINNED)),
    Host(
        "csp-no-connect",
        "A policy that forgot us in connect-src.",
        headers={CSP: f"default-src 'none'; script-src {PLACEHOLDER}"},
        shows=0,
        says=1,
        refused=True,
        full=False,
    ),
    Host("csp-no-script", "A policy that forgot us in script-src.", headers={CSP: "default-src 'self'"}, shows=0, refused=True),
    Host("opaque", "A page in a sandbox without an origin: storage throws.", headers={CSP: "sandbox allow-scripts"}, full=False),
    Host(
        "sandboxed-frame",
        "A page builder shows the snippet in a sandboxed frame.",
        head="",
        body='<iframe name="guest" width="800" height="700" sandbox="allow-scripts" src="sandboxed-frame/guest.html"></iframe>',
        files={"guest.html": f"<!doctype html><html lang=en><head>{SCRIPT}</head><body>CARD</body></html>".replace("CARD", Host("", "").body)},
        frame=True,
    ),
    Host(
        "storage-blocked",
        "A reader's browser refuses storage and cookies.",
        head=script(
            """for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
              Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
            }
            Object.defineProperty(document, "cookie", { get() { throw new DOMException("blocked", "SecurityError"); } });"""
        )
        + SCRIPT,
    ),
)
