"""Articles, topics and texts by their names, each read from the snapshot when it is asked for."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import msgspec

from widgets.content.markup import Markup, Part
from widgets.content.model import Article, FrontMatter, Text, Topic
from widgets.snapshot.lists import article_file, topic_file
from widgets.snapshot.schema import Reader, unchecked

_front: Callable[[bytes], FrontMatter] = msgspec.msgpack.Decoder(unchecked(FrontMatter)).decode
_parts = msgspec.msgpack.Decoder(tuple[Part, ...]).decode


class Articles(Mapping[str, Article]):
    """Every article that can be shown, by its slug."""

    def __init__(self, db: Reader, count: int) -> None:
        self._db, self._count = db, count
        self._last: Article | None = None
        """What was read last: an answer asks for its article more than once."""

    def __getitem__(self, slug: str) -> Article:
        last = self._last
        if last is None or last.slug != slug:
            last = self._last = self._read(slug)
        return last

    def _read(self, slug: str) -> Article:
        query = """SELECT a.file, t.language, t.id, t.front, t.emergency, t.hash FROM articles a JOIN texts t ON t.article = a.id
            WHERE a.slug = ? AND a.languages <> '' ORDER BY t.language"""
        rows = self._db.execute(query, (slug,)).fetchall()
        if not rows:
            raise KeyError(slug)
        return Article(slug, article_file(rows[0][0]), Texts(self._db, {row[1]: row[2:] for row in rows}))

    def __contains__(self, slug: object) -> bool:
        return self._db.execute("SELECT 1 FROM articles WHERE slug = ? AND languages <> ''", (slug,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return (slug for (slug,) in self._db.execute("SELECT slug FROM articles WHERE languages <> '' ORDER BY slug"))

    def __len__(self) -> int:
        return self._count


class Topics(Mapping[str, Topic]):
    """Every topic by its slug."""

    def __init__(self, db: Reader) -> None:
        self._db = db

    def __getitem__(self, slug: str) -> Topic:
        row = self._db.execute("SELECT file FROM topics WHERE slug = ?", (slug,)).fetchone()
        if row is None:
            raise KeyError(slug)
        return Topic(slug, topic_file(row[0]))

    def __contains__(self, slug: object) -> bool:
        return self._db.execute("SELECT 1 FROM topics WHERE slug = ?", (slug,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return (slug for (slug,) in self._db.execute("SELECT slug FROM topics ORDER BY slug"))

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM topics").fetchone()[0])


class Body(Markup):
    """A text's body, which is read when it is asked for: a card and a line of a list need none of it."""

    def __init__(self, db: Reader, text: int) -> None:
        vars(self)["_text"] = db, text

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its parts."""
        db, text = vars(self)["_text"]
        return _parts(db.execute("SELECT parts FROM bodies WHERE id = ?", (text,)).fetchone()[0])


class Texts(Mapping[str, Text]):
    """An article's texts by language; each is unpacked when it is asked for, and kept while the article is."""

    def __init__(self, db: Reader, rows: Mapping[str, tuple[int, bytes, bytes, str]]) -> None:
        self._db, self._rows = db, rows
        self._read: dict[str, Text] = {}

    def __getitem__(self, language: str) -> Text:
        if language not in self._read:
            number, front, emergency, digest = self._rows[language]
            self._read[language] = Text(language, _front(front), Markup(_parts(emergency)), Body(self._db, number), digest)
        return self._read[language]

    def __contains__(self, language: object) -> bool:
        return language in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
