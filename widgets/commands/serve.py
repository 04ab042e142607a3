"""health-widgets serve: the library over HTTP.

What answers is imported once the languages are read: it then stands in the room that reading them took.
"""

import os
import signal
import socket
from contextlib import ExitStack
from dataclasses import replace
from errno import EACCES, EADDRINUSE
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from widgets import languages
from widgets.processes import Workers, keep_buffers, share_memory
from widgets.settings import PREFIX, Settings, SettingsError

if TYPE_CHECKING:
    from widgets.app import Library

LOGS = LOGGING_CONFIG | {"loggers": LOGGING_CONFIG["loggers"] | {"widgets": {"handlers": ["default"], "level": "INFO", "propagate": False}}}
"""Uvicorn's own logging, with ours beside it: editions, faults of the content, and routes where they are asked for."""

DRAIN = 8
"""Seconds that requests which have begun may take after SIGTERM. Container engines kill after ten."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes that answer.")
@click.option("--content", type=click.Path(path_type=Path), help="Content folder; the sample library without it.")
@click.option("--snapshot", type=click.Path(dir_okay=False, path_type=Path), help="A compiled library, made by `health-widgets build`.")
def command(host: str, port: int, workers: int, content: Path | None, snapshot: Path | None) -> None:
    """Serve the library. Settings are HEALTH_WIDGETS_* variables; see the README."""
    for name, path in (("CONTENT", content), ("SNAPSHOT", snapshot)):
        if path is not None:  # worker processes have nothing of ours but the environment
            os.environ[PREFIX + name] = str(path)
    settings = settings_or_exit()
    free_or_exit(host, port)
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup says otherwise; several workers have a handler that begins them anew
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    with ExitStack() as stack:
        if workers > 1 and settings.content and not settings.snapshot:
            shared = stack.enter_context(_temporary())
            os.environ |= {f"{PREFIX}CONTENT": str(settings.content), f"{PREFIX}SNAPSHOT": f"{shared}/library.sqlite"}
        if workers > 1:  # what cannot be served ends the command here, and not each worker again and again
            languages.ready(languages.known())
            library_or_exit(replace(settings_or_exit(), watch=False)).close()
            share_memory()
        _run(host, port, workers)


def _temporary() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="health-widgets-workers-")
    except OSError as error:
        raise click.ClickException(f"no temporary file can be written: {error.strerror}; name a folder in TMPDIR.") from error


def _run(host: str, port: int, workers: int) -> None:
    target, options = (
        "widgets.commands.serve:application",
        dict[str, Any](
            factory=True,
            host=host,
            port=port,
            log_config=LOGS,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN,
            ws="none",  # nobody asks for web sockets, and the library for them takes 2 MB
        ),
    )
    if workers == 1:
        uvicorn.run(target, **options)
    else:
        config = uvicorn.Config(target, workers=workers, **options)
        Workers(config, [config.bind_socket()]).run()


def _end(*_: object) -> None:
    """SIGTERM, once all is answered: end as one who was asked to, and leave no temporary file."""
    raise SystemExit(0)


def application() -> "Library":
    """The application of one worker process, with the settings of the environment."""
    keep_buffers()
    languages.ready(languages.known())
    library = library_or_exit(settings_or_exit())
    languages.ready(library.editions.current.languages)  # en-GB, say, which has no words of its own
    return library


def library_or_exit(settings: Settings) -> "Library":
    """The application; a content folder that cannot be served ends the command with what it lacks."""
    from widgets.app import create_app  # noqa: PLC0415 - see above
    from widgets.edition import NoLibrary, SnapshotError  # noqa: PLC0415

    try:
        return create_app(settings)
    except (NoLibrary, SnapshotError) as error:
        raise click.ClickException(str(error)) from error


def free_or_exit(host: str, port: int) -> None:
    """Nothing, where one can listen there; else the command ends, before it loads or says anything, with the option to change."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise click.ClickException(f"port {port} of {host} is in use already; choose another one with --port.") from error
        if error.errno == EACCES:
            raise click.ClickException(f"port {port} is for the system's own services; choose one above 1023 with --port.") from error
        raise click.ClickException(f"nobody can listen on {host}: {error.strerror}; choose an address of this machine with --host.") from error


def settings_or_exit() -> Settings:
    """The settings of the environment; a wrong one ends the command with one clear line."""
    try:
        return Settings.from_environ(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
