"""An edition: all that is published at one moment. Reloading makes another and swaps it in whole."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from widgets.content.files import ContentError, ContentFile, Fault
from widgets.sites import Campaign, Site, parse_campaign, parse_site
from widgets.snapshot.build import Each, NoLibrary
from widgets.snapshot.file import Live, Private, Shipped, make, renew
from widgets.snapshot.library import Library
from widgets.snapshot.schema import Reader, SnapshotError

__all__ = ["Edition", "Editions", "NoLibrary", "SnapshotError", "compiled", "read_folder"]

log = logging.getLogger("widgets.content")

_AGAIN = 10.0
"""Seconds after which what could not be written is tried again."""
_MOST_LOGGED = 100
"""So many faults are named in the log at once; `health-widgets check` names all."""


@dataclass(frozen=True, eq=False)
class Edition:
    """Library, sites and campaigns as of one reading. Compared by identity, and so a cache key."""

    library: Library
    sites: Mapping[str, Site]
    campaigns: Mapping[str, Campaign]

    @classmethod
    def of(cls, library: Library, path: Path) -> "Edition":
        """All that the snapshot at `path` holds. Raises SnapshotError for a site or campaign that only another release can read."""
        try:
            sites = {file.name[6:-5]: parse_site(file) for file in _partners(library, "sites")}
            campaigns = {file.name[10:-5]: parse_campaign(file) for file in _partners(library, "campaigns")}
        except ContentError as error:
            raise SnapshotError(f"{path} was made by another release: {error} Make it anew with: health-widgets build {path}") from error
        return cls(library, sites, campaigns)

    @property
    def version(self) -> str:
        """A hash over every file that was read."""
        return self.library.version

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong in single files; the rest is served."""
        return self.library.faults

    @property
    def index(self) -> Reader:
        """Where search finds: tables of the snapshot, which any thread may read."""
        return self.library.db

    @cached_property
    def public(self) -> bool:
        """Whether any page may embed any site."""
        return all(site.public for site in self.sites.values())

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that some site offers."""
        return tuple(dict.fromkeys(language for site in self.sites.values() for language in site.file.languages))


def _partners(library: Library, kind: str) -> Iterator[ContentFile]:
    for slug, text in library.db.execute("SELECT slug, text FROM partners WHERE kind = ? ORDER BY slug", (kind,)):
        yield ContentFile(f"{kind}/{slug}.toml", text)


def read_folder(root: Path, each: Each = iter) -> Edition:
    """A content folder read once, whatever can be read of it; `each` goes through the articles' names, and may tell how far it is.

    Raises SnapshotError where there is no room for a temporary file.
    """
    try:
        with TemporaryDirectory(prefix="check-health-widgets-") as folder:  # gone at once; a server that starts sweeps up other names
            file = Path(folder) / "library.sqlite"
            make(root, file, strict=False, each=each)
            return Edition.of(Shipped(file).now(), file)
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", "") or error
        raise SnapshotError(f"no temporary file can be written: {why}; name a folder in TMPDIR.") from error


def compiled(root: Path, file: Path, each: Each = iter) -> tuple[tuple[Fault, ...], Library]:
    """A content folder compiled into a file that can be shipped: its faults, and the library in it. Raises NoLibrary, SnapshotError."""
    renew(root, file, each)
    library = Shipped(file).now()
    return library.faults, library


class Editions:
    """The current edition of a content folder, or of a snapshot that was made elsewhere; `current` is swapped whole, so no answer mixes two.

    With a folder and a file, the file is kept up to date from the folder; without a file, a private one is.
    """

    def __init__(self, root: Path | None, snapshot: Path | None = None, *, watch: bool = True) -> None:
        self._root = root
        self._source = _source(root, snapshot)
        self._stop, self._busy, self._behind, self._said = threading.Event(), threading.Lock(), False, ""
        self._unseen = ""
        self.current = Edition.of(self._source.open(), self._source.path)
        _report(self.current.faults)
        if watch:
            threading.Thread(target=self._watch, name="health-widgets-content", daemon=True).start()

    @property
    def fault_count(self) -> int:
        """How many faults are known; one more while the content or the snapshot as a whole cannot be read, and an older edition is served."""
        return self.current.library.fault_count + bool(self._said)

    def reload(self, changed: set[str] | None = None) -> None:
        """Read what changed: these paths, or whatever did. What cannot be read keeps the edition that is served."""
        with self._busy:
            if self._stop.is_set():
                return
            try:
                self._update(None if self._behind else changed)
            except (NoLibrary, SnapshotError) as error:
                self._keep(str(error))
            except Exception as error:  # the watching must go on, whatever one file can do
                self._keep(f"the content cannot be read: {error!r}", error)

    def _update(self, changed: set[str] | None) -> None:
        self._behind = True  # until all went well
        if self._source.leads():
            _report(self._source.update(changed).faults)
        self._behind = False
        self._publish()
        self._recovered()

    def _keep(self, why: str, error: Exception | None = None) -> None:
        """Go on with the edition before, and say why: once, since it is tried again and again, and a log may be what fills the disk."""
        if why != self._said:
            log.error("the edition before is kept: %s", why, exc_info=error)
        self._said = why

    def _recovered(self) -> None:
        if self._said and not self._behind:
            log.info("the library is up to date again")
            self._said = ""

    def _publish(self) -> None:
        """Serve what the snapshot holds now, if it is another edition; else at least read it anew, which lets go of an old log."""
        before = self.current.library
        if not self._source.moved() and not self._source.long():
            return
        library = self._source.now()
        if (library.version, library.edition) != (before.version, before.edition):
            self.current = Edition.of(library, self._source.path)
            log.info("edition %s: %d articles, %d topics", library.version, library.count, len(library.topics))
        else:
            before.read_by(library.db)

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        with self._busy:
            self._source.close()

    def _watch(self) -> None:
        while not self._stop.is_set():
            if self._root and self._leads():
                self._watch_folder(self._root)
            else:
                self._watch_file()

    def _leads(self) -> bool:
        """Whether this process keeps the file up to date; one that may not even lock it sees what others put there, and says so."""
        try:
            if self._source.leads():
                return True
        except SnapshotError as error:
            self._behind = True
            self._keep(str(error))
        else:
            self._behind = False  # another process keeps it up to date
            self._recovered()
        return False

    def _watch_folder(self, root: Path) -> None:
        """Read what is saved. First whatever changed before the watching began; and again all, now and then, after it could not be written."""
        seen = 0.0
        for changes in self._changes(root, recursive=True):
            if changes is None or (self._behind and time.monotonic() - seen > _AGAIN):
                self.reload()
                seen = time.monotonic()
            elif changes:
                self.reload({path for _, path in changes})
            elif self._source.long():
                self._renew()

    def _watch_file(self) -> None:
        """See what another process puts into the file; ends when it is for this one to lead."""
        for _ in self._changes(self._source.path.parent, recursive=False):
            if self._root and self._leads():
                return
            if self._source.moved() or self._source.long():
                self._renew()

    def _changes(self, folder: Path, *, recursive: bool) -> Iterator[set[tuple[Any, str]] | None]:
        """What is saved in a folder; nothing, each second that nothing is; None where anything may have changed: where another folder stands
        there, and once more when that is watched."""
        while not self._stop.is_set():
            watching = self._until_moved(folder, recursive=recursive)
            for _ in watching:
                yield None
                yield from watching
            if not self._stop.is_set():
                yield None

    def _until_moved(self, folder: Path, *, recursive: bool) -> Iterator[set[tuple[Any, str]]]:
        """What is saved in a folder, until another one stands there, or the symbolic link leads elsewhere."""
        there = _identity(folder)
        try:
            yield from takewhile(lambda _: _identity(folder) == there, _watched(folder, self._stop, recursive=recursive))
        except OSError as error:
            self._unwatched(folder, error)

    def _unwatched(self, folder: Path, error: OSError) -> None:
        """Say why a folder is not watched, once, and let some time pass until it is looked at again."""
        why = f"{folder} cannot be watched, and is read again every {_AGAIN:.0f} seconds: {error}."
        if why != self._unseen:
            log.error("%s", why)
        self._unseen = why
        self._stop.wait(_AGAIN)

    def _renew(self) -> None:
        """Serve what the file holds now, and let go of a log that has grown long."""
        with self._busy:
            try:
                self._source.fold()  # first, so that who reads anew needs nothing of the log, and it can begin anew
                self._publish()
                self._recovered()
            except SnapshotError as error:
                self._keep(str(error))
            except Exception as error:  # the watching must go on
                self._keep(f"the library cannot be read anew: {error!r}", error)


def _watched(folder: Path, stop: threading.Event, *, recursive: bool) -> Iterator[set[tuple[Any, str]]]:
    """What is saved in a folder, as the system tells it. A folder in it that may not be read, such as lost+found, is passed over."""
    from watchfiles import watch  # noqa: PLC0415 - where nobody watches it costs no memory

    return watch(
        folder,
        debounce=50,
        step=20,
        stop_event=stop,
        rust_timeout=1000,
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=recursive,
        ignore_permission_denied=True,
    )


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder it is that stands under this name now."""
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _source(root: Path | None, snapshot: Path | None) -> Shipped:
    if root is None:
        assert snapshot is not None, "there is nothing to serve"  # noqa: S101 - settings see to it
        return Shipped(snapshot)
    return Live(root, snapshot) if snapshot else Private(root)


def _report(faults: Sequence[Fault]) -> None:
    for fault in faults[:_MOST_LOGGED]:
        log.warning("%s", fault)
    if len(faults) > _MOST_LOGGED:
        log.warning("and %d faults more; `health-widgets check` names all", len(faults) - _MOST_LOGGED)
