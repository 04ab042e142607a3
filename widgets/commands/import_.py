"""health-widgets import: other publishers' files into a content folder."""

import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import click

from widgets.commands import with_progress
from widgets.imports.report import Refused
from widgets.settings import PREFIX

PARTLY = 3
"""The exit code where something was left out; 1 is a refusal, and then nothing was written."""

_into = click.option(
    "--into",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: os.environ.get(f"{PREFIX}CONTENT") or "library",
    help=f"Content folder; {PREFIX}CONTENT without it, else ./library.",
)


@click.group("import")
def command() -> None:
    """Bring other publishers' texts into a content folder; what was edited there stays."""


@command.command("medlineplus")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_into
def medlineplus(file: Path, into: Path) -> None:
    """Import NLM's health topics: the XML file, or the .zip, .xz or .gz of it."""
    _run("medlineplus", file, into)


@command.command("folder")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_into
def folder(folder: Path, into: Path) -> None:
    """Import a folder of Markdown and HTML files."""
    _run("folder", folder, into)


def _run(importer: str, source: Path, into: Path) -> None:
    module = import_module(f"widgets.imports.{importer}")  # here, so that serving does not load what only importing needs
    try:
        report = module.run(source, into, date.today(), with_progress("Importing"))
    except Refused as error:
        raise click.ClickException(f"{error} Nothing was written.") from error
    except OSError as error:
        where = error.filename or into
        raise click.ClickException(f"{where}: {error.strerror or error}. What is written so far is whole; run it again to go on.") from error
    for line in report.lines():
        click.echo(line)
    click.echo(f"Next: health-widgets check {into}")
    sys.exit(0 if report.complete else PARTLY)
