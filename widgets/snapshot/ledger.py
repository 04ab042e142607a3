"""What a snapshot knows of each content file: how it stood when it was read, and what was wrong with it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from widgets.content.files import ContentError, ContentFile, Fault
from widgets.snapshot.folder import Signature
from widgets.snapshot.schema import Connection

T = TypeVar("T")
_TOGETHER = 1000
"""Files that are written down together."""
_KEPT = " Its last good version is shown."


class Ledger:
    """Reads the files that changed, and says so in the snapshot."""

    def __init__(self, db: Connection, root: Path) -> None:
        self._db, self._root = db, root
        self.meta: dict[str, Any] = dict(db.execute("SELECT key, value FROM meta"))
        self._sum = int(self.meta.get("sum", "0"), 16)
        self.fresh = not self.meta
        """Whether the snapshot is empty, so that nothing need be looked up."""
        self._stood: list[tuple[Any, ...]] = []
        self.changed = False
        self.faults: list[Fault] = []
        """The faults that were not there before."""

    def known(self, prefix: str) -> dict[str, Signature]:
        """The files of a folder, as they stood."""
        if self.fresh:
            return {}
        rows = self._db.execute("SELECT path, modified, size, inode FROM files WHERE path > ? AND path < ?", (f"{prefix}/", f"{prefix}0"))
        return {path: (modified, size, inode) for path, modified, size, inode in rows}

    def load(self, path: str, signature: Signature, parse: Callable[[ContentFile], T], *, kept: bool) -> T | None:
        """A file's new value; None where nothing is new in it, or where it has a fault, which is noted. `kept`: it has a last good version."""
        try:
            file = ContentFile.named(self._root, path)
        except ContentError as error:
            self.note(path, signature, b"", replace(error.fault, message=error.fault.message + (_KEPT if kept else "")))
            return None
        digest = hashlib.sha256(file.text.encode()).digest()[:16]
        if not self._stand(path, signature, digest):
            return None
        try:
            value = parse(file)
        except ContentError as error:
            self.blame(path, replace(error.fault, message=error.fault.message + (_KEPT if kept else "")))
            return None
        self.blame(path)
        return value

    def note(self, path: str, signature: Signature, digest: bytes, fault: Fault) -> None:
        """Remember a file whose value does not count."""
        self._stand(path, signature, digest)
        self.blame(path, fault)

    def forget(self, path: str) -> None:
        """The file is gone."""
        row = self._db.execute("DELETE FROM files WHERE path = ? RETURNING digest", (path,)).fetchone()
        if row:
            self._add(path, row[0], -1)
        self.blame(path)

    def blame(self, file: str, *faults: Fault) -> None:
        """What is wrong with a file now, in place of what was before."""
        if self.fresh and not faults:
            return
        found = () if self.fresh else self._db.execute("SELECT path, line, message, level FROM faults WHERE file = ?", (file,))
        before = [Fault(*row) for row in found]
        if before == list(faults):
            return
        self._db.execute("DELETE FROM faults WHERE file = ?", (file,))
        rows = [(file, fault.path, fault.line, fault.message, fault.level) for fault in faults]
        self._db.executemany("INSERT INTO faults VALUES (?, ?, ?, ?, ?)", rows)
        self.faults += [fault for fault in faults if fault not in before]
        self.changed = True

    def close(self, **meta: Any) -> None:
        """Write down which version this is; another edition, if a reader could tell it from the one before."""
        self._write()
        if self.changed or not self.meta:
            version = hashlib.sha256(f"{self._sum:x}".encode()).hexdigest()[:16]
            rows = {"sum": f"{self._sum:x}", "version": version, "edition": self.meta.get("edition", 0) + 1, **meta}
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())

    def _stand(self, path: str, signature: Signature, digest: bytes) -> bool:
        """Write down how the file stands; whether another word is in it than before."""
        row = None if self.fresh else self._db.execute("SELECT digest FROM files WHERE path = ?", (path,)).fetchone()
        self._stood.append((path, *signature, digest))
        if len(self._stood) >= _TOGETHER:
            self._write()
        if row and row[0] == digest:
            return False
        if row:
            self._add(path, row[0], -1)
        self._add(path, digest, 1)
        return True

    def _write(self) -> None:
        self._db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", self._stood)
        self._stood.clear()

    def _add(self, path: str, digest: bytes, sign: int) -> None:
        """The version is made of a sum over all files, so that one file in 100,000 changes it at the cost of one in ten."""
        own = hashlib.sha256(path.encode() + b"\0" + digest).digest()[:16]
        self._sum = (self._sum + sign * int.from_bytes(own, "big")) % (1 << 128)
        self.changed = True
