"""What is wrong in an article's text in one language."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from widgets.content.check_markdown import check_markdown
from widgets.content.files import ContentFile, Fault, meant
from widgets.content.markup import SAYINGS
from widgets.content.model import Text
from widgets.content.reading import FORMULAS, english_syllables, count
from widgets.content.rules import Rules

FEWEST_WORDS = 250
_BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Page:
    """A text with the two parts of its file, and what it is held to."""

    text: Text
    head: ContentFile
    body: ContentFile
    rules: Rules

    def fault(self, message: str, level: "Level" = "error") -> Fault:
        ...
