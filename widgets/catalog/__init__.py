"""The widgets: one module each. The folder is the register; other packages add theirs by entry point."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import MappingProxyType

from widgets.widget import Widget

ENTRY_POINTS = "health_widgets.catalog"


@cache
def catalog() -> Mapping[str, type[Widget]]:
    """Every widget by its kind."""
    names = [f"{__name__}.{module.name}" for module in iter_modules(__path__)]
    names += [point.value for point in entry_points(group=ENTRY_POINTS)]
    found = (widget for name in sorted(names) for widget in vars(import_module(name)).values() if _is_widget(widget, name))
    return MappingProxyType({widget.kind(): widget for widget in found})


def _is_widget(value: object, module: str) -> bool:
    return isinstance(value, type) and issubclass(value, Widget) and value.__module__ == module
