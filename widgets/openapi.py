"""The OpenAPI document of what programs ask: made from the endpoints and the declarations of what they take."""

from collections.abc import Iterable, Mapping
from typing import Any

from widgets import __version__
from widgets.answers import FORM, MOST_BODY, MOST_QUERY, Row
from widgets.content.model import SLUG
from widgets.infobutton import CODE, LANGUAGE, MOST_CRITERIA, NAME, SYSTEM
from widgets.widget import Widget

Schema = dict[str, Any]
BOUNDS: Mapping[str, tuple[int, int]] = {"limit": (1, 100), "offset": (0, 9_999_999)}
"""The least and the greatest value of what lists take."""
REFUSALS: Mapping[int, str] = {
    400: "A parameter is missing or wrong.",
    404: "There is no such article, topic or site.",
    413: f"The form is longer than {MOST_BODY} bytes.",
    414: f"The query is longer than {MOST_QUERY} bytes.",
    415: f"The body is of another type than {FORM}.",
    421: "The server does not know its public address.",
    429: "Too many searches at once; `Retry-After` says when to try again.",
}
"""What each refusal means. Its body is one sentence of plain text that says what would be right."""


def _text(doc: str, **more: Any) -> Schema:
    return {"type": "string", "description": doc, **more}


def _object(doc: str, required: Iterable[str], **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": doc,
        "required": [_json_ld(name) for name in required],
        "properties": {_json_ld(name): schema for name, schema in properties.items()},
    }


def _json_ld(name: str) -> str:
    """`at_type` stands for `@type`, which Python cannot name."""
    return "@" + name[3:] if name.startswith("at_") else name


def _list(of: Schema, doc: str) -> Schema:
    return {"type": "array", "items": of, "description": doc}


def _one(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_THING: Mapping[str, Schema] = {
    "at_context": _text("Whose terms these are.", const="https://schema.org"),
    "identifier": _text("Its name in the library.", pattern=SLUG),
    "name": _text("Its title."),
    "url": _text("Its page.", format="uri"),
    "inLanguage": _text("The language of the text, which is the site's own where there is no translation."),
}
_PAGE: Mapping[str, Schema] = {
    **_THING,
    "at_type": _text("", const="MedicalWebPage"),
    "emergency": _list(_one("Emergency"), "Show it before everything else."),
    "description": _text("One or two sentences."),
    "alternateName": _list(_text("Another name."), "Other names for it."),
    "author": _one("Organization"),
    "publisher": _one("Organization"),
    "datePublished": _text("The day it was written.", format="date"),
    "lastReviewed": _text("The day of its clinical review; absent where there was none.", format="date"),
    "reviewedBy": _one("Organization"),
    "creativeWorkStatus": _text("Its dates and review in words. Show it: it says so where a text was not clinically reviewed."),
    "license": _text("The licence of the text."),
    "citation": _list(_one("Citation"), "Where the facts come from."),
    "audience": _object("", (), at_type=_text("")),
    "isAccessibleForFree": {"type": "boolean"},
    "withdrawn": _one("Withdrawal"),
}
_NAMED = ("identifier", "at_context", "at_type", "name", "url", "inLanguage")
_ORGANIZATION = _object("An organisation, or a role.", ("at_type", "name"), at_type=_text("", const="Organization"), name=_text("Its name."))

SCHEMAS: Mapping[str, Schema] = {
    "Emergency": _object("Emergency words in HTML.", ("inLanguage", "text"), inLanguage=_text("Their language."), text=_text("The words.")),
    "Organization": _ORGANIZATION,
    "Citation": _object(
        "A public page.",
        ("name", "url"),
        at_type=_text(""),
        name=_text("Its title."),
        url=_text("Its address.", format="uri"),
        publisher=_text("Who publishes it."),
    ),
    "Withdrawal": _object(
        "Why the text is not shown any more.",
        ("notice",),
        notice=_text("Show it in place of the text."),
        replacement=_text("The article to read in its place.", pattern=SLUG),
    ),
    "ArticleItem": _object("An article without its text. A withdrawn one has its title and `withdrawn` alone.", _NAMED, **_PAGE),
    "Article": _object(
        "A whole article. A withdrawn one has its title and `withdrawn` alone.",
        _NAMED,
        **_PAGE,
        text=_text("The text as HTML, sanitised, with absolute links."),
        about=_object("The medical codes it is found by.", (), at_type=_text(""), name=_text(""), code=_list(_one("MedicalCode"), "The codes.")),
        isPartOf=_list(_one("Topic"), "The topics it stands in."),
        relatedLink=_list(_text("The address of a page.", format="uri"), "Articles to read next."),
        workTranslation=_list(_object("", ("inLanguage", "url"), inLanguage=_text(""), url=_text("", format="uri")), "Other languages."),
        creditText=_text("What the owners of its codes ask to be said."),
        disclaimer=_text("Show it below the text."),
    ),
    "MedicalCode": _object("A code.", ("codeValue", "codingSystem"), at_type=_text(""), codeValue=_text("It."), codingSystem=_text("Its system.")),
    "Topic": _object(
        "A topic.",
        _NAMED,
        **_THING,
        at_type=_text("", const="CollectionPage"),
        description=_text("A sentence about it."),
        isPartOf=_text("The topic above it; tops have none.", pattern=SLUG),
        mainEntity=_object("What stands in it and below.", ("numberOfItems",), at_type=_text(""), numberOfItems={"type": "integer"}),
    ),
    "Feed": _object(
        "An Atom feed as JSON, as MedlinePlus Connect writes it: a text is the `_value` of an object.",
        ("feed",),
        feed=_object(
            "",
            ("title", "updated", "id", "category", "entry"),
            entry=_list({"type": "object"}, "The articles."),
            category=_list({"type": "object"}, "What was asked."),
        ),
    ),
}


def _page_of(item: str) -> Schema:
    """A part of a list."""
    number = {"type": "integer", "minimum": 0}
    return _object(
        "A part of a list.",
        ("total", "limit", "offset", "items"),
        total=number | {"description": "How many there are in all."},
        limit=number,
        offset=number,
        items=_list(_one(item), "The part."),
        emergency=_list(_one("Emergency"), "Show it first."),
    )


def _query(name: str, doc: str, schema: Schema, **more: Any) -> Schema:
    return {"name": name, "in": "query", "description": doc, "schema": schema, **more}


_WORD: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "pattern": SLUG, "maxLength": 100}
SHARED = (
    _query("site", "The partner's site, as set up in the library.", _NAME | {"default": "default"}),
    _query("lang", "The language, by its code; without it, and where it is not offered, the site's own.", _WORD, example="es"),
)
SEARCHED = _query(
    "q",
    "What is searched for. It then stands in an address: use POST where that may be read by others.",
    _WORD | {"minLength": 1},
    required=True,
    example="chest pain",
)
SLUGGED = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The article's name, or a former one.",
    "example": "heart-attack",
    "schema": _NAME,
}
MEDIA = ("text/html", "application/json", "text/xml", "application/xml", "application/atom+xml")
ASKED = (
    _query(
        CODE,
        f"A medical code; further ones carry a number, `{CODE}1`, up to {MOST_CRITERIA}. It may be left out where a name is sent.",
        _WORD | {"pattern": "[A-Za-z0-9]"},
        required=True,
        example="I21.4",
    ),
    _query(
        SYSTEM,
        f"The code's system, by OID, address or name; ICD-10-CM without it. `{SYSTEM}1` for the next.",
        _WORD,
        example="2.16.840.1.113883.6.90",
    ),
    _query(NAME, f"The code's name, used where the code leads to nothing. `{NAME}1` for the next.", _WORD, example="Heart attack"),
    _query(LANGUAGE, "The reader's language.", _WORD, example="en"),
    _query("knowledgeResponseType", "The form of the answer.", {"type": "string", "enum": list(MEDIA), "default": MEDIA[0]}),
    _query("partial", "The page's list alone, to be put into another page.", {"type": "string", "enum": ["1", "0"]}),
)


def _declared(widget: type[Widget]) -> list[Schema]:
    """The parameters that a list takes, by its declarations."""
    own = [f for f in widget.declared() if f.name not in {"site", "lang", "heading_level"}]
    return [_query(f.name, f.metadata["doc"], _schema(f.name, f.default), example=_typed(f.metadata["example"], f.default)) for f in own]


def _schema(name: str, default: Any) -> Schema:
    if name not in BOUNDS:
        return _NAME
    least, greatest = BOUNDS[name]
    return {"type": "integer", "minimum": least, "maximum": greatest, "default": default}


def _typed(example: str, default: Any) -> Any:
    return int(example) if isinstance(default, int) else example


def document(base: str, rows: Iterable[Row], lists: Mapping[str, type[Widget]]) -> Schema:
    """The document for a server at `base`: `rows` are the addresses it tells of, `lists` what those that are lists take."""
    info = {
        "title": "Health library",
        "version": __version__,
        "description": "Read it without a key. Answers carry an ETag; lists have `limit`, `offset` and, searches apart, Link headers. "
        "Terms are schema.org's.",
    }
    paths = {path: _path(path, endpoint, methods, lists.get(path)) for path, endpoint, methods in rows}
    return {"openapi": "3.1.0", "info": info, "servers": [{"url": base}], "paths": paths, "components": {"schemas": SCHEMAS}}


def _path(path: str, endpoint: Any, methods: tuple[str, ...], listed: type[Widget] | None) -> Schema:
    doc = (endpoint.__doc__ or "").partition(": ")[2]
    shared = {"summary": doc[:1].upper() + doc[1:]}
    parameters = [*(_declared(listed) if listed else ()), *SHARED, *([SLUGGED] if "{slug}" in path else ())]
    asked = {"/connect": list(ASKED), "/api/search": [SEARCHED]}.get(path, [])
    get = shared | {"parameters": asked + parameters, "responses": _responses(path, "GET")}
    if "POST" not in methods:
        return {"get": get}
    return {"get": get, "post": shared | {"parameters": parameters, "requestBody": _body(asked), "responses": _responses(path, "POST")}}


def _body(asked: list[Schema]) -> Schema:
    """A form with what a GET takes in its address."""
    form = {"type": "object", "properties": {one["name"]: one["schema"] for one in asked}, "required": [asked[0]["name"]]}
    return {"required": True, "content": {FORM: {"schema": form}}}


def _responses(path: str, method: str) -> Schema:
    refusals = {400, 404, 414, 421} | ({413, 415} if method == "POST" else set()) | ({429} if path in {"/connect", "/api/search"} else set())
    plain = {"text/plain": {"schema": _WORD}} | ({"text/html": {"schema": _WORD}} if path == "/connect" else {})
    found = {str(status): {"description": REFUSALS[status], "content": plain} for status in sorted(refusals)}
    unchanged = {"304": {"description": "It has not changed since the ETag that was sent."}} if method == "GET" else {}
    return {"200": {"description": "The answer.", "content": _content(path)}} | unchanged | found


def _content(path: str) -> Schema:
    if path == "/connect":
        return {kind: {"schema": _one("Feed") if kind == "application/json" else _WORD} for kind in MEDIA}
    schemas = {"/api/articles/{slug}": _one("Article"), "/api/topics": _page_of("Topic"), "/openapi.json": {"type": "object"}}
    return {"application/json": {"schema": schemas.get(path, _page_of("ArticleItem"))}}
