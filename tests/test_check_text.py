"""What `health-widgets check` finds in an article's text, by path and line."""

from datetime import date
from pathlib import Path

import pytest

from tests import making
from tests.checking import EN, ES, HARD, cleaned, found, line_of, replaced
from widgets.check import check
from widgets.content.files import ContentFile
from widgets.content.read import parse_text

WITHDRAWN = '\n[withdrawn]\nnotice = "Old."\nreplacement = "smple"\n+++\n\n'
REVIEW = '[review]\nby = "Board"\nreviewed = {reviewed}\ntext-hash = "{hash}"\nnext-review = {next}'
CASES = {
    "no front matter": ("+++\n", "---\n", "---", "error: has no front matter"),
    "unknown key": ("summary =", "sumary =", "sumary", "error: there is no key sumary; did you mean summary?"),
    "wrong type": ("written = 2026-01-10", 'written = "soon"', "written", "error: written: Expected `date`"),
    "not an address": ("https://www.nhlbi", "www.nhlbi", "sources", "error: sources.0: 'www.nhlbi.nih.gov/health' is not an address"),
    "dangling article link": ("article:sample", "article:smple", "article:smple", 'error: link: there is no article "smple"; did you'),
    "dangling topic link": ("article:sample", "topic:none", "topic:none", 'error: link: there is no topic "none".'),
    "dangling link in HTML": ("It is a [sample]", '<a href="article:x">x</a> [sample]', "article:x", 'error: link: there is no article "x"'),
    "h1": ("## Why", "# Why", "# Why", "error: a heading with one #"),
    "level skipped": ("## Why", "#### Why", "#### Why", "error: the heading skips a level: #### below ##; write ###."),
    "level skipped at the start": ("## What", "### What", "### What", "error: the heading skips a level: ### below the title; write ##."),
    "hard emergency words": ("It hurts.", HARD, "emergency =", "error: emergency: Flesch-Kincaid grade"),
    "written in the future": ("2026-01-10", "2026-06-16", "written", "error: written: 2026-06-16 is in the future; write 2026-06-15"),
    "number in title": ("A sample", "Call 911", "title", 'error: title: "911"'),
    "number in summary": ("What a sample is", "Call 116 123", "summary", 'error: summary: "116 123"'),
    "number in emergency words": ("It hurts.", "Call 9-1-1.", "emergency =", 'error: emergency: "9-1-1" is not the number'),
    "number in text": ("If it hurts", "Call **988**. If it hurts", "988", 'error: "988" is not the number in every region; write {emergency}'),
    "number in a link": ("If it hurts", "[Call](tel:112). If it hurts", "tel:112", 'error: "112"'),
    "unknown placeholder": ("hurts, {emergency}", "hurts, {emergncy}", "emergncy", "error: there are no words for {emergncy}; did you mean {em"),
    "placeholder in title": ("A sample", "A {crisis}", "title", "error: title: {crisis} is shown as it stands"),
    "raw HTML": ("If it hurts", "<video src='x'></video> If it hurts", "<video", "warning: <video> is dropped"),
    "raw HTML attribute": ("If it hurts", "<em class='x'>so</em> If it hurts", "<em", "warning: the attribute class of <em> is dropped"),
    "picture": ("If it hurts", "![x](https://x.example/i.png) If it hurts", "![x]", 'warning: the picture "https://x.example/i.png" is'),
    "relative link": ("article:sample", "/articles/sample", "/articles/sample", 'warning: the link to "/articles/sample" is dropped'),
    "unknown replacement": ("\n+++\n\n", WITHDRAWN, "replacement", 'error: replacement: there is no article "smple"; did'),
}  # fmt: skip


@pytest.fixture
def clean(content: Path) -> Path:
    """A content folder without any fault."""
    return cleaned(content)


@pytest.mark.parametrize("case", CASES)
def test_fault(clean, case):
    """Each kind of fault is named by path, line and level, with what would be right."""
    old, new, needle, message = CASES[case]
    replaced(clean, EN, old, new)
    assert f"{EN}:{line_of(clean, EN, needle)}: {message}" in "\n".join(found(clean))


@pytest.mark.parametrize(
    "harmless",
    [
        "1,112 people",
        "figure 911-a",
        "room 2911",
        "10 000 steps",
        "112/80",
        "111 over 70",
        "112 mg",
        "112%",
        "$999",
        "1-800-911-2000",
        "99.112",
        "112.5",
        "<!-- 5 -->",
    ],
)
def test_number_within_another(clean, harmless):
    """Digits that are part of another number or a measure are no emergency number."""
    replaced(clean, EN, "If it hurts", f"{harmless}. If it hurts")
    assert found(clean) == []


def test_two_faults_of_one_kind_have_two_lines(clean):
    """The same fault twice in a text is told twice, each at its line."""
    replaced(clean, EN, "If it hurts", "Call 911.\n\nSee [x](topic:no).\n\nCall 911.\n\nSee [y](topic:no)")
    first = line_of(clean, EN, "Call 911")
    assert [int(fault.split(":")[1]) for fault in found(clean)] == [first, first + 2, first + 4, first + 6]


def test_hard_text(clean):
    """A text past its language's limit is an error at its first line; a hard half of the library is a warning on the whole."""
    making.article(clean, en=making.text().split("A short text")[0] + f"{HARD} " * 60, es=(clean / ES).read_text("utf-8"))
    first = line_of(clean, EN, "Cardiovascular")
    grade, median = sorted(found(clean))
    assert grade.startswith(f"{EN}:{first}: error: Flesch-Kincaid grade") and "at most 8.0 is allowed" in grade
    assert median.startswith("articles:1: warning: the median Flesch-Kincaid grade of all articles in en is")


def test_hard_spanish(clean):
    """Spanish has its own formula, in which higher is easier."""
    replaced(clean, ES, "It hurts.", "La rehabilitación cardiovascular multidisciplinaria necesita investigaciones individualizadas.")
    assert f"{ES}:{line_of(clean, ES, 'emergency =')}: error: emergency: Fernández Huerta" in "\n".join(found(clean))


def test_short_text(clean):
    """A text under 250 words is a note at its first line."""
    making.article(clean, en=making.text(), es=(clean / ES).read_text("utf-8"))
    assert found(clean) == [f"{EN}:{line_of(clean, EN, 'A short text')}: note: has 22 words; readers seldom find their answer in fewer than 250."]


def test_missing_source(clean):
    """A text that names no source is an error."""
    replaced(clean, EN, '[[sources]]\npublisher = "NHLBI"\ntitle = "Samples"\nurl = "https://www.nhlbi.nih.gov/health"', "")
    assert f"{EN}:1: error: names no source" in "\n".join(found(clean))


def reviewed(root: Path, hash: str | None = None, reviewed: str = "2026-02-01", next: str = "2027-02-01") -> None:
    """Give the English text a review, of the text as it is unless `hash` says another."""
    own = parse_text(ContentFile.read(root, root / EN)).hash
    making.write(root / EN, (root / EN).read_text("utf-8").replace("\n+++\n\nA short", f"\n{REVIEW}\n+++\n\nA short"))
    path = root / EN
    path.write_text(path.read_text("utf-8").format(reviewed=reviewed, hash=hash or own, next=next, emergency="{emergency}"), "utf-8")


def test_review_in_order(clean):
    """A review of the text as it is, with a next one to come, is no fault."""
    reviewed(clean)
    assert found(clean) == []


def test_overdue_review(clean):
    """A review whose next date has passed is a warning from the day after, by the clock that is given."""
    reviewed(clean, next="2026-06-15")
    assert found(clean) == []
    overdue = [str(fault) for fault in check(clean, date(2026, 6, 16)).faults]
    assert overdue[0].startswith(f"{EN}:{line_of(clean, EN, 'next-review')}: warning: next-review: 2026-06-15 has passed")


def test_review_in_the_future(clean):
    """A review cannot have happened tomorrow."""
    reviewed(clean, reviewed="2026-06-16")
    assert f"{EN}:{line_of(clean, EN, 'reviewed =')}: error: reviewed: 2026-06-16 is in the future" in "\n".join(found(clean))


def test_changed_since_review(clean):
    """A text changed since its review is an error whose message gives the hash that makes it right."""
    reviewed(clean)
    replaced(clean, EN, "A short text.", "A new text.")
    (fault,) = found(clean)
    assert fault.startswith(f"{EN}:{line_of(clean, EN, 'text-hash')}: error: the text has changed since its review")
    replaced(clean, EN, line := _line(clean, EN, "text-hash"), fault[fault.index("text-hash =") : -1])
    assert line and found(clean) == []


def _line(root: Path, path: str, needle: str) -> str:
    return (root / path).read_text("utf-8").split("\n")[line_of(root, path, needle) - 1]


def test_withdrawn_text_is_held_to_little(clean):
    """A withdrawn text needs no source, length or translation: nobody reads it."""
    (clean / ES).unlink()
    making.article(clean, en='+++\ntitle = "Old"\nsummary = "Old."\nauthor = "Us"\nwritten = 2026-01-01\nwithdrawn.notice = "Gone."\n+++\n')
    (clean / ES).unlink(missing_ok=True)
    assert found(clean) == []
