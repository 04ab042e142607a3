"""What people say: the phrases of it in a query, and the names that each stands for in a library."""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from widgets.search.vocabulary import Vocabulary
from widgets.search.words import Speech, cut

_ALMOST = 0.6
_LEAST_SHARE, _MOST_PARTS = 0.45, 3
_EQUAL, _KIN = 0.97, 0.85
"""How well a name answers another name of the same, and what people call another."""
_LONGEST_PHRASE = 5


def here(vocabulary: Vocabulary, phrase: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """The names that a phrase stands for, of those that the library has, and how much it stands for each; where it has none, their kin."""
    speech, lay = vocabulary.speech, vocabulary.speech.lay[phrase]
    own, *others = speech.namesakes.get(phrase, ((),))
    known = {name: stands for name, stands in lay.items() if vocabulary.names(name)}
    if not (own and vocabulary.is_name(own)):
        others += [other for name in lay if name not in known for other in speech.equal.get(name, ())]
        known |= {name: _EQUAL for name in others if name not in known and vocabulary.names(name)}
    return [*known.items()] if known or (own and vocabulary.names(own)) else _kin(vocabulary, phrase, [*lay, own])


def _kin(vocabulary: Vocabulary, phrase: tuple[str, ...], names: Iterable[tuple[str, ...]]) -> list[tuple[tuple[str, ...], float]]:
    """What people call these names, where that is a name here and the phrase itself is in none."""
    speech = vocabulary.speech
    kin = dict.fromkeys(tuple(cut(said)) for name in names for said in speech.kin.get(name, "").split("|") if said)
    if any(vocabulary.names(said) for said in kin if tuple(map(speech.key, said)) == phrase):
        return []
    return [(said, _KIN) for said in vocabulary.named(kin)]


def phrases(speech: Speech, keys: list[str]) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """The lay phrases in a query: word for word, or all their telling words in any order; and the places they take."""
    for size in range(min(_LONGEST_PHRASE, len(keys)), 0, -1):
        for start in range(len(keys) - size + 1):
            if (phrase := tuple(keys[start : start + size])) in speech.lay:
                yield phrase, list(range(start, start + size))
    asked = frozenset(keys)
    for phrase in dict.fromkeys(one for key in asked for one in speech.lay_sets.get(key, ())):
        if (words := speech.telling(phrase)) <= asked:
            yield phrase, [n for n, key in enumerate(keys) if key in words]


def parts(speech: Speech, asked: Mapping[str, float]) -> list[tuple[tuple[str, ...], float]]:
    """Lay phrases that share most of what they tell with the query, the most first, and how much."""
    tells = cache(speech.tells)
    whole = sum(map(tells, asked))
    shares = []
    for phrase in dict.fromkeys(one for key in asked for one in speech.lay_sets.get(key, ())):
        words = speech.telling(phrase)
        both = words & asked.keys()
        if len(both) < len(words):
            told = sum(tells(key) * asked[key] for key in both)
            part = told / sum(map(tells, words))
            share = part * math.sqrt(min(told / whole, 1.0))
            if share >= _LEAST_SHARE and (len(both) > 1 or part > _ALMOST):
                shares.append((share, phrase))
    return [(phrase, share) for share, phrase in sorted(shares, key=lambda one: -one[0])[:_MOST_PARTS]]
