"""Looks: built-in themes, a site's own tokens, their contrast, and that they travel with the answers of that site alone."""

import html
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from tests import making
from tests.asking import parsed
from tests.conftest import NOON
from widgets.app import Library, create_app
from widgets.embed import PROPERTIES
from widgets.settings import Settings, files
from widgets.sites.looks import PAIRS, contrast, contrasts, look_of, themes
from widgets.sites.schema import Colours, Tokens

TOKENS = """
[tokens]
radius = "0"
font = '"My Font", serif'
[tokens.light]
accent = "#123456"
[tokens.dark]
surface = "#000"
"""


@pytest.fixture
def library(content: Path) -> Library:
    making.write(content / "sites/harbor.toml", f'theme = "harbor"\n{making.SITE}')
    making.write(content / "sites/own.toml", making.SITE + TOKENS)
    return create_app(Settings(content=content, watch=False), clock=lambda: NOON)


@pytest.fixture
def base(library: Library, serve: Callable[[ASGIApp], str]) -> str:
    return serve(library)


def carried(base: str, path: str) -> str:
    """The styles that a partial brings with it."""
    return parsed(httpx.get(base + path).text).css_first(".hw").attributes.get("data-css") or ""  # type: ignore[union-attr]


def test_a_theme_is_tokens_and_rules() -> None:
    """Each built-in theme declares every colour, radius, font and space, and has rules for widgets and for pages."""
    assert list(themes()) == ["harbor", "meadow", "metro"]
    for name, tokens in themes().items():
        for colours in (tokens.light, tokens.dark):
            assert all(getattr(colours, field) for field in Colours.__struct_fields__), name
        assert tokens.radius and tokens.font and tokens.space
        assert {path.name for path in (files() / "static/themes").glob(f"{name}.*")} == {f"{name}.toml", f"{name}.css", f"{name}.page.css"}


def test_themes_are_not_one_design_in_three_colours() -> None:
    """Without their colours, no two themes have half of their rules in common."""
    looks = [look_of(name, Tokens()) for name in themes()]
    rules = [set(re.findall(r"[\w-]+:[^;{}]+", look.for_widgets.partition("}}")[2])) for look in looks if look]
    for one, other in combinations(rules, 2):
        assert len(one & other) < 0.5 * min(len(one), len(other))


@pytest.mark.parametrize("theme", ["", *themes()])
def test_every_pair_of_a_theme_can_be_read(theme: str) -> None:
    """Words have 7:1 on whatever they stand, and frames of controls 3:1, light and dark."""
    found = list(contrasts(look_of(theme, Tokens())))
    assert len(found) == 2 * len(PAIRS)
    assert [(scheme, upper, lower, ratio) for scheme, upper, lower, ratio, enough in found if ratio < enough] == []


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#fff", "#000", 21), ("#777777", "#fff", 4.478), ("#123456", "#123456", 1), ("#00f", "#fff", 8.592)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """The ratio is the one of WCAG 2.2, in either order."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast(other, one) == contrast(one, other)


def test_a_partial_carries_its_sites_look_and_no_other(base: str) -> None:
    """A themed site's partial brings the theme's rules; that of a site without a look has not a byte of it."""
    card = "/partials/article-card?article=sample"
    assert "6px double" in carried(base, f"{card}&site=harbor")
    assert "--health-accent,#12396b" in carried(base, f"{card}&site=harbor")
    plain = httpx.get(base + card).text
    assert "--health-accent" not in plain
    assert "@supports" not in plain
    assert "double" not in carried(base, f"{card}&site=own")


def test_tokens_change_what_they_name(base: str) -> None:
    """A site's own tokens come last, light and dark; what they do not name is as everywhere; the page around wins over all."""
    css = carried(base, "/partials/topic-browser?site=own")
    assert "--accent:var(--health-accent,light-dark(#123456,#9bd5f7))" in css
    assert "--surface:var(--health-surface,light-dark(#fff,#000))" in css
    assert "--radius:var(--health-radius,0)" in css
    assert 'font-family:var(--health-font,"My Font", serif)' in css
    assert "--space:" not in css
    assert set(re.findall(r"var\((--health-[\w-]+)", css)) <= set(PROPERTIES)
    assert css.rindex("--accent:") > css.rindex(".hw .topics")


def test_what_is_changed_is_mixed_anew() -> None:
    """A theme's tint and band do not stay behind when a site changes the colours that they go with."""
    look = look_of("meadow", Tokens(light=Colours(accent="#000000", surface="#ffffff")))
    assert look
    assert (look.light["tint"], look.light["brand"]) == ("#ededed", "#000000")
    assert look.dark["tint"] == themes()["meadow"].dark.tint


def test_pages_frames_and_includes_link_the_look(base: str) -> None:
    """What is no partial has the look in a style sheet of its own, immutable under its hash; an older hash still gets the present one."""
    for path in ("/", "/articles/sample", "/topics/hearts", "/frame/article-card?article=sample", "/include/article-card?article=sample"):
        joint = "&" if "?" in path else "?"
        page = httpx.get(f"{base}{path}{joint}site=harbor").text
        (address,) = set(re.findall(rf'href="({base}/static/sites/harbor-[0-9a-f]{{16}}\.css)"', page))
        assert "/static/sites/" not in httpx.get(base + path).text
    sheet = httpx.get(address)
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in sheet.headers["cache-control"]
    assert ":root{--page:#f4f1e9" in sheet.text
    old = httpx.get(re.sub(r"-[0-9a-f]{16}", "-0123456789abcdef", address))
    assert (old.text, old.headers["cache-control"]) == (sheet.text, "max-age=60")
    assert httpx.get(re.sub("harbor-", "default-", address)).status_code == 404
    assert httpx.get(re.sub("harbor-", "none-", address)).status_code == 404


def test_an_edited_look_is_served_at_once(content: Path, library: Library, base: str) -> None:
    """A changed token changes partials and the address of the style sheet, without a restart."""
    before = httpx.get(f"{base}/articles/sample?site=own").text
    making.write(content / "sites/own.toml", (making.SITE + TOKENS).replace("#123456", "#000055"))
    library.editions.reload()
    after = httpx.get(f"{base}/articles/sample?site=own").text
    found = [re.findall(r"/static/sites/own-(\w+)", page) for page in (before, after)]
    assert found[0] != found[1]
    assert "#000055" in carried(base, "/partials/article-card?article=sample&site=own")


def test_no_token_leaves_its_place() -> None:
    """Whatever a site file may hold as a token, the sheet made of it has the rules it should have, and no more."""
    tokens = Tokens(font='"A B", serif', radius=".5em", space="12px", light=Colours(accent="#abc"))
    sheet = (look_of("", tokens) or pytest.fail()).for_pages
    assert sheet.count("{") == sheet.count("}") == 7
    assert "url(" not in html.unescape(sheet)
