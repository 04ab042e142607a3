"""One partner's site, and how its file is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from widgets.content.files import ContentError, ContentFile
from widgets.content.model import best
from widgets.sites.looks import Look, look_of, themes
from widgets.sites.regions import REGIONS, Region
from widgets.sites.schema import SiteFile

DEFAULT = "default"
ANY = ("*",)


@dataclass(frozen=True)
class Site:
    """One partner's site."""

    slug: str
    file: SiteFile

    @cached_property
    def look(self) -> Look | None:
        """Its own colours and shapes; None for those of the widgets."""
        return look_of(self.file.theme, self.file.tokens)

    @property
    def language(self) -> str:
        """The site's own language: the first it names."""
        return self.file.languages[0]

    @property
    def region(self) -> Region:
        """Whom this site's readers call."""
        return REGIONS[self.file.region]

    @property
    def public(self) -> bool:
        """Whether any site may embed it."""
        return self.file.origins == ANY

    def in_language(self, words: Mapping[str, Any], language: str) -> tuple[str, Any]:
        """The language found and the words in it: the wanted one, else the site's, else any; ("", None) for none."""
        found = best(words, language, self.language)
        return found, words.get(found)


def parse_site(file: ContentFile) -> Site:
    """`sites/<slug>.toml` as a site; raises ContentError for a region or theme that is not known."""
    table = file.load(SiteFile)
    if table.region not in REGIONS:
        raise ContentError(file.fault(f"region: {table.region!r} is not known; known: {', '.join(REGIONS)}.", "region"))
    if table.theme and table.theme not in themes():
        raise ContentError(file.fault(f"theme: {table.theme!r} is not known; known: {', '.join(themes())}.", "theme"))
    if "*" in table.origins and table.origins != ANY:
        raise ContentError(file.fault('origins: "*" stands for all, so it stands alone; take it or the others out.', "origins"))
    for number, note in enumerate(table.notes):
        if not note.topics and not note.articles:
            raise ContentError(file.fault("notes: names neither topics nor articles; say where it stands.", "notes", number))
    return Site(Path(file.name).stem, table)
