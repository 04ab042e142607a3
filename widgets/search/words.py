"""What a search knows of a language: how its words are cut, stemmed and sounded, what asks, and what lay words mean.

One file a language in `words/`. A language without a file is searched too, without stems and synonyms of its own.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any, TypeVar

import Stemmer
import tomli

from widgets.content.markup import fold
from widgets.search.spelling import grams

_FOLDER = Path(__file__).parent / "words"
_POSSESSIVE = re.compile(r"['’]s\b")
_APOSTROPHE = re.compile(r"['’`´]")
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_LAY_CANDIDATES = 12
_LATER = 0.97
_T = TypeVar("_T")
_Pairs = tuple[re.Pattern[str], tuple[str, ...]]
"""Patterns as one, and what stands for each."""
_DOUBLED = re.compile(r"(.)\1+")


def cut(text: str) -> list[str]:
    """The words of a text, folded: `Crohn's Disease` -> crohn, disease; `can't` -> cant."""
    return _WORD.findall(_APOSTROPHE.sub("", _POSSESSIVE.sub("", fold(text))))


@dataclass(frozen=True, eq=False)
class Speech:
    """One language, as far as searching goes."""

    language: str

    @cached_property
    def _table(self) -> Mapping[str, Any]:
        """The language's file, `en` for `en-GB`; nothing where there is none."""
        path = _FOLDER / f"{self.language.partition('-')[0].lower()}.toml"
        known = re.fullmatch(r"[a-z]{2,3}", path.stem) and path.is_file()
        return tomli.loads(path.read_text("utf-8")) if known else {}

    def query(self, text: str) -> list[str]:
        """The first words of what was typed."""
        return cut(text)[:_MOST_WORDS]

    def stem(self, word: str) -> str:
        """The word without its endings, in the one of its spellings that stands for all; itself where the language has no stemmer."""
        return _stem(self._algorithm, self._spelt(word))

    def _spelt(self, word: str) -> str:
        pattern, spelt = self._spellings
        return pattern.sub(lambda found: spelt[(found.lastindex or 1) - 1], word) if spelt and self._respelt.search(word) else word

    @cached_property
    def _algorithm(self) -> str:
        return str(self._table.get("stemmer", ""))

    def stems(self, words: Iterable[str]) -> list[str]:
        """Each word's stem."""
        return [self.stem(word) for word in words]

    def sound(self, word: str) -> str:
        """The word as it is spoken, roughly: words that sound alike are spelt alike."""
        pattern, spoken = self._sounds
        return _DOUBLED.sub(r"\1", pattern.sub(lambda found: spoken[(found.lastindex or 1) - 1], word)) if spoken else word

    def skeleton(self, word: str) -> str:
        """The consonants of the sound, and a vowel that it begins with."""
        sound = self.sound(word)
        return sound[:1] + re.sub("[aeiou]", "", sound[1:])

    @cached_property
    def stop(self) -> frozenset[str]:
        """Words that say nothing of what is looked for."""
        return frozenset(self._table.get("stop", ()))

    @cached_property
    def weak(self) -> frozenset[str]:
        """Stems of words that say little: they need not be found."""
        return frozenset(self.stem(word) for word in self._table.get("weak", ()))

    @cached_property
    def same(self) -> Mapping[str, tuple[str, ...]]:
        """Words that people use for one another, by the stem of each: pee and urine, belly and stomach."""
        found: dict[str, list[str]] = {}
        for group in self._table.get("same", ()):
            for word in group:
                found.setdefault(self.stem(word), []).extend(group)
        return {stem: tuple(dict.fromkeys(words)) for stem, words in found.items()}

    def key(self, word: str) -> str:
        """The stem of the word, or of the first of those that people use for it."""
        stem = self.stem(word)
        return self.stem(self.same[stem][0]) if stem in self.same else stem

    @property
    def _called(self) -> list[tuple[str, list[str]]]:
        """Names, and what people, pharmacies and clinicians call them."""
        return [row for table in ("called", "medicines", "short") for row in self._table.get(table, {}).items()]

    @cached_property
    def lay(self) -> Mapping[tuple[str, ...], Mapping[tuple[str, ...], float]]:
        """What people say, by its words' keys, and the names that it stands for: each later one of a row a little less."""
        found: dict[tuple[str, ...], Mapping[tuple[str, ...], float]] = {}
        key = cache(self.key)  # one string for all that are equal: there are thousands, in each process
        for row, said in self._called:
            names = {tuple(map(intern, cut(name))): _LATER**place for place, name in reversed([*enumerate(row.split("|"))])}
            for phrase in said:
                keys = tuple(map(key, cut(phrase)))
                known = found.get(keys)
                found[keys] = {name: max(known.get(name, 0.0), names.get(name, 0.0)) for name in (*known, *names)} if known else names
        nothing: Mapping[tuple[str, ...], float] = {}
        return dict.fromkeys(self.namesakes, nothing) | found

    @cached_property
    def equal(self) -> Mapping[tuple[str, ...], list[tuple[str, ...]]]:
        """The names that publishers give to the same as a name, itself among them."""
        found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for group in self._table.get("equal", ()):
            names = [tuple(map(intern, cut(name))) for name in group]
            for name in names:
                found[name] = [*found.get(name, ()), *names]
        return found

    @cached_property
    def namesakes(self) -> Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """A name by its words' keys, first, and the other names of the same."""
        key = cache(self.key)
        return {tuple(map(key, name)): tuple(dict.fromkeys((name, *self.equal.get(name, ())))) for name in (*self.kin, *self.equal)}

    @cached_property
    def kin(self) -> Mapping[tuple[str, ...], str]:
        """What people call a name, and the name itself, with `|` between: another library may have one of those instead."""
        rows = (row for table in ("called", "short") for row in self._table.get(table, {}).items())
        found = _grouped((row.partition("|")[0], said) for row, said in rows)
        return {tuple(map(intern, cut(name))): "|".join(dict.fromkeys((name, *chain.from_iterable(said)))) for name, said in found.items()}

    @cached_property
    def lay_sets(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """Lay phrases of two and more telling words, which may stand in any order, by each of those words.

        A phrase whose telling words all stand in its name says no more than they do: "after a heart attack" must not answer "heart attack".
        """
        telling = ((self.telling(phrase), phrase, (*names, *self.namesakes.get(phrase, ())[1:])) for phrase, names in self.lay.items())
        sets = [(words, phrase) for words, phrase, names in telling if names and not any(words <= set(map(self.key, name)) for name in names)]
        return {key: tuple(ones) for key, ones in _grouped((key, phrase) for words, phrase in sets for key in words if len(words) > 1).items()}

    def telling(self, phrase: Iterable[str]) -> frozenset[str]:
        """The words of a lay phrase, but for those that only ask."""
        return frozenset(phrase) - self._stop_keys

    @cached_property
    def _stop_keys(self) -> frozenset[str]:
        return frozenset(map(self.key, self.stop))

    def tells(self, key: str) -> float:
        """How much a word tells of which lay phrase is meant."""
        share = 0.3 if key in self.weak else 1.0
        return share * math.log(len(self.lay) / (1 + len(self.lay_sets.get(key, ()))))

    @cached_property
    def lay_words(self) -> frozenset[str]:
        """Every word of the lay phrases: one may misspell those too."""
        groups = (*(said for _, said in self._called), *self._table.get("same", ()), *self._table.get("equal", ()))
        said = (phrase for phrases in groups for phrase in phrases)
        return frozenset(word for phrase in said for word in cut(phrase) if len(word) > 2) - self.stop

    def says(self, word: str) -> bool:
        """Whether the word is another form of one of those."""
        stem = self.stem(word)
        return stem in self.lay_words or stem in self._lay_stems

    @cached_property
    def _lay_stems(self) -> frozenset[str]:
        return frozenset(map(self.stem, self.lay_words)) - self.lay_words

    def content(self, words: list[str]) -> list[str]:
        """The words that are looked for, without those that only ask; all of them where nothing else is left."""
        kept = [word for word in words if word not in self.stop]
        return kept or words

    @cached_property
    def _sounds(self) -> _Pairs:
        return _pairs(self._table.get("sounds", ()))

    @cached_property
    def _spellings(self) -> _Pairs:
        return _pairs(self._table.get("spellings", ()))

    @cached_property
    def _respelt(self) -> re.Pattern[str]:
        """Those patterns without their groups: it finds in a third of the time that there is nothing to do."""
        return re.compile("|".join(pattern for pattern, _ in self._table.get("spellings", ())))

    def lay_near(self, pieces: Iterable[str], skeleton: str, size: int, reach: int) -> list[str]:
        """The lay words with the most of these runs of letters, and those that sound the same."""
        shared = Counter(word for piece in pieces for word in self._lay_grams.get(piece, ()) if abs(len(word) - size) <= reach)
        return [*(word for word, _ in shared.most_common(_LAY_CANDIDATES)), *self._lay_skeletons.get(skeleton, "").split()]

    @cached_property
    def _lay_grams(self) -> Mapping[str, tuple[str, ...]]:
        pieces = _grouped((piece, word) for word in sorted(self.lay_words) for piece in grams(word))
        return {piece: tuple(words) for piece, words in pieces.items()}

    @cached_property
    def _lay_skeletons(self) -> Mapping[str, str]:
        """The words of each skeleton, with blanks between."""
        return {skeleton: " ".join(words) for skeleton, words in _grouped((self.skeleton(word), word) for word in sorted(self.lay_words)).items()}

    def ready(self) -> None:
        """Make every table now, so that the first reader need not wait for it, and let go of the file that they are made of."""
        for name, kind in vars(Speech).items():
            if isinstance(kind, cached_property) and name != "_table":
                getattr(self, name)
        vars(self).pop("_table", None)


def _grouped(pairs: Iterable[tuple[str, _T]]) -> Mapping[str, list[_T]]:
    groups: dict[str, list[_T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _pairs(pairs: Iterable[tuple[str, str]]) -> _Pairs:
    pairs = tuple(pairs)
    return re.compile("|".join(f"({pattern})" for pattern, _ in pairs)), tuple(other for _, other in pairs)


@cache
def speech(language: str) -> Speech:
    """The language, as far as there is a file on it."""
    return Speech(language)


def _stem(algorithm: str, word: str) -> str:
    return str(_stemmer(algorithm).stemWord(word)) if algorithm and word.isalpha() else word


@cache
def _stemmer(algorithm: str) -> Any:
    return Stemmer.Stemmer(algorithm, 0)  # without its cache, which would keep what readers type
