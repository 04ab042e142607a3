"""What one core and 512 MB bear: 10,000 articles, cached partials and mixed traffic with searches, one worker, its memory limited.

As root on Linux the memory is limited by a control group; elsewhere only measured. `python -m bench.core [ARTICLES]`
"""

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.load import Server
from bench.search import Generated
from tests import big, making
from widgets.snapshot.file import make

MEMORY = 512 << 20
SECONDS, CONNECTIONS = 8.0, 16
HEAD = "Host: localhost\r\nAccept-Encoding: gzip, deflate, br\r\n"
Next = Callable[[random.Random, int], bytes]


def get(path: str) -> bytes:
    """A request."""
    return f"GET {path} HTTP/1.1\r\n{HEAD}\r\n".encode()


def search(words: str, number: int) -> bytes:
    """A search, by a client of its own (the searches of one client have a limit)."""
    form = f"q={words.replace(' ', '+')}"
    more = f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"POST /partials/topic-browser HTTP/1.1\r\n{HEAD}{more}Content-Length: {len(form)}\r\n\r\n{form}".encode()


def content(root: Path, articles: int) -> tuple[list[str], list[str]]:
    """A content folder with the texts of the search's benchmark; its articles in an order of chance, and what may be searched for."""
    made = Generated()
    big.library(root, articles)
    slugs, names = [path.name for path in (root / "articles").iterdir()], []
    for slug, document in zip(slugs, made.documents(articles), strict=True):
        more = f"also-called = [{', '.join(map(repr, document.names))}]"
        text = making.text(more).replace("A sample", document.title).replace("What a sample is", document.summary)
        (root / "articles" / slug / "en.md").write_text(f"{text.lstrip()}\n## More\n\n{document.body}\n")
        names += [document.title, *document.names]
    return random.Random(1).sample(slugs, articles), made.queries(names, 5000)


def traffic(slugs: list[str], queries: list[str]) -> dict[str, Next]:
    """What is asked: one partial again and again; or as readers do, a few articles most of the time, any of them often, one search in twenty."""
    few = slugs[:50]

    def mixed(chance: random.Random, number: int) -> bytes:
        kind, slug = chance.random(), chance.choice(few if chance.random() < 0.7 else slugs)
        if kind < 0.05:
            return search(chance.choice(queries), number)
        if kind < 0.65:
            return get(f"/partials/article-card?article={slug}")
        return get(f"/partials/article-card?article={slug}&open" if kind < 0.85 else f"/articles/{slug}")

    return {
        "a cached partial": lambda chance, number: get(f"/partials/article-card?article={few[0]}"),
        "mixed, 1 in 20 a search": mixed,
        "searches": lambda chance, number: search(chance.choice(queries), number),
    }


async def client(port: int, following: Next, seed: int, until: float, times: list[float]) -> None:
    """One connection that asks again as soon as it is answered."""
    chance, number = random.Random(seed), seed << 18
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        number += 1
        start = time.perf_counter()
        writer.write(following(chance, number))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        times.append(time.perf_counter() - start)
    writer.close()


async def load(port: int, following: Next) -> list[float]:
    """Seconds that each answer took."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(client(port, following, seed, until, times) for seed in range(CONNECTIONS)))
    return sorted(times)


@contextmanager
def limited(name: str) -> Iterator[Path | None]:
    """A control group that holds no more memory than that; None where it cannot be made."""
    group = Path("/sys/fs/cgroup/memory") / name
    try:
        group.mkdir(exist_ok=True)
        (group / "memory.limit_in_bytes").write_text(str(MEMORY))
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        group.rmdir()


@contextmanager
def served(file: Path, group: Path | None) -> Iterator[Server]:
    """The file served on the first core by one worker, inside the group."""

    def confine() -> None:
        os.sched_setaffinity(0, {0})
        if group:
            (group / "cgroup.procs").write_text(str(os.getpid()))

    port = Server.free_port()
    command = [sys.executable, "-m", "widgets", "serve", "--port", str(port), "--snapshot", str(file)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=confine) as process:  # noqa: PLW1509
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").read()
                break
            except OSError:
                time.sleep(0.1)
        try:
            yield Server("core", port, process)
        finally:
            process.terminate()


def main(articles: int) -> None:
    """Print requests a second and their times, and the memory that it took at most."""
    with tempfile.TemporaryDirectory(prefix="bench-core-") as folder, limited("bench-core") as group:
        file = Path(folder) / "library.sqlite"
        slugs, queries = content(Path(folder) / "content", articles)
        make(Path(folder) / "content", file)
        print(f"{articles:,} articles, one worker on one core, {'at most 512 MB' if group else 'memory not limited'}")
        with served(file, group) as server:
            os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
            for name, following in traffic(slugs, queries).items():
                uvloop.run(load(server.port, following))
                cpu, times = server.cpu(), uvloop.run(load(server.port, following))
                cpu, count = server.cpu() - cpu, len(times)
                p50, p99 = statistics.median(times) * 1000, times[count * 99 // 100] * 1000
                print(f"  {name:24} {count / SECONDS:7.0f}/s  {count / cpu:7.0f} per CPU second  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
            text = Path(f"/proc/{server.process.pid}/status").read_text()
            peak = int(text.partition("VmHWM:")[2].split()[0]) / 1024
            print(f"  at most {peak:.0f} MB resident, of it {int(text.partition('RssAnon:')[2].split()[0]) / 1024:.0f} MB its own at the end")
        if group:
            print(f"  at most {int((group / 'memory.max_usage_in_bytes').read_text()) / 2**20:.0f} MB in the group, with the file's pages")


if __name__ == "__main__":
    main(int(next(iter(sys.argv[1:]), "10000")))
