"""The articles that a medical code leads to, and why each."""

from collections.abc import Iterable
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
        if articles := library.coded(system, listed):
            return _ranked((Coded(article, listed, "same" if listed == code else "wider") for article in articles), system)
    narrower = library.coded_below(system, code) if SYSTEMS[system].nested else []
    return _ranked((Coded(article, _below(article, system, code), "narrower") for article in narrower), system)


def _below(article: Article, system: CodeSystem, code: str) -> str:
    """The first of the article's codes that stands below this one."""
    return next(listed for listed in _codes(article, system) if is_below(system, listed, code))


def _ranked(found: Iterable[Coded], system: CodeSystem) -> list[Coded]:
    return sorted(found, key=lambda one: (_codes(one.article, system).index(one.listed), one.article.slug))


def _codes(article: Article, system: CodeSystem) -> list[str]:
    return [normal(system, code) for code in article.file.codes.get(system, ())]
