"""health-widgets serve: the library over HTTP."""

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from widgets.app import Library, create_app
from widgets.edition import NoLibrary, SnapshotError
from widgets.settings import PREFIX, Settings, SettingsError

LOGS = LOGGING_CONFIG | {"loggers": LOGGING_CONFIG["loggers"] | {"widgets": {"handlers": ["default"], "level": "INFO", "propagate": False}}}
"""Uvicorn's own logging, with ours beside it: editions, faults of the content, and routes where they are asked for."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes that answer.")
@click.option("--content", type=click.Path(path_type=Path), help="Content folder; the sample library without it.")
@click.option("--snapshot", type=click.Path(dir_okay=False, path_type=Path), help="A compiled library, made by `health-widgets build`.")
def command(host: str, port: int, workers: int, content: Path | None, snapshot: Path | None) -> None:
    """Serve the library. Settings are HEALTH_WIDGETS_* variables; see the README."""
    for name, path in (("CONTENT", content), ("SNAPSHOT", snapshot)):
        if path is not None:  # worker processes have nothing of ours but the environment
            os.environ[PREFIX + name] = str(path)
    settings = settings_or_exit()
    with ExitStack() as stack:
        if workers > 1 and settings.content and not settings.snapshot:
            shared = stack.enter_context(TemporaryDirectory(prefix="health-widgets-workers-"))
            os.environ |= {f"{PREFIX}CONTENT": str(settings.content), f"{PREFIX}SNAPSHOT": f"{shared}/library.sqlite"}
        if workers > 1:  # what cannot be served ends the command here, and not each worker again and again
            library_or_exit(replace(settings_or_exit(), watch=False)).close()
        _run(host, port, workers)


def _run(host: str, port: int, workers: int) -> None:
    uvicorn.run(
        "widgets.commands.serve:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=LOGS,
        access_log=False,
        server_header=False,
        ws="none",  # nobody asks for web sockets, and the library for them takes 2 MB
    )


def application() -> Library:
    """The application of one worker process, with the settings of the environment."""
    return library_or_exit(settings_or_exit())


def library_or_exit(settings: Settings) -> Library:
    """The application; a content folder that cannot be served ends the command with what it lacks."""
    try:
        return create_app(settings)
    except (NoLibrary, SnapshotError) as error:
        raise click.ClickException(str(error)) from error


def settings_or_exit() -> Settings:
    """The settings of the environment; a wrong one ends the command with one clear line."""
    try:
        return Settings.from_environ(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
