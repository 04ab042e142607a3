"""Takes each cure out, in a copy of the tree, and says whether its page goes red: python -m tests.browser.hosts.cures [page ...]"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
COPY = Path(os.environ.get("HOSTS_COPY", "/tmp/hosts-copy"))
EMBED, ENHANCE, STYLES, ANSWERS = "static/embed.js", "static/enhance.js", "static/widgets.css", "widgets/answers.py"


class Cure(NamedTuple):
    """Where a cure stands, what it looks like when it is taken out, and the page that needs it."""

    page: str
    what: str
    file: str
    before: str
    after: str


CURES = (
    Cure("clobbered-current-script", "the running script is read from the prototype", EMBED, 'own("currentScript")', "document.currentScript"),
    Cure(
        "unsafe-url", "the bundle is preloaded with a referrer policy", EMBED, 'crossOrigin: "", referrerPolicy: "strict-origin"', 'crossOrigin: ""'
    ),
    Cure("unsafe-url", "partials are asked for with a referrer policy", EMBED, '{ referrerPolicy: "strict-origin", signal', "{ signal"),
    Cure(
        "service-worker",
        "an answer without our markers is a failure",
        EMBED,
        "if (!text.startsWith(opening) || !text.endsWith(closing))",
        "if (false)",
    ),
    Cure("twenty", "equal requests share one answer", EMBED, "return (pending[key] ??= answer", "return (pending[key] = answer"),
    Cure(
        "preloaded", "the request has the preload's credentials mode", EMBED, "await fetch(address, {", 'await fetch(address, { credentials: "omit",'
    ),
    Cure("broken-fetch", "whatever fetch throws is a failure of ours", EMBED, "throw error.kind ? error :", "throw error.kind !== 7 ? error :"),
    Cure("blocked-enhance", "without htmx a link does what links do", EMBED, "else this.#bypass = true;", "else this.#bypass = false;"),
    Cure("wrapped-fetch", "fetch is given a string", EMBED, "await fetch(address, {", "await fetch(new Request(address), {"),
    Cure(
        "wrapped-fetch",
        "OPTIONS are answered with the headers asked for",
        ANSWERS,
        '(b"access-control-allow-headers", allowed',
        '(b"x-nothing", allowed',
    ),
    Cure("coep", "every answer may be used anywhere", ANSWERS, 'b"cross-origin"))', 'b"same-origin"))'),
    Cure("shift-jis", "scripts name their character set", ANSWERS, '"text/javascript; charset=utf-8"', '"text/javascript"'),
    Cure(
        "csp-strict",
        "styles are adopted, not written",
        EMBED,
        "this.root.adoptedStyleSheets = [shared, css].filter(Boolean).map(sheet);",
        'this.root.append(create("style", { textContent: shared + css }));',
    ),
    Cure("tt-none", "HTML is parsed by what is no sink", EMBED, "NativeDocument.parseHTML && (", "undefined && ("),
    Cure("integrity-policy", "a module preload brings the hash", EMBED, '"modulepreload", integrity,', '"modulepreload",'),
    Cure("style-div-none", "the host's display is ours", STYLES, "display: block !important", "display: block"),
    Cure("style-element", "the host's float is ours", STYLES, "float: none !important; ", ""),
    Cure("style-root-62", "sizes are in em", STYLES, "font-size: 1.125em", "font-size: 1.125rem"),
    Cure("style-inherited", "nothing is inherited by the inner box", STYLES, ".box { all: initial;", ".box {"),
    Cure("style-rtl", "the partial says its direction", "widgets/pieces.py", ' dir="{self', ' data-dir="{self'),
    Cure("narrow", "long words break", STYLES, " overflow-wrap: anywhere;", ""),
    Cure("forced-colors", "buttons have real borders", STYLES, "border: 2px solid var(--accent)", "border: 0"),
    Cure("dialog", "a focus that was on the fallback goes to the content", EMBED, "!active.checkVisibility()", "false"),
    Cure("no-console", "a console without warn is borne", EMBED, "console.warn?.(", "console.warn("),
    Cure("prototype-js", "htmx's pantry has a parent", ENHANCE, "new DocumentFragment().append(node)", "undefined"),
    Cure("mootools", "natives come from the prototype chain", EMBED, "Object.getPrototypeOf(HTMLDocument)", "Document"),
    Cure("constructors", "natives come from the prototype chain (htmx)", ENHANCE, "Object.getPrototypeOf(HTMLElement)", "Element"),
    Cure("clobbered", "a document is not asked for its host", EMBED, "root === document ? null : root.host", "root.host"),
    Cure("swallowed-htmx", "what is touched in the page around is not ours", EMBED, "listen(this.box, type", "listen(this.root, type"),
    Cure("script-gone", "a script that is no longer in the page is asked too", EMBED, ' || !all(`[src^="${base}/embed"]`).length', ""),
    Cure(
        "clobbered", "elements are made by the prototype's method", EMBED, "native.createElement.call(document, tag)", "document.createElement(tag)"
    ),
    Cure(
        "clobbered", "the document is asked by the prototype's method", EMBED, "native.querySelectorAll.call(document, ", "document.querySelectorAll("
    ),
    Cure("tag-taken", "a tag that is taken stays", EMBED, "if (!first) customElements", "customElements"),
    Cure("adopted-shown", "another document's refusal of our sheets is borne", EMBED, "map(sheet); } catch {} }", "map(sheet); } finally {} }"),
    Cure(
        "adopted-shown",
        "sheets are put on wherever the element comes",
        EMBED,
        "this.#wear(this.#filled ?",
        "this.#started || this.#wear(this.#filled ?",
    ),
    Cure(
        "script-target-clobbered",
        "a target is filled by the method of an element of ours",
        EMBED,
        'element[target ? "append" : "after"].call(after, element)',
        'after[target ? "append" : "after"](element)',
    ),
    Cure("thrice", "the same version says nothing", EMBED, "else if (first.version !== version) warn", "else if (true) warn"),
    Cure("script-in-head", "a script in the head shows nothing", EMBED, '!after || after.closest("head")', "!after"),
    Cure("self-closing", "only fallback is hidden", EMBED, "!(this.#filled && isFallback(node))", "!this.#filled"),
    Cure("cms-quotes", "quotes are taken off", EMBED, r'value?.replace(/[\u201c-\u201f\u2033«»]/g, "")', "value?"),
    Cure("language-mistakes", "what is no language is passed over", EMBED, '[2, 3].includes(value?.split("-")[0].length)', "Boolean(value)"),
    Cure("moved", "what is shown is not asked for again", EMBED, "if (address === this.#wanted && !options) return;", ""),
    Cure("churn", "changes are taken together", EMBED, "if (address === this.#wanted) this.#show(html);", "this.#show(html);"),
    Cure("hash-routing", "links to sections are ours", EMBED, "if (link?.dataset.jump && !elsewhere)", "if (false)"),
    Cure("include", "a declarative shadow root is taken over", EMBED, "this.#filled = this.shown = this.#wanted = this.#address", "this.box"),
    Cure(
        "htmx-config-alone",
        "htmx reads no configuration of the page",
        ENHANCE,
        '(selector.startsWith("meta") ? null :',
        "(selector.startsWith('meta') ? document.querySelector(selector) :",
    ),
    Cure(
        "htmx-4.0",
        "htmx's events stay inside",
        ENHANCE,
        "htmx.trigger = (target, name, detail) => {",
        "htmx.trigger = (target, name, detail) => {\n    host.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));",
    ),
    Cure(
        "htmx-search",
        "htmx's headers are left out",
        ENHANCE,
        '{ method, body, credentials: "omit"',
        '{ method, body, headers: { "HX-Request": "true" }, credentials: "omit"',
    ),
    Cure("plain", "the focus follows the swap", ENHANCE, 'root.querySelector("[data-focus]")?.focus({ preventScroll: true });', ""),
    Cure("plain", "htmx fetches by way of ours", ENHANCE, "fetch: fetchPartial, add", "fetch: (...all) => fetch(...all), add"),
    Cure("plain", "htmx's document is the shadow root", ENHANCE, "return [page, view,", "return [globalThis.document, view,"),
    Cure(
        "query-method",
        "listeners are added by the prototype's method",
        EMBED,
        "EventTarget.prototype.addEventListener.apply(target, values)",
        "target.addEventListener(...values)",
    ),
)


def main(*pages: str) -> int:
    """Take out the cures of these pages, or all; gives how many were not missed."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT, COPY, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__", ".mypy_cache", ".hypothesis"))
    missed = 0
    for cure in CURES:
        if pages and cure.page not in pages:
            continue
        path = COPY / cure.file
        whole = path.read_text("utf-8")
        if cure.before not in whole:
            print(f"GONE   {cure.page}: {cure.what}", flush=True)
            missed += 1
            continue
        path.write_text(whole.replace(cure.before, cure.after), "utf-8")
        test = f"tests/browser/hosts/test_hosts.py::test_host[{cure.page}]"
        command = [sys.executable, "-m", "pytest", "-q", "--tb=line", test]
        run = subprocess.run(command, cwd=COPY, env=os.environ | {"PYTHONPATH": str(COPY)}, capture_output=True, text=True, timeout=120, check=False)
        path.write_text(whole, "utf-8")
        missed += run.returncode != 1
        why = next((line for line in run.stdout.splitlines() if line.startswith(("E  ", "/"))), "")
        print(f"{ {0: 'GREEN', 1: 'red'}.get(run.returncode, run.stdout[-300:]):6} {cure.page}: {cure.what} {why[:150]}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
