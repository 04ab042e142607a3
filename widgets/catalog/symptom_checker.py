"""The symptom checker link: the emergency line first, then the way to the site's symptom checker."""

from dataclasses import dataclass
from typing import Any

from widgets.edition import Edition
from widgets.moment import Moment
from widgets.sites import Site
from widgets.views import emergency_line, other_languages
from widgets.widget import Widget


@dataclass(frozen=True, kw_only=True)
class SymptomChecker(Widget):
    """The way to the site's symptom checker; we link, and never triage."""

    doc = "The emergency line, then the link to the site's symptom checker (or to the library's Symptoms topic)."
    room = "11em"
    examples = ({}, {"lang": "es"}, {"heading-level": "4"})

    def fallback(self, edition: Edition, site: Site) -> tuple[str, str]:
        """The site's symptom checker, or the Symptoms topic's page."""
        checker = site.file.symptom_checker
        _, words = site.in_language(checker.words, self.language(site))
        return checker.address or self._page(edition, site), words.button if words else self.caption(edition, site)

    def urgent(self, edition: Edition, site: Site) -> bool:
        """Always: who looks for a symptom may be in danger."""
        return True

    def view(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        """The emergency line, the words, and the address: the site's, else the Symptoms topic's page."""
        checker = site.file.symptom_checker
        language = self.language(site)
        lang, words = site.in_language(checker.words, language)
        return {
            "emergency": emergency_line(language),
            "words_of": words,
            "words_lang": "" if lang == language else lang,
            "address": checker.address,
            "page": self._page(edition, site),
            "languages": other_languages(self, site, checker.words),
        }

    def _page(self, edition: Edition, site: Site) -> str:
        topic = edition.library.topic(site.file.symptom_checker.topic)
        return self.page_query(f"/topics/{topic.slug}") if topic else self.page()
