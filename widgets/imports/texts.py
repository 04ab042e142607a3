"""A topic of NLM's in the words of this library: front matter, Markdown, article.toml."""

import html
import re
from collections.abc import Iterable
from typing import Any, Protocol

from widgets.content.markup import SAYING, fold
from widgets.imports.markdown import Losses, escaped, from_html, link, numberless, safe_address, sayings
from widgets.imports.records import Record, Site
from widgets.imports.toml import Values
from widgets.imports.words import line
from widgets.languages import words_in

PUBLISHER = "MedlinePlus, National Library of Medicine"
LICENCE = f"Public domain. Source: {PUBLISHER}"
LONGEST_SLUG = 80
WORDS = {
    "en": {"more": "Learn more", "related": "Related topics at MedlinePlus"},
    "es": {"more": "Más información", "related": "Temas relacionados en MedlinePlus"},
}
_FIRST = {"emergency": "danger_emergency", "crisis": "danger_crisis"}
"""What of our own words stands before a text that tells its readers, somewhere within, whom to call."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_TAG = re.compile(r"<[^>]*>")


class Around(Protocol):
    """What a text must know of the others."""

    def topic_slug(self, group: str) -> str:
        """The topic that a group became."""

    def slug(self, topic: str) -> str:
        """The article that a topic stands in; "" for none."""

    def find(self, address: str) -> str:
        """Where a link leads."""

    def note(self, message: str, n: int = 1) -> None:
        """Count a small loss."""


def slug_of(title: str, otherwise: str) -> str:
    """A title as a name for addresses: Alzheimer's Disease -> alzheimers-disease."""
    slug = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", fold(title))))
    if len(slug) > LONGEST_SLUG:
        slug = slug[:LONGEST_SLUG].rpartition("-")[0] or slug[:LONGEST_SLUG]
    return slug or otherwise


def text(record: Record, around: Around) -> tuple[Values, str]:
    """The front matter and the Markdown of a topic in one language."""
    values: dict[str, Any] = {"title": line(numberless(record.title, record.language)), "summary": line(_summary(record))}
    if record.names:
        values["also-called"] = [line(name) for name in record.names]
    values["author"] = PUBLISHER
    if record.created:
        values["written"] = record.created
    body = _body(record, around)
    if called := _called(body):
        values["emergency"] = words_in(record.language)[_FIRST[called]]
    values["sources"] = [{"publisher": PUBLISHER, "title": line(record.title), "url": record.url}]
    return values, "\n\n".join(part for part in (body, _more(record, around)) if part)


def article(records: Iterable[Record], around: Around) -> dict[str, Any]:
    """What all languages of a topic share."""
    records = list(records)
    topics = dict.fromkeys(around.topic_slug(group.id) for record in records for group in record.groups)
    own = {around.slug(record.id) for record in records}
    related = dict.fromkeys(slug for record in records for other in record.related if (slug := around.slug(other.id)))
    mesh = dict.fromkeys(code for record in records for code in record.mesh)
    if not topics:
        around.note("a topic stands in no group")
    found: dict[str, Any] = {"topics": list(topics), "licence": LICENCE}
    if any(_called(sayings(record.summary)) == "crisis" for record in records):
        found["sensitive"] = True
    if rest := [slug for slug in related if slug not in own]:
        found["related"] = rest
    if mesh:
        found["codes.mesh"] = list(mesh)
    return found


def _called(body: str) -> str:
    """Whom a text tells its readers to call: "crisis" for the crisis line, "emergency" for help alone, "" for none."""
    said = {found[1].partition("-")[0] for found in SAYING.finditer(body)}
    return "crisis" if "crisis" in said else "emergency" if said else ""


def _summary(record: Record) -> str:
    """The description; where there is none, as in files of 2012, the first sentence."""
    if record.description:
        return numberless(record.description, record.language)
    words = " ".join(html.unescape(_TAG.sub(" ", record.summary)).split())
    return numberless(_SENTENCE_END.split(words, maxsplit=1)[0], record.language) or record.title


def _body(record: Record, around: Around) -> str:
    if not record.summary:
        around.note("a topic without a summary shows its short description")
        return escaped(sayings(record.description))
    losses = Losses()
    try:
        words = from_html(record.summary, record.url, around.find, losses)
    except ValueError:
        around.note("a summary is nested too deeply, and came in as plain words")
        words = escaped(sayings(" ".join(html.unescape(_TAG.sub(" ", record.summary)).split())))
    around.note("a picture is left out", losses.pictures)
    around.note("a link without a safe address is left out", losses.links)
    return words or escaped(sayings(record.description or record.title))


def _more(record: Record, around: Around) -> str:
    """The list at the end: the institute, related topics that are not here, and sites by their first category."""
    words, lists = WORDS[record.language], dict[str, list[str]]({"": []})
    shown = {safe_address(site.url) for site in record.sites}
    if record.institute and safe_address(record.institute.url) not in shown:
        lists[""].append(_item(Site(record.institute.title, record.institute.url, (), ())))
    for other in record.related:
        if not around.slug(other.id):
            lists.setdefault(words["related"], []).append(_item(Site(other.title, other.url, (), ())))
    for site in record.sites:
        lists.setdefault(next(iter(site.categories), ""), []).append(_item(site))
        around.note("a link without a safe address is left out", not safe_address(site.url))
    sections = (f"### {escaped(sayings(name))}\n\n" * bool(name) + "\n".join(items) for name, items in lists.items() if items)
    body = "\n\n".join(sections)
    return f"## {words['more']}\n\n{body}" if body else ""


def _item(site: Site) -> str:
    by = ", ".join(dict.fromkeys(name for name in site.organizations if name.casefold() != site.title.casefold()))
    return f"- {link(sayings(site.title), site.url)}" + (f", {escaped(sayings(by))}" if by else "")
