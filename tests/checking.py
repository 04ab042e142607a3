"""What the tests of checking share: a library without a fault, and how to spoil it."""

from datetime import date
from pathlib import Path

from tests import making
from widgets.check import check

TODAY = date(2026, 6, 15)
SITE, TOPIC, SHARED = "sites/default.toml", "topics/hearts.toml", "articles/sample/article.toml"
EN, ES = "articles/sample/en.md", "articles/sample/es.md"
CHECKER, CHECKER_ES = "[symptom-checker]", 'words.es = {heading = "Verificador", button = "Ver"}'
HARD = "Cardiovascular rehabilitation necessitates multidisciplinary examination of individual comorbidities."


def cleaned(content: Path) -> Path:
    """The small content folder without any fault: two languages, long enough, every word there."""
    making.write(content / SITE, f"{making.SITE}{CHECKER_ES}\n")
    making.write(content / "topics" / "symptoms.toml", making.TOPIC)
    long = making.text() + "\n" + "This is one more short line to read. " * 40
    making.article(content, en=long, es=long)
    return content


def replaced(root: Path, path: str, old: str, new: str) -> None:
    """Change one place of a file."""
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), "utf-8")


def line_of(root: Path, path: str, needle: str) -> int:
    """The line that `needle` stands on."""
    lines = (root / path).read_text("utf-8").split("\n")
    return next(n for n, line in enumerate(lines, 1) if needle in line)


def found(root: Path) -> list[str]:
    """The faults as they are printed."""
    return [str(fault) for fault in check(root, TODAY).faults]
