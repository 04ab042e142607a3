"""Medical code systems: how each is named, how its codes are written, and what a mistyped one looks like.

No table of codes comes with the library. Articles list their own codes, and those are all that is known.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

CodeSystem = Literal["icd-10-cm", "snomed-ct", "rxnorm", "loinc", "mesh"]
DEFAULT: CodeSystem = "icd-10-cm"

_LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the Logical "
    "Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at "
    "http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, Inc."
)
_RXNORM_NOTICE = (
    "This product uses publicly available data courtesy of the U.S. National Library of Medicine (NLM), National Institutes of Health, "
    "Department of Health and Human Services; NLM is not responsible for the product and does not endorse or recommend this or any "
    "other product."
)


@dataclass(frozen=True)
class System:
    """A code system: its name, object identifier (OID), addresses, and the shape of its codes without blanks, in capitals."""

    name: str
    oid: str
    uris: tuple[str, ...]
    shape: re.Pattern[str]
    example: str
    used_for: str
    also: tuple[str, ...] = ()
    """Other names that records use for it, such as those of HL7 table 0396; letters and digits only."""
    nested: bool = False
    """Whether a code begins with the wider code that it stands below."""
    digit: Callable[[str], str] | None = None
    """The check digit that a code's other digits ask for."""
    notice: str = ""
    """What its owner asks to be said where its codes are used."""


def _mod_10(code: str) -> str:
    """LOINC's check digit (mod 10) for a code, by the digits before its hyphen."""
    digits = [int(c) for c in reversed(code.partition("-")[0])]
    doubled = (2 * n - 9 * (n > 4) if place % 2 == 0 else n for place, n in enumerate(digits))
    return str(-sum(doubled) % 10)


_FIVES = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""The permutation of Verhoeff's scheme; place n of a code uses it n times."""


def _verhoeff(code: str) -> str:
    """SNOMED CT's check digit (Verhoeff) for a code, by its digits but the last."""
    total = 0
    for place, digit in enumerate(reversed(code[:-1]), 1):
        moved = int(digit)
        for _ in range(place % 8):
            moved = _FIVES[moved]
        total = _turned(total, moved)
    return str(next(last for last in range(10) if _turned(total, last) == 0))


def _turned(a: int, b: int) -> int:
    """The product of two elements of the dihedral group of ten, on which Verhoeff's scheme stands."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


SYSTEMS: Mapping[CodeSystem, System] = {
    "icd-10-cm": System(
        name="ICD-10-CM",
        oid="2.16.840.1.113883.6.90",
        uris=("http://hl7.org/fhir/sid/icd-10-cm",),
        shape=re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})"),
        example="I21.9",
        used_for="conditions and symptoms",
        also=("icd10cm", "i10c", "icd10"),
        nested=True,
    ),
    "snomed-ct": System(
        name="SNOMED CT",
        oid="2.16.840.1.113883.6.96",
        uris=("http://snomed.info/sct",),
        shape=re.compile(r"([1-9][0-9]{2,14}[01]0[0-9])"),  # the two digits before the last say that it is a concept
        example="22298006",
        used_for="conditions, symptoms and procedures",
        also=("snomedct", "snomed", "sct", "snomedctus"),
        digit=_verhoeff,
    ),
    "rxnorm": System(
        name="RxNorm",
        oid="2.16.840.1.113883.6.88",
        uris=("http://www.nlm.nih.gov/research/umls/rxnorm",),
        shape=re.compile(r"0*([1-9][0-9]{0,7})"),
        example="83367",
        used_for="medicines, by ingredient",
        also=("rxnorm", "rxcui"),
        notice=_RXNORM_NOTICE,
    ),
    "loinc": System(
        name="LOINC",
        oid="2.16.840.1.113883.6.1",
        uris=("http://loinc.org",),
        shape=re.compile(r"0*([1-9][0-9]{0,6}-[0-9])"),
        example="24331-1",
        used_for="tests",
        also=("loinc", "ln", "lnc"),
        digit=_mod_10,
        notice=_LOINC_NOTICE,
    ),
    "mesh": System(
        name="MeSH",
        oid="2.16.840.1.113883.6.177",
        uris=("http://id.nlm.nih.gov/mesh", "http://www.nlm.nih.gov/mesh"),
        shape=re.compile(r"([CD][0-9]{6}(?:[0-9]{3})?)"),
        example="D009203",
        used_for="subjects, as in MedlinePlus",
        also=("mesh", "msh"),
    ),
}


def system_of(text: str) -> CodeSystem | None:
    """The system that a name, an OID or an address (URI) means; None for one that is not known."""
    text = re.sub(r"^(urn:)?oid:", "", text.strip().lower()).rstrip("/.")
    address = re.sub(r"^https?://(www\.)?", "", text)
    name = re.sub(r"[^a-z0-9]", "", text)
    for key, system in SYSTEMS.items():
        ours = (re.sub(r"^https?://(www\.)?", "", uri) for uri in system.uris)
        if text in {key, system.oid} or name in system.also or any(address == uri or address.startswith(uri + "/") for uri in ours):
            return key
    return None


def normal(system: CodeSystem, text: str) -> str:
    """The code as its system writes it, whatever the case, dots and blanks it came with; "" for what is none of its codes."""
    found = _parts(system, text)
    return "" if found is None or _mistyped(system, found) else found


def wrong(system: CodeSystem, text: str) -> str:
    """What is wrong with a code, to follow after it in a sentence; "" for a right one."""
    known, code = SYSTEMS[system], _parts(system, text)
    if code is None:
        return f"is not a code of {known.name}; write it like {known.example}"
    digit = _mistyped(system, code)
    return f"is mistyped: the last digit of such a code would be {digit}, so one of its digits is wrong" if digit else ""


def _parts(system: CodeSystem, text: str) -> str | None:
    compact = re.sub(r"\s+", "", text[:100]).upper()
    found = SYSTEMS[system].shape.fullmatch(compact) if compact.isascii() else None
    return ".".join(part for part in found.groups() if part) if found else None


def _mistyped(system: CodeSystem, code: str) -> str:
    """The check digit that a code should have and has not; "" where it is right or its system has none."""
    digit = SYSTEMS[system].digit
    return wanted if digit and (wanted := digit(code)) != code[-1] else ""


def above(system: CodeSystem, code: str) -> Iterator[str]:
    """The wider codes that an ICD-10-CM code stands below, the nearest first: I21.4 and then I21 for I21.49. Others have none."""
    if SYSTEMS[system].nested:
        for length in range(len(code) - 1, 2, -1):
            if length != 4:  # "I21." is I21
                yield code[:length]


def is_below(system: CodeSystem, code: str, wider: str) -> bool:
    """Whether `code` stands below `wider`."""
    return wider in above(system, code)
