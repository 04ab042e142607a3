"""The bytes of a file, plain or compressed, piece by piece and never more than a limit."""

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import IO

from widgets.imports.report import Refused

PIECE = 1 << 16
MOST_BYTES = 128 << 20
"""How much a file may hold when it is unpacked; NLM's holds 29 MB."""
_XZ_MEMORY = 128 << 20
_MAC = "__MACOSX/"
"""Where a Mac puts a second file for each one in a .zip."""

_BROKEN = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
"""What the standard library raises on broken, encrypted or unknown archives."""


def pieces(path: Path, most: int = MOST_BYTES) -> Generator[bytes, None, None]:
    """The file's bytes; a .zip, .xz or .gz is known by its first bytes and unpacked. Raises Refused."""
    if not path.is_file():
        raise Refused(f"{path.name}: is a pipe or a device, and no file; save what comes out of it as a file.")
    total = 0
    try:
        for piece in _unpacked(path):
            total += len(piece)
            if total > most:
                raise Refused(f"{path.name}: holds more than {most >> 20} MB when it is unpacked; NLM's file holds about 30.")
            yield piece
    except _BROKEN as error:
        raise Refused(f"{path.name}: cannot be read: {str(error).rstrip('.') or type(error).__name__}.") from error
    if not total:
        raise Refused(f"{path.name}: is empty.")


def _unpacked(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        magic = file.read(6)
        file.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield from _read(unpacked)
        elif magic == b"\xfd7zXZ\x00":
            yield from _from_xz(_read(file))
        elif magic.startswith(b"PK"):
            yield from _from_zip(file, path.name)
        else:
            yield from _read(file)


def _read(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _from_xz(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Unpacked by hand, because `lzma.open` takes no limit of memory, and a header may ask for 4 GB."""
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    for piece in packed:
        data = piece
        while data or not (decompressor.needs_input or decompressor.eof):
            if decompressor.eof:  # one stream after another is a file too
                decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            yield decompressor.decompress(data, PIECE)
            data = decompressor.unused_data
    if not decompressor.eof:
        raise EOFError("it ends in the middle")


def _from_zip(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The one XML file in a .zip; it is read in place, so the names in it lead nowhere."""
    with zipfile.ZipFile(file) as archive:
        found = [member for member in archive.infolist() if member.filename.lower().endswith(".xml") and not member.filename.startswith(_MAC)]
        if len(found) != 1:
            raise Refused(f"{name}: holds {len(found)} XML files; it must hold one.")
        with archive.open(found[0]) as member:
            yield from _read(member)
