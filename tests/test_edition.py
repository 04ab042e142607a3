"""Reloading: what readers get while files change."""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import making
from widgets import edition
from widgets.check import check
from widgets.edition import Editions, NoLibrary

EN = "articles/sample/en.md"


@pytest.fixture
def editions(content: Path) -> Iterator[Editions]:
    """The editions of the small content folder, reloaded by hand."""
    made = Editions(content, watch=False)
    yield made
    made.close()


def replaced(path: Path, old: str, new: str) -> None:
    """Change one place of a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition came true before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not true():
        time.sleep(0.005)
    return true()


def test_broken_while_served(content, editions, caplog):
    """A file broken while the server runs keeps its last good version, and the log names it once."""
    making.write(content / EN, "broken")
    with caplog.at_level(logging.WARNING, "widgets.content"):
        editions.reload()
        editions.reload()
    assert editions.current.library.articles["sample"].texts["en"].front.title == "A sample"
    assert [record.getMessage() for record in caplog.records] == [
        f"{EN}:1: error: has no front matter; begin with a line +++, TOML, and a line +++. Its last good version is shown."
    ]


def test_badly_named_while_served(content, editions, caplog):
    """A file whose name cannot be an address, put there while the server runs, is named in the log once."""
    making.write(content / "topics/Bad Name.toml", making.TOPIC)
    with caplog.at_level(logging.WARNING, "widgets.content"):
        editions.reload()
        editions.reload()
    assert [fault.path for fault in editions.current.faults] == ["topics/Bad Name.toml"]
    assert sum("cannot be an address" in record.getMessage() for record in caplog.records) == 1


def test_broken_at_the_start(content, caplog):
    """A file that is broken when the server starts is left out, and the log names it."""
    making.article(content, "other", en="broken")
    with caplog.at_level(logging.WARNING, "widgets.content"):
        made = Editions(content, watch=False)
    assert list(made.current.library.articles) == ["sample"]
    assert any("articles/other/en.md:1: error: has no front matter" in record.getMessage() for record in caplog.records)


def test_new_changed_and_deleted(content, editions):
    """A new article shows, a changed one is the new one, a deleted one is gone, without a restart."""
    making.article(content, "other")
    editions.reload()
    assert set(editions.current.library.articles) == {"sample", "other"}
    replaced(content / "articles/other/en.md", "A sample", "Another")
    editions.reload()
    assert editions.current.library.articles["other"].texts["en"].front.title == "Another"
    (content / "articles/other/en.md").unlink()
    (content / "articles/other/article.toml").unlink()
    editions.reload()
    assert set(editions.current.library.articles) == {"sample"}


def test_deleted_translation(content, editions):
    """A deleted text is gone while the article's other language stays."""
    making.article(content, en=making.text(), es=making.text())
    editions.reload()
    (content / "articles/sample/es.md").unlink()
    editions.reload()
    assert set(editions.current.library.articles["sample"].texts) == {"en"}


def test_nothing_changed(content, editions):
    """Where no word changed the edition stays the same one, and with it every kept answer."""
    before = editions.current
    (content / EN).touch()
    editions.reload()
    assert editions.current is before


def test_swapped_whole(content, editions):
    """An edition that someone holds never changes under them."""
    held = editions.current
    replaced(content / EN, "A sample", "A new one")
    editions.reload()
    assert held.library.articles["sample"].texts["en"].front.title == "A sample"
    assert editions.current is not held and editions.current.version != held.version


def test_no_default_site_at_the_start(content):
    """A folder without a usable default site is refused at the start, and the refusal says what is wrong."""
    (content / "sites/default.toml").write_text("languages = 1", "utf-8")
    with pytest.raises(NoLibrary, match=r"sites/default\.toml:1: error: languages"):
        Editions(content, watch=False)


def test_default_site_deleted_while_served(content, editions, caplog):
    """Where the default site goes while the server runs, the edition before is kept and the log says so."""
    before = editions.current
    (content / "sites/default.toml").unlink()
    editions.reload()
    assert editions.current is before and "the edition before is kept" in caplog.text
    assert editions.fault_count == before.library.fault_count + 1


def test_sites_and_campaigns_reload(content, editions):
    """New sites and campaigns are there after a reload; a broken one keeps its last good version."""
    making.write(content / "sites/clinic.toml", making.SITE)
    making.write(content / "campaigns/run.toml", 'words.en = {heading = "Go.", button = "Book"}')
    editions.reload()
    making.write(content / "campaigns/run.toml", "words = 1")
    editions.reload()
    assert set(editions.current.sites) == {"default", "clinic"} and set(editions.current.campaigns) == {"run"}
    assert [fault.path for fault in editions.current.faults] == ["campaigns/run.toml"]


BROKEN = {
    "articles/no-front-matter/en.md": b"Only words.",
    "articles/not-toml/en.md": b"+++\ntitle = \n+++\nText",
    "articles/not-utf8/en.md": b"+++\ntitle = '\xff'\n+++\nText",
    "articles/empty/en.md": b"",
    "articles/unknown-key/en.md": making.text().lstrip().replace("title", "titel", 1).encode(),
    "articles/wrong-type/article.toml": b"topics = 5",
    "articles/nul/article.toml": b"topics = ['\x00']",
    "articles/too-deep/article.toml": b"topics = " + b"[" * 10_000,
    "articles/cut-off/en.md": making.text().lstrip().encode()[:90],
    "topics/no-words.toml": b"[words]",
    "topics/a-circle.toml": b"parent = 'a-circle'\nwords.en.title = 'A'",
    "topics/Bad Name.toml": b"words.en.title = 'A'",
    "sites/no-region.toml": making.SITE.replace('"US"', '"XX"').encode(),
    "campaigns/no-button.toml": b"words.en.heading = 'A'",
}


def test_many_broken_files(content):
    """A library with a dozen broken files of different kinds names each one and serves all the others."""
    for path, data in BROKEN.items():
        making.write(content / path, "").write_bytes(data)
        if path.endswith(".md"):
            making.write((content / path).with_name("article.toml"), making.ARTICLE)
        elif path.startswith("articles"):
            making.write((content / path).with_name("en.md"), making.text())
    edition = Editions(content, watch=False).current
    assert BROKEN.keys() <= {fault.path for fault in edition.faults}
    assert set(edition.library.articles) == {"sample"} and set(edition.sites) == {"default"} and not edition.campaigns
    assert edition.library.articles["sample"].texts["en"].front.title == "A sample"


@pytest.fixture
def watched(content: Path) -> Iterator[Editions]:
    """Editions that watch their folder, once the watch has begun."""
    made = Editions(content)
    probe = content / "sites" / "probe.toml"

    def begun() -> bool:
        making.write(probe, making.SITE + f"# {time.monotonic_ns()}\n")  # again and again, since an edit before the watch begins is not seen
        return "probe" in made.current.sites

    assert wait_until(begun, 10)
    yield made
    made.close()


def test_watching(content, watched):
    """With watching on, an edit is served within a second, and so are a new and a deleted article."""
    replaced(content / EN, "A sample", "A new one")
    assert wait_until(lambda: watched.current.library.articles["sample"].texts["en"].front.title == "A new one", 1)
    making.article(content, "other")
    assert wait_until(lambda: "other" in watched.current.library.articles, 1)
    (content / "articles/other/en.md").unlink()
    assert wait_until(lambda: "other" not in watched.current.library.articles, 1)


def test_watching_outlives_faults(content, watched):
    """A broken edit does not end the watching: the next good one is served within a second."""
    making.write(content / EN, "broken")
    making.write(content / "sites/default.toml", "broken")
    assert wait_until(lambda: len(watched.current.faults) == 2, 2)
    making.write(content / EN, making.text().replace("A sample", "Mended"))
    assert wait_until(lambda: watched.current.library.articles["sample"].texts["en"].front.title == "Mended", 1)


def title(made: Editions) -> str:
    """The title of the sample article now."""
    return made.current.library.articles["sample"].texts["en"].front.title


def test_what_is_saved_before_another_folder_is_watched(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of a folder that was put in the place of the old one and its watching, nothing is missed."""
    link, newer = content.with_name("current"), making.library(content.with_name("newer"))
    replaced(newer / EN, "A sample", "A newer one")
    link.symlink_to(content)
    watched, begun = edition._watched, []

    def late(folder: Path, stop: threading.Event, *, recursive: bool) -> Iterator[set[tuple[Any, str]]]:
        if begun:
            replaced(newer / EN, "A newer one", "The newest")
        begun.append(folder)
        return watched(folder, stop, recursive=recursive)

    monkeypatch.setattr(edition, "_watched", late)
    made = Editions(link)
    try:
        assert wait_until(lambda: bool(begun), 10)
        link.with_name("next").symlink_to(newer)
        link.with_name("next").rename(link)
        assert wait_until(lambda: title(made) == "The newest", 10)
    finally:
        made.close()


def test_another_folder_in_its_place(content: Path) -> None:
    """A new library may be put in the place of the old one, by a symbolic link or by renaming: it is served, and watched."""
    link, newer = content.with_name("current"), making.library(content.with_name("newer"))
    replaced(newer / EN, "A sample", "A newer one")
    link.symlink_to(content)
    made = Editions(link)
    try:
        link.with_name("next").symlink_to(newer)
        link.with_name("next").rename(link)
        assert wait_until(lambda: title(made) == "A newer one", 10)
        replaced(newer / EN, "A newer one", "The newest")
        assert wait_until(lambda: title(made) == "The newest", 10)
    finally:
        made.close()


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of one who may not read everything: the tests may run as root, who may."""
    import watchfiles  # noqa: F401 - from where that one may perhaps not read it

    folder = Path(tempfile.mkdtemp())
    mine = making.library(folder / "content")
    making.article(mine, "closed")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, -1) if os.geteuid() == 0 else None
    before = os.geteuid()
    os.seteuid(65534 if before == 0 else before)
    yield mine
    os.seteuid(before)
    for path in mine.rglob("*/"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_read(nobody: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Such a folder, like lost+found of a disk, does not end the watching; an article that may not be read is named, by the check as well."""
    (nobody / "lost+found").mkdir(0)
    (nobody / "articles/closed").chmod(0)
    made = Editions(nobody)
    try:
        assert [str(fault) for fault in made.current.faults] == ["articles/closed/article.toml:1: error: cannot be read: Permission denied."]
        assert made.current.faults[0] in check(nobody, date(2026, 1, 1)).faults
        replaced(nobody / EN, "A sample", "An edit")
        assert wait_until(lambda: title(made) == "An edit", 10)
        (nobody / "articles/closed").chmod(0o700)
        making.write(nobody / "articles/closed/en.md", making.text())
        assert wait_until(lambda: "closed" in made.current.library.articles, 10)
    finally:
        made.close()


@pytest.mark.parametrize("kind", ["topics", "articles", "sites", "campaigns"])
def test_a_whole_folder_that_may_not_be_read(nobody: Path, kind: str) -> None:
    """It is named, by the check as well, and what it held goes on being served, whatever changes elsewhere; mended, it is read again."""
    making.write(nobody / "campaigns" / "spring.toml", "")
    made = Editions(nobody)

    def held() -> list[list[str]]:
        now = made.current
        return [sorted(found) for found in (now.library.topics, now.library.articles, now.sites, now.campaigns)]

    try:
        before, faults = held(), made.current.faults
        (nobody / kind).chmod(0)
        making.write(nobody / ("sites" if kind == "topics" else "topics") / "broken.toml", "x")
        assert wait_until(lambda: made.current.faults != faults, 10)
        made.reload()
        named = f"{kind}/:1: error: cannot be read: Permission denied."
        assert f"{named} What it held before is shown." in map(str, made.current.faults)
        assert held() == before
        assert named in map(str, check(nobody, date(2026, 1, 1)).faults)
        (nobody / kind).chmod(0o700)
        assert wait_until(lambda: not any(fault.path == f"{kind}/" for fault in made.current.faults), 15)
        assert held() == before
    finally:
        made.close()


def test_an_article_that_may_not_be_read_any_more(nobody: Path) -> None:
    """It is named, and its last good version stays, with every text."""
    made = Editions(nobody, watch=False)
    try:
        (nobody / "articles/closed").chmod(0)
        made.reload()
        said = "articles/closed/article.toml:1: error: cannot be read: Permission denied. Its last good version is shown."
        assert said in map(str, made.current.faults)
        assert sorted(made.current.library.articles) == ["closed", "sample"]
        (nobody / "articles/closed").chmod(0o700)
        made.reload()
        assert made.current.faults == ()
    finally:
        made.close()


def test_closing_ends_the_watch(content):
    """Closing ends the watching thread."""
    import threading

    others = set(threading.enumerate())
    made = Editions(content)
    begun = set(threading.enumerate()) - others
    made.close()
    assert begun and wait_until(lambda: not any(thread.is_alive() for thread in begun), 30)
