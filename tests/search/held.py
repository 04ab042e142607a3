"""The queries that are held out: written before the rules and the words were looked at, and measured, not tuned for.

No word of the search may be added for one of their rows. Every third row is measured at the end of a change only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.search.judging import HERE, TOPICS, Judged, lines, medlineplus, sample, searching, table_of
from widgets.search import Document


@dataclass(frozen=True)
class Corpus:
    """Documents, their language, and the held-out queries over them."""

    name: str
    language: str
    queries: str
    documents: Callable[[], Iterator[Document]]
    there: bool = True

    def find(self) -> Callable[[str], list[str]]:
        """A search over it."""
        return searching(self.documents(), self.language)


def _bare() -> Iterator[Document]:
    return (replace(document, names=()) for document in medlineplus())


def _spanish() -> Iterator[Document]:
    titles = (HERE / "topics_es.txt").read_text("utf-8").splitlines()
    return (Document(title, "article", "es", title) for title in titles)


CORPORA = (
    Corpus("MedlinePlus", "en", "held_en", medlineplus, TOPICS.is_file()),
    Corpus("MedlinePlus without other names", "en", "held_en", _bare, TOPICS.is_file()),
    Corpus("sample library", "en", "held_own", lambda: sample("en")),
    Corpus("Spanish titles alone", "es", "held_es", _spanish),
)


def held(name: str) -> list[Judged]:
    """The queries of a held-out file."""
    return [Judged(kind, query, frozenset(answers.split("|")) - {""}) for kind, query, answers in (line.split("\t") for line in lines(f"{name}.tsv"))]
