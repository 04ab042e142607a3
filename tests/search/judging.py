"""The judged queries, and how a search does on them: as a table, and as figures that the tests hold it to.

A query counts as found in the first k where any of the pages that answer it is among the first k results. Macro figures are the mean
over the classes of queries, nonsense left out, which is to be unanswered.
"""

import html
import lzma
import random
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from widgets.edition import read_folder
from widgets.search import Document, article_documents, create, search
from widgets.search import replace as index
from widgets.search.danger import danger

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOPICS = ROOT.parent / "shared" / "data" / "medlineplus" / "mplus_topics_en_2025-10.rebuilt.xml.xz"
"""All English health topics of MedlinePlus, which stand beside the repository, not in it."""
_LETTERS = "abcdefghilmnoprstuy"


@dataclass(frozen=True)
class Judged:
    """A query, its class, and the pages that answer it."""

    kind: str
    query: str
    answers: frozenset[str]


@dataclass(frozen=True)
class Figures:
    """How often an answer is first, or among the first five, and the mean of 1 / rank; for nonsense, how often nothing is found."""

    count: int
    first: float
    five: float
    mrr: float


def judged(name: str, of: str = "judged") -> list[Judged]:
    """The queries of `judged_<name>.tsv`, or of another file of that form."""
    lines = (line.split("\t") for line in _lines(f"{of}_{name}.tsv"))
    return [Judged(kind, query, frozenset(answers.split("|")) - {""}) for kind, query, answers in lines]


def held(name: str) -> list[Judged]:
    """Queries that were written before the rules and words were looked at, none of which may be tuned for."""
    return judged(name, "held")


def dangers(name: str = "danger") -> list[tuple[str, str]]:
    """What each of the queries of `danger.tsv`, or of another such file, means, and the query."""
    return [(kind, query) for kind, query in (line.split("\t") for line in _lines(f"{name}.tsv"))]


def _lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def medlineplus() -> Iterator[Document]:
    """The health topics, by title."""
    with lzma.open(TOPICS) as file:
        for topic in ElementTree.parse(file).getroot():
            title, body = topic.get("title", ""), re.sub("<[^>]+>", " ", topic.findtext("full-summary") or "")
            names = tuple(name.text or "" for name in topic.findall("also-called"))
            yield Document(title, "article", "en", title, names, topic.get("meta-desc", ""), html.unescape(body))


def nameless() -> Iterator[Document]:
    """The health topics without their other names, as a library that has none."""
    return (replace(topic, names=()) for topic in medlineplus())


def titles() -> Iterator[Document]:
    """Spanish titles alone: another library, which has neither other names nor texts."""
    return (Document(title, "article", "es", title) for title in _lines("topics_es.txt"))


def sample(language: str) -> Iterator[Document]:
    """The sample library's articles in one language, by slug."""
    for article in read_folder(ROOT / "content").library.articles.values():
        for document in article_documents(article.slug, article.texts.values()):
            if document.language == language:
                yield Document(article.slug, "article", language, document.title, document.names, document.summary, document.body)


def searching(documents: Iterable[Document], language: str) -> Callable[[str], list[str]]:
    """A search over the documents: the keys that a query finds, best first."""
    connection = sqlite3.connect(":memory:")
    create(connection)
    index(connection, documents)
    return lambda query: [hit.key for hit in search(connection, [language], query).hits]


def rate(find: Callable[[str], list[str]], queries: Iterable[Judged]) -> dict[str, Figures]:
    """The figures of each class, and of all classes but nonsense as `macro`."""
    ranks: dict[str, list[int]] = {}
    for one in queries:
        found = find(one.query)
        rank = min((found.index(key) for key in one.answers if key in found), default=99)
        ranks.setdefault(one.kind, []).append(rank if one.answers else 0 if not found else 99)
    figures = {kind: _figures(of) for kind, of in ranks.items()}
    sensible = [of for kind, of in figures.items() if kind != "nonsense"]
    mean = [sum(getattr(of, name) for of in sensible) / len(sensible) for name in ("first", "five", "mrr")]
    return figures | {"macro": Figures(sum(of.count for of in sensible), *mean)}


def _figures(ranks: list[int]) -> Figures:
    n = len(ranks)
    return Figures(n, sum(r < 1 for r in ranks) / n, sum(r < 5 for r in ranks) / n, sum(1 / (r + 1) for r in ranks if r < 20) / n)


def typos(documents: list[Document], count: int, seed: int = 7) -> list[Judged]:
    """Titles and other names with one letter more, less, other, or two changed round; each of a name's owners answers."""
    made = random.Random(seed)
    owners: dict[str, set[str]] = {}
    for document in documents:
        for name in (document.title, *document.names):
            owners.setdefault(name.lower(), set()).add(document.key)
    names = made.sample([name for name in owners if len(name) > 4], count)
    return [Judged("typo", _mistyped(made, name), frozenset(owners[name])) for name in names]


def _mistyped(made: random.Random, name: str) -> str:
    at = made.randrange(1, len(name) - 1)
    letter = made.choice(_LETTERS)
    return made.choice(
        [
            name[:at] + letter + name[at:],
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        ]
    )


def halves(queries: list[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Those that were looked at while the rules were made, and those that were not."""
    return queries[::2], queries[1::2]


def held_parts(queries: list[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Those whose failures were looked at, and every third, which was only counted."""
    return [one for n, one in enumerate(queries, 1) if n % 3], queries[2::3]


def table() -> Iterator[str]:
    """The figures, line by line."""
    yield f"{'':34}{'queries':>8}{'first':>8}{'in 5':>8}{'MRR':>8}"
    if TOPICS.is_file():
        yield from _english(list(medlineplus()))
    for name, language, documents, queries in (("Spanish", "es", sample("es"), judged("es")), ("sample, held out", "en", sample("en"), held("own")),
                                               ("Spanish titles, held out", "es", titles(), held("es"))):  # fmt: skip
        yield from _rows(name, rate(searching(documents, language), queries))
    for of in ("danger", "held_danger"):
        for what, wanted in (("phrases of danger", True), ("ordinary searches", False)):
            said = [query for kind, query in dangers(of) if bool(kind) == wanted]
            yield f"{of}: line on {sum(bool(danger(query, 'en')) for query in said)} of {len(said)} {what}"


def _english(topics: list[Document]) -> Iterator[str]:
    find = searching(topics, "en")
    for half, queries in zip(("looked at", "unseen"), halves(judged("en")), strict=True):
        yield from _rows(f"MedlinePlus, {half}", rate(find, queries))
    yield from _rows("MedlinePlus", {"typos in names": rate(find, typos(topics, 500))["typo"]})
    bare = searching(nameless(), "en")
    for part, queries in zip(("looked at", "counted"), held_parts(held("en")), strict=True):
        yield from _rows(f"held out, {part}", rate(find, queries))
        yield from _rows(f"no other names, {part}", {"macro": rate(bare, queries)["macro"]})
    yield from _rows("drawn by lot", {"lay": rate(find, held("drawn"))["lay"]})


def _rows(of: str, figures: dict[str, Figures]) -> Iterator[str]:
    for kind, one in figures.items():
        name = "nonsense (unanswered)" if kind == "nonsense" else kind
        more = "" if kind == "nonsense" else f"{one.five:8.2f}{one.mrr:8.2f}"
        yield f"{of + ': ' + name:44}"[:44] + f"{one.count:6}{one.first:8.2f}{more}"
