"""NLM's health topics -> articles: MedlinePlus, in English and Spanish."""

import re
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import msgspec

from widgets.imports.nlm import Topics
from widgets.imports.opening import pieces
from widgets.imports.records import LANGUAGES, Record, record
from widgets.imports.report import Refused, Report
from widgets.imports.shelf import Shelf, Wanted, alone
from widgets.imports.starter import begin_site
from widgets.imports.texts import article, slug_of, text

SOURCE = "medlineplus"
_HOSTS = {"medlineplus.gov", "www.medlineplus.gov", "www.nlm.nih.gov"}
_decoder = msgspec.msgpack.Decoder(Record)

Progress = Callable[[list[str]], Iterable[str]]


@dataclass
class Group:
    """One of NLM's topic groups: its names by language."""

    titles: dict[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """Its name for addresses: the English one's where there is one."""
        return slug_of(next((self.titles[lang] for lang in LANGUAGES.values() if lang in self.titles), ""), "group")


@dataclass
class Index:
    """Where each topic's record lies, and what must be known of all before one can be written."""

    spool: IO[bytes]
    places: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """By article: the records of its languages."""
    names: dict[str, str] = field(default_factory=dict)
    """By article: the title that its address comes from."""
    article_of: dict[str, str] = field(default_factory=dict)
    """By topic id: its article."""
    addresses: dict[str, str] = field(default_factory=dict)
    """By path at MedlinePlus: the topic's id."""
    groups: dict[str, Group] = field(default_factory=dict)
    generated: date | None = None

    def add(self, found: Record) -> None:
        """Keep a record, beside the same topic's record in the other language; raises ValueError for an id that was there before."""
        if found.id in self.article_of:
            raise ValueError(f"the id {found.id} was there before")
        name = found.mapped.id if found.language == "es" and found.mapped else found.id
        if found.language in self.places.get(name, {}):
            name = found.id  # another one is its translation already
        packed = msgspec.msgpack.encode(found)
        self.places.setdefault(name, {})[found.language] = (self.spool.seek(0, 2), len(packed))
        self.spool.write(packed)
        if found.language == "en" or name not in self.names:
            self.names[name] = found.mapped.title if found.language == "es" and found.mapped and name != found.id else found.title
        self.article_of[found.id] = name
        self.addresses[_place(found.url)] = found.id
        for group in found.groups:
            self.groups.setdefault(group.id, Group()).titles.setdefault(found.language, group.title)

    def records(self, name: str) -> dict[str, Record]:
        """An article's records by language, English first."""
        return {language: self._load(*self.places[name][language]) for language in sorted(self.places[name])}

    def _load(self, begin: int, size: int) -> Record:
        self.spool.seek(begin)
        return _decoder.decode(self.spool.read(size))


def run(file: Path, root: Path, today: date, progress: Progress) -> Report:
    """Import NLM's file into the content folder `root`. Raises Refused, and then nothing was written."""
    report = Report()
    with tempfile.TemporaryFile() as spool:
        index = _indexed(file, Index(spool), report)
        with alone(root):
            shelf = Shelf(root, SOURCE, report)
            writer = _Writer(index, shelf, report, index.generated or today)
            writer.groups()
            for name in progress(list(index.places)):
                writer.article(name)
            shelf.finish()
            begin_site(root, {language for places in index.places.values() for language in places}, report)
    return report


def _indexed(file: Path, index: Index, report: Report) -> Index:
    """Read the whole file once; what is wrong with single topics is told, and they are left out."""
    topics, total = Topics(file.name), 0
    with closing(pieces(file)) as unpacked:
        for node in topics.read(unpacked):
            total += 1
            try:
                index.add(record(node, report.notes))
            except ValueError as error:
                report.left_out.append(f"{file.name}:{node.line}: {node.get('title') or 'a topic'}: {error}.")
            else:
                report.came[f"topics in {node.get('language')}"] += 1
    if not index.places:
        raise Refused(f"{file.name}: none of its {total} topics can be imported: {' '.join(report.left_out[:3])}")
    _check_root(topics.root, total, file.name, index, report)
    return index


def _check_root(root: dict[str, str], total: int, name: str, index: Index, report: Report) -> None:
    said = root.get("total", "")
    if said.isdecimal() and said != str(total):
        report.left_out.append(f"{name}: says that it holds {said[:20]} topics, but {total} are in it.")
    try:
        index.generated = datetime.strptime(root.get("date-generated", "")[:10], "%m/%d/%Y").date()
    except ValueError:
        report.notes["date-generated is no date: topics without one of their own get today's"] += 1


def _place(url: str) -> str:
    """A page's place at MedlinePlus, the same on its former host; "" for pages elsewhere."""
    parts = urlsplit(url)
    return re.sub(r"^/(?:medlineplus/)?", "", parts.path).lower() if parts.netloc.lower() in _HOSTS else ""


class _Writer:
    """Writes the groups and articles of an index."""

    def __init__(self, index: Index, shelf: Shelf, report: Report, day: date) -> None:
        self.index, self.shelf, self.report, self.day = index, shelf, report, day
        homes = {name: shelf.home(name, slug_of(index.names[name], f"topic-{name}")) for name in index.places}
        self.homes = shelf.homes | homes

    def groups(self) -> None:
        """Each group as a topic of the tree."""
        merged: dict[str, dict[str, str]] = {}
        for group in self.index.groups.values():
            merged[group.slug] = group.titles | merged.get(group.slug, {})
        for slug, titles in merged.items():
            values = {f"words.{language}.title": titles[language] for language in sorted(titles)}
            self.shelf.put(Wanted(f"topics/{slug}.toml", f"topics/{slug}.toml", values))
        self.report.came["groups"] += len(merged)

    def article(self, name: str) -> None:
        """One article in its languages; `article.toml` last, so that no server sees it without a text."""
        if not self.homes[name]:
            self.report.files["removed here, not written again"] += 1
            return
        found, folder = self.index.records(name), f"articles/{self.homes[name]}"
        first = {} if all(r.created for r in found.values()) else {"written": self.day}
        files = []
        for language, one in found.items():
            values, words = text(one, self)
            files.append(Wanted(f"{name}/{language}.md", f"{folder}/{language}.md", values, words, {} if one.created else first))
        shared = article(list(found.values()), self) | {"imported": f"{SOURCE}:{name}"}
        self.report.came["articles"] += self.shelf.put_all([*files, Wanted(f"{name}/article.toml", f"{folder}/article.toml", shared)])

    def topic_slug(self, group: str) -> str:
        """The topic that a group became."""
        return self.index.groups[group].slug

    def slug(self, topic: str) -> str:
        """The article that a topic of NLM's stands in here; "" for none."""
        return self.homes.get(self.index.article_of.get(topic, topic), "")

    def find(self, address: str) -> str:
        """Where a link leads: into the library if the page is here."""
        topic = self.index.addresses.get(_place(address), "") if address.startswith("http") else ""
        slug = self.slug(topic) if topic else ""
        return f"article:{slug}" if slug else "" if address.startswith(("article:", "topic:")) else address

    def note(self, message: str, n: int = 1) -> None:
        """Count a small loss."""
        if n:
            self.report.notes[message] += n
