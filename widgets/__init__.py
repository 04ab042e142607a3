"""Health library widgets: patient education served as small partials, embedded as custom elements."""

from importlib.metadata import version

__version__ = version("health-widgets")
__all__ = ["__version__"]
