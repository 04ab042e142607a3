"""Health-topic files made for a test: NLM's schema, our own words."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from click.testing import CliRunner, Result

from widgets.commands import main

DOCTYPE = '<!DOCTYPE health-topics PUBLIC "-//NLM//DTD health-topics //EN" "https://medlineplus.gov/xml/mplus_topics.dtd">'
HOST = "https://medlineplus.gov"
SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "medlineplus"
NO_SHARED = "the real files are not in ../shared/data/medlineplus"

SUMMARY = (
    "<p>A sore knee hurts. See <a href='https://medlineplus.gov/rest.html'>rest</a>.</p><ul class=\"\">\n<li>\tRest it  </li><li>Cool it"
    "<ul><li>with ice</li></ul></li></ul>\n\n<h3>What now?</h3><p>If it is broken, call 911. Know when to call 911 at home.</p>"
    "<table><tr><th>Day</th><th>Do</th></tr><tr><td>1</td><td>Rest | cool</td></tr></table>"
    '<p class="attribution" style="x">NIH: Institute of Knees</p>'
)
GROUP = f'<group url="{HOST}/joints.html" id="7">Joints/Bones</group>'
SITES = (
    f'<site title="All about knees" url="{HOST}/x.html#a part (1)" language-mapped-url="https://es.example"><information-category>NON-DISPLAY (Draft)'
    "</information-category><information-category>Start Here</information-category><organization>Knee Society</organization></site>"
    '<site title="Hidden" url="https://hidden.example/"><information-category>NON-DISPLAY (Draft)</information-category></site>'
    '<site title="Bad" url="javascript:alert(1)"><information-category>Start Here</information-category></site>'
    '<site title="When to Call 911" url="https://www.911.example/"><information-category>Videos</information-category></site>'
)
MESH = '<mesh-heading><descriptor id="D000001">Knee</descriptor><qualifier id="Q000002">injuries</qualifier></mesh-heading>'
KNEE = (
    f"<also-called>Knee ache</also-called><also-called>Gonalgia</also-called><full-summary>{escape(SUMMARY)}</full-summary>{GROUP}"
    f'<language-mapped-topic url="{HOST}/spanish/sorekneex.html" id="900" language="Spanish">Dolor de rodilla</language-mapped-topic>{MESH}'
    + f'<other-language vernacular-name="español" url="{HOST}/spanish/soreknee.html">Spanish</other-language>'
    * 2
    + f'<primary-institute url="https://knees.example/">Institute of Knees</primary-institute>'
    f'<related-topic url="{HOST}/rest.html" id="11">Rest</related-topic><related-topic url="{HOST}/sleep.html" id="12">Sleep</related-topic>'
    f"<see-reference>Knee, Sore</see-reference><see-reference>Gonalgia</see-reference>{SITES}"
)
REST = f"<full-summary>{escape('<p>Rest is good.</p>')}</full-summary>{GROUP}"
RODILLA = (
    f"<also-called>Gonalgia</also-called><full-summary>{escape('<p>Le duele la rodilla. Si está rota, llame al 911.</p>')}</full-summary>"
    f'<group url="{HOST}/spanish/joints.html" id="7">Articulaciones</group>'
    f'<language-mapped-topic url="{HOST}/soreknee.html" id="10" language="English">Sore Knee</language-mapped-topic>'
)


def topic(inner: str, number: str = "10", title: str = "Sore Knee", page: str = "/soreknee.html", language: str = "English", **more: str) -> str:
    """A health-topic element; an attribute given as "-" is left out."""
    said = {"meta-desc": "Why a knee is sore. ", "title": title, "url": HOST + page, "id": number, "language": language}
    said |= {"date-created": "01/06/2005"} | {name.replace("_", "-"): value for name, value in more.items()}
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in said.items() if value != "-")
    return f"<health-topic {attributes}>{inner}</health-topic>"


def whole(*topics: str, total: int | None = None, doctype: str = DOCTYPE, generated: str = "10/02/2026 02:30:35") -> str:
    """A whole file."""
    number = len(topics) if total is None else total
    root = f'<health-topics total="{number}" date-generated="{generated}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', doctype, root, *topics, "</health-topics>", ""])


def sample(knee: str = KNEE) -> str:
    """Three topics: an English and Spanish pair, and a related one."""
    return whole(
        topic(knee),
        topic(REST, "11", "Rest", "/rest.html"),
        topic(RODILLA, "900", "Dolor de rodilla", "/spanish/soreknee.html", "Spanish"),
    )


def imported(source: Path, into: Path, kind: str = "medlineplus") -> Result:
    """What the command says and does."""
    return CliRunner().invoke(main, ["import", kind, str(source), "--into", str(into)], catch_exceptions=False)


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its bytes and its time."""
    return {path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(root.rglob("*")) if path.is_file()}


def changed(before: dict[str, tuple[bytes, int]], after: dict[str, tuple[bytes, int]]) -> list[str]:
    """The files that are new, gone or written anew, the importer's own notes left out."""
    return [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name) and not name.startswith(".imports/")]
