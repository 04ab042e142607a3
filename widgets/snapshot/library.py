"""The library as it is read: topics, articles and lists from one snapshot, on demand."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from widgets.codes import CodeSystem
from widgets.content.files import Fault
from widgets.content.markup import fold
from widgets.content.model import Article, Topic
from widgets.snapshot.lists import ALL, EVERYTHING, NO_CHAIN, topic_file, topic_id
from widgets.snapshot.mappings import Articles, Topics
from widgets.snapshot.schema import BLOCK, Reader

Kind = Literal["article", "topic"]
Shelf = tuple[str, ...]
"""The topics to which a site keeps; () for all."""
Order = Literal["ASC", "DESC"]
UNSPOKEN = -1
"""The chain of languages that no site asks for."""
_NEIGHBOURS = 50
"""So many names before and after a misspelt one are looked at, by their beginnings and by their ends."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article's line in a list: the title that a reader sees, and the language it is in."""

    slug: str
    language: str
    title: str


class Library:
    """All that was read without fault, with the faults of the rest, as of one edition: it never changes."""

    def __init__(self, db: Reader) -> None:
        meta: dict[str, Any] = dict(db.execute("SELECT key, value FROM meta"))
        self.version: str = meta["version"]
        """A hash over every file that was read."""
        self.edition: int = meta["edition"]
        """Which building of this file it is, counted from 1."""
        self.count: int = meta["count"]
        """How many articles can be shown."""
        self.read_by(db)
        self._chains = {(wanted, otherwise): number for number, wanted, otherwise in db.execute("SELECT id, wanted, otherwise FROM chains")}

    def read_by(self, db: Reader) -> None:
        """Read by this reader of the same edition from now on, and let go of the one before."""
        self.db = db
        """The snapshot, for reading."""
        self.articles = Articles(db, self.count)
        """Every article that can be shown, by its slug; each is read when it is asked for."""
        self.topics = Topics(db)
        """Every topic by its slug; each is read when it is asked for."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong in single files."""
        return tuple(Fault(*row) for row in self.db.execute("SELECT path, line, message, level FROM faults ORDER BY path, line"))

    @property
    def fault_count(self) -> int:
        """How many faults there are."""
        return int(self.db.execute("SELECT count(*) FROM faults").fetchone()[0])

    def article(self, slug: str) -> Article | None:
        """The article of this name, or of this former name."""
        return self.articles.get(slug) or self.articles.get(self.name("article", slug) or "")

    def topic(self, slug: str) -> Topic | None:
        """The topic of this name, or of this former name."""
        return self.topics.get(slug) or self.topics.get(self.name("topic", slug) or "")

    def name(self, kind: Kind, slug: str) -> str | None:
        """The present name of what has this name or had it before, which is not read; where several had it, that of the last of them."""
        there: Mapping[str, Any] = self.articles if kind == "article" else self.topics
        if slug in there:
            return slug
        rows = self.db.execute("SELECT slug FROM names WHERE kind = ? AND former = ? ORDER BY slug DESC", (kind, slug)).fetchall()
        return next((now for (now,) in rows if now in there), None)

    def children(self, slug: str | None, most: int = -1) -> tuple[Topic, ...]:
        """The topics right below one, or the first of them; below None, the tops of the tree."""
        if slug is None:
            return self._topics("SELECT slug, file FROM topics WHERE parent IS NULL ORDER BY place, slug LIMIT ?", most)
        below = "SELECT slug, file FROM topics WHERE parent = (SELECT id FROM topics WHERE slug = ?) ORDER BY place, slug LIMIT ?"
        return self._topics(below, slug, most)

    def tree_size(self, tops: Iterable[Topic]) -> int:
        """How many topics there are: these and all below them."""
        return sum(last - first + 1 for first, last in self._spans(tops))

    def tree(self, tops: Sequence[Topic], *, limit: int, skip: int = 0) -> list[tuple[Topic, str | None]]:
        """A part of the tree, from these tops down: topics with the name of that above each, of a top None."""
        found: list[tuple[Topic, str | None]] = []
        query = """SELECT t.slug, t.file, CASE WHEN t.position > ? THEN above.slug END FROM topics t LEFT JOIN topics above ON above.id = t.parent
            WHERE t.position BETWEEN ? AND ? ORDER BY t.position"""
        for first, last in self._spans(tops):
            begin, skip = first + skip, max(0, skip - (last - first + 1))
            rows = self.db.execute(query, (first, begin, min(last, begin + limit - len(found) - 1)))
            found += [(Topic(slug, topic_file(file)), above) for slug, file, above in rows]
        return found

    def _spans(self, tops: Iterable[Topic]) -> list[tuple[int, int]]:
        return [self.db.execute("SELECT position, last FROM topics WHERE slug = ?", (top.slug,)).fetchone() for top in tops]

    def path(self, topic: Topic) -> list[Topic]:
        """From the top of the tree down to the topic, both included."""
        up = """WITH RECURSIVE up (id, n) AS (SELECT id, 0 FROM topics WHERE slug = ?
            UNION SELECT t.parent, n + 1 FROM topics t JOIN up USING (id) WHERE t.parent IS NOT NULL)
            SELECT slug, file FROM up JOIN topics USING (id) ORDER BY n DESC"""
        return list(self._topics(up, topic.slug))

    def topics_of(self, article: Article) -> list[Topic]:
        """The topics that the article names, by present or former names, and that there are."""
        found = {topic.slug: topic for slug in article.file.topics if (topic := self.topic(slug))}
        return list(found.values())

    def articles_in(self, topic: str) -> Iterator[Article]:
        """The articles that stand right in this topic."""
        number = -(topic_id(self.db, topic) or 0)
        return (self.articles[slug] for slug in self._names(number or None))

    def count_in(self, topic: str, shelf: Shelf = ()) -> int:
        """How many articles stand in and below a topic ("": in all), what is withdrawn among them."""
        return self._count(NO_CHAIN, self._scope(topic, shelf))

    def names_in(self, topic: str, shelf: Shelf = (), *, limit: int, skip: int = 0) -> list[str]:
        """The slugs of the articles in and below a topic ("": of all), in an order that stays while they are edited."""
        scope = self._scope(topic, shelf)
        after = self._count(NO_CHAIN, scope) - skip - limit
        if 0 <= after < skip:  # nearer from the end
            return list(self._names(scope, limit, after, "DESC"))[::-1]
        return list(self._names(scope, limit, skip))

    def _names(self, scope: int | None, limit: int = -1, skip: int = 0, order: Order = "ASC") -> Iterator[str]:
        edge, skip = self._block(scope, skip, order)
        onward = ">=" if order == "ASC" else "<="
        part = f"SELECT article FROM places WHERE scope = ? AND article {onward} ? ORDER BY article {order} LIMIT ? OFFSET ?"  # noqa: S608 - ours
        query = f"SELECT slug FROM ({part}) p CROSS JOIN articles a ON a.id = p.article ORDER BY a.id {order}"  # noqa: S608 - ours
        return (slug for (slug,) in self.db.execute(query, (scope, edge, limit, skip)))

    def _block(self, scope: int | None, skip: int, order: Order) -> tuple[int, int]:
        """The edge of the block in which a scope's article after so many stands, and how many of them stand in that block."""
        edge = n = 0
        for block, n in self.db.execute(f"SELECT block, n FROM blocks WHERE scope = ? ORDER BY block {order}", (scope,)):  # noqa: S608 - ours
            edge = block * BLOCK if order == "ASC" else (block + 1) * BLOCK - 1
            if skip < n:
                return edge, skip
            skip -= n
        return edge, skip + n  # past all of them, where none stands

    def stands_below(self, slug: str, topics: Shelf) -> bool:
        """Whether the article stands in or below one of these topics; without any, in the library."""
        scopes = [number for topic in topics if (number := topic_id(self.db, topic))] if topics else [EVERYTHING]
        places = ",".join("?" * len(scopes))
        query = f"SELECT 1 FROM articles a JOIN places p ON p.article = a.id WHERE a.slug = ? AND p.scope IN ({places})"  # noqa: S608 - places
        return self.db.execute(query, (slug, *scopes)).fetchone() is not None

    def coded(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list this very code, which is written as its system writes it."""
        return self._coded("c.code = ?", (system, code))

    def coded_below(self, system: CodeSystem, code: str) -> list[Article]:
        """The articles that list a code which begins with this one, and is longer."""
        return self._coded("c.code > ? AND c.code < ?", (system, code, code + "\U0010ffff"))

    def near(self, kind: Kind, slug: str) -> list[str]:
        """Up to three names that the misspelt one may have meant."""
        wanted = slug[:100]
        names = self._neighbours(kind, fold(wanted))
        return difflib.get_close_matches(wanted, names, 3, 0.6) or [name for name in names if fold(wanted) in name][:3]

    # Lists, as readers see them: `wanted` is the language asked for, `otherwise` the one that they get where a text lacks it;
    # a shelf, the topics to which a site keeps.

    def listed(self, topic: str, wanted: str, otherwise: str, *, limit: int, skip: int = 0) -> list[Entry]:
        """The articles that stand in a topic, by title; of what is withdrawn, nothing."""
        number = topic_id(self.db, topic)
        return self._listed(-number, "", (wanted, otherwise), limit, skip) if number else []

    def lettered(self, topic: str, letter: str, wanted: str, otherwise: str, shelf: Shelf = (), *, limit: int, skip: int = 0) -> list[Entry]:
        """The articles in and below a topic ("": all there are) whose titles begin with a letter, by title."""
        return self._listed(self._scope(topic, shelf), letter, (wanted, otherwise), limit, skip)

    def listed_count(self, topic: str, wanted: str, otherwise: str) -> int:
        """How many articles `listed` has in all."""
        number = topic_id(self.db, topic)
        return self._letters(-number, (wanted, otherwise)).get(ALL, 0) if number else 0

    def letters(self, topic: str, wanted: str, otherwise: str, shelf: Shelf = ()) -> dict[str, int]:
        """The letters that articles in and below a topic begin with, and how many each; under `ALL` those of all letters and of none."""
        return self._letters(self._scope(topic, shelf), (wanted, otherwise))

    def count_below(self, topic: str, wanted: str, otherwise: str, shelf: Shelf = ()) -> int:
        """How many articles there are in and below a topic."""
        return self._count(self._chains.get((wanted, otherwise), UNSPOKEN), self._scope(topic, shelf))

    def _count(self, chain: int, scope: int | None) -> int:
        row = self.db.execute("SELECT n FROM letters WHERE (chain, scope, letter) = (?, ?, ?)", (chain, scope, ALL)).fetchone()
        return row[0] if row else 0

    def every(self, wanted: str, otherwise: str, shelf: Shelf = (), *, limit: int, skip: int = 0) -> list[tuple[str, list[str]]]:
        """Every article, by title, with the languages it has."""
        rows = self.db.execute(
            "SELECT l.slug, a.languages FROM listed l JOIN articles a ON a.id = l.article WHERE l.chain = ? AND l.scope = ?"
            " ORDER BY l.letter, l.sort, l.article LIMIT ? OFFSET ?",
            (self._chains.get((wanted, otherwise), UNSPOKEN), self._scope("", shelf), limit, skip),
        )
        return [(slug, languages.split(" ")) for slug, languages in rows]

    def withdrawn(self) -> dict[str, list[str]]:
        """The languages in which an article is withdrawn, by its slug, in the order of the slugs."""
        rows = self.db.execute("SELECT a.slug, t.language FROM texts t JOIN articles a ON a.id = t.article WHERE t.withdrawn ORDER BY 1, 2")
        found: dict[str, list[str]] = {}
        for slug, language in rows:
            found.setdefault(slug, []).append(language)
        return found

    def _scope(self, topic: str, shelf: Shelf) -> int | None:
        if topic or not shelf:
            return topic_id(self.db, topic) if topic else EVERYTHING
        row = self.db.execute("SELECT id FROM shelves WHERE topics = ?", (" ".join(shelf),)).fetchone()
        return row[0] if row else None

    def _listed(self, scope: int | None, letter: str, chain: tuple[str, str], limit: int, skip: int) -> list[Entry]:
        rows = self.db.execute(
            "SELECT slug, language, title FROM listed WHERE chain = ? AND scope = ? AND letter = ? ORDER BY sort, article LIMIT ? OFFSET ?",
            (self._chains.get(chain, UNSPOKEN), scope, letter, limit, skip),
        )
        return [Entry(*row) for row in rows]

    def _letters(self, scope: int | None, chain: tuple[str, str]) -> dict[str, int]:
        rows = self.db.execute(
            "SELECT letter, n FROM letters WHERE chain = ? AND scope = ? ORDER BY letter", (self._chains.get(chain, UNSPOKEN), scope)
        )
        return dict(rows.fetchall())

    def _coded(self, which: str, values: tuple[str, ...]) -> list[Article]:
        query = f"SELECT DISTINCT a.slug FROM codes c JOIN articles a ON a.id = c.article WHERE c.system = ? AND {which} AND a.languages <> ''"  # noqa: S608
        return [self.articles[slug] for slug in sorted(slug for (slug,) in self.db.execute(query, values))]

    def _topics(self, query: str, *values: object) -> tuple[Topic, ...]:
        return tuple(Topic(slug, topic_file(file)) for slug, file in self.db.execute(query, values))

    def _neighbours(self, kind: Kind, slug: str) -> list[str]:
        """Names that begin or end as this one does, however many there are in all."""
        names: set[str] = set()
        table, shown = ("articles", " AND languages <> ''") if kind == "article" else ("topics", "")
        for column, key in (("slug", slug), ("backwards", slug[::-1])):
            for compare, order in (("<", "DESC"), (">=", "ASC")):
                query = f"SELECT slug FROM {table} WHERE {column} {compare} ?{shown} ORDER BY {column} {order} LIMIT {_NEIGHBOURS}"  # noqa: S608 - ours
                names.update(name for (name,) in self.db.execute(query, (key,)))
        return sorted(names)
