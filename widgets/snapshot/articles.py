"""An article's folder -> its rows in the snapshot."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from widgets.codes import normal
from widgets.content.files import Fault
from widgets.content.markup import first_letter, fold
from widgets.content.model import LANGUAGE, ArticleFile, Text
from widgets.content.read import parse_article, parse_text
from widgets.snapshot import folder
from widgets.snapshot.folder import SHARED, Signature
from widgets.snapshot.found import Found
from widgets.snapshot.ledger import Ledger
from widgets.snapshot.lists import Lists, article_file
from widgets.snapshot.schema import Connection, pack

_TEXT = """INSERT INTO texts (article, language, title, sort, letter, withdrawn, hash, front, emergency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET title = excluded.title, sort = excluded.sort, letter = excluded.letter, withdrawn = excluded.withdrawn,
  hash = excluded.hash, front = excluded.front, emergency = excluded.emergency RETURNING id"""

_LANGUAGE = re.compile(LANGUAGE)


class Articles:
    """Reads the folders of articles that changed."""

    def __init__(self, db: Connection, root: Path, ledger: Ledger, lists: Lists, found: Found) -> None:
        self._db, self._root, self._ledger, self._lists, self._found = db, root, ledger, lists, found
        self.count: int = ledger.meta.get("count", 0)
        """How many articles can be shown."""

    def read(self, slug: str, *, listed: bool) -> None:
        """Read what changed in one folder; with `listed`, put it right in the lists, which are else made anew at the end."""
        found, known = folder.article(self._root, slug), self._ledger.known(f"articles/{slug}")
        if found == known:
            return
        if not folder.is_slug(slug):
            self._badly_named(slug, found, known)
            return
        number, before = self._number(slug)
        rows = self._lists.rows(number) if listed else frozenset()
        for path in known.keys() - found.keys():
            self._gone(number, path)
        for path, signature in found.items():
            if known.get(path) != signature:
                self._file(number, slug, path, signature)
        self.count += self._settle(number, slug, bool(found)) - before
        if listed:
            self._lists.change(rows, self._lists.rows(number))

    def _badly_named(self, slug: str, found: dict[str, Signature], known: dict[str, Signature]) -> None:
        path = f"articles/{slug}/{SHARED}"
        if path not in found:
            self._ledger.forget(path)
        elif path not in known:
            self._ledger.note(path, found[path], b"", folder.bad_name(path, slug))

    def _number(self, slug: str) -> tuple[int, bool]:
        """The article's number in the file, and whether it is shown."""
        row = None if self._ledger.fresh else self._db.execute("SELECT id, languages <> '' FROM articles WHERE slug = ?", (slug,)).fetchone()
        if row:
            return row[0], bool(row[1])
        new = self._db.execute("INSERT INTO articles (slug, backwards, languages) VALUES (?, ?, '')", (slug, slug[::-1])).lastrowid
        return new or 0, False

    def _gone(self, number: int, path: str) -> None:
        self._ledger.forget(path)
        name = PurePosixPath(path)
        if name.name == SHARED:
            self._share(number, name.parent.name, None)
        text = self._db.execute("DELETE FROM texts WHERE article = ? AND language = ? RETURNING id", (number, name.stem)).fetchone()
        if text:
            self._db.execute("DELETE FROM bodies WHERE id = ?", text)
            self._found.text_gone(name.parent.name, name.stem)

    def _file(self, number: int, slug: str, path: str, signature: Signature) -> None:
        name = path.rpartition("/")[2].removesuffix(".md")
        if name == SHARED:
            shared = self._ledger.load(path, signature, parse_article, kept=self._has("articles WHERE id = ? AND file IS NOT NULL", number))
            if shared is not None:
                self._share(number, slug, shared)
        elif not _LANGUAGE.match(name):
            self._ledger.note(path, signature, b"", Fault(path, 1, f"{name!r} is not a language code like en, es or pt-BR."))
        else:
            kept = self._has("texts WHERE article = ? AND language = ?", number, name)
            text = self._ledger.load(path, signature, parse_text, kept=kept)
            if text is not None:
                self._text(number, text)
                self._found.text(slug, text)

    def _has(self, rows: str, *values: object) -> bool:
        """Whether there is a last good version."""
        return not self._ledger.fresh and self._db.execute(f"SELECT 1 FROM {rows}", values).fetchone() is not None  # noqa: S608 - ours

    def _share(self, number: int, slug: str, file: ArticleFile | None) -> None:
        """What the article's languages share; None for nothing more."""
        (old,) = self._db.execute("SELECT file FROM articles WHERE id = ?", (number,)).fetchone()
        if old is not None:
            keys = [(system, code, number) for system, code in _codes(article_file(old))]
            self._db.executemany("DELETE FROM codes WHERE (system, code, article) = (?, ?, ?)", keys)
            forget_names(self._db, "article", slug, article_file(old).formerly)
        self._db.execute("UPDATE articles SET file = ? WHERE id = ?", (pack(file) if file else None, number))
        if file is not None:
            self._db.executemany("INSERT OR IGNORE INTO codes VALUES (?, ?, ?)", [(*code, number) for code in _codes(file)])
            remember_names(self._db, "article", slug, file.formerly)

    def _text(self, number: int, text: Text) -> None:
        front = text.front
        row = (front.title, fold(front.title), first_letter(front.title), front.withdrawn is not None, text.hash)
        (key,) = self._db.execute(_TEXT, (number, text.language, *row, pack(front), pack(text.emergency.parts))).fetchone()
        self._db.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?)", (key, pack(text.body.parts)))

    def _settle(self, number: int, slug: str, there: bool) -> bool:
        """Whether the article can be shown, and in which languages; an article that is gone leaves nothing."""
        languages = " ".join(row[0] for row in self._db.execute("SELECT language FROM texts WHERE article = ? ORDER BY 1", (number,)))
        (file,) = self._db.execute("SELECT file FROM articles WHERE id = ?", (number,)).fetchone()
        shown = languages if file is not None else ""
        self._db.execute("UPDATE articles SET languages = ? WHERE id = ?", (shown, number))
        self._lists.choose(shown)
        if not self._ledger.fresh:  # else all are placed at the end
            self._lists.place(number, article_file(file) if shown else None)
        path = f"articles/{slug}/{SHARED}"
        lacking = [Fault(path, 1, "has no text that can be shown; add en.md beside it.")] if file is not None and not languages else []
        self._ledger.blame(f"articles/{slug}/", *lacking)
        if not there:
            self._db.execute("DELETE FROM articles WHERE id = ?", (number,))
        return bool(shown)


def remember_names(db: Connection, kind: str, slug: str, former: Iterable[str]) -> None:
    """Names that an article or topic had before."""
    db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [(kind, old, slug) for old in former])


def forget_names(db: Connection, kind: str, slug: str, former: Iterable[str]) -> None:
    """Names that an article or topic does not answer to any more."""
    db.executemany("DELETE FROM names WHERE (kind, former, slug) = (?, ?, ?)", [(kind, old, slug) for old in former])


def _codes(file: ArticleFile) -> list[tuple[str, str]]:
    return [(system, known) for system, codes in file.codes.items() for code in codes if (known := normal(system, code))]
