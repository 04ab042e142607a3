"""Markdown -> parts. Whatever is not one of ours is sanitised, when a file is read."""

import re
from functools import partial

import nh3
import pyromark

from widgets.content.markup import Markup, in_parts

TAGS = {"p", "br", "hr", "em", "strong", "del", "ul", "ol", "li", "blockquote", "a", "h2", "h3", "h4", "h5", "h6",
         "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "sup", "sub", "code"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}
SCHEMES = {"http", "https", "mailto", "tel", "article", "topic"}
OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_clean = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=None,
    set_tag_attribute_values={"a": {"referrerpolicy": "no-referrer"}, "th": {"scope": "col"}},
    clean_content_tags={"script", "style", "title", "svg", "math", "template", "iframe"},
).clean
_markdown = partial(pyromark.html, options=OPTIONS)
_TO_CLEAN = re.compile(r'<(?!/?(?:p|li|ul|strong|em|h[2-6]|blockquote|ol|del)>|/a>|a href="(?:article|topic):[a-z0-9-]+">)')
"""In HTML made of Markdown: a tag other than those that the sanitiser leaves as they are, or which become parts whole."""
_CHANGED = "&\0\r\xa0\ufeff"
"""Characters that the sanitiser reads, or writes, as others."""

_TABLE = re.compile(r"<table>\s*<thead>\s*<tr>\s*<th[^>]*>(?!\s*</th>).*?</table>", re.DOTALL)
_FIRST_CELL = re.compile(r"<tr>\s*<td([^>]*)>(?!\s*</td>)(.*?)</td>", re.DOTALL)


def from_markdown(text: str) -> Markup:
    """Compile Markdown: raw HTML in it is sanitised, headings get ids, references become parts."""
    made = _markdown(text)
    return in_parts(made if _is_clean(text, made) else _labelled(_clean(made)))


def _is_clean(text: str, made: str) -> bool:
    """Whether the sanitiser, which takes most of a compiling, would find nothing to do: plain tags alone, which Markdown itself opened and closed."""
    return "<" not in text and not any(map(made.__contains__, _CHANGED)) and not _TO_CLEAN.search(made)


def _labelled(safe: str) -> str:
    """Tables whose first column has a heading: the first cell of each row is the row's own."""
    return _TABLE.sub(lambda table: _FIRST_CELL.sub(r'<tr><th scope="row"\1>\2</th>', table[0]), safe) if "<table>" in safe else safe
