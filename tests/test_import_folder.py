"""What becomes of a folder of Markdown and HTML files."""

import os
from collections import Counter
from datetime import date, timedelta
from errno import EACCES
from pathlib import Path

import pytest

from tests import making
from tests.topics import changed, imported, tree
from widgets.check import check
from widgets.content.model import Library
from widgets.edition import read_folder
from widgets.imports.pages import page

YAML = """
---
title: Sore knee
description: Why a knee is sore.
author: Knee team
date: 2024-05-06
categories: [Joints & bones, Sport]
aliases: [Knee ache]
license: CC BY 4.0
source: https://knees.example/sore
layout: page
---
# Sore knee

It hurts. See [how to rest](../rest/resting.md#how). ![A picture](knee.png) Call 911 if it is broken.

### What now?

Rest, and read [more](https://knees.example/more) or [this](gone.md).
"""
HTML = """
<!DOCTYPE html>
<html lang="es-MX"><head><title>Sitio | Gripe</title><meta name="description" content="Qué es la gripe."><meta name="author" content="Equipo">
<link rel="canonical" href="https://flu.example/es"><style>p{}</style></head>
<body><nav>Menú</nav><main><div>Antes</div><h1>La gripe</h1><p>Es un virus.<script>x()</script> <a href="sore-knee.md">Rodilla</a></p>
<h4>¿Qué hacer?</h4>

<table><tr><th>Día</th></tr><tr><td>Uno</td></tr></table></main><footer>Pie</footer></body></html>
"""


def folder(root: Path) -> Path:
    """Files of all kinds, as clinics keep them."""
    making.write(root / "joints/sore-knee.md", YAML)
    making.write(root / "joints/sore-knee.es.md", "+++\ntitle = 'Dolor de rodilla'\n+++\n\nLe duele la rodilla.\n")
    making.write(root / "rest/resting.md", "# Resting\n\nRest is *good*.\n")
    making.write(root / "flu.html", HTML)
    making.write(root / ".hidden.md", "# Hidden\n\nText.\n")
    (root / "knee.png").write_bytes(b"\x89PNG")
    return root


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The folder's library."""
    result = imported(folder(tmp_path / "handouts"), tmp_path / "into", "folder")
    assert result.exit_code == 0, result.output
    return read_folder(tmp_path / "into").library


def test_languages_of_a_file_are_one_article(library):
    """A file and the one with .es before its ending are one article, under the file's name; an HTML page has its own language."""
    assert {slug: sorted(a.texts) for slug, a in library.articles.items()} == {"sore-knee": ["en", "es"], "resting": ["en"], "flu": ["es"]}


def test_front_matter(library):
    """What a file says of itself comes over, from TOML, YAML or HTML."""
    knee, flu = library.articles["sore-knee"], library.articles["flu"].texts["es"].front
    front = knee.texts["en"].front
    assert (front.title, front.summary, front.author, front.written) == ("Sore knee", "Why a knee is sore.", "Knee team", date(2024, 5, 6))
    assert front.also_called == ("Knee ache",) and front.sources[0].url == "https://knees.example/sore"
    assert knee.file.topics == ("joints-bones", "sport") and knee.file.licence == "CC BY 4.0"
    assert (flu.title, flu.summary, flu.author, flu.sources[0].url) == ("La gripe", "Qué es la gripe.", "Equipo", "https://flu.example/es")
    assert library.articles["resting"].file.topics == ("rest",) and library.topics["rest"].file.words["en"].title == "Rest"
    assert library.articles["resting"].texts["en"].front.author == "Not stated"


def test_texts(tmp_path, library):
    """The title stands above, sections begin with ##, links lead to the other files' articles, pictures and scripts are gone."""
    assert library.faults == ()
    body = (tmp_path / "into/articles/sore-knee/en.md").read_text("utf-8").partition("+++\n\n")[2]
    assert body == (
        "It hurts. See [how to rest](article:resting). Call {emergency-number} if it is broken.\n\n## What now?\n\n"
        "Rest, and read [more](https://knees.example/more) or this.\n"
    )
    flu = (tmp_path / "into/articles/flu/es.md").read_text("utf-8").partition("+++\n\n")[2]
    assert flu == "Antes\n\nEs un virus. Rodilla\n\n## ¿Qué hacer?\n\n| Día |\n| --- |\n| Uno |\n"


def _text(tmp_path: Path, name: str, content: str) -> str:
    """The text that a file becomes."""
    making.write(tmp_path / "handouts" / name, content)
    result = imported(tmp_path / "handouts", tmp_path / "into", "folder")
    assert result.exit_code == 0, result.output
    return next((tmp_path / "into/articles").rglob("*.md")).read_text("utf-8")


SAID = {
    "number in Spanish": ("a.es.md", "# A\n\nLlame al 911 ya.\n", 'summary = "Llame al número de emergencias ya."'),
    "sections": ("a.md", "---\ntitle: A\n---\n## First\n\nText.\n\n# Second\n\nMore.", "## First\n\nText.\n\n## Second\n\nMore."),
    "title said twice": ("a.md", "---\ntitle: Sore knee\n---\n## Sore Knee\n\nText.", "+++\n\nText.\n"),
    "several authors": ("a.md", "---\ntitle: A\nauthor: [Knee team, Hip team]\n---\nText.", 'author = "Knee team, Hip team"'),
    "author as a table": ("a.md", "---\ntitle: A\nauthor: {name: Knee team}\n---\nText.", 'author = "Not stated"'),
    "day of WordPress": ("a.html", "<meta property='article:published_time' content='2023-03-04'><h1>A</h1><p>Text.", "written = 2023-03-04"),
    "elements left open": ("a.html", "<h1>A</h1>" + "<p>One<li>Two" * 300, "One\n\n- Two"),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_said(tmp_path, case):
    """What files of other systems say comes over as they mean it."""
    name, content, expected = SAID[case]
    assert expected in _text(tmp_path, name, content)


def test_what_it_says(tmp_path):
    """The report counts what was left out and what the files do not say."""
    output = imported(folder(tmp_path / "handouts"), tmp_path / "into", "folder").output
    for line in ("a picture is left out: 1", "a .png file is no text: 1", "the front matter key layout is not used: 1",
                 "a link that leads nowhere is left out: 2", "a page names no source: 2"):  # fmt: skip
        assert f"Note: {line}" in output, line


def test_twice_changes_nothing(tmp_path):
    """The same folder again writes nothing; a changed file changes one; what was edited here stays."""
    source, into = folder(tmp_path / "handouts"), tmp_path / "into"
    imported(source, into, "folder")
    before = tree(into)
    imported(source, into, "folder")
    assert tree(into) == before
    making.write(source / "rest/resting.md", "# Resting\n\nRest is very *good*.\n")
    (into / "articles/flu/es.md").write_text((into / "articles/flu/es.md").read_text("utf-8").replace("virus", "VIRUS"), "utf-8")
    before = tree(into)
    assert "updated: 1" in imported(source, into, "folder").output
    assert changed(before, tree(into)) == ["articles/resting/en.md"]


def test_two_folders_in_one_library(tmp_path):
    """Another folder's files stand beside the first one's, and the first are not called gone."""
    into = tmp_path / "into"
    imported(folder(tmp_path / "handouts"), into, "folder")
    making.write(tmp_path / "more/sore-knee.md", "# Another knee\n\nText.\n")
    output = imported(tmp_path / "more", into, "folder").output
    assert "Gone" not in output and "sore-knee-folder" in read_folder(into).library.articles


BAD = {
    "not UTF-8": ("bad.md", b"# Coraz\xf3n\n\nTexto.", "is not UTF-8 text"),
    "NUL": ("bad.md", b"# A\n\nB\0C", "holds NUL bytes"),
    "empty": ("bad.md", b"", "has no text"),
    "only a title": ("bad.md", b"# Title\n", "has no text"),
    "no title": ("bad.html", b"<p>Text.</p>", "has no title"),
    "front matter": ("bad.md", b"---\ntitle: [\n---\nText.", "has front matter that cannot be read"),
    "nested too deeply": ("bad.html", b"<h1>A</h1>" + b"<div>" * 300 + b"Text.", "its HTML is nested too deeply"),
    "nested too deeply in Markdown": ("bad.md", b"# A\n\n" + b"> " * 300 + b"Text.", "its HTML is nested too deeply"),
    "references that grow": (
        "bad.md",
        b"---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: *b\n---\n# A\n\nText.",
        "has front matter that cannot be read: it has references",
    ),
    "draft of Hugo": ("bad.md", b"+++\ndraft = true\n+++\n# A\n\nText.", "says that it is a draft"),
    "draft of Jekyll": ("bad.md", b"---\npublished: false\n---\n# A\n\nText.", "says that it is a draft"),
    "draft of WordPress": ("bad.md", b"---\nstatus: draft\n---\n# A\n\nText.", "says that it is a draft"),
    "too big": ("bad.md", b"# A\n\n" + b"x " * (1 << 20), "holds more than 2 MB"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_file(tmp_path, case):
    """A file that cannot be imported is named with the reason; the others come in."""
    name, raw, reason = BAD[case]
    making.write(tmp_path / "handouts/resting.md", "# Resting\n\nRest.\n")
    (tmp_path / "handouts" / name).write_bytes(raw)
    result = imported(tmp_path / "handouts", tmp_path / "into", "folder")
    assert result.exit_code == 3 and f"Left out: {name}: {reason}" in result.output
    assert list(read_folder(tmp_path / "into").library.articles) == ["resting"]


def test_what_is_passed_over_is_named(tmp_path):
    """A symbolic link, also one in a circle or to a folder, and a pipe are left out by name; what is hidden is nobody's business."""
    source = tmp_path / "handouts"
    making.write(source / "resting.md", "# Resting\n\nRest.\n")
    (source / "linked.md").symlink_to("resting.md")
    (source / "circle.md").symlink_to("circle.md")
    (source / "elsewhere").symlink_to(tmp_path)
    (source / ".hidden.md").symlink_to("resting.md")
    os.mkfifo(source / "pipe.md")
    result = imported(source, tmp_path / "into", "folder")
    assert result.exit_code == 3
    for name in ("linked.md", "circle.md", "elsewhere"):
        assert f"Left out: {name}: is a symbolic link" in result.output
    assert "Left out: pipe.md: is a pipe or a device, and no file." in result.output
    assert result.output.count("Left out: ") == 4


def test_what_may_not_be_read_is_named(tmp_path, monkeypatch):
    """A file and a folder that are closed to the importer are left out by name; the others come in."""
    source = tmp_path / "handouts"
    for name in ("resting", "closed", "locked/inside"):
        making.write(source / f"{name}.md", f"# {name.title()}\n\nRest.\n")
    read, listed = Path.read_bytes, Path.iterdir

    def refuse(real):
        def maybe(path):
            if path.name in ("closed.md", "locked"):  # root may read everything
                raise PermissionError(EACCES, "Permission denied", str(path))
            return real(path)

        return maybe

    monkeypatch.setattr(Path, "read_bytes", refuse(read))
    monkeypatch.setattr(Path, "iterdir", refuse(listed))
    result = imported(source, tmp_path / "into", "folder")
    assert result.exit_code == 3
    for name in ("closed.md", "locked"):
        assert f"Left out: {name}: cannot be read: Permission denied." in result.output


def test_one_article_in_two_files(tmp_path):
    """Of two files for one article in one language the first comes in, and the other is named."""
    for name in ("resting.html", "resting.md"):
        making.write(tmp_path / "handouts" / name, "<h1>Resting</h1>\n\n<p>Rest.</p>\n")
    result = imported(tmp_path / "handouts", tmp_path / "into", "folder")
    assert result.exit_code == 3 and "Left out: resting.md: resting.html is this article in en already." in result.output


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16"])
def test_an_old_encoding_that_a_page_names(tmp_path, encoding):
    """An HTML page in the encoding that it names, or in UTF-16, is read in it."""
    (tmp_path / "handouts").mkdir()
    page = '<html lang=es><meta charset="windows-1252"><h1>Corazón</h1><p>Texto.</p></html>'
    (tmp_path / "handouts/a.html").write_bytes(page.encode(encoding))
    imported(tmp_path / "handouts", tmp_path / "into", "folder")
    assert read_folder(tmp_path / "into").library.articles["a"].texts["es"].front.title == "Corazón"


def test_an_empty_folder(tmp_path):
    """A folder without any such file is refused, and nothing is written."""
    (tmp_path / "handouts").mkdir()
    result = imported(tmp_path / "handouts", tmp_path / "into", "folder")
    assert result.exit_code == 1 and "holds no file that can be imported" in result.output and not (tmp_path / "into").exists()


def test_what_the_check_still_asks(tmp_path):
    """Only what the files do not say is left for an editor: their sources."""
    imported(folder(tmp_path / "handouts"), tmp_path / "into", "folder")
    faults = [fault for fault in check(tmp_path / "into", date.today() + timedelta(days=1)).faults if fault.level == "error"]
    assert {fault.message.split(";")[0] for fault in faults} == {"names no source"} and len(faults) == 2


@pytest.mark.parametrize("key", ["title", "description", "author", "date", "lang", "license", "source", "aliases", "categories"])
def test_a_list_of_lists_is_no_text(key):
    """What stands in front matter as a list of lists is nothing that a page says of itself."""
    found = page(f"---\n{key}: [[lol, lol]]\n---\n# Head\n\nText.\n".encode(), html=False, notes=Counter())
    assert "lol" not in str(found) and found.title == "Head"
