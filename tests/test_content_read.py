"""Reading a content folder: what is found, what is left out, what is kept."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import making
from widgets.content import read as reading
from widgets.content.files import MOST, ContentFile
from widgets.content.read import text_hash
from widgets.edition import read_folder
from widgets.snapshot.build import build
from widgets.snapshot.library import Library
from widgets.snapshot.schema import create

EN = "articles/sample/en.md"


def read(root: Path) -> Library:
    """The folder read once, from nothing."""
    return read_folder(root).library


def faults(root: Path) -> list[str]:
    """The faults of reading, as they are printed."""
    return [str(fault) for fault in read(root).faults]


def test_a_library(content):
    """Topics, articles and texts are found by the names of their files."""
    library = read(content)
    assert list(library.topics) == ["hearts"] and list(library.articles) == ["sample"]
    assert library.articles["sample"].texts["en"].front.title == "A sample"
    assert library.faults == ()


@pytest.mark.parametrize(
    ("path", "text", "line", "message"),
    [
        (EN, "Just words.", 1, "has no front matter; begin with a line +++"),
        (EN, "", 1, "has no front matter"),
        (EN, "+++\ntitle = 'x'\n", 1, "has no front matter"),
        (EN, "+++\ntitle = A\n+++\nText", 2, "is not TOML"),
        (EN, "\n\n+++\ntitle = 'A'\nsummary = 'B\n+++\nText", 3, "is not TOML"),
        (EN, making.text().replace("author =", "autor ="), 4, "there is no key autor; did you mean author?"),
        (EN, making.text().replace("publisher =", "publischer ="), 10, "there is no key publischer; did you mean publisher?"),
        (EN, making.text().replace('summary = "What a sample is."', "").lstrip(), 1, "missing required field `summary`"),
        (EN, making.text().split("A short")[0].lstrip(), 1, "has no text after the front matter"),
        (EN, making.text(tables='[review]\nby = "B"\nreviewed = "May"\ntext-hash = "x"').lstrip(), 15, "review.reviewed: Expected `date`"),
        ("articles/sample/article.toml", "topics = 'hearts'", 1, "topics: Expected `array`"),
        ("articles/sample/article.toml", "topics = ['Hearts']", 1, "topics.0: is not a name; write a to z, 0 to 9 and single hyphens"),
        ("articles/sample/article.toml", 'topics = ["hearts\\n"]', 1, "topics.0: is not a name; write a to z, 0 to 9 and single hyphens"),
        ("topics/hearts.toml", "# Hearts\n[words.English]\ntitle = 'A'\n", 2, "words: a key is not a language code; write one like en, es or pt-BR."),
        ("topics/hearts.toml", '[words.en]\ntitle = "A\\u0000"\n', 2, "words.title: is more than one line, or has a character that cannot be shown"),
        ("topics/hearts.toml", f"{making.TOPIC.lstrip()}order = {2**63}", 3, "order: Expected `int` <= 1000000000."),
        ("topics/hearts.toml", f"{making.TOPIC.lstrip()}order = -{2**70}", 3, "order: Expected `int` >= -1000000000."),
        ("topics/hearts.toml", f"{making.TOPIC.lstrip()}order = {'9' * 5000}", 1, "is not TOML that can be read: a number in it is far too long."),
        ("articles/sample/article.toml", "topics = []\n\n[codes]\nicd = ['I21']", 4, "codes.icd: Invalid enum value 'icd'."),
        ("articles/sample/english.md", "x", 1, "'english' is not a language code like en, es or pt-BR."),
        ("articles/Bad Name/article.toml", making.ARTICLE, 1, "'Bad Name' cannot be an address; use a to z, 0 to 9 and single hyphens."),
        ("topics/hearts.toml", "[words]\n", 1, "has no words; add a table [words.en] with a title."),
        ("topics/hearts.toml", "[words.en]\ntitle = 'A'\ncolour = 'red'\n", 3, "there is no key colour; known: title, summary, also-called."),
        ("topics/hearts.toml", "[words.en]\ntitle = ''\n", 2, "words.title: Expected `str` of length >= 1"),
        ("articles/empty/article.toml", making.ARTICLE, 1, "has no text that can be shown; add en.md beside it."),
    ],
)  # fmt: skip
def test_fault_of_one_file(content, path, text, line, message):
    """A bad file is named by path and line, with what is wrong."""
    making.write(content / path, text.lstrip(" "))
    named = [fault for fault in read(content).faults if message in fault.message]
    assert [(fault.path, fault.line, fault.level) for fault in named] == [(path, line, "error")], faults(content)


def test_the_rest_is_read(content):
    """A bad text leaves out that text, a bad article that article; everything else is there."""
    making.article(content, "other", en=making.text(), es="broken")
    making.article(content, "third", shared="topics = 1")
    library = read(content)
    assert list(library.articles) == ["other", "sample"] and list(library.articles["other"].texts) == ["en"]
    assert [fault.path for fault in library.faults] == ["articles/other/es.md", "articles/third/article.toml"]


def test_every_file_of_a_bad_article_is_told(content):
    """Faults in an article's texts are told even while its article.toml is bad too."""
    making.article(content, shared="topics = 1", en="broken")
    assert [fault.split(":")[0] for fault in faults(content)] == ["articles/sample/article.toml", EN]


def test_not_utf8_and_unreadable(content):
    """A file that is not UTF-8, and one that cannot be opened, are named."""
    (content / EN).write_bytes(b"+++\ntitle = '\xff'\n")
    (content / "topics" / "folder.toml").mkdir()
    assert "topics/folder.toml:1: error: cannot be read: Is a directory." in faults(content)
    assert f"{EN}:2: error: is not UTF-8 text; save it as UTF-8." in faults(content)


def test_what_is_no_file_of_text(content):
    """A pipe, which would keep the reader waiting, a device without an end, and a file that is far too long are named and left out."""
    os.mkfifo(content / "topics" / "pipe.toml")
    (content / "topics" / "device.toml").symlink_to("/dev/zero")
    with (content / "topics" / "long.toml").open("wb") as file:
        file.truncate(MOST + 1)
    said = faults(content)
    assert "topics/pipe.toml:1: error: cannot be read: it is a pipe or a device." in said
    assert "topics/device.toml:1: error: cannot be read: it is a pipe or a device." in said
    assert "topics/long.toml:1: error: cannot be read: it has more than 4 MB." in said


def test_windows_files(content):
    """A byte order mark and Windows line ends change neither words nor hash nor lines."""
    path = content / EN
    before = read(content).articles["sample"].texts["en"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = read(content).articles["sample"].texts["en"]
    assert after == before


def test_renamed_topics_keep_what_names_them(content):
    """A topic's former name, in an article's topics or as a parent, means the topic: nothing falls out of the tree."""
    making.write(content / "topics/heart.toml", f'formerly = ["hearts"]\n{making.TOPIC}')
    (content / "topics/hearts.toml").unlink()
    making.write(content / "topics/valves.toml", f'parent = "hearts"\n{making.TOPIC}')
    library = read(content)
    assert [article.slug for article in library.articles_in("heart")] == ["sample"]
    assert library.names_in("heart", limit=9) == ["sample"]
    assert [topic.slug for topic in library.children("heart")] == ["valves"]
    assert [topic.slug for topic in library.path(library.topics["valves"])] == ["heart", "valves"]
    assert [topic.slug for topic in library.children(None)] == ["heart"]


def test_circles_by_former_names_are_broken(content):
    """A topic that stands below itself by a former name is named, and becomes a top of the tree."""
    making.write(content / "topics/hearts.toml", f'parent = "valves"\nformerly = ["heart"]\n{making.TOPIC}')
    making.write(content / "topics/valves.toml", f'parent = "heart"\n{making.TOPIC}')
    library = read(content)
    assert any("the topic stands below itself" in fault.message for fault in library.faults)
    assert {slug: library.names_in(slug, limit=9) for slug in library.topics} == {"hearts": ["sample"], "valves": []}


def test_circles_are_broken(content):
    """Topics that stand below themselves are named and become tops; walking the tree ends."""
    for slug, parent in (("a", "c"), ("b", "a"), ("c", "b"), ("self", "self"), ("below", "a")):
        making.write(content / "topics" / f"{slug}.toml", f'parent = "{parent}"\n{making.TOPIC}')
    library = read(content)
    assert [fault.path for fault in library.faults] == ["topics/a.toml", "topics/self.toml"]
    assert {topic.slug for topic in library.children(None)} == {"a", "hearts", "self"}
    assert [topic.slug for topic in library.path(library.topics["c"])] == ["a", "b", "c"]
    assert library.names_in("a", limit=9) == []


def test_hash_is_of_the_words(content):
    """The hash that a review names follows title, summary, emergency words and text; white space and dates do not count."""
    file = ContentFile("x/en.md", making.text().lstrip())
    first = _hash(file.text)
    for same in (file.text.replace("2026-01-10", "2026-01-11"), file.text.replace("## What", "\n\n## What"), file.text.replace("NHLBI", "CDC")):
        assert _hash(same) == first
    for other in ("A sample", "What a sample is", "It hurts.", "easy"):
        assert _hash(file.text.replace(other, "Else")) != first


@given(st.text(st.sampled_from("ab.é \n\t\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2003\u2028\u200b"), max_size=20))
def test_white_space_does_not_count(text: str) -> None:
    """Whatever white space there is, hashes are of words with one blank between them: those that reviews name hold on."""
    assert reading._spaced(text) == " ".join(text.split())


def _hash(text: str) -> str:
    from widgets.content.read import parse_text

    return parse_text(ContentFile("articles/x/en.md", text)).hash


def test_unchanged_files_are_not_read_again(content, monkeypatch):
    """At a second reading of the same folder the changed file alone is opened."""
    reader = Reader(content)
    first = _again(reader)
    making.write(content / "topics" / "hearts.toml", making.TOPIC.replace("Hearts", "The heart"))
    opened = []
    named = ContentFile.named
    monkeypatch.setattr(ContentFile, "named", lambda root, name: opened.append(name) or named(root, name))
    second = _again(reader)
    assert opened == ["topics/hearts.toml"]
    assert second.topics["hearts"].file.words["en"].title == "The heart"
    assert second.version != first.version


class Reader:
    """One folder read again and again into one snapshot."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.db = create(root.parent / "library.sqlite")


def _again(reader: Reader) -> Library:
    build(reader.db, reader.root)
    return Library(reader.db)


def test_last_good_version(content):
    """A file that becomes bad keeps its last good version, and the fault says so; mended, it is the new one."""
    reader = Reader(content)
    _again(reader)
    good = (content / EN).read_text("utf-8")
    making.write(content / EN, "broken")
    library = _again(reader)
    assert library.articles["sample"].texts["en"].front.title == "A sample"
    assert library.faults[0].message.endswith("Its last good version is shown.")
    making.write(content / EN, good.replace("A sample", "A new one"))
    library = _again(reader)
    assert library.articles["sample"].texts["en"].front.title == "A new one" and library.faults == ()


def test_same_size_and_time(content):
    """A file swapped for another of the same size and time is noticed by its inode."""
    reader = Reader(content)
    first = _again(reader)
    path, stat = content / EN, (content / EN).stat()
    new = making.write(content / "new.md", path.read_text("utf-8").replace("A sample", "A simple"))
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.replace(path)
    assert _again(reader).version != first.version


def test_version_is_of_what_is_read(content, tmp_path):
    """Two folders with the same files have the same version, wherever they are; another word makes another."""
    copy = tmp_path / "copy"
    shutil.copytree(content, copy)
    assert read(copy).version == read(content).version
    making.write(copy / EN, (copy / EN).read_text("utf-8").replace("easy", "hard"))
    assert read(copy).version != read(content).version


def test_former_names(content):
    """An article and a topic answer to their former names for ever; a living name wins over a former one."""
    making.article(content, shared='topics = ["hearts"]\nformerly = ["old", "other"]')
    making.article(content, "other")
    making.write(content / "topics" / "hearts.toml", f'formerly = ["heart"]\n{making.TOPIC}')
    library = read(content)
    assert [library.article(name).slug for name in ("old", "other", "sample")] == ["sample", "other", "sample"]
    assert library.topic("heart").slug == "hearts"


def test_text_hash_is_short():
    """The hash is short enough to paste, and hexadecimal."""
    from widgets.content.read import parse_text

    front = parse_text(ContentFile("articles/x/en.md", making.text().lstrip())).front
    assert len(text_hash(front, "x")) == 16 and int(text_hash(front, "x"), 16)
