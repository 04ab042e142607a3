"""Requests as health records send them, and the articles that answer each; the documentation shows them as a table."""

from typing import NamedTuple
from urllib.parse import quote

ICD, SNOMED, RXNORM, LOINC, MESH = (f"2.16.840.1.113883.6.{arc}" for arc in (90, 96, 88, 1, 177))


class Asked(NamedTuple):
    """What is asked, in words; the parameters; the articles expected, in order; what else the answer says."""

    what: str
    parameters: str
    expected: tuple[str, ...]
    note: str = ""


def _search(code: str = "", system: str = "", name: str = "", number: str = "") -> str:
    sent = {"c": code, "cs": system, "dn": name}
    return "&".join(f"mainSearchCriteria.v.{key}{number}={quote(value, safe=':/')}" for key, value in sent.items() if value)


def _several(*codes: tuple[str, str]) -> str:
    return "&".join(_search(code, system, number=str(place or "")) for place, (code, system) in enumerate(codes))


LANGUAGE = "&informationRecipient.languageCode.c="
JSON = "&knowledgeResponseType=application/json"
PATIENT = "&patientPerson.administrativeGenderCode.c=F&age.v.v=67&age.v.u=a"

REQUESTS = (
    Asked("A problem by ICD-10-CM", _search("I21.9", ICD, "Acute myocardial infarction, unspecified"), ("heart-attack",)),
    Asked("The same without its dot, in lower case", _search("i219", ICD), ("heart-attack",)),
    Asked("The same with blanks", _search(" I21.9 ", ICD), ("heart-attack",)),
    Asked("A code that is not listed, but its category is", _search("I21.4", ICD, "NSTEMI"), ("heart-attack",), "I21.4 belongs to I21"),
    Asked("A longer one, two steps below", _search("I82.4Y1", ICD), ("deep-vein-thrombosis",), "I82.4Y1 belongs to I82.4"),
    Asked("A category, of which narrower codes are listed", _search("I25", ICD),
          ("coronary-artery-disease", "recovering-from-a-heart-attack"), "I25 includes I25.10 and I25.2"),
    Asked("The system by its address (FHIR)", _search("I10", "http://hl7.org/fhir/sid/icd-10-cm"), ("high-blood-pressure",)),
    Asked("The system as a URN", _search("I48.91", f"urn:oid:{ICD}"), ("atrial-fibrillation",)),
    Asked("The system by name", _search("I50.9", "ICD10CM"), ("heart-failure",)),
    Asked("No system: ICD-10-CM", _search("R07.9"), ("chest-pain",)),
    Asked("Two articles for one code", _search("I11.0", ICD), ("heart-failure", "high-blood-pressure")),
    Asked("A status code", _search("Z95.810", ICD, "Presence of automatic (implantable) cardiac defibrillator"), ("implantable-defibrillator",)),
    Asked("A medicine by RxNorm", _search("83367", RXNORM, "atorvastatin"), ("statins",), "RxNorm's notice"),
    Asked("A medicine, the system by its address", _search("11289", "http://www.nlm.nih.gov/research/umls/rxnorm"), ("blood-thinners",)),
    Asked("A test by LOINC", _search("24331-1", LOINC, "Lipid 1996 panel - Serum or Plasma"), ("cholesterol-test",), "LOINC's notice"),
    Asked("A test, the system by its address", _search("30934-4", "http://loinc.org", "BNP"), ("heart-failure",)),
    Asked("A heart attack's blood test", _search("10839-9", LOINC, "Troponin I.cardiac"), ("heart-attack",)),
    Asked("A MeSH heading", _search("D009203", MESH), ("heart-attack",)),
    Asked("A MeSH heading, the system by its address", _search("D006333", "http://id.nlm.nih.gov/mesh"), ("heart-failure",)),
    Asked("A problem list: several codes at once", _several(("I10", ICD), ("E78.5", ICD), ("83367", RXNORM)),
          ("high-blood-pressure", "high-cholesterol", "statins"), "Theirs takes one"),
    Asked("Several, one of them unknown", _several(("I10", ICD), ("Z99.9", ICD)), ("high-blood-pressure",), "says that Z99.9 led to nothing"),
    Asked("A name alone", _search(name="Hypercholesterolemia"), ("high-cholesterol",), "found by its other name"),
    Asked("A SNOMED CT code that is not listed, with a name that is", _search("22298006", SNOMED, "Myocardial infarction"), ("heart-attack",)),
    Asked("In Spanish", _search("I10", ICD) + LANGUAGE + "es", ("high-blood-pressure",), "the answer is in Spanish"),
    Asked("In Spanish, as MedlinePlus Connect is asked", _search("I21.9", ICD) + LANGUAGE + "sp" + JSON, ("heart-attack",)),
    Asked("With age and sex", _search("I63.9", ICD) + PATIENT + "&taskContext.c.c=PROBLISTREV&informationRecipient=PAT", ("stroke",), "not kept"),
    Asked("A system that is not known (ICD-9-CM)", _search("410.9", "2.16.840.1.113883.6.103"), (), "status 200, an empty feed"),
    Asked("A code that nothing matches", _search("Z99.9", ICD), (), "status 200; the page leads on to search and topics"),
    Asked("A mistyped test", _search("2093-4", LOINC), (), "the check digit is wrong"),
    Asked("A neighbour of a listed code", _search("R07.0", ICD, "Pain in throat"), (), "R07.9 is chest pain: neighbours never match"),
)  # fmt: skip
