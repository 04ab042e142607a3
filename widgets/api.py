"""The library as JSON for those who build their own: its articles, its topics, and a search. Terms are schema.org's where it has them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.types import ASGIApp

from widgets.answers import SHARED, Row, refusal, route_of
from widgets.catalog.article_card import ArticleCard
from widgets.catalog.topic_browser import TopicBrowser
from widgets.codes import SYSTEMS
from widgets.connect import ROUTES as CONNECT
from widgets.content.model import Article, Topic
from widgets.edition import Edition
from widgets.local import tops
from widgets.moment import Moment
from widgets.openapi import BOUNDS, document
from widgets.pages import medical_web_page
from widgets.place import Place, prose
from widgets.results import danger_line, matches
from widgets.serving import Serving
from widgets.store import Header, prepare
from widgets.values import number
from widgets.views import ArticleView, article_view, emergency_line, related, title_of
from widgets.widget import Query, Widget, attribute, named

JSON = "application/json"
Values = dict[str, Any]
L = TypeVar("L", bound="Listed")


@dataclass(frozen=True, kw_only=True)
class Listed(Widget):
    """What part of a list is asked for. A widget for its attributes: they are declared, checked and kept like any other's."""

    limit: int = attribute("How many items at most.", example="20", default=20, check=number(*BOUNDS["limit"]))
    offset: int = attribute("How many items to pass over.", example="20", default=0, check=number(*BOUNDS["offset"]))

    def link(self, base: str, path: str, total: int) -> Header:
        """The addresses of the first, last and neighbouring parts (RFC 8288)."""
        last = max(0, (total - 1) // self.limit * self.limit)
        places = {"first": 0, "prev": min(max(0, self.offset - self.limit), last), "next": self.offset + self.limit, "last": last}
        there = {"first": True, "prev": self.offset > 0, "next": self.offset + self.limit < total, "last": True}
        links = (f'<{base}{replace(self, offset=place).at(path)}>; rel="{rel}"' for rel, place in places.items() if there[rel])
        return b"link", ", ".join(links).encode()

    def at(self, path: str) -> str:
        """`path` with what is asked for."""
        own = [f for f in self.declared() if f.name not in {"site", "lang", "heading_level"}]
        return self.page_query(path, **{f.name: str(value) for f in own if (value := getattr(self, f.name)) != f.default})


@dataclass(frozen=True, kw_only=True)
class Articles(Listed):
    """What articles are asked for."""

    topic: str = attribute("Only articles that stand in this topic, or in one below it.", example="heart-conditions", default="")

    def settled(self, edition: Edition) -> Self:
        """With the topic's current name."""
        return replace(super().settled(edition), topic=self.topic and named(edition.library, "topic", self.topic))


async def articles(serving: Serving, request: Request) -> ASGIApp:
    """`/api/articles`: the articles as schema.org MedicalWebPages, without their text; `?topic=`, `?limit=` and `?offset=`."""
    return _listed(serving, request, Articles, ("topic",), _articles, _article_count)


async def topics(serving: Serving, request: Request) -> ASGIApp:
    """`/api/topics`: the topic tree from its tops down, each topic with the one above it and its number of articles."""
    return _listed(serving, request, Listed, (), _topics, _topic_count)


async def article(serving: Serving, request: Request) -> ASGIApp:
    """`/api/articles/<slug>`: a whole article with its text as HTML; of a withdrawn one no more than its title and notice."""
    place = serving.place(request, ArticleCard, f"article={quote(request.path_params['slug'], safe='')}", ("lang", "site"))
    return serving.kept(place, _article, SHARED, JSON)


async def search(serving: Serving, request: Request) -> ASGIApp:
    """`/api/search`: the articles that a search finds. Send `q` as a form by POST: an address stays in histories and logs."""
    place = serving.place(request, Listed, "", ("lang", "site", "limit", "offset"))
    if request.method == "POST":
        query = await serving.query(request)
    else:
        serving.count_search(request)
        query = parse_qs(request.scope["query_string"].decode("latin-1")).get("q", [""])[0][:200]
    if not query:
        return refusal(400, "q: is missing; send what is searched for, like q=chest pain, as a form by POST.")
    return prepare(await serving.searched(place, _found, query), JSON, SHARED)


async def openapi(serving: Serving, request: Request) -> ASGIApp:
    """`/openapi.json`: what these addresses take and give, as an OpenAPI 3.1 document."""
    base = serving.base(request)
    key = ("openapi", base)
    if found := serving.store.find(key):
        return found
    lists = {"/api/articles": Articles, "/api/topics": Listed, "/api/search": Listed}
    text = json.dumps(document(base, (*ROUTES, *CONNECT), lists))
    return serving.store.keep(key, prepare(text, JSON, SHARED, cache="max-age=300"))


def _listed(
    serving: Serving,
    request: Request,
    kind: type[L],
    takes: tuple[str, ...],
    make: Callable[[Place[L], Moment], str],
    count: Callable[[Place[L]], int],
) -> ASGIApp:
    place = serving.place(request, kind, "", ("lang", "site", "limit", "offset", *takes))
    link = place.widget.link(place.base, route_of(request.scope), count(place))
    return serving.kept(place, make, (*SHARED, link), JSON)


def _article_count(place: Place[Articles]) -> int:
    return place.edition.library.count_in(place.widget.topic, place.site.file.topics)


def _articles(place: Place[Articles], moment: Moment) -> str:
    """Part of a topic's articles; without a topic, of those of the site's own topics."""
    asked = place.widget
    slugs = place.edition.library.names_in(asked.topic, place.site.file.topics, limit=asked.limit, skip=asked.offset)
    return _items(asked, _article_count(place), [_item(_card(place, slug), moment) for slug in slugs])


def _topic_count(place: Place[Listed]) -> int:
    return place.edition.library.tree_size(tops(place.edition.library, place.site))


def _topics(place: Place[Listed], moment: Moment) -> str:
    asked, library = place.widget, place.edition.library
    part = library.tree(tops(library, place.site), limit=asked.limit, skip=asked.offset)
    return _items(asked, _topic_count(place), [_topic(place, topic, above) for topic, above in part])


def _found(place: Place[Listed], moment: Moment, query: Query) -> str:
    """What a search found; whom to call comes first where the words mean danger, a found article has emergency words, or nothing was found."""
    site = place.site
    language = place.widget.language(site)
    found = matches(place.edition, site, language, query.text)
    query.found = len(found)
    cards = [_card(place, one.slug) for one in _part(place.widget, found)]
    urgent = not found or any(card.widget.urgent(place.edition, site) for card in cards)
    call = danger_line(language, query.text) or (emergency_line(language) if urgent else None)
    first = {"emergency": [_said(place, call)]} if call else {}
    return _items(place.widget, len(found), [_item(card, moment) for card in cards], first)


def _items(asked: Listed, total: int, items: list[Values], first: Values | None = None) -> str:
    return _json((first or {}) | {"total": total, "limit": asked.limit, "offset": asked.offset, "items": items})


def _json(value: Values) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _part(asked: Listed, everything: Iterable[Any]) -> Iterator[Any]:
    return islice(everything, asked.offset, asked.offset + asked.limit)


def _card(place: Place[Any], slug: str) -> Place[ArticleCard]:
    """The place of an article's page, in the site and language asked for."""
    card = ArticleCard(article=slug, site=place.widget.site, lang=place.widget.lang)
    return replace(place, widget=card, steps="pages")


def _item(place: Place[ArticleCard], moment: Moment) -> Values:
    """An article in a list: what a card shows."""
    view = article_view(_in(place), place.site, place.widget.language(place.site), moment)
    if view.withdrawn:
        return _withdrawn(place, view)
    said = [_said(place, one) for one in view.emergencies]
    status = " ".join((view.review.line, *view.review.more))
    more = {"alternateName": list(view.also_called), "creativeWorkStatus": status}
    page = ({"emergency": said} if said else {}) | medical_web_page(place, view) | more
    return {"identifier": place.widget.article} | {key: value for key, value in page.items() if value}


def _withdrawn(place: Place[ArticleCard], view: ArticleView) -> Values:
    page = medical_web_page(place, view)
    gone: Values = {"notice": view.withdrawn.notice if view.withdrawn else ""}
    if view.withdrawn and view.withdrawn.replacement:
        gone["replacement"] = view.withdrawn.replacement
    kept = {key: page[key] for key in ("@context", "@type", "name", "url", "inLanguage")}
    return {"identifier": place.widget.article, **kept, "withdrawn": gone}


def _article(at: Place[ArticleCard], moment: Moment) -> str:
    """The whole article: what a list says of it, then its text, codes, topics, related pages and other languages."""
    place = _card(at, at.widget.article)
    article, site = _in(place), place.site
    view = article_view(article, site, place.widget.language(site), moment)
    if view.withdrawn:
        return _json(_withdrawn(place, view))
    codes = [(SYSTEMS[system], code) for system, listed in article.file.codes.items() for code in listed]
    about = [{"@type": "MedicalCode", "codeValue": code, "codingSystem": system.name} for system, code in codes]
    whole = {
        "text": prose(place, view.body, view.lang),
        "about": {"@type": "MedicalEntity", "name": view.title, "code": about} if about else {},
        "isPartOf": [_topic(place, topic) for topic in place.edition.library.topics_of(article)],
        "relatedLink": [place.base + _card(place, one.slug).widget.page() for one in related(place.edition.library, article)],
        "workTranslation": [_translation(place, lang) for lang in view.languages if lang != view.lang],
        "creditText": " ".join(dict.fromkeys(system.notice for system, _ in codes if system.notice)),
        "disclaimer": site.in_language(site.file.disclaimer, place.widget.language(site))[1],
    }
    return _json(_item(place, moment) | {key: value for key, value in whole.items() if value})


def _translation(place: Place[ArticleCard], lang: str) -> Values:
    card = replace(place.widget, lang="" if lang == place.site.language else lang)
    return {"@type": "MedicalWebPage", "inLanguage": lang, "url": place.base + card.page()}


def _topic(place: Place[Any], topic: Topic, above: str | None = None) -> Values:
    title, lang = title_of(topic, place.site, place.widget.language(place.site))
    browser = TopicBrowser(topic=topic.slug, site=place.widget.site, lang=place.widget.lang)
    summary = topic.words(place.widget.language(place.site), place.site.language)[1].summary
    page = {
        "@context": "https://schema.org",
        "@type": "CollectionPage",
        "identifier": topic.slug,
        "name": title,
        "description": summary,
        "url": place.base + browser.page(),
        "inLanguage": lang or place.widget.language(place.site),
        "isPartOf": above,
        "mainEntity": {"@type": "ItemList", "numberOfItems": _count(place, topic)},
    }
    return {key: value for key, value in page.items() if value}


def _count(place: Place[Any], topic: Topic) -> int:
    """How many articles a reader finds in and below the topic."""
    site = place.site
    return place.edition.library.count_below(topic.slug, place.widget.language(site), site.language)


def _said(place: Place[Any], one: Any) -> Values:
    """Emergency words as HTML, and their language."""
    return {"inLanguage": one.lang, "text": prose(place, one.text, one.lang)}


def _in(place: Place[ArticleCard]) -> Article:
    return place.edition.library.articles[place.widget.article]


ROUTES: tuple[Row, ...] = (
    ("/api/articles", articles, ("GET", "OPTIONS")),
    ("/api/articles/{slug}", article, ("GET", "OPTIONS")),
    ("/api/topics", topics, ("GET", "OPTIONS")),
    ("/api/search", search, ("GET", "POST", "OPTIONS")),
    ("/openapi.json", openapi, ("GET", "OPTIONS")),
)
