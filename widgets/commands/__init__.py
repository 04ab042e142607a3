"""The commands: one module each, found by name."""

from importlib import import_module
from pkgutil import iter_modules

import click

from widgets import __version__


@click.group()
@click.version_option(__version__)
def main() -> None:
    """Serve and check a health library."""


for _module in iter_modules(__path__):
    main.add_command(import_module(f"{__name__}.{_module.name}").command)
