"""Debian's packages that only the longest tests need: installed where that may be done, else the test says what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def need(packages: str, *files: str) -> None:
    """See to it that these files or commands are there, which come with these packages; skip with the reason where they cannot be had."""
    if not _missing(files):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip(f"no {', '.join(_missing(files))}; install them: apt-get install {packages}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", f"install -y --no-install-recommends {packages}"):
        done = subprocess.run(["apt-get", "-qq", *command.split()], env=quiet, capture_output=True, text=True, timeout=900, check=False)
    if _missing(files):
        pytest.skip(f"apt-get could not install {packages}: {done.stderr.strip()[-300:]}")


def _missing(files: tuple[str, ...]) -> list[str]:
    return [name for name in files if not (Path(name).exists() if name.startswith("/") else shutil.which(name))]
