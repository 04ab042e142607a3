"""What importers want written -> a content folder. What an editor changed stays; nothing is ever deleted.

Each key of a file, and its text, belongs to upstream until somebody changes it here. The digests of
all that was written stand in `.imports/<source>.json`; a value whose digest is another one was edited.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from widgets.content.files import FENCE, ContentError, ContentFile
from widgets.content.model import ArticleFile
from widgets.content.read import parse_text, parse_topic
from widgets.imports.report import Refused, Report
from widgets.imports.toml import Values, edited, flat, rendered

_NOTES = ".imports"
TEXT = "text"
"""The key under which a file's Markdown is remembered."""
_IMPORTED = re.compile(r'^imported = "(?P<source>[a-z]+):(?P<id>[^"\n]+)"', re.MULTILINE)

Digests = dict[str, str]


@dataclass(frozen=True)
class Wanted:
    """A file as upstream has it. `first` holds values for a new file only, such as the day of its import."""

    key: str
    """Its name upstream, which stays when the folder here is renamed."""
    path: str
    values: Values
    text: str | None = None
    first: Values = field(default_factory=dict)

    @property
    def digests(self) -> Digests:
        """The digest of each value, and of the text."""
        return digests(self.values, self.text)

    def file(self) -> str:
        """The whole file."""
        return composed(rendered({**self.values, **self.first}), self.text)


def composed(head: str, text: str | None) -> str:
    """A file's TOML, or its front matter and text."""
    return head if text is None else f"{FENCE}\n{head}{FENCE}\n\n{text.strip()}\n"


def digests(values: Values, text: str | None) -> Digests:
    """The digest of each value, and of the text, white space at its ends left out."""
    found = {key: _digest(value) for key, value in values.items()}
    return found if text is None else found | {TEXT: _digest(text.strip())}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str, ensure_ascii=False).encode()).hexdigest()[:12]


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep other imports out of the content folder; the system lets them in when this process ends, however it ends. Raises Refused."""
    (root / _NOTES).mkdir(parents=True, exist_ok=True)
    folder = os.open(root / _NOTES, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"{root}: another import is writing here; run this one when that is done.") from error
        except OSError:
            pass  # a file system that knows no locks
        yield
    finally:
        os.close(folder)


class Shelf:
    """A content folder, and what an importer wrote there before."""

    def __init__(self, root: Path, source: str, report: Report, part: str = "") -> None:
        """`part` tells apart what comes from one source in several imports, such as two folders."""
        self.root, self.source, self.report = root, source, report
        self._manifest = root / _NOTES / f"{'-'.join(filter(None, [source, part]))}.json"
        self._journal = self._manifest.with_suffix(".journal")
        self._before = self._read(self._manifest, lines=False)
        self._begun = self._read(self._journal, lines=True)
        self._now: dict[str, Digests] = {}

    def _read(self, path: Path, *, lines: bool) -> dict[str, Digests]:
        """Digests by key; a journal is what an import that was cut short had begun to write."""
        try:
            text = path.read_text("utf-8")
            if not lines:
                return dict(json.loads(text)["files"])
            return {key: value for line in text.split("\n") for key, value in _announced(line).items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            where = path.relative_to(self.root).as_posix()
            raise Refused(f"{where}: cannot be read: {error}. Put it right, or delete it: then all that differs counts as edited.") from error

    @cached_property
    def homes(self) -> dict[str, str]:
        """The article folders of this source, by their ids there."""
        found = {}
        for path in sorted(self.root.glob("articles/*/article.toml"), reverse=True):
            mark = _IMPORTED.search(path.read_text("utf-8", "replace"))
            if mark and mark["source"] == self.source:
                found[mark["id"]] = path.parent.name
        return found

    @cached_property
    def _taken(self) -> set[str]:
        return {path.parent.name for path in self.root.glob("articles/*/article.toml")}

    def home(self, name: str, slug: str) -> str:
        """The folder of the article with this id: the one it has, else `slug`, else one that nobody else has; "" where it was removed."""
        if name not in self.homes and self._known(f"{name}/article.toml") and f"{name}/article.toml" not in self._begun:
            self._now |= {key: value for key, value in self._before.items() if key.startswith(f"{name}/")}
            return ""
        if name not in self.homes:
            tail = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            names = (slug, f"{slug}-{self.source}", f"{slug}-{tail}")
            self.homes[name] = next((s for s in names if s not in self._taken), f"{slug}-{self.source}-{tail}")
            self._taken.add(self.homes[name])
        return self.homes[name]

    def put_all(self, files: list[Wanted]) -> bool:
        """Put an article's files, if the library could read all of them; else none is written, and the report says why."""
        news = [file for file in files if file.digests not in self._known(file.key)]
        faults = [str(error.fault) for file in news if (error := _error(file))]
        self.report.left_out += faults
        for file in files:
            if faults:
                self._leave(file)
            else:
                self.put(file)
        return not faults

    def _leave(self, wanted: Wanted) -> None:
        """Remember what was known of the file before, and no more."""
        self._now.pop(wanted.key, None)
        if wanted.key in self._before:
            self._now[wanted.key] = self._before[wanted.key]

    def put(self, wanted: Wanted) -> None:
        """Write the file if it is new, or bring in what changed upstream; what was edited here stays."""
        path = self.root / wanted.path
        known = self._known(wanted.key)
        said = self._now[wanted.key] = self._said(wanted, known)
        if not path.exists():
            self._absent(wanted, path, known)
        elif not known and not wanted.path.startswith("articles/") and path.read_text("utf-8", "replace") != wanted.file():
            del self._now[wanted.key]
            self.report.files["your own, left alone"] += 1
        else:
            self._present(wanted, path, known, said)

    @staticmethod
    def _said(wanted: Wanted, known: list[Digests]) -> Digests:
        """What upstream says. A file in English alone says nothing of the Spanish words that its topics had."""
        own = wanted.digests
        if not wanted.path.startswith("topics/"):
            return own
        return {key: digest for table in known for key, digest in table.items()} | own

    def _known(self, key: str) -> list[Digests]:
        return [table[key] for table in (self._before, self._begun) if key in table]

    def _absent(self, wanted: Wanted, path: Path, known: list[Digests]) -> None:
        if known and wanted.key not in self._begun:
            self.report.files["removed here, not written again"] += 1
        else:
            self._write(wanted, path, wanted.file())
            self.report.files["new"] += 1

    def _present(self, wanted: Wanted, path: Path, known: list[Digests], said: Digests) -> None:
        try:
            file = ContentFile.read(self.root, path)
            head, body = file.front_matter() if wanted.text is not None else (file, None)
            here = flat(head.text.lstrip())
        except (ContentError, ValueError) as error:
            self._leave(wanted)
            self.report.files["edited here"] += 1
            self.report.kept.append(f"{wanted.path} cannot be read, so it stays as it is: {str(error).strip()}")
            return
        local = digests(here, body.text if body else None)
        news, clashes, own = _compared(local, known, said)
        if news:
            values = {key: wanted.values.get(key) for key in news if key != TEXT}
            text = None if body is None else (wanted.text if TEXT in news else body.text)
            self._write(wanted, path, composed(edited(head.text, values), text))
        self._tell(wanted, news, clashes, own)

    def _tell(self, wanted: Wanted, news: list[str], clashes: list[str], own: list[str]) -> None:
        self.report.files["updated" if news else "unchanged"] += 1
        if own or clashes:
            self.report.files["edited here"] += 1
        if own:
            self.report.own.append(f"{wanted.path}: {', '.join(own)}")
        if clashes:
            beside = f"{wanted.path}.upstream"
            self._write(wanted, self.root / beside, wanted.file())
            self.report.kept.append(f"{wanted.path} keeps its own {', '.join(clashes)}; what upstream has now is in {Path(beside).name}")

    def _write(self, wanted: Wanted, path: Path, text: str) -> None:
        """Note what will be written, then write it in one step: cut short, the next import knows its own hand.

        Nothing is written that the library could not read.
        """
        try:
            _parsed(ContentFile(wanted.path, text))
        except ContentError as error:
            self.report.left_out.append(str(error.fault))
            self._leave(wanted)
            return
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(f"\n{json.dumps({wanted.key: wanted.digests})}")  # never behind a line that was cut short
        write(path, text)

    def finish(self) -> None:
        """Remember what was written; name what upstream has no more."""
        gone = {key: value for key, value in self._before.items() if key not in self._now}
        for key, value in gone.items():
            path = self._path(key)
            if path.exists():
                self._now[key] = value
                self.report.gone.append(path.relative_to(self.root).as_posix())
        lines = (f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(self._now[key])}" for key in sorted(self._now))
        text = '{"files": {\n' + ",\n".join(lines) + "\n}}\n"
        if not self._manifest.exists() or self._manifest.read_text("utf-8") != text:
            write(self._manifest, text)
        self._journal.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        name, _, file = key.rpartition("/")
        return self.root / key if name == "topics" else self.root / "articles" / self.homes.get(name, "-") / file


def _compared(local: Digests, known: list[Digests], upstream: Digests) -> tuple[list[str], list[str], list[str]]:
    """The keys to take from upstream, those changed on both sides, and those changed here alone."""
    news, clashes, own = list[str](), list[str](), list[str]()
    for key in dict.fromkeys([*upstream, *(key for table in known for key in table)]):
        here, there = local.get(key, ""), upstream.get(key, "")
        was = {table.get(key, "") for table in known}
        if here == there:
            continue
        if here in was:
            news.append(key)
        else:
            (own if there in was else clashes).append(key)
    return news, clashes, own


def _error(wanted: Wanted) -> ContentError | None:
    try:
        _parsed(ContentFile(wanted.path, wanted.file()))
    except ContentError as error:
        return error
    return None


def _announced(line: str) -> dict[str, Digests]:
    """A line of the journal; nothing for one that was cut short, whose file was not yet begun."""
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


def _parsed(file: ContentFile) -> object:
    if file.name.startswith("topics/"):
        return parse_topic(file)
    return file.load(ArticleFile) if file.name.endswith(".toml") else parse_text(file)


def write(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_name(f".{path.name}.tmp")
    try:
        begun.write_text(text, "utf-8", newline="\n")
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
