"""The library and the partner's site, once for all host pages."""

from collections.abc import Iterator

import pytest

from tests.browser.hosting import Server
from tests.browser.hosts import site


@pytest.fixture(scope="package")
def _doubled() -> Iterator[Server]:
    with site.library() as server:
        yield server


@pytest.fixture
def library(_doubled: Server) -> Server:
    """The library with its empty script, with nothing asked of it yet."""
    _doubled.seen.clear()
    return _doubled


@pytest.fixture(scope="package")
def hosts(_doubled: Server, request: pytest.FixtureRequest) -> Iterator[site.Site]:
    """The partner's site with the host pages."""
    with site.partner(_doubled.url, site.Libraries(request.config)) as made:
        yield made
