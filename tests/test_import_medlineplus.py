"""What becomes of NLM's health topics: every quirk of the schema, on files of our own and on the real ones."""

import asyncio
import lzma
import re
import shutil
import xml.etree.ElementTree as ET
from contextlib import closing
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import httpx
import pytest

from tests.topics import KNEE, NO_SHARED, REST, SHARED, changed, imported, sample, topic, tree, whole
from widgets.app import create_app
from widgets.check import check
from widgets.content.markup import Reference
from widgets.content.model import Library
from widgets.edition import read_folder
from widgets.settings import Settings

REBUILT = SHARED / "mplus_topics_en_2025-10.rebuilt.xml.xz"
OF_2026 = SHARED / "mplus_topics_real_sample_2026-10-02.xml"
OF_2012 = SHARED / "mplus_topics_2012-07-21_gsa_fixture.xml"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=NO_SHARED)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The sample file's library."""
    root = tmp_path_factory.mktemp("sample")
    (root / "file.xml").write_text(sample(), "utf-8")
    result = imported(root / "file.xml", root / "into")
    assert result.exit_code == 0, result.output
    return read_folder(root / "into").library


def errors(root: Path) -> list[str]:
    """What `health-widgets check` calls an error."""
    return [str(fault) for fault in check(root, date(2026, 11, 22)).faults if fault.level == "error"]


def test_a_pair_is_one_article(library):
    """The English and the Spanish topic stand in one folder, named in plain English."""
    assert sorted(library.articles) == ["rest", "sore-knee"]
    assert sorted(library.articles["sore-knee"].texts) == ["en", "es"]
    assert library.articles["sore-knee"].texts["es"].front.title == "Dolor de rodilla"


def test_the_front_matter(library):
    """Title, description, every other name once, author, date and source come over."""
    front = library.articles["sore-knee"].texts["en"].front
    assert (front.title, front.summary) == ("Sore Knee", "Why a knee is sore.")
    assert front.also_called == ("Knee ache", "Gonalgia", "Knee, Sore")
    assert front.author == "MedlinePlus, National Library of Medicine"
    assert front.written == date(2005, 1, 6)
    assert [(s.publisher, s.url) for s in front.sources] == [(front.author, "https://medlineplus.gov/soreknee.html")]
    assert front.review is None


def test_what_languages_share(library):
    """Groups become topics in both languages; related topics, MeSH descriptors and the credit line come over."""
    shared = library.articles["sore-knee"].file
    assert shared.topics == ("joints-bones",) and shared.related == ("rest",) and shared.codes == {"mesh": ("D000001",)}
    assert shared.licence == "Public domain. Source: MedlinePlus, National Library of Medicine"
    assert {lang: words.title for lang, words in library.topics["joints-bones"].file.words.items()} == {"en": "Joints/Bones", "es": "Articulaciones"}


def test_the_text(tmp_path, library):
    """The HTML becomes Markdown: nested lists, tables, sections from ##, links into the library, sayings for numbers."""
    (tmp_path / "file.xml").write_text(sample(), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    body = (tmp_path / "into/articles/sore-knee/en.md").read_text("utf-8").partition("+++\n\n")[2]
    assert body == (
        "A sore knee hurts. See [rest](article:rest).\n\n- Rest it\n- Cool it\n  - with ice\n\n## What now?\n\n"
        "If it is broken, {emergency}. Know when to call {emergency-number} at home.\n\n"
        "| Day | Do |\n| --- | --- |\n| 1 | Rest \\| cool |\n\nNIH: Institute of Knees\n\n"
        "## Learn more\n\n- [Institute of Knees](https://knees.example/)\n\n"
        "### Related topics at MedlinePlus\n\n- [Sleep](https://medlineplus.gov/sleep.html)\n\n"
        "### Start Here\n\n- [All about knees](https://medlineplus.gov/x.html#a%20part%20%281%29), Knee Society\n- Bad\n\n"
        "### Videos\n\n- [When to Call {emergency-number}](https://www.911.example/)\n"
    )
    links = library.articles["sore-knee"].texts["en"].body.of(Reference)
    assert [(link.kind, link.slug) for link in links] == [("article", "rest")]


def test_spanish_numbers_are_sayings(library):
    """A call in Spanish is the region's words too, and nobody's own number is left."""
    assert "911" not in "".join(library.articles["sore-knee"].texts["es"].body.blocks)
    assert library.articles["sore-knee"].texts["es"].body.blocks[0].endswith("Si está rota, {emergency}.")
    assert library.articles["sore-knee"].texts["es"].front.emergency == "Si está pasando ahora, {emergency}."


def asked(root: Path, *paths: str) -> list[tuple[int, str]]:
    """What the server answers, over this library."""
    app = create_app(Settings(content=root, watch=False))

    async def ask() -> list[tuple[int, str]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            return [((answer := await client.get(path)).status_code, answer.text) for path in paths]

    with closing(app):
        return asyncio.run(ask())


def test_it_is_served(tmp_path):
    """The server answers the pages of an imported library, with the credit line, and says that nobody reviewed it here."""
    (tmp_path / "file.xml").write_text(whole(topic(KNEE), said("Rest.").replace('"10"', '"11"').replace("Sore Knee", "Rest")), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    answers = asked(tmp_path / "into", "/", "/articles/sore-knee", "/articles/rest", "/topics/joints-bones")
    assert [status for status, _ in answers] == [200] * 4
    assert "Source: MedlinePlus, National Library of Medicine" in answers[1][1] and "Not clinically reviewed" in answers[1][1]
    assert "If it is broken, call 911 now." in answers[1][1]


def test_the_check_finds_no_error(tmp_path):
    """An imported library passes the check; hard words of another publisher are a note."""
    hard = "&lt;p&gt;Cardiovascular rehabilitation necessitates multidisciplinary examination of individual comorbidities.&lt;/p&gt;"
    (tmp_path / "file.xml").write_text(whole(topic(KNEE), topic(f"<full-summary>{hard}</full-summary>", "11", "Rest", "/rest.html")), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    assert errors(tmp_path / "into") == []
    assert "note: Flesch-Kincaid grade" in "".join(str(fault) for fault in check(tmp_path / "into", date(2026, 11, 22)).faults)


def said(html: str) -> str:
    """A topic with this summary."""
    return topic(f"<full-summary>{escape(html)}</full-summary>")


SUMMARIES = {
    "no summary": (topic(""), "Why a knee is sore.\n"),
    "no description": (topic(REST, **{"meta-desc": "-"}), "Rest is good.\n"),
    "braces": (said("Write {emergency} or {x}."), "Write {emergency} or &#123;x&#125;.\n"),
    "marks": (said("<p>1. *Not* [a] _mark_ &lt;b&gt; R&amp;D &amp;amp; x</p>"), "1\\. \\*Not\\* \\[a\\] \\_mark\\_ \\<b> R&D \\&amp; x\n"),
    "script": (said("<script>x()</script><p onclick='y'>Safe</p>"), "Safe\n"),
    "picture": (said("<p>See <img src='x.png'>it</p>"), "See it\n"),
    "line breaks": (said("<p>One<br>two<br/>three</p>"), "One\\\ntwo\\\nthree\n"),
    "bad link": (said("<a href='javascript:x()'>it</a> <a>is</a>"), "it is\n"),
    "crisis": (said("Call or text 988. Or dial 9-1-1 at 911-A."), "{crisis}. Or dial {emergency-number} at 911-A.\n"),
    "not a call": (said("About 112 of 999 people, or call 112 now"), "About 112 of 999 people, or call {emergency-number} now\n"),
    "terms": (said("<dl><dt>Rest</dt><dd>No work</dd></dl>"), "**Rest**\n\nNo work\n"),
    "numbered": (said("<ol><li>One</li><li>Two<ol><li>Three</li></ol></li></ol>"), "1. One\n2. Two\n   1. Three\n"),
    "number to ring": (
        said("<p>If so, <a href='tel:911'>call 911</a>, else <a href='tel:+1-800-555-0100'>us</a>.</p>"),
        "If so, {emergency}, else [us](tel:+1-800-555-0100).\n",
    ),
    "heading of nothing": (said("<h2>A</h2><p>x</p><h3><img src='x.png'> </h3><h3>B</h3><p>y</p>"), "## A\n\nx\n\n### B\n\ny\n"),
    "headings": (said("<h5>A</h5><p>x</p><h2>B</h2><h6>C</h6><p>y</p>"), "## A\n\nx\n\n## B\n\n### C\n\ny\n"),
}


@pytest.mark.parametrize("case", SUMMARIES)
def test_summary(tmp_path, case):
    """Each way of writing a summary comes out as safe Markdown that says the same."""
    given, expected = SUMMARIES[case]
    (tmp_path / "file.xml").write_text(whole(given), "utf-8")
    assert imported(tmp_path / "file.xml", tmp_path / "into").exit_code == 0
    assert (tmp_path / "into/articles/sore-knee/en.md").read_text("utf-8").partition("+++\n\n")[2] == expected


@pytest.mark.parametrize(
    ("summary", "before", "sensitive"),
    [
        ("Rest it.", "", False),
        ("Rest it. If it is broken, call 911.", "If this is happening now, {emergency}.", False),
        ("Know when to dial 9-1-1.", "If this is happening now, {emergency}.", False),
        ("Feeling hopeless? Call or text 988, or call 911.", "If you are thinking about suicide or hurting yourself, {crisis}.", True),
    ],
)
def test_whom_to_call_stands_before_a_text_that_says_it(tmp_path, summary, before, sensitive):
    """Whom a text tells its readers to call, they see first; where that is the crisis line, the subject is a delicate one."""
    (tmp_path / "file.xml").write_text(whole(said(summary)), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    article = read_folder(tmp_path / "into").library.articles["sore-knee"]
    emergency = article.texts["en"].front.emergency
    assert emergency.startswith(before) and bool(emergency) == bool(before)
    assert article.file.sensitive is sensitive
    assert errors(tmp_path / "into") == []


def test_a_sentence_begins_with_a_capital(tmp_path):
    """Where a number begins a sentence, so do the words for it."""
    (tmp_path / "file.xml").write_text(whole(topic(REST, meta_desc="Help is near. 911 is one number.")), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    assert 'summary = "Help is near. The emergency number is one number."' in (tmp_path / "into/articles/sore-knee/en.md").read_text("utf-8")


def test_lines_are_cut_and_hold_no_number(tmp_path):
    """A description that is too long ends at a word, and one with a number says whom to call in words."""
    (tmp_path / "file.xml").write_text(whole(topic(REST, meta_desc="Know when to call 911. " + "word " * 80)), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    summary = read_folder(tmp_path / "into").library.articles["sore-knee"].texts["en"].front.summary
    assert summary.startswith("Know when to call the emergency number. word") and len(summary) <= 300 and summary.endswith("word…")
    assert errors(tmp_path / "into") == []


def test_spanish_only(tmp_path):
    """A Spanish topic without a partner has a folder of its own; one whose partner is not in the file has its partner's name."""
    mapped = '<language-mapped-topic url="https://medlineplus.gov/flu.html" id="5" language="English">Flu</language-mapped-topic>'
    alone = topic(REST, "901", "Niños y sueño", "/spanish/ninos.html", "Spanish")
    (tmp_path / "file.xml").write_text(whole(alone, topic(REST + mapped, "902", "Gripe", "/spanish/flu.html", "Spanish")), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    assert sorted(read_folder(tmp_path / "into").library.articles) == ["flu", "ninos-y-sueno"]
    assert errors(tmp_path / "into") == []


def test_names_are_unique_and_stay(tmp_path):
    """Two topics of one title have two folders, whatever their order; a new title does not move a folder."""
    one, other = topic(REST, "1", "Flu", "/a.html"), topic(REST, "2", "Flu!", "/b.html")
    (tmp_path / "file.xml").write_text(whole(one, other), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    before = sorted(path.name for path in (tmp_path / "into/articles").iterdir())
    (tmp_path / "file.xml").write_text(whole(other, one.replace("Flu", "Influenza")), "utf-8")
    imported(tmp_path / "file.xml", tmp_path / "into")
    assert sorted(path.name for path in (tmp_path / "into/articles").iterdir()) == before == ["flu", "flu-medlineplus"]
    assert read_folder(tmp_path / "into").library.articles["flu"].texts["en"].front.title == "Influenza"


def test_our_own_article_of_that_name_stays(content, tmp_path):
    """An article or a topic that was there before is nobody else's: the import takes another name, or the topic as it is."""
    (tmp_path / "file.xml").write_text(whole(topic(REST.replace("Joints/Bones", "Hearts"), title="A sample!")), "utf-8")
    (content / "articles/sample").rename(content / "articles/a-sample")
    before = tree(content)
    imported(tmp_path / "file.xml", content)
    assert {name: tree(content)[name] for name in before} == before
    assert read_folder(content).library.articles["a-sample-medlineplus"].file.topics == ("hearts",)


@pytest.mark.parametrize("packing", ["xz", "gz", "zip"])
def test_packed(tmp_path, packing):
    """A file that is packed imports as the plain one does, whatever its name."""
    import gzip
    import zipfile

    raw, path = sample().encode(), tmp_path / "file.bin"
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../mplus.xml", raw)
            archive.writestr("readme.txt", "x")
            archive.writestr("__MACOSX/._mplus.xml", "x")
    else:
        path.write_bytes(lzma.compress(raw) if packing == "xz" else gzip.compress(raw))
    (tmp_path / "file.xml").write_bytes(raw)
    assert imported(path, tmp_path / "packed").exit_code == 0
    imported(tmp_path / "file.xml", tmp_path / "plain")
    assert {n: b for n, (b, _) in tree(tmp_path / "packed").items()} == {n: b for n, (b, _) in tree(tmp_path / "plain").items()}
    assert not (tmp_path.parent / "mplus.xml").exists()


def test_where_it_goes_without_a_folder(tmp_path, monkeypatch):
    """Without --into the content folder of the settings is meant, else `library` where one stands."""
    from click.testing import CliRunner

    from widgets.commands import main

    (tmp_path / "file.xml").write_text(sample(), "utf-8")
    monkeypatch.chdir(tmp_path)
    for environ, where in (({"HEALTH_WIDGETS_CONTENT": str(tmp_path / "mine")}, "mine"), ({"HEALTH_WIDGETS_CONTENT": ""}, "library")):
        assert CliRunner(env=environ).invoke(main, ["import", "medlineplus", "file.xml"]).exit_code == 0
        assert (tmp_path / where / "articles/sore-knee/en.md").is_file()


# --- The real files ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All English topics of October 2025, imported."""
    root = tmp_path_factory.mktemp("rebuilt") / "library"
    result = imported(REBUILT, root)
    assert result.exit_code == 0, result.output
    assert "topics in English: 1,017" in result.output and "Left out" not in result.output
    return root


@real
def test_nothing_is_lost(rebuilt):
    """1,017 topics; every synonym, group and related link that an independent reading of the file finds is in the library."""
    library = read_folder(rebuilt).library
    with lzma.open(REBUILT) as file:
        topics = ET.parse(file).getroot().findall("health-topic")
    by_url = {article.texts["en"].front.sources[0].url: article for article in library.articles.values()}
    assert len(topics) == len(by_url) == len(library.articles) == 1017 and not library.faults
    slug_of = {t.get("id"): by_url[t.get("url")].slug for t in topics}
    for t in topics:
        article = by_url[t.get("url")]
        assert article.texts["en"].front.title == t.get("title")
        assert {e.text for e in t.findall("also-called")} == set(article.texts["en"].front.also_called)
        assert {slug_of[e.get("id")] for e in t.findall("related-topic")} == set(article.file.related)
        assert {e.text for e in t.findall("group")} == {topic.file.words["en"].title for topic in library.topics_of(article)}
    assert len(library.topics) == 44
    assert sum(len(article.file.related) for article in library.articles.values()) == 3259


@real
@pytest.mark.full
def test_every_word_is_kept(rebuilt):
    """The words of each summary stand in its article, in their order; only numbers to call are changed."""
    library = read_folder(rebuilt).library
    by_url = {article.texts["en"].front.sources[0].url: article.texts["en"] for article in library.articles.values()}
    with lzma.open(REBUILT) as file:
        for t in ET.parse(file).getroot().findall("health-topic"):
            summary = re.sub(r"<[^>]*>", " ", t.findtext("full-summary") or "").replace("&amp;", "&")
            said = re.findall(r"\w+", summary)
            here = re.findall(r"\w+", " ".join(by_url[t.get("url")].body.blocks))
            if not re.search(r"\b(?:911|9-1-1|988)\b", summary):
                assert here == said, t.get("title")


@real
@pytest.mark.full
def test_the_rebuilt_library_is_in_order(rebuilt):
    """The check finds no error in it, and the server answers its pages."""
    assert errors(rebuilt) == []
    paths = ("/", "/articles/high-blood-pressure", "/topics/symptoms", "/partials/article-card?article=stroke&open", "/sitemap.xml")
    answers = asked(rebuilt, *paths)
    assert [status for status, _ in answers] == [200] * 5
    assert "Source: MedlinePlus, National Library of Medicine" in answers[1][1] and "Not clinically reviewed" in answers[1][1]
    assert "Abdominal Pain" in answers[2][1]


@real
@pytest.mark.full
def test_twice_changes_nothing(rebuilt):
    """The same file again writes no file, not even with the same words."""
    before = tree(rebuilt)
    assert "unchanged: 2,078" in imported(REBUILT, rebuilt).output
    assert tree(rebuilt) == before


@real
@pytest.mark.full
def test_one_summary_edited_upstream_is_one_file(rebuilt, tmp_path):
    """A new file, of another day, with one other summary, changes one file."""
    root = shutil.copytree(rebuilt, tmp_path / "library")
    text = lzma.decompress(REBUILT.read_bytes()).decode().replace("A1C is a blood test", "A1C is a simple blood test")
    (tmp_path / "new.xml").write_text(text.replace('date-generated="10/01/2025', 'date-generated="11/20/2026'), "utf-8")
    before = tree(root)
    result = imported(tmp_path / "new.xml", root)
    assert changed(before, tree(root)) == ["articles/a1c/en.md"]
    assert "unchanged: 2,077" in result.output and "updated: 1" in result.output


@real
def test_the_sample_of_2026(tmp_path):
    """The pair is one article, the topic without a summary shows its description, and what is related elsewhere is a link."""
    assert imported(OF_2026, tmp_path / "into").exit_code == 0
    library = read_folder(tmp_path / "into").library
    assert {slug: sorted(a.texts) for slug, a in library.articles.items()} == {"elder-abuse": ["en", "es"], "cancer-living-with-cancer": ["es"]}
    elder = library.articles["elder-abuse"]
    assert elder.file.codes == {"mesh": ("D004552",)}
    assert elder.texts["en"].front.also_called == ("Abuse", "Violence")
    assert elder.texts["es"].front.written == date(2005, 1, 6)
    spanish = (tmp_path / "into/articles/elder-abuse/es.md").read_text("utf-8")
    assert "- Abuso físico, sexual y emocional\n- Negligencia o abandono\n- Abuso financiero" in spanish
    assert "se encuentra en peligro, {emergency}. De lo contrario" in spanish
    assert "[Violencia en la pareja](https://medlineplus.gov/spanish/intimatepartnerviolence.html)" in spanish
    assert library.articles["cancer-living-with-cancer"].texts["es"].body.blocks[0].startswith("Para la mayoría de las personas con cáncer")
    assert errors(tmp_path / "into") == []


@real
def test_the_sample_of_2012(tmp_path):
    """Without descriptions, with white space everywhere and hidden categories, the old schema comes in as well."""
    assert imported(OF_2012, tmp_path / "into").exit_code == 0
    pain = read_folder(tmp_path / "into").library.articles["abdominal-pain"]
    text = (tmp_path / "into/articles/abdominal-pain/en.md").read_text("utf-8")
    assert sorted(pain.texts) == ["en", "es"] and pain.file.topics == ("digestive-system", "symptoms")
    assert pain.texts["en"].front.also_called == ("Bellyache", "Pain, Abdominal", "Stomach Ache")
    assert pain.texts["en"].front.summary == "Your abdomen extends from below your chest to your groin."
    assert "- You can't move your bowels, especially if you're also vomiting\n" in text
    assert "](https://www.nlm.nih.gov/medlineplus/pain.html)" in text
    root = ET.parse(OF_2012).getroot()
    sites = [s for s in root[0].findall("site") if any(not c.text.startswith("NON-DISPLAY") for c in s.findall("information-category"))]
    assert text.count("](http") == len({s.get("url") for s in sites}) + 2
    assert "NON-DISPLAY" not in text + (tmp_path / "into/articles/abdominal-pain/es.md").read_text("utf-8")
    assert errors(tmp_path / "into") == []
