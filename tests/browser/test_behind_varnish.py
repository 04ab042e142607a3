"""The browser tests, or a good part of them, with Varnish between the browser and the library."""

import subprocess
import sys

import pytest

from tests.browser.debian import need
from widgets.settings import files

pytestmark = pytest.mark.full

PARTS = ("test_examples.py", "test_loader.py", "test_frames.py")


@pytest.mark.parametrize("part", PARTS)
def test_they_pass_behind_varnish(part: str) -> None:
    """What readers see and do, what it costs, and what is left alone is the same with Varnish in between."""
    need("varnish", "/usr/sbin/varnishd")
    command = [sys.executable, "-m", "pytest", f"tests/browser/{part}", "--varnish", "-m", "not full"]
    done = subprocess.run(command, cwd=files(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
