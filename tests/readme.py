"""Writes what the documentation takes from declarations: tables, and quotes of files that the tests run.

`python -m tests.readme` (make docs) fills the places between `<!-- made: NAME -->` and `<!-- /made -->`; a NAME
with a dot in it quotes that file, any other one is a function in MADE.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import unquote

import click
import msgspec

from tests.browser.mistakes import MISTAKES
from tests.records import REQUESTS
from widgets import embed, settings
from widgets.app import ROWS
from widgets.catalog import catalog
from widgets.codes import SYSTEMS, CodeSystem
from widgets.commands import main as commands
from widgets.content import model
from widgets.content.markup import SAYINGS
from widgets.content.reading import FORMULAS
from widgets.languages import known, words_in
from widgets.manifest import fallback
from widgets.sites import REGIONS, CampaignFile, SiteFile, schema
from widgets.sites.campaigns import When
from widgets.sites.looks import PAIRS
from widgets.snippets.ways import WAYS
from widgets.views import saying
from widgets.widget import Widget, html_name

ROOT = settings.files()
PAGES = ("README.md", "CONTRIBUTING.md", "content/README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
FENCES = {"py": "python", "conf": "nginx"}
"""What a code block is called, where it is not as its file's name ends."""
PLACE = re.compile(r"(<!-- made: (?P<name>[^\n]+?) -->\n)(?P<text>.*?)(<!-- /made -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with every place in it made anew."""
    return PLACE.sub(lambda place: f"{place[1]}{made(place['name'])}\n{place[4]}", page)


def made(name: str) -> str:
    """What stands in the place of this name."""
    return quoted(name) if "." in name else MADE[name]()


# --- Quotes ------------------------------------------------------------------------------------------------


def quoted(name: str) -> str:
    """A file as a code block; of an HTML page only what a partner pastes."""
    text = (ROOT / name).read_text("utf-8").strip()
    return f"```{FENCES.get(kind := name.rpartition('.')[2], kind)}\n{snippet(text) if name.endswith('.html') else text}\n```"


def snippet(page: str) -> str:
    """What a partner pastes of an example: what follows the style sheet in its head, and what stands below its h1."""
    head = page.partition('href="example.css">\n')[2].partition("</head>")[0]
    body = page.partition("</h1>\n")[2].partition("<p>This text is the partner's own")[0]
    return "\n\n".join(part.strip() for part in (head, body) if part.strip())


# --- Tables ------------------------------------------------------------------------------------------------


def table(heads: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; `heads` are its column names, separated by commas."""
    names = heads.split(", ")
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(value: object) -> str:
    """A value as code; nothing for an empty one."""
    return f"`{value}`" if str(value) else ""


def widgets() -> str:
    """Each widget with its own attributes, then the attributes of all."""
    return "\n\n".join([*map(_widget, catalog().values()), _every_widget()])


def _widget(widget: type[Widget]) -> str:
    shared = {f.name for f in fields(Widget)}
    own = [f for f in widget.declared() if f.name not in shared]
    head = f"**`<{widget.tag()}>`**: {widget.doc}"
    return f"{head}\n\n{_attributes(own)}" if own else f"{head} It has no attributes of its own."


def _every_widget() -> str:
    more = "\n".join(f'| `{name}` | {doc} | `{name}="{example}"` |  |' for name, (doc, example, _) in embed.ON_THE_ELEMENT.items())
    return f"**Every element**\n\n{_attributes(fields(Widget))}\n{more}"


def _attributes(declared: Iterable[Any]) -> str:
    rows = []
    for f in declared:
        name, example, default = html_name(f), f.metadata["example"], f.default
        step = " A step: it changes as a reader moves." if f.metadata["step"] else ""
        shown = "required" if default is MISSING else code(default or "")
        rows.append((code(name), f.metadata["doc"] + step, code(f'{name}="{example}"' if example else name), shown))
    return table("attribute, what it does, example, default", rows)


def elements() -> str:
    """The element of each widget with its fallback, as its example has it."""
    files = (f"{kind.replace('-', '_')}.html" for kind in catalog())
    snippets = (snippet((ROOT / "examples" / name).read_text("utf-8")).partition("</script>\n\n")[2] for name in files)
    return "```html\n" + "\n\n".join(snippets) + "\n```"


def events() -> str:
    """The events that an element sends."""
    rows = ((code(name), event.doc, "; ".join(f"`{key}`: {doc}" for key, doc in event.detail.items())) for name, event in embed.EVENTS.items())
    return table("event, when, detail", rows)


def mistakes() -> str:
    """What goes wrong on pages, and what the check says of it; the tests load each page."""
    return table("what is wrong, what the check says", ((one.row, one.says) for one in MISTAKES))


def properties() -> str:
    """The custom properties, with the values that the styles fall back to."""
    return table("property, what it sets, default", ((code(name), doc, code(fallback(name))) for name, doc in embed.PROPERTIES.items()))


def parts() -> str:
    """The names for ::part()."""
    return table("part, what it is", ((code(name), doc) for name, doc in embed.PARTS.items()))


def environment() -> str:
    """The settings of an operator."""
    rows = []
    for f in fields(settings.Settings):
        default = int(f.default) if isinstance(f.default, bool) else "" if isinstance(f.default, Path | None) else f.default
        rows.append((code(settings.PREFIX + f.name.upper()), f.metadata["doc"], code(default)))
    return table("variable, what it sets, default", rows)


def addresses() -> str:
    """Every address that the server answers, by the docstring of what answers it."""
    rows = []
    for _, endpoint, methods in ROWS:
        address, _, doc = (endpoint.__doc__ or "").partition(": ")
        asked = ", ".join(method for method in methods if method != "OPTIONS")
        rows.append((address, asked, doc if doc[1:2].isupper() else doc[:1].upper() + doc[1:]))
    return table("address, methods, answer", rows)


def policies() -> str:
    """What the content policy of a page needs, by way of embedding."""
    return table("way of embedding, to add", ((way.title, code(way.policy("https://library.example")) or "nothing") for way in WAYS.values()))


def command_line() -> str:
    """The commands with their arguments and options."""
    rows = []
    for name, command in _commands(commands, "health-widgets"):
        shown = [_shown(p) for p in command.params if p.opts != ["--help"]]
        rows.append((code(" ".join([name, *shown])), (command.help or "").partition("\n\n")[0].replace("\n", " ")))
    return table("command, what it does", rows)


def _commands(group: click.Group, above: str) -> Iterator[tuple[str, click.Command]]:
    """The commands by what one types, those of a group in its place."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}", command


def _shown(parameter: click.Parameter) -> str:
    return parameter.metavar or parameter.opts[0] if isinstance(parameter, click.Argument) else parameter.opts[0]


# --- Content files -----------------------------------------------------------------------------------------


def keys(file: type[msgspec.Struct]) -> str:
    """The keys of a content file, those of its tables below them, by the docstrings of their fields."""
    return table("key, value, what it says", _keys(file, ""))


def _keys(struct: type[msgspec.Struct], above: str) -> Iterator[tuple[str, str, str]]:
    for f in msgspec.structs.fields(struct):
        key = above + f.encode_name
        inner, where, value = _opened(f.type)
        shown = f"[[{key}]]" if value == "tables" else f"[{key}{where}]" if inner else key + where
        yield code(shown) + (" (required)" if f.required else ""), value, field_docs(struct)[f.name]
        if inner:
            yield from _keys(inner, f"{key}{where}.")


@cache
def field_docs(struct: type) -> dict[str, str]:
    """The string that stands below each field of a class."""
    body = ast.parse(inspect.getsource(struct)).body[0].body  # type: ignore[attr-defined]
    return {f.target.id: doc.value.value for f, doc in pairwise(body) if isinstance(f, ast.AnnAssign) and isinstance(doc, ast.Expr)}  # type: ignore[attr-defined]


def _opened(declared: Any) -> tuple[type[msgspec.Struct] | None, str, str]:
    """A value's own table, if it is one; what its key goes on with; and what it is, in an editor's words."""
    origin, inner = get_origin(declared), get_args(declared)
    if isinstance(declared, type) and issubclass(declared, msgspec.Struct):
        return declared, "", "table"
    if origin in {UnionType, Union}:
        return _opened(next(one for one in inner if one is not type(None)))
    if origin is tuple:
        struct, _, value = _opened(inner[0])
        return struct, "", "tables" if struct else f"list of {value}s"
    if origin is dict:
        struct, _, value = _opened(inner[1])
        return struct, {CodeSystem: ".SYSTEM", model.Slug: ".NAME"}.get(inner[0], ".LANGUAGE"), value
    if hasattr(declared, "__metadata__"):
        plain = inner[0] if inner else declared.__origin__
        return (None, "", NAMES[declared]) if declared in NAMES else _opened(plain)
    return None, "", {"str": "text", "bool": "true or false", "int": "number", "date": "date"}[declared.__name__]


NAMES: Mapping[Any, str] = {
    model.Slug: "name", model.Line: "line", model.Language: "language", When: "date, or date and time",
    schema.Colour: "colour", schema.Length: "length", schema.Font: "list of fonts", schema.Origin: "origin", schema.Report: "address",
}  # fmt: skip


def languages() -> str:
    """The languages of the interface, and how their texts are measured."""
    rows = []
    for language in known():
        words, formula = words_in(language), FORMULAS.get(language)
        limit = f"{formula.name}, {'at least' if formula.higher_is_easier else 'at most'} {formula.article_limit:g}" if formula else "none"
        rows.append((code(language), words.own_name, words.direction, code(f"widgets/languages/{language}.toml"), limit))
    return table("language, its name, direction, interface words, reading formula", rows)


def regions() -> str:
    """Whom a region's readers call."""
    return table(
        "region, emergency, crisis line",
        ((code(name), region.emergency, " or ".join(filter(None, (region.crisis, region.crisis_or)))) for name, region in REGIONS.items()),
    )


def themes() -> str:
    """The built-in themes, by the first line of their files."""
    found = ((path.stem, path.read_text("utf-8").partition("\n")[0].removeprefix("# ")) for path in sorted((ROOT / "static/themes").glob("*.toml")))
    return table("theme, how it looks", ((code(name), doc) for name, doc in found))


def pairs() -> str:
    """The pairs of colours whose contrast is checked."""
    return ", ".join(f"`{upper}` on `{lower}`" for upper, lower in PAIRS)


def placeholders() -> str:
    """What stands in the place of each saying."""
    rows = ((code(f"{{{name}}}"), *(saying(name, REGIONS[region], words_in("en")) for region in ("US", "GB"))) for name in SAYINGS)
    return table("written, shown in the United States, shown in Great Britain", rows)


def code_systems() -> str:
    """The systems of medical codes."""
    rows = ((code(key), system.used_for, code(system.oid), code(system.uris[0]), code(system.example)) for key, system in SYSTEMS.items())
    return table("system, for, OID, address, a code", rows)


def requests() -> str:
    """What records ask of /connect, and what they get."""
    shown = ((one.what, code(unquote(one.parameters)), ", ".join(map(code, one.expected)) or "nothing", one.note) for one in REQUESTS)
    return table("request, parameters, articles, remark", shown)


MADE: dict[str, Callable[[], str]] = {
    "elements": elements,
    "widgets": widgets,
    "events": events,
    "mistakes": mistakes,
    "properties": properties,
    "parts": parts,
    "settings": environment,
    "addresses": addresses,
    "policies": policies,
    "commands": command_line,
    "languages": languages,
    "regions": regions,
    "code systems": code_systems,
    "requests": requests,
    "placeholders": placeholders,
    "themes": themes,
    "pairs": pairs,
    "article keys": lambda: keys(model.ArticleFile),
    "front matter keys": lambda: keys(model.FrontMatter),
    "topic keys": lambda: keys(model.TopicFile),
    "site keys": lambda: keys(SiteFile),
    "campaign keys": lambda: keys(CampaignFile),
}


def main() -> None:
    """Write every page anew, and name those that changed."""
    for name in PAGES:
        path = ROOT / name
        before = path.read_text("utf-8")
        after = filled(before)
        if after != before:
            path.write_text(after, "utf-8")
            print(f"{name}: written")


if __name__ == "__main__":
    main()
