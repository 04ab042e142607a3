"""How hard a text is to read: one published formula a language.

English: Flesch-Kincaid grade (Kincaid et al., 1975), in US school years; lower is easier.
Spanish: Fernández Huerta (1959, as corrected by Law, 2011), 0 to 100; higher is easier.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SAID_APART = re.compile(  # vowels side by side that are two syllables, and consonants that make one
    r"(?<![tcsgxln])i[ao](?!u)|\blion|ie[rt](?!c)|scien|rien(?!d)|(?<![tcsgx])ious\b|iu[ms]\b|[aeiouy]ing\b|[^aeqg]ua|(?<![gq])ui[dn]|[^gp]eo|eum\b|poe[mt]"
    r"|crea(?!m|s|k|tu)|react|idea|rh?ea\b|myo|sm\b|thm"
)
_SILENT = re.compile(  # the e nobody says: care, cared, cares, careful
    r"(?<=.[^aeiouy])(?<![^aeiouyrl]l)e\b|(?<=[^aeiouytd])(?<![^aeiouyrl]l)ed\b|(?<=[^aeiouyscgzxh])(?<![^aeiouyrl]l)(?<!abet)es\b"
    r"|(?<=[^aeiouyl])e(?=(?:ly|ful|less|ness|ment|ments|time|times|thing|one|where|body|keep\w*)\b)|the[sd]\b|(?<![eo]ach)(?<=ach)es\b"
)
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")


@dataclass(frozen=True)
class Counts:
    """What the formulas are made of: numbers of sentences, words and syllables."""

    sentences: int
    words: int
    syllables: int


def english_syllables(word: str) -> int:
    """Syllables of an English word: its vowel groups, those said apart, less those not said."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(groups + len(_SAID_APART.findall(word)) - len(_SILENT.findall(word)), 1)


def spanish_syllables(word: str) -> int:
    """Syllables of a Spanish word: strong vowels part, and so does a weak one with an accent."""
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    word = re.sub(r"y\b", "i", word)
    nuclei = re.findall(r"[iuü]?[aeoáéó][iuü]?(?![íú])|[íú]|[iuü]+|[iuü]?[aeoáéó]", word)
    return max(len(nuclei), 1)


def count(blocks: Iterable[str], syllables: Callable[[str], int]) -> Counts:
    """Count blocks of plain text; a block (a paragraph, a list item, a heading) ends a sentence."""
    sentences = words = total = 0
    for block in blocks:
        for sentence in _SENTENCE_END.split(block):
            found = _WORD.findall(sentence)
            sentences += bool(found)
            words += len(found)
            total += sum(syllables(part) for word in found for part in word.split("-"))
    return Counts(sentences, words, total)


def flesch_kincaid_grade(blocks: Iterable[str]) -> float:
    """US school grade of English blocks of text; 0.0 for an empty text."""
    n = count(blocks, english_syllables)
    if not n.words:
        return 0.0
    return 0.39 * n.words / n.sentences + 11.8 * n.syllables / n.words - 15.59


def fernandez_huerta(blocks: Iterable[str]) -> float:
    """Ease of Spanish blocks of text, about 0 to 100; 100.0 for an empty text."""
    n = count(blocks, spanish_syllables)
    if not n.words:
        return 100.0
    return 206.84 - 60 * n.syllables / n.words - 1.02 * n.words / n.sentences


@dataclass(frozen=True)
class Formula:
    """A language's formula, with the hardest score allowed for an article, for emergency words, and for half of all articles."""

    name: str
    score: Callable[[Iterable[str]], float]
    article_limit: float
    emergency_limit: float
    higher_is_easier: bool = False
    median_limit: float | None = None

    def too_hard(self, score: float, limit: float) -> bool:
        """Whether `score` is on the wrong side of `limit`."""
        return score < limit if self.higher_is_easier else score > limit


FORMULAS = {
    "en": Formula("Flesch-Kincaid grade", flesch_kincaid_grade, 8.0, 5.0, median_limit=6.5),
    "es": Formula("Fernández Huerta", fernandez_huerta, 70.0, 70.0, higher_is_easier=True),
}
