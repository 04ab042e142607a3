"""The compiled library: built from what changed, replaced in one step, shared by processes, and never half written."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests import big, making
from tests.conftest import NOON
from tests.test_edition import wait_until
from tests.test_serve import served
from widgets.app import create_app
from widgets.edition import Editions, SnapshotError, compiled
from widgets.search import wasted
from widgets.settings import Settings
from widgets.snapshot import file as files
from widgets.snapshot import library as snapshot_library
from widgets.snapshot import lists, schema
from widgets.snapshot.build import build
from widgets.snapshot.file import Lock
from widgets.snapshot.library import Library

EN = "articles/sample/en.md"
LISTS = ("places", "blocks", "listed", "letters")
ANOTHER = {
    "schema": "PRAGMA user_version=1",
    "other": "PRAGMA application_id=1",
    "site": "UPDATE partners SET text = replace(text, 'region = \"US\"', 'region = \"XX\"')",
}
"""What makes a file that of another program, or of another release, which knows more regions."""


@pytest.fixture
def file(content: Path) -> Path:
    """The small content folder, compiled into one file."""
    compiled(content, content.parent / "library.sqlite")
    return content.parent / "library.sqlite"


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A command of ours, to its end."""
    return subprocess.run([sys.executable, "-m", "widgets", *command], capture_output=True, text=True, check=False, timeout=120)


def rows(db: sqlite3.Connection, *tables: str) -> dict[str, list[object]]:
    """All that some tables hold."""
    return {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def title(editions: Editions) -> str:
    """The sample article's title, as it is served."""
    return editions.current.library.articles["sample"].texts["en"].front.title


def edit(content: Path, words: str) -> None:
    """Give the sample article another title."""
    making.write(content / EN, making.text().replace("A sample", words))


def said(base: str) -> str:
    """The sample article's page; "" while no worker listens yet."""
    try:
        return httpx.get(f"{base}/articles/sample").text
    except httpx.TransportError:
        return ""


def test_lists_made_one_by_one_are_the_lists_made_at_once(content: Path) -> None:
    """However a library came about - articles, topics, languages that came, changed, moved and went - its lists are those of a fresh build."""
    db = schema.create(content.parent / "one.sqlite")
    build(db, content)
    es = making.text().replace("A sample", "Última muestra")
    making.write(content / "topics/valves.toml", f'parent = "hearts"\n{making.TOPIC}')
    making.article(content, "other", 'topics = ["valves", "hearts"]', en=making.text().replace("A sample", "Öther"), es=es)
    making.article(content, "spanish", 'topics = ["valves"]', es=es)
    build(db, content)
    making.article(content, "other", 'topics = ["valves"]', en=making.text().replace("A sample", "Zebra"))
    making.article(content, "spanish", 'topics = ["valves"]', es=making.text(tables='[withdrawn]\nnotice = "Gone."'))
    making.article(content, "third", 'topics = ["nowhere"]')
    build(db, content, {str(content / "articles" / name / "en.md") for name in ("other", "spanish", "third")})
    (content / "articles/other/es.md").unlink()
    making.write(content / "topics/nowhere.toml", f'parent = "valves"\n{making.TOPIC}')
    making.write(content / "sites/clinic.toml", making.SITE.replace('["en", "es"]', '["es", "en"]'))
    build(db, content)
    shutil.rmtree(content / "articles/third")
    build(db, content, {str(content / "articles/third")})
    fresh = schema.create(content.parent / "two.sqlite")
    build(fresh, content)
    names = "SELECT a.slug, scope FROM places JOIN articles a ON a.id = article ORDER BY 1"
    slugs = [slug for slug, _ in db.execute(names)]
    assert slugs == [slug for slug, _ in fresh.execute(names)]
    for wanted, otherwise in (("en", "en"), ("es", "en"), ("en", "es"), ("es", "es")):
        for topic in ("", "hearts", "valves", "nowhere"):
            one, two = Library(db), Library(fresh)
            letters = one.letters(topic, wanted, otherwise)
            assert letters == two.letters(topic, wanted, otherwise)
            assert one.listed(topic, wanted, otherwise, limit=9) == two.listed(topic, wanted, otherwise, limit=9)
            for letter in letters:
                found = one.lettered(topic, letter, wanted, otherwise, limit=9)
                assert found == two.lettered(topic, letter, wanted, otherwise, limit=9)
                assert letter == lists.ALL or len(found) == letters[letter]
    assert Library(db).version == Library(fresh).version and Library(db).count == Library(fresh).count == 3


def test_what_comes_back_after_a_change_and_its_opposite(content: Path) -> None:
    """A file that is changed and changed back leaves no trace but the number of the edition."""
    db = schema.create(content.parent / "one.sqlite")
    build(db, content)
    before = rows(db, *LISTS, "texts", "articles", "names", "codes", "faults"), Library(db).version
    edit(content, "Zebra")
    making.article(content, "other", 'topics = ["hearts"]\nformerly = ["old"]\n[codes]\nmesh = ["D1"]')
    build(db, content)
    edit(content, "A sample")
    shutil.rmtree(content / "articles/other")
    build(db, content)
    assert (rows(db, *LISTS, "texts", "articles", "names", "codes", "faults"), Library(db).version) == before


def test_build_and_serve_elsewhere(content: Path, tmp_path: Path) -> None:
    """`build` makes one file that is served without the content folder; built anew, the running server shows it, without a restart."""
    file = tmp_path / "shipped" / "library.sqlite"
    file.parent.mkdir()
    done = run("build", "--content", str(content), str(file))
    assert (done.returncode, done.stderr) == (0, "") and "1 articles, 1 topics" in done.stdout
    assert {path.name for path in file.parent.iterdir()} == {"library.sqlite", "library.sqlite.lock"}
    assert b"127.0.0.1" not in file.read_bytes() and str(content).encode() not in file.read_bytes()
    moved = content.rename(tmp_path / "elsewhere")
    with served("--snapshot", str(file)) as one:
        assert "A sample" in httpx.get(f"{one.base}/articles/sample").text
        edit(moved, "Another")
        assert run("build", "--content", str(moved), str(file)).returncode == 0
        assert wait_until(lambda: "Another" in httpx.get(f"{one.base}/articles/sample").text, 10)


def test_a_read_only_folder_is_enough_for_a_snapshot(file: Path) -> None:
    """A shipped file is opened without a lock, a log or anything else written beside it."""
    folder = file.parent / "shipped"
    folder.mkdir()
    shutil.copy(file, folder)
    (folder / file.name).chmod(0o400)
    folder.chmod(0o500)
    assert title(Editions(None, folder / file.name, watch=False)) == "A sample"
    assert [path.name for path in folder.iterdir()] == [file.name]
    folder.chmod(0o700)


@pytest.mark.parametrize("what", ["missing", "empty", "text", "schema", "other", "site"])
def test_a_file_that_is_no_snapshot_is_refused(file: Path, what: str) -> None:
    """What is not there, is no SQLite file, or was made by another release is refused with its name and the command that makes it."""
    if what == "missing":
        file.unlink()
    elif what in {"empty", "text"}:
        file.write_text("x" * 5000 if what == "text" else "")
    else:
        with sqlite3.connect(file) as db:
            db.execute(ANOTHER[what])
        db.close()
    done = run("serve", "--port", "0", "--snapshot", str(file))
    assert done.returncode == 1 and done.stderr.startswith(f"Error: {file} ") and done.stderr.count("\n") == 1, done.stderr


def test_the_probe_counts_a_shipped_file_that_is_refused(file: Path) -> None:
    """While a new file cannot be served the one before is, and the probe says so; a good one in its place ends it."""
    good = file.read_bytes()
    editions = Editions(None, file, watch=False)
    file.with_suffix(".new").write_bytes(good[:5000])
    file.with_suffix(".new").replace(file)
    editions._renew()
    assert (title(editions), editions.fault_count) == ("A sample", 1)
    file.with_suffix(".new").write_bytes(good)
    file.with_suffix(".new").replace(file)
    editions._renew()
    assert (title(editions), editions.fault_count) == ("A sample", 0)


@pytest.mark.parametrize("what", ["missing", "empty", "zeros", "cut", "schema", "compiler", "shipped"])
def test_a_live_file_that_cannot_be_used_is_made_anew(content: Path, file: Path, what: str) -> None:
    """With the content at hand, a file of another release, a broken or a shipped one is no obstacle: the server makes its own."""
    if what == "missing":
        file.unlink()
    elif what in {"empty", "zeros", "cut"}:
        file.write_bytes({"empty": b"", "zeros": bytes(5000), "cut": file.read_bytes()[:5000]}[what])
    elif what in {"schema", "compiler"}:
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA user_version=1" if what == "schema" else "UPDATE meta SET value = 'x' WHERE key = 'compiler'")
        db.close()
    editions = Editions(content, file, watch=False)
    edit(content, "Another")
    editions.reload()
    assert title(editions) == "Another"
    editions.close()


@pytest.mark.parametrize("command", [["build"], ["serve", "--port", "0", "--snapshot"]], ids=["build", "serve"])
@pytest.mark.parametrize("what", ["text", "database"])
def test_a_file_of_someone_else_is_not_overwritten(content: Path, tmp_path: Path, what: str, command: list[str]) -> None:
    """A wrong name costs nobody a file: what is no snapshot is refused in one line, and stays as it is."""
    file = tmp_path / "patients.sqlite"
    if what == "text":
        file.write_text("x" * 5000)
    else:
        with sqlite3.connect(file) as db:
            db.execute("CREATE TABLE patients (name)")
        db.close()
    before = file.read_bytes()
    done = run(*command, str(file), "--content", str(content))
    assert (done.returncode, file.read_bytes()) == (1, before)
    assert done.stderr == f"Error: {file} is not a library that health-widgets made, and stays as it is; name another file.\n"


def test_a_file_that_is_there_is_served_before_the_folder_is_read(content: Path, file: Path) -> None:
    """A start with an existing file opens no content file; what changed meanwhile is read afterwards, in the background."""
    Editions(content, file, watch=False).close()
    edit(content, "Another")
    editions = Editions(content, file, watch=False)
    assert title(editions) == "A sample"
    editions.reload()
    assert title(editions) == "Another"
    editions.close()
    edit(content, "A third")
    watching = Editions(content, file)
    assert wait_until(lambda: title(watching) == "A third", 10)
    watching.close()


def test_one_leads_and_others_follow(content: Path, file: Path) -> None:
    """Of those who share a file one writes; the others see what it wrote, and one of them takes over when it ends."""
    first, second = Editions(content, file), Editions(content, file)
    assert wait_until(first._source.leads, 5) and not second._source.leads()
    edit(content, "Another")
    assert wait_until(lambda: title(first) == title(second) == "Another", 10)
    first.close()
    edit(content, "A third")
    assert wait_until(lambda: title(second) == "A third", 10)
    second.close()


def test_workers_share_one_file(content: Path) -> None:
    """`serve --workers 2` without a file reads the folder once, and each worker shows an edit."""
    with served("--content", str(content), "--workers", "2") as one:
        assert wait_until(lambda: "A sample" in said(one.base), 30)
        edit(content, "Another")
        assert wait_until(lambda: all("Another" in said(one.base) for _ in range(8)), 20)


def test_a_file_that_is_written_by_another_is_refused(content: Path, file: Path) -> None:
    """`build` does not touch a file that a server keeps up to date."""
    lock = Lock(file)
    assert lock.take()
    with pytest.raises(SnapshotError, match="is being written by another process"):
        compiled(content, file)
    lock.free()


def test_a_build_that_is_killed_leaves_the_file_as_it_was(content: Path, file: Path) -> None:
    """A process that dies in the middle of building changes nothing; the next one builds as if it had never been."""
    before = file.read_bytes()
    making.article(content, "other")
    code = (
        "import os, sys; from pathlib import Path; from widgets.snapshot import articles; from widgets.edition import compiled;"
        "articles.parse_text = lambda file: os._exit(9); compiled(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(content), str(file)], check=False)
    assert (done.returncode, file.read_bytes()) == (9, before)
    assert compiled(content, file)[1].count == 2
    assert sorted(path.name for path in file.parent.glob("library*")) == ["library.sqlite", "library.sqlite.lock"]


def test_a_full_disk_keeps_what_is_served(content: Path, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing can be written the edition before is served on; the edit shows once there is room, though nothing is saved again."""
    editions = Editions(content, file, watch=False)

    def full(*args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(files, "build", full)
        edit(content, "Another")
        editions.reload({str(content / EN)})
    assert title(editions) == "A sample" and "the edition before is kept" in caplog.text
    making.article(content, "other")
    editions.reload({str(content / "articles/other/en.md")})
    assert title(editions) == "Another"
    editions.close()


def test_the_log_does_not_grow_for_ever(content: Path, file: Path) -> None:
    """A server that lives through many edits folds SQLite's log into the file, and begins it anew."""
    editions = Editions(content, file, watch=False)
    held, largest = editions.current, 0
    for n in range(60):
        making.article(content, "long", en=making.text() + f"Words {n}. " * 40_000)
        editions.reload()
        editions._renew()
        largest = max(largest, Path(f"{file}-wal").stat().st_size)
        assert f"Words {n}." in str(editions.current.library.articles["long"].texts["en"].body)
        if n == 3:
            assert "long" not in held.library.articles  # who holds an edition has it as it was
            held = None
    assert largest < 4 * schema.LOG
    editions.close()


def test_a_private_file_vanishes(content: Path) -> None:
    """Without a named file nothing is left behind: neither after closing, nor of a process that was killed."""
    editions = Editions(content, watch=False)
    folder = editions._source.path.parent
    assert folder.is_dir()
    editions.close()
    assert not folder.exists()
    left = Path(shutil.copytree(content, folder))
    os.utime(left, (0, 0))
    Editions(content, watch=False).close()
    assert not folder.exists()


def test_two_applications_share_a_process(content: Path, tmp_path: Path) -> None:
    """Applications over different folders in one process do not see each other."""
    other = making.library(tmp_path / "other")
    edit(other, "Elsewhere")
    one, two = (Editions(root, watch=False) for root in (content, other))
    assert (title(one), title(two)) == ("A sample", "Elsewhere")
    one.close()
    two.close()


def test_requests_from_several_threads(content: Path) -> None:
    """One edition is read by several threads at once."""
    editions = Editions(content, watch=False)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(title(editions) for _ in range(100))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["A sample"] * 400
    editions.close()


def test_rows_outlive_their_reader(file: Path) -> None:
    """Rows can be read though an edition lets go of its reader meanwhile, as it does in another thread when the log is folded."""
    reader = schema.reading(file)
    rows = reader.execute("SELECT slug FROM topics")
    del reader
    assert rows.fetchall() == [("hearts",)]


def test_long_lists_come_in_pages(content: Path, serve: Callable[..., str]) -> None:
    """A topic of 250 articles shows 100 at a time with the way to the rest, as a page and as a partial; each stands on one page only."""
    shutil.rmtree(content / "articles")
    for n in range(250):
        making.article(content, f"article-{n:03}", en=making.text().replace("A sample", f"Entry {n:03}"))
    base = serve(create_app(Settings(content=content, watch=False), clock=lambda: NOON))
    for path in ("/topics/hearts?", "/partials/topic-browser?topic=hearts&", "/?letter=e&", "/partials/topic-browser?letter=e&"):
        pages = [httpx.get(f"{base}{path}page-number={n}").text for n in (1, 2, 3, 4)]
        assert [page.count(">Entry ") for page in pages] == [100, 100, 50, 0]
        assert "Entry 000" in pages[0] and "Entry 100" in pages[1] and "Entry 249" in pages[2]
        assert "Next: page 2 of 3" in pages[0] and "Previous: page 2 of 3" in pages[2] and "Next" not in pages[2]
    assert "250 articles" in httpx.get(f"{base}/").text


def test_a_long_sitemap_comes_in_parts(content: Path, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many pages the sitemap names its parts; together they name each page once."""
    from widgets import sitemap

    for n in range(12):
        making.article(content, f"article-{n:03}")
    base = serve(create_app(Settings(content=content, watch=False), clock=lambda: NOON))
    whole = httpx.get(f"{base}/sitemap.xml").text
    monkeypatch.setattr(sitemap, "PART", 5)
    base = serve(create_app(Settings(content=content, watch=False), clock=lambda: NOON))
    index = httpx.get(f"{base}/sitemap.xml").text
    assert index.count("<sitemap>") == 3 and f"<loc>{base}/sitemap-3.xml</loc>" in index
    parts = "".join(httpx.get(f"{base}/sitemap-{n}.xml").text for n in (1, 2, 3))
    assert parts.count("<loc>") == whole.count("<loc>")
    assert {httpx.get(f"{base}/sitemap-{n}.xml").status_code for n in ("0", "4", "x", "99999999")} == {404}


@pytest.mark.parametrize("at_once", [False, True])
def test_any_part_of_a_long_list(content: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    """Whatever part of a list is asked for, it is that part of the whole, also after articles came, moved and went."""
    for module in (lists, snapshot_library):
        monkeypatch.setattr(module, "BLOCK", 3)
    for n in range(20):
        making.article(content, f"a-{n}", 'topics = ["hearts"]' if n % 3 else 'topics = ["valves"]')
    making.write(content / "topics/valves.toml", making.TOPIC)
    db = schema.create(content.parent / "one.sqlite")
    build(db, content)
    for n in (4, 5, 6, 7, 19):
        shutil.rmtree(content / f"articles/a-{n}")
    making.article(content, "a-2", 'topics = ["valves"]')
    making.article(content, "new", 'topics = ["hearts", "valves"]')
    build(schema.create(content.parent / "two.sqlite") if at_once else db, content)
    found = Library(schema.reading(content.parent / ("two.sqlite" if at_once else "one.sqlite")))
    for topic, size in (("", 17), ("hearts", 10), ("valves", 8), ("nowhere", 0)):
        whole = found.names_in(topic, limit=99)
        assert len(set(whole)) == len(whole) == size == found.count_in(topic)
        for limit in (1, 2, 5, 99):
            assert [found.names_in(topic, limit=limit, skip=skip) for skip in range(25)] == [whole[skip : skip + limit] for skip in range(25)]


def test_near_names_in_a_large_library(tmp_path: Path) -> None:
    """A misspelt name finds the right one among thousands, whether it is wrong at its beginning, in its middle or at its end."""
    big.library(tmp_path, 2000)
    made = Editions(tmp_path, watch=False)
    slug = list(made.current.library.articles)[1234]
    for wrong in (slug[1:], slug[:-1], slug[:8] + slug[9:], slug[:12] + "x" + slug[12:]):
        assert slug in made.current.library.near("article", wrong), wrong
    made.close()


def test_the_tree_in_parts_is_the_tree(content: Path, file: Path) -> None:
    """Parts of the tree, one after another, are the whole from the tops down; below a topic that a site names stands what is below it."""
    for slug, parent in (("valves", "hearts"), ("flaps", "valves"), ("arteries", "hearts"), ("lungs", "")):
        above = f'parent = "{parent}"\n' if parent else ""
        making.write(content / "topics" / f"{slug}.toml", f'{above}words.en = {{title = "{slug}"}}\n')
    _, library = compiled(content, file)
    tops = library.children(None)
    size = library.tree_size(tops)
    parts = [library.tree(tops, limit=2, skip=skip) for skip in range(0, size, 2)]
    tree = [(topic.slug, above) for part in parts for topic, above in part]
    assert tree == walked(library, None) and len(tree) == size == len(library.topics)
    assert [topic.slug for topic, _ in library.tree(library.children("hearts"), limit=9)] == ["arteries", "valves", "flaps"]


def walked(library: Library, above: str | None) -> list[tuple[str, str | None]]:
    """The tree, topic by topic."""
    return [pair for topic in library.children(above) for pair in ((topic.slug, above), *walked(library, topic.slug))]


def test_a_file_that_is_half_waste_is_made_anew(content: Path, file: Path) -> None:
    """A search index that holds more of what is gone than of what is there is thrown away when the file is opened the next time."""
    for round_ in range(3):
        editions = Editions(content, file, watch=False)
        with sqlite3.connect(file) as db:
            left = wasted(db)
        db.close()
        assert left <= 0.5, round_
        for n in range(4):
            edit(content, f"Title {round_} {n}")
            editions.reload()
        editions.close()
