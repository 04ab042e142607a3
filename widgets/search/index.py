"""The index of a library: tables in an SQLite file, changed article by article.

The words of a text are in a full-text table of its language; a changed text gets a new number in it, and the old one is
left behind without a document. Names and their words are kept exactly.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from widgets.content.markup import fold
from widgets.search.spelling import grams
from widgets.search.words import Speech, cut, speech

_SCHEMA = """
CREATE TABLE search_document(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL,
  title TEXT NOT NULL, summary TEXT NOT NULL, UNIQUE(key, language));
CREATE TABLE search_name(id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, language TEXT NOT NULL, folded TEXT NOT NULL,
  text TEXT NOT NULL, stems TEXT NOT NULL, is_title INTEGER NOT NULL);
CREATE INDEX search_name_folded ON search_name(language, folded);
CREATE INDEX search_name_document ON search_name(document);
CREATE TABLE search_word(language TEXT NOT NULL, word TEXT NOT NULL, text TEXT NOT NULL, stem TEXT NOT NULL, skeleton TEXT NOT NULL,
  uses INTEGER NOT NULL, PRIMARY KEY(language, word)) WITHOUT ROWID;
CREATE INDEX search_word_stem ON search_word(language, stem);
CREATE INDEX search_word_skeleton ON search_word(language, skeleton);
CREATE TABLE search_gram(language TEXT NOT NULL, gram TEXT NOT NULL, size INTEGER NOT NULL, word TEXT NOT NULL,
  PRIMARY KEY(language, gram, size, word)) WITHOUT ROWID;
CREATE TABLE search_language(language TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;
"""
_FULL_TEXT = """
CREATE VIRTUAL TABLE search_names_{n} USING fts5(stems, content='', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE search_texts_{n} USING fts5(names, summary, body, content='', tokenize="{stemming}unicode61 remove_diacritics 2");
INSERT INTO search_texts_{n}(search_texts_{n}, rank) VALUES('hashsize', 16777216);
"""
_WORD = re.compile(r"[^\W_]+")
_STEMMED_BY_SQLITE = {"en": "porter "}
"""What SQLite stems itself while it indexes; in other languages the query asks for all words that begin with the stem."""


class Readable(Protocol):
    """An SQLite connection, or what reads by one."""

    def execute(self, query: str, values: Any = ..., /) -> sqlite3.Cursor:
        """The rows that a query finds."""


@dataclass(frozen=True)
class Document:
    """What can be found: an article or a topic, in one language."""

    key: str
    """Its name in the library, such as `article:heart-attack`; the same in each language."""
    kind: str
    """The group that it is shown in: `topic` or `article`."""
    language: str
    title: str
    names: tuple[str, ...] = ()
    """What else it is called."""
    summary: str = ""
    body: str = ""
    """Its plain text."""


class _Name(NamedTuple):
    """A row of search_name."""

    number: int
    document: int | None
    language: str
    folded: str
    text: str
    stems: str
    is_title: bool


@cache
def version() -> str:
    """A hash of how the index is made: tables of another version must be made anew."""
    here = Path(__file__).parent
    parts = [here / name for name in ("documents.py", "index.py", "spelling.py", "words.py")] + sorted((here / "words").glob("*.toml"))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all of whose names begin with `search_`."""
    for statement in _SCHEMA.strip().split(";\n"):  # one by one: a script would end the caller's transaction
        connection.execute(statement)


def suffix(language: str) -> str:
    """The end of the names of a language's full-text tables."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in language.lower())


def sqlite_stems(language: str) -> bool:
    """Whether the language's full-text table holds stems rather than words."""
    return language.partition("-")[0].lower() in _STEMMED_BY_SQLITE


def replace(connection: sqlite3.Connection, documents: Iterable[Document]) -> None:
    """Add documents, or put them in the place of those with the same key and language. The caller commits."""
    writer = _Writer(connection)
    for document in {(one.key, one.language): one for one in documents}.values():
        writer.remove(document.key, document.language)
        writer.add(document)
    writer.finish()


def remove(connection: sqlite3.Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Take documents out, by key and language. The caller commits."""
    writer = _Writer(connection)
    for key, language in keys:
        writer.remove(key, language)
    writer.finish()


def wasted(connection: Readable) -> float:
    """The share of the full text whose documents are gone or changed since; above a half, a new index is smaller and faster."""
    live, last = connection.execute("SELECT count(*), coalesce(max(id), 0) FROM search_document").fetchone()
    return 1 - live / last if last else 0.0


class _Writer:
    """Changes to the index. Names and words are written at their end, in the order of the tables, which in a large file finds its pages sooner."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._uses: Counter[tuple[str, str]] = Counter()
        self._shown: dict[tuple[str, str], str] = {}
        self._documents: Counter[str] = Counter()
        self._names: list[_Name] = []
        (self._last_name,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'search_name'").fetchone()
        self._languages = {language for (language,) in connection.execute("SELECT language FROM search_language")}

    def remove(self, key: str, language: str) -> None:
        row = self._db.execute("SELECT id FROM search_document WHERE key = ? AND language = ?", (key, language)).fetchone()
        if row is None:
            return
        for name, text, stems in self._db.execute("SELECT id, text, stems FROM search_name WHERE document = ?", row).fetchall():
            self._db.execute(f"INSERT INTO search_names_{suffix(language)}(search_names_{suffix(language)}, rowid, stems) VALUES('delete', ?, ?)",
                             (name, stems))  # fmt: skip
            self._uses.subtract((language, word) for word in set(cut(text)))
        self._db.execute("DELETE FROM search_name WHERE document = ?", row)
        self._db.execute("DELETE FROM search_document WHERE id = ?", row)
        self._documents[language] -= 1

    def add(self, document: Document) -> None:
        language = document.language
        self._prepare(language)
        values = (document.key, language, document.kind, document.title, document.summary)
        number = self._db.execute("INSERT INTO search_document(key, language, kind, title, summary) VALUES(?, ?, ?, ?, ?)", values).lastrowid
        self._db.execute(f"INSERT INTO search_texts_{suffix(language)}(rowid, names, summary, body) VALUES(?, ?, ?, ?)",
                         (number, " | ".join((document.title, *document.names)), document.summary, document.body))  # fmt: skip
        for place, name in enumerate(dict.fromkeys((document.title, *document.names))):
            self._name(number, speech(language), name, place == 0)
        self._documents[language] += 1

    def _name(self, document: int | None, spoken: Speech, name: str, is_title: bool) -> None:
        words = cut(name)
        self._last_name += 1
        self._names.append(_Name(self._last_name, document, spoken.language, " ".join(words), name, " ".join(spoken.stems(words)), is_title))
        if not name.isascii():
            self._shown |= {(spoken.language, fold(shown)): shown for shown in _WORD.findall(name.lower())}
        self._uses.update((spoken.language, word) for word in set(words))

    def _prepare(self, language: str) -> None:
        """The full-text tables of a language, when its first document comes."""
        if language in self._languages:
            return
        self._languages.add(language)
        stemming = _STEMMED_BY_SQLITE.get(language.partition("-")[0].lower(), "")
        for statement in _FULL_TEXT.format(n=suffix(language), stemming=stemming).strip().split("\n"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO search_language VALUES(?, 0)", (language,))

    def finish(self) -> None:
        self._write_names()
        self._write_words()
        self._db.executemany(
            "UPDATE search_language SET documents = documents + ? WHERE language = ?", [(n, lang) for lang, n in self._documents.items()]
        )

    def _write_names(self) -> None:
        for language in {name.language for name in self._names}:
            stems = [(name.number, name.stems) for name in self._names if name.language == language]
            self._db.executemany(f"INSERT INTO search_names_{suffix(language)}(rowid, stems) VALUES(?, ?)", stems)
        self._names.sort(key=lambda name: (name.language, name.folded))
        self._db.executemany("INSERT INTO search_name VALUES(?, ?, ?, ?, ?, ?, ?)", self._names)

    def _write_words(self) -> None:
        counts = [(count, language, word) for (language, word), count in sorted(self._uses.items())]
        update = "UPDATE search_word SET uses = uses + ? WHERE language = ? AND word = ?"
        new = [one for one in counts if not self._db.execute(update, one).rowcount]
        self._db.executemany("INSERT INTO search_word VALUES(?, ?, ?, ?, ?, ?)", [self._word(speech(lang), word, n) for n, lang, word in new])
        pieces = sorted((language, gram, len(word), word) for _, language, word in new if len(word) > 2 for gram in grams(word))
        self._db.executemany("INSERT INTO search_gram VALUES(?, ?, ?, ?)", pieces)

    def _word(self, spoken: Speech, word: str, count: int) -> tuple[str, str, str, str, str, int]:
        return spoken.language, word, self._shown.get((spoken.language, word), word), spoken.stem(word), spoken.skeleton(word), count
