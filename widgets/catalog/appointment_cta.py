"""The appointment call to action: the site's words, button, phone and hours; nothing where it has neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from widgets.edition import Edition
from widgets.moment import Moment
from widgets.sites import Site
from widgets.views import other_languages
from widgets.widget import UnknownName, Widget, attribute, shown


@dataclass(frozen=True, kw_only=True)
class AppointmentCta(Widget):
    """A call to action that never leads nowhere."""

    campaign: str = attribute("A campaign's name: other words for the same call.", example="heart-month", default="")

    doc = "The site's call to action: heading, words, button, phone as readable text, opening hours."
    room = "12em"
    lazy = True
    examples = ({}, {"lang": "es"}, {"campaign": "heart-month"}, {"campaign": "heart-month", "lang": "es", "heading-level": "3"})

    def settled(self, edition: Edition) -> Self:
        """Refuses a campaign that is not known."""
        if self.campaign and self.campaign not in edition.campaigns:
            known = ", ".join(edition.campaigns) or "none"
            raise UnknownName(f'campaign: there is no campaign "{shown(self.campaign)}"; known: {known}.')
        return super().settled(edition)

    @classmethod
    def offers(cls, name: str, edition: Edition, site: Site) -> Mapping[str, str]:
        """The campaigns there are."""
        return {"": "None", **{slug: slug.replace("-", " ").capitalize() for slug in edition.campaigns}} if name == "campaign" else {}

    def fallback(self, edition: Edition, site: Site) -> tuple[str, str]:
        """The site's own button: a snippet outlives any campaign."""
        own = site.file.appointment
        _, words = site.in_language(own.words, self.language(site))
        return (own.address or telephone(own.phone), words.button) if own and words else super().fallback(edition, site)

    def view(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        """The campaign's words or the site's own, and where the button leads."""
        own = site.file.appointment
        campaign = edition.campaigns.get(self.campaign)
        language = self.language(site)
        spoken = campaign.file.words if campaign else own.words
        lang, words = site.in_language(spoken, language)
        _, hours = site.in_language(own.hours, language)
        return {
            "shown": bool(own) and words is not None,
            "words_of": words,
            "words_lang": "" if lang == language else lang,
            "address": (campaign.file.address if campaign else "") or own.address,
            "phone": own.phone,
            "phone_address": telephone(own.phone),
            "hours": hours,
            "campaign": self.campaign,
            "languages": other_languages(self, site, spoken),
        }


def telephone(number: str) -> str:
    """The address that calls a number."""
    return "tel:" + "".join(c for c in number if c.isdigit() or c == "+")
