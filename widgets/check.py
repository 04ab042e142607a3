"""Everything that is wrong in a content folder: library, sites and campaigns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from widgets.content.check import Each, check_library, medians
from widgets.content.files import ContentFile, Fault, Level
from widgets.content.model import Library
from widgets.content.read import Reader
from widgets.content.rules import Rules
from widgets.edition import Edition, read_folder
from widgets.languages import known, lookup, words_in
from widgets.sites import DEFAULT, NUMBERS, REGIONS, Site
from widgets.views import saying


@dataclass(frozen=True)
class Report:
    """What checking found."""

    faults: tuple[Fault, ...]
    library: Library
    medians: Mapping[str, float]

    def count(self, level: Level) -> int:
        """How many faults there are of a level."""
        return sum(fault.level == level for fault in self.faults)

    @property
    def summary(self) -> str:
        """The whole in one line."""
        languages = sorted({language for article in self.library.articles.values() for language in article.texts})
        counts = [(sum(language in article.texts for article in self.library.articles.values()), language) for language in languages]
        articles = ", ".join(f"{_many(n, 'article') if place == 0 else n} in {language}" for place, (n, language) in enumerate(counts))
        grades = [f"reading grade median {median:.1f} ({language})" for language, median in self.medians.items()]
        levels = ", ".join(_many(self.count(level), level) for level in ("error", "warning", "note"))
        return "; ".join([articles or "no articles", *grades, levels])


def _many(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def check(root: Path, today: date, each: Each = iter) -> Report:
    """Read the folder and find its faults, as of `today`; `each` goes through the articles, and may tell how far it is."""
    edition = read_folder(Reader(root))
    rules = _rules(root, edition, today)
    faults = {*check_library(rules, each), *_default_site(root)}
    for site in edition.sites.values():
        faults |= set(check_site(site, _file(root, f"sites/{site.slug}.toml"), rules))
    for campaign in edition.campaigns.values():
        faults |= set(_lacking("words", campaign.file.words, edition.languages, _file(root, f"campaigns/{campaign.slug}.toml"), "words"))
    return Report(tuple(sorted(faults)), edition.library, medians(rules))


def _rules(root: Path, edition: Edition, today: date) -> Rules:
    """What the sites ask of the library: the default one's languages, and every region's numbers."""
    site = edition.sites.get(DEFAULT)
    region = site.region if site else next(iter(REGIONS.values()))
    languages = site.file.languages if site else ()
    return Rules(root, edition.library, today, languages, NUMBERS, lambda name, language: saying(name, region, words_in(language)))


def _file(root: Path, name: str) -> ContentFile:
    return ContentFile.read(root, root / name)


def _default_site(root: Path) -> Iterator[Fault]:
    if not (root / "sites" / f"{DEFAULT}.toml").exists():
        yield Fault(f"sites/{DEFAULT}.toml", 1, "is missing, and no library is served without it; copy the sample one and change it.")


def check_site(site: Site, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    """The faults of a site: calls that lead nowhere, and words that it lacks."""
    appointment, checker = site.file.appointment, site.file.symptom_checker
    if not appointment:
        yield file.fault("appointment: has neither address nor phone, so no call to action is shown; add one.", "appointment", level="warning")
    if not checker.address and (wrong := rules.unknown("topic", checker.topic)):
        yield file.fault(f"symptom-checker: has no address, and {wrong}", "symptom-checker", "topic")
    for language in site.file.languages:
        if not lookup(language, known()):
            message = f"languages: there are no interface words in {language}, so English ones are shown; known: {', '.join(known())}."
            yield file.fault_of(language, message, "languages", level="warning")
    for key, words in _spoken(site):
        yield from _lacking(key, words, site.file.languages, file, *key.split("."))


def _spoken(site: Site) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the site says in each of its languages, by its key."""
    yield from (("name", site.file.name), ("disclaimer", site.file.disclaimer), ("symptom-checker.words", site.file.symptom_checker.words))
    if site.file.appointment:
        yield "appointment.words", site.file.appointment.words
    if site.file.appointment.hours:
        yield "appointment.hours", site.file.appointment.hours


def _lacking(key: str, words: Mapping[str, Any], languages: Iterable[str], file: ContentFile, *where: str) -> Iterator[Fault]:
    for language in languages:
        if language not in words:
            yield file.fault(f"{key}: there are none in {language}, so readers see another language; add them.", *where, level="warning")
