"""What of a building can be searched for: kept until there is enough of it, then put into the index in one go."""

from widgets.content.model import Text, Topic
from widgets.search import Document, article_documents, article_key, remove, replace, topic_documents, topic_key
from widgets.snapshot.schema import Connection

_TOGETHER = 500
"""Documents that are put into the index together."""


class Found:
    """The changes to the search index in one building."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._gone: list[tuple[str, str]] = []
        self._new: list[Document] = []

    def text(self, slug: str, text: Text) -> None:
        """An article's text is new or another; of a withdrawn one nothing is found."""
        if found := list(article_documents(slug, [text])):
            self._new += found
        else:
            self.text_gone(slug, text.language)
        if len(self._new) >= _TOGETHER:
            self.write()

    def text_gone(self, slug: str, language: str) -> None:
        """An article's text is there no more."""
        self._gone.append((article_key(slug), language))

    def topic(self, topic: Topic) -> None:
        """A topic is new or another."""
        self.topic_gone(topic.slug)
        self._new += topic_documents(topic)

    def topic_gone(self, slug: str) -> None:
        """A topic is there no more, or not in all of its languages."""
        rows = self._db.execute("SELECT key, language FROM search_document WHERE key = ?", (topic_key(slug),))
        self._gone += rows.fetchall()

    def write(self) -> None:
        """Put all of it into the index."""
        remove(self._db, self._gone)
        replace(self._db, self._new)
        self._gone.clear()
        self._new.clear()
