"""What a widget is: a frozen dataclass whose fields are its HTML attributes and its steps.

Each field is declared once, with its doc, example, default and check. Tag, address, refusals, README
table, manifest, types and test inputs are derived from the declarations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Literal, Self
from urllib.parse import parse_qsl, quote

from widgets.edition import Edition
from widgets.languages import lookup, words_in
from widgets.moment import Moment
from widgets.sites import DEFAULT, Site
from widgets.snapshot.library import Library
from widgets.values import Check, any_text, flag, number, slug

PREFIX = "health-"


class BadAttribute(ValueError):
    """An attribute has a wrong value (400); the text is one sentence that a web editor understands."""

    status = 400


class UnknownName(BadAttribute):
    """An attribute names something that the library does not have (404)."""

    status = 404


def attribute(doc: str, *, example: str, default: Any = MISSING, check: Check | None = None, step: bool = False, instead: str = "") -> Any:
    """Declare one attribute of a widget: `check` turns its text into a value or raises ValueError; one of it and `instead` must be given."""
    metadata = {"doc": doc, "example": example, "check": check or slug, "step": step, "instead": instead}
    return field(metadata=metadata, **({} if default is MISSING else {"default": default}))


@dataclass
class Query:
    """What a reader searches for, and how many results the widget showed for it."""

    text: str
    found: int | None = None


@dataclass(frozen=True, kw_only=True)
class Widget:
    """The base of all widgets, with the attributes that every one has."""

    site: str = attribute("The partner's site, as set up in the library.", example="default", default=DEFAULT)
    lang: str = attribute(
        "The language. Without it, that of the page around, if the library offers it, else the site's own.",
        example="es",
        default="",
        check=any_text,
    )
    heading_level: int = attribute("The level of the first heading, so that it fits the page around.", example="3", default=2, check=number(2, 6))

    doc: ClassVar[str]
    """What the element shows, in one sentence."""
    room: ClassVar[str] = "0"
    """The height kept for it while it loads, as a CSS length."""
    lazy: ClassVar[bool] = False
    """Whether it may wait until the reader comes near; never for what may hold emergency advice."""
    searches: ClassVar[bool] = False
    """Whether its partial takes a search by POST."""
    examples: ClassVar[tuple[Mapping[str, str], ...]] = ()
    """Attributes of the states worth seeing: the gallery and the tests show each."""

    @classmethod
    @cache
    def kind(cls) -> str:
        """The stem of the widget's module, with hyphens: article-card."""
        return cls.stem().replace("_", "-")

    @classmethod
    @cache
    def stem(cls) -> str:
        """The name of its module, and of its template, styles and example: article_card."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def tag(cls) -> str:
        """The custom element: health-article-card."""
        return PREFIX + cls.kind()

    @classmethod
    def declared(cls) -> tuple[Field[Any], ...]:
        """The fields, the widget's own first."""
        return _declared(cls)  # type: ignore[arg-type]  # a class can be hashed, whatever its instances do

    @classmethod
    def parse(cls, query: str) -> Self:
        """The widget that a query string asks for; raises BadAttribute. Unknown parameters are ignored."""
        return cls(**parsed(cls.declared(), query))

    def address(self, under: str = "/partials") -> str:
        """The path and query of the widget's partial (or frame, or include); fields in declaration order, defaults left out."""
        pairs = [f"{name}={quote(_text(value), safe='')}" for name, value in self._given()]
        return f"{under}/{self.kind()}" + ("?" + "&".join(pairs) if pairs else "")

    def written(self) -> list[tuple[str, str]]:
        """Names and values of the attributes that differ from their defaults, as HTML writes them; "" for a flag."""
        return [(name, "" if value is True else _text(value)) for name, value in self._given()]

    def _given(self) -> list[tuple[str, Any]]:
        own = vars(self)
        return [(written, value) for name, written, default in self._names() if (value := own[name]) != default]

    @classmethod
    @cache
    def _names(cls) -> list[tuple[str, str, Any]]:
        """Each field's name, its name in HTML, and its default."""
        return [(f.name, html_name(f), f.default) for f in cls.declared()]

    def page(self) -> str:
        """The path and query of the full page that shows the same; the library where there is none."""
        return self.page_query("/")

    def page_query(self, path: str, **more: str) -> str:
        """`path` with the site and language that differ from the defaults."""
        values = {"site": self.site if self.site != DEFAULT else "", "lang": self.lang, **more}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items() if value)
        return f"{path}?{query}" if query else path

    def settled(self, edition: Edition) -> Self:
        """The same widget as the library knows it: current names, a language that is offered. Raises UnknownName."""
        site = edition.sites.get(self.site)
        if site is None:
            raise UnknownName(f'site: there is no site "{shown(self.site)}"; known: {", ".join(edition.sites)}.')
        lang = lookup(self.lang, site.file.languages) if self.lang else ""
        return self.with_(lang="" if lang == site.language else lang)

    def with_(self, **changed: Any) -> Self:
        """The same widget with other values; itself, where they are none other."""
        own = vars(self)
        return type(self)(**{**own, **changed}) if any(own[name] != value for name, value in changed.items()) else self

    def to(self, kind: str, name: str) -> "Widget | None":
        """The widget that shows this article or topic in its own place; None where only a page can."""
        return None

    def tags(self) -> tuple[str, ...]:
        """The articles and topics that it shows, as caches shall know them: `article-stroke`."""
        return ()

    def caption(self, edition: Edition, site: Site) -> str:
        """What a plain link to the widget's page says."""
        return words_in(self.language(site))["open_library"]

    def caption_language(self, edition: Edition, site: Site) -> str:
        """The language of that, where it is another than asked for; else ""."""
        return ""

    @classmethod
    def offers(cls, name: str, edition: Edition, site: Site) -> Mapping[str, str]:
        """What the attribute of this HTML name may be, and what each value is called, where that is a short list of the library's own."""
        return {}

    def fallback(self, edition: Edition, site: Site) -> tuple[str, str]:
        """Where the link inside the element leads, as a path of the library or an address, and what it says."""
        return self.page(), self.caption(edition, site)

    def urgent(self, edition: Edition, site: Site) -> bool:
        """Whether the emergency line belongs beside that link."""
        return False

    def view(self, edition: Edition, site: Site, moment: Moment) -> dict[str, Any]:
        """The names and values that the widget's template reads."""
        raise NotImplementedError

    def language(self, site: Site) -> str:
        """The language asked for, or the site's own."""
        return self.lang or site.language


def parsed(declared: Iterable[Field[Any]], query: str) -> dict[str, Any]:
    """The values of declared fields in a query string; raises BadAttribute. Unknown parameters are ignored."""
    given: dict[str, list[str]] = {}
    for name, text in pairs(query):
        given.setdefault(name, []).append(text)
    counted = (f for f in declared if f.default is MISSING or html_name(f) in given)
    return {f.name: value for f in counted if (value := _value(f, given.get(html_name(f), []))) is not MISSING}


def pairs(query: str) -> list[tuple[str, str]]:
    """The names and values of a query string, in their order; most need no decoding."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True, errors="replace")
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]


@cache
def _declared(kind: type[Widget]) -> tuple[Field[Any], ...]:
    shared = {f.name for f in fields(Widget)}
    return (*(f for f in fields(kind) if f.name not in shared), *fields(Widget))


@cache
def html_name(f: Field[Any]) -> str:
    """A field's name as an HTML attribute: heading-level."""
    return f.name.replace("_", "-")


def shown(text: str) -> str:
    """What was given, short and printable, to be quoted in a sentence."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return clean if len(clean) <= 60 else clean[:60] + "…"


def named(library: Library, kind: Literal["article", "topic"], name: str) -> str:
    """The current name of an article or topic; raises UnknownName with near matches."""
    found = library.article(name) if kind == "article" else library.topic(name)
    if found is None:
        near = library.near(kind, name)
        hint = f"did you mean {' or '.join(near)}?" if near else "the library's pages show its names in their addresses."
        raise UnknownName(f'{kind}: there is no {kind} "{shown(name)}" in the library; {hint}')
    return found.slug


def _text(value: Any) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _value(f: Field[Any], texts: list[str]) -> Any:
    """A field's value, of what is given for it, or MISSING."""
    name = html_name(f)
    if len(texts) > 1:
        raise BadAttribute(f"{name}: is given {len(texts)} times; give it once.")
    if not texts or (not texts[0].strip() and f.default is not MISSING and f.metadata["check"] is not flag):
        if f.default is MISSING:
            raise BadAttribute(f'{name}: is missing; add it, like {name}="{f.metadata["example"]}".')
        return MISSING
    try:
        return f.metadata["check"](texts[0])
    except ValueError as error:
        raise BadAttribute(f'{name}: "{shown(texts[0])}" {error}.') from error
