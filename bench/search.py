"""The search: how well it finds what the judged queries want, and what a search and an indexed article cost."""

import random
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator

from tests.search.judging import table
from widgets.search import Document, create, replace, search

SIZES = (1_000, 10_000, 100_000)
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
    times = sorted(_timed(connection, query) for query in made.queries(names, 800))
    size = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    one = _changed(connection, next(made.documents(1)))
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"{count:9,}{spent / count * 1e3:14.3f}{one:14.2f}{size / count / 1024:12.1f}{p50:10.2f}{p99:10.2f}{times[-1]:10.2f}")


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
    """Print both tables."""
    for line in table():
        print(line)
    print()
    print(f"{'articles':>9}{'index ms each':>14}{'one changed':>14}{'KB each':>12}{'p50 ms':>10}{'p99 ms':>10}{'most':>10}")
    for count in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
        cost(count)


if __name__ == "__main__":
    main()
