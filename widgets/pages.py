"""The library as full pages: complete without JavaScript; with it, what a search finds shows as one types."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from widgets.catalog.article_card import ArticleCard
from widgets.catalog.symptom_checker import SymptomChecker
from widgets.catalog.topic_browser import TopicBrowser
from widgets.content.model import Article, Source, Topic
from widgets.edition import Edition
from widgets.embed import look_address, page_styles, script
from widgets.languages import Words, words_in
from widgets.local import call, path, tops
from widgets.moment import Moment
from widgets.place import Place
from widgets.render import render
from widgets.sites import DEFAULT, Site
from widgets.views import ArticleView, Link, emergency_line, title_of
from widgets.widget import Query, Widget

ON_HOME, IN_MENU = 12, 2
"""So many topics are named below a top of the tree; all of them are one step further down."""


@dataclass(frozen=True)
class Panel:
    """A top of the tree in the library's menu, its summary, and topics below it."""

    link: Link
    summary: str
    below: tuple[Link, ...]


def article_page(at: Place[ArticleCard], moment: Moment) -> str:
    """`/articles/<slug>`: the whole article."""
    edition, card = at.edition, at.widget
    place = replace(at, widget=replace(card, open=True, heading_level=1), steps="pages")
    view = place.widget.view(edition, place.site, moment)
    article: ArticleView = view["article"]
    structured = medical_web_page(place, article)
    trail = _trail(edition, place.site, card, edition.library.articles[card.article])
    frame = _frame(place, moment, article.title, article.summary, article.languages)
    beside = {"appointment": view["call"]} if view["call"] else {}
    values = view | frame | beside | {"structured": structured, "trail": trail}
    return render("pages/article.html", place, values)


def topic_page(at: Place[TopicBrowser], moment: Moment, query: Query | None = None) -> str:
    """`/`, `/topics/<slug>` and `/search`: the front page, a level of the tree, or what a search found."""
    edition, browser = at.edition, at.widget
    place = replace(at, widget=replace(browser, heading_level=1), steps="pages")
    query = query if query and query.text.strip() else None
    view = browser.view(edition, place.site, moment, query)
    words = words_in(browser.language(place.site))
    name = place.site.in_language(place.site.file.name, words.language)[1]
    title = words["search_results"] if query is not None else view["heading"].text if browser.topic else name
    full = title if query is not None else _named(browser, words, title, name)
    structured = {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "name": full,
        "url": at.base + browser.page(),
        "inLanguage": words.language,
    }
    frame = _frame(place, moment, full, view["summary"], place.site.file.languages)
    values = view | frame | {"structured": structured, "title": title}
    if query is None and not browser.topic and not browser.letter:
        front = {
            "emergency": emergency_line(words.language),
            "cards": _panels(edition, place.site, browser, ON_HOME, counted=True),
            "description": words["library_intro"],
        }
        return render("pages/home.html", place, values | front)
    return render("pages/topic.html", place, values)


def _named(browser: TopicBrowser, words: Words, title: str, site: str) -> str:
    """The title of a level with its letter and the page of its list, so that no two pages share it."""
    letter = words.say("letter", letter=browser.letter.upper()) if browser.letter else ""
    page = words.say("page_number", n=browser.page_number) if browser.page_number > 1 else ""
    return ": ".join(filter(None, [title if title != site else "", letter, page])) or title


def message_page(base: str, edition: Edition, moment: Moment, title: str, text: str, *, site: str, lang: str) -> str:
    """A page that says what is wrong with an address, for the site and in the language asked for, and leads on."""
    known = site if site in edition.sites else DEFAULT
    place = Place(base, edition, TopicBrowser(heading_level=1, site=known, lang=lang).settled(edition), steps="pages")
    words = words_in(place.widget.language(place.site))
    values = {"title": words[title], "text": text} | _frame(place, moment, words[title], "", (), robots="noindex")
    return render("pages/message.html", place, values)


def tool_page(place: Place[Any], moment: Moment, title: str, summary: str) -> dict[str, Any]:
    """What head, menu and foot show around a page that is a tool, and no part of the library: it is not to be indexed."""
    return _frame(place, moment, title, summary, (), robots="noindex")


def _frame(place: Place[Any], moment: Moment, title: str, summary: str, languages: tuple[str, ...], robots: str = "") -> dict[str, Any]:
    """What every page's head, menu and foot show."""
    site, widget = place.site, place.widget
    name = site.in_language(site.file.name, widget.language(site))[1]
    checker = SymptomChecker(site=widget.site, lang=widget.lang).view(place.edition, site, moment)
    stands_for_topic = checker["words_of"] and not checker["address"]
    return {
        "site_name": name,
        "page_title": name if title == name else f"{title} | {name}",
        "description": summary,
        "canonical": place.base + widget.page(),
        "oembed": _oembed(place) if site.public else "",
        "alternates": alternates(place.base, site, widget, languages),
        "robots": robots,
        "panels": _panels(place.edition, site, widget, IN_MENU, without=site.file.symptom_checker.topic if stands_for_topic else ""),
        "home": TopicBrowser(site=widget.site, lang=widget.lang),
        "checker": checker,
        "appointment": call(site, widget.language(site)),
        "look": look_address(site),
        "stylesheet": f"/static/library-{page_styles().hash}.css",
        "searching": f"/static/library-{script('pages.js').hash}.js",
    }


def _oembed(place: Place[Any]) -> str:
    """Where the page's oEmbed is, by which an address pasted into a content system becomes a widget; "" for other pages."""
    address = place.widget.page()
    return f"{place.base}/oembed?url={quote(place.base + address, safe='')}" if address.startswith(("/articles/", "/topics/")) else ""


def _panels(edition: Edition, site: Site, widget: Widget, most: int, without: str = "", *, counted: bool = False) -> list[Panel]:
    """The tops of the tree in order, each with the first `most` topics below it, and perhaps how many articles each has; where the checker's
    line leads to one, it is `without` it."""
    library, language = edition.library, widget.language(site)
    shown = (topic for topic in tops(library, site) if topic.slug != without)

    def link(topic: Topic, note: str = "") -> Link:
        text, lang = title_of(topic, site, language)
        return Link(text, TopicBrowser(topic=topic.slug, site=widget.site, lang=widget.lang), lang, note)

    def panel(top: Topic) -> Panel:
        count = _count(edition, site, language, top) if counted else ""
        below = library.tree([top], limit=most, skip=1)
        return Panel(link(top, count), top.words(language, site.language)[1].summary, tuple(link(topic) for topic, _ in below))

    return [panel(top) for top in shown]


def _count(edition: Edition, site: Site, language: str, topic: Topic) -> str:
    """How many articles stand in and below the topic."""
    return words_in(language).count("count_articles", edition.library.count_below(topic.slug, language, site.language))


def _trail(edition: Edition, site: Site, card: ArticleCard, article: Article) -> list[Link]:
    """The breadcrumb of an article: the path to its first topic."""
    topic = next(iter(edition.library.topics_of(article)), None)
    browser = TopicBrowser(site=card.site, lang=card.lang)
    trail = [Link(words_in(card.language(site))["library_home"], browser)]
    for step in path(edition.library, site, topic) if topic else []:
        text, lang = title_of(step, site, card.language(site))
        trail.append(Link(text, replace(browser, topic=step.slug), lang))
    return trail


def alternates(base: str, site: Site, widget: Widget, languages: tuple[str, ...]) -> list[tuple[str, str]]:
    """(language, address) of the page in each language that it has."""
    return [(lang, base + replace(widget, lang="" if lang == site.language else lang).page()) for lang in languages]


def _citation(source: Source) -> dict[str, str]:
    page = {"@type": "WebPage", "name": source.title, "url": source.url, "publisher": source.publisher}
    return page | ({"inLanguage": source.language} if source.language else {})


def medical_web_page(place: Place[Any], article: ArticleView) -> dict[str, Any]:
    """schema.org JSON-LD. What no one reviewed has neither `reviewedBy` nor `lastReviewed`."""
    site = place.site
    page: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": article.title,
        "description": article.summary,
        "url": place.base + place.widget.page(),
        "inLanguage": article.lang,
        "datePublished": article.written.isoformat(),
        "author": {"@type": "Organization", "name": article.author},
        "publisher": {"@type": "Organization", "name": site.in_language(site.file.name, article.lang)[1]},
        "license": article.licence,
        "citation": [_citation(source) for source in article.sources],
        "audience": {"@type": "Patient"},
        "isAccessibleForFree": True,
    }
    page = {key: value for key, value in page.items() if value}
    if article.review.reviewed and not article.withdrawn:
        page["lastReviewed"] = article.review.reviewed.isoformat()
        page["reviewedBy"] = {"@type": "Organization", "name": article.review.by}
    return page
