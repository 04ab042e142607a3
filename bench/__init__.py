"""Benchmarks: ratios within one run, since machines differ. Each figure is printed with its bound, and whether it holds."""


def at_least(what: str, found: float, bound: float, unit: str = "") -> None:
    """Print a figure that should be at least `bound`."""
    _line(what, found, f"at least {bound:g}{unit}", unit, found >= bound)


def at_most(what: str, found: float, bound: float, unit: str = "") -> None:
    """Print a figure that should be at most `bound`."""
    _line(what, found, f"at most {bound:g}{unit}", unit, found <= bound)


def _line(what: str, found: float, bound: str, unit: str, holds: bool) -> None:
    print(f"{'holds ' if holds else 'MISSED'}  {what:52}{found:10.2f}{unit:4} {bound}", flush=True)
