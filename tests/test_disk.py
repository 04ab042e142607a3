"""A disk that is full or read-only, a real one: what is served is served on, the log says why nothing new comes, and it comes once it can."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.test_edition import wait_until
from tests.test_reloads import heard
from tests.test_serve import Served, number, served
from tests.test_snapshot import edit, said

pytestmark = pytest.mark.full
FULL, READ_ONLY = "database or disk is full", "Read-only file system"
RECOVERS = 60
"""Seconds until an edit must show; it is tried again every ten."""


class Disk:
    """A file system of 4 MB."""

    def __init__(self, path: Path) -> None:
        self.path, self._filling = path, path / "filling"

    def fill(self) -> None:
        """Take all the room there is."""
        file = os.open(self._filling, os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(file, b"x" * 4096):
                pass
        except OSError:
            os.close(file)

    def empty(self) -> None:
        """Give the room back."""
        self._filling.unlink()

    def allow(self, mode: str) -> None:
        """`ro` or `rw`; nothing may be open on it."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.path)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk, which is mounted where that may be done."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if not done or done.returncode:
        pytest.skip(f"a small disk cannot be mounted here, which root may elsewhere: {done.stderr.strip() if done else 'no mount'}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def each(one: Served) -> Iterator[int]:
    """Each worker in turn, while it alone can answer: whom of those that wait the system gives a connection can be the same one for long."""
    workers = [number(line) for line in one.heard if "Started server process" in line]
    for worker in workers:
        others = {*workers, one.process.pid} - {worker}  # who looks after them as well, or it would take them for dead
        try:
            for other in others:
                os.kill(other, signal.SIGSTOP)
            assert wait_until(lambda: all(state(other) == "T" for other in others), 60)  # noqa: B023 - it has been asked when this goes on
            yield worker
        finally:
            for other in sorted(others, key=one.process.pid.__eq__):
                os.kill(other, signal.SIGCONT)


def state(process: int) -> str:
    """A process's state, as the system names it: T is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]


def shows(one: Served, words: str) -> bool:
    """Whether every worker shows the article with these words."""
    return all(f"{words}</h1>" in said(one.base) for _ in each(one))


def faults(one: Served) -> list[int]:
    """What each worker's probe says."""
    return [httpx.get(f"{one.base}/readyz", timeout=60).json()["faults"] for _ in each(one)]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("named", [True, False], ids=["kept file", "private file"])
def test_a_full_disk_keeps_serving(content: Path, disk: Disk, workers: int, named: bool) -> None:
    """While the disk is full each answer is of the edition before; the log says it once and the probe counts it; with room, the last edit shows."""
    where = {"HEALTH_WIDGETS_SNAPSHOT": str(disk.path / "library.sqlite")} if named else {"TMPDIR": str(disk.path)}
    with served("--content", str(content), "--workers", str(workers), **where) as one, heard(one, workers) as log:
        edit(content, "First")
        assert wait_until(lambda: shows(one, "First"), RECOVERS)
        disk.fill()
        for words in ("Second", "Third"):
            edit(content, words)
            assert wait_until(lambda: 1 in faults(one), RECOVERS), log
            assert shows(one, "First")
        assert "A sample" not in said(one.base) and httpx.post(f"{one.base}/search", data={"q": "first"}).status_code == 200
        disk.empty()
        assert wait_until(lambda: shows(one, "Third"), RECOVERS)
        assert wait_until(lambda: not any(faults(one)), RECOVERS)
        edit(content, "Fourth")
        assert wait_until(lambda: shows(one, "Fourth"), RECOVERS)
    assert sum(FULL in line for line in log) == 1, log
    assert sum("is up to date again" in line for line in log) == 1
    assert not any("Traceback" in line for line in log)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("why", ["full", "read-only"])
def test_a_disk_that_cannot_be_written_is_enough_to_start(content: Path, disk: Disk, workers: int, why: str) -> None:
    """A restart on a full or read-only disk serves what the file holds, and says once that it is behind; the next one on a good disk is not."""
    where = {"HEALTH_WIDGETS_SNAPSHOT": str(disk.path / "library.sqlite")}
    with served("--content", str(content), **where) as one, heard(one):
        assert wait_until(lambda: shows(one, "A sample"), RECOVERS)
    edit(content, "Second")
    disk.fill() if why == "full" else disk.allow("ro")
    with served("--content", str(content), "--workers", str(workers), **where) as one, heard(one, workers) as log:
        assert wait_until(lambda: 1 in faults(one), RECOVERS), log
        assert shows(one, "A sample")
    assert 1 <= sum(FULL in line or READ_ONLY in line for line in log) <= workers
    assert not any("Traceback" in line for line in log)
    disk.empty() if why == "full" else disk.allow("rw")
    with served("--content", str(content), "--workers", str(workers), **where) as one, heard(one, workers) as log:
        assert wait_until(lambda: shows(one, "Second"), RECOVERS)
        assert not any(faults(one))


@pytest.mark.parametrize("why", ["full", "read-only"])
def test_a_start_with_nothing_to_serve_ends_with_one_line(content: Path, disk: Disk, why: str) -> None:
    """Where there is no file to serve and none can be written, the command ends with one line that names the file and the reason."""
    disk.fill() if why == "full" else disk.allow("ro")
    command = [sys.executable, "-m", "widgets", "serve", "--port", "0", "--content", str(content)]
    environ = os.environ | {"HEALTH_WIDGETS_SNAPSHOT": str(disk.path / "library.sqlite")}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "library.sqlite cannot be written: " in done.stderr


def test_a_check_without_room_ends_with_one_line(content: Path, disk: Disk) -> None:
    """`check` reads the folder into a temporary file; where none can be written it says so, and which setting names another place."""
    disk.fill()
    filling = disk.path / "filling"
    os.truncate(filling, filling.stat().st_size - (64 << 10))  # where there is no room at all Python itself takes another folder
    command = [sys.executable, "-m", "widgets", "check", str(content)]
    done = subprocess.run(command, env=os.environ | {"TMPDIR": str(disk.path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"Error: no temporary file can be written: {FULL}; name a folder in TMPDIR.\n"
