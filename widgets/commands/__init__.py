"""The commands: one module each, found by name, and loaded when it is asked for: a server need not hold what checking needs."""

from importlib import import_module
from keyword import iskeyword
from pkgutil import iter_modules

import click

from widgets import __version__


class _Modules(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name.rstrip("_") for module in iter_modules(__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}{'_' * iskeyword(cmd_name)}").command
        return command


@click.group(cls=_Modules)
@click.version_option(__version__)
def main() -> None:
    """Serve and check a health library."""
