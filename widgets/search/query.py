"""Finding: a query and an index to hits, best first."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from widgets.search.danger import danger
from widgets.search.index import sqlite_stems, suffix
from widgets.search.marks import Sought
from widgets.search.reading import Reading, Term, named, readings
from widgets.search.spelling import distance
from widgets.search.vocabulary import Readable, Vocabulary
from widgets.search.words import cut, speech

LEAST = 0.42
"""Below this score nothing is an answer."""
_LEAST_OF_PART = 0.22
"""Below this score nothing is an answer, even where all that was asked is of this library's world and no page says it all."""
_NEAR_BEST = 0.35
_ENOUGH = 8
_CLOSE = 8
_GUESSED = 0.9
"""How much less a page counts that the corrected words find."""
_SURE, _LONG_NAME = 0.95, 12
_COLUMNS = "n.id, n.document, n.text, n.stems, n.is_title, n.folded"
_FEW, _SOME, _WHOLE = 3, 0.7, 0.6
_SHORT_NAME = 4
"""Names of no more letters than this are too often other words to be looked for among others."""
_MOST_NAMES, _MOST_TEXTS = 60, 60
_MOST_READ = 2000
"""How many matches are rated: what matches more is no answer, and must not cost more."""


@dataclass(frozen=True)
class Hit:
    """A document that was found."""

    key: str
    kind: str
    language: str
    title: str
    name: str
    """The other name by which it was found; "" where the title says it."""
    score: float
    """From 0 up; 1 is a name as it stands."""
    sought: Sought
    """What was looked for, to mark it."""


@dataclass(frozen=True)
class Found:
    """What a search found."""

    hits: tuple[Hit, ...] = ()
    did_you_mean: str = ""
    """The query with its spelling corrected; "" where there is nothing to correct, or nothing was found for it either."""
    more: bool = False
    """Whether there are more hits than asked for."""


@dataclass
class _Score:
    name: float = 0.0
    text: float = 0.0
    called: str = ""
    reading: Reading | None = None
    matched: frozenset[str] = frozenset()
    """The stems of the name that was matched."""

    @property
    def total(self) -> float:
        """A text adds to a name, but never as much as makes it more than a title that is what was asked."""
        lifted = min(self.name + 0.12 * self.text, 1 + 0.02 * self.text)
        return max(self.name, lifted, 0.6 * self.text)


def ready(connection: Readable) -> None:
    """Make the tables of the languages that an index is in, so that the first reader need not wait for them; one makes them once a process."""
    for (language,) in connection.execute("SELECT language FROM search_language WHERE documents > 0").fetchall():
        speech(language).ready()
    danger("ready", "en")


def search(connection: Readable, languages: Sequence[str], query: str, limit: int = 20, allowed: Callable[[Hit], bool] = lambda hit: True) -> Found:
    """Documents that answer the query, best first, in the first language; those that it lacks, in the next.

    `allowed` says what may be shown; it is asked of no more than is needed. Where the first language has nothing at all, the words of
    the others are understood too, and the hits are in those.
    """
    have = {language for (language,) in connection.execute("SELECT language FROM search_language WHERE documents > 0")}
    hits: list[Hit] = []
    corrected = ""
    for n, language in enumerate(languages):
        if language in have and cut(query):
            vocabulary = Vocabulary(connection, speech(language))
            scores = _Search(vocabulary, query).scores()
            if hits:  # a word that the first language knows is not misspelt in the next
                scores = {number: score for number, score in scores.items() if not (score.reading and score.reading.shown)}
            elif corrected := _corrected(scores):
                _add(scores, _Search(vocabulary, corrected).scores())
            rows = _documents(connection, scores, languages[:n] if hits else ())
            hits += [_hit(row, scores[row[0]]) for row in rows]
    shown = list(islice((hit for hit in sorted(hits, key=lambda hit: -hit.score) if allowed(hit)), limit + 1))
    return Found(tuple(shown[:limit]), corrected if shown else "", len(shown) > limit)


def _corrected(scores: dict[int, _Score]) -> str:
    """The corrected words by which the best was found."""
    best = max(scores.values(), key=lambda score: score.total, default=None)
    return best.reading.meant(best.matched) if best and best.reading else ""


def _add(scores: dict[int, _Score], corrected: dict[int, _Score]) -> None:
    """Count what the corrected words find too, so that following them never shows more."""
    for number, score in corrected.items():
        score.name, score.text = score.name * _GUESSED, score.text * _GUESSED
        scores[number] = max(score, scores.get(number, score), key=lambda one: one.total)


def _documents(connection: Readable, scores: dict[int, _Score], before: Sequence[str]) -> list[tuple[int, str, str, str, str]]:
    """Number, key, kind, language, title of the scored documents that no language before has too."""
    marks, others = ",".join("?" * len(scores)), ",".join("?" * len(before))
    none_before = f" AND NOT EXISTS (SELECT 1 FROM search_document o WHERE o.key = d.key AND o.language IN ({others}))" if before else ""  # noqa: S608
    query = f"SELECT id, key, kind, language, title FROM search_document d WHERE id IN ({marks}){none_before}"  # noqa: S608
    return connection.execute(query, (*scores, *before)).fetchall()


def _hit(row: tuple[int, str, str, str, str], score: _Score) -> Hit:
    _, key, kind, language, title = row
    sought = score.reading.sought if score.reading else Sought()
    return Hit(key, kind, language, title, score.called if score.called != title else "", score.total, sought)


class _Search:
    """One query in one language."""

    def __init__(self, vocabulary: Vocabulary, query: str) -> None:
        self._language, self._query = vocabulary.language, query
        self._vocabulary = vocabulary
        self._found: dict[int, _Score] = {}

    def scores(self) -> dict[int, _Score]:
        """The documents found, by number: those near enough to the best."""
        meant = readings(self._vocabulary, self._query)
        for reading in meant:
            self._by_names(reading)
        if max((score.name for score in self._found.values()), default=0.0) < _SURE:
            self._by_spelling(meant[0])
        if sum(score.name > 0.8 for score in self._found.values()) < _ENOUGH:
            for reading in meant:
                self._by_texts(reading)
        best = max((score.total for score in self._found.values()), default=0.0)
        least = max(_LEAST_OF_PART if best < LEAST and meant[0].ours else LEAST, best * _NEAR_BEST)
        return {number: score for number, score in self._found.items() if score.total >= least}

    def _by_names(self, reading: Reading) -> None:
        names: dict[int, tuple[int, str, str, int, str]] = {}
        for rows in self._names(reading):
            names |= {row[0]: row[1:] for row in rows}
        held = {number: row[2].split() for number, row in names.items()}
        self._vocabulary.count(chain.from_iterable(held.values()))
        for number, (document, text, _, is_title, folded) in names.items():
            stems = held[number]
            score = self._rate(reading, stems, folded, bool(is_title))
            known = self._found.setdefault(document, _Score())
            if score > known.name:
                known.name, known.called, known.reading, known.matched = score, text, reading, frozenset(stems)

    def _by_spelling(self, reading: Reading) -> None:
        """Names that are, letter for letter, all but what was typed: where a short word of theirs is misspelt, or is another word now."""
        typed = " ".join(self._vocabulary.speech.query(self._query))
        most = 1.2 if len(typed) < _LONG_NAME else 2.0
        terms = [_any(term) for term in reading.terms if term.known or term.corrected]
        if len(typed) < _SHORT_NAME or not terms:
            return
        for document, text, _, is_title, folded in {row[0]: row[1:] for row in self._matching(" OR ".join(terms))}.values():
            cost = distance(typed, folded, most)
            score = _SURE - cost / len(typed) + 0.03 * is_title
            known = self._found.setdefault(document, _Score())
            if cost <= most and score > known.name:
                known.name, known.called, known.reading = score, text, named(self._vocabulary, folded, text, 1.0)

    def _matching(self, expression: str) -> list[tuple[int, int, str, str, int, str]]:
        """The names that hold these words, the nearest first."""
        table = f"search_names_{suffix(self._language)}"
        read = f"SELECT rowid, rank FROM {table} WHERE {table} MATCH ? LIMIT {_MOST_READ}"  # noqa: S608
        query = f"SELECT {_COLUMNS} FROM (SELECT * FROM ({read}) ORDER BY 2 LIMIT ?) f CROSS JOIN search_name n ON n.id = f.rowid"  # noqa: S608
        return self._vocabulary.rows(query, expression, _MOST_NAMES)

    def _names(self, reading: Reading) -> Iterable[list[tuple[int, int, str, str, int, str]]]:
        for typed in {reading.typed, reading.asked} if len(reading.asked) > 1 else ():
            query = f"SELECT {_COLUMNS} FROM search_name n WHERE language = ? AND folded >= ? AND folded < ? ORDER BY folded LIMIT 60"  # noqa: S608
            yield self._vocabulary.rows(query, self._language, typed, typed + "\U0010ffff")
        must = [term for term in reading.terms if not term.weak and term.known] or [term for term in reading.terms if term.known]
        found = 0
        for expression in _expressions([_any(term) for term in must]):
            rows = self._matching(expression)
            found += len(rows)
            yield rows
            if found >= _ENOUGH:
                return

    def _rate(self, reading: Reading, stems: list[str], folded: str, is_title: bool) -> float:
        """How well a name answers: how much of what was asked it holds, and how little else."""
        asked = reading.told
        held, matched = reading.answered(stems)
        own = {stem: self._vocabulary.own(stem) for stem in set(stems)}
        filled = sum(value for stem, value in own.items() if stem in matched) / (sum(own.values()) or 1.0)
        score = reading.weight * math.pow(held / asked, 1.5) * (0.6 + 0.4 * filled)
        if len(matched) < len(reading.terms):
            score *= reading.sure**2
        whole = {stem for stem in own if own[stem] and stem not in self._vocabulary.speech.weak} or set(own)
        if whole <= matched and reading.answerable and (len(folded) > _SHORT_NAME or folded in reading.asked.split()):
            score = max(score, reading.weight * (0.42 + 0.4 * held / asked))
        if folded and folded in (reading.typed, reading.asked):
            return max(score, reading.sure) + 0.1 + 0.03 * is_title + 0.01 * (folded == reading.typed)
        if held == asked and len(matched) == len(stems) == len(reading.terms) and reading.typed:  # the name, but for its endings or spelling
            score += 0.08
        if reading.typed and folded.startswith(reading.typed):
            score = max(score, reading.sure * (0.5 + 0.4 * held / asked) + 0.06 * len(reading.typed) / len(folded))
        return score + 0.03 * is_title * (score > 0)

    def _by_texts(self, reading: Reading) -> None:
        must = [term for term in reading.terms if not term.weak] or list(reading.terms)
        groups = [self._any_text(term) for term in must]
        rows = self._texts(" AND ".join(groups))
        close = self._close(must) if len(must) > 1 else None
        self._add_texts(reading, rows, 1.0, close)
        if len(rows) < _FEW and len(must) > 2:
            self._add_texts(reading, self._texts(" OR ".join(groups)), _SOME, set())

    def _texts(self, expression: str) -> list[tuple[int, float]]:
        table = f"search_texts_{suffix(self._language)}"
        read = f"SELECT rowid, bm25({table}, 8, 3, 1) FROM {table} WHERE {table} MATCH ? LIMIT {_MOST_READ}"  # noqa: S608
        query = f"SELECT * FROM ({read}) ORDER BY 2 LIMIT ?"  # noqa: S608
        return self._vocabulary.rows(query, expression, _MOST_TEXTS)

    def _add_texts(self, reading: Reading, rows: list[tuple[int, float]], share: float, close: set[int] | None) -> None:
        """Count texts that hold the words. Without a name that holds some of them, they must be `close` to each other (None: one word), or the
        text must be among the best of those that hold all, and one of the words be of this library's names."""
        whole = share == 1.0 and any(term.known and not term.weak for term in reading.terms)
        best = min((rank for _, rank in rows), default=0.0)
        for number, rank in rows:
            known = self._found.setdefault(number, _Score())
            value = share * reading.sure**2 * rank / best if best else 0.0
            told = whole and best and rank / best >= _WHOLE
            if value > known.text and (known.name or close is None or number in close or told):
                known.text = value
                known.reading = known.reading or reading

    def _close(self, terms: Sequence[Term]) -> set[int]:
        """The texts in which the words stand near each other: without a name that holds them, far apart they mean something else."""
        table = f"search_texts_{suffix(self._language)}"
        near = f"NEAR({' '.join(self._text_forms(term)[0] for term in terms)}, {_CLOSE})"
        query = f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT ?"  # noqa: S608
        return {number for (number,) in self._vocabulary.rows(query, near, _MOST_TEXTS * 4)}

    def _any_text(self, term: Term) -> str:
        return "(" + " OR ".join(self._text_forms(term)) + ")"

    def _text_forms(self, term: Term) -> list[str]:
        if sqlite_stems(self._language):
            return [f'"{word}"' for word in term.words]
        stems = dict.fromkeys(self._vocabulary.speech.stem(word) for word in term.words)
        return [f'"{stem}"*' if len(stem) > 3 else f'"{stem}"' for stem in stems]


def _any(term: Term) -> str:
    forms = [f'"{form}"' for form in term.forms] + ([f'"{term.begins}"*'] if term.begins else [])
    return "(" + " OR ".join(forms) + ")"


def _expressions(groups: list[str]) -> Iterable[str]:
    """All of the groups; then all but one; then any."""
    if groups:
        yield " AND ".join(groups)
    if len(groups) > 2:
        yield " OR ".join("(" + " AND ".join(groups[:n] + groups[n + 1 :]) + ")" for n in range(len(groups)))
    if len(groups) > 1:
        yield " OR ".join(groups)
