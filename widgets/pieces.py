"""The pieces of HTML that nearly every answer holds: the root, emergency words, heading, review, languages.

Templates hold the rest. These are functions because a first card is made while a reader waits, and as macros they took most of that time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape

import rcssmin
from markupsafe import Markup as Safe

from widgets.languages import Words
from widgets.place import Place, in_language, link, prose
from widgets.settings import files
from widgets.sites import Site
from widgets.views import ArticleView, Emergency, Link
from widgets.widget import Widget

_STEPS = ' hx-target:inherited="closest .hw" hx-swap:inherited="outerHTML"'


@dataclass(frozen=True, slots=True)
class Pieces:
    """Makes them for one place, in its language. Whatever comes from content or a site is escaped, or was sanitised when it was read."""

    place: Place[Widget]
    words: Words

    def root(self, inner: str, kind: str, announce: str, opened: bool = False, own: bool = False, longer: bool = False) -> Safe:
        """The widget around what it shows; `announce` is what a screen reader hears when it has changed.

        It brings the styles that not every widget needs: for an `opened` article, for something of the site's `own`, for `longer` ones
        with notices, lists or the disclaimer. The site's look comes last, so that it wins.
        """
        attributes = f'lang="{self.words.language}" dir="{self.words.direction}" data-announce="{escape(announce)}"'
        if self.place.embedded:
            css = styles("longer" if opened or own or longer else "", "opened" if opened else "", "site" if own else "", self.place.widget.stem())
            css += self.place.site.look.for_widgets if self.place.site.look else ""
            attributes += (f' data-css="{escape(css)}"' if css else "") + _STEPS
        return Safe(f'<div class="hw hw-{kind}" part="root" {attributes}>\n{inner}\n</div>')

    def emergency(self, one: Emergency, focus: bool = False) -> Safe:
        """Emergency words, which stand before all else."""
        text = prose(self.place, one.text, one.lang)
        words = f"<strong>{escape(one.label)}:</strong> {text}" if one.label else f"<strong>{text}</strong>"
        first = ' data-focus tabindex="-1"' if focus else ""
        return Safe(f'<div class="emergency" part="emergency" role="note"{first}{in_language(one.lang)}>\n<p>{words}</p>\n</div>')

    def emergencies(self, article: ArticleView) -> Safe:
        """An article's emergency words, which get the focus when it is opened."""
        return Safe("".join([self.emergency(one, number == 0) for number, one in enumerate(article.emergencies)]))

    def heading(self, text: str, below: int = 0, lang: str = "", focus: bool = True) -> Safe:
        """A heading so many levels below the widget's first."""
        level = self.place.level(below)
        first = " data-focus" if focus else ""
        return Safe(f'<h{level} part="heading" class="title"{first} tabindex="-1"{in_language(lang)}>{escape(text)}</h{level}>')

    def review(self, article: ArticleView) -> Safe:
        """The line of dates and review."""
        review = article.review
        kind = f"review review-{review.state}" + (" notice" if review.state in {"overdue", "changed"} else "")
        lang = in_language(article.lang if article.lang != self.words.language else "")
        line = "&nbsp;· ".join(escape(said) for said in (review.line, *review.more))
        return Safe(f'<p class="{kind}" part="review"{lang}>{line}</p>')

    def languages(self, links: Iterable[Link]) -> Safe:
        """The same in other languages; nothing where there are none."""
        made = ", ".join(
            f'<a {link(self.place, one.widget)} hreflang="{escape(one.lang)}" data-switch{in_language(one.lang)}>{escape(one.text)}</a>'
            for one in links
        )
        return Safe(f'<p class="languages">{escape(self.words["also_in"])}\n{made}</p>' if made else "")

    def publisher(self, site: Site) -> Safe:
        """Whose library it is."""
        name = site.in_language(site.file.name, self.words.language)[1]
        return Safe(f'<p class="publisher">{escape(self.words.say("publisher_line", site=name))}</p>')


PIECES = (Pieces.root, Pieces.emergency, Pieces.emergencies, Pieces.heading, Pieces.review, Pieces.languages, Pieces.publisher)
"""Each is a filter of templates, by its name."""


@cache
def styles(*names: str) -> str:
    """The minified text of style sheets in static/css, which a partial brings with it; "" for one that does not exist."""
    paths = (files() / "static" / "css" / f"{name}.css" for name in names)
    return "".join(rcssmin.cssmin(path.read_text("utf-8")) for path in paths if path.is_file())
