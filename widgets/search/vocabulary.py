"""The words of an index in one language: which there are, which begin so, and which may have been meant."""

import math
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from widgets.search.index import suffix
from widgets.search.spelling import distance, grams, tolerated
from widgets.search.words import Speech

_CANDIDATES = 24
_MEANT = 3
_NOT_HERE = 0.15
"""How much farther a word seems that no name of the library holds."""
_MOST_USED = 0.4
_WORSE = 0.95
"""How much farther than the best a word may be and yet count: what many names hold seems nearer."""
_SHORT = 4
"""Words whose sound has no more letters than this are near only if they sound the same."""
_BEGINNING = 12
_USES = "SELECT sum(uses) FROM search_word INDEXED BY search_word_stem WHERE language = ? AND stem = ?"
_USES_OF = "SELECT stem, sum(uses) FROM search_word INDEXED BY search_word_stem WHERE language = ? AND stem IN ({}) GROUP BY stem"
_AT_ONCE = 100
_MOST_NAMED = 500
_BEGINS = (
    "SELECT word, text, uses FROM search_word WHERE language = ? AND word > ? AND word < ? AND uses > 0 ORDER BY uses DESC, length(word) LIMIT ?"
)
_GRAM = "SELECT word FROM search_gram WHERE language = ? AND gram = ? AND size BETWEEN ? AND ?"
_SOUNDS = "SELECT word, text, uses FROM search_word INDEXED BY search_word_skeleton WHERE language = ? AND skeleton IN (?, ?) AND uses > 0"


class Readable(Protocol):
    """An SQLite connection, or what reads by one."""

    def execute(self, query: str, values: Any = ..., /) -> sqlite3.Cursor:
        """The rows that a query finds."""


@dataclass(frozen=True)
class Meant:
    """A word that may have been meant, and how likely: 1 for the word itself."""

    word: str
    shown: str
    weight: float


class Vocabulary:
    """Looks words up; made for one query, whose words are forgotten with it."""

    def __init__(self, connection: Readable, speech: Speech) -> None:
        self._db, self.speech, self.language = connection, speech, speech.language
        self._uses: dict[str, int] = {}
        self._telling: dict[str, float] = {}
        self._own: dict[str, float] = {}
        self._rows: dict[tuple[object, ...], list[Any]] = {}
        self._near: dict[tuple[str, float], list[Meant]] = {}

    def rows(self, query: str, *values: object) -> list[Any]:
        """The rows that a query finds, read once: several readings, and the corrected words, ask the same."""
        key = (query, *values)
        if (known := self._rows.get(key)) is None:
            known = self._rows[key] = self._db.execute(query, values).fetchall()
        return known

    @cached_property
    def documents(self) -> int:
        """How many documents there are in the language."""
        row = self._db.execute("SELECT documents FROM search_language WHERE language = ?", (self.language,)).fetchone()
        return int(row[0]) if row else 0

    def uses(self, word: str) -> int:
        """How many names hold the word or another form of it."""
        stem = self.speech.stem(word)
        if stem not in self._uses:
            found = self._db.execute(_USES, (self.language, stem)).fetchone()
            self._uses[stem] = found[0] or 0
        return self._uses[stem]

    def count(self, words: Iterable[str]) -> None:
        """Read how often all of these are used, at once."""
        new = list({self.speech.stem(word) for word in set(words) - self._own.keys()} - self._uses.keys())
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            query = _USES_OF.format(",".join("?" * len(part)))
            self._uses |= dict.fromkeys(part, 0) | dict(self._db.execute(query, (self.language, *part)))

    def own(self, stem: str) -> float:
        """How much a stem of a name says about which page it is: nothing, where it only asks."""
        if stem not in self._own:
            self._own[stem] = 0.0 if stem in self.speech.stop else self.telling(stem)
        return self._own[stem]

    def telling(self, word: str) -> float:
        """How much the word says about which page is meant: rare words say more, weak ones little."""
        if word not in self._telling:
            share = 0.15 if self.speech.stem(word) in self.speech.weak else 1.0
            self._telling[word] = share * math.log(2 + self.documents / (1 + self.uses(word)))
        return self._telling[word]

    def known(self, word: str) -> bool:
        """Whether a name, or what people say, holds the word."""
        return word in self.speech.lay_words or self.uses(word) > 0

    def names(self, words: tuple[str, ...]) -> bool:
        """Whether some name holds all of these words, but for weak ones."""
        stems = [stem for word in self.speech.content(list(words)) if (stem := self.speech.stem(word)) not in self.speech.weak]
        if len(stems) < 2:
            return all(self.uses(word) for word in words if self.speech.stem(word) in stems)
        table, sought = f"search_names_{suffix(self.language)}", " AND ".join(f'"{stem}"' for stem in stems)
        return bool(self.rows(f"SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT 1", sought))  # noqa: S608

    def is_name(self, words: tuple[str, ...]) -> bool:
        """Whether a name is these words."""
        return bool(self.rows("SELECT 1 FROM search_name WHERE language = ? AND folded = ? LIMIT 1", self.language, " ".join(words)))

    def named(self, phrases: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Those of these phrases that are a name as they stand, but for their endings."""
        by_stems = {" ".join(self.speech.stems(phrase)): phrase for phrase in phrases}
        sought = " OR ".join(f'^"{stems}"' for stems in by_stems)
        table = f"search_names_{suffix(self.language)}"
        query = f"SELECT n.stems FROM {table} f CROSS JOIN search_name n ON n.id = f.rowid WHERE {table} MATCH ? LIMIT {_MOST_NAMED}"  # noqa: S608
        held = {stems for (stems,) in self.rows(query, sought)} if sought else set()
        return [phrase for stems, phrase in by_stems.items() if stems in held]

    def written(self, word: str) -> str:
        """The word as the library writes it, with its accents."""
        rows = self.rows("SELECT text FROM search_word WHERE language = ? AND word = ?", self.language, word)
        return str(rows[0][0]) if rows else word

    def in_texts(self, word: str) -> bool:
        """Whether some text holds the word."""
        table = f"search_texts_{suffix(self.language)}"
        return bool(self.rows(f"SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT 1", f'"{word}"'))  # noqa: S608

    def beginning(self, start: str) -> list[Meant]:
        """The words of names that begin so, those in most names first."""
        rows = self.rows(_BEGINS, self.language, start, start + "\U0010ffff", _BEGINNING)
        most = max((uses for *_, uses in rows), default=1)
        return [Meant(word, shown, 0.8 + 0.12 * uses / most) for word, shown, uses in rows]

    def near(self, word: str, least: float = 0.0) -> list[Meant]:
        """The words that a misspelt one may stand for, best first, none less likely than `least`."""
        key = word, least
        if key not in self._near:  # several readings hold the word
            self._near[key] = self._nearest(word, least)
        return self._near[key]

    def _nearest(self, word: str, least: float) -> list[Meant]:
        size = max(len(word), 4)
        sound, most = self.speech.sound(word), min(tolerated(word), (1 - least) * size + _MOST_USED)
        pieces, far = set(grams(word)), most
        rated: list[tuple[float, str, str]] = []
        for candidate, shown, uses in sorted(self._candidates(word, most), key=lambda row: -len(pieces.intersection(grams(row[0])))):
            cost = self._cost(word, sound, candidate, far)
            if cost is not None:
                rated.append((cost - min(math.log1p(uses) * 0.08, _MOST_USED) + (0 if uses else _NOT_HERE), candidate, shown))
                far = min(far, cost + _WORSE)
        rated.sort()
        best = rated[0][0] if rated else 0.0
        meant = [Meant(c, shown, 1 - max(cost, 0.2) / size) for cost, c, shown in rated[:_MEANT] if cost <= best + 0.5]
        return [one for one in meant if one.weight > least]

    def _cost(self, word: str, sound: str, candidate: str, most: float) -> float | None:
        """How far the candidate is from the word, as it is spelt or as it sounds; None for too far."""
        spoken = self.speech.sound(candidate)
        cost = distance(word, candidate, most)
        if cost > 1:  # another ending, too
            stems = self.speech.stem(word), self.speech.stem(candidate)
            if stems != (word, candidate):
                cost = min(cost, 0.4 + distance(*stems, most - 0.4))
                if cost > 1 and sound[:3] == spoken[:3] and self.speech.sound(stems[0]) == self.speech.sound(stems[1]):
                    cost = 0.7
        if spoken == sound and len(sound) > 1:
            cost = min(cost, 0.5 + 0.1 * abs(len(word) - len(candidate)))
        elif cost > 1 and len(sound) > _SHORT and (sound, spoken) != (word, candidate):
            cost = min(cost, 0.3 + distance(sound, spoken, (most - 0.3) / 1.1) * 1.1)
        return cost if cost <= (most or 0.5) else None

    def _candidates(self, word: str, most: float) -> list[tuple[str, str, int]]:
        reach = math.ceil(most) if most < 3 else 3
        pieces, skeletons = grams(word), [self.speech.skeleton(one) for one in (word, self.speech.stem(word))]
        union = " UNION ALL ".join([_GRAM] * len(pieces))
        query = (
            f"SELECT w.word, w.text, w.uses FROM (SELECT word, count(*) AS n FROM ({union}) GROUP BY word ORDER BY n DESC LIMIT {_CANDIDATES}) g"  # noqa: S608
            f" CROSS JOIN search_word w ON w.language = ? AND w.word = g.word WHERE w.uses > 0 UNION {_SOUNDS}"
        )
        values = [value for gram in pieces for value in (self.language, gram, len(word) - reach, len(word) + reach)]
        found = {row[0]: row for row in self._db.execute(query, (*values, self.language, self.language, *skeletons))}
        said = {lay: (lay, lay, 0) for lay in self.speech.lay_near(pieces, skeletons[0], len(word), reach)}
        return list((said | found).values())
