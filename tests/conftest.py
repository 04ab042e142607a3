"""What several tests need: content folders, and real servers on real sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from hypothesis import HealthCheck, settings
from starlette.types import ASGIApp

from tests import making
from widgets.app import Library, create_app
from widgets.settings import Settings

# A busy machine is no fault of the code: nothing fails for its time.
settings.register_profile("library", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
settings.load_profile("library")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/browser --varnish`: what the browser asks of the library then goes through Varnish."""
    parser.addoption("--varnish", action="store_true", help="let the library of the browser tests stand behind Varnish")


NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small content folder that a test may change."""
    return making.library(tmp_path / "content")


@pytest.fixture
def app(content: Path) -> Iterator[Library]:
    """The application over the small content folder, with a fixed clock."""
    made = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    yield made
    made.close()


@contextmanager
def serving(application: ASGIApp, host: str = "127.0.0.1") -> Iterator[str]:
    """A real server on a free port; its address."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.01)
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Serve applications for the length of a test: `serve(app)` is the address."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda application: stack.enter_context(serving(application))
