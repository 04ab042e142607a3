"""What a site makes of the library: the topics it shows, the notes beside them, and its call to action."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from widgets.content.model import Article, Topic
from widgets.edition import Edition
from widgets.languages import speaks
from widgets.moment import Moment
from widgets.sites import Campaign, Site
from widgets.snapshot.library import Library


@dataclass(frozen=True)
class Said:
    """Words of the site's own, and their language where it is another than asked for."""

    text: str
    lang: str


@dataclass(frozen=True)
class Wording:
    """One wording of a call to action, and where its button leads. A single one has no name."""

    name: str
    lang: str
    heading: str
    text: str
    button: str
    address: str


@dataclass(frozen=True)
class Call:
    """A call to action as a reader sees it: one of its wordings, then what they have in common."""

    wordings: tuple[Wording, ...]
    campaign: str
    phone: str
    phone_address: str
    hours: Said | None
    place: Said | None
    street: str
    languages: Collection[str]
    """The languages that its words are in."""

    @property
    def first(self) -> Wording:
        """The wording that is shown where none is drawn."""
        return self.wordings[0]


# --- Topics --------------------------------------------------------------------------------------------------


def tops(library: Library, site: Site) -> list[Topic]:
    """The tops of the site's tree, in its order; a topic that it names and that is not there is left out."""
    named = [topic for slug in site.file.topics if (topic := library.topic(slug))]
    return list({topic.slug: topic for topic in named}.values()) if site.file.topics else list(library.children(None))


def path(library: Library, site: Site, topic: Topic) -> list[Topic]:
    """From the top of the site's tree down to the topic; from the library's where the site's tree does not hold it."""
    way = library.path(topic)
    own = {one.slug for one in tops(library, site)}
    begins = [n for n, one in enumerate(way) if one.slug in own]
    return way[begins[0] :] if begins else way


def _paths(library: Library, topics: Iterable[Topic]) -> set[str]:
    """The slugs of these topics and of all above them."""
    return {step.slug for topic in topics for step in library.path(topic)}


def sensitive(library: Library, article: Article) -> bool:
    """Whether the article, or a topic above it, is on a delicate subject."""
    above = (library.topic(slug) for slug in _paths(library, library.topics_of(article)))
    return article.file.sensitive or any(topic.file.sensitive for topic in above if topic)


def _among(library: Library, slugs: Iterable[str], wanted: set[str]) -> bool:
    """Whether one of these topics, by its present or a former name, is wanted."""
    return any(topic.slug in wanted for slug in slugs if (topic := library.topic(slug)))


# --- Notes ---------------------------------------------------------------------------------------------------


def notes(edition: Edition, site: Site, language: str, item: Article | Topic | None) -> list[Said]:
    """What the site itself says beside an article or a topic."""
    if not site.file.notes or item is None:
        return []
    library = edition.library
    here = _paths(library, library.topics_of(item) if isinstance(item, Article) else [item])
    article = item.slug if isinstance(item, Article) else ""

    def stands(note: Any) -> bool:
        named = article and any((one := library.article(slug)) and one.slug == article for slug in note.articles)
        return bool(named) or _among(library, note.topics, here)

    return [_said(site, note.words, language) for note in site.file.notes if stands(note)]


def _said(site: Site, words: Mapping[str, Any], language: str) -> Said:
    lang, text = site.in_language(words, language)
    return Said(text or "", "" if speaks(language, lang) else lang)


# --- The call to action --------------------------------------------------------------------------------------


def call(site: Site, language: str, campaign: Campaign | None = None, location: str = "") -> Call | None:
    """The site's call to action in the campaign's words or its own, at one location or in general; None where it leads nowhere."""
    own = site.file.appointment
    place = own.locations.get(location)
    address, phone = (place and place.address) or own.address, (place and place.phone) or own.phone
    spoken = campaign.wordings if campaign else (("", own.words),)
    if not (address or phone) or not any(words for _, words in spoken):
        return None
    leads = (campaign.file.address if campaign else "") or address
    hours = (place and place.hours) or own.hours
    return Call(
        wordings=tuple(_wording(site, language, name, words, campaign.link(leads, name) if campaign else leads) for name, words in spoken),
        campaign=campaign.slug if campaign else "",
        phone=phone,
        phone_address=telephone(phone),
        hours=_said(site, hours, language) if hours else None,
        place=_said(site, place.name, language) if place else None,
        street=place.street if place else "",
        languages=tuple(spoken[0][1]),
    )


def telephone(number: str) -> str:
    """The address that calls a number."""
    return "tel:" + "".join(c for c in number if c.isdigit() or c == "+")


def _wording(site: Site, language: str, name: str, words: Mapping[str, Any], address: str) -> Wording:
    lang, found = site.in_language(words, language)
    return Wording(name, "" if speaks(language, lang) else lang, found.heading, found.text, found.button, address)


def live(campaign: Campaign | None, site: Site, moment: Moment) -> Campaign | None:
    """The campaign, if the site may show it now; what is said now holds until it begins or ends."""
    if campaign is None or not campaign.serves(site.slug) or (campaign.start and not moment.begun(campaign.start)):
        return None
    return None if campaign.end and moment.begun(campaign.end) else campaign


def call_in(edition: Edition, site: Site, article: Article, language: str, moment: Moment) -> Call | None:
    """The call to action at the end of an open article, where the site wants one; never in a sensitive or withdrawn one."""
    if not site.file.appointment.in_articles or sensitive(edition.library, article) or article.text(language, site.language).front.withdrawn:
        return None
    here = _paths(edition.library, edition.library.topics_of(article))
    return call(site, language, next(_following(edition, site, here, moment), None))


def _following(edition: Edition, site: Site, here: set[str], moment: Moment) -> Iterator[Campaign]:
    """The live campaigns that follow one of these topics, by their names."""
    for campaign in edition.campaigns.values():
        if _among(edition.library, campaign.file.topics, here) and live(campaign, site, moment):
            yield campaign
