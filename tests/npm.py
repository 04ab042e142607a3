"""Packages that only tests need, from npm, at pinned versions; kept between runs under .pytest_cache."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def installed(config: pytest.Config, name: str, *packages: str) -> Path:
    """The folder node_modules with these packages in it. Skips the test, with the reason, where they cannot be had."""
    cache = config.rootpath / ".pytest_cache"
    folder = cache / name if cache.is_dir() else Path(tempfile.gettempdir()) / f"health-widgets-{name}"
    done = folder / "installed.txt"
    if not done.is_file() or done.read_text("utf-8") != "\n".join(packages):
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip(f"no npm on PATH, and {packages[0]} comes from it; install Node.js: apt-get install npm")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", *packages]
        run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        if run.returncode:
            pytest.skip(f"npm could not install {name}: {run.stderr.strip()[-300:]}")
        done.write_text("\n".join(packages), "utf-8")
    return folder / "node_modules"
