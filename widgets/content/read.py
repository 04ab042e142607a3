"""Content files -> topics, articles' shared facts, and texts. Each raises ContentError for a file that cannot be used."""

import hashlib
from pathlib import PurePosixPath

from widgets.content import markup
from widgets.content.files import ContentError, ContentFile
from widgets.content.model import ArticleFile, FrontMatter, Text, Topic, TopicFile

_BLANKS = "\t\v\f\r\x1c\x1d\x1e\x1f"
"""White space of ASCII, but for blanks and ends of lines."""


def parse_topic(file: ContentFile) -> Topic:
    """`topics/<slug>.toml` as a topic."""
    table = file.load(TopicFile)
    if not table.words:
        raise ContentError(file.fault("has no words; add a table [words.en] with a title."))
    return Topic(PurePosixPath(file.name).stem, table)


def parse_article(file: ContentFile) -> ArticleFile:
    """`articles/<slug>/article.toml`: what the article's languages share."""
    return file.load(ArticleFile)


def parse_text(file: ContentFile) -> Text:
    """`articles/<slug>/<language>.md` as a text."""
    from widgets.content.markdown import from_markdown  # noqa: PLC0415 - where nothing is compiled its libraries cost no memory

    head, body = file.front_matter()
    front = head.load(FrontMatter)
    if not body.text.strip() and front.withdrawn is None:
        raise ContentError(file.fault("has no text after the front matter."))
    return Text(
        file.name.rpartition("/")[2].removesuffix(".md"),
        front,
        markup.from_plain(front.emergency.strip()),
        from_markdown(body.text),
        text_hash(front, body.text),
    )


def text_hash(front: FrontMatter, body: str) -> str:
    """The hash that a review names: of title, summary, emergency words and text, white space folded."""
    words = _spaced(" ".join(filter(None, (front.title, front.summary, front.emergency, body.strip()))))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _spaced(text: str) -> str:
    """The text with one blank for any white space; by lines where they hold no other, which takes a third of the time."""
    lines = " ".join(filter(None, text.split("\n")))
    if text.isascii() and "  " not in lines and not any(map(lines.__contains__, _BLANKS)):
        return lines.strip()
    return " ".join(text.split())
