"""One topic of NLM's file as a value: checked, white space folded."""

import re
from collections import Counter
from datetime import date, datetime

import msgspec

from widgets.codes import normal
from widgets.content.model import check_http
from widgets.imports.nlm import Node

LANGUAGES = {"English": "en", "Spanish": "es"}
_NUMBER = re.compile(r"[0-9]{1,12}")


class Named(msgspec.Struct, frozen=True):
    """Another page of NLM's that a topic names."""

    id: str
    title: str
    url: str


class Site(msgspec.Struct, frozen=True):
    """Somebody's page on the topic; the title is theirs."""

    title: str
    url: str
    categories: tuple[str, ...]
    organizations: tuple[str, ...]


class Record(msgspec.Struct, frozen=True):
    """A health topic in one language."""

    id: str
    title: str
    url: str
    language: str
    created: date | None
    description: str
    summary: str
    """HTML; "" for none."""
    names: tuple[str, ...]
    """Also-called names, then see-references."""
    groups: tuple[Named, ...]
    mapped: Named | None
    """The same topic in the other language."""
    mesh: tuple[str, ...]
    related: tuple[Named, ...]
    sites: tuple[Site, ...]
    institute: Named | None


def record(node: Node, notes: Counter[str]) -> Record:
    """A `health-topic` element as a record; raises ValueError when it is of no use, and counts smaller losses in `notes`."""
    missing = [name for name in ("title", "url", "id", "language") if not node.get(name)]
    if missing:
        raise ValueError(f"has no {' and no '.join(missing)}")
    if node.get("language") not in LANGUAGES:
        raise ValueError(f"is in {node.get('language')}; known: {', '.join(LANGUAGES)}")
    if not _NUMBER.fullmatch(node.get("id")):
        raise ValueError(f"the id {node.get('id')[:50]!r} is no number of up to 12 digits")
    check_http(node.get("url"))
    summary = "".join(child.text for child in node.all("full-summary")).strip()
    if not summary and not node.get("meta-desc"):
        raise ValueError("has neither a summary nor a description")
    mapped, institute = _named(node, "language-mapped-topic"), node.all("primary-institute")
    return Record(
        node.get("id"), node.get("title"), node.get("url"), LANGUAGES[node.get("language")],
        _created(node.get("date-created"), notes), node.get("meta-desc"), summary, _names(node),
        _named(node, "group"), mapped[0] if mapped else None, _mesh(node, notes), _named(node, "related-topic"), _sites(node, notes),
        Named("", institute[0].words, institute[0].get("url")) if institute else None,
    )  # fmt: skip


def _named(node: Node, name: str) -> tuple[Named, ...]:
    return tuple(Named(child.get("id"), child.words, child.get("url")) for child in node.all(name) if child.words)


def _names(node: Node) -> tuple[str, ...]:
    """Other names, each once, the title left out."""
    names = dict.fromkeys(child.words for kind in ("also-called", "see-reference") for child in node.all(kind))
    return tuple(name for name in names if name not in {"", node.get("title")})


def _mesh(node: Node, notes: Counter[str]) -> tuple[str, ...]:
    headings = node.all("mesh-heading")
    ids = [child.get("id") for heading in headings for child in heading.all("descriptor")]
    found = [code for given in ids if (code := normal("mesh", given))]
    if less := ids.count(""):
        notes["a MeSH heading without an id is left out"] += less
    if wrong := len(ids) - less - len(found):
        notes["a MeSH heading whose id is none is left out"] += wrong
    if finer := sum(len(heading.all("qualifier")) for heading in headings):
        notes["a MeSH qualifier is left out; its heading is kept"] += finer
    return tuple(dict.fromkeys(found))


def _sites(node: Node, notes: Counter[str]) -> tuple[Site, ...]:
    """The sites to be shown, each address once: those of non-display categories alone are not."""
    found: dict[str, Site] = {}
    for child in node.all("site"):
        said = [category.words for category in child.all("information-category")]
        shown = tuple(words for words in said if words and not words.casefold().startswith("non-display"))
        if said and not shown:
            notes["a site is not for display"] += 1
            continue
        site = Site(child.get("title"), child.get("url"), shown, tuple(o.words for o in child.all("organization") if o.words))
        if site.title and site.url:
            found.setdefault(site.url, site)
    return tuple(found.values())


def _created(day: str, notes: Counter[str]) -> date | None:
    try:
        return datetime.strptime(day, "%m/%d/%Y").date() if day else None
    except ValueError:
        notes[f"date-created {day[:20]!r} is no date; the day of the file stands in"] += 1
        return None
