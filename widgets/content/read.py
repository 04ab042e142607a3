"""Content files -> topics, articles' shared facts, and texts. Each raises ContentError for a file that cannot be used."""

import hashlib
from pathlib import PurePosixPath

from widgets.content import markup
from widgets.content.files import ContentError, ContentFile
from widgets.content.model import ArticleFile, FrontMatter, Text, Topic, TopicFile


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
    head, body = file.front_matter()
    front = head.load(FrontMatter)
    if not body.text.strip() and front.withdrawn is None:
        raise ContentError(file.fault("has no text after the front matter."))
    return Text(
        file.name.rpartition("/")[2].removesuffix(".md"),
        front,
        markup.from_plain(front.emergency.strip()),
        markup.from_markdown(body.text),
        text_hash(front, body.text),
    )


def text_hash(front: FrontMatter, body: str) -> str:
    """The hash that a review names: of title, summary, emergency words and text, white space folded."""
    words = " ".join(" ".join([front.title, front.summary, front.emergency, body]).split())
    return hashlib.sha256(words.encode()).hexdigest()[:16]
