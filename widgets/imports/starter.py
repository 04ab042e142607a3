"""The first site of a content folder that has none: without one, nothing is served."""

from collections.abc import Iterable
from pathlib import Path

from widgets.imports.report import Report
from widgets.imports.shelf import write
from widgets.imports.toml import rendered
from widgets.sites import DEFAULT

_NAME = {"en": "Health Library", "es": "Biblioteca de salud"}
_DISCLAIMER = {
    "en": "This information does not replace the advice of a doctor. Our providers may not treat all the topics found here.",
    "es": "Esta información no reemplaza el consejo de un médico. Es posible que nuestros profesionales no traten todos los temas "
    "que se encuentran aquí.",
}


_SYMPTOMS = {"en": "Symptoms", "es": "Síntomas"}
_CHECKER = {
    "en": {"heading": "Symptom checker", "button": "Check your symptoms"},
    "es": {"heading": "Verificador de síntomas", "button": "Revisar sus síntomas"},
}


def begin_site(root: Path, languages: Iterable[str], report: Report) -> None:
    """Write `sites/default.toml` if there is none, for the languages that came in, and the topic that it names."""
    path = root / "sites" / f"{DEFAULT}.toml"
    if path.exists():
        return
    offered = [language for language in _NAME if language in set(languages)] or ["en"]
    words = {f"{key}.{lang}": table[lang] for key, table in (("name", _NAME), ("disclaimer", _DISCLAIMER)) for lang in offered}
    words |= {f"symptom-checker.words.{lang}.{key}": said for lang in offered for key, said in _CHECKER[lang].items()}
    head = "# The site that is used where none is named. Put in your own name, and how to ask for an appointment.\n"
    write(path, head + rendered({"languages": offered, "region": "US"} | words))
    symptoms = root / "topics" / "symptoms.toml"
    if not symptoms.exists():
        write(symptoms, rendered({f"words.{lang}.title": _SYMPTOMS[lang] for lang in offered}))
    report.files["sites/default.toml, to put your own name into"] += 1
