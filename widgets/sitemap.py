"""The sitemap: every topic and article in every language it has; in parts where it is long."""

from collections.abc import Iterator

from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.content.model import spoken_for
from widgets.edition import Edition
from widgets.local import tops
from widgets.pages import alternates
from widgets.place import Place
from widgets.render import render
from widgets.sites import DEFAULT
from widgets.widget import Widget

PART = 5000
"""Pages in one part."""

Page = tuple[Widget, tuple[str, ...]]
"""A page and its languages."""


def sitemap(base: str, edition: Edition) -> str:
    """`/sitemap.xml`: all pages, or where they are too many, the addresses of its parts."""
    if (parts := _parts(edition)) == 1:
        return sitemap_part(base, edition, 1)
    return render("pages/sitemap_index.xml", _place(base, edition), {"parts": [f"{base}/sitemap-{n}.xml" for n in range(1, parts + 1)]})


def sitemap_part(base: str, edition: Edition, number: int) -> str:
    """`/sitemap-<n>.xml`: one part of the pages, counted from 1; "" where there is none of this number."""
    if not 1 <= number <= _parts(edition):
        return ""
    site = edition.sites[DEFAULT]
    pages = _pages(edition, (number - 1) * PART)
    entries = [{"url": base + widget.page(), "languages": alternates(base, site, widget, languages)} for widget, languages in pages]
    return render("pages/sitemap.xml", _place(base, edition), {"entries": entries})


def _place(base: str, edition: Edition) -> Place[TopicBrowser]:
    return Place(base, edition, TopicBrowser(), steps="pages")


def _parts(edition: Edition) -> int:
    site = edition.sites[DEFAULT]
    pages = 1 + len(_topics(edition)) + edition.library.count_below("", site.language, site.language, site.file.topics)
    return -(-(pages + len(_elsewhere(edition))) // PART)


def _pages(edition: Edition, skip: int) -> Iterator[Page]:
    """The pages of one part: first the library's and those of topics, then the articles, in the languages in which they are not withdrawn."""
    site, library = edition.sites[DEFAULT], edition.library
    gone, elsewhere = library.withdrawn(), _elsewhere(edition)
    topics = [TopicBrowser(), *(TopicBrowser(topic=slug) for slug in _topics(edition))]
    first = topics[skip : skip + PART]
    yield from ((widget, site.file.languages) for widget in first)
    rest, skip = PART - len(first), max(0, skip - len(topics))
    count = library.count_below("", site.language, site.language, site.file.topics)
    articles = library.every(site.language, site.language, site.file.topics, limit=rest, skip=skip)
    articles += elsewhere[max(0, skip - count) : max(0, skip + rest - count)]
    for slug, has in articles:
        current = [language for language in has if language not in gone.get(slug, ())]
        yield ArticleCard(article=slug), tuple(language for language in site.file.languages if spoken_for(language, current))


def _elsewhere(edition: Edition) -> list[tuple[str, list[str]]]:
    """The articles that are withdrawn in the site's own language and not in another one that it speaks, with the languages they have."""
    site, library = edition.sites[DEFAULT], edition.library
    found = []
    for slug, gone in library.withdrawn().items():
        article = library.articles.get(slug)
        if article and library.stands_below(slug, site.file.topics) and article.text(site.language, site.language).front.withdrawn:
            current = [language for language in article.texts if language not in gone]
            found += [(slug, current)] if any(spoken_for(language, current) for language in site.file.languages) else []
    return found


def _topics(edition: Edition) -> list[str]:
    """Every topic of the site's tree, from its tops down."""
    site, library = edition.sites[DEFAULT], edition.library
    if not site.file.topics:
        return list(library.topics)
    found: dict[str, None] = {}
    waiting = tops(library, site)
    while waiting:
        topic = waiting.pop(0)
        found[topic.slug] = None
        waiting += library.children(topic.slug)
    return list(found)
