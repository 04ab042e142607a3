"""Content folder -> snapshot: reads what changed since the last time, and nothing else.

A bad file is named and left out, or keeps its last good version. One building is one transaction:
readers have the library before it, or the one after.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from widgets.content.files import ContentFile, Fault
from widgets.content.model import Topic
from widgets.content.read import parse_topic
from widgets.sites import DEFAULT, Campaign, Site, parse_campaign, parse_site
from widgets.snapshot import folder
from widgets.snapshot.articles import Articles, remember_names
from widgets.snapshot.folder import SHARED, Signature
from widgets.snapshot.found import Found
from widgets.snapshot.ledger import Ledger
from widgets.snapshot.lists import Lists
from widgets.snapshot.schema import Connection, compiler, pack

Each = Callable[[list[str]], Iterable[str]]
T = TypeVar("T")

_PARSE: Mapping[str, Callable[[ContentFile], Site | Campaign | Topic]] = {"sites": parse_site, "campaigns": parse_campaign, "topics": parse_topic}
_MANY = 2000
"""From how many changed articles on it is cheaper to make all lists anew."""


class NoLibrary(RuntimeError):
    """A content folder holds nothing that can be served; the text says what is missing."""


@dataclass(frozen=True)
class Built:
    """What one building found: whether there is anything new, and the faults that were not there before."""

    new: bool
    faults: list[Fault]


def build(db: Connection, root: Path, changed: set[str] | None = None, *, strict: bool = True, each: Each = iter) -> Built:
    """Read the changed paths into the snapshot, or all that changed. `strict`: raises NoLibrary without a usable default site.

    `each` goes through the names of articles, and may tell how far it is.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        built = _Building(db, root).run(changed, strict, each)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # on a full disk SQLite has undone it by itself
            db.execute("ROLLBACK")
        raise
    return built


class _Building:
    """One building, inside its transaction."""

    def __init__(self, db: Connection, root: Path) -> None:
        self._db, self._root = db, root
        self._ledger, self._lists, self._found = Ledger(db, root), Lists(db), Found(db)
        self._articles = Articles(db, root, self._ledger, self._lists, self._found)
        self._relist = not self._ledger.meta

    def run(self, changed: set[str] | None, strict: bool, each: Each) -> Built:
        touched = folder.touched(self._root, changed) if changed is not None and self._ledger.meta else None
        self._partners_and_topics(folder.KINDS if touched is None else touched[0])
        slugs = self._all_articles() if touched is None else sorted(touched[1])
        self._relist |= len(slugs) > _MANY and touched is not None
        for slug in each(slugs):
            self._articles.read(slug, listed=not self._relist)
        if strict and not self._db.execute("SELECT 1 FROM partners WHERE (kind, slug) = ('sites', ?)", (DEFAULT,)).fetchone():
            raise NoLibrary(self._lacking())
        self._found.write()
        if self._relist:
            self._lists.rebuild()
        self._ledger.close(count=self._articles.count, compiler=compiler())
        return Built(self._ledger.changed, self._ledger.faults)

    def _lacking(self) -> str:
        faults = "".join(f"\n  {Fault(*row)}" for row in self._db.execute("SELECT path, line, message, level FROM faults ORDER BY 1, 2"))
        return f"{self._root.resolve()} has no usable sites/{DEFAULT}.toml; copy the sample one and change it.{faults}"

    def _all_articles(self) -> list[str]:
        """The folders there are, and those that were read before; none while it cannot be told."""
        there = self._readable("articles", lambda: folder.articles(self._root))
        if there is None:
            return []
        known = self._db.execute("SELECT path FROM files WHERE path > 'articles/' AND path < 'articles0' AND path GLOB ?", (f"*/{SHARED}",))
        return sorted({path.split("/")[1] for (path,) in known}.union(there))

    def _readable(self, name: str, look: Callable[[], T]) -> T | None:
        """What stands in a folder; None for one that cannot be read, which is a fault: what it held before stays."""
        try:
            found = look()
        except OSError as error:
            kept = "" if self._ledger.fresh else " What it held before is shown."
            self._ledger.blame(name, Fault(f"{name}/", 1, f"cannot be read: {error.strerror}.{kept}"))
            return None
        self._ledger.blame(name)
        return found

    # Sites, campaigns and topics: single files.

    def _partners_and_topics(self, kinds: Iterable[str]) -> None:
        before = self._lists.tree() if kinds else None
        moved = [kind for kind in kinds if self._tables(kind)]
        if not moved:
            return
        rows = self._db.execute("SELECT slug, text FROM partners WHERE kind = 'sites'").fetchall()
        sites = [parse_site(ContentFile(f"sites/{slug}.toml", text)).file for slug, text in rows]
        chains = ((language, site.languages[0]) for site in sites for language in site.languages)
        self._relist |= self._lists.speak(chains, (site.topics for site in sites))
        self._ledger.blame("topics/", *self._lists.root())
        self._relist |= self._lists.tree() != before

    def _tables(self, kind: str) -> bool:
        found, known = self._readable(kind, lambda: folder.tables(self._root, kind)), self._ledger.known(kind)
        if found is None:
            return False
        for path in known.keys() - found.keys():
            self._ledger.forget(path)
            self._remove(kind, Path(path).stem)
        for path, signature in found.items():
            if known.get(path) != signature:
                self._table(kind, path, signature)
        return found != known

    def _table(self, kind: str, path: str, signature: Signature) -> None:
        slug = Path(path).stem
        if not folder.is_slug(slug):
            self._ledger.note(path, signature, b"", folder.bad_name(path, slug))
            return
        kept = self._db.execute("SELECT 1 FROM partners WHERE (kind, slug) = (?, ?) UNION ALL SELECT 1 FROM topics WHERE ? = 'topics' AND slug = ?",
                                (kind, slug, kind, slug)).fetchone() is not None  # fmt: skip
        found = self._ledger.load(path, signature, lambda file: (_PARSE[kind](file), file.text), kept=kept)
        if found and isinstance(found[0], Topic):
            self._topic(found[0])
        elif found:  # of partners there are few, and so their words are kept as they are
            self._db.execute("INSERT OR REPLACE INTO partners VALUES (?, ?, ?)", (kind, slug, found[1]))

    def _topic(self, topic: Topic) -> None:
        self._db.execute("DELETE FROM names WHERE (kind, slug) = ('topic', ?)", (topic.slug,))
        self._db.execute(
            "INSERT INTO topics (slug, backwards, place, file) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET place = excluded.place, file = excluded.file",
            (topic.slug, topic.slug[::-1], topic.file.order, pack(topic.file)),
        )
        remember_names(self._db, "topic", topic.slug, topic.file.formerly)
        self._found.topic(topic)

    def _remove(self, kind: str, slug: str) -> None:
        if kind == "topics":
            self._db.execute("DELETE FROM names WHERE (kind, slug) = ('topic', ?)", (slug,))
            self._db.execute("DELETE FROM topics WHERE slug = ?", (slug,))
            self._found.topic_gone(slug)
        self._db.execute("DELETE FROM partners WHERE (kind, slug) = (?, ?)", (kind, slug))
