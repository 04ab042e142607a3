"""Content folder -> Library. A bad file is named and left out, or keeps its last good version."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from widgets.content import markup
from widgets.content.files import ContentError, ContentFile, Fault
from widgets.content.model import LANGUAGE, SLUG, Article, ArticleFile, FrontMatter, Library, Text, Topic, TopicFile

T = TypeVar("T")


@dataclass
class _Kept:
    """What is known of one file: as it stands on disk, and its last good value."""

    signature: tuple[int, ...]
    digest: str
    value: Any = None
    fault: Fault | None = None


@dataclass
class Reader:
    """Reads one content folder, again and again; a file that did not change costs one `stat`."""

    root: Path
    _kept: dict[Path, _Kept] = field(default_factory=dict)
    _seen: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def begin(self) -> None:
        """Start another reading of the folder."""
        self._seen.clear()
        self.faults.clear()

    def finish(self) -> str:
        """Forget the files that are gone; the version of what was read, a hash over all of it."""
        self._kept = {path: kept for path, kept in self._kept.items() if path in self._seen}
        digests = sorted((path.relative_to(self.root).as_posix(), kept.digest) for path, kept in self._kept.items())
        return hashlib.sha256(repr(digests).encode()).hexdigest()[:16]

    def load(self, path: Path, parse: Callable[[ContentFile], T]) -> T | None:
        """`parse` applied to the file, or its last good value, or None; a fault is noted."""
        self._seen.add(path)
        kept = self._kept.get(path)
        signature = _signature(path)
        if kept is None or kept.signature != signature:
            kept = self._kept[path] = self._parsed(path, parse, signature, kept)
        if kept.fault:
            self.faults.append(kept.fault)
        value: T | None = kept.value
        return value

    def _parsed(self, path: Path, parse: Callable[[ContentFile], T], signature: tuple[int, ...], before: _Kept | None) -> _Kept:
        last = before.value if before else None
        try:
            file = ContentFile.read(self.root, path)
            digest = hashlib.sha256(file.text.encode()).hexdigest()
            try:
                return _Kept(signature, digest, parse(file))
            except ContentError as error:
                keeps = " Its last good version is shown." if last is not None else ""
                return _Kept(signature, digest, last, replace(error.fault, message=error.fault.message + keeps))
        except ContentError as error:
            return _Kept(signature, "", last, error.fault)

    def files(self, pattern: str) -> Iterator[Path]:
        """The files that match, in order; names that are no slugs are faults."""
        for path in sorted(self.root.glob(pattern)):
            name = path.parent.name if path.name == "article.toml" else path.stem
            if re.match(SLUG, name):
                yield path
            else:
                where = path.relative_to(self.root).as_posix()
                self.faults.append(Fault(where, 1, f"{name!r} cannot be an address; use a to z, 0 to 9 and single hyphens."))


def _signature(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def read_library(reader: Reader) -> Library:
    """Read topics and articles; faults of single files are in the library's `faults`."""
    topics = {path.stem: topic for path in reader.files("topics/*.toml") if (topic := reader.load(path, parse_topic))}
    articles = {a.slug: a for path in reader.files("articles/*/article.toml") if (a := _read_article(reader, path))}
    return Library(_rooted(reader, topics), articles, tuple(reader.faults), reader.finish())


def parse_topic(file: ContentFile) -> Topic:
    """`topics/<slug>.toml` as a topic."""
    table = file.load(TopicFile)
    if not table.words:
        raise ContentError(file.fault("has no words; add a table [words.en] with a title."))
    return Topic(Path(file.name).stem, table)


def _read_article(reader: Reader, path: Path) -> Article | None:
    shared = reader.load(path, lambda file: file.load(ArticleFile))
    texts = {}
    for page in sorted(path.parent.glob("*.md")):
        if not re.match(LANGUAGE, page.stem):
            where = page.relative_to(reader.root).as_posix()
            reader.faults.append(Fault(where, 1, f"{page.stem!r} is not a language code like en, es or pt-BR."))
        elif text := reader.load(page, parse_text):
            texts[text.language] = text
    if shared is None:
        return None
    if not texts:
        where = path.relative_to(reader.root).as_posix()
        reader.faults.append(Fault(where, 1, "has no text that can be shown; add en.md beside it."))
        return None
    return Article(path.parent.name, shared, texts)


def parse_text(file: ContentFile) -> Text:
    """`articles/<slug>/<language>.md` as a text."""
    head, body = file.front_matter()
    front = head.load(FrontMatter)
    if not body.text.strip() and front.withdrawn is None:
        raise ContentError(file.fault("has no text after the front matter."))
    return Text(
        Path(file.name).stem,
        front,
        markup.from_plain(front.emergency.strip()),
        markup.from_markdown(body.text),
        text_hash(front, body.text),
    )


def text_hash(front: FrontMatter, body: str) -> str:
    """The hash that a review names: of title, summary, emergency words and text, white space folded."""
    words = " ".join(" ".join([front.title, front.summary, front.emergency, body]).split())
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _rooted(reader: Reader, topics: dict[str, Topic]) -> dict[str, Topic]:
    """The topics without circles: a topic that is its own ancestor becomes a top of the tree."""
    names = {old: slug for slug, topic in topics.items() for old in topic.file.formerly} | {slug: slug for slug in topics}
    for slug in list(topics):
        above, seen = names.get(topics[slug].file.parent or ""), {slug}
        while above and above not in seen:
            seen.add(above)
            above = names.get(topics[above].file.parent or "")
        if above == slug:
            reader.faults.append(Fault(f"topics/{slug}.toml", 1, "parent: the topic stands below itself; name a topic that is not below it."))
            topics[slug] = Topic(slug, msgspec.structs.replace(topics[slug].file, parent=None))
    return topics
