"""How near one spelling is to another."""

from itertools import pairwise

_VOWELS = frozenset("aeiouy")
_CHEAPEST = 0.6
_LEAST = 4
"""Words shorter than this are not corrected by their letters: too many words are near."""


def distance(a: str, b: str, most: float) -> float:
    """How much must change to make `a` into `b`; more than `most` where it is more.

    A letter more, less or other is 1, two in the wrong order .8, one vowel for another or a letter doubled .6, another first letter 1.4,
    one more or less there 1.2.
    """
    if a == b:
        return 0.0
    band = int(most / _CHEAPEST)
    if abs(len(a) - len(b)) > band:
        return most + 1
    far = most + 1
    here, there = set(a), set(b)
    if max(_alone(here - there), _alone(there - here)) > most:
        return far
    extra_a, extra_b = _extras(a), _extras(b)
    earlier: list[float] = []
    before = [0.0, *(extra_b[0] + j for j in range(len(b)))]
    for i, x in enumerate(a):
        row = [extra_a[0] + i] + [far] * len(b)
        for j in range(max(0, i - band), min(len(b), i + band + 1)):
            y = b[j]
            cost = before[j] + (0.0 if x == y else 1.4 if not (i or j) else 0.6 if x in _VOWELS and y in _VOWELS else 1.0)
            cost = min(cost, before[j + 1] + extra_a[i], row[j] + extra_b[j])
            if i and j and x == b[j - 1] and y == a[i - 1]:
                cost = min(cost, earlier[j - 1] + 0.8)
            row[j + 1] = cost
        if min(row) > most:
            return far
        earlier, before = before, row
    return before[-1]


def _alone(letters: set[str]) -> float:
    """What letters cost at least that the other word has nowhere."""
    return len(letters) - (1 - _CHEAPEST) * len(letters & _VOWELS)


def _extras(word: str) -> list[float]:
    """What each letter of a word costs where the other has none."""
    return [1.2, *(_CHEAPEST if x == y else 1.0 for x, y in pairwise(word))]


def tolerated(word: str) -> float:
    """How far a spelling may be from the word that was meant."""
    size = len(word)
    if size < _LEAST:
        return 0.0
    return next(most for least, most in ((10, 3.0), (8, 2.5), (6, 2.0), (5, 1.6), (4, 1.0)) if size >= least)


def grams(word: str) -> list[str]:
    """The word's runs of three letters, its ends included."""
    marked = f"^{word}$"
    return list(dict.fromkeys(marked[i : i + 3] for i in range(max(len(marked) - 2, 1))))
