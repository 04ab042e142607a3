"""What a query may mean: readings of it, each a row of terms. The first is what was typed, word for word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from widgets.search.vocabulary import Meant, Vocabulary
from widgets.search.words import Speech

_MOST_READINGS = 8
_JOINED, _SPLIT = 0.97, 0.95
_SAID = 0.97
_LONGEST_PHRASE = 5
_ASPECT = 0.4
"""How much a word tells that is in texts but in no name: it asks for a side of something, not what it is."""


@dataclass(frozen=True)
class Term:
    """A word that is looked for: the forms that count as it, by stem, and how much it tells."""

    word: str
    shown: str
    forms: dict[str, float] = field(hash=False)
    words: tuple[str, ...]
    telling: float
    weak: bool = False
    corrected: bool = False
    known: bool = True
    """Whether any name, or what people say, holds it."""
    anywhere: bool = True
    """Whether any name or text holds it."""
    shows: dict[str, str] = field(default_factory=dict, hash=False)
    """How each form is written, by stem."""
    begins: str = ""
    """How it begins, where it may be still being typed."""

    def held(self, stem: str) -> float:
        """How well a stem of a name answers it: 1 for the word itself, 0 for not at all."""
        unfinished = 0.75 if self.begins and stem.startswith(self.begins) else 0.0
        return max(self.forms.get(stem, 0.0), unfinished)


@dataclass(frozen=True)
class Reading:
    """Terms that are looked for together."""

    terms: tuple[Term, ...]
    weight: float = 1.0
    typed: str = ""
    """The folded words in full, where they may be a name as they stand."""
    asked: str = ""
    """Those of them that are looked for."""
    shown: str = ""
    """The words as corrected, best guess first; "" where nothing was corrected."""

    row: tuple[Term, ...] = ()
    """All its words, where it is what was typed."""

    def meant(self, matched: frozenset[str]) -> str:
        """The words as corrected, to ask "did you mean" with: of several corrections, those that were matched."""
        if not (self.shown and self.row):
            return self.shown
        return " ".join(next((shown for stem, shown in term.shows.items() if stem in matched), term.shown) for term in self.row)

    @property
    def sure(self) -> float:
        """How likely it is that the words mean what their spelling was corrected to."""
        return self.weight * min((max(term.forms.values()) for term in self.terms if term.forms), default=1.0)

    @property
    def answerable(self) -> bool:
        """Whether more of its words are of this library's world than not: where they are, a part of them may be enough."""
        known = sum(term.anywhere and not term.corrected for term in self.terms)
        return known * 2 > len(self.terms)


def readings(vocabulary: Vocabulary, query: str) -> list[Reading]:
    """What the query may mean, in the order of weight."""
    words = vocabulary.speech.query(query)
    found: list[Reading] = []
    typing = bool(query) and not query[-1].isspace()
    for row, weight in _rows(vocabulary, words):
        terms = [_term(vocabulary, word, last=typing and n == len(row) - 1, alone=len(row) == 1) for n, word in enumerate(row)]
        shown = " ".join(term.shown for term in terms)
        corrected = shown if weight < 1 or any(term.corrected for term in terms) else ""
        content = _content(vocabulary.speech, terms)
        typed, asked = (" ".join(term.word for term in row) for row in (terms, content))
        found.append(Reading(tuple(content), weight, typed, asked, corrected, tuple(terms)))
        found += [replace(said, weight=said.weight * weight, shown=corrected) for said in _said(vocabulary, terms)]
    return sorted(found, key=lambda reading: -reading.weight)[:_MOST_READINGS]


def _rows(vocabulary: Vocabulary, words: list[str]) -> Iterator[tuple[list[str], float]]:
    """The words as typed; with two of them joined; with a letter that stands in the neighbour's word; with one of them split."""
    yield words, 1.0
    for n, (first, second) in enumerate(pairwise(words)):
        if vocabulary.known(first + second) and len(first + second) > 3:
            yield [*words[:n], first + second, *words[n + 2 :]], _JOINED
        for pair in ((first + second[:1], second[1:]), (first[:-1], first[-1:] + second)):
            if all(_is_word(vocabulary, word) for word in pair) and not (_is_word(vocabulary, first) and _is_word(vocabulary, second)):
                yield [*words[:n], *pair, *words[n + 2 :]], _SPLIT
    for n, word in enumerate(words):
        if len(word) > 5 and not vocabulary.known(word) and (halves := _split(vocabulary, word)):
            yield [*words[:n], *halves, *words[n + 1 :]], _SPLIT


def _is_word(vocabulary: Vocabulary, word: str) -> bool:
    return len(word) > 1 and (word in vocabulary.speech.stop or vocabulary.known(word))


def _split(vocabulary: Vocabulary, word: str) -> list[str]:
    """The two known words that were written as one, perhaps with a letter in the place of the blank; the longest shorter half first."""
    places = sorted(range(3, len(word) - 2), key=lambda place: abs(place - len(word) / 2))
    pairs = [[word[:p], word[p + skip :]] for skip in (0, 1) for p in places]
    return next((pair for pair in pairs if len(pair[1]) > 2 and all(vocabulary.known(half) for half in pair)), [])


def _term(vocabulary: Vocabulary, word: str, *, last: bool, alone: bool) -> Term:
    speech = vocabulary.speech
    if word in speech.stop:
        return Term(word, word, {}, (), 0.0)
    if vocabulary.known(word):
        ways = [Meant(word, vocabulary.written(word), 1.0)]
        if last and len(word) > 2:
            ways += vocabulary.beginning(word)
        return _made(vocabulary, word, ways, begins=word if last and len(word) > 2 else "")
    ways = vocabulary.beginning(word) if last and len(word) >= (2 if alone else 1) else []
    if ways:
        return _made(vocabulary, word, [Meant(word, word, 1.0), *ways], begins=word)
    near = vocabulary.near(word)
    if vocabulary.in_texts(word):  # a word of the texts alone: it stands, unless a name is very near
        near = [replace(meant, weight=meant.weight * 0.8) for meant in near if meant.weight > 0.85]
        return _made(vocabulary, word, [Meant(word, word, 1.0), *near], known=bool(near))
    return _made(vocabulary, word, near, corrected=True) if near else _made(vocabulary, word, [Meant(word, word, 1.0)], known=False)


def _made(vocabulary: Vocabulary, word: str, ways: Sequence[Meant], *, corrected: bool = False, known: bool = True, begins: str = "") -> Term:
    speech, first = vocabulary.speech, ways[0]
    forms: dict[str, float] = {}
    for way in ways:
        stem = speech.stem(way.word)
        forms[stem] = max(forms.get(stem, 0.0), way.weight)
    in_texts = not known and vocabulary.in_texts(word)
    best = max((way.word for way in ways), key=vocabulary.uses) if ways[0].word == word and len(ways) > 1 else first.word
    return Term(
        word=first.word,
        shown=first.shown,
        forms=forms,
        words=tuple(way.word for way in ways),
        telling=vocabulary.telling(best) * (_ASPECT if in_texts else 1.0),
        weak=speech.stem(first.word) in speech.weak,
        corrected=corrected,
        known=known,
        anywhere=known or in_texts,
        shows={speech.stem(way.word): way.shown for way in reversed(ways)} if corrected else {},
        begins=begins,
    )


def named(vocabulary: Vocabulary, folded: str, shown: str, weight: float) -> Reading:
    """A name that is all but what was typed."""
    words = vocabulary.speech.content(folded.split())
    return Reading(tuple(_made(vocabulary, word, [Meant(word, word, 1.0)]) for word in words), weight, folded, folded, shown.lower())


def _content(speech: Speech, terms: Sequence[Term]) -> list[Term]:
    """The terms without words that only ask, a misspelt one among them; all of them where nothing else is left."""
    kept = [term for term in terms if term.forms and term.word not in speech.stop]
    return kept or [replace(term, forms={speech.stem(term.word): 1.0}, words=(term.word,), telling=1.0) for term in terms]


def _said(vocabulary: Vocabulary, terms: Sequence[Term]) -> Iterator[Reading]:
    """Readings in which what people say is replaced by the names it stands for."""
    speech = vocabulary.speech
    stems = [speech.stem(term.word) for term in terms]
    covers = {phrase: frozenset(places) for phrase, places in _phrases(speech, stems)}
    for phrase, places in covers.items():
        if any(places < others for others in covers.values()):
            continue  # part of a longer phrase that says it better
        rest = [term for n, term in enumerate(terms) if n not in places and term.forms and term.word not in speech.stop]
        for name in speech.lay[phrase]:
            if all(vocabulary.uses(word) or speech.stem(word) in speech.weak or word in speech.stop for word in name):
                said = [terms[n] for n in places]
                sure = min((max(term.forms.values()) for term in said if term.forms), default=1.0)
                guessed = any(term.corrected for term in said)
                meant = [_made(vocabulary, word, [Meant(word, word, 1.0)], corrected=guessed) for word in speech.content(list(name))]
                yield Reading((*meant, *rest), sure * (_SAID if not rest else _SAID * 0.96), *((" ".join(name),) * 2 if not rest else ()))


def _phrases(speech: Speech, stems: list[str]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """The lay phrases in a query: word for word, or all their telling words in any order; and the places they take."""
    for size in range(min(_LONGEST_PHRASE, len(stems)), 0, -1):
        for start in range(len(stems) - size + 1):
            if (phrase := tuple(stems[start : start + size])) in speech.lay:
                yield phrase, list(range(start, start + size))
    asked = frozenset(stems)
    for words, phrase in speech.lay_sets:
        if words <= asked:
            yield phrase, [n for n, stem in enumerate(stems) if stem in words]
