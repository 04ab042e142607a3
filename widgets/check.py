"""Everything that is wrong in a content folder: library, sites and campaigns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from widgets.check_sites import check_campaign, check_site, contrast_lines
from widgets.content.check import Each, check_library, medians
from widgets.content.files import ContentFile, Fault, Level, is_missing
from widgets.content.model import Library
from widgets.content.rules import Rules
from widgets.edition import Edition, read_folder
from widgets.languages import words_in
from widgets.sites import DEFAULT, NUMBERS, REGIONS
from widgets.views import saying


@dataclass(frozen=True)
class Report:
    """What checking found."""

    faults: tuple[Fault, ...]
    library: Library
    medians: Mapping[str, float]
    contrasts: tuple[str, ...] = ()
    """The contrast of every pair of colours, a line for each site and scheme."""

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
    edition = read_folder(root)
    rules = _rules(root, edition, today)
    faults = {*check_library(rules, each), *_default_site(root)}
    for site in edition.sites.values():
        faults |= set(check_site(site, _file(root, f"sites/{site.slug}.toml"), rules))
    for campaign in edition.campaigns.values():
        faults |= set(check_campaign(campaign, _file(root, f"campaigns/{campaign.slug}.toml"), edition, rules))
    return Report(tuple(sorted(faults)), edition.library, medians(rules), tuple(contrast_lines(edition.sites.values())))


def _rules(root: Path, edition: Edition, today: date) -> Rules:
    """What the sites ask of the library: the default one's languages, and every region's numbers."""
    site = edition.sites.get(DEFAULT)
    region = site.region if site else next(iter(REGIONS.values()))
    languages = site.file.languages if site else ()
    return Rules(root, edition.library, today, languages, NUMBERS, lambda name, language: saying(name, region, words_in(language)))


def _file(root: Path, name: str) -> ContentFile:
    return ContentFile.read(root, root / name)


def _default_site(root: Path) -> Iterator[Fault]:
    if is_missing(root / "sites" / f"{DEFAULT}.toml"):
        yield Fault(f"sites/{DEFAULT}.toml", 1, "is missing, and no library is served without it; copy the sample one and change it.")
