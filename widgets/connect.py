"""`/connect`: the library for health records, by the HL7 Infobutton URL standard, with the answers of MedlinePlus Connect.

An address of it holds the codes of one person. So no answer is kept anywhere (`no-store`), the page sends no referrer at all, and what a
request says of age, sex or record is neither read nor given back.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import Request
from starlette.types import ASGIApp

from widgets.answers import HTML, MOST_QUERY, PARTIAL, Row, bound, posted, refusal
from widgets.codes import SYSTEMS
from widgets.infobutton import LANGUAGE, Answer, Found, Infobutton, answer, language_of, requested
from widgets.languages import words_in
from widgets.moment import Moment
from widgets.pages import tool_page
from widgets.place import Place
from widgets.readers import missing
from widgets.render import CLOSING, OPENING, render
from widgets.serving import Serving
from widgets.store import Header, prepare
from widgets.values import flag, slug
from widgets.views import ArticleView, article_view, other_languages
from widgets.widget import BadAttribute, shown

RESPONSE_TYPE = "knowledgeResponseType"
Asking = Place[Infobutton]


@dataclass(frozen=True)
class Entry:
    """An article in an answer: as readers see it, where it is, why it is there, when it last changed."""

    view: ArticleView
    href: str
    found: Found
    updated: str

    @property
    def categories(self) -> list[dict[str, str]]:
        """The codes by which it was found, each with its reason in words."""
        by_code = [(why.system, why) for why in self.found.reasons if why.system]
        return [{"scheme": SYSTEMS[system].uris[0], "term": why.listed, "label": why.text} for system, why in by_code]


def page(place: Asking, moment: Moment) -> str:
    """The answer as a page of the library; in its other languages too, where an address can say all that was asked."""
    place = replace(place, widget=replace(place.widget, heading_level=1))
    languages = other_languages(place.widget, place.site, place.site.file.languages) if len(place.widget.page()) < MOST_QUERY else []
    values = _values(place, moment) | {"languages": languages, "alone": False}
    return render("pages/connect.html", place, values | tool_page(place, moment, values["title"], ""))


def partial(place: Asking, moment: Moment) -> str:
    """The answer without the page around it, for a page of the record's own."""
    return OPENING + render("pages/connect_list.html", place, _values(place, moment) | {"alone": True}) + CLOSING


def atom(place: Asking, moment: Moment) -> str:
    """The answer as an Atom feed, the knowledge response of the standard."""
    return render("pages/connect.xml", place, _feed(place, moment))


def as_json(place: Asking, moment: Moment) -> str:
    """The same feed as JSON, with the names that MedlinePlus Connect gives its parts."""
    feed = _feed(place, moment)
    head = {key: _text(feed[key]) for key in ("title", "subtitle", "id", "updated", "rights") if feed[key]}
    author = {"name": _text(feed["author"]), "uri": _text(place.base + "/")}
    entries = [_entry(one, feed["summaries"][one.href]) for one in feed["entries"]]
    body = {"base": place.base + "/", "lang": feed["lang"], **head, "author": author, "category": feed["categories"], "entry": entries}
    return json.dumps({"feed": body}, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Asking, Moment], str]] = {
    "text/html": page,
    "application/json": as_json,
    "text/xml": atom,
    "application/xml": atom,
    "application/atom+xml": atom,
}


async def connect(serving: Serving, request: Request) -> ASGIApp:
    """`/connect`: articles for medical codes, asked by the HL7 Infobutton URL standard; as a page, partial, JSON or Atom feed."""
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
    if request.method == "POST":
        given += parse_qsl(await posted(request), keep_blank_values=True, errors="replace")
    named = dict(reversed(given))  # what comes twice counts as it came first
    try:
        media_type = _media_type(named.get(RESPONSE_TYPE, ""))
        alone = flag(named["partial"]) if "partial" in named else "hx-request" in request.headers
        asked = _asked(given, named).settled(serving.edition(request))
    except BadAttribute as error:
        return _refused(serving, request, named.get(RESPONSE_TYPE, ""), error)
    except ValueError as error:  # of a flag
        return refusal(400, f'partial: "{shown(named["partial"])}" {error}.')
    for one in asked.criteria:
        if one.name:
            serving.count_search(request)
    place = Place(serving.base(request), serving.edition(request), asked, steps="pages")
    make = partial if alone and media_type == "text/html" else FORMATS[media_type]
    headers = _page_headers(serving) if make is page else PARTIAL
    text = await to_thread.run_sync(make, place, serving.moment())  # names are searched for, which must keep nobody else waiting
    answer = prepare(text, HTML if media_type == "text/html" else f"{media_type}; charset=utf-8", headers)
    lock = serving.lock(place.site, request) if not serving.locked(request) else None
    return bound(answer, lock, request) if lock else answer


def _asked(given: Iterable[tuple[str, str]], named: Mapping[str, str]) -> Infobutton:
    """The request for its parameters. Raises BadAttribute."""
    site = named.get("site", "").strip() or Infobutton.site
    try:
        return Infobutton(criteria=requested(given), site=slug(site), lang=language_of(named.get(LANGUAGE) or named.get("lang", "")))
    except BadAttribute:
        raise
    except ValueError as error:
        raise BadAttribute(f'site: "{shown(site)}" {error}.') from error


def _media_type(text: str) -> str:
    """The media type asked for; a plus that was sent as it stands arrives as a blank."""
    wanted = text.partition(";")[0].strip().lower().replace(" ", "+") or "text/html"
    if wanted not in FORMATS:
        raise BadAttribute(f'{RESPONSE_TYPE}: "{shown(text)}" is not offered; allowed: {", ".join(FORMATS)}.')
    return wanted


def _refused(serving: Serving, request: Request, media_type: str, error: BadAttribute) -> ASGIApp:
    """A refusal: as a page for readers, as a sentence for programs."""
    return missing(serving, request, error) if not media_type or media_type == "text/html" else refusal(error.status, str(error))


def _page_headers(serving: Serving) -> tuple[Header, ...]:
    """Those of a page, but no address goes along with a click: it holds someone's codes."""
    own = ((b"referrer-policy", b"no-referrer"), (b"x-robots-tag", b"noindex"))
    return (*(header for header in serving.page_headers if header[0] != b"referrer-policy"), *own)


def _values(place: Asking, moment: Moment) -> dict[str, Any]:
    answered = answer(place.edition, place.widget)
    return {
        "title": words_in(place.widget.language(place.site))["connect_title"],
        "entries": _entries(place, moment, answered),
        "sorry": answered.sorry,
        "notices": _notices(answered),
    }


def _entries(place: Asking, moment: Moment, answered: Answer) -> list[Entry]:
    asked, site = place.widget, place.site
    views = ((found, article_view(found.article, site, asked.language(site), moment)) for found in answered.found)
    return [Entry(view, place.base + asked.page_query(f"/articles/{found.article.slug}"), found, _updated(view)) for found, view in views]


def _notices(answered: Answer) -> list[str]:
    """What the owners of the codes that matched ask to be said."""
    systems = dict.fromkeys(why.system for found in answered.found for why in found.reasons if why.system)
    return [notice for system in systems if (notice := SYSTEMS[system].notice)]


def _feed(place: Asking, moment: Moment) -> dict[str, Any]:
    values = _values(place, moment)
    name = place.site.in_language(place.site.file.name, place.widget.language(place.site))[1]
    labels = ", ".join(one.label for one in place.widget.criteria if one.label)
    return values | {
        "title": f"{name}: {values['title']}",
        "subtitle": ". ".join(filter(None, [labels, " ".join(values["sorry"])])),
        "author": name,
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, place.base + place.widget.page())}",
        "updated": moment.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lang": place.widget.language(place.site),
        "categories": [{"scheme": name, "term": value} for name, value in place.widget.categories()],
        "rights": " ".join(values["notices"]),
        "summaries": {one.href: render("pages/connect_summary.html", place, {"article": one.view}) for one in values["entries"]},
    }


def _updated(view: ArticleView) -> str:
    """The day of the text's writing or, if that is later, of its review; the moment that Atom wants is the day's first."""
    day: date = max(view.written, view.review.reviewed or view.written)
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: str, **more: str) -> dict[str, str]:
    return {"_value": value, **more}


def _entry(one: Entry, summary: str) -> dict[str, Any]:
    return {
        "lang": one.view.lang,
        "title": _text(one.view.title, type="text"),
        "link": [{"href": one.href, "rel": "alternate", "type": "html", "hreflang": one.view.lang, "title": one.view.title}],
        "id": _text(one.href),
        "updated": _text(one.updated),
        "summary": _text(summary, type="html"),
        "category": one.categories,
    }


ROUTES: tuple[Row, ...] = (("/connect", connect, ("GET", "POST", "OPTIONS")),)
