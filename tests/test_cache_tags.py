"""The header by which a cache knows which article an answer shows."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests import making
from tests.conftest import NOON
from widgets.app import create_app
from widgets.settings import Settings, SettingsError

ARTICLE = (
    "/articles/sample",
    "/articles/old",
    "/partials/article-card?article=sample",
    "/partials/topic-browser?topic=hearts&article=sample",
    "/frame/article-card?article=sample",
    "/include/article-card?article=sample",
    "/oembed?url={base}/articles/sample",
)


@pytest.mark.parametrize(("name", "header"), [("Cache-Tag", "cache-tag"), ("Surrogate-Key", "surrogate-key"), ("xkey", "xkey"), ("none", "")])
def test_every_answer_that_shows_an_article_names_it(content: Path, serve: Callable[..., str], name: str, header: str) -> None:
    """Each address that shows an article carries its tag, by its present name, in the header that was chosen; nothing else does."""
    making.article(content, shared='topics = ["hearts"]\nformerly = ["old"]')
    base = serve(create_app(Settings(content=content, watch=False, cache_tags=name), clock=lambda: NOON))
    for path in ARTICLE:
        for _ in range(2):  # made, and kept
            answer = httpx.get(base + path.replace("{base}", base))
            assert answer.status_code == 200 and answer.headers.get(header or "cache-tag") == ("article-sample" if header else None), path
    for path in ("/", "/search", "/sitemap.xml", "/embed.js", "/readyz", "/partials/symptom-checker", "/articles/nowhere"):
        assert not {"cache-tag", "surrogate-key", "xkey"} & set(httpx.get(base + path).headers), path
    assert httpx.get(f"{base}/topics/hearts").headers.get(header or "cache-tag") == ("topic-hearts" if header else None)


@pytest.mark.parametrize("name", ["Cache Tag", "a:b", "x\r\ny", "-"])
def test_a_name_that_is_no_header_is_refused(name: str) -> None:
    """What cannot be the name of a header is refused at the start."""
    with pytest.raises(SettingsError, match="HEALTH_WIDGETS_CACHE_TAGS"):
        Settings(cache_tags=name)
