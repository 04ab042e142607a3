"""health-widgets check: what is wrong in a content folder, by file and line."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from widgets.check import check
from widgets.commands.serve import settings_or_exit
from widgets.content.model import Article
from widgets.settings import SAMPLE

MANY = 500
"""From how many articles on it takes long enough to say how far it is."""


@click.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path | None) -> None:
    """Print what is wrong in the content folder DIR, and exit with 1 if there is an error.

    Then the contrast of each site's colours is printed. Without DIR: the folder that HEALTH_WIDGETS_CONTENT names, or the sample library.
    """
    report = check(folder or settings_or_exit().content or SAMPLE, date.today(), _with_progress)
    for fault in report.faults:
        click.echo(str(fault))
    for line in report.contrasts:
        click.echo(line)
    click.echo(report.summary)
    sys.exit(1 if report.count("error") else 0)


def _with_progress(articles: list[Article]) -> Iterator[Article]:
    """The articles one by one; on a terminal, a bar tells how far it is."""
    if len(articles) < MANY or not sys.stderr.isatty():
        yield from articles
        return
    with click.progressbar(articles, label="Checking articles", file=sys.stderr) as bar:
        yield from bar
