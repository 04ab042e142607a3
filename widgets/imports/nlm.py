"""NLM's health-topics XML, topic by topic: https://medlineplus.gov/xml.html (schema of 2012 to 2026).

Expat reads it as a stream. The external DTD is never fetched, no entity is ever expanded, and
an element that the schema does not know refuses the file: its text may have moved there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from widgets.imports.report import Refused
from widgets.imports.words import folded

MOST_TOPICS = 20_000
MOST_CHARACTERS = 1_000_000
"""Of one topic; the longest real one has 60,000."""
WHOLE = "get the whole file from https://medlineplus.gov/xml.html"

CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"health-topics"}),
    "health-topics": frozenset({"health-topic"}),
    "health-topic": frozenset(
        {"also-called", "full-summary", "group", "language-mapped-topic", "mesh-heading", "other-language"}
        | {"primary-institute", "related-topic", "see-reference", "site"}
    ),
    "mesh-heading": frozenset({"descriptor", "qualifier"}),
    "site": frozenset({"information-category", "organization", "standard-description"}),
}
"""The elements that may stand in each element; in all others stands text."""


@dataclass
class Node:
    """An element: its attributes, its text, the elements in it."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        """The elements of this name in it."""
        return [child for child in self.children if child.name == name]

    def get(self, attribute: str) -> str:
        """An attribute's value, white space folded; "" for none."""
        return folded(self.attributes.get(attribute, ""))

    @property
    def words(self) -> str:
        """The text, white space folded."""
        return folded(self.text)


class Topics:
    """The topics of one file, as they come, and what its root says of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: dict[str, str] = {}
        self._open: list[Node] = []
        self._done: list[Node] = []
        self._size = self._count = 0
        self._parser = expat.ParserCreate()
        self._handlers()

    def read(self, pieces: Iterable[bytes]) -> Iterator[Node]:
        """The `health-topic` elements; raises Refused at the first place that is not as it must be."""
        try:
            for piece in pieces:
                self._parser.Parse(piece)
                yield from self._taken()
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused(f"{self.name}:{error.lineno}: is not XML: {expat.ErrorString(error.code)}; {WHOLE}.") from error
        except (LookupError, ValueError) as error:  # of an encoding
            if isinstance(error, Refused):
                raise
            raise Refused(f"{self.name}: is in an encoding that cannot be read: {error}; save it as UTF-8.") from error
        yield from self._taken()
        if not self._count:
            raise Refused(f"{self.name}: holds no health-topic; {WHOLE}.")

    def _taken(self) -> list[Node]:
        done, self._done = self._done, []
        return done

    def _handlers(self) -> None:
        parser = self._parser
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._entity

    def _refuse(self, message: str) -> None:
        raise Refused(f"{self.name}:{self._parser.CurrentLineNumber}: {message}")

    def _entity(self, name: str, *_: object) -> None:
        self._refuse(f"names the entity {name}; entities are not expanded.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        inside = self._open[-1].name if self._open else ""
        if name not in CHILDREN.get(inside, ()):
            self._unknown(name, inside)
        node = Node(name, attributes, self._parser.CurrentLineNumber)
        if inside not in {"", "health-topics"}:
            self._open[-1].children.append(node)
        self._open.append(node)
        self._count_size(sum(map(len, attributes.values())) + 100)
        self.root = self.root or dict(attributes)

    def _unknown(self, name: str, inside: str) -> None:
        if not inside:
            self._refuse(f"the root is <{name[:50]}>; NLM's health topics begin with <health-topics>.")
        self._refuse(f"<{name[:50]}> inside <{inside}> is of a schema that is not known here; look for a newer health-widgets.")

    def _characters(self, data: str) -> None:
        self._count_size(len(data))
        inside = self._open[-1]
        if inside.name not in CHILDREN:
            inside.text += data
        elif data.strip():
            self._refuse(f"there is text right inside <{inside.name}>, where elements belong.")

    def _count_size(self, size: int) -> None:
        self._size += size
        if self._size > MOST_CHARACTERS:
            self._refuse(f"a topic holds more than {MOST_CHARACTERS} characters.")

    def _end(self, name: str) -> None:
        node = self._open.pop()
        if name != "health-topic":
            return
        self._done.append(node)
        self._size, self._count = 0, self._count + 1
        if self._count > MOST_TOPICS:
            self._refuse(f"holds more than {MOST_TOPICS} topics.")
