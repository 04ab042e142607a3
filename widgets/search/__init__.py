"""Search: an index in SQLite, queries as people type them, and the words that mean danger."""

from widgets.search.danger import Danger, danger
from widgets.search.documents import article_documents, article_key, topic_documents, topic_key
from widgets.search.index import Document, create, remove, replace, version, wasted
from widgets.search.marks import Piece, Sought, excerpt, marked
from widgets.search.query import Found, Hit, ready, search
from widgets.search.words import cut, speech

__all__ = [
    "Danger",
    "Document",
    "Found",
    "Hit",
    "Piece",
    "Sought",
    "article_documents",
    "article_key",
    "create",
    "cut",
    "danger",
    "excerpt",
    "marked",
    "ready",
    "remove",
    "replace",
    "search",
    "speech",
    "topic_documents",
    "topic_key",
    "version",
    "wasted",
]
