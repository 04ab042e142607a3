"""embed.min.js, which the server makes the loader of: it is what the minifier makes of embed.js."""

from pathlib import Path

import pytest

from tests.minified import STATIC, TERSER, minified
from tests.npm import installed
from widgets.embed import made_of_line


def test_the_loader_is_made_of_its_source() -> None:
    """embed.min.js was made of the embed.js that is there: after an edit, run `make minified`."""
    assert (STATIC / "embed.min.js").read_text("utf-8").partition("\n")[0] == made_of_line((STATIC / "embed.js").read_bytes())


@pytest.mark.full
def test_the_loader_is_what_the_minifier_makes(request: pytest.FixtureRequest) -> None:
    """embed.min.js is, to the byte, what the pinned minifier makes of embed.js."""
    terser: Path = installed(request.config, "terser", TERSER) / ".bin/terser"
    assert minified(str(terser)) == (STATIC / "embed.min.js").read_text("utf-8")
