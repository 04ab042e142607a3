"""The search index and what it finds: its rules, one by one. How well they work together is judged in tests/search."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from widgets.search import Document, Sought, create, excerpt, marked, ready, remove, replace, search, speech, wasted

ATTACK = Document("article:heart-attack", "article", "en", "Heart attack", ("Myocardial infarction", "MI"), "Know the signs.", "A clot in an artery.")
PRESSURE = Document("article:pressure", "article", "en", "High blood pressure", ("Hypertension", "HTN"), "Silent, and common.", "Salt raises it.")
SUGAR = Document("article:diabetes", "article", "en", "Diabetes", (), "Glucose in the blood.", "Insulin brings it into the cells. Metformin helps.")
CLOTS = Document("article:clots", "article", "en", "Blood clots", ("Thrombosis",), "When blood thickens.", "A long flight can cause one.")
HEARTS = Document("topic:hearts", "topic", "en", "Heart topics", ("Cardiology",), "How the heart works.")
ATAQUE = Document("article:heart-attack", "article", "es", "Ataque cardíaco", ("Infarto",), "Conozca las señales.", "Un coágulo tapa una arteria.")
PRESION = Document("article:presion", "article", "es", "Presión arterial alta", ("Hipertensión",), "Silenciosa.", "La sal la sube.")
ALL = (ATTACK, PRESSURE, SUGAR, CLOTS, HEARTS, ATAQUE, PRESION)


def made(documents: Iterable[Document] = ALL) -> sqlite3.Connection:
    """An index in memory."""
    connection = sqlite3.connect(":memory:")
    create(connection)
    replace(connection, documents)
    connection.commit()
    return connection


def keys(connection: sqlite3.Connection, query: str, *languages: str) -> list[str]:
    """What a query finds, best first."""
    return [hit.key.partition(":")[2] for hit in search(connection, languages or ("en",), query).hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("heart attack", "heart-attack"),  # the title
        ("HEART  attack!", "heart-attack"),
        ("myocardial infarction", "heart-attack"),  # another name
        ("hypert", "pressure"),  # begun
        ("high blood pr", "pressure"),
        ("hart atack", "heart-attack"),  # misspelt
        ("high blood presure", "pressure"),
        ("dibetes", "diabetes"),
        ("bloodpressure", "pressure"),  # joined
        ("hyper tension", "pressure"),  # split
        ("sugar", "diabetes"),  # what people say
        ("suger", "diabetes"),  # and misspell
        ("what is a heart attack", "heart-attack"),  # asked
        ("heart attacks", "heart-attack"),  # another form
        ("how do i treat thrombosis", "clots"),
        ("metformin", "diabetes"),  # only in the text
        ("cardiology", "hearts"),  # a topic
    ],
)
def test_people_find_it(query: str, first: str) -> None:
    """Names, beginnings, misspellings, joined and split words, lay words, questions, other forms, words of texts: the page is first."""
    assert keys(made(), query)[:1] == [first]


@pytest.mark.parametrize(
    "query", ["", " ", "%", "?!", "\x00", "asdfgh", "pizza near me", "xx yy zz", "NEAR(", '"', "' OR 1=1", "*", "漢字", "\ud800"]
)
def test_nothing_is_guessed_wildly(query: str) -> None:
    """What is no word, or of another world, finds nothing, and does no harm."""
    assert keys(made(), query, "en", "es") == []


PILES = Document("article:piles", "article", "en", "Piles", (), "Lumps around the bottom.")
RUNS = Document("article:runs", "article", "en", "Diarrhoea and vomiting", (), "A bug.")
BIRTH = Document("article:birth", "article", "en", "Caesarean section", (), "An operation.")
IBUPROFEN = Document("article:ibuprofen", "article", "en", "Ibuprofen", (), "Take it with food.")
GROWING = Document("article:growing", "article", "en", "Growing pains", (), "Pain in the legs of children.")
CYSTITIS = Document("article:cystitis", "article", "en", "Cystitis", (), "Drink water.")
BURNS = Document("article:burns", "article", "en", "Burns and scalds", (), "Cool the skin.")
CROHNS = Document("article:crohns", "article", "en", "Crohn's disease", (), "Part of the gut is inflamed.")
CORNS = Document("article:corns", "article", "en", "Corns and calluses", (), "Hard skin.")
LUNG = Document("article:lung", "article", "en", "Pneumonia", (), "An infection.")
BRITISH = (PILES, RUNS, BIRTH, IBUPROFEN, GROWING, CYSTITIS, BURNS, CROHNS, CORNS, LUNG)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("diarrhea", "runs"),  # spelt as in America
        ("the trots", "runs"),  # what people say for a name that the library spells otherwise
        ("hemorrhoids", "piles"),  # another publisher's name
        ("swollen veins bottom", "piles"),  # what people say for that
        ("csection", "birth"),
        ("advil", "ibuprofen"),  # a brand: its own medicine before all pain
        ("burning when weeing", "cystitis"),  # another form of what people say is no misspelling
        ("chrons", "crohns"),  # misspelt, with an ending
        ("new monia", "lung"),  # written as two words, as it sounds
    ],
)
def test_a_library_that_uses_other_names_is_found_too(query: str, first: str) -> None:
    """British spellings and names, without any other names: what Americans and lay people type finds the page first."""
    assert keys(made(BRITISH), query)[:1] == [first]


def test_accents_and_endings_are_the_languages_own() -> None:
    """In Spanish accents may be left out, and plurals and misspellings are Spanish ones."""
    connection = made()
    for query in ("ataque cardíaco", "ataque cardiaco", "ataques cardiacos", "imfarto", "ataque al corason"):
        assert keys(connection, query, "es")[:1] == ["heart-attack"], query
    for query in ("presion arterial", "ipertension", "presión alta"):
        assert keys(connection, query, "es")[:1] == ["presion"], query


def test_what_one_language_lacks_is_found_in_the_next() -> None:
    """A document comes in the first language that has it; and a word of the next language is understood where the first has nothing."""
    connection = made()
    first = search(connection, ("en", "es"), "heart attack").hits[0]
    assert (first.key, first.language) == ("article:heart-attack", "en")
    assert keys(connection, "presión arterial", "en", "es")[:1] == ["presion"]
    assert keys(connection, "infarto", "en", "es")[:1] == ["heart-attack"]
    assert keys(connection, "infarto", "en") == []


def test_did_you_mean_corrects_what_was_misspelt_and_nothing_else() -> None:
    """The words as corrected, accents and all; nothing for words that are right or still being typed, or where nothing is found."""
    connection = made()
    assert search(connection, ("en",), "hart atack").did_you_mean == "heart attack"
    assert search(connection, ("es",), "presion arteriall").did_you_mean == "presión arterial"
    for query in ("heart attack", "heart att", "hypert", "sugar", "asdfgh qwerty"):
        assert search(connection, ("en",), query).did_you_mean == "", query


def test_a_hit_says_by_which_name_it_was_found() -> None:
    """The other name by which it was found is named; the title is not."""
    connection = made()
    assert search(connection, ("en",), "hypertension").hits[0].name == "Hypertension"
    assert search(connection, ("en",), "high blood pressure").hits[0].name == ""


def test_the_caller_says_what_may_be_shown_and_how_much() -> None:
    """What is not allowed is not among the hits; `more` says that there are others than the limit."""
    connection = made()
    found = search(connection, ("en",), "blood", 1)
    assert (len(found.hits), found.more) == (1, True)
    assert "article:clots" not in {hit.key for hit in search(connection, ("en",), "blood", allowed=lambda hit: hit.key != "article:clots").hits}


def dump(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What the index says of names and words, whatever its numbers."""
    words = connection.execute("SELECT language, word, stem, skeleton, uses FROM search_word WHERE uses > 0 ORDER BY 1, 2").fetchall()
    names = connection.execute("SELECT language, folded, text, stems, is_title FROM search_name ORDER BY 1, 2, 3").fetchall()
    counts = connection.execute("SELECT language, documents FROM search_language WHERE documents > 0 ORDER BY 1").fetchall()
    return {"words": words, "names": names, "counts": counts}


def test_an_index_that_was_changed_is_the_one_that_would_be_made_anew() -> None:
    """After documents came, changed and went, names, words and counts are those of an index of what is left, and so are the answers."""
    changed = Document("article:pressure", "article", "en", "Raised pressure", ("Hypertension",), "New.", "Potassium lowers it.")
    connection = made((*ALL, Document("article:gone", "article", "en", "Zoster", ("Shingles",), "A rash.", "It burns.")))
    replace(connection, [changed])
    remove(connection, [(f"article:{name}", language) for name in ("gone", "presion", "never") for language in ("en", "es")])
    left = [changed if document is PRESSURE else document for document in ALL if document is not PRESION]
    fresh = made(left)
    assert dump(connection) == dump(fresh)
    for query in ("zoster", "shingles", "high blood pressure", "raised pressure", "hypertension", "salt", "potassium", "rash", "presion"):
        assert keys(connection, query, "en", "es") == keys(fresh, query, "en", "es"), query
    assert 0 < wasted(connection) < 0.5
    assert wasted(fresh) == 0


def test_a_reader_needs_no_right_to_write(tmp_path: Path) -> None:
    """The index is read through another connection, which may not write, from any file that holds other tables too."""
    writing = sqlite3.connect(tmp_path / "library.sqlite")
    writing.execute("CREATE TABLE other(x)")
    writing.execute("BEGIN")
    create(writing)
    replace(writing, ALL)
    assert writing.in_transaction
    writing.commit()
    writing.close()
    reading = sqlite3.connect(f"file:{tmp_path / 'library.sqlite'}?mode=ro", uri=True)
    assert keys(reading, "hart attack")[:1] == ["heart-attack"]
    reading.close()


def test_no_reader_waits_for_the_tables_of_a_language() -> None:
    """All that is known of the languages of an index is there before the first search."""
    speech.cache_clear()
    connection = sqlite3.connect(":memory:")
    create(connection)
    replace(connection, [Document("article:asthma", "article", "en", "Asthma")])
    ready(connection)
    made = set(vars(speech("en")))
    assert search(connection, ["en"], "astma atack").hits
    assert set(vars(speech("en"))) == made


def test_words_are_marked_in_every_form() -> None:
    """A word that was looked for is marked in each of its forms, whole, and the pieces are the whole text."""
    sought = Sought(frozenset({speech("en").stem("attack")}), "hyp")
    pieces = marked("After attacks: Attack's end, hypertension.", sought, speech("en"))
    assert [piece.text for piece in pieces if piece.found] == ["attacks", "Attack's", "hypertension"]
    assert "".join(piece.text for piece in pieces) == "After attacks: Attack's end, hypertension."


def test_an_excerpt_stands_around_the_words() -> None:
    """Where only the text holds the words, an excerpt shows them, cut between words."""
    sought = Sought(frozenset({"metformin"}))
    long = "word " * 100 + "metformin helps " + "more " * 100
    shown = excerpt(["Nothing here.", long], sought, speech("en"))
    assert "metformin helps" in shown
    assert (shown[0], shown[-1], len(shown) < 240) == ("…", "…", True)
    assert excerpt(["Nothing here."], sought, speech("en")) == ""


def test_what_is_typed_is_kept_nowhere() -> None:
    """No cache of the search holds a word that was typed."""
    connection = made()
    before = connection.total_changes
    for query in ("zyxwvut", "hart zyxwvut", "zyxwvu"):
        search(connection, ("en", "es"), query)
    assert connection.total_changes == before
    assert "zyxwvut" not in repr([vars(speech(language)) for language in ("en", "es")])
