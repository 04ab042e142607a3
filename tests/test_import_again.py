"""Importing again: what changed upstream comes in, what was edited here stays, and nothing is deleted."""

from datetime import date
from pathlib import Path

import pytest

from tests.topics import KNEE, REST, changed, imported, sample, topic, tree, whole
from widgets.check import check
from widgets.edition import read_folder
from widgets.imports import medlineplus, shelf

EN, SHARED_TOML = "articles/sore-knee/en.md", "articles/sore-knee/article.toml"
NEWER = sample(KNEE.replace("A sore knee hurts", "A very sore knee hurts"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A library that was imported once."""
    assert again(tmp_path / "library", sample()).exit_code == 0
    return tmp_path / "library"


def again(root: Path, text: str):
    """Import a file of this text."""
    file = root.parent / "file.xml"
    file.write_text(text, "utf-8")
    return imported(file, root)


def edit(root: Path, name: str, old: str, new: str) -> None:
    """What an editor does."""
    text = (root / name).read_text("utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), "utf-8")


def text(root: Path, slug: str = "sore-knee", language: str = "en"):
    """The text as the library reads it."""
    return read_folder(root).library.articles[slug].texts[language]


def test_twice_changes_nothing(root):
    """The same file again writes no file at all."""
    before = tree(root)
    assert "new" not in again(root, sample()).output
    assert tree(root) == before


def test_a_change_upstream_is_one_file(root):
    """Another summary upstream changes the one file that holds it."""
    before = tree(root)
    result = again(root, NEWER)
    assert changed(before, tree(root)) == [EN] and "updated: 1" in result.output
    assert text(root).body.blocks[0].startswith("A very sore knee hurts")


def test_an_edit_here_stays(root):
    """What was edited here stays while upstream is as it was; other keys of the file still follow upstream."""
    edit(root, EN, "A sore knee hurts", "Our clinic's words")
    before = tree(root)
    output = again(root, sample()).output
    assert "edited here: 1" in output and f"Kept as edited here: {EN}: text\n" in output
    assert changed(before, tree(root)) == []
    again(root, sample(KNEE.replace("Knee ache", "Bad knee")))
    assert text(root).front.also_called[0] == "Bad knee" and text(root).body.blocks[0].startswith("Our clinic's words")
    assert not (root / f"{EN}.upstream").exists()


def test_edited_on_both_sides(root):
    """Where both sides changed, ours stays, theirs stands beside it once, and the report says so."""
    edit(root, EN, "A sore knee hurts", "Our clinic's words")
    result = again(root, NEWER)
    assert f"Edited here: {EN} keeps its own text; what upstream has now is in en.md.upstream" in result.output
    assert "Our clinic's words" in (root / EN).read_text("utf-8")
    assert "A very sore knee hurts" in (root / f"{EN}.upstream").read_text("utf-8")
    (root / f"{EN}.upstream").unlink()
    before = tree(root)
    assert "en.md.upstream" not in again(root, NEWER).output
    assert tree(root) == before


def test_a_review_ends_when_upstream_changes(root):
    """A review that was added here stays through the import, and says that the text has changed since."""
    review = '[review]\nby = "Knee board"\nreviewed = 2026-11-01\n# our own remark\ntext-hash = "{}"\n+++\n\nA sore'
    edit(root, EN, "+++\n\nA sore", review.format(text(root).hash))
    assert not text(root).changed_since_review
    again(root, NEWER)
    assert text(root).front.review.by == "Knee board" and text(root).changed_since_review
    assert "# our own remark" in (root / EN).read_text("utf-8")
    faults = [str(fault) for fault in check(root, date(2026, 11, 22)).faults if fault.level == "error"]
    assert len(faults) == 1 and "the text has changed since its review" in faults[0]


def test_keys_of_an_editor_stay(root):
    """Keys that upstream does not have are the editor's, in both kinds of files."""
    edit(root, SHARED_TOML, "[codes]", 'sensitive = true\n\n[codes]\nicd-10-cm = ["M25.56"]')
    again(root, sample(KNEE.replace("D000001", "D000009")))
    shared = read_folder(root).library.articles["sore-knee"].file
    assert shared.sensitive and shared.codes == {"icd-10-cm": ("M25.56",), "mesh": ("D000009",)}


def test_what_upstream_takes_away_goes(root):
    """A key that upstream has no more goes, unless it was edited here."""
    again(root, sample(KNEE.replace("<also-called>Knee ache</also-called><also-called>Gonalgia</also-called>", "").replace("see-reference", "x-y")
                       .replace("<x-y>Knee, Sore</x-y><x-y>Gonalgia</x-y>", "")))  # fmt: skip
    assert text(root).front.also_called == ()


def test_a_topic_gone_upstream_stays_here(root):
    """A topic that upstream has no more is named, and kept; when it comes back, it goes on as before."""
    before = tree(root / "articles/rest")
    result = again(root, whole(topic(KNEE)))
    assert "Gone upstream, kept here: articles/rest/en.md" in result.output
    assert tree(root / "articles/rest") == before and result.exit_code == 0
    again(root, sample(KNEE).replace("Rest is good", "Rest is better"))
    assert text(root, "rest").body.blocks == ("Rest is better.",)


def test_what_was_removed_here_does_not_come_back(root):
    """An article or a translation that was deleted here stays deleted, and nothing leads to it."""
    for path in (root / "articles/rest").iterdir():
        path.unlink()
    (root / "articles/rest").rmdir()
    (root / "articles/sore-knee/es.md").unlink()
    for source in (sample(), NEWER):
        assert "removed here, not written again: 2" in again(root, source).output
        assert sorted(read_folder(root).library.articles) == ["sore-knee"] and not (root / "articles/sore-knee/es.md").exists()
    assert "rest" not in read_folder(root).library.articles["sore-knee"].file.related


def test_a_folder_that_was_renamed_here_is_found(root):
    """An article that was renamed here is updated where it is now, and links follow."""
    (root / "articles/sore-knee").rename(root / "articles/knee-pain")
    again(root, NEWER)
    assert sorted(read_folder(root).library.articles) == ["knee-pain", "rest"]
    assert text(root, "knee-pain").body.blocks[0].startswith("A very sore knee")


def test_without_its_notes(root):
    """When the importer's own notes are lost, what is the same is adopted, and what differs counts as edited."""
    (root / ".imports/medlineplus.json").unlink()
    edit(root, EN, "A sore knee hurts", "Our clinic's words")
    result = again(root, sample())
    assert "unchanged: 6" in result.output and "Our clinic's words" in (root / EN).read_text("utf-8")
    assert sorted(read_folder(root).library.articles) == ["rest", "sore-knee"]


def test_notes_that_cannot_be_read(root):
    """Damaged notes are a refusal that names them, and nothing is written."""
    (root / ".imports/medlineplus.json").write_text("{", "utf-8")
    before = tree(root)
    result = again(root, NEWER)
    assert result.exit_code == 1 and ".imports/medlineplus.json: cannot be read" in result.output
    assert tree(root) == before


def test_a_file_that_cannot_be_read_stays(root):
    """A file that somebody has half edited is named and left alone; mended, it goes on following upstream."""
    whole_text = (root / EN).read_text("utf-8")
    (root / EN).write_text("+++\ntitle = \n+++\nx", "utf-8")
    assert f"{EN} cannot be read" in again(root, NEWER).output
    assert (root / EN).read_text("utf-8") == "+++\ntitle = \n+++\nx"
    (root / EN).write_text(whole_text, "utf-8")
    assert "updated: 1" in again(root, NEWER).output


@pytest.mark.parametrize("after", range(1, 7))
def test_cut_short(tmp_path, monkeypatch, after):
    """An import that ends at any file leaves whole files only; the next one goes on, and takes nothing for an edit."""
    root, real, n = tmp_path / "library", shelf.write, 0

    def full(path: Path, text: str) -> None:
        nonlocal n
        n += 1
        if n > after:
            raise OSError(28, "No space left on device")
        real(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "write", full)
        result = again(root, sample())
        assert result.exit_code == 1 and "No space left" in result.output
    assert read_folder(root).library.faults == () and not list(root.rglob("*.tmp"))
    assert again(root, NEWER).exit_code == 0
    assert "Edited" not in again(root, NEWER).output
    fresh = tmp_path / "fresh" / "library"
    fresh.parent.mkdir()
    again(fresh, NEWER)
    assert {n: b for n, (b, _) in tree(root).items()} == {n: b for n, (b, _) in tree(fresh).items()}


def test_cut_short_in_the_middle_of_a_note(tmp_path, monkeypatch):
    """A full disk may cut a note of the importer's short, and more than once; what was written is still known for its own."""
    root, real = tmp_path / "library", shelf.write

    def full(path: Path, text: str) -> None:
        if path.parent.name == "rest":
            raise OSError(28, "No space left on device")
        real(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "write", full)
        for _ in range(2):
            assert again(root, sample()).exit_code == 1
            with (root / ".imports/medlineplus.journal").open("a") as journal:
                journal.write('\n{"11/en.md": {"ti')
    result = again(root, NEWER)
    assert result.exit_code == 0 and "Edited" not in result.output and "updated: 1" in result.output


def test_one_import_at_a_time(root):
    """While one import writes, another is refused, and can run when that one is done."""
    before = tree(root)
    with shelf.alone(root):
        result = again(root, NEWER)
    assert result.exit_code == 1 and "another import is writing here" in result.output and tree(root) == before
    assert again(root, NEWER).exit_code == 0


def test_an_article_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    """Where the library could not read one file of an article, none of them is written, and the report says why."""
    monkeypatch.setattr(medlineplus, "article", lambda records, around: {"topics": [], "licence": "x" * 999})
    result = again(tmp_path / "library", sample())
    assert result.exit_code == 3 and "articles/sore-knee/article.toml:2: error: licence" in result.output
    assert not list(tmp_path.rglob("*.md"))
    monkeypatch.undo()
    assert "new: 5" in again(tmp_path / "library", sample()).output


def test_a_file_is_replaced_in_one_step(root):
    """Whoever has the old file open reads it to its end: an update puts another file in its place."""
    before = (root / EN).read_text("utf-8")
    (root / "opened").hardlink_to(root / EN)
    again(root, NEWER)
    assert (root / "opened").read_text("utf-8") == before != (root / EN).read_text("utf-8")


def test_undated_topics_keep_the_day_they_came(tmp_path):
    """A topic without a date has that of the file it first came with, and keeps it."""
    root = tmp_path / "library"
    undated = topic(REST, date_created="")
    again(root, whole(undated))
    before = tree(root)
    again(root, whole(undated, generated="12/24/2026 02:30:35"))
    assert text(root).front.written == date(2026, 10, 2) and changed(before, tree(root)) == []
