"""What a query may mean: readings of it, each a row of terms. The first is what was typed, word for word."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from widgets.search import lay
from widgets.search.marks import Sought
from widgets.search.vocabulary import Meant, Vocabulary
from widgets.search.words import Speech

_MOST_READINGS = 6
_JOINED, _SPLIT = 0.97, 0.95
_SAID = 0.97
_SAME = 0.85
"""How well a word answers one that people use for it."""
_MOST_JOINED, _LONG = 4, 12
_LEAST_HEARD, _FEW = 3, 3
_NEARLY = 0.79
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

    @property
    def likely(self) -> bool:
        """Whether it is a word of this library's world, as typed or nearly so."""
        return self.anywhere and max(self.forms.values(), default=0.0) > _NEARLY

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

    @cached_property
    def told(self) -> float:
        """How much its words tell together."""
        return sum(term.telling for term in self.terms) or 1.0

    @cached_property
    def sought(self) -> Sought:
        """What is marked in what it finds."""
        begins = next((term.begins for term in self.terms if term.begins), "")
        return Sought(frozenset(stem for term in self.terms for stem in term.forms), begins)

    def answered(self, stems: Sequence[str]) -> tuple[float, set[str]]:
        """How much of what its words tell these stems of a name hold, and which of them do."""
        best: dict[int, tuple[float, str]] = {}
        for stem in stems:
            for place, weight in self._answers(stem):
                best[place] = max(best.get(place, (0.0, "")), (weight, stem))
        return sum(best[place][0] * self.terms[place].telling for place in sorted(best)), {stem for _, stem in best.values()}

    def _answers(self, stem: str) -> list[tuple[int, float]]:
        """The places of the words that a stem answers, and how well."""
        if (known := self._held.get(stem)) is None:
            known = [(place, weight) for place, term in enumerate(self.terms) if (weight := term.held(stem))]
            self._held[stem] = known
        return known

    @cached_property
    def _held(self) -> dict[str, list[tuple[int, float]]]:
        return {}

    @property
    def twin(self) -> Hashable:
        """The same for readings that find the same."""
        terms = frozenset((term.word, term.corrected, term.known, term.weak, term.begins, tuple(term.forms.items())) for term in self.terms)
        return terms, len(self.terms), self.typed, self.asked

    @cached_property
    def sure(self) -> float:
        """How likely it is that the words mean what their spelling was corrected to."""
        return self.weight * min((max(term.forms.values()) for term in self.terms if term.forms), default=1.0)

    @cached_property
    def answerable(self) -> bool:
        """Whether more of its words are of this library's world than not: where they are, a part of them may be enough."""
        telling = [term for term in self.terms if not term.weak] or self.terms
        typed = sum(term.anywhere and not term.corrected for term in telling)
        return typed * 2 > len(telling) or (self.weight > _NEARLY and len(self.terms) > 1 and all(term.likely and term.known for term in self.terms))

    @cached_property
    def ours(self) -> bool:
        """Whether each of its words is of this library's world, as typed or all but so, and one at least as typed."""
        typed = any(term.known and not term.corrected and not term.weak for term in self.terms)
        return all(term.likely and (typed or term.known) for term in self.terms) and (typed or len(self.terms) > 1)


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
    likely = sorted(found, key=lambda reading: -reading.weight)[:_MOST_READINGS]
    return list({reading.twin: reading for reading in reversed(likely)}.values())[::-1]


def _rows(vocabulary: Vocabulary, words: list[str]) -> Iterator[tuple[list[str], float]]:
    """The words as typed; with two of them joined; with a letter that stands in the neighbour's word; with one of them split."""
    yield words, 1.0
    for n, (first, second) in enumerate(pairwise(words)):
        if vocabulary.known(first + second) and len(first + second) > 3:
            yield [*words[:n], first + second, *words[n + 2 :]], _JOINED
        elif len(words) <= _FEW and (whole := _heard(vocabulary, first, second)):
            yield [*words[:n], whole.word, *words[n + 2 :]], _JOINED * whole.weight
        for pair in ((first + second[:1], second[1:]), (first[:-1], first[-1:] + second)):
            if all(_is_word(vocabulary, word) for word in pair) and not all(_is_written(vocabulary, word) for word in (first, second)):
                yield [*words[:n], *pair, *words[n + 2 :]], _SPLIT
    for n, word in enumerate(words):
        if len(word) > 5 and not vocabulary.known(word) and (halves := _split(vocabulary, word)):
            yield [*words[:n], *halves, *words[n + 1 :]], _SPLIT


def _heard(vocabulary: Vocabulary, first: str, second: str) -> Meant | None:
    """A word that was written as two as it sounds: new monia."""
    if min(len(first), len(second)) < _LEAST_HEARD or any(word in vocabulary.speech.stop for word in (first, second)):
        return None
    strange = [word for word in (first, second) if not _is_written(vocabulary, word)]
    if len(strange) != 1 or any(meant.weight > _NEARLY for meant in vocabulary.near(strange[0])):
        return None
    return next(iter(vocabulary.near(first + second, _NEARLY)), None)


def _is_word(vocabulary: Vocabulary, word: str) -> bool:
    return len(word) > 1 and (word in vocabulary.speech.stop or vocabulary.known(word))


def _is_written(vocabulary: Vocabulary, word: str) -> bool:
    return _is_word(vocabulary, word) or vocabulary.in_texts(word)


def _split(vocabulary: Vocabulary, word: str, most: int = _MOST_JOINED) -> list[str]:
    """The known words that were written as one, perhaps with a letter in the place of a blank; as few as may be, the longest shorter half first."""
    places = sorted(range(3, len(word) - 2), key=lambda place: abs(place - len(word) / 2))
    pairs = [[word[:p], word[p + skip :]] for skip in (0, 1) for p in places]
    two = next((pair for pair in pairs if len(pair[1]) > 2 and all(vocabulary.known(half) for half in pair)), [])
    if two or most < 3 or len(word) < _LONG:
        return two
    firsts = [word[:p] for p in range(len(word) - 5, 2, -1) if vocabulary.known(word[:p])]
    return next(([first, *rest] for first in firsts if (rest := _split(vocabulary, word[len(first) :], most - 1))), [])


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
    if speech.stem(word) in speech.weak:
        return _made(vocabulary, word, [Meant(word, word, 1.0)], known=False)
    if vocabulary.in_texts(word):  # a word of the texts alone: it stands, unless a name is very near
        near = [replace(meant, weight=meant.weight * 0.8) for meant in vocabulary.near(word, 0.85)]
        return _made(vocabulary, word, [Meant(word, word, 1.0), *near], known=bool(near))
    said = speech.says(word)
    near = [] if said else vocabulary.near(word)
    return _made(vocabulary, word, near, corrected=True) if near else _made(vocabulary, word, [Meant(word, word, 1.0)], known=said)


def _made(vocabulary: Vocabulary, word: str, ways: Sequence[Meant], *, corrected: bool = False, known: bool = True, begins: str = "") -> Term:
    speech, first = vocabulary.speech, ways[0]
    forms: dict[str, float] = {}
    for way in ways:
        stem = speech.stem(way.word)
        forms[stem] = max(forms.get(stem, 0.0), way.weight)
    others = [other for other in speech.same.get(speech.stem(first.word), ()) if speech.stem(other) not in forms]
    forms |= {speech.stem(other): _SAME * first.weight for other in others}
    in_texts = not known and vocabulary.in_texts(word)
    best = max((*(way.word for way in ways), *others), key=vocabulary.uses) if first.word == word else first.word
    return Term(
        word=first.word,
        shown=first.shown,
        forms=forms,
        words=(*(way.word for way in ways), *others),
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
    keys = [speech.key(term.word) for term in terms]
    covers = {phrase: (frozenset(places), here) for phrase, places in lay.phrases(speech, keys) if (here := lay.here(vocabulary, phrase))}
    for places, here in covers.values():
        if any(places < others for others, _ in covers.values()):
            continue  # part of a longer phrase that says it better
        rest = [term for n, term in enumerate(terms) if n not in places and term.forms and term.word not in speech.stop]
        said = [terms[n] for n in places]
        sure = min((max(term.forms.values()) for term in said if term.forms), default=1.0)
        for name, stands in here:
            meant = [_plain(vocabulary, word, corrected=any(term.corrected for term in said)) for word in speech.content(list(name))]
            yield Reading((*meant, *rest), sure * stands * (_SAID if not rest else _SAID * 0.96), *((" ".join(name),) * 2 if not rest else ()))
    asked = {key: max(term.forms.values()) for key, term in zip(keys, terms, strict=True) if term.forms and term.word not in speech.stop}
    for phrase, share in lay.parts(speech, asked) if not covers or max(map(len, covers)) < len(asked) else ():
        for name, stands in lay.here(vocabulary, phrase):
            yield Reading(tuple(_plain(vocabulary, word) for word in speech.content(list(name))), _SAID * share * stands)


def _plain(vocabulary: Vocabulary, word: str, *, corrected: bool = False) -> Term:
    return _made(vocabulary, word, [Meant(word, word, 1.0)], corrected=corrected)
