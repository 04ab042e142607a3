"""What templates show of the library: plain values, worked out once, shared by widgets and pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from widgets.content.markup import SAYING, Heading, Markup, from_plain
from widgets.content.model import Article, Library, Source, Text, Topic, Withdrawal, spoken_for
from widgets.languages import Words, speaks, words_in
from widgets.moment import Moment
from widgets.sites import Region, Site
from widgets.widget import Widget

LONG = 4
"""From how many sections on an article gets a list of its contents."""

ReviewState = Literal["unreviewed", "current", "overdue", "changed"]


@dataclass(frozen=True)
class Link:
    """A step inside a widget, which is also a page of the library. `lang` where its words are in another language."""

    text: str
    widget: Widget
    lang: str = ""
    note: str = ""


@dataclass(frozen=True)
class Review:
    """What is said of a text's dates and review."""

    state: ReviewState
    line: str
    more: tuple[str, ...]
    reviewed: date | None
    by: str


@dataclass(frozen=True)
class Emergency:
    """Emergency words and the language they are in."""

    lang: str
    label: str
    text: Markup


@dataclass(frozen=True)
class ArticleView:
    """An article as a reader sees it; where it is withdrawn, no more than its title and the notice."""

    lang: str
    title: str
    summary: str
    author: str
    also_called: tuple[str, ...]
    emergencies: tuple[Emergency, ...]
    notice: str
    body: Markup
    sources: tuple[Source, ...]
    licence: str
    review: Review
    written: date
    withdrawn: Withdrawal | None
    languages: tuple[str, ...]

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The sections of a long article."""
        found = tuple(h for h in self.body.of(Heading) if isinstance(h, Heading) and h.level == 2)
        return found if len(found) >= LONG else ()


def article_view(article: Article, site: Site, language: str, moment: Moment) -> ArticleView:
    """The article in `language`, or in the next best one with a notice that says so."""
    text = article.text(language, site.language)
    lang = language if speaks(language, text.language) else text.language
    gone = text.front.withdrawn
    return ArticleView(
        lang=lang,
        title=text.front.title,
        summary="" if gone else text.front.summary,
        author=text.front.author,
        also_called=() if gone else text.front.also_called,
        emergencies=_emergencies(text, language),
        notice="" if lang == language else words_in(language)["not_in_language"],
        body=Markup() if gone else text.body,
        sources=() if gone else text.front.sources,
        licence=article.file.licence,
        review=review_of(text, words_in(lang), moment),
        written=text.front.written,
        withdrawn=gone,
        languages=tuple(lang for lang in site.file.languages if spoken_for(lang, article.texts)),
    )


def review_of(text: Text, words: Words, moment: Moment) -> Review:
    """Where the text's review stands today: Law 4 of the house, that review state travels."""
    front, review = text.front, text.front.review
    author = words.say("by_author", author=front.author)
    if review is None:
        line = f"{words.say('written', date=words.date(front.written))}. {words['not_reviewed']}."
        return Review("unreviewed", line, (author,), None, "")
    if text.changed_since_review:
        line = words.say("changed_since_review", date=words.date(review.reviewed))
        return Review("changed", line, (author,), None, "")
    line = words.say("current_as_of", date=words.date(review.reviewed))
    more = [author, words.say("reviewed_by", body=review.by)]
    overdue = review.next_review is not None and moment.passed(review.next_review)
    if review.next_review is not None:
        key = "overdue" if overdue else "next_review"
        more.append(words.say(key, date=words.date(review.next_review)))
    return Review("overdue" if overdue else "current", line, tuple(more), review.reviewed, review.by)


def _emergencies(text: Text, language: str) -> tuple[Emergency, ...]:
    """The text's emergency words; where they are in another language than asked for, a line in that one first."""
    if not text.emergency:
        return ()
    if text.front.withdrawn:
        return (emergency_line(language),)
    own = Emergency(text.language, words_in(text.language)["emergency_label"], text.emergency)
    return (own,) if speaks(language, text.language) else (emergency_line(language), own)


def emergency_line(language: str) -> Emergency:
    """The general emergency line: whom to call."""
    words = words_in(language)
    return Emergency(words.language, "", from_plain(words["emergency_line"].replace("{number}", "{emergency-number}")))


def saying(name: str, region: Region, words: Words, *, starts_sentence: bool = True) -> str:
    """A region's words, e.g. "Call 911 now"; in the middle of a sentence without the capital."""
    number = region.emergency if name.startswith("emergency") else region.crisis
    key = name if name != "crisis" else "crisis_by_text" if region.crisis_by_text else "crisis_or" if region.crisis_or else name
    text = words.say(key, number=number, other=region.crisis_or)
    return text if starts_sentence else text[:1].lower() + text[1:]


def said(text: str, region: Region, words: Words) -> str:
    """A text without parts, such as a heading's, with the region's words for its sayings; no saying holds markup."""
    return SAYING.sub(lambda found: saying(found[1], region, words, starts_sentence=found.start() == 0), text)


def other_languages(widget: Widget, site: Site, has: Collection[str]) -> list[Link]:
    """The same widget in each other language that the site offers and the text has."""
    return [
        Link(words_in(lang).own_name, widget.with_(lang="" if lang == site.language else lang), lang)
        for lang in site.file.languages
        if lang != widget.language(site) and spoken_for(lang, has)
    ]


def title_of(item: Article | Topic, site: Site, language: str) -> tuple[str, str]:
    """An article's or topic's title and, where that is in another language than asked for, its language."""
    if isinstance(item, Article):
        text = item.text(language, site.language)
        return text.front.title, "" if speaks(language, text.language) else text.language
    found, words = item.words(language, site.language)
    return words.title, "" if speaks(language, found) else found


def related(library: Library, article: Article) -> list[Article]:
    """The related articles that exist."""
    found = (library.article(slug) for slug in article.file.related)
    return [other for other in found if other is not None]
