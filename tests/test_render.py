"""What render puts into the holes of a text."""

from pathlib import Path

from tests import making
from widgets.catalog.article_card import ArticleCard
from widgets.edition import read_folder
from widgets.moment import Moment
from widgets.place import Place
from widgets.render import render_partial
from widgets.serving import utc_now


def opened(content: Path) -> str:
    """The sample article's card, opened."""
    place = Place("https://library.example", read_folder(content), ArticleCard(article="sample", open=True))
    return render_partial(place, Moment(utc_now()))


def test_sayings_in_headings_and_links(content: Path) -> None:
    """The region's emergency words stand in headings, in the contents list and in links, as in any sentence."""
    sections = "\n\n".join(f"## Part {n}\n\nText." for n in range(4))
    body = f"## {{emergency}} if it hurts\n\n[If it hurts, {{emergency}}](article:sample)\n\n{sections}\n"
    making.article(content, en=making.text().partition("A short text.")[0] + body)
    html = opened(content)
    assert html.count("Call 911 now if it hurts") == 2
    assert "If it hurts, call 911 now</a>" in html
    assert "{" not in html.partition('<div class="emergency')[2]
