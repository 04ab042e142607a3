"""The commands: one module each, found by name, and loaded when it is asked for: a server need not hold what checking needs."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from keyword import iskeyword
from pkgutil import iter_modules
from typing import TypeVar

import click

from widgets import __version__

FEW = 500
"""So many articles are read and checked too soon for a bar to tell anything."""
T = TypeVar("T")


class _Modules(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name.rstrip("_") for module in iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}{'_' * iskeyword(cmd_name)}").command
        return command


def with_progress(label: str, few: int = 0) -> Callable[[list[T]], Iterator[T]]:
    """Goes through a list item by item; on a terminal a bar tells how far it is, unless the items are `few` and soon done."""

    def each(items: list[T]) -> Iterator[T]:
        if len(items) <= few or not sys.stderr.isatty():
            yield from items
            return
        with click.progressbar(items, label=label, file=sys.stderr) as bar:
            yield from bar

    return each


@click.group(cls=_Modules)
@click.version_option(__version__)
def main() -> None:
    """Serve and check a health library."""
