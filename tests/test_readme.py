"""The documentation says what is: its tables, snippets, commands, paths and links are held to the code."""

import html
import re
import tomllib
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from django.template import Context, Engine

from tests.conftest import serving
from tests.readme import MADE, PAGES, PLACE, ROOT, filled, made, quoted
from widgets import embed
from widgets.app import create_app
from widgets.catalog import catalog
from widgets.commands import main as commands
from widgets.settings import PREFIX, Settings
from widgets.snippets.written import MOUNT

FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)\n```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
TOPS = ("bench", "content", "docs", "examples", "static", "templates", "tests", "widgets")
_FOUND = [*ROOT.glob("*.md"), *(path for top in TOPS for path in (ROOT / top).rglob("*.md") if "articles" not in path.parts)]
GUIDES = sorted(path.relative_to(ROOT).as_posix() for path in _FOUND)
"""Every page that is read by people who work with the repository."""

pytestmark = pytest.mark.skipif(not (ROOT / "README.md").is_file(), reason="the documentation is in the repository, not in the wheel")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(page: str, *kinds: str) -> list[str]:
    """The code blocks of these kinds."""
    return [block["text"] for block in FENCE.finditer(page) if block["kind"] in kinds]


def spoken(page: str) -> str:
    """All that stands as code in a page: commands may be in it."""
    return "\n".join([*blocks(page, "sh", "text", "ini", ""), *CODE.findall(FENCE.sub("", page))])


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


# --- What is made ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_what_is_made_is_fresh(name: str) -> None:
    """Every table and quote is what its declaration or file says today; `make docs` writes them anew."""
    page = read(name)
    for now, then in zip(PLACE.finditer(filled(page)), PLACE.finditer(page), strict=True):
        assert then["text"] == now["text"], f"{name}: {now['name']} is stale; run make docs"


def test_everything_that_can_be_made_is_shown() -> None:
    """Each table stands in the documentation once."""
    shown = [place["name"] for name in PAGES for place in PLACE.finditer(read(name)) if "." not in place["name"]]
    assert sorted(shown) == sorted(MADE)


@pytest.mark.parametrize("name", PAGES)
def test_every_snippet_is_a_file_that_runs(name: str) -> None:
    """HTML and Python in the documentation are quoted from examples/, which the tests load."""
    page = read(name)
    assert blocks(PLACE.sub("", page), "html", "python") == []
    quoted = [place["name"] for place in PLACE.finditer(page) if place["name"].endswith((".html", ".py"))]
    assert all(path.startswith("examples/") for path in quoted)


def test_every_way_of_embedding_is_shown() -> None:
    """Each page of examples/ stands in the README, but for those of several widgets; each other file there in some page."""
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").rglob("*") if path.is_file()}
    in_readme = {place["name"] for place in PLACE.finditer(read("README.md"))} | {f"examples/{kind.replace('-', '_')}.html" for kind in catalog()}
    pages = {name for name in files if name.endswith(".html") and Path(name).name not in {"index.html", "clinic.html", "spanish.html"}}
    assert pages <= in_readme
    shown = {place["name"] for page in PAGES for place in PLACE.finditer(read(page))}
    assert {name for name in files if name.endswith((".py", ".tsx", ".vue")) or "/ssi/" in name or "/esi/" in name} <= shown


@pytest.mark.parametrize("name", PAGES)
def test_every_toml_block_is_toml(name: str) -> None:
    """What an editor may copy can be read."""
    for block in blocks(read(name), "toml"):
        tomllib.loads(block)


@pytest.mark.parametrize("name", ["mount_starlette", "mount_fastapi"])
def test_a_mounted_library_answers(name: str) -> None:
    """Each example of mounting serves pages, partials and the loader below its path, on the public address."""
    if name == "mount_fastapi":
        pytest.importorskip("fastapi")
    app = _loaded(ROOT / "examples" / f"{name}.py").app
    with serving(app) as base:
        for path in ("/", "/articles/heart-attack", "/partials/article-card?article=heart-attack", "/embed.js"):
            answer = httpx.get(f"{base}/library{path}")
            assert answer.status_code == 200
            assert "https://clinic.example/library" in answer.text


@pytest.mark.parametrize("name", ["render_starlette", "render_fastapi"])
def test_an_application_puts_a_widget_into_its_page(name: str) -> None:
    """Each example's own page holds the widget as the library's include has it, and the library's scripts and pages answer beside it."""
    with serving(_loaded(ROOT / "examples" / f"{name}.py").app) as base:
        page = httpx.get(base).text
        assert httpx.get(f"{base}/library/include/article-card?article=heart-attack").text in page
        for address in re.findall(r'(?:href|src)="https://clinic\.example([^"]+)"', page):
            assert httpx.get(base + html.unescape(address)).status_code == 200, address


def test_a_tag_of_django_puts_a_widget_into_a_page() -> None:
    """The example's tag, loaded and called as its docstring says, gives what the library's include gives, unescaped."""
    module = _loaded(ROOT / "examples/render_django.py")
    engine = Engine()
    engine.template_libraries["health_library"] = module.register  # type: ignore[attr-defined]
    call = module.__doc__.partition(":\n\n")[2]
    with serving(module.library) as base:
        include = httpx.get(f"{base}/include/article-card?article=heart-attack").text
    assert engine.from_string(call).render(Context()).strip() == include


def test_the_oembed_example_is_what_oembed_answers() -> None:
    """What the example shows in the place of an address is what the library answers for that address."""
    shown = quoted("examples/oembed.html").removeprefix("```html\n").removesuffix("\n```")
    library = create_app(Settings(public_url="https://library.example", watch=False))
    with serving(library) as base:
        assert httpx.get(f"{base}/oembed?url=https://library.example/articles/heart-attack").json()["html"] == shown
    library.close()


def _loaded(path: Path) -> Any:
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_address_is_shown() -> None:
    """The table of addresses has a row, with words in it, for each route of the application."""
    library = create_app(Settings(watch=False))
    rows = [row.split(" | ") for row in made("addresses").splitlines()[2:]]
    assert len(rows) == len(library.store.app.routes)  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"\| `/[^`]*`", address) and len(doc) > 5 for address, _, doc in rows)


# --- What is named -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GUIDES)
def test_every_make_target_exists(name: str) -> None:
    """`make x` is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", spoken(read(name)))) <= targets


@pytest.mark.parametrize("name", GUIDES)
def test_every_command_exists(name: str) -> None:
    """`health-widgets x --y` is a command with that option."""
    for line in re.findall(r"\bhealth-widgets ([a-z-][^\n|;#]*)", spoken(read(name))):
        command: click.Command = commands
        for word in line.split():
            if isinstance(command, click.Group) and not word.startswith("-"):
                typed = word.rstrip(".,`")
                found = command.get_command(click.Context(command), typed)
                assert found, line
                command = found
        options = set(chain(["--help"], *(param.opts for param in command.params)))
        assert set(re.findall(r"--[a-z-]+", line)) <= options, line


@pytest.mark.parametrize("name", GUIDES)
def test_every_module_that_is_run_exists(name: str) -> None:
    """`python -m x` can be run; those of this repository are found."""
    for module in re.findall(r"python3? -m ([\w.]+)", spoken(read(name))):
        assert find_spec(module), module


@pytest.mark.parametrize("name", GUIDES)
def test_every_setting_exists(name: str) -> None:
    """Every HEALTH_WIDGETS_* that is named is a setting."""
    known = {PREFIX + field.upper() for field in Settings.__dataclass_fields__}
    assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", read(name))) <= known


@pytest.mark.parametrize("name", GUIDES)
def test_every_path_exists(name: str) -> None:
    """A path of the repository that stands as code is there; one with a <name> or * in it is a pattern."""
    for path in CODE.findall(FENCE.sub("", read(name))):
        if path.startswith(tuple(f"{top}/" for top in TOPS)) and not set(path) & set("<>*{} "):
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", GUIDES)
def test_no_link_is_dead(name: str) -> None:
    """Relative links and pictures lead to files, and anchors to headings."""
    page = read(name)
    for link in LINK.findall(FENCE.sub("", page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text("utf-8")), link


def test_the_picture_is_small() -> None:
    """The picture is under 300 KB, and says in words what it shows."""
    assert (ROOT / "docs/library.png").stat().st_size < 300 * 1024
    assert re.search(r"!\[[^\]]{20,}\]\(docs/library\.png\)", read("README.md"))


# --- What is declared for partners -------------------------------------------------------------------------


def scripts() -> str:
    return read("static/embed.js") + read("static/enhance.js")


def test_the_events_are_those_that_are_sent() -> None:
    """The scripts send exactly the declared events, with the declared details."""
    sent = dict(re.findall(r'\.tell\("(\w+)", \{ (.*?) \}', scripts()))
    details = {f"health-{name}": re.findall(r"(?:^|, )(\w+)", detail) for name, detail in sent.items()}
    assert details == {name: list(event.detail) for name, event in embed.EVENTS.items()}


def test_the_includes_answer() -> None:
    """Each /include/ address that the README gives to a server is one that the library answers, below the path that leads to it."""
    found = set(re.findall(rf'"{MOUNT}(/include/[^"]+)"', read("README.md")))
    assert found
    with serving(create_app(Settings(watch=False))) as base:
        assert {httpx.get(base + address).status_code for address in found} == {200}


def test_the_error_kinds_are_those_that_are_sent() -> None:
    """The kinds of health-error are those that the loader makes."""
    text = read("static/embed.js")
    told = re.findall(r"const KINDS = \{(.*?)\};|\bkind: (.*?), message:", text)
    sent = set(re.findall(r'"([a-z-]+)"', "".join(chain(*told))))
    assert set(CODE.findall(embed.EVENTS["health-error"].detail["kind"])) == sent


def test_the_parts_are_those_of_the_templates() -> None:
    """The partials' part names are exactly the declared ones."""
    made = [*(ROOT / "templates/partials").iterdir(), ROOT / "widgets/pieces.py"]
    used = {name for path in made for name in re.findall(r'\bpart="([\w-]+)"', path.read_text("utf-8"))}
    assert used == set(embed.PARTS)


def test_the_properties_are_those_of_the_styles() -> None:
    """The widgets' styles read exactly the declared custom properties."""
    sheets = [ROOT / "static/widgets.css", *(ROOT / "static/css").iterdir()]
    used = {name for path in sheets for name in re.findall(r"var\((--health-[\w-]+)", path.read_text("utf-8"))}
    assert used == set(embed.PROPERTIES)


def test_attributes_on_the_element_are_read_by_the_styles() -> None:
    """An attribute that is never sent is one that the styles look at, in both spellings."""
    css = read("static/widgets.css")
    for name in embed.ON_THE_ELEMENT:
        assert f":host([{name}=" in css
        assert f":host([data-{name}=" in css
