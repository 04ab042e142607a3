"""Snapshot files on disk: how one is made, who may change it, and how it is replaced."""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from widgets.search import wasted
from widgets.snapshot.build import Built, Each, build
from widgets.snapshot.library import Library
from widgets.snapshot.schema import APPLICATION, LOG, Connection, SnapshotError, compiler, create, is_finished, reading, writing

_PREFIX = "health-widgets-"
_PAUSE = 0.05
_WASTE = 0.5


class Lock:
    """The right to change a snapshot: one process has it, and the system takes it back when that process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file = -1

    def take(self) -> bool:
        """Whether it is ours, now or already."""
        if self._file >= 0:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def free(self) -> None:
        """Let others have it."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


class Shipped:
    """A snapshot that was made elsewhere: it is served as it is, and replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: object = None

    def open(self) -> Library:
        """The library, for the first time. Raises SnapshotError."""
        return self.now()

    def now(self) -> Library:
        """The library as it is now. Raises SnapshotError."""
        self._seen = _signature(self.path)
        return Library(reading(self.path))

    def moved(self) -> bool:
        """Whether the file is another one, or was changed, since it was opened."""
        return _signature(self.path) != self._seen

    def leads(self) -> bool:
        """Whether this process is the one that may change the file."""
        return False

    def update(self, changed: set[str] | None) -> Built:
        """Bring the file up to date."""
        raise NotImplementedError

    def long(self) -> bool:
        """Whether the write-ahead log has grown so long that readers should let go of it, and the leader fold it in."""
        return False

    def fold(self) -> None:
        """Take what is in the log into the file, as far as no reader needs the file as it was."""

    def close(self) -> None:
        """Let another process lead."""


class Live(Shipped):
    """A snapshot that is kept up to date from a content folder, by whichever process has the lock."""

    def __init__(self, root: Path, path: Path) -> None:
        super().__init__(path)
        self._root, self._lock = root, Lock(path)
        self._db: Connection | None = None

    def open(self) -> Library:
        """The library; it is made at once where there is none that can be used. Raises NoLibrary, SnapshotError."""
        try:
            while not self._usable():
                if self.leads():
                    make(self._root, self.path, live=True)
                    break
                time.sleep(_PAUSE)  # another process is making it
        except (OSError, sqlite3.Error) as error:
            raise _unwritable(self.path, error) from error
        return self.now()

    def leads(self) -> bool:
        """Whether this process is the one that may change the file."""
        try:
            return self._lock.take()
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def update(self, changed: set[str] | None) -> Built:
        """Bring the file up to date; readers see nothing of it until they open it anew. Raises NoLibrary, SnapshotError."""
        try:
            if self._db is None:
                self._db = writing(self.path)
            return build(self._db, self._root, changed)
        except sqlite3.OperationalError as error:
            raise _unwritable(self.path, error) from error

    def long(self) -> bool:
        """Whether the write-ahead log has grown so long that readers should let go of it, and the leader fold it in."""
        with contextlib.suppress(OSError):
            return Path(f"{self.path}-wal").stat().st_size > LOG
        return False

    def fold(self) -> None:
        """Take what is in the log into the file, as far as no reader needs the file as it was."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.OperationalError):  # a full disk: the log is kept
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let another process lead."""
        if self._db is not None:
            self._db.close()
        self._lock.free()

    def _thaw(self, new: Path) -> None:
        shutil.copyfile(self.path, new)
        writing(new).close()

    def _usable(self) -> bool:
        """Whether the file is of this release, and can be changed; one that was shipped becomes one that can."""
        if not _made_here(self.path):
            return False
        if is_finished(self.path) and self.leads():
            replace(self.path, self._thaw)
        return not is_finished(self.path)


class Private(Live):
    """A snapshot that vanishes with the process: what is served where no file is named."""

    def __init__(self, root: Path) -> None:
        try:
            _sweep()
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        except OSError as error:
            raise SnapshotError(f"no temporary file can be written: {error.strerror}; name a folder in TMPDIR.") from error
        super().__init__(root, folder / "library.sqlite")
        self._vanish = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.leads()

    def close(self) -> None:
        """Remove it; what is being read stays readable."""
        super().close()
        self._vanish()


def make(root: Path, path: Path, *, live: bool = False, strict: bool = True, each: Each = iter) -> Built:
    """Build a file anew from a content folder; it stands in its place when it is whole. `live`: it will be changed there."""
    built = []

    def write(new: Path) -> None:
        db = create(new)
        built.append(build(db, root, strict=strict, each=each))
        db.executescript(f"PRAGMA journal_mode={'WAL' if live else 'DELETE'}")
        db.close()

    replace(path, write)
    return built[0]


def renew(root: Path, path: Path, each: Each = iter) -> None:
    """Bring a file that nobody changes in its place up to date: those who serve it have the old one until the new one is whole.

    What another release made is made anew. Raises SnapshotError where it is being written, cannot be, or is no snapshot but someone's own file.
    """
    lock = Lock(path)
    try:
        if not lock.take():
            raise SnapshotError(f"{path} is being written by another process; that one keeps it up to date.")
        if _made_here(path) and is_finished(path):
            replace(path, lambda new: _update(path, new, root, each))
        else:
            make(root, path, each=each)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(path, error) from error
    finally:
        lock.free()


def _update(path: Path, new: Path, root: Path, each: Each) -> None:
    shutil.copyfile(path, new)
    db = writing(new, log=False)
    build(db, root, each=each)
    db.close()


def _made_here(path: Path) -> bool:
    """Whether this very release made the file, so that what has not changed in the content need not be read again.

    One whose search index holds more of what is gone than of what is there counts as another's: made anew it is smaller and faster.
    """
    try:
        there = reading(path)
        row = there.execute("SELECT value FROM meta WHERE key = 'compiler'").fetchone()
        return bool(row == (compiler(),) and wasted(there) <= _WASTE)
    except (SnapshotError, sqlite3.Error):
        return False


def _unwritable(path: Path, error: OSError | sqlite3.Error) -> SnapshotError:
    return SnapshotError(f"{path} cannot be written: {getattr(error, 'strerror', '') or error}.")


def _replaceable(path: Path) -> bool:
    """Whether nobody misses the file: there is none, it is a snapshot of whatever release, whole or not, or has nothing in it, as after a crash."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return True
    return not head.strip(b"\0") or (head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION.to_bytes(4, "big"))


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Put a file that `write` makes in the place of another, in one step. Raises SnapshotError where that one is no snapshot: a name may be wrong."""
    if not _replaceable(path):
        raise SnapshotError(f"{path} is not a library that health-widgets made, and stays as it is; name another file.")
    new = path.with_name(path.name + ".new")
    try:
        write(new)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        for side in ("-wal", "-shm"):  # they belong to the file that goes
            Path(f"{path}{side}").unlink(missing_ok=True)
        new.replace(path)
    except BaseException:
        for side in ("", "-wal", "-shm"):
            Path(f"{new}{side}").unlink(missing_ok=True)
        raise


def _signature(path: Path) -> tuple[tuple[int, int, int] | None, ...]:
    found: list[tuple[int, int, int] | None] = []
    for name in (path, f"{path}-wal"):
        try:
            stat = os.stat(name)  # noqa: PTH116 - each second
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        except OSError:
            found.append(None)
    return tuple(found)


def _sweep() -> None:
    """Remove what processes left that were killed: nobody holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = Lock(folder / "library.sqlite")
            if folder.stat().st_uid == os.getuid() and time.time() - folder.stat().st_mtime > 60 and lock.take():
                shutil.rmtree(folder, ignore_errors=True)
                lock.free()
