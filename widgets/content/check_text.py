"""What is wrong in an article's text in one language."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from widgets.content.check_markdown import check_markdown
from widgets.content.files import ContentFile, Fault, meant
from widgets.content.markup import SAYINGS, Markup
from widgets.content.model import Text
from widgets.content.reading import FORMULAS, count, english_syllables
from widgets.content.rules import Rules

FEWEST_WORDS = 250
_ADDRESS = re.compile(r"(?<=\]\()https?:[^()\s]+(?=\))")
_BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Page:
    """A text with the two parts of its file, and what it is held to."""

    text: Text
    head: ContentFile
    body: ContentFile
    rules: Rules
    imported: bool = False
    """Whether the words are another publisher's."""

    @property
    def first_line(self) -> int:
        """The line that the Markdown begins on."""
        return self.body.line_at(len(self.body.text) - len(self.body.text.lstrip()))


def check_text(text: Text, file: ContentFile, rules: Rules, *, imported: bool = False) -> Iterator[Fault]:
    """The faults of one text; one that is withdrawn is not read, and so held to little."""
    page = Page(text, *file.front_matter(), rules, imported)
    if text.front.withdrawn:
        yield from (*_dates(page), *_replacement(page))
        return
    for check in (_dates, _review, _sources, _words_in_front, _words_in_body, _reading, _length):
        yield from check(page)
    yield from check_markdown(page.body, rules)


def _dates(page: Page) -> Iterator[Fault]:
    front = page.text.front
    if front.written > page.rules.today:
        yield page.head.fault(_ahead("written", front.written, page.rules.today), "written")
    if front.review and front.review.reviewed > page.rules.today:
        yield page.head.fault(_ahead("reviewed", front.review.reviewed, page.rules.today), "review", "reviewed")


def _ahead(key: str, day: date, today: date) -> str:
    return f"{key}: {day} is in the future; write {today} or a day before."


def _replacement(page: Page) -> Iterator[Fault]:
    slug = page.text.front.withdrawn and page.text.front.withdrawn.replacement
    if slug and (wrong := page.rules.unknown("article", slug)):
        yield page.head.fault(f"replacement: {wrong}", "withdrawn", "replacement")


def _review(page: Page) -> Iterator[Fault]:
    review = page.text.front.review
    if review is None:
        return
    if page.text.changed_since_review:
        message = f'the text has changed since its review; once {review.by} has approved it as it is now, write text-hash = "{page.text.hash}".'
        yield page.head.fault(message, "review", "text-hash")
    if review.next_review and review.next_review < page.rules.today:
        message = f"next-review: {review.next_review} has passed; have the text reviewed, or withdraw it."
        yield page.head.fault(message, "review", "next-review", level="warning")


def _sources(page: Page) -> Iterator[Fault]:
    if not page.text.front.sources:
        yield page.head.fault("names no source; add a table [[sources]] with publisher, title and url.")


def _words_in_front(page: Page) -> Iterator[Fault]:
    """Title and summary stand in lists and in search engines, where no site fills in words."""
    front = page.text.front
    for key, words in (("title", front.title), ("summary", front.summary)):
        if number := page.rules.number.search(words):
            yield page.head.fault(f'{key}: "{number[0]}" is not the number in every region; leave it out, and say whom to call in the text.', key)
        for braces in _BRACES.finditer(words):
            yield page.head.fault(f"{key}: {braces[0]} is shown as it stands; only the emergency words and the text fill it in.", key)
    for message, _ in _sayings(page, front.emergency):
        yield page.head.fault(f"emergency: {message}", "emergency")


def _words_in_body(page: Page) -> Iterator[Fault]:
    words = _ADDRESS.sub(lambda address: " " * len(address[0]), page.body.text)  # https://www.911.gov/ says no number to a reader
    for message, position in _sayings(page, words):
        yield Fault(page.body.name, page.body.line_at(position), message)


def _sayings(page: Page, words: str) -> Iterator[tuple[str, int]]:
    """Numbers that should be sayings, and sayings that there are not, with their places."""
    for number in page.rules.number.finditer(words):
        yield f'"{number[0]}" is not the number in every region; write {{emergency}} or {{crisis}}, and each site says its own.', number.start()
    for braces in _BRACES.finditer(words):
        if braces[1] not in SAYINGS:
            near = [f"{{{name}}}" for name in difflib.get_close_matches(braces[1].strip(), SAYINGS, 1)]
            hint = meant(near) if near else f"; known: {', '.join(f'{{{name}}}' for name in SAYINGS)}."
            yield f"there are no words for {braces[0]}{hint}", braces.start()


def _reading(page: Page) -> Iterator[Fault]:
    text, formula = page.text, FORMULAS.get(page.text.language)
    if formula is None:
        return
    if wrong := _too_hard(page, text.emergency, formula.emergency_limit):
        yield page.head.fault(f"emergency: {wrong}", "emergency")
    if wrong := _too_hard(page, text.body, formula.article_limit):
        yield Fault(page.body.name, page.first_line, wrong, "note" if page.imported else "error")


def _too_hard(page: Page, words: Markup, limit: float) -> str:
    """What is wrong with words that are hard to read; "" for others."""
    formula = FORMULAS[page.text.language]
    score = formula.score(page.rules.as_read(words.blocks, page.text.language))
    if not formula.too_hard(score, limit):
        return ""
    allowed = "at least" if formula.higher_is_easier else "at most"
    return f"{formula.name} {score:.1f}; {allowed} {limit:.1f} is allowed: write shorter sentences and shorter words."


def _length(page: Page) -> Iterator[Fault]:
    words = count(page.text.body.blocks, english_syllables).words
    if words < FEWEST_WORDS:
        message = f"has {words} words; readers seldom find their answer in fewer than {FEWEST_WORDS}."
        yield Fault(page.body.name, page.first_line, message, "note")
