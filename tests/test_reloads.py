"""Files that are saved again and again while two workers answer: no answer fails, mixes two editions, or goes back to an older one."""

import http.client
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.test_edition import wait_until
from tests.test_reload import numbered, put
from tests.test_serve import Served, served

FORM = "application/x-www-form-urlencoded"
MARKER = re.compile(r"\b(Title|Summary|Alarm|Body) (\d+)\.")
ASKED = (
    ("GET", "/articles/sample", ""),
    ("GET", "/partials/article-card?article=sample", ""),
    ("GET", "/partials/article-card?article=sample&open", ""),
    ("GET", "/partials/topic-browser?article=sample", ""),
    ("GET", "/frame/article-card?article=sample&open", ""),
    ("GET", "/include/article-card?article=sample", ""),
    ("GET", "/topics/hearts", ""),
    ("GET", "/api/articles", ""),
    ("GET", "/api/articles/sample", ""),
    ("POST", "/search", "q=title"),
    ("POST", "/partials/topic-browser", "q=title"),
    ("POST", "/api/search", "q=title"),
)
"""Whatever shows the article, by method, address and form."""


class Reader:
    """A client that asks for everything in turn, by connections that it keeps for a while: those of one are answered by one worker."""

    def __init__(self, base: str, number: int) -> None:
        self._host, self._number = base.removeprefix("http://"), number
        self._tags: dict[tuple[str, str], int] = {}
        self._shown: dict[str, list[str]] = {}
        self.fault, self.answers, self.last = "", 0, -1

    def visit(self) -> int:
        """Ask for everything by one connection; the newest edition that was seen."""
        newest = -1
        with closing(http.client.HTTPConnection(self._host, timeout=60)) as connection:
            for method, address, form in ASKED * 2:
                newest = self._ask(connection, method, address, form, newest)
        return newest

    def _ask(self, connection: http.client.HTTPConnection, method: str, address: str, form: str, newest: int) -> int:
        client = f"10.{self._number}.{self.answers >> 8 & 255}.{self.answers & 255}"  # searches of one client have a limit
        headers = {"x-forwarded-for": client} | ({"content-type": FORM} if form else {})
        connection.request(method, address, form or None, headers)
        answer = connection.getresponse()
        found = MARKER.findall(answer.read().decode())
        kinds, numbers = [kind for kind, _ in found], {int(number) for _, number in found}
        shown = self._shown.setdefault(f"{method} {address}", kinds)
        tag = (address, answer.headers.get("etag") or "")
        assert answer.status == 200, f"{method} {address}: {answer.status}"
        assert len(numbers) == 1 and kinds == shown, f"{method} {address} shows {found}, and showed {shown}"
        number = numbers.pop()
        assert number >= newest, f"{method} {address} shows {number} after {newest}"
        assert form or self._tags.setdefault(tag, number) == number, f"{tag} names {number} and {self._tags[tag]}"
        self.answers += 1
        return number


class Readers:
    """Clients that ask all the time, each in a thread of its own."""

    def __init__(self, base: str, count: int = 4) -> None:
        self.readers = [Reader(base, number) for number in range(count)]
        self.faults: list[str] = []
        self._done, self._news = threading.Event(), threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(reader,)) for reader in self.readers]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self, reader: Reader) -> None:
        while not self._done.is_set():
            try:
                reader.last = reader.visit()
            except (AssertionError, OSError, http.client.HTTPException) as error:
                self.faults.append(f"{error!r}")
                self._done.set()
            with self._news:
                self._news.notify_all()

    def wait_for(self, number: int, *, everyone: bool = False) -> None:
        """Until someone, or everyone, was shown this edition; fails for the first fault of any."""
        which = all if everyone else any
        with self._news:
            came = self._news.wait_for(lambda: self.faults or which(reader.last >= number for reader in self.readers), 60)
        assert self.faults == []
        assert came, f"edition {number} was not shown within a minute"


@contextmanager
def heard(one: Served, workers: int = 1) -> Iterator[list[str]]:
    """What the server logs, once all its workers answer; it has ended when this ends."""
    thread = threading.Thread(target=lambda: one.heard.extend(one.process.stderr or ()))
    thread.start()
    try:
        assert wait_until(lambda: sum("Application startup complete" in line for line in one.heard) == workers, 60)
        yield one.heard
    finally:
        one.process.send_signal(signal.SIGTERM)
        thread.join(60)


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_no_answer_fails_is_mixed_or_goes_back(content: Path, rounds: int) -> None:
    """Reloads under load, by two workers: every answer is a 200 of one edition, whole, with its own validator, never older than the one before."""
    page = content / "articles/sample/en.md"
    put(page, numbered(0))
    with served("--content", str(content), "--workers", "2") as one, heard(one, 2) as log, Readers(one.base) as readers:
        readers.wait_for(0, everyone=True)
        for n in range(1, rounds + 1):
            put(page, numbered(n))
            readers.wait_for(n)
        readers.wait_for(rounds, everyone=True)
    editions = sum("edition" in line for line in log)
    assert editions > rounds, "one worker alone showed the editions"
    assert [line for line in log if re.search("error|warning|traceback", line, re.I)] == []
    assert one.process.wait(60) == 0
    assert sum(reader.answers for reader in readers.readers) > 10 * rounds
