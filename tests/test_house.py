"""The house: layers, sizes, one declaration for one fact, and nothing of this machine in the repository."""

import ast
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from widgets.catalog import catalog
from widgets.languages import known

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "widgets"

LAYERS = [
    {"__main__"},
    {"commands"},
    {"processes"},
    {"app"},
    {"builder", "choice"},
    {"readers", "embedding", "machines", "connect", "api"},
    {"serving"},
    {"typings"},
    {"manifest"},
    {"sitemap"},
    {"pages", "openapi"},
    {"snippets", "controls"},
    {"embed", "answers", "limits", "check", "check_sites"},
    {"store"},
    {"render"},
    {"pieces"},
    {"place"},
    {"catalog", "infobutton"},
    {"results"},
    {"views"},
    {"local"},
    {"widget"},
    {"moment"},
    {"values"},
    {"edition"},
    {"imports"},
    {"snapshot"},
    {"sites"},
    {"search"},
    {"content"},
    {"settings"},
    {"languages", "codes"},
    {"__init__"},
]
"""From the top down; a module imports only from its own layer or from those below."""

MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 300


def _layer(module: str) -> int:
    """The layer of a module of ours by its name below `widgets`."""
    return next((n for n, names in enumerate(LAYERS) if module in names), -1)


def _imports(path: Path) -> set[str]:
    """What a file imports of ours, by its first name below `widgets`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "widgets":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name if _layer(alias.name) >= 0 else "__init__" for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {[*alias.name.split("."), "__init__"][1] for alias in node.names if alias.name.split(".")[0] == "widgets"}
    return found


def _stem(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_stem)
def test_imports_go_down_only(path: Path) -> None:
    """Each module has a layer, and imports only from its own or from lower ones."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert _layer(own) >= 0, f"{_stem(path)} has no layer; give it one in LAYERS"
    above = {name for name in _imports(path) if name != own and _layer(name) < _layer(own)}
    assert not above, f"{_stem(path)} imports from above: {', '.join(sorted(above))}"


def test_peers_do_not_import_each_other_in_a_circle() -> None:
    """No two modules import each other."""
    imports = {path.relative_to(PACKAGE).parts[0].removesuffix(".py"): set[str]() for path in MODULES}
    for path in MODULES:
        imports[path.relative_to(PACKAGE).parts[0].removesuffix(".py")] |= _imports(path)
    circles = {tuple(sorted((a, b))) for a, names in imports.items() for b in names if a != b and a in imports.get(b, set())}
    assert not circles


@pytest.mark.parametrize("path", [*MODULES, *sorted((ROOT / "static").glob("*.js"))], ids=_stem)
def test_files_are_short(path: Path) -> None:
    """No file of code has more than 300 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", [path for path in MODULES if "catalog" not in path.parts], ids=_stem)
def test_functions_are_short(path: Path) -> None:
    """No function has more than 25 lines of code, its docstring left out; 20 is what we aim at."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            assert (node.end_lineno or 0) - first.lineno + 1 <= 25, f"{_stem(path)}:{node.lineno}: {node.name}"


def test_only_render_knows_jinja_and_only_settings_the_environment() -> None:
    """Jinja is imported by render alone; the environment is read by settings and handed over by the commands."""
    for path in MODULES:
        text, name = path.read_text("utf-8"), path.relative_to(PACKAGE).as_posix()
        assert "jinja2" not in text or name == "render.py", name
        assert not re.search(r"os\.environ|getenv", text) or name == "settings.py" or name.startswith("commands/"), name


def test_languages_say_the_same_things() -> None:
    """Each language has the keys of English, with the same {braces}, and a plural table where English has one."""
    tables = {lang: tomllib.loads((PACKAGE / "languages" / f"{lang}.toml").read_text("utf-8")) for lang in known()}
    english = tables["en"]
    for lang, table in tables.items():
        assert table.keys() == english.keys(), lang
        for key, text in english.items():
            assert isinstance(table[key], type(text)), f"{lang}: {key}"
            assert _braces(table[key]) == _braces(text), f"{lang}: {key}"


def _braces(words: object) -> set[str]:
    text = words["other"] if isinstance(words, dict) else str(words)
    return set(re.findall(r"\{\w+\}", text))


def test_every_interface_word_is_used() -> None:
    """Each key of the interface words is named somewhere in templates, code or scripts."""
    code = "".join(
        p.read_text("utf-8")
        for folder in ("widgets", "templates", "static")
        for p in (ROOT / folder).rglob("*")
        if p.suffix in {".py", ".html", ".js"}
    )
    unused = {key for key in tomllib.loads((PACKAGE / "languages" / "en.toml").read_text("utf-8")) if key not in code}
    assert unused - {"emergency", "emergency-number", "crisis", "crisis-number"} == set()


def test_what_is_vendored_is_what_was_declared() -> None:
    """Each vendored file has its declared hash, htmx says its declared version, and nothing undeclared lies there."""
    for declared in (ROOT / "static" / "vendor").rglob("VENDORED.toml"):
        table = tomllib.loads(declared.read_text("utf-8"))
        for name, expected in table["sha256"].items():
            assert hashlib.sha256((declared.parent / name).read_bytes()).hexdigest() == expected, name
        assert {p.name for p in declared.parent.iterdir()} == {*table["sha256"], "VENDORED.toml"}
        assert f'"{table["version"]}"' in (declared.parent / "htmx.min.js").read_text("utf-8")


@pytest.mark.parametrize("kind", list(catalog()))
def test_a_widget_is_a_module_a_partial_and_an_example(kind: str) -> None:
    """A widget's module, partial and example page have the same stem, and the example shows the widget."""
    stem = kind.replace("-", "_")
    for path in (f"widgets/catalog/{stem}.py", f"templates/partials/{stem}.html", f"examples/{stem}.html"):
        assert (ROOT / path).is_file(), f"{kind} lacks {path}"
    assert f"<{catalog()[kind].tag()}" in (ROOT / "examples" / f"{stem}.html").read_text("utf-8")


def test_nothing_is_left_of_a_widget_that_is_gone() -> None:
    """Each partial belongs to a widget."""
    stems = {kind.replace("-", "_") for kind in catalog()}
    assert {p.stem for p in (ROOT / "templates" / "partials").glob("[!_]*.html")} == stems


_REGISTRY = re.compile(
    r"https?://[^\s\"')]*(?:registry\.npm|pypi\.org/simple|artifactory|nexus|/simple/|\.internal\b|\.corp\b|\.local\b)", re.IGNORECASE
)
_MACHINE = re.compile(r"(?:/wo" + r"rk/|/ro" + r"ot/|/ho" + r"me/\w|/Us" + r"ers/\w|/op" + r"t/(?:wheels|pypi)|C:\\\\Users)")
_LEFT_OUT = {
    ".git",
    ".venv",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    "__pycache__",
    "node_modules",
    "dist",
    "build",
    "test-results",
}


def test_nothing_of_a_machine_or_a_registry_is_in_the_repository() -> None:
    """No file names a package registry's host or a path of the machine it was made on."""
    found = []
    for path in ROOT.rglob("*"):
        if path.is_file() and not _LEFT_OUT & set(path.relative_to(ROOT).parts) and path.stat().st_size < 2_000_000:
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{_stem(path)}: {match[0]}" for pattern in (_REGISTRY, _MACHINE) for match in pattern.finditer(text)]
    assert found == []


def test_every_test_says_its_law() -> None:
    """Each test has a docstring of one line."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                law = ast.get_docstring(node)
                assert law, f"{_stem(path)}: {node.name} says no law"
                assert "\n" not in law, f"{_stem(path)}: {node.name}: more than one line"
