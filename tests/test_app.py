"""The addresses, asked over a real socket."""

from collections.abc import Callable

import httpx

from widgets.app import Library


def test_a_partial_stands_between_its_markers(app: Library, serve: Callable[..., str]) -> None:
    """A partial begins and ends with its marker comments, and any page may read it."""
    answer = httpx.get(serve(app) + "/partials/article-card?article=sample")
    assert answer.status_code == 200
    assert answer.text.startswith("<!--health-widgets 1-->")
    assert answer.text.endswith("<!--/health-widgets-->")
    assert answer.headers["access-control-allow-origin"] == "*"
