"""The search: how well it finds what the judged queries want, and what a search and an indexed article cost."""

import random
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator

from bench import at_least, at_most
from tests.search import judging
from widgets.search import Document, create, danger, replace, search

SIZES = (1_000, 10_000, 100_000)
BOUNDS = {1_000: (3, 10), 10_000: (8, 20), 100_000: (25, 100)}
"""Milliseconds of processor time a query at most, p50 and p99."""
WORDS = 700
"""Words of a text: about 6 KB."""


class Generated:
    """A library of made-up words, as often as words are: the n-th most frequent one 1/n as often as the first."""

    def __init__(self, seed: int = 5) -> None:
        self.random = random.Random(seed)
        onsets, ends = re.findall(r"\w+", "b br c ch d f g h l m n p pr r s st t tr v"), re.findall(r"\w+", "a e i o u ar en is on al")
        syllables = [onset + end for onset in onsets for end in ends]
        self.words = list(dict.fromkeys("".join(self.random.choices(syllables, k=self.random.choice((2, 2, 3, 3, 4)))) for _ in range(40_000)))
        self.cumulated = [0.0]
        for n in range(1, len(self.words) + 1):
            self.cumulated.append(self.cumulated[-1] + 1 / (n + 2))

        self.pieces = [self.text(WORDS // 5) for _ in range(1000)]

    def text(self, size: int) -> str:
        """Running text."""
        return " ".join(self.random.choices(self.words, cum_weights=self.cumulated[1:], k=size))

    def name(self) -> str:
        """Two or three words of the middle of the list."""
        return " ".join(self.words[int(200 * 100 ** self.random.random())] for _ in range(self.random.choice((1, 2, 2, 3))))

    def documents(self, count: int) -> Iterator[Document]:
        """Articles with a title, two other names, a summary and a text."""
        for n in range(count):
            yield Document(
                f"article:{n}",
                "article",
                "en",
                self.name(),
                (self.name(), self.name()),
                self.text(15),
                " ".join(self.random.choices(self.pieces, k=5)),
            )

    def queries(self, names: list[str], count: int) -> list[str]:
        """Names as they stand, begun, misspelt, in part, as a question; and words of texts."""
        made = []
        for n in range(count):
            name = self.random.choice(names)
            at = self.random.randrange(1, len(name) - 1)
            misspelt = name[:at] + self.random.choice("aeiorstln") + name[at + 1 :]
            ways = (
                name,
                name[: max(3, at)],
                misspelt,
                "what is " + name,
                name.split()[0],
                self.text(2),
                name[:at] + name[at + 1 :],
                "symptoms of " + misspelt,
            )
            made.append(ways[n % len(ways)])
        return made


def cost(count: int) -> None:
    """Print what an article costs the index, and a search, in processor time."""
    made = Generated()
    connection = sqlite3.connect(":memory:" if count < 50_000 else "")
    create(connection)
    names, spent = [], 0.0
    documents = made.documents(count)
    while batch := [document for _, document in zip(range(500), documents, strict=False)]:
        start = time.process_time()
        replace(connection, batch)
        spent += time.process_time() - start
        names += [name for document in batch for name in (document.title, *document.names)]
    connection.commit()
    search(connection, ["en"], "what is beginnnig")  # reads the words of the language
    times = [_timed(connection, query) for query in made.queries(names, 800)]
    size = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    one = _changed(connection, next(made.documents(1)))
    print(f"\n{count:,} articles: index {spent / count * 1e3:.3f} ms each, {size / count / 1024:.1f} KB each, one changed {one:.2f} ms")
    _bounded(times, count)


def real() -> None:
    """Print what the judged queries cost over the topics that they are judged by."""
    connection = sqlite3.connect(":memory:")
    create(connection)
    replace(connection, judging.medlineplus())
    queries = [one.query for one in (*judging.judged("en"), *judging.held("en"), *judging.held("drawn"))]
    search(connection, ["en"], "what is beginnnig")
    print(f"\nMedlinePlus, {len(queries)} judged queries")
    _bounded([min(_timed(connection, query) for _ in range(3)) for query in queries], 1000)


def _bounded(times: list[float], size: int) -> None:
    """Print the median and the worst but one in a hundred, with their bounds for a library of that size."""
    times = sorted(times)
    p50, p99 = BOUNDS.get(size, BOUNDS[SIZES[-1]])
    at_most("CPU a query, p50", statistics.median(times), p50, " ms")
    at_most("CPU a query, p99", times[int(len(times) * 0.99)], p99, " ms")
    print(f"        the worst {times[-1]:.2f} ms")


def quality() -> None:
    """Print what is found of the judged queries, with its bounds."""
    if judging.TOPICS.is_file():
        topics = list(judging.medlineplus())
        find = judging.searching(topics, "en")
        english = judging.rate(find, judging.judged("en"))
        _found("MedlinePlus", english["macro"])
        at_least("misspelled: in the first five", english["misspelled"].five, 0.97)
        at_least("lay words: in the first five", english["lay"].five, 0.75)
        at_least("nonsense unanswered", english["nonsense"].first, 0.80)
        at_least("typos in names: in the first five", judging.rate(find, judging.typos(topics, 500))["typo"].five, 0.98)
        _found("MedlinePlus, held out", judging.rate(find, judging.held("en"))["macro"])
    spanish = judging.rate(judging.searching(judging.sample("es"), "es"), judging.judged("es"))
    at_least("Spanish: in the first five", spanish["macro"].five, 0.90)
    shown = [(bool(kind), bool(danger(query, "en"))) for kind, query in judging.dangers()]
    meant, others = ([line for wanted, line in shown if wanted is sign] for sign in (True, False))
    at_least("phrases of danger: share with the line", sum(meant) / len(meant), 1)
    at_most("ordinary searches: share with the line", sum(others) / len(others), 0.05)


def _found(of: str, figures: judging.Figures) -> None:
    at_least(f"{of}: first", figures.first, 0.81)
    at_least(f"{of}: in the first five", figures.five, 0.92)
    at_least(f"{of}: MRR", figures.mrr, 0.86)


def _timed(connection: sqlite3.Connection, query: str) -> float:
    start = time.process_time()
    search(connection, ["en"], query)
    return (time.process_time() - start) * 1e3


def _changed(connection: sqlite3.Connection, document: Document) -> float:
    """Milliseconds for one changed article."""
    start = time.process_time()
    replace(connection, [document])
    connection.commit()
    return (time.process_time() - start) * 1e3


def main() -> None:
    """Print the table of what is found, and each figure with its bound."""
    for line in judging.table():
        print(line)
    print()
    quality()
    if judging.TOPICS.is_file():
        real()
    for count in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        cost(count)


if __name__ == "__main__":
    main()
