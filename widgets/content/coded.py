"""The articles that a medical code leads to, and why each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from widgets.codes import SYSTEMS, CodeSystem, above, is_below, normal
from widgets.content.model import Article, Library

Relation = Literal["same", "wider", "narrower"]


@dataclass(frozen=True)
class Coded:
    """An article and the code that it lists: the one asked for, a wider one, or a narrower one."""

    article: Article
    listed: str
    relation: Relation


def coded(library: Library, system: CodeSystem, code: str) -> list[Coded]:
    """The articles for a code as its system writes it; those first whose own list begins with it.

    Where none lists the very code, the nearest wider one counts (I21.4 belongs to I21), else the narrower ones (I21.4 for I21).
    Codes beside it never do: R07.0 is a sore throat, and R07.9 is chest pain.
    """
    for listed in (code, *above(system, code)):
        if slugs := library.coded(system, listed):
            return _ranked(_found(library, slugs, system, listed, "same" if listed == code else "wider"), system)
    narrower = library.coded_below(system, code) if SYSTEMS[system].nested else ()
    return _ranked(_below(library, narrower, system, code), system)


def _found(library: Library, slugs: Iterable[str], system: CodeSystem, listed: str, relation: Relation) -> Iterator[Coded]:
    for slug in slugs:
        if article := library.article(slug):
            yield Coded(article, listed, relation)


def _below(library: Library, slugs: Iterable[str], system: CodeSystem, code: str) -> Iterator[Coded]:
    for slug in slugs:
        article = library.article(slug)
        listed = next((own for own in _codes(article, system) if is_below(system, own, code)), "") if article else ""
        if article and listed:
            yield Coded(article, listed, "narrower")


def _ranked(found: Iterable[Coded], system: CodeSystem) -> list[Coded]:
    return sorted(found, key=lambda one: (_codes(one.article, system).index(one.listed), one.article.slug))


def _codes(article: Article, system: CodeSystem) -> list[str]:
    return [normal(system, code) for code in article.file.codes.get(system, ())]
