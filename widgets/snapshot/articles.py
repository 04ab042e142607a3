"""An article's folder -> its rows in the snapshot."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
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

_ARTICLE = """INSERT INTO articles VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET languages = excluded.languages, file = excluded.file"""
_TEXT = """INSERT INTO texts (article, language, title, sort, letter, withdrawn, hash, front, emergency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_LANGUAGE = re.compile(LANGUAGE)


@dataclass
class _Article:
    """One article while its folder is read."""

    slug: str
    number: int
    """Its number in the file."""
    file: ArticleFile | None = None
    languages: set[str] = field(default_factory=set)
    """Those that it has a text in, if only a last good one."""

    @property
    def shown(self) -> str:
        """The languages in which it can be shown; "" where it cannot."""
        return " ".join(sorted(self.languages)) if self.file is not None else ""


class Articles:
    """Reads the folders of articles that changed."""

    def __init__(self, db: Connection, root: Path, ledger: Ledger, lists: Lists, found: Found) -> None:
        self._db, self._root, self._ledger, self._lists, self._found = db, root, ledger, lists, found
        self.count: int = ledger.meta.get("count", 0)
        """How many articles can be shown."""
        (self._last,) = db.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()

    def read(self, slug: str, *, listed: bool) -> None:
        """Read what changed in one folder; with `listed`, put it right in the lists, which are else made anew at the end."""
        known = self._ledger.known(f"articles/{slug}")
        found = folder.article(self._root, slug, known)
        if found == known:
            return
        if not folder.is_slug(slug):
            self._badly_named(slug, found, known)
            return
        article = self._article(slug)
        before, rows = bool(article.shown), self._lists.rows(article.number) if listed else frozenset()
        for path in known.keys() - found.keys():
            self._gone(article, path)
        for path, signature in found.items():
            if known.get(path) != signature:
                self._file(article, path, signature)
        self._settle(article, there=bool(found))
        self.count += bool(article.shown) - before
        if listed:
            self._lists.change(rows, self._lists.rows(article.number))

    def _badly_named(self, slug: str, found: dict[str, Signature], known: dict[str, Signature]) -> None:
        path = f"articles/{slug}/{SHARED}"
        if path not in found:
            self._ledger.forget(path)
        elif path not in known:
            self._ledger.note(path, found[path], b"", folder.bad_name(path, slug))

    def _article(self, slug: str) -> _Article:
        """The article as it stands in the file, or a new one."""
        row = None if self._ledger.fresh else self._db.execute("SELECT id, file FROM articles WHERE slug = ?", (slug,)).fetchone()
        if row is None:
            self._last += 1
            return _Article(slug, self._last)
        number, file = row
        languages = {language for (language,) in self._db.execute("SELECT language FROM texts WHERE article = ?", (number,))}
        return _Article(slug, number, article_file(file) if file else None, languages)

    def _gone(self, article: _Article, path: str) -> None:
        self._ledger.forget(path)
        name = PurePosixPath(path)
        if name.name == SHARED:
            self._share(article, None)
        elif name.stem in article.languages:
            self._drop(article, name.stem)
            self._found.text_gone(article.slug, name.stem)

    def _file(self, article: _Article, path: str, signature: Signature) -> None:
        name = path.rpartition("/")[2].removesuffix(".md")
        if name == SHARED:
            shared = self._ledger.load(path, signature, parse_article, kept=article.file is not None)
            if shared is not None:
                self._share(article, shared)
        elif not _LANGUAGE.fullmatch(name):
            self._ledger.note(path, signature, b"", Fault(path, 1, f"{name!r} is not a language code like en, es or pt-BR."))
        else:
            text = self._ledger.load(path, signature, parse_text, kept=name in article.languages)
            if text is not None:
                self._text(article, text)
                self._found.text(article.slug, text)

    def _share(self, article: _Article, file: ArticleFile | None) -> None:
        """What the article's languages share; None for nothing more."""
        if article.file is not None:
            keys = [(system, code, article.number) for system, code in _codes(article.file)]
            self._db.executemany("DELETE FROM codes WHERE (system, code, article) = (?, ?, ?)", keys)
            forget_names(self._db, "article", article.slug, article.file.formerly)
        article.file = file
        if file is not None and file.codes:
            self._db.executemany("INSERT OR IGNORE INTO codes VALUES (?, ?, ?)", [(*code, article.number) for code in _codes(file)])
        if file is not None and file.formerly:
            remember_names(self._db, "article", article.slug, file.formerly)

    def _text(self, article: _Article, text: Text) -> None:
        if text.language in article.languages:
            self._drop(article, text.language)
        article.languages.add(text.language)
        front = text.front
        row = (front.title, fold(front.title), first_letter(front.title), front.withdrawn is not None, text.hash)
        values = (article.number, text.language, *row, pack(front), pack(text.emergency.parts))
        key = self._db.execute(_TEXT, values).lastrowid
        self._db.execute("INSERT INTO bodies VALUES (?, ?)", (key, pack(text.body.parts)))

    def _drop(self, article: _Article, language: str) -> None:
        key = self._db.execute("DELETE FROM texts WHERE article = ? AND language = ? RETURNING id", (article.number, language)).fetchone()
        self._db.execute("DELETE FROM bodies WHERE id = ?", key)
        article.languages.remove(language)

    def _settle(self, article: _Article, *, there: bool) -> None:
        """Write down what the article is now; one that is gone leaves nothing."""
        slug, shown = article.slug, article.shown
        self._lists.choose(shown)
        if not self._ledger.fresh:  # else all are placed at the end
            self._lists.place(article.number, article.file if shown else None)
        path = f"articles/{slug}/{SHARED}"
        lacking = [Fault(path, 1, "has no text that can be shown; add en.md beside it.")] if article.file and not article.languages else []
        self._ledger.blame(f"articles/{slug}/", *lacking)
        if there:
            self._db.execute(_ARTICLE, (article.number, slug, slug[::-1], shown, pack(article.file) if article.file else None))
        else:
            self._db.execute("DELETE FROM articles WHERE id = ?", (article.number,))


def remember_names(db: Connection, kind: str, slug: str, former: Iterable[str]) -> None:
    """Names that an article or topic had before."""
    db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [(kind, old, slug) for old in former])


def forget_names(db: Connection, kind: str, slug: str, former: Iterable[str]) -> None:
    """Names that an article or topic does not answer to any more."""
    db.executemany("DELETE FROM names WHERE (kind, former, slug) = (?, ?, ?)", [(kind, old, slug) for old in former])


def _codes(file: ArticleFile) -> list[tuple[str, str]]:
    return [(system, known) for system, codes in file.codes.items() for code in codes if (known := normal(system, code))]
