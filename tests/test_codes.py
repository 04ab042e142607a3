"""Medical codes: how systems are named, how codes are written, and which articles a code leads to."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import making
from tests.checking import cleaned, found
from widgets.codes import SYSTEMS, CodeSystem, above, is_below, normal, system_of, wrong
from widgets.content.coded import coded
from widgets.edition import read_folder

WRITTEN = [
    ("icd-10-cm", "I21.9", "I21.9"),
    ("icd-10-cm", "i219", "I21.9"),
    ("icd-10-cm", " I 21 . 9\t", "I21.9"),
    ("icd-10-cm", "I21", "I21"),
    ("icd-10-cm", "I21.", "I21"),
    ("icd-10-cm", "t464x5a", "T46.4X5A"),
    ("icd-10-cm", "C7A.00", "C7A.00"),
    ("icd-10-cm", "I2", ""),
    ("icd-10-cm", "21.9", ""),
    ("icd-10-cm", "I21.90000", ""),
    ("icd-10-cm", "I21.9;DROP", ""),
    ("icd-10-cm", "Ｉ21.9", ""),
    ("icd-10-cm", "I٢1.9", ""),
    ("icd-10-cm", "", ""),
    ("snomed-ct", "22298006", "22298006"),
    ("snomed-ct", "22298007", ""),
    ("snomed-ct", "22298016", ""),
    ("snomed-ct", "731000124108", "731000124108"),
    ("rxnorm", "83367", "83367"),
    ("rxnorm", "083367", "83367"),
    ("rxnorm", "83367.0", ""),
    ("loinc", "24331-1", "24331-1"),
    ("loinc", " 24331 - 1", "24331-1"),
    ("loinc", "24331-2", ""),
    ("loinc", "243311", ""),
    ("mesh", "d009203", "D009203"),
    ("mesh", "D00920", ""),
]

NAMES = [
    (
        "icd-10-cm",
        "icd-10-cm",
        "ICD-10-CM",
        "ICD10CM",
        "2.16.840.1.113883.6.90",
        "urn:oid:2.16.840.1.113883.6.90",
        "OID:2.16.840.1.113883.6.90",
        "urn:oid:2.16.840.1.113883.6.90.",
        "ICD-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
    ),
    ("snomed-ct", "SNOMED CT", "SNOMEDCT", "SCT", "2.16.840.1.113883.6.96", "http://snomed.info/sct", "http://snomed.info/sct/731000124108"),
    ("rxnorm", "RxNorm", "RXCUI", "2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("loinc", "LOINC", "LN", "2.16.840.1.113883.6.1", "http://loinc.org", "https://loinc.org/", " HTTP://LOINC.ORG "),
    ("mesh", "MeSH", "2.16.840.1.113883.6.177", "http://id.nlm.nih.gov/mesh", "https://www.nlm.nih.gov/mesh"),
]


def test_every_system_is_declared() -> None:
    """Each system that content may name is declared, with an example that is one of its codes."""
    assert tuple(SYSTEMS) == get_args(CodeSystem)
    for key, system in SYSTEMS.items():
        assert normal(key, system.example) == system.example


@pytest.mark.parametrize(("system", "text", "code"), WRITTEN)
def test_a_code_is_written_as_its_system_writes_it(system: CodeSystem, text: str, code: str) -> None:
    """Dots, case and blanks make no difference; what is no code, or has a wrong check digit, is none."""
    assert normal(system, text) == code
    assert bool(wrong(system, text)) is (code == "")


@pytest.mark.parametrize(("key", "name"), [(names[0], name) for names in NAMES for name in names])
def test_a_system_is_known_by_name_oid_and_address(key: str, name: str) -> None:
    """A system's key, name, OID, URN and addresses all mean it."""
    assert system_of(name) == key


@pytest.mark.parametrize("name", ["", "ICD-9-CM", "2.16.840.1.113883.6.103", "2.16.840.1.113883.6", "http://loinc.org.evil.example", "x" * 9000])
def test_another_system_is_not_taken_for_one_of_ours(name: str) -> None:
    """What only begins like a system's name is not that system."""
    assert system_of(name) is None


@pytest.mark.parametrize("code", ["2093-3", "2085-9", "13457-7", "30934-4", "85354-9", "8480-6", "718-7", "4548-4"])
def test_every_other_check_digit_of_a_loinc_code_is_wrong(code: str) -> None:
    """Of the ten codes that differ in the last digit, one is right, and the refusal names its digit."""
    stem = code[:-1]
    assert [f"{stem}{n}" for n in range(10) if normal("loinc", f"{stem}{n}")] == [code]
    assert f"would be {code[-1]}," in wrong("loinc", f"{stem}{(int(code[-1]) + 1) % 10}")


@pytest.mark.parametrize("code", ["22298006", "38341003", "84114007", "49436004", "53741008", "230690007", "73211009"])
def test_one_wrong_digit_or_two_swapped_ones_are_seen_in_a_snomed_code(code: str) -> None:
    """Verhoeff's scheme finds each single wrong digit, and each swap of two neighbours."""
    for place, digit in enumerate(code):
        others = (code[:place] + str(n) + code[place + 1 :] for n in range(10) if str(n) != digit)
        assert not any(normal("snomed-ct", other) for other in others)
    swapped = {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(len(code) - 1)} - {code}
    assert not any(normal("snomed-ct", other) for other in swapped)


def test_a_code_stands_below_the_codes_it_begins_with() -> None:
    """ICD-10-CM codes have wider ones, the nearest first; codes of other systems have none."""
    assert list(above("icd-10-cm", "I82.4Y1")) == ["I82.4Y", "I82.4", "I82"]
    assert list(above("icd-10-cm", "I82")) == []
    assert list(above("loinc", "24331-1")) == []
    assert is_below("icd-10-cm", "I21.4", "I21")
    assert not is_below("icd-10-cm", "I21", "I21")


@given(st.sampled_from(list(SYSTEMS)), st.text(max_size=30))
def test_any_text_is_a_code_or_none(system: CodeSystem, text: str) -> None:
    """Whatever is sent, writing it twice changes nothing, and either it is a code or it is said why not."""
    code = normal(system, text)
    assert normal(system, code) == code
    assert bool(code) is not bool(wrong(system, text))


def _library(root: Path, **codes: str) -> Path:
    making.library(root)
    for slug, listed in codes.items():
        making.article(root, slug.replace("_", "-"), f'topics = ["hearts"]\n\n[codes]\n{listed}\n')
    return root


def _leads_to(root: Path, system: CodeSystem, code: str) -> list[tuple[str, str, str]]:
    return [(one.article.slug, one.listed, one.relation) for one in coded(read_folder(root).library, system, code)]


def test_a_code_leads_to_what_lists_it_else_wider_else_narrower(tmp_path: Path) -> None:
    """The very code first, then the nearest wider one, then narrower ones; never its neighbours."""
    root = _library(tmp_path, a="icd-10-cm = ['i214']", b="icd-10-cm = ['I21']", c="icd-10-cm = ['R07.9']", d="icd-10-cm = ['E78.00', 'E78.2']")
    assert _leads_to(root, "icd-10-cm", "I21.4") == [("a", "I21.4", "same")]
    assert _leads_to(root, "icd-10-cm", "I21.49") == [("a", "I21.4", "wider")]
    assert _leads_to(root, "icd-10-cm", "I21.3") == [("b", "I21", "wider")]
    assert _leads_to(root, "icd-10-cm", "E78") == [("d", "E78.00", "narrower")]
    assert _leads_to(root, "icd-10-cm", "R07") == [("c", "R07.9", "narrower")]
    assert _leads_to(root, "icd-10-cm", "R07.0") == []
    assert _leads_to(root, "rxnorm", "214") == []


def test_the_article_a_code_is_first_for_comes_first(tmp_path: Path) -> None:
    """Of several articles with a code, those come first whose own list begins with it."""
    root = _library(tmp_path, a="icd-10-cm = ['I10', 'I11.0']", b="icd-10-cm = ['I11.0']")
    assert [slug for slug, _, _ in _leads_to(root, "icd-10-cm", "I11.0")] == ["b", "a"]


def test_codes_of_one_system_do_not_begin_those_of_another(tmp_path: Path) -> None:
    """Only systems whose codes are nested have narrower codes: RxNorm's 833 is not above 83367."""
    assert _leads_to(_library(tmp_path, a="rxnorm = ['83367']"), "rxnorm", "833") == []


def test_check_names_a_wrong_code_by_its_line(content: Path) -> None:
    """A code that its system does not write so is an error at its line, which says what would be right; the article is still served."""
    cleaned(content)
    making.write(content / "articles/sample/article.toml", 'topics = ["hearts"]\n\n[codes]\nicd-10-cm = ["I21.9", "I2"]\nloinc = [\n  "2093-4",\n]\n')
    assert found(content) == [
        'articles/sample/article.toml:4: error: codes.icd-10-cm: "I2" is not a code of ICD-10-CM; write it like I21.9.',
        'articles/sample/article.toml:6: error: codes.loinc: "2093-4" is mistyped: the last digit of such a code would be 3, '
        "so one of its digits is wrong.",
    ]
    assert _leads_to(content, "icd-10-cm", "I21.9") == [("sample", "I21.9", "same")]
