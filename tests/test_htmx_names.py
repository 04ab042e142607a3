"""The names that htmx reaches for outside itself, found anew by scope analysis: those that touch the page must be sealed."""

import json
import re
import shutil
import subprocess

import pytest

from tests.npm import installed
from widgets.settings import files

# What htmx 4.0.1 reads from outside and cannot hurt a page with: the language, timers, and plain constructors.
HARMLESS = {
    *("AbortController", "Array", "CSS", "CSSStyleSheet", "CustomEvent", "DOMParser", "Error", "FormData", "Function", "HTMLInputElement"),
    *("HTMLTemplateElement", "HTMLTextAreaElement", "IntersectionObserver", "JSON", "Map", "Node", "Object", "Promise", "Set", "String", "URL"),
    *("URLSearchParams", "WeakMap", "WeakSet", "XPathEvaluator", "clearInterval", "clearTimeout", "encodeURI", "isNaN", "navigator", "parseFloat"),
    *("setInterval", "setTimeout"),
}
REACHING = {"document", "window", "location", "history", "navigation", "console", "Document", "Element"}
IN_CASE = {"fetch"}  # htmx 4.0.1 takes window.fetch; an htmx that says only fetch would go out unsealed
FREE = """
const fs = require("fs"), acorn = require("acorn"), scopes = require("eslint-scope");
const text = fs.readFileSync(0, "utf-8");
const tree = acorn.parse(text, { ecmaVersion: "latest", sourceType: "script", ranges: true, locations: true });
const manager = scopes.analyze(tree, { ecmaVersion: 2022, sourceType: "script" });
const own = new Set(manager.globalScope.variables.map((one) => one.name));
console.log(JSON.stringify([...new Set(manager.globalScope.through.map((one) => one.identifier.name))].filter((one) => !own.has(one))));
"""


@pytest.fixture(scope="module")
def free(request: pytest.FixtureRequest) -> set[str]:
    """The names that are used in htmx.min.js and declared nowhere in it."""
    modules = installed(request.config, "scopes", "acorn@8.14.0", "eslint-scope@8.2.0")
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH; install Node.js: apt-get install nodejs")
    htmx = (files() / "static/vendor/htmx/htmx.min.js").read_text("utf-8")
    done = subprocess.run([node, "-e", FREE], input=htmx, env={"NODE_PATH": str(modules)}, capture_output=True, text=True, timeout=60, check=False)
    assert not done.returncode, done.stderr
    return set(json.loads(done.stdout))


def sealed() -> set[str]:
    """The parameters of `seal` in enhance.js."""
    found = re.search(r"const seal = \(([^)]*)\)", (files() / "static/enhance.js").read_text("utf-8"))
    assert found
    return {name.strip() for name in found[1].split(",")}


def test_the_free_names_of_htmx_are_the_known_ones(free: set[str]) -> None:
    """An htmx that reaches for a name which nobody has judged is not shipped."""
    assert free == HARMLESS | REACHING


def test_what_reaches_the_page_is_sealed(free: set[str]) -> None:
    """Every free name that could touch the host page is a parameter of the seal, and the seal shadows nothing else."""
    assert sealed() >= REACHING | IN_CASE
    assert sealed() - IN_CASE <= free
