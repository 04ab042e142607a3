"""The topic browser: the topic tree level by level, A to Z, search, an article inside, the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from widgets.content.model import Article, Topic
from widgets.edition import Edition
from widgets.languages import speaks, words_in
from widgets.local import call_in, notes, path, tops
from widgets.moment import Moment
from widgets.results import results
from widgets.sites import Site
from widgets.snapshot.lists import ALL
from widgets.values import one_letter, page_number
from widgets.views import Link, article_view, emergency_line, other_languages, related, title_of
from widgets.widget import Query, Widget, attribute, named

PAGE = 100
"""Articles on one page of a list."""
FEW = 5
"""Up to so many articles need no letters to choose from."""


@dataclass(frozen=True, kw_only=True)
class TopicBrowser(Widget):
    """The library to look through; every step is a plain link too."""

    topic: str = attribute("The topic to begin with; without it, the tops of the tree.", example="heart-conditions", default="")
    letter: str = attribute("Articles that begin with this letter.", example="h", default="", check=one_letter, step=True)
    article: str = attribute("An article, shown inside the browser.", example="heart-attack", default="", step=True)
    page_number: int = attribute("Which page of a long list.", example="2", default=1, check=page_number, step=True)

    doc = "The topic tree level by level, A to Z, a search box, articles inside, and the way back."
    room = "26em"
    lazy = True
    searches = True
    examples = (
        {},
        {"topic": "heart-conditions"},
        {"topic": "heart-conditions", "article": "heart-failure"},
        {"letter": "h"},
        {"topic": "healthy-lifestyles", "lang": "es", "heading-level": "3"},
        {"topic": "symptoms"},
    )

    def page(self) -> str:
        """The article's page, the topic's, or the library's."""
        if self.article:
            return self.page_query(f"/articles/{self.article}")
        path = f"/topics/{self.topic}" if self.topic else "/"
        more = {"letter": self.letter, "page-number": str(self.page_number) if self.page_number > 1 else ""}
        return self.page_query(path, **more)

    def settled(self, edition: Edition) -> Self:
        """With the current names of topic and article."""
        library = edition.library
        return (
            super()
            .settled(edition)
            .with_(
                topic=self.topic and named(library, "topic", self.topic),
                article=self.article and named(library, "article", self.article),
            )
        )

    def to(self, kind: str, name: str) -> Self:
        """Articles and topics are shown inside the browser."""
        return replace(self, article=name) if kind == "article" else replace(self, topic=name, letter="", article="", page_number=1)

    def tags(self) -> tuple[str, ...]:
        """The article that is open, or the topic whose articles are listed."""
        if self.article:
            return (f"article-{self.article}",)
        return (f"topic-{self.topic}",) if self.topic else ()

    def caption(self, edition: Edition, site: Site) -> str:
        """The title of the article or topic."""
        item = self._item(edition)
        return title_of(item, site, self.language(site))[0] if item else super().caption(edition, site)

    def caption_language(self, edition: Edition, site: Site) -> str:
        """That of the text where a translation is missing."""
        item = self._item(edition)
        return title_of(item, site, self.language(site))[1] if item else ""

    def _item(self, edition: Edition) -> Article | Topic | None:
        """The article, else the topic, that is in view."""
        library = edition.library
        return library.articles.get(self.article) or library.topics.get(self.topic)

    def view(self, edition: Edition, site: Site, moment: Moment, query: Query | None = None) -> dict[str, Any]:
        """One level of the tree, or an article in it; with `query`, what the search found."""
        shown = self._article(edition, site, moment) if self.article else self._level(edition, site, query)
        return shown | {"trail": self._trail(edition, site), "languages": self._languages(edition, site)}

    def _level(self, edition: Edition, site: Site, query: Query | None) -> dict[str, Any]:
        language, library = self.language(site), edition.library
        topic = library.topics.get(self.topic)
        found = results(edition, site, language, query, self._step) if query else None
        lists = self._lists(edition, site) if not (found and found.groups) else {}
        heading = title_of(topic, site, language) if topic else (words_in(language)["library_home"], "")
        return {
            "article": None,
            "heading": Link(heading[0], self, heading[1]),
            "summary": topic.words(language, site.language)[1].summary if topic else "",
            "emergency": emergency_line(language) if self.topic == site.file.symptom_checker.topic else None,
            "letter": self.letter.upper(),
            "back": replace(self, letter="", page_number=1) if self.letter else None,
            "search": found,
            "notes": notes(edition, site, language, topic),
            "call": None,
        } | lists

    def _lists(self, edition: Edition, site: Site) -> dict[str, Any]:
        """What stands here to choose from; where a search found something, that stands in its place."""
        library = edition.library
        children = library.children(self.topic) if self.topic else tops(library, site)
        letters = library.letters(self.topic, self.language(site), site.language, site.file.topics)
        return {
            "topics": [self._topic_link(edition, site, child) for child in children] if self._first else [],
            "articles": self._listed(edition, site),
            "pages": self._pages(edition, site, letters),
            "letters": self._letters(letters) if letters.get(ALL, 0) > FEW else [],
        }

    @property
    def _first(self) -> bool:
        """Whether it is the first page of a topic, which shows the topics below it."""
        return not self.letter and self.page_number == 1

    def _listed(self, edition: Edition, site: Site) -> list[Link]:
        """One page of the articles here: those that begin with the letter, or that stand right in the topic."""
        library, language = edition.library, self.language(site)
        skip = (self.page_number - 1) * PAGE
        if self.letter:
            found = library.lettered(self.topic, self.letter, language, site.language, site.file.topics, limit=PAGE, skip=skip)
        else:
            found = library.listed(self.topic, language, site.language, limit=PAGE, skip=skip)
        return [Link(entry.title, self._at(entry.slug), "" if speaks(language, entry.language) else entry.language) for entry in found]

    def _pages(self, edition: Edition, site: Site, letters: Mapping[str, int]) -> list[Link]:
        """The pages before and after this one, where a list has several."""
        language = self.language(site)
        count = letters.get(self.letter, 0) if self.letter else edition.library.listed_count(self.topic, language, site.language)
        words, last = words_in(language), -(-count // PAGE)
        near = {"previous_page": self.page_number - 1, "next_page": self.page_number + 1}
        return [Link(words.say(key, n=n, of=last), replace(self, page_number=n)) for key, n in near.items() if 1 <= n <= last]

    def _letters(self, letters: Mapping[str, int]) -> list[Link]:
        return [Link(letter.upper(), replace(self, letter=letter, page_number=1)) for letter in letters if letter not in {"", ALL}]

    def _at(self, slug: str) -> "TopicBrowser":
        """The article in this browser."""
        return replace(self, article=slug)

    def _step(self, kind: str, slug: str) -> Link:
        """The link to an article or topic inside the browser."""
        return Link("", self.to(kind, slug))

    def _article(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        article = edition.library.articles[self.article]
        shown = article_view(article, site, self.language(site), moment)
        level = replace(self, article="")
        replacement = edition.library.article(shown.withdrawn.replacement or "") if shown.withdrawn else None
        return {
            "article": shown,
            "back": level,
            "back_to": self._place(edition, site),
            "related": self._links(related(edition.library, article), site),
            "replacement": self._links([replacement], site)[0] if replacement else None,
            "notes": notes(edition, site, self.language(site), article) if not shown.withdrawn else [],
            "call": call_in(edition, site, article, self.language(site), moment),
        }

    def _place(self, edition: Edition, site: Site) -> str:
        """What the level that the article was opened from is called."""
        words = words_in(self.language(site))
        if self.letter:
            return words.say("letter", letter=self.letter.upper())
        topic = edition.library.topics.get(self.topic)
        return title_of(topic, site, self.language(site))[0] if topic else words["library_home"]

    def _links(self, articles: Iterable[Article], site: Site) -> list[Link]:
        language = self.language(site)
        links = []
        for article in articles:
            title, lang = title_of(article, site, language)
            links.append(Link(title, self._at(article.slug), lang))
        return links

    def _topic_link(self, edition: Edition, site: Site, topic: Topic) -> Link:
        language = self.language(site)
        title, lang = title_of(topic, site, language)
        count = words_in(language).count("count_articles", edition.library.count_below(topic.slug, language, site.language))
        return Link(title, replace(self, topic=topic.slug, letter="", article="", page_number=1), lang, count)

    def _trail(self, edition: Edition, site: Site) -> list[Link]:
        """The breadcrumb: from the tops of the tree to where the reader is."""
        language = self.language(site)
        top = replace(self, topic="", letter="", article="", page_number=1)
        trail = [Link(words_in(language)["library_home"], top)]
        topic = edition.library.topics.get(self.topic)
        for step in path(edition.library, site, topic) if topic else []:
            title, lang = title_of(step, site, language)
            trail.append(Link(title, replace(top, topic=step.slug), lang))
        return trail

    def _languages(self, edition: Edition, site: Site) -> list[Link]:
        """The other languages, keeping the place; a letter only where it has articles in that language too."""
        has = edition.library.articles[self.article].texts if self.article else site.file.languages
        links = other_languages(replace(self, page_number=1), site, has)
        return [replace(link, widget=self._with_letter(edition, site, link.widget)) for link in links] if self.letter else links

    def _with_letter(self, edition: Edition, site: Site, other: Widget) -> Widget:
        """This browser in another language, without the letter that nothing begins with there."""
        found = edition.library.letters(self.topic, other.language(site), site.language, site.file.topics)
        return other if self.letter in found else other.with_(letter="")
