"""The tables of a snapshot, and how a file that holds them is opened."""

import hashlib
import sqlite3
import zlib
from collections.abc import Sequence
from functools import cache, reduce
from importlib.metadata import version
from operator import or_
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import quote

import msgspec
from msgspec import field
from msgspec.structs import fields

from widgets import __version__, search
from widgets.content.model import ArticleFile, FrontMatter, TopicFile

APPLICATION = 0x48574C31
"""SQLite's application id of our files: HWL1."""
MAPPED = 1 << 20
"""Bytes of the file that are memory-mapped: its hot pages. The rest is read page by page, so that memory is bounded however large it is."""
CACHED = 512 << 10
"""Bytes of other pages that a reader keeps; the system keeps them too, and hands them on in a microsecond."""
SHELVES = 1 << 40
"""The number before that of the first shelf: no topic has it."""
BLOCK = 1024
"""How many articles' numbers one block counts."""
LOG = 8 << 20
"""From this many bytes on the write-ahead log is folded into the file."""

# Topics and articles go by number inside the file. A scope is what a list is of: a topic and all below it by its number, the articles
# that stand right in a topic by its number below zero, the whole library by 0, the topics to which a site keeps by a number above
# SHELVES. A chain is a language that readers ask for and the one they get where a text lacks it. So each list is ready in the order in
# which it is shown. The letters of no chain count what stands in a scope, withdrawn or not; blocks count the same by the articles'
# numbers, so many at a time, so that the middle of a long list is found without counting its rows. Topics have positions: from its own
# to its last stand a topic and all below it.
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, modified INTEGER, size INTEGER, inode INTEGER, digest BLOB) WITHOUT ROWID;
CREATE TABLE faults (file TEXT, path TEXT, line INTEGER, message TEXT, level TEXT);
CREATE INDEX faults_of ON faults (file);
CREATE TABLE partners (kind TEXT, slug TEXT, text TEXT, PRIMARY KEY (kind, slug)) WITHOUT ROWID;
CREATE TABLE topics (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, backwards TEXT, parent INTEGER, place INTEGER, position INTEGER,
  last INTEGER, file BLOB);
CREATE INDEX topics_below ON topics (parent, place, slug);
CREATE INDEX topics_in_order ON topics (position);
CREATE INDEX topics_backwards ON topics (backwards);
CREATE TABLE articles (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, backwards TEXT, languages TEXT, file BLOB);
CREATE INDEX articles_backwards ON articles (backwards);
CREATE TABLE texts (id INTEGER PRIMARY KEY, article INTEGER, language TEXT, title TEXT, sort TEXT, letter TEXT, withdrawn INTEGER,
  hash TEXT, front BLOB, emergency BLOB, UNIQUE (article, language));
CREATE INDEX texts_withdrawn ON texts (article, language) WHERE withdrawn;
CREATE TABLE bodies (id INTEGER PRIMARY KEY, parts BLOB);
CREATE TABLE names (kind TEXT, former TEXT, slug TEXT, PRIMARY KEY (kind, former, slug)) WITHOUT ROWID;
CREATE TABLE codes (system TEXT, code TEXT, article INTEGER, PRIMARY KEY (system, code, article)) WITHOUT ROWID;
CREATE TABLE places (article INTEGER, scope INTEGER, PRIMARY KEY (article, scope)) WITHOUT ROWID;
CREATE INDEX places_in ON places (scope, article);
CREATE TABLE blocks (scope INTEGER, block INTEGER, n INTEGER, PRIMARY KEY (scope, block)) WITHOUT ROWID;
CREATE TABLE chains (id INTEGER PRIMARY KEY, wanted TEXT, otherwise TEXT);
CREATE TABLE listed (chain INTEGER, scope INTEGER, letter TEXT, sort TEXT, article INTEGER, slug TEXT, language TEXT, title TEXT,
  PRIMARY KEY (chain, scope, letter, sort, article)) WITHOUT ROWID;
CREATE TABLE letters (chain INTEGER, scope INTEGER, letter TEXT, n INTEGER, PRIMARY KEY (chain, scope, letter)) WITHOUT ROWID;
CREATE TABLE chosen (languages TEXT, chain INTEGER, language TEXT, PRIMARY KEY (languages, chain)) WITHOUT ROWID;
CREATE TABLE shelves (id INTEGER PRIMARY KEY, topics TEXT);
CREATE VIEW showing AS
  SELECT c.chain, p.scope, CASE WHEN p.scope < 0 THEN '' ELSE t.letter END AS letter, t.sort, a.id AS article, a.slug, t.language, t.title
  FROM articles a CROSS JOIN chosen c CROSS JOIN texts t CROSS JOIN places p
  WHERE a.languages <> '' AND c.languages = a.languages AND t.article = a.id AND t.language = c.language AND NOT t.withdrawn AND p.article = a.id;
"""

pack = msgspec.msgpack.encode

Connection = sqlite3.Connection


@cache
def unchecked(table: type[msgspec.Struct]) -> Any:
    """The same table without its checks: what stands in a snapshot passed them when it was compiled, and they take most of a reading."""
    types = {name: _unchecked(kind) for name, kind in get_type_hints(table).items()}
    required = [(f.name, types[f.name]) for f in fields(table) if f.required]
    others = [(f.name, types[f.name], f.default if f.default is not msgspec.NODEFAULT else field(default_factory=f.default_factory))
              for f in fields(table) if not f.required]  # fmt: skip
    return msgspec.defstruct(table.__name__, [*required, *others], frozen=True, omit_defaults=True, rename="kebab")


def _unchecked(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return unchecked(kind)
    if isinstance(kind, UnionType):
        return reduce(or_, map(_unchecked, get_args(kind)))
    return kind if get_origin(kind) in {None, Literal} else get_origin(kind)[tuple(map(_unchecked, get_args(kind)))]


class SnapshotError(RuntimeError):
    """A file cannot be served as a library; the text names it, and says what would be right."""


@cache
def schema() -> int:
    """The number of this schema, made from the tables and from what is packed in them: another one cannot be read."""
    packed, definitions = msgspec.json.schema_components((ArticleFile, FrontMatter, TopicFile))
    return zlib.crc32(repr((TABLES, search.version(), packed, definitions)).encode()) & 0x7FFFFFFF


@cache
def compiler() -> str:
    """A hash over all that decides what content becomes: what another release made is made anew where the content is at hand."""
    here = Path(__file__).parent
    folders = (here, *(here.parent / name for name in ("content", "languages", "sites")))
    sources = [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.py"))]
    versions = " ".join([__version__, *map(version, ("nh3", "pyromark"))])  # what a newer sanitiser takes out must go
    return hashlib.sha256(b"".join([*sources, (here.parent / "codes.py").read_bytes(), versions.encode()])).hexdigest()[:16]


class _Rows(sqlite3.Cursor):
    """Rows that keep their reader: an edition may let go of it in another thread between a query and its rows."""

    reader: "Reader"


class Reader:
    """Reads a snapshot; closes when the last one who reads by it lets go (Python's own connections stay open until garbage is collected)."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def execute(self, query: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """The rows that a query finds."""
        rows = self._db.cursor(_Rows)
        rows.reader = self
        return rows.execute(query, values)

    def __del__(self) -> None:
        self._db.close()


def create(path: Path) -> Connection:
    """A new file with empty tables, open for writing, fast and without care for a crash: it is not in use until it is whole."""
    path.unlink(missing_ok=True)
    db = _connect(path, "rwc")
    db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA application_id={APPLICATION}; PRAGMA user_version={schema()};")
    db.execute("PRAGMA cache_size=-8192")
    db.execute("BEGIN")
    for statement in TABLES.split(";\n"):
        db.execute(statement)
    search.create(db)
    db.execute("COMMIT")
    return db


def writing(path: Path, *, log: bool = True) -> Connection:
    """The file open for changes that readers do not see until they are whole, in SQLite's write-ahead log; without it, one that nobody reads."""
    db = _connect(path, "rw")
    db.executescript(f"PRAGMA journal_mode={'WAL' if log else 'OFF'}; PRAGMA synchronous={'NORMAL' if log else 'OFF'};")
    db.executescript(f"PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit={LOG};")
    return db


def reading(path: Path) -> Reader:
    """The file as it is now, for as long as it is read. Raises SnapshotError for one that cannot be read."""
    try:
        found = Reader(_connect(path, "ro", "&immutable=1" if is_finished(path) else ""))
        found.execute(f"PRAGMA cache_size=-{CACHED >> 10}")
        found.execute("BEGIN")  # it never ends, and keeps what is read as it is
        made = found.execute("SELECT * FROM pragma_application_id, pragma_user_version, (SELECT 1 FROM sqlite_schema LIMIT 1)").fetchone()
    except sqlite3.Error as error:
        raise SnapshotError(f"{path} cannot be read as a library: {error}; make it with: health-widgets build {path}") from error
    if not made or made[:2] != (APPLICATION, schema()):
        raise SnapshotError(f"{path} was not made by this release of health-widgets; make it anew with: health-widgets build {path}")
    return found


def is_finished(path: Path) -> bool:
    """Whether nobody writes to the file: it is replaced by another as a whole, never changed. Those that change have a write-ahead log."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:20] != b"\x02\x02"
    except OSError as error:
        raise SnapshotError(f"{path} cannot be opened: {error.strerror}; make it with: health-widgets build {path}") from error


def _connect(path: Path, mode: str, more: str = "") -> Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}{more}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    db.execute(f"PRAGMA mmap_size={MAPPED}")
    return db
