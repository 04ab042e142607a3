"""How hard a text is to read."""

import pytest

from widgets.content.reading import FORMULAS, Counts, count, english_syllables, fernandez_huerta, flesch_kincaid_grade, spanish_syllables

ENGLISH = {
    1: "a the heart blood chest through strength called walked changed pulse vein pain clots breathe aches smoked care cares whole cream build",
    2: "doctor pressure muscle people little table able needed wanted sugar breathing being going healthy fatty liver stable careful science quiet "
    "create creature increase diet riot fluid ruin rhythm spasm changes doses causes ankles sometimes something headaches beaches",
    3: "aspirin artery exercise ambulance angina idea area energy hospital allergy video museum reacted oxygen tobacco created serious previous",
    4: "emergency cholesterol diabetes television material experience information temperature potassium ability anxiety society operation electrical",
    5: "cardiology university examination immediately refrigerator opportunity defibrillator",
    6: "cardiovascular rehabilitation atherosclerosis responsibility",
    7: "electrocardiogram cardiomyopathy",
}
SPANISH = {
    1: "y hay rey muy pie",
    2: "sangre día río baúl oír país queso agua bueno presión ciudad búho leer",
    3: "corazón médico guitarra pingüino cuidado línea paciencia arterial hospital veintiséis ahora",
    4: "policía emergencia enfermedad océano aéreo",
    5: "aeropuerto",
    7: "electrocardiograma",
}
PLATYPUS = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."


@pytest.mark.parametrize(("table", "syllables"), [(ENGLISH, english_syllables), (SPANISH, spanish_syllables)], ids=["en", "es"])
def test_known_words(table, syllables):
    """The words a health library lives on have as many syllables as a dictionary gives them."""
    wrong = {word: syllables(word) for n, words in table.items() for word in words.split() if syllables(word) != n}
    assert not wrong


def test_published_example():
    """The sentence by which Flesch-Kincaid is usually explained scores what is published: 13 words, 24 syllables, 11.3."""
    assert count([PLATYPUS], english_syllables) == Counts(1, 13, 24)
    assert round(flesch_kincaid_grade([PLATYPUS]), 1) == 11.3


def test_published_least():
    """Where every sentence is one word of one syllable, the grade is the published least one: -3.40."""
    assert flesch_kincaid_grade(["Go. Sit. Rest."]) == pytest.approx(-3.4)


def test_spanish_formula():
    """Fernández Huerta counts words a sentence and syllables a word, as Law corrected it."""
    assert fernandez_huerta(["El gato come pescado."]) == pytest.approx(206.84 - 60 * 8 / 4 - 1.02 * 4)


def test_block_ends_a_sentence():
    """A list item without a full stop is a sentence; a decimal point and a number end none."""
    assert count(["Chest pain", "Cold sweat"], english_syllables).sentences == 2
    assert count(["Take 2.5 tablets."], english_syllables).sentences == 1
    assert count(["1.", "--"], english_syllables) == Counts(0, 0, 0)


def test_empty_text_is_easy():
    """A text without words is not too hard in any language."""
    for formula in FORMULAS.values():
        assert not formula.too_hard(formula.score([]), formula.article_limit)


def test_harder_is_further_past_the_limit():
    """Long words in long sentences are too hard in each language, short ones are not."""
    hard = {
        "en": "Cardiovascular rehabilitation necessitates multidisciplinary examination of individual comorbidities and alternatives.",
        "es": "La rehabilitación cardiovascular multidisciplinaria necesita investigaciones individualizadas de enfermedades concomitantes.",
    }
    easy = {"en": "Call now. Sit down and rest.", "es": "Llame ya. Pare y no siga."}
    for language, formula in FORMULAS.items():
        assert formula.too_hard(formula.score([hard[language]]), formula.article_limit)
        assert not formula.too_hard(formula.score([easy[language]]), formula.emergency_limit)
