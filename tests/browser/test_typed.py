"""The elements in React and Vue: the examples' type check, their build, and the built pages on another site."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.hosting import PLACEHOLDER, Partner, Server
from tests.browser.visit import Visit
from tests.npm import installed
from widgets.settings import files

pytestmark = [pytest.mark.browser, pytest.mark.full]

Begin = Callable[..., Visit]

SOURCE = {"react": "src/main.tsx", "vue": "src/App.vue"}
CHECK = {"react": "tsc", "vue": "vue-tsc"}
MISTAKES = [
    ("react", "article={article}", "artikle={article}", "artikle"),
    ("react", "article={article}\n", "article={7}\n", "'number' is not assignable"),
    ("react", "heading-level={2}", "heading-level={9}", "'9' is not assignable"),
    ("react", "heading-level={2}", 'theme="blue"', """'"blue"' is not assignable"""),
    ("react", "open={open}", "open={42}", "'number' is not assignable"),
    ("react", "article={article}\n", "\n", "is missing in type"),
    ("react", "article={article}\n", 'article={article} code="I21.9"\n', "not assignable to type 'undefined'"),
    ("react", "onhealth-navigate={navigated}", "onhealth-navigate={failed}", "'kind' is missing"),
    ("react", "attributes.article", "artikel", "'artikel' does not exist"),
    ("vue", ':article="article"', ':artikle="article"', "'artikle' does not exist"),
    ("vue", ':article="article"', ':article="7"', "'number' is not assignable"),
    ("vue", ':heading-level="2"', ':heading-level="9"', "'9' is not assignable"),
    ("vue", ':article="article"', "", "is missing in type"),
    ("vue", ':open="open"', 'theme="blue"', """'"blue"' is not assignable"""),
    ("vue", '@health-navigate="navigated"', '@health-navigate="failed"', "'kind' is missing"),
    ("vue", '@health-navigate="navigated"', '@health-navigat="navigated"', "'onHealthNavigat' does not exist"),
]


class Project:
    """A copy of an example with what it needs installed, and the library's typings as served."""

    def __init__(self, kind: str, folder: Path, library: str, config: pytest.Config) -> None:
        self.kind, self.folder, self.library = kind, folder, library
        shutil.copytree(files() / "examples" / kind, folder)
        for path in (path for path in folder.rglob("*") if path.is_file()):
            path.write_text(path.read_text("utf-8").replace(PLACEHOLDER, library), "utf-8")
        wanted = json.loads((folder / "package.json").read_text("utf-8"))
        packages = {**wanted["dependencies"], **wanted["devDependencies"]}
        (folder / "node_modules").symlink_to(installed(config, kind, *(f"{name}@{version}" for name, version in packages.items())))
        (folder / "src/health-widgets.d.ts").write_text(httpx.get(f"{library}/health-widgets.d.ts").text, "utf-8")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of node_modules in the project."""
        program = str(self.folder / "node_modules/.bin" / command[0])
        return subprocess.run([program, *command[1:]], cwd=self.folder, env=os.environ, capture_output=True, text=True, timeout=180, check=False)

    def type_check(self) -> str:
        """What the type check finds; nothing for none."""
        done = self.run(CHECK[self.kind])
        return done.stdout + done.stderr if done.returncode else ""

    def publish(self, partner: Partner) -> str:
        """Build it, and put it on the partner's site; its address."""
        done = self.run("vite", "build", f"--base=/{self.kind}/")
        assert done.returncode == 0, done.stderr
        for path in (self.folder / "dist").rglob("*.*"):
            partner.written[f"/{self.kind}/{path.relative_to(self.folder / 'dist').as_posix()}"] = path.read_text("utf-8")
        return f"{partner.url}/{self.kind}/index.html"


@pytest.fixture
def project(library: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Project]:
    """An example as a project of its own: `project("react")`."""
    return lambda kind: Project(kind, tmp_path / kind, library.url, request.config)


@pytest.mark.parametrize("kind", SOURCE)
def test_the_type_check_passes_and_finds_each_mistake(kind: str, project: Callable[[str], Project]) -> None:
    """The example passes its type check; a wrong attribute, value, event or detail in it is found, and named."""
    made = project(kind)
    assert made.type_check() == ""
    source = made.folder / SOURCE[kind]
    right = source.read_text("utf-8")
    mistakes = [one for one in MISTAKES if one[0] == kind]
    for number, (_, good, bad, _) in enumerate(mistakes):
        assert good in right
        source.with_stem(f"Mistake{number}").write_text(right.replace(good, bad, 1), "utf-8")
    found = made.type_check()
    for number, (_, _, bad, says) in enumerate(mistakes):
        assert says in found.partition(f"src/Mistake{number}{source.suffix}")[2].partition("src/")[0], bad


def test_the_typings_need_neither_react_nor_vue(project: Callable[[str], Project]) -> None:
    """A project without React and Vue passes, libraries checked too, and knows elements and events by their names."""
    made = project("react")
    (made.folder / "node_modules").rename(made.folder / "elsewhere")
    (made.folder / SOURCE["react"]).unlink()
    good = """
import type { HealthErrorEvent } from "./health-widgets";
const card: import("./health-widgets").HealthArticleCardElement | null = document.querySelector("health-article-card");
card?.addEventListener("health-load", (event) => console.log(event.detail.widget));
document.addEventListener("health-error", (event: HealthErrorEvent) => console.log(event.detail.kind === "not-found"));
"""
    compiler = str(made.folder / "elsewhere/.bin/tsc")

    def check(text: str) -> str:
        (made.folder / "src/plain.ts").write_text(text, "utf-8")
        return subprocess.run([compiler, "--skipLibCheck", "false"], cwd=made.folder, capture_output=True, text=True, timeout=60, check=False).stdout

    assert check(good) == ""
    assert "no overlap" in check(good.replace('"not-found"', '"nonsense"'))


def state(page: Page) -> list[object]:
    """What of a page must be as it was when a widget has gone: its globals, its head, its body, its sheets."""
    return list(
        page.evaluate("""[
          Object.getOwnPropertyNames(window).sort(), document.head.innerHTML, document.body.children.length,
          document.styleSheets.length, document.adoptedStyleSheets.length, document.querySelectorAll("health-article-card").length,
        ]""")
    )


@pytest.mark.parametrize("kind", SOURCE)
def test_a_built_page_drives_the_element(kind: str, project: Callable[[str], Project], visit: Begin, partner: Partner, library: Server) -> None:
    """On a built page attributes change what is shown, events arrive typed as declared, and an element that goes leaves nothing."""
    one = visit()
    page = one.go(project(kind).publish(partner), 1).page
    title, status = page.locator(".hw .title"), page.locator("main p[role=status]")
    assert title.inner_text() == "Heart attack"
    assert status.inner_text() == "shown: heart-attack"

    page.get_by_role("button", name="Stroke").click()
    one.heard("load", 2)
    assert (title.inner_text(), status.inner_text()) == ("Stroke", "shown: stroke")
    page.get_by_role("button", name="Open or close").click()
    one.heard("load", 3)
    assert page.locator(".hw .prose").is_visible()
    page.get_by_role("button", name="Open or close").click()
    one.heard("load", 4)
    assert page.locator(".hw .prose").count() == 0
    page.locator(".hw .tools .button").first.click()
    one.heard("navigate")
    assert status.inner_text() == "moved to stroke"

    for name in ("Angina", "Heart attack", "Stroke", "Angina"):  # faster than the library answers
        page.evaluate("(name) => [...document.querySelectorAll('main button')].find((one) => one.textContent === name).click()", name)
    one.heard("load", 5)
    page.wait_for_function("() => document.querySelector('health-article-card').shadowRoot.querySelector('.title').textContent.includes('ngina')")

    page.get_by_role("button", name="Show or remove").click()
    page.locator("health-article-card").wait_for(state="detached")
    without = state(page)
    page.get_by_role("button", name="Show or remove").click()
    one.heard("load", 6)
    assert title.inner_text() == "Angina"
    page.get_by_role("button", name="Show or remove").click()
    page.locator("health-article-card").wait_for(state="detached")
    one.settle()
    asked = len(library.partials())
    assert state(page) == without
    page.get_by_role("button", name="Stroke").click()
    one.settle()
    assert len(library.partials()) == asked
    assert (one.said, one.errors) == ([], [])
