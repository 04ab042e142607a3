"""The wheel is complete: installed alone, from an empty folder, it serves every address."""

import os
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.test_access_log import until_ready

ROOT = Path(__file__).parent.parent


def run(*command: object, **options: object) -> str:
    """Run a command; its output, or a failure that shows it."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=300, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", folder, ROOT)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "-q", wheel)
    return folder


@pytest.fixture(scope="module")
def base(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`health-widgets serve`, run from an empty folder with no settings at all."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HEALTH_WIDGETS_", "PYTHON", "COV_"))}
    command = [str(installed / "bin" / "health-widgets"), "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=tmp_path_factory.mktemp("empty"), env=environ)
    until_ready(f"http://127.0.0.1:{port}", process)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    process.wait(20)


def test_nothing_but_the_package_is_at_the_top(wheel: Path) -> None:
    """The wheel holds `widgets` and its metadata, py.typed and all files, and neither tests nor caches."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"widgets"}
    assert "widgets/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", "~")) or "/tests/" in name]
    for folder in ("templates", "static", "content", "examples"):
        ours = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
        assert {f"widgets/_files/{name}" for name in ours} <= set(names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_installed_command_serves_every_address(base: str) -> None:
    """From an empty folder: pages, partials, scripts and styles of the sample library, each with its content."""
    addresses = {
        "/": "Heart Health Library",
        "/articles/heart-attack": "Heart attack",
        "/articles/heart-attack?lang=es": "Llame al 911 ahora",
        "/topics/heart-conditions": "Heart",
        "/search": "<form",
        "/partials/article-card?article=heart-attack&open": "Call 911 now",
        "/partials/topic-browser": "<form",
        "/partials/symptom-checker": "In an emergency, call",
        "/partials/appointment-cta?campaign=heart-month": "Heart Month",
        "/embed.js": "health-article-card",
        "/custom-elements.json": "health-article-card",
        "/health-widgets.d.ts": "health-article-card",
        "/sitemap.xml": "<urlset",
        "/robots.txt": "Sitemap:",
        "/healthz": "ok",
        "/readyz": "ready",
    }
    for address, words in addresses.items():
        answer = httpx.get(base + address)
        assert answer.status_code == 200, address
        assert words in answer.text, address
    style = httpx.get(base + "/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    script = httpx.get(base + "/embed.js").text.split('"bundle":"')[1].split('"')[0]
    assert httpx.get(style).status_code == httpx.get(script).status_code == 200


def test_the_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    """--help and --version work from an empty folder; a wrong content folder is one clear line."""
    command = installed / "bin" / "health-widgets"
    assert "serve" in run(command, "--help", cwd=tmp_path)
    assert run(command, "--version", cwd=tmp_path).strip()
    wrong = subprocess.run([str(command), "serve", "--content", "nowhere"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
    assert "no folder nowhere" in wrong.stderr
