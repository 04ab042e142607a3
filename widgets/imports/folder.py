"""A folder of Markdown and HTML files -> articles."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from widgets.imports.markdown import Losses, from_html, numberless
from widgets.imports.pages import Page, page
from widgets.imports.report import Refused, Report
from widgets.imports.shelf import Shelf, Wanted, alone
from widgets.imports.starter import begin_site
from widgets.imports.texts import slug_of
from widgets.imports.words import line

SOURCE = "folder"
SUFFIXES = {".md", ".markdown", ".html", ".htm"}
MOST_BYTES = 2 << 20
_BASE = "https://folder.invalid/"
_LANGUAGE = re.compile(r"(?P<name>.+)\.(?P<language>[a-z]{2}(?:-[A-Z]{2})?)$")
NOT_STATED = {"en": "Not stated", "es": "No consta"}

Progress = Callable[[list[str]], Iterable[str]]


@dataclass
class Place:
    """An article to be: its files by language."""

    files: dict[str, Path] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)


def run(folder: Path, root: Path, today: date, progress: Progress) -> Report:
    """Import the folder's files into the content folder `root`. Raises Refused, and then nothing was written."""
    report = Report()
    places = _read(folder, root, report)
    if not places:
        raise Refused("; ".join([f"{folder}: holds no file that can be imported ({', '.join(sorted(SUFFIXES))})", *report.left_out]) + ".")
    base = folder.resolve().name
    with alone(root):
        shelf = Shelf(root, SOURCE, report, slug_of(base, "root"))
        writer = _Writer(folder, base, places, shelf, report)
        writer.topics()
        for name in progress(list(places)):
            writer.article(name)
        shelf.finish()
        begin_site(root, {language for place in places.values() for language in place.pages}, report)
    return report


def _read(folder: Path, root: Path, report: Report) -> dict[str, Place]:
    """The pages by article; what cannot be read is told, and left out."""
    places: dict[str, Place] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or root.resolve() in (path.parent.resolve() / path.name).parents:
            continue
        try:
            if _is_page(path, report):
                _add(places, path, relative, report)
        except ValueError as error:
            report.left_out.append(f"{relative.as_posix()}: {error}.")
        except OSError as error:
            report.left_out.append(f"{relative.as_posix()}: cannot be read: {error.strerror}.")
    return places


def _is_page(path: Path, report: Report) -> bool:
    """Whether it is a file that may be a page. Raises ValueError or OSError for what may hide some: a link, a pipe, a closed folder."""
    if path.is_symlink():
        raise ValueError("is a symbolic link, and may lead anywhere; put the file itself here")
    if path.is_dir():
        next(path.iterdir(), None)
        return False
    if not path.is_file():
        raise ValueError("is a pipe or a device, and no file")
    if path.suffix.lower() not in SUFFIXES:
        report.notes[f"a {path.suffix or 'nameless'} file is no text"] += 1
        return False
    return True


def _add(places: dict[str, Place], path: Path, relative: Path, report: Report) -> None:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"holds more than {MOST_BYTES >> 20} MB")
    named = _LANGUAGE.match(relative.stem)
    found = page(path.read_bytes(), html=path.suffix.lower().startswith(".htm"), notes=report.notes)
    language = named["language"] if named else found.language or "en"
    found.title, found.summary = numberless(found.title, language), numberless(found.summary, language)
    name = relative.with_name(named["name"] if named else relative.stem).as_posix()
    place = places.setdefault(name, Place())
    if language in place.pages:
        raise ValueError(f"{place.files[language].name} is this article in {language} already")
    place.files[language], place.pages[language] = path, found
    report.came[f"pages in {language}"] += 1


class _Writer:
    """Writes the topics and articles of a folder."""

    def __init__(self, folder: Path, base: str, places: dict[str, Place], shelf: Shelf, report: Report) -> None:
        self.folder, self.base, self.places, self.shelf, self.report = folder, base, places, shelf, report
        self.homes = {name: shelf.home(self._id(name), slug_of(_stem(name) or base, "article")) for name in places}

    def _id(self, name: str) -> str:
        return re.sub(r'[\\"\x00-\x1f]', "_", f"{self.base}/{name}")[-250:]

    def _topics(self, name: str) -> list[tuple[str, str]]:
        """The topics that an article's pages name, each with its language; else the folder that they lie in."""
        pages = self.places[name].pages.items()
        lies_in = re.sub(r"[-_]", " ", PurePosixPath(name).parent.name or self.base).capitalize()
        named = [(language, line(title)) for language, found in pages for title in found.topics]
        return named or [(language, line(lies_in)) for language, _ in pages]

    def topics(self) -> None:
        """Each topic that a page stands in, unless there is one of this name."""
        titles: dict[str, dict[str, str]] = {}
        for name in self.places:
            for language, title in self._topics(name):
                titles.setdefault(slug_of(title, "topic"), {}).setdefault(language, title)
        for slug, words in titles.items():
            values = {f"words.{language}.title": words[language] for language in sorted(words)}
            self.shelf.put(Wanted(f"topics/{slug}.toml", f"topics/{slug}.toml", values))

    def article(self, name: str) -> None:
        """One article in its languages; `article.toml` last, so that no server sees it without a text."""
        if not self.homes[name]:
            self.report.files["removed here, not written again"] += 1
            return
        key, home, place = self._id(name), f"articles/{self.homes[name]}", self.places[name]
        files = []
        for language, found in place.pages.items():
            first = {} if found.written else {"written": date.fromtimestamp(place.files[language].stat().st_mtime)}
            files.append(Wanted(f"{key}/{language}.md", f"{home}/{language}.md", self._front(found, language), self._body(name, found), first))
        topics = dict.fromkeys(slug_of(title, "topic") for _, title in self._topics(name))
        licence = next((found.licence for found in place.pages.values() if found.licence), NOT_STATED["en"])
        shared = {"topics": list(topics), "licence": line(licence), "imported": f"{SOURCE}:{key}"}
        self.report.came["articles"] += self.shelf.put_all([*files, Wanted(f"{key}/article.toml", f"{home}/article.toml", shared)])

    def _front(self, found: Page, language: str) -> dict[str, Any]:
        title, summary = line(found.title), line(found.summary or found.title)
        values: dict[str, Any] = {"title": title, "summary": summary}
        if found.also_called:
            values["also-called"] = [line(name) for name in found.also_called]
        values["author"] = line(found.author or NOT_STATED.get(language, NOT_STATED["en"]))
        if found.written:
            values["written"] = found.written
        if found.sources:
            values["sources"] = found.sources
        self._tell(found)
        return values

    def _tell(self, found: Page) -> None:
        for missing, what in ((found.author, "author"), (found.sources, "source"), (found.licence, "licence")):
            if not missing:
                self.report.notes[f"a page names no {what}"] += 1

    def _body(self, name: str, found: Page) -> str:
        losses = Losses()
        words = from_html(found.body, _BASE + quote(name), self._find, losses)
        for n, lost in ((losses.pictures, "a picture is left out"), (losses.links, "a link that leads nowhere is left out")):
            if n:
                self.report.notes[lost] += n
        return words

    def _find(self, address: str) -> str:
        """Where a link leads: to the other file's article, or on to the web."""
        if not address.startswith(_BASE):
            return address
        path = PurePosixPath(unquote(address.removeprefix(_BASE)).partition("#")[0].partition("?")[0])
        named = _LANGUAGE.match(path.stem)
        slug = self.homes.get(path.with_name(named["name"] if named else path.stem).as_posix(), "") if path.name else ""
        return f"article:{slug}" if slug else ""


def _stem(name: str) -> str:
    """A file's name without its ending; its folder's for an index."""
    path = PurePosixPath(name)
    return path.parent.name if path.name.lower() == "index" else path.name
