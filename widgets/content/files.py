"""One content file: its text, the values in it, and where in it a fault stands."""

import difflib
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from errno import EFBIG, EINVAL
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import tomli

T = TypeVar("T")
Level = Literal["error", "warning", "note"]

MOST = 4 << 20
"""Bytes of a content file: fifty times the longest article of MedlinePlus, and little enough to be held in memory."""

FENCE = "+++"
_FENCE = re.compile(r"\+\+\+(?<!.\+\+\+)[^\S\n]*$", re.MULTILINE)  # on a line of its own; what it begins with is fast to look for

_MEANINGS: dict[str, str] = {}


def pattern(regex: str, wrong: str, *, min_length: int | None = None, max_length: int | None = None) -> msgspec.Meta:
    """The constraint that the whole of a text matches; `wrong` says in an editor's words what is wrong with one that does not."""
    whole = rf"^(?:{regex})\Z"  # $ alone lets an end of line pass, which then breaks a header
    _MEANINGS[whole] = wrong
    return msgspec.Meta(pattern=whole, min_length=min_length, max_length=max_length)


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a content file: where, what, and what would be right."""

    path: str
    line: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level}: {self.message}"


class ContentError(ValueError):
    """A content file cannot be used; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class ContentFile:
    """A content file's text, known by its path inside the content folder."""

    name: str
    text: str

    @classmethod
    def read(cls, root: Path, path: Path) -> "ContentFile":
        """Read `path`; raises ContentError when it is not UTF-8 text or cannot be opened."""
        return cls.named(root, path.relative_to(root).as_posix())

    @classmethod
    def named(cls, root: Path, name: str) -> "ContentFile":
        """Read the file of this name; raises ContentError when it is not UTF-8 text or cannot be opened."""
        data = b""
        try:
            data = _data(f"{root}/{name}")
            text = data.decode()
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise ContentError(Fault(name, line, "is not UTF-8 text; save it as UTF-8.")) from error
        except OSError as error:
            raise ContentError(Fault(name, 1, f"cannot be read: {error.strerror}.")) from error
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        return cls(name, text.removeprefix("\ufeff"))

    def fault(self, message: str, *where: str | int, level: Level = "error") -> Fault:
        """A fault at the key that `where` leads to, e.g. `"sources", 0, "url"`."""
        return Fault(self.name, self.line_of(*where), message, level)

    def fault_of(self, value: str, message: str, *where: str | int, level: Level = "error") -> Fault:
        """A fault at one of the words that the key holds, e.g. a slug in a list over several lines."""
        key = self._position(*where)
        quoted = max(self.text.find(f'"{value}"', key), self.text.find(f"'{value}'", key))
        return Fault(self.name, self.line_at(max(quoted, key)), message, level)

    def line_at(self, position: int) -> int:
        """The line that the character at `position` stands on."""
        return self.text.count("\n", 0, position) + 1

    def line_of(self, *where: str | int) -> int:
        """The line of the TOML key that `where` leads to; as near as can be found."""
        return self.line_at(self._position(*where))

    def _position(self, *where: str | int) -> int:
        position = 0
        for step, after in zip(where, [*where, None][1:], strict=True):
            if isinstance(step, int):
                continue
            key = re.compile(rf'^[ \t]*(?:\[+\s*(?:[\w".-]+\.)?)?"?{re.escape(step)}"?\s*[\]=.]', re.MULTILINE)
            found = list(key.finditer(self.text, position))
            if found:
                position = found[min(after if isinstance(after, int) else 0, len(found) - 1)].start()
        return position

    def front_matter(self) -> tuple["ContentFile", "ContentFile"]:
        """The TOML between the `+++` lines and the Markdown after them, each keeping its line numbers."""
        text = self.text
        first = _FENCE.search(text)
        second = first and _FENCE.search(text, first.end())
        if not first or not second or text[: first.start()].strip():
            raise ContentError(self.fault(f"has no front matter; begin with a line {FENCE}, TOML, and a line {FENCE}."))
        head, body = text[first.end() + 1 : second.start() - 1], text[second.end() + 1 :]
        return (
            ContentFile(self.name, "\n" * self.line_at(first.end()) + head),
            ContentFile(self.name, "\n" * self.line_at(second.end()) + body.rstrip() + "\n"),
        )

    def load(self, schema: type[T]) -> T:
        """The file's TOML as a `schema` object; raises ContentError naming line and key."""
        try:
            table = tomli.loads(self.text)
            return msgspec.convert(table, schema, builtin_types=(date, datetime, time))
        except tomli.TOMLDecodeError as error:
            message, _, line = str(error).partition(" (at line ")
            number = int(line.split(",")[0]) if line else self.text.count("\n") + 1
            raise ContentError(Fault(self.name, number, f"is not TOML: {message}.")) from error
        except RecursionError as error:
            raise ContentError(self.fault("is not TOML that can be read: it is nested too deeply.")) from error
        except msgspec.ValidationError as error:
            raise ContentError(self._schema_fault(str(error), schema)) from error
        except ValueError as error:  # Python reads no number of more digits than 4,300
            raise ContentError(self.fault("is not TOML that can be read: a number in it is far too long.")) from error

    def _schema_fault(self, text: str, schema: type) -> Fault:
        """msgspec's sentence and path as a fault, with near matches for a misspelt key."""
        message, _, path = text.partition(" - at `")
        where = [int(n) if n else key for key, n in re.findall(r"\.([\w-]+)|\[(\d+)\]", path)]
        if meaning := next((wrong for regex, wrong in _MEANINGS.items() if message.endswith(repr(regex))), ""):
            message = f"a key {meaning}" if path.startswith("key") else meaning  # which one is not told
        elif path.startswith("key") and (key := re.search(r"'(.+)'", message)):
            where.append(key[1])
        if (key := re.match(r"([\w-]+): ", message)) and key[1] in _keys(schema, where):  # a schema's own check names its key
            where, message = [*where, key[1]], message[key.end() :]
        unknown = re.search(r"unknown field `([^`]+)`", message)
        if unknown:
            near = difflib.get_close_matches(unknown[1], _keys(schema, where), 1)
            hint = meant(near) if near else f"; known: {', '.join(_keys(schema, where))}."
            return self.fault(f"there is no key {unknown[1]}{hint}", *where, unknown[1])
        spot = ".".join(str(step) for step in where)
        return self.fault(f"{spot}: {message}." if spot else f"{message}.", *where)


def _data(path: str) -> bytes:
    """A file's bytes. What is no file, such as a pipe, would keep us waiting, and all that is saved after it."""
    with open(path, "rb", buffering=0, opener=_open) as file:  # a third of Path.open's time, and there may be 300,000 files
        there = os.fstat(file.fileno())
        if not stat.S_ISREG(there.st_mode):
            raise OSError(EINVAL, "it is a pipe or a device")
        if there.st_size > MOST:
            raise OSError(EFBIG, f"it has more than {MOST >> 20} MB")
        return file.read()


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def is_missing(path: Path) -> bool:
    """Whether there is no such file, as far as that can be told: where it may not be looked at, reading tells of it."""
    try:
        return not path.exists()
    except PermissionError:
        return False


def meant(near: Sequence[str]) -> str:
    """The end of a message about an unknown name: the names that it may have meant."""
    return f"; did you mean {' or '.join(near)}?" if near else "."


def _keys(schema: Any, where: list[str | int]) -> list[str]:
    """The keys a table may have, at `where` inside `schema`."""
    for step in where:
        fields = {f.encode_name: f.type for f in _fields(schema)}
        schema = schema if isinstance(step, int) else fields.get(step, schema)
        inner = [kind for kind in getattr(schema, "__args__", ()) if _fields(kind)]
        schema = inner[-1] if inner else schema
    return [f.encode_name for f in _fields(schema)]


def _fields(schema: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    is_struct = isinstance(schema, type) and issubclass(schema, msgspec.Struct)
    return msgspec.structs.fields(schema) if is_struct else ()
