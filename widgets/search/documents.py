"""What of a library can be found: every text that is not withdrawn, and every topic, in each of its languages."""

from collections.abc import Iterable, Iterator

from widgets.content.model import Text, Topic
from widgets.search.index import Document


def article_documents(slug: str, texts: Iterable[Text]) -> Iterator[Document]:
    """An article's texts."""
    for text in texts:
        front = text.front
        if front.withdrawn is None:
            yield Document(article_key(slug), "article", text.language, front.title, front.also_called, front.summary, text.body.words)


def topic_documents(topic: Topic) -> Iterator[Document]:
    """A topic's words."""
    for language, words in topic.file.words.items():
        yield Document(topic_key(topic.slug), "topic", language, words.title, words.also_called, words.summary)


def article_key(slug: str) -> str:
    """An article's key in the index."""
    return f"article:{slug}"


def topic_key(slug: str) -> str:
    """A topic's key in the index."""
    return f"topic:{slug}"
