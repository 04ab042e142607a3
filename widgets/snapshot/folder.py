"""What stands in a content folder, as far as the file system tells without opening a file."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from widgets.content.files import Fault
from widgets.content.model import SLUG

Signature = tuple[int, int, int]
"""When a file was changed, in nanoseconds, its bytes, its inode: a file with the same three is not read again."""

UNREAD: Signature = (0, 0, 0)
"""Of a file that cannot be looked at."""

KINDS = ("sites", "campaigns", "topics")
"""The folders of single TOML files, in the order in which they are read."""
SHARED = "article.toml"
_SLUG = re.compile(SLUG)
_MISSING = (FileNotFoundError, NotADirectoryError)


def tables(root: Path, kind: str) -> dict[str, Signature]:
    """The TOML files of one kind, by their path inside the folder. Raises OSError where there is a folder that cannot be read."""
    return dict(sorted(_files(root, kind, lambda name: name.endswith(".toml"))))


def article(root: Path, slug: str, known: dict[str, Signature]) -> dict[str, Signature]:
    """The files of one article, by their path inside the folder; none where it is no article, and those `known` where it cannot be read."""
    try:
        found = dict(sorted(_files(root, f"articles/{slug}", lambda name: name == SHARED or name.endswith(".md"))))
    except OSError:  # reading the file then says so
        return known | {f"articles/{slug}/{SHARED}": UNREAD}
    return found if f"articles/{slug}/{SHARED}" in found else {}


def articles(root: Path) -> list[str]:
    """The names of all folders below articles/, in order. Raises OSError where there is a folder that cannot be read."""
    try:
        return sorted(os.listdir(root / "articles"))  # noqa: PTH208 - names alone, for there may be 100,000
    except _MISSING:
        return []


def is_slug(name: str) -> bool:
    """Whether a name can be an address."""
    return _SLUG.fullmatch(name) is not None


def bad_name(path: str, name: str) -> Fault:
    """The fault of a name that cannot be an address."""
    return Fault(path, 1, f"{name!r} cannot be an address; use a to z, 0 to 9 and single hyphens.")


def touched(root: Path, paths: set[str]) -> tuple[set[str], set[str]] | None:
    """The kinds and the articles that changed paths belong to; None where that cannot be told."""
    kinds, slugs = set(), set()
    for path in paths:
        try:
            parts = Path(path).relative_to(root).parts
        except ValueError:
            return None
        if len(parts) < 2:
            return None  # a whole folder came or went
        if parts[0] == "articles":
            slugs.add(parts[1])
        elif parts[0] in KINDS:
            kinds.add(parts[0])
    return kinds, slugs


def _files(root: Path, folder: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Signature]]:
    try:
        with os.scandir(f"{root}/{folder}") as entries:
            for entry in entries:
                if wanted(entry.name) and not entry.name.startswith("."):
                    yield f"{folder}/{entry.name}", _signature(entry)
    except _MISSING:
        return


def _signature(entry: "os.DirEntry[str]") -> Signature:
    try:
        stat = entry.stat()
    except OSError:
        return UNREAD
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
