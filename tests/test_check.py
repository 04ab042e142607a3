"""What `health-widgets check` finds in topics, articles, sites and campaigns, by path and line; and the command."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import making
from tests.checking import CHECKER, CHECKER_ES, EN, ES, SHARED, SITE, TODAY, TOPIC, cleaned, found, line_of, replaced
from widgets.check import check
from widgets.commands import main
from widgets.settings import files

CAMPAIGN = 'words.en = {heading = "Go.", button = "Book"}\n'
CASES = {
    "not TOML": (TOPIC, "words.en", "words.en words", "words.en", "error: is not TOML"),
    "unknown topic": (SHARED, '"hearts"', '"hearts",\n"haerts"', '"haerts"', 'error: topics: there is no topic "haerts"; did you mean hearts?'),
    "unknown parent": (TOPIC, "words.en", 'parent = "symptom"\nwords.en', "parent", 'error: parent: there is no topic "symptom"; did'),
    "dangling related": (SHARED, "topics", 'related = ["simple"]\ntopics', "related", 'error: related: there is no article "simple"; did'),
    "formerly of another": (SHARED, "topics", 'formerly = ["sample"]\ntopics', "formerly", 'error: formerly: "sample" is the name of another'),
    "unknown region": (SITE, '"US"', '"UX"', "region", "error: region: 'UX' is not known; known: US,"),
    "unknown symptom topic": (SITE, CHECKER, f'{CHECKER}\ntopic = "no"', "topic =", 'error: symptom-checker: has no address, and there is no topic'),
    "no interface words": (SITE, '["en", "es"]', '["en", "es", "tlh"]', "languages", "warning: languages: there are no interface words in tlh"),
    "site lacks a name": (SITE, ', es = "Biblioteca de prueba"', "", "name", "warning: name: there are none in es"),
    "site lacks a note's words": (SITE, "[symptom", '[[notes]]\ntopics = ["hearts"]\nwords.en = "Hi"\n[symptom', "words.en = \"Hi\"",
                                  "warning: notes.0.words: there are none in es"),
    "note at no article": (SITE, "[symptom", '[[notes]]\narticles = ["simple"]\nwords = {en = "A", es = "B"}\n[symptom', "simple",
                           'error: notes.0.articles: there is no article "simple"; did you mean sample?'),
    "site shows no topic": (SITE, "region", 'topics = ["haerts"]\nregion', "haerts", 'error: topics: there is no topic "haerts"; did you mean'),
    "faint words": (SITE, "[symptom", '[tokens.light]\nmuted = "#777"\n[symptom', "muted",
                    "error: tokens.light: the contrast of muted on surface is 4.47:1; 7:1 is the least; change one of them."),
    "faint button": (SITE, "[symptom", '[tokens.dark]\non-accent = "#9bd5f7"\n[symptom', "on-accent",
                     "error: tokens.dark: the contrast of on-accent on accent is 1.00:1; 7:1 is the least"),
    "place lacks a name": (SITE, "[symptom", '[appointment.locations.a]\nname.en = "A"\n[symptom', "name.en",
                           "warning: appointment.locations.a.name: there are none in es"),
    "site lacks words": (SITE, CHECKER_ES, "", "Symptom checker", "warning: symptom-checker.words: there are none in es"),
}  # fmt: skip


@pytest.fixture
def clean(content: Path) -> Path:
    """A content folder without any fault."""
    return cleaned(content)


@pytest.mark.parametrize("case", CASES)
def test_fault(clean, case):
    """Each kind of fault is named by path, line and level, with what would be right."""
    path, old, new, needle, message = CASES[case]
    replaced(clean, path, old, new)
    assert f"{path}:{line_of(clean, path, needle)}: {message}" in "\n".join(found(clean))


def test_no_fault(clean):
    """A library in order has no fault at all: nothing is named without reason."""
    assert found(clean) == []


def test_not_utf8(clean):
    """A file in another encoding is named with the line of the first bad byte."""
    (clean / TOPIC).write_bytes(b'[words.en]\ntitle = "Coraz\xf3n"\n')
    assert f"{TOPIC}:2: error: is not UTF-8 text; save it as UTF-8." in found(clean)


def test_faulty_file_is_told_once(clean):
    """What names a faulty file is not faulted too: one slip, one error."""
    (clean / TOPIC).write_text("words = 1", "utf-8")
    (clean / ES).write_text("no front matter", "utf-8")
    assert [fault.split(":")[0] for fault in found(clean)] == [ES, TOPIC]


def test_bad_slug(clean):
    """A file whose name cannot be an address is named."""
    making.write(clean / "topics" / "Bad Name.toml", making.TOPIC)
    assert any(fault.startswith("topics/Bad Name.toml:1: error: 'Bad Name' cannot be an address") for fault in found(clean))


def test_circle(clean):
    """Topics that stand below each other are named, each of them."""
    for slug, parent in (("hearts", "symptoms"), ("symptoms", "hearts")):
        making.write(clean / f"topics/{slug}.toml", f'parent = "{parent}"\n{making.TOPIC}')
    assert f"{TOPIC}:1: error: parent: the topic stands below itself" in "\n".join(found(clean))


def test_folder_without_article(clean):
    """A folder of texts without article.toml, which reading passes over, is named."""
    (clean / SHARED).unlink()
    assert f"{SHARED}:1: error: is missing" in "\n".join(found(clean))


def test_missing_translations(clean):
    """Each language of the default site that an article or a topic lacks is a note."""
    (clean / ES).unlink()
    replaced(clean, TOPIC, "words.es", "words.fr")
    assert found(clean) == [
        f"{SHARED}:1: note: has no text in es; add es.md beside it.",
        f"{TOPIC}:1: note: has no words in es; add a table [words.es].",
    ]


def test_former_name_of_two(clean):
    """A former name that two articles claim is an error in each."""
    making.article(
        clean, "other", 'topics = ["hearts"]\nformerly = ["old"]\n', en=(clean / EN).read_text("utf-8"), es=(clean / ES).read_text("utf-8")
    )
    replaced(clean, SHARED, "topics", 'formerly = ["old"]\ntopics')
    assert [fault.split(": error")[0] for fault in found(clean)] == ["articles/other/article.toml:2", f"{SHARED}:1"]


def test_former_topic_name(clean):
    """A topic's former name that is another's name is an error."""
    replaced(clean, TOPIC, "words.en", 'formerly = ["symptoms"]\nwords.en')
    assert found(clean)[0].startswith(f'{TOPIC}:1: error: formerly: "symptoms" is the name of another')


def test_dead_call_to_action(clean):
    """A site with neither address nor phone for appointments is a warning."""
    replaced(clean, SITE, 'address = "https://clinic.example/book"\nphone = "+1 555-010-0100"\n', "")
    assert found(clean) == [
        f"{SITE}:{line_of(clean, SITE, '[appointment]')}: warning: appointment: has neither address nor phone, "
        "so no call to action is shown; add one."
    ]


def test_campaign_lacks_words(clean):
    """A campaign without words in a language that some site offers is a warning."""
    making.write(clean / "campaigns" / "run.toml", CAMPAIGN)
    assert found(clean) == ["campaigns/run.toml:1: warning: words: there are none in es, so readers see another language; add them."]


CAMPAIGNS = {
    "unknown site": ('sites = ["defualt"]', "error: sites: there is no site \"defualt\"; did you mean default?"),
    "unknown topic": ('topics = ["haerts"]', "error: topics: there is no topic \"haerts\"; did you mean hearts?"),
    "address that tells": ('address = "https://clinic.example/a-sample/book"', 'warning: address: names "A sample", so the booking site learns'),
    "utm that tells": ('utm.term = "A Samples"', 'warning: utm.term: names "A sample"'),
    "variant that tells": ('variants = [{name = "a-sample", words.en = {heading = "A", button = "B"}, words.es = {heading = "A", button = "B"}}]',
                           'warning: variants: names "A sample"'),
}  # fmt: skip


@pytest.mark.parametrize("case", CAMPAIGNS)
def test_campaign_fault(clean, case):
    """What a campaign names and is not there, and what it would tell the booking site, is named by line."""
    line, message = CAMPAIGNS[case]
    making.write(clean / "campaigns" / "run.toml", f"# A comment\n{line}\n{CAMPAIGN}" + 'words.es = {heading = "Ya.", button = "Pida"}\n')
    assert [fault.partition("run.toml:")[2][: len(message) + 3] for fault in found(clean)] == [f"2: {message}"]


def test_campaign_with_a_telling_name(clean):
    """A campaign whose file is named for a condition is a warning; one whose words merely begin alike is none."""
    text = CAMPAIGN + 'words.es = {heading = "Ya.", button = "Pida"}\n'
    making.write(clean / "campaigns" / "a-sample-month.toml", text)
    making.write(clean / "campaigns" / "samplers.toml", text)
    assert [fault.partition(", so")[0] for fault in found(clean)] == ['campaigns/a-sample-month.toml:1: warning: its file\'s name: names "A sample"']


def test_campaign_that_is_over(clean):
    """A campaign after its end is a note, since its pages show other words now; before its end it is none."""
    for day, level in (("2026-06-13", "note"), ("2026-06-20", "")):
        text = f'until = {day}\ntime-zone = "America/New_York"\n{CAMPAIGN}words.es = {{heading = "Ya.", button = "Pida"}}\n'
        making.write(clean / "campaigns" / "run.toml", text)
        assert [fault.partition("run.toml:")[2].partition(": ")[2][:11] for fault in found(clean)] == ([f"{level}: until"] if level else [])


def test_campaign_of_one_site(clean):
    """A campaign needs the words of its own sites' languages alone."""
    making.write(clean / "sites/english.toml", making.SITE.replace('["en", "es"]', '["en"]'))
    making.write(clean / "campaigns" / "run.toml", f'sites = ["english"]\n{CAMPAIGN}')
    assert found(clean) == []


def test_regional_language(clean):
    """A site in es-MX lacks nothing where words and texts are in es."""
    replaced(clean, SITE, '["en", "es"]', '["en-GB", "es-MX"]')
    assert found(clean) == []


def test_no_default_site(clean):
    """Without the default site the rest is checked all the same."""
    (clean / SITE).unlink()
    replaced(clean, EN, "article:sample", "article:none")
    assert [fault.split(": error")[0] for fault in found(clean)] == [f"{EN}:{line_of(clean, EN, 'article:none')}", f"{SITE}:1"]


def test_faults_are_sorted(clean):
    """Faults come by path, then by line as a number."""
    for path, old, new in (("topics/hearts.toml", "words.en", 'parent = "x"\nwords.en'), (EN, "A sample", "A 911"), (EN, "If it", "Or 911. If it")):
        replaced(clean, path, old, new)
    faults = check(clean, TODAY).faults
    assert len(faults) == 3 and list(faults) == sorted(faults, key=lambda fault: (fault.path, fault.line))


def run(*arguments: str, **environ: str) -> tuple[int, list[str]]:
    """The command's exit code and the lines it prints."""
    result = CliRunner(env=environ).invoke(main, ["check", *arguments])
    return result.exit_code, result.output.splitlines()


def test_command_fails_on_an_error(clean):
    """The command exits with 1 where there is an error, and its last line counts the faults."""
    replaced(clean, EN, "article:sample", "article:none")
    code, lines = run(str(clean))
    assert code == 1 and len(lines) == 4
    assert lines[0].startswith(f"{EN}:{line_of(clean, EN, 'article:none')}: error: ")
    assert lines[-1].startswith("1 article in en, 1 in es; reading grade median ") and lines[-1].endswith("; 1 error, 0 warnings, 0 notes")


def test_command_prints_contrasts(clean):
    """Before the summary stands the contrast of every pair of colours, a line for each site and scheme."""
    making.write(clean / "sites/harbor.toml", f'theme = "harbor"\n{making.SITE}{CHECKER_ES}\n')
    _, lines = run(str(clean))
    assert [line.partition(":")[0] for line in lines[:-1]] == [SITE, SITE, "sites/harbor.toml", "sites/harbor.toml"]
    for line, scheme in zip(lines, ["light", "dark"] * 2, strict=False):
        assert f": contrast, {scheme}: text on surface " in line and line.count(" on ") == 9


def test_command_passes_with_warnings(clean):
    """Warnings and notes alone do not fail."""
    (clean / ES).unlink()
    code, lines = run(HEALTH_WIDGETS_CONTENT=str(clean))
    assert code == 0 and lines[-1].endswith("; 0 errors, 0 warnings, 1 note")


def test_command_on_an_empty_folder(tmp_path):
    """An empty folder is told what it lacks, without a traceback."""
    assert run(str(tmp_path)) == (1, [f"{SITE}:1: error: is missing, and no library is served without it; copy the sample one and change it.",
                                      "no articles; 1 error, 0 warnings, 0 notes"])  # fmt: skip


def test_command_without_such_a_folder(tmp_path):
    """A folder that is not there is a usage error that names it."""
    code, lines = run(str(tmp_path / "none"))
    assert code == 2 and str(tmp_path / "none") in " ".join(lines)


def test_sample_library_has_no_error():
    """The library that comes with the package has neither errors nor warnings, on the day it was written."""
    report = check(files() / "content", date(2026, 11, 22))
    assert [str(fault) for fault in report.faults if fault.level != "note"] == []


def test_the_title_of_a_sample_source_is_in_one_language():
    """Words like "(en inglés)" stand with the publisher: a voice for English reads the title."""
    fronts = [tomllib.loads(path.read_text("utf-8").split("+++")[1]) for path in (files() / "content/articles").glob("*/*.md")]
    sources = [source for front in fronts for source in front["sources"]]
    assert not [source["title"] for source in sources if "(en " in source["title"]]
    foreign = [source for source in sources if "language" in source]
    assert len(foreign) > 30
    assert not [source["publisher"] for source in foreign if "(en inglés)" not in source["publisher"]]
