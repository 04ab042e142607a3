"""Damaged and hostile files: refused with the reason and nothing written, or imported but for what is named."""

import gzip
import io
import lzma
import os
import resource
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.topics import KNEE, MESH, NO_SHARED, REST, SHARED, imported, sample, topic, tree, whole
from widgets.check import check
from widgets.edition import read_folder
from widgets.imports import nlm, opening
from widgets.imports.report import Refused

LAUGHS = '<!DOCTYPE health-topics [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE health-topics [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE health-topics [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>'


def zipped(*names: str, text: str = "") -> bytes:
    """A .zip with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text or sample())
    return buffer.getvalue()


def _flipped(raw: bytes) -> bytes:
    return raw[:200] + bytes([raw[200] ^ 0xFF]) + raw[201:]


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "truncated": (sample().encode()[:-900], "is not XML"),
    "truncated before the end": (sample().replace("</health-topics>", "").encode(), "is not XML: no element found"),
    "not XML": (b"%PDF-1.7 not XML at all", "file:1: is not XML"),
    "HTML page": (b"<!DOCTYPE html><html><head></head><body>Sign in</body></html>", "the root is <html>"),
    "wrong root": (b"<topics><topic/></topics>", "the root is <topics>"),
    "older schema": (b'<?xml version="1.0"?><MedicalTopics><MedicalTopic/></MedicalTopics>', "the root is <MedicalTopics>"),
    "schema not known": (whole(topic("<summary>Text</summary>")).encode(), "<summary> inside <health-topic> is of a schema that is not known"),
    "text out of place": (whole(topic("Text")).encode(), "there is text right inside <health-topic>"),
    "no topic": (whole().encode(), "holds no health-topic"),
    "wrong encoding": (sample().encode("utf-8").replace("á".encode(), b"\xe1"), "is not XML: not well-formed"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><health-topics/>', "unknown encoding"),
    "encoding of several bytes": (sample().replace("UTF-8", "Shift_JIS").encode(), "is in an encoding that cannot be read"),
    "encoding that decodes nothing": (sample().replace("UTF-8", "undefined").encode(), "is in an encoding that cannot be read"),
    "UTF-16 that says UTF-8": (sample().encode("utf-16"), "is not XML: encoding specified in XML declaration is incorrect"),
    "nothing of use": (whole(topic(KNEE, "x"), topic("", meta_desc="\u200b")).encode(), "none of its 2 topics can be imported: file:4: Sore Knee"),
    "NUL bytes": (sample().replace("Rest is good", "Rest\0is good").encode(), "is not XML"),
    "zeroes": (b"\0" * 100_000, "is not XML"),
    "entity bomb": (whole(topic("<also-called>&b;</also-called>"), doctype=LAUGHS).encode(), "names the entity a"),
    "external entity": (whole(topic("<also-called>&x;</also-called>"), doctype=EXTERNAL).encode(), "names the entity x"),
    "parameter entity": (whole(topic(REST), doctype=PARAMETER).encode(), "names the entity x"),
    "entity of the DTD": (whole(topic("<also-called>&nbsp;</also-called>")).encode(), "names the entity nbsp"),
    "endless text": (whole(topic(f"<full-summary>{'x' * 1_100_000}</full-summary>")).encode(), "a topic holds more than"),
    "endless nesting": (whole(topic("<site>" * 10_000)).encode(), "<site> inside <site> is of a schema"),
    "cut gzip": (gzip.compress(sample().encode())[:-200], "cannot be read"),
    "broken gzip": (_flipped(gzip.compress(sample().encode())), "cannot be read"),
    "cut xz": (lzma.compress(sample().encode())[:-20], "cannot be read"),
    "broken xz": (_flipped(lzma.compress(sample().encode())), "cannot be read"),
    "broken zip": (zipped("a.xml")[:-30], "cannot be read"),
    "two files in a zip": (zipped("a.xml", "../b.xml"), "holds 2 XML files"),
    "no file in a zip": (zipped("../../etc/a.txt"), "holds 0 XML files"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path, case):
    """The file is refused with its name and the reason, in one line, and nothing is written anywhere."""
    raw, reason = REFUSED[case]
    (tmp_path / "file").write_bytes(raw)
    before = tree(tmp_path)
    result = imported(tmp_path / "file", tmp_path / "into")
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert result.output.startswith("Error: file") and reason in result.output and "Nothing was written." in result.output
    assert tree(tmp_path) == before and not (tmp_path / "into").exists()


def test_a_pipe(tmp_path):
    """What is no file is refused before it is read, since a pipe may never end."""
    os.mkfifo(tmp_path / "pipe")
    result = imported(tmp_path / "pipe", tmp_path / "into")
    assert result.exit_code == 1 and "pipe: is a pipe or a device, and no file" in result.output and not (tmp_path / "into").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1252"])
def test_other_encodings(tmp_path, encoding):
    """A file in another encoding, which says so, imports as the one in UTF-8 does."""
    text = sample().replace("UTF-8", encoding.removesuffix("-sig"))
    (tmp_path / "file").write_bytes(text.encode(encoding))
    assert imported(tmp_path / "file", tmp_path / "into").exit_code == 0
    assert read_folder(tmp_path / "into").library.articles["sore-knee"].texts["es"].front.title == "Dolor de rodilla"


def test_a_place_that_is_no_folder(tmp_path):
    """Where nothing can be written, the message names the place."""
    (tmp_path / "file").write_text(sample(), "utf-8")
    result = imported(tmp_path / "file", tmp_path / "file" / "into")
    assert result.exit_code == 1 and f"{tmp_path / 'file' / 'into'}" in result.output and "Not a directory" in result.output


def test_a_refusal_leaves_the_library_alone(tmp_path):
    """A damaged update changes nothing of a library that is there."""
    (tmp_path / "file").write_text(sample(), "utf-8")
    imported(tmp_path / "file", tmp_path / "into")
    before = tree(tmp_path / "into")
    (tmp_path / "file").write_text(sample().replace("Rest is good", "Rest is new")[:-100], "utf-8")
    assert imported(tmp_path / "file", tmp_path / "into").exit_code == 1
    assert tree(tmp_path / "into") == before


NOTHING = b"<!--" + b" " * ((1 << 20) - 7) + b"-->"
HEAD = b'<health-topics total="1" date-generated="">'
GIGABYTE = 1 << 10


def _bomb(path: Path, packing: str) -> None:
    """A gigabyte of comment, packed into a few megabytes at most."""
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("a.xml", "w") as member:
            member.write(HEAD)
            for _ in range(GIGABYTE):
                member.write(NOTHING)
    else:  # one stream after another is a file too
        pack = gzip.compress if packing == "gz" else lzma.compress
        path.write_bytes(pack(HEAD) + pack(NOTHING) * GIGABYTE)


@pytest.mark.parametrize("packing", ["gz", *(pytest.param(name, marks=pytest.mark.full) for name in ("xz", "zip"))])
def test_a_gigabyte_of_nothing(tmp_path, packing):
    """A small file that unpacks to a gigabyte is refused, in little memory."""
    path = tmp_path / "file"
    _bomb(path, packing)
    assert path.stat().st_size < 8 << 20
    limit = (400 << 20, 400 << 20)
    done = subprocess.run(
        [sys.executable, "-m", "widgets", "import", "medlineplus", path, "--into", tmp_path / "into"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit),
    )  # fmt: skip
    assert done.returncode == 1 and "holds more than 128 MB" in done.stderr and not (tmp_path / "into").exists(), done.stderr


def test_a_header_that_asks_for_memory(tmp_path):
    """An .xz whose header asks for a dictionary of 256 MB is refused before it gets one."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28}]
    (tmp_path / "file").write_bytes(lzma.compress(sample().encode(), lzma.FORMAT_XZ, filters=filters))
    with pytest.raises(Refused, match="cannot be read: Memory usage limit"):
        list(opening.pieces(tmp_path / "file"))


def test_too_many_topics(tmp_path, monkeypatch):
    """A file of more topics than there can be is refused."""
    monkeypatch.setattr(nlm, "MOST_TOPICS", 2)
    (tmp_path / "file").write_text(sample(), "utf-8")
    assert "holds more than 2 topics" in imported(tmp_path / "file", tmp_path / "into").output


LAST = topic(REST, "11", "Rest", "/rest.html")
PARTLY = {
    "id twice": (whole(topic(KNEE), topic(REST, "10", "Other"), LAST), "Other: the id 10 was there before"),
    "no id": (whole(topic(KNEE, id="-"), LAST), "Sore Knee: has no id"),
    "no title": (whole(topic(KNEE, title="-"), LAST), "a topic: has no title"),
    "no url and no language": (whole(topic(KNEE, url="-", language="-"), LAST), "Sore Knee: has no url and no language"),
    "id that is no number": (whole(topic(KNEE, "../../x"), LAST), "the id '../../x' is no number"),
    "endless id": (whole(topic(KNEE, "9" * 400), LAST), "is no number of up to 12 digits"),
    "title that cannot be seen": (whole(topic(KNEE, title="\u200b\x9f"), LAST), "a topic: has no title"),
    "another language": (whole(topic(KNEE, language="Klingon"), LAST), "is in Klingon; known: English, Spanish"),
    "no address": (whole(topic(KNEE, url="javascript:alert(1)"), LAST), "is not an address"),
    "nothing to show": (whole(topic("", meta_desc=""), LAST), "has neither a summary nor a description"),
    "fewer than it says": (whole(topic(KNEE), LAST, total=99), "says that it holds 99 topics, but 2 are in it"),
    "a number without end": (whole(topic(KNEE), LAST, total="9" * 5000), "topics, but 2 are in it"),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTLY)
def test_partly(tmp_path, case):
    """What is wrong with one topic is told by file and line, exits with 3, and the others come in."""
    text, reason = PARTLY[case]
    (tmp_path / "file").write_text(text, "utf-8")
    result = imported(tmp_path / "file", tmp_path / "into")
    assert result.exit_code == 3 and "Left out: file" in result.output and reason in result.output
    assert "rest" in read_folder(tmp_path / "into").library.articles
    assert {path.name for path in (tmp_path / "into/articles").iterdir()} <= {"rest", "sore-knee"}
    assert not check(tmp_path / "into", date(2026, 11, 22)).count("error")


ALL_IN = {
    "bad date": (topic(REST, date_created="31/31/2020"), "date-created '31/31/2020' is no date"),
    "no group": (topic("<full-summary>Rest.</full-summary>"), "a topic stands in no group"),
    "deep HTML": (topic(f"<full-summary>{'&lt;ul&gt;&lt;li&gt;' * 3000}Deep{'&lt;/li&gt;&lt;/ul&gt;' * 3000}</full-summary>"), "plain words"),
    "broken HTML": (topic("<full-summary>&lt;p&gt;Open &lt;b&gt;bold &lt;ul&gt;&lt;li&gt;one&lt;/p&gt;</full-summary>"), ""),
    "no date of the file": (topic(REST), "date-generated is no date"),
    "name that cannot be seen": (topic(f"<also-called>\u200b</also-called>{REST}"), ""),
    "soft hyphen": (topic(REST, title="Sore\u00ad Knee"), ""),
    "MeSH id that is none": (
        topic(f'<mesh-heading><descriptor id="X1">X</descriptor></mesh-heading>{REST}'),
        "a MeSH heading whose id is none is left out: 1",
    ),
    "MeSH qualifier": (topic(MESH + REST), "a MeSH qualifier is left out; its heading is kept: 1"),
    "long title": (topic(REST, title="word " * 100), ""),
    "title without letters": (topic(REST, title="膝"), ""),
}


@pytest.mark.parametrize("case", ALL_IN)
def test_odd_but_whole(tmp_path, case):
    """What is odd about a topic does not keep it out; it is counted, and the check finds no error."""
    given, note = ALL_IN[case]
    generated = "yesterday" if "file" in case else "10/02/2026 02:30:35"
    (tmp_path / "file").write_text(whole(given, generated=generated), "utf-8")
    result = imported(tmp_path / "file", tmp_path / "into")
    assert result.exit_code == 0 and note in result.output
    assert len(read_folder(tmp_path / "into").library.articles) == 1
    assert not check(tmp_path / "into", date(2026, 11, 22)).count("error")


@pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)
def test_another_file_of_theirs(tmp_path):
    """NLM's glossary is XML too, and refused for what it is."""
    result = imported(SHARED / "generalhealthdefinitions.xml", tmp_path / "into")
    assert result.exit_code == 1 and "NLM's health topics begin with <health-topics>" in result.output and not (tmp_path / "into").exists()
