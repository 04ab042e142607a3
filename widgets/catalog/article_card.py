"""The article card: title, summary, dates and source; opens in place into the whole article."""

from dataclasses import dataclass
from typing import Any, Self

from widgets.codes import DEFAULT, SYSTEMS, CodeSystem, normal, system_of, wrong
from widgets.content.coded import coded
from widgets.edition import Edition
from widgets.local import call_in, notes
from widgets.moment import Moment
from widgets.sites import Site
from widgets.values import code_system, flag, medical_code
from widgets.views import Link, article_view, other_languages, related, title_of
from widgets.widget import BadAttribute, UnknownName, Widget, attribute, named, shown


@dataclass(frozen=True, kw_only=True)
class ArticleCard(Widget):
    """One article, as a card that a reader can open where it stands."""

    article: str = attribute("The article's name in the library. Give it, or a `code`.", example="heart-attack", default="")
    code: str = attribute(
        "A medical code that the article lists, in place of its name.", example="I21.9", default="", check=medical_code, instead="article"
    )
    code_system: str = attribute("The system that the code is of, by its name, OID or address.", example="loinc", default=DEFAULT, check=code_system)
    open: bool = attribute("Show the whole article at once.", example="", default=False, check=flag, step=True)

    doc = "An article's title, summary, dates and source; opens in place into the whole article."
    room = "19em"
    examples = (
        {"article": "heart-attack"},
        {"article": "heart-attack", "open": ""},
        {"article": "high-blood-pressure", "lang": "es"},
        {"article": "sleep-and-your-heart", "lang": "es", "heading-level": "3"},
        {"code": "I21.4", "heading-level": "3"},
        {"article": "metastatic-or-recurrent-breast-cancer", "open": "", "lang": "es"},
    )

    def __post_init__(self) -> None:
        """Refuses a card without an article, and one with two."""
        if not self.article and not self.code:
            raise BadAttribute('article: is missing; add it, like article="heart-attack".')
        if self.article and self.code:
            raise BadAttribute(f'code: "{self.code}" stands beside article="{self.article}"; give one of the two.')

    def page(self) -> str:
        """The article's page."""
        return self.page_query(f"/articles/{self.article}")

    def settled(self, edition: Edition) -> Self:
        """With the article's current name, also where a code was given: so each article has one address and one answer."""
        card = super().settled(edition)
        slug = _by_code(card, edition) if self.code else named(edition.library, "article", self.article)
        return card.with_(article=slug, code="", code_system=DEFAULT)

    def to(self, kind: str, name: str) -> Self | None:
        """Another article opens in this one's place."""
        return self.with_(article=name, open=True) if kind == "article" else None

    def tags(self) -> tuple[str, ...]:
        """The article."""
        return (f"article-{self.article}",)

    def caption(self, edition: Edition, site: Site) -> str:
        """The article's title."""
        return title_of(edition.library.articles[self.article], site, self.language(site))[0]

    def caption_language(self, edition: Edition, site: Site) -> str:
        """That of the text where a translation is missing."""
        return title_of(edition.library.articles[self.article], site, self.language(site))[1]

    def urgent(self, edition: Edition, site: Site) -> bool:
        """Whether the article has emergency words."""
        return bool(edition.library.articles[self.article].text(self.language(site), site.language).emergency)

    def view(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        """The article, its related ones, and the links that open and close it."""
        article = edition.library.articles[self.article]
        language = self.language(site)
        shown = article_view(article, site, language, moment)
        return {
            "article": shown,
            "open": self.open,
            "toggle": self.with_(open=not self.open),
            "related": [self._card(other, site, language) for other in related(edition.library, article)] if self.open else [],
            "replacement": _replacement(self, edition, site, shown.withdrawn.replacement if shown.withdrawn else None),
            "languages": other_languages(self, site, article.texts),
            "notes": notes(edition, site, language, article) if not shown.withdrawn else [],
            "call": call_in(edition, site, article, language, moment) if self.open else None,
        }

    def _card(self, article: Any, site: Site, language: str) -> Link:
        title, lang = title_of(article, site, language)
        return Link(title, self.with_(article=article.slug, open=True), lang)


def _by_code(card: ArticleCard, edition: Edition) -> str:
    """The slug of the first article for the card's code; one that is withdrawn only where there is no other. Raises BadAttribute."""
    system: CodeSystem = system_of(card.code_system) or DEFAULT
    if fault := wrong(system, card.code):
        raise BadAttribute(f'code: "{shown(card.code)}" {fault}.')
    found = [one.article for one in coded(edition.library, system, normal(system, card.code))]
    if not found:
        name = SYSTEMS[system].name
        raise UnknownName(f'code: no article here lists "{shown(card.code)}" of {name}, or a code above or below it; name one with article="...".')
    site = edition.sites[card.site]
    current = (a for a in found if not a.text(card.language(site), site.language).front.withdrawn)
    return next(current, found[0]).slug


def _replacement(card: ArticleCard, edition: Edition, site: Site, slug: str | None) -> Link | None:
    """The link to what takes a withdrawn article's place."""
    article = edition.library.article(slug) if slug else None
    return card._card(article, site, card.language(site)) if article else None
