"""An edition: all that is published at one moment. Reloading makes another and swaps it in whole."""

import logging
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import watchfiles

from widgets.content.files import Fault
from widgets.content.model import Library
from widgets.content.read import Reader, read_library
from widgets.search import article_documents, create, replace, topic_documents
from widgets.sites import DEFAULT, Campaign, Site, parse_campaign, parse_site

log = logging.getLogger("widgets.content")


class NoLibrary(RuntimeError):
    """A content folder holds nothing that can be served; the text says what is missing."""


@dataclass(frozen=True, eq=False)
class Edition:
    """Library, sites and campaigns as of one reading. Compared by identity, and so a cache key."""

    library: Library
    sites: Mapping[str, Site]
    campaigns: Mapping[str, Campaign]

    @property
    def version(self) -> str:
        """A hash over every file that was read."""
        return self.library.version

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong in single files; the rest is served."""
        return self.library.faults

    @cached_property
    def index(self) -> sqlite3.Connection:
        """The search index; any thread may read it."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        create(connection)
        replace(connection, (found for topic in self.library.topics.values() for found in topic_documents(topic)))
        replace(connection, (found for article in self.library.articles.values() for found in article_documents(article)))
        connection.commit()
        return connection

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that some site offers."""
        return tuple(dict.fromkeys(language for site in self.sites.values() for language in site.file.languages))


def read_edition(reader: Reader) -> Edition:
    """Read the whole folder; raises NoLibrary when not even the default site can be read."""
    edition = read_folder(reader)
    if DEFAULT not in edition.sites:
        faults = "".join(f"\n  {fault}" for fault in edition.faults)
        raise NoLibrary(f"{reader.root.resolve()} has no usable sites/{DEFAULT}.toml; copy the sample one and change it.{faults}")
    return edition


def read_folder(reader: Reader) -> Edition:
    """Read the whole folder, whatever can be read of it."""
    reader.begin()
    sites = {path.stem: site for path in reader.files("sites/*.toml") if (site := reader.load(path, parse_site))}
    campaigns = {path.stem: c for path in reader.files("campaigns/*.toml") if (c := reader.load(path, parse_campaign))}
    return Edition(read_library(reader), sites, campaigns)


class Editions:
    """The current edition of one content folder; `current` is swapped whole, so no answer mixes two."""

    def __init__(self, root: Path, *, watch: bool = True) -> None:
        self._reader = Reader(root)
        self._stop = threading.Event()
        self.current = read_edition(self._reader)
        self._report(())
        if watch:
            threading.Thread(target=self._watch, name="health-widgets-content", daemon=True).start()

    def reload(self) -> None:
        """Read what changed. An unreadable folder keeps the edition that is served."""
        before = self.current
        try:
            edition = read_edition(self._reader)
        except NoLibrary as error:
            log.error("%s The edition before is kept.", error)
            return
        except Exception:  # the watching must go on, whatever one file can do
            log.exception("the content cannot be read; the edition before is kept")
            return
        if (edition.version, edition.faults) != (before.version, before.faults):
            self.current = edition
            log.info("edition %s: %d articles, %d topics", edition.version, len(edition.library.articles), len(edition.library.topics))
        self._report(before.faults)

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()

    def _report(self, before: tuple[Fault, ...]) -> None:
        for fault in self.current.faults:
            if fault not in before:
                log.warning("%s", fault)

    def _watch(self) -> None:
        for _ in watchfiles.watch(self._reader.root, debounce=50, step=20, stop_event=self._stop, rust_timeout=1000, yield_on_timeout=False):
            self.reload()
