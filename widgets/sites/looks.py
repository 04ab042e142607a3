"""How a site looks: its theme and tokens as style sheets, and the contrast of their colours.

A theme is two or three files in `static/themes/`: `<name>.toml` with its tokens, `<name>.css` with rules for widgets, which
travel with each partial of a site that uses it, and `<name>.page.css` with rules for the library's own pages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import msgspec
import rcssmin
import tomli

from widgets.settings import files
from widgets.sites.schema import Colours, Tokens

ENOUGH, ENOUGH_FOR_LINES = 7.0, 3.0
"""WCAG 2.2: enhanced contrast of text (1.4.6), and of what bounds a control (1.4.11)."""

PAIRS = (
    ("text", "surface"), ("muted", "surface"), ("accent", "surface"), ("on-accent", "accent"), ("text", "tint"), ("muted", "tint"),
    ("accent", "tint"), ("on-brand", "brand"), ("border", "surface"),
)  # fmt: skip
"""What stands on what, for every scheme of every site."""

_OWN = ("accent", "on-accent", "surface", "text", "muted", "border")
_TOKEN = re.compile(r"--(?P<name>[\w-]+): (?:var\(--health-[\w-]+, )?light-dark\((?P<light>#\w+), (?P<dark>#\w+)\)")
Scheme = Mapping[str, str]


@dataclass(frozen=True)
class Look:
    """A site's own colours and shapes, worked out in full."""

    theme: str
    light: Scheme
    dark: Scheme
    radius: str
    font: str
    space: str

    @cached_property
    def for_widgets(self) -> str:
        """The style sheet that travels with a partial; what the page around sets wins over it."""
        light = _declared(self.light[name] for name in _OWN) + f"--tint:{self.light['tint']};"
        both = _declared(f"light-dark({self.light[name]},{self.dark[name]})" for name in _OWN)
        both += f"--tint:light-dark({self.light['tint']},{self.dark['tint']});"
        shape = "".join(f"--{name}:var(--health-{name},{value});" for name, value in (("radius", self.radius), ("space", self.space)) if value)
        font = f"font-family:var(--health-font,{self.font});" if self.font else ""
        box = ".hw,.trouble"
        return f"{box}{{{light}{shape}{font}}}@supports(color:light-dark(red,red)){{{box}{{{both}}}}}{_css(self.theme)}"

    @cached_property
    def for_pages(self) -> str:
        """The style sheet of the library's own pages, of frames and of includes."""
        dark = f"@media(prefers-color-scheme:dark){{:root{{{_page(self.dark)}}}}}"
        font = f"body{{font-family:{self.font}}}" if self.font else ""
        return f":root{{{_page(self.light)}}}{dark}{font}{self.for_widgets}{_css(f'{self.theme}.page')}"


def look_of(theme: str, tokens: Tokens) -> Look | None:
    """The look of a site with this theme and these tokens; None where it has neither."""
    if not theme and tokens == Tokens():
        return None
    base = themes()[theme] if theme else Tokens()
    return Look(
        theme,
        _scheme("light", base.light, tokens.light),
        _scheme("dark", base.dark, tokens.dark),
        tokens.radius or base.radius,
        tokens.font or base.font,
        tokens.space or base.space,
    )


@cache
def themes() -> Mapping[str, Tokens]:
    """The built-in themes by name."""
    return {path.stem: msgspec.convert(tomli.loads(path.read_text("utf-8")), Tokens) for path in sorted(_folder().glob("*.toml"))}


@cache
def plain(scheme: str) -> Scheme:
    """The colours of the widgets' own look, as their style sheets declare them."""
    static = files() / "static"
    css = "".join(path.read_text("utf-8") for path in (static / "widgets.css", *sorted((static / "css").glob("*.css"))))
    return {token["name"]: token[scheme] for token in _TOKEN.finditer(css)}


def contrasts(look: Look | None) -> Iterator[tuple[str, str, str, float, float]]:
    """(scheme, upper, lower, ratio, what is enough) for every pair of colours."""
    for name in ("light", "dark"):
        colours = (look.light if name == "light" else look.dark) if look else _completed(name, plain(name), Colours())
        for upper, lower in PAIRS:
            enough = ENOUGH_FOR_LINES if upper == "border" else ENOUGH
            yield name, upper, lower, contrast(colours[upper], colours[lower]), enough


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in _rgb(colour)))
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _rgb(colour: str) -> tuple[int, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return tuple(int(digits[n : n + 2], 16) for n in (0, 2, 4))


def _mixed(one: str, other: str, share: float) -> str:
    """`share` of one colour in another."""
    parts = (round(a * share + b * (1 - share)) for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _given(colours: Colours) -> dict[str, str]:
    return {f.encode_name: value for f in msgspec.structs.fields(colours) if (value := getattr(colours, f.name))}


def _scheme(name: str, base: Colours, own: Colours) -> Scheme:
    """All colours of a scheme: the site's, else the theme's, else the widgets' own."""
    changed = _given(own).keys() & {"accent", "on-accent", "surface", "text"}
    under = {token: value for token, value in _given(base).items() if not changed or token in _OWN}
    return _completed(name, {token: value for token, value in plain(name).items() if token in _OWN} | under, own)


def _completed(name: str, colours: Scheme, own: Colours) -> Scheme:
    """The colours, with the site's own over them, and those that can be made of others."""
    every = dict(colours) | _given(own)
    every.setdefault("tint", _mixed(every["accent"], every["surface"], 0.07))
    band = ("accent", "on-accent") if name == "light" else ("tint", "text")
    return {"brand": every[band[0]], "on-brand": every[band[1]]} | every


def _declared(values: Iterator[str]) -> str:
    return "".join(f"--{name}:var(--health-{name},{value});" for name, value in zip(_OWN, values, strict=True))


def _page(colours: Scheme) -> str:
    """The colours of the library's own pages."""
    names = {"page": "tint", "panel": "surface", "ink": "text", "quiet": "muted", "link": "accent", "brand": "brand", "on-brand": "on-brand"}
    rule = _mixed(colours["border"], colours["surface"], 0.45)
    return "".join(f"--{name}:{colours[token]};" for name, token in names.items()) + f"--rule:{rule};"


def _folder() -> Path:
    return files() / "static" / "themes"


@cache
def _css(name: str) -> str:
    path = _folder() / f"{name}.css"
    return str(rcssmin.cssmin(path.read_text("utf-8"))) if path.is_file() else ""
