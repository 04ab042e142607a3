"""health-widgets build: a content folder as one file, to be served elsewhere."""

from pathlib import Path

import click

from widgets.commands import FEW, with_progress
from widgets.commands.serve import settings_or_exit
from widgets.edition import NoLibrary, SnapshotError, compiled
from widgets.settings import SAMPLE


@click.command("build")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--content", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Content folder; the sample library without it.")
def command(file: Path, content: Path | None) -> None:
    """Compile the content folder into FILE, one file that `health-widgets serve --snapshot FILE` serves anywhere.

    A FILE that is there is brought up to date and replaced in one step; who serves it goes on with the old one until then, and needs no restart.
    """
    try:
        faults, library = compiled(content or settings_or_exit().content or SAMPLE, file, with_progress("Reading articles", FEW))
    except (NoLibrary, SnapshotError) as error:
        raise click.ClickException(str(error)) from error
    for fault in faults:
        click.echo(str(fault), err=True)
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {library.count} articles, {len(library.topics)} topics, {size:.1f} MB, version {library.version}")
