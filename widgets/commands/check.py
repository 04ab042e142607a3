"""health-widgets check: what is wrong in a content folder, by file and line."""

import sys
from datetime import date
from pathlib import Path

import click

from widgets.check import check
from widgets.commands import FEW, with_progress
from widgets.commands.serve import settings_or_exit
from widgets.edition import SnapshotError
from widgets.settings import SAMPLE


@click.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path | None) -> None:
    """Print what is wrong in the content folder DIR, and exit with 1 if there is an error.

    Then the contrast of each site's colours is printed. Without DIR: the folder that HEALTH_WIDGETS_CONTENT names, or the sample library.
    """
    try:
        report = check(folder or settings_or_exit().content or SAMPLE, date.today(), with_progress("Checking articles", FEW))
    except SnapshotError as error:
        raise click.ClickException(str(error)) from error
    for fault in report.faults:
        click.echo(str(fault))
    for line in report.contrasts:
        click.echo(line)
    click.echo(report.summary)
    sys.exit(1 if report.count("error") else 0)
