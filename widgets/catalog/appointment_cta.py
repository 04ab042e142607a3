"""The appointment call to action: the site's words, button, phone and hours; nothing where it has neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from widgets.edition import Edition
from widgets.local import call, live
from widgets.moment import Moment
from widgets.sites import Site
from widgets.views import other_languages
from widgets.widget import UnknownName, Widget, attribute, shown


@dataclass(frozen=True, kw_only=True)
class AppointmentCta(Widget):
    """A call to action that never leads nowhere."""

    campaign: str = attribute("A campaign's name: other words for the same call, while the campaign lasts.", example="heart-month", default="")
    location: str = attribute("A location's name: its address, phone and hours.", example="riverside", default="")

    doc = "The site's call to action: heading, words, button, phone as readable text, opening hours."
    room = "12em"
    lazy = True
    examples = (
        {},
        {"lang": "es"},
        {"campaign": "heart-month"},
        {"campaign": "heart-month", "lang": "es", "heading-level": "3"},
        {"campaign": "know-your-numbers"},
        {"location": "riverside"},
    )

    def settled(self, edition: Edition) -> Self:
        """Refuses a campaign or location that is not known."""
        settled = super().settled(edition)
        self._refuse_unknown("campaign", edition.campaigns)
        self._refuse_unknown("location", edition.sites[self.site].file.appointment.locations)
        return settled

    def _refuse_unknown(self, kind: str, known: Any) -> None:
        name = getattr(self, kind)
        if name and name not in known:
            raise UnknownName(f'{kind}: there is no {kind} "{shown(name)}"; known: {", ".join(known) or "none"}.')

    @classmethod
    def offers(cls, name: str, edition: Edition, site: Site) -> Mapping[str, str]:
        """The campaigns and locations there are."""
        known: Mapping[str, Any] = {"campaign": edition.campaigns, "location": site.file.appointment.locations}.get(name, {})
        return {"": "None", **{slug: slug.replace("-", " ").capitalize() for slug in known}} if known else {}

    def fallback(self, edition: Edition, site: Site) -> tuple[str, str]:
        """The site's own button: a snippet outlives any campaign."""
        found = call(site, self.language(site), None, self.location)
        return (found.first.address, found.first.button) if found and found.first.address else super().fallback(edition, site)

    def view(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        """The campaign's words while it lasts, else the site's own, and where the button leads."""
        campaign = live(edition.campaigns.get(self.campaign), site, moment)
        found = call(site, self.language(site), campaign, self.location)
        return {"call": found, "languages": other_languages(self, site, found.languages) if found else []}
