"""health-widgets serve, as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests import making
from tests.test_edition import wait_until
from widgets.commands import main
from widgets.snapshot.file import make


class Served:
    """A server process on a free port, and its log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.heard: list[str] = []
        self.base = self.line("Uvicorn running").partition("running on ")[2].split()[0]

    def line(self, pattern: str) -> str:
        """Read on until a line matches; the line."""
        for found in self.process.stderr or ():
            self.heard.append(found)
            if re.search(pattern, found):
                return found.strip()
        raise AssertionError(f"the log ended without {pattern}:\n{''.join(self.heard)}")


@contextmanager
def served(*options: str, **environ: str) -> Iterator[Served]:
    """The command with these options and variables; it ends with SIGTERM."""
    command = [sys.executable, "-m", "widgets", "serve", "--port", "0", *options]  # a port that the system gives, and that nobody takes meanwhile
    with subprocess.Popen(command, env=os.environ | environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("command", ["serve --port 70000", "serve --port -1", "serve --workers 0", "serve --workers -1", "demo --port 65535"])
def test_numbers_that_cannot_be_served_are_refused(command: str) -> None:
    """A port that there is not would be another one, the demonstration needs the next one too, and fewer workers than one would answer nobody."""
    result = CliRunner().invoke(main, command.split())
    assert result.exit_code == 2 and f"Invalid value for '{command.split()[1]}'" in result.output


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "2"], ["demo"]])
def test_a_port_that_is_taken_is_told_before_anything_else(command: list[str]) -> None:
    """One line names the port and the option that changes it; nothing was loaded, and the command ends with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, [*command, "--port", str(port)])
    assert (result.exit_code, result.output) == (1, f"Error: port {port} of 127.0.0.1 is in use already; choose another one with --port.\n")


def test_a_host_that_is_another_machines_is_told() -> None:
    """An address that this machine has not is named, with the option that changes it."""
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--host", "192.0.2.1"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: nobody can listen on 192.0.2.1: ") and result.output.endswith("with --host.\n")


def test_the_access_log_holds_routes(content: Path) -> None:
    """Where it is asked for, the log has a line a request: method, route and status, and neither path nor query."""
    with served("--content", str(content), HEALTH_WIDGETS_ACCESS_LOG="1") as one:
        httpx.get(f"{one.base}/articles/sample?lang=es")
        assert one.line("GET").endswith("GET /articles/{slug} 200")
        httpx.get(f"{one.base}/healthz")
        assert one.line("GET").endswith("GET /healthz 200")


def test_the_log_names_editions_and_faults(content: Path) -> None:
    """A fault of the content is in the log by file and line when it is read; so is each new edition."""
    making.write(content / "topics/broken.toml", 'parent = "hearts"\nwords = 3\n')
    with served("--content", str(content)) as one:
        assert any("topics/broken.toml:2: error: words" in found for found in one.heard)
        assert httpx.get(f"{one.base}/readyz").json()["faults"] == 1
        making.article(content, "second")
        assert "2 articles" in one.line("edition")


def number(line: str) -> int:
    """The process that a line of the log names."""
    return int(line.partition("[")[2].partition("]")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="workers are copies on Linux alone")
def test_workers_share_memory_and_are_replaced(content: Path) -> None:
    """A worker has most of its memory in common with the process that started it; one that dies is replaced, and all end with SIGTERM."""
    with served("--content", str(content), "--workers", "2") as one:
        workers = [number(one.line("Started server process")) for _ in range(2)]
        assert httpx.get(f"{one.base}/partials/article-card?article=sample").status_code == 200
        memory = dict(re.findall(r"^(\w+): +([0-9]+) kB", Path(f"/proc/{workers[0]}/smaps_rollup").read_text(), re.MULTILINE))
        assert int(memory["Private_Dirty"]) < int(memory["Rss"]) / 2
        os.kill(workers[0], signal.SIGKILL)
        workers[0] = number(one.line("Started server process"))
        assert httpx.get(f"{one.base}/readyz").status_code == 200
        one.process.send_signal(signal.SIGTERM)
        one.process.wait(20)
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_folder_without_a_library_ends_the_command_with_one_line(tmp_path: Path, command: str) -> None:
    """A content folder that cannot be served, `.` too, is one sentence that says what it lacks, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "widgets", command, "--port", "0"],
        cwd=tmp_path, env=os.environ | {"HEALTH_WIDGETS_CONTENT": "."}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {tmp_path} has no usable sites/default.toml; copy the sample one and change it.\n"


def listens(port: int) -> bool:
    """Whether someone takes connections there."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.full  # it needs two ports beside each other
def test_the_demonstration_is_here_whatever_address_is_set(content: Path) -> None:
    """`demo` shows this machine's library and partner's page, also where the address of the real library is set; it says which folder to edit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    command = [sys.executable, "-u", "-m", "widgets", "demo", "--port", str(port)]
    environ = os.environ | {"HEALTH_WIDGETS_PUBLIC_URL": "https://library.example", "HEALTH_WIDGETS_CONTENT": str(content)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert wait_until(lambda: listens(port), 60)
            loader, page = (httpx.get(f"{address}{path}").text for path in ("/embed.js", "/articles/sample"))
        finally:
            process.send_signal(signal.SIGTERM)
        told = process.stdout.read()
    assert f"Edit a file below {content}/ and load a page again: it shows at once.\n" in told
    assert f"{address}/enhance-" in loader and "https://library.example" not in loader + page


def test_a_wrong_setting_ends_the_command_with_one_line() -> None:
    """A setting that cannot be used is one sentence that names it, and no traceback."""
    command = [sys.executable, "-m", "widgets", "serve"]
    done = subprocess.run(command, env=os.environ | {"HEALTH_WIDGETS_WATCH": "maybe"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Error: HEALTH_WIDGETS_WATCH: 'maybe' is neither 1 nor 0.\n")


def test_a_worker_loads_nothing_that_answers_do_not_need(content: Path, tmp_path: Path) -> None:
    """A worker of a compiled library answers without what compiling, checking and importing need."""
    file = tmp_path / "library.sqlite"
    make(content, file)
    code = """
import sys
from starlette.testclient import TestClient
from widgets.commands.serve import application
needless = {"nh3", "pyromark", "bs4", "markdownify", "tomlkit", "yaml", "widgets.check", "widgets.content.markdown", "widgets.imports"}
app = application()
print(sorted(needless & sys.modules.keys()))
client = TestClient(app)
asked = [client.get(path).status_code for path in ("/", "/articles/sample", "/partials/article-card?article=sample", "/api/articles", "/embed.js")]
print(asked, client.post("/search", data={"q": "sample"}).status_code)
print(sorted(needless & sys.modules.keys()))
"""
    environ = os.environ | {"HEALTH_WIDGETS_SNAPSHOT": str(file), "HEALTH_WIDGETS_PUBLIC_URL": "http://localhost"}
    said = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[]", "[200, 200, 200, 200, 200] 200", "[]"]
