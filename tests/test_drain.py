"""SIGTERM: what has begun is answered, what has not is refused, and the process ends with 0 in bounded time."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests import making
from tests.test_edition import wait_until
from tests.test_reloads import heard
from tests.test_serve import Served, number, served
from widgets.commands.serve import DRAIN

FORM = b"q=sample"
SEARCH = (
    b"POST /api/search HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(FORM)
)
LONG = "It is easy to read. " * 200_000  # a file may have 4 MB
"""8 MB: more than the sockets of both sides hold, so that it is not sent before it is read."""


def connect(one: Served, room: int = 0) -> socket.socket:
    """A connection to the server; `room` bytes are what it takes before it is read from."""
    address = urlsplit(one.base)
    made = socket.socket()
    if room:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    made.settimeout(60)
    try:
        made.connect((address.hostname, address.port))
    except OSError:
        made.close()
        raise
    return made


def refused(one: Served) -> bool:
    """Whether nobody takes a connection any more."""
    try:
        connect(one).close()
    except ConnectionRefusedError:
        return True
    return False


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    found = bytearray()
    while part := connection.recv(1 << 16):
        found += part
    return bytes(found)


@contextmanager
def ready(content: Path, workers: int) -> Iterator[tuple[Served, list[str]]]:
    """A server whose workers have all begun, and its log."""
    with served("--content", str(content), "--workers", str(workers)) as one, heard(one, workers) as log:
        yield one, log


@contextmanager
def half_sent(one: Served) -> Iterator[socket.socket]:
    """A search whose form is half sent: the server has said that it waits for it."""
    with connect(one) as connection:
        connection.sendall(SEARCH)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(FORM[:4])
        yield connection


@pytest.mark.parametrize("workers", [1, 2])
def test_a_form_that_is_half_sent_is_answered(content: Path, workers: int) -> None:
    """A search that had begun is answered after SIGTERM, while new connections are refused; then the process ends with 0."""
    with ready(content, workers) as (one, log), half_sent(one) as connection:
        one.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: refused(one), 30), "it takes connections still"
        assert one.process.poll() is None
        connection.sendall(FORM[4:])
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 200 ") and b"A sample" in answer
        assert one.process.wait(60) == 0
    assert not [line for line in log if "rror" in line]


def test_a_hangup_ends_in_order(content: Path, tmp_path: Path) -> None:
    """SIGHUP does to one process what SIGTERM does: a search that had begun is answered, and no temporary file is left."""
    (temporary := tmp_path / "temporary").mkdir()
    with served("--content", str(content), TMPDIR=str(temporary)) as one, heard(one, 1), half_sent(one) as connection:
        one.process.send_signal(signal.SIGHUP)
        assert wait_until(lambda: refused(one), 30), "it takes connections still"
        connection.sendall(FORM[4:])
        assert rest(connection).startswith(b"HTTP/1.1 200 ")
        assert one.process.wait(60) == 0
    assert list(temporary.iterdir()) == []


def test_a_hangup_begins_workers_anew(content: Path) -> None:
    """Several workers are replaced one after the other, and the server stays."""
    with served("--content", str(content), "--workers", "2") as one:
        before = {number(one.line("Started server process")) for _ in range(2)}
        one.process.send_signal(signal.SIGHUP)
        after = {number(one.line("Started server process")) for _ in range(2)}
        assert not before & after and one.process.poll() is None
        assert httpx.get(f"{one.base}/readyz", timeout=60).status_code == 200


@pytest.mark.full
@pytest.mark.parametrize("workers", [1, 2])
def test_a_reader_who_is_slow_gets_the_whole_answer(content: Path, workers: int) -> None:
    """A long answer of which a reader has taken the beginning comes to its end after SIGTERM."""
    making.article(content, "long", en=making.text() + LONG)
    with ready(content, workers) as (one, log), connect(one, room=4096) as connection:
        connection.sendall(b"GET /articles/long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = connection.recv(4096).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        one.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: any("Waiting for connections to close" in line for line in log), 30), "nothing was on its way any more"
        assert wait_until(lambda: refused(one), 30)
        assert len(body + rest(connection)) == length > len(LONG)
        assert one.process.wait(60) == 0


@pytest.mark.full
@pytest.mark.parametrize("workers", [1, 2])
def test_who_never_ends_does_not_hold_it_up(content: Path, workers: int) -> None:
    """A client that neither sends nor leaves is given up after some seconds, and the process ends with 0; container engines kill after ten."""
    with ready(content, workers) as (one, log), half_sent(one):
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(60) == 0
    assert any("timeout graceful shutdown exceeded" in line for line in log)
    assert DRAIN < 10


def test_a_stopped_server_leaves_no_file(content: Path, tmp_path: Path) -> None:
    """After SIGTERM nothing of the server's private snapshot is left, whether one worker had it or two shared it."""
    (temporary := tmp_path / "temporary").mkdir()
    for workers in (1, 2):
        with served("--content", str(content), "--workers", str(workers), TMPDIR=str(temporary)) as one, heard(one, workers):
            assert list(temporary.iterdir()) != []
            one.process.send_signal(signal.SIGTERM)
            assert one.process.wait(60) == 0
        assert list(temporary.iterdir()) == []
