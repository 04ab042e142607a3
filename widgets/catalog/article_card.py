"""The article card: title, summary, dates and source; opens in place into the whole article."""

from dataclasses import dataclass, replace
from typing import Any, Self

from widgets.edition import Edition
from widgets.sites import Site
from widgets.views import Link, article_view, other_languages, related, title_of
from widgets.widget import Moment, Widget, attribute, flag, named


@dataclass(frozen=True, kw_only=True)
class ArticleCard(Widget):
    """One article, as a card that a reader can open where it stands."""

    article: str = attribute("The article's name in the library.", example="heart-attack")
    open: bool = attribute("Show the whole article at once.", example="", default=False, check=flag, step=True)

    doc = "An article's title, summary, dates and source; opens in place into the whole article."
    room = "19em"
    examples = (
        {"article": "heart-attack"},
        {"article": "heart-attack", "open": ""},
        {"article": "high-blood-pressure", "lang": "es"},
        {"article": "sleep-and-your-heart", "lang": "es", "heading-level": "3"},
        {"article": "metastatic-or-recurrent-breast-cancer", "open": "", "lang": "es"},
    )

    def page(self) -> str:
        """The article's page."""
        return self.page_query(f"/articles/{self.article}")

    def settled(self, edition: Edition) -> Self:
        """With the article's current name."""
        return replace(super().settled(edition), article=named(edition.library, "article", self.article))

    def to(self, kind: str, name: str) -> Self | None:
        """Another article opens in this one's place."""
        return replace(self, article=name, open=True) if kind == "article" else None

    def caption(self, edition: Edition, site: Site) -> str:
        """The article's title."""
        return title_of(edition.library.articles[self.article], site, self.language(site))[0]

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
            "toggle": replace(self, open=not self.open),
            "related": [self._card(other, site, language) for other in related(edition.library, article)] if self.open else [],
            "replacement": _replacement(self, edition, site, shown.withdrawn.replacement if shown.withdrawn else None),
            "languages": other_languages(self, site, article.texts),
        }

    def _card(self, article: Any, site: Site, language: str) -> Link:
        title, lang = title_of(article, site, language)
        return Link(title, replace(self, article=article.slug, open=True), lang)


def _replacement(card: ArticleCard, edition: Edition, site: Site, slug: str | None) -> Link | None:
    """The link to what takes a withdrawn article's place."""
    article = edition.library.article(slug or "")
    return card._card(article, site, card.language(site)) if article else None
