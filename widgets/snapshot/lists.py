"""The lists of a library, ready in the order in which they are shown: by scope, language and letter."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from widgets.content.files import Fault
from widgets.content.model import ArticleFile, TopicFile, best
from widgets.snapshot.schema import BLOCK, SHELVES, Connection, Reader, unchecked

EVERYTHING = 0
"""The scope that is the whole library."""
NO_CHAIN = 0
"""The chain of no languages."""
ALL = "*"
"""The letter under which all of a scope's articles are counted."""

_UP = """WITH RECURSIVE up (id) AS (VALUES (?) UNION SELECT topics.parent FROM topics JOIN up USING (id) WHERE topics.parent IS NOT NULL)
SELECT id FROM up"""
_COUNT = "INSERT INTO letters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_COUNT_BLOCK = "INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"

article_file: Callable[[bytes], ArticleFile] = msgspec.msgpack.Decoder(unchecked(ArticleFile)).decode
topic_file: Callable[[bytes], TopicFile] = msgspec.msgpack.Decoder(unchecked(TopicFile)).decode

Row = tuple[Any, ...]


class Lists:
    """Keeps the lists while articles change, one by one or all at once."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._scopes: dict[str, frozenset[int]] = {}
        self._chosen: set[str] = set()
        self._shelves: dict[int, frozenset[int]] | None = None

    def rows(self, article: int) -> frozenset[Row]:
        """Where an article stands in the lists, by its texts and places."""
        return frozenset(self._db.execute("SELECT * FROM showing WHERE article = ?", (article,)))

    def change(self, before: frozenset[Row], after: frozenset[Row]) -> None:
        """Take an article's old lines out of the lists, and put its new ones in."""
        gone, new = before - after, after - before
        keys = [row[:5] for row in gone]
        self._db.executemany("DELETE FROM listed WHERE (chain, scope, letter, sort, article) = (?, ?, ?, ?, ?)", keys)
        self._db.executemany("INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", new)
        for rows, n in ((gone, -1), (new, 1)):
            self._db.executemany(_COUNT, [(chain, scope, which, n) for chain, scope, letter, *_ in rows for which in (letter, ALL)])
        if gone:
            self._db.execute("DELETE FROM letters WHERE n = 0")

    def place(self, article: int, file: ArticleFile | None) -> None:
        """Put an article into the scopes of its topics; None: into no scope."""
        before = {scope for (scope,) in self._db.execute("SELECT scope FROM places WHERE article = ?", (article,))}
        after = self._scopes_of(file) if file is not None else set[int]()
        self._db.executemany("DELETE FROM places WHERE article = ? AND scope = ?", [(article, scope) for scope in before - after])
        self._db.executemany("INSERT INTO places VALUES (?, ?)", [(article, scope) for scope in sorted(after - before)])
        for scopes, n in ((before - after, -1), (after - before, 1)):
            self._db.executemany(_COUNT, [(NO_CHAIN, scope, ALL, n) for scope in scopes])
            self._db.executemany(_COUNT_BLOCK, [(scope, article // BLOCK, n) for scope in scopes])
        emptied = [(scope, article // BLOCK) for scope in before - after]
        self._db.executemany("DELETE FROM blocks WHERE (scope, block) = (?, ?) AND n = 0", emptied)

    def rebuild(self) -> None:
        """Make all lists anew: after the tree of topics has changed, or which languages are asked for, or very much."""
        self._scopes.clear()
        self._shelves = None
        for (languages,) in self._db.execute("SELECT DISTINCT languages FROM articles").fetchall():
            self.choose(languages)
        for table in ("places", "blocks", "listed", "letters"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        shown = self._db.execute("SELECT id, file FROM articles WHERE languages <> '' ORDER BY id")
        places = ((article, scope) for article, file in shown for scope in sorted(self._scopes_of(article_file(file))))
        self._db.executemany("INSERT INTO places VALUES (?, ?)", places)
        self._db.execute("INSERT INTO blocks SELECT scope, article / ?, count(*) FROM places GROUP BY 1, 2", (BLOCK,))
        self._db.execute("INSERT INTO letters SELECT ?, scope, ?, sum(n) FROM blocks GROUP BY scope", (NO_CHAIN, ALL))
        self._db.execute("INSERT INTO listed SELECT * FROM showing ORDER BY chain, scope, letter, sort, article")
        self._db.execute("INSERT INTO letters SELECT chain, scope, letter, count(*) FROM listed GROUP BY 1, 2, 3")
        totals = "INSERT INTO letters SELECT chain, scope, ?, sum(n) FROM letters WHERE chain <> ? GROUP BY 1, 2"
        self._db.execute(totals, (ALL, NO_CHAIN))

    def speak(self, chains: Iterable[tuple[str, str]], shelves: Iterable[tuple[str, ...]]) -> bool:
        """Make lists for these pairs of languages, asked for and otherwise, and for these topics of sites; whether they are others than before."""
        spoken, kept = sorted(set(chains)), sorted({" ".join(shelf) for shelf in shelves if shelf})
        before = self._db.execute("SELECT wanted, otherwise FROM chains ORDER BY 1, 2").fetchall()
        if spoken == before and kept == [row[0] for row in self._db.execute("SELECT topics FROM shelves ORDER BY 1")]:
            return False
        for table in ("chains", "shelves", "chosen"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self._db.executemany("INSERT INTO chains (wanted, otherwise) VALUES (?, ?)", spoken)
        self._db.executemany("INSERT INTO shelves VALUES (?, ?)", [(SHELVES + n, topics) for n, topics in enumerate(kept, 1)])
        self._chosen.clear()
        return True

    def choose(self, languages: str) -> None:
        """Say which text each reader gets of articles that are in these languages."""
        if languages and languages not in self._chosen:
            self._chosen.add(languages)
            spoken = dict.fromkeys(languages.split(" "))
            rows = [(languages, chain, best(spoken, *wanted)) for chain, *wanted in self._db.execute("SELECT * FROM chains").fetchall()]
            self._db.executemany("INSERT OR REPLACE INTO chosen VALUES (?, ?, ?)", rows)

    def root(self) -> list[Fault]:
        """Settle what stands below what; a topic that is its own ancestor becomes a top, and is named."""
        files = {slug: topic_file(file) for slug, file in self._db.execute("SELECT slug, file FROM topics ORDER BY slug")}
        names = {old: slug for slug, file in files.items() for old in file.formerly} | {slug: slug for slug in files}
        parents = {slug: names.get(file.parent or "") for slug, file in files.items()}
        faults = []
        for slug in files:
            if _below_itself(slug, parents):
                parents[slug] = None
                faults.append(Fault(f"topics/{slug}.toml", 1, "parent: the topic stands below itself; name a topic that is not below it."))
        self._db.executemany("UPDATE topics SET parent = (SELECT id FROM topics WHERE slug = ?) WHERE slug = ?", [(p, s) for s, p in parents.items()])
        self._db.executemany("UPDATE topics SET (position, last) = (?, ?) WHERE slug = ?", self._positions())
        return faults

    def _positions(self) -> list[tuple[int, int, str]]:
        """(position, last, slug) of each topic, from the tops down."""
        below: dict[int | None, list[tuple[int, str]]] = {}
        for number, slug, parent in self._db.execute("SELECT id, slug, parent FROM topics ORDER BY place DESC, slug DESC"):
            below.setdefault(parent, []).append((number, slug))
        way, order, size = list(below.get(None, ())), list[tuple[int, str]](), dict[int, int]()
        while way:
            order.append(way.pop())
            way += below.get(order[-1][0], ())
        for number, _ in reversed(order):
            size[number] = 1 + sum(size[child] for child, _ in below.get(number, ()))
        return [(at, at + size[number] - 1, slug) for at, (number, slug) in enumerate(order)]

    def tree(self) -> list[Row]:
        """All that decides which articles stand below a topic, but the articles."""
        tree = self._db.execute("SELECT id, slug, parent FROM topics ORDER BY id").fetchall()
        return [*tree, *self._db.execute("SELECT former, slug FROM names WHERE kind = 'topic'")]

    def _scopes_of(self, file: ArticleFile) -> set[int]:
        if self._shelves is None:
            rows = self._db.execute("SELECT id, topics FROM shelves").fetchall()
            self._shelves = {number: frozenset(topic_id(self._db, name) or 0 for name in topics.split(" ")) for number, topics in rows}
        found = {EVERYTHING}.union(*(self._scopes_at(name) for name in file.topics))
        return found | {shelf for shelf, topics in self._shelves.items() if (topics - {0}) & found}

    def _scopes_at(self, name: str) -> frozenset[int]:
        """The scopes of an article that names this topic."""
        if (found := self._scopes.get(name)) is None:
            topic = topic_id(self._db, name)
            above = self._db.execute(_UP, (topic,)).fetchall() if topic else []
            found = self._scopes[name] = frozenset(({-topic} if topic else set()) | {scope for (scope,) in above})
        return found


def topic_id(db: Connection | Reader, name: str) -> int | None:
    """The number of the topic of this name, or of this former name."""
    row = (
        db.execute("SELECT id FROM topics WHERE slug = ?", (name,)).fetchone()
        or db.execute(
            "SELECT t.id FROM names n JOIN topics t ON t.slug = n.slug WHERE n.kind = 'topic' AND n.former = ? ORDER BY n.slug DESC", (name,)
        ).fetchone()
    )
    return row[0] if row else None


def _below_itself(slug: str, parents: dict[str, str | None]) -> bool:
    above, seen = parents[slug], {slug}
    while above and above not in seen:
        seen.add(above)
        above = parents[above]
    return above == slug
