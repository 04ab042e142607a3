"""A library of 100, 1,000, 10,000 and 100,000 articles: building, opening, memory, cost of a request, time until an edit shows.

`python -m bench.library [SIZES...]`; with 100,000 it writes 1.5 GB below the folder for temporary files, and takes some minutes.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import Message

from bench.partial import Server
from tests import big, making
from widgets.app import Library, create_app
from widgets.edition import Editions
from widgets.settings import Settings
from widgets.snapshot.file import make

SIZES = (100, 1000, 10_000, 100_000)
TURNS, EDITS = 30, 30


def build(root: Path, file: Path, size: int) -> float:
    """Milliseconds of processor time an article, in a process of its own."""
    code = "import sys, time; from pathlib import Path; from widgets.snapshot.file import make; make(Path(sys.argv[1]), Path(sys.argv[2]));"
    code += "print(time.process_time())"
    empty = _run("import widgets.snapshot.file, time; print(time.process_time())")
    return (_run(code, str(root), str(file)) - empty) / size * 1000


def _run(code: str, *arguments: str) -> float:
    return float(subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True).stdout)


def opening(file: Path) -> float:
    """Milliseconds of processor time until an application over the file could answer."""
    found = []
    for _ in range(9):
        start = time.process_time()
        create_app(Settings(snapshot=file, public_url="http://localhost", watch=False)).close()
        found.append((time.process_time() - start) * 1000)
    return statistics.median(found)


async def ask(app: Library, path: str) -> None:
    """One GET, made anew: nothing that was kept is used."""
    target, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": target, "raw_path": target.encode(), "query_string": query.encode(), "headers": []}

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200, (path, message)

    app.store._kept.clear()
    app.store._aliases.clear()
    await app(scope | {"http_version": "1.1", "scheme": "http", "root_path": "", "app": None}, receive, send)


def paths(app: Library) -> dict[str, list[str]]:
    """Addresses that show as much in a library of any size."""
    slugs = [slug for slug, _ in app.editions.current.library.every("en", "en", limit=100)]
    return {
        "home": ["/"],
        "topic": [f"/topics/topic-{big.TOPS + big.GROUPS:05}"],
        "letter": [f"/topics/topic-{big.TOPS + big.GROUPS:05}?letter=h"],
        "article": [f"/articles/{slug}" for slug in slugs[:20]],
        "card": [f"/partials/article-card?article={slug}" for slug in slugs[:20]],
        "sitemap": ["/sitemap.xml"],
        "readyz": ["/readyz"],
    }


def costs(file: Path) -> dict[str, float]:
    """Microseconds of processor time a request, rendered and compressed anew."""
    app = create_app(Settings(snapshot=file, public_url="http://localhost", watch=False))

    async def measure(targets: list[str]) -> float:
        for path in targets:
            await ask(app, path)
        found = []
        for _ in range(TURNS):
            start = time.process_time()
            for path in targets:
                await ask(app, path)
            found.append((time.process_time() - start) / len(targets))
        return min(found) * 1e6

    return {name: asyncio.run(measure(targets)) for name, targets in paths(app).items()}


def pss(pid: int) -> float:
    """Megabytes of memory that a process takes, what it shares with others by halves."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(text.partition("\nPss:")[2].split()[0]) / 1024


@contextmanager
def served(file: Path, workers: int) -> Iterator[list[int]]:
    """The file served by so many workers; their process ids."""
    port = Server.free_port()
    command = [sys.executable, "-m", "widgets", "serve", "--port", str(port), "--workers", str(workers), "--snapshot", str(file)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        base = f"http://127.0.0.1:{port}"
        for path in ("/readyz", *["/", "/topics/topic-00003"] * 4 * workers):
            _get(base + path)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()] or [process.pid]
        process.terminate()


def _get(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url).read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def edits(root: Path) -> list[float]:
    """Milliseconds from saving one article until its new words are served."""
    editions = Editions(root)
    library = editions.current.library
    slugs = [slug for slug, _ in library.every("en", "en", limit=EDITS)]
    time.sleep(2 + library.count / 5000)  # the watch begins
    found = []
    for slug in slugs:
        path = root / "articles" / slug / "en.md"
        path.write_text(path.read_text().replace('title = "', 'title = "New '))
        start = time.perf_counter()
        while not editions.current.library.articles[slug].texts["en"].front.title.startswith("New "):
            time.sleep(0.001)
        found.append((time.perf_counter() - start) * 1000)
        path.write_text(path.read_text().replace('title = "New ', 'title = "'))
        time.sleep(0.2)
    editions.close()
    return found


def main(sizes: list[int]) -> None:
    """Print each figure, and its ratio to that of the smallest library."""
    with tempfile.TemporaryDirectory(prefix="bench-library-") as name:
        folder = Path(name)
        empty = folder / "empty.sqlite"
        make(making.library(folder / "empty"), empty)
        nothing, first = opening(empty), dict[str, float]()
        for size in sizes:
            root, file = big.library(folder / str(size), size), folder / f"{size}.sqlite"
            print(f"\n{size:,} articles")
            built = build(root, file, size)
            opened = opening(file)
            print(f"  build                {built:8.3f} ms CPU an article; {file.stat().st_size / 1e6:,.1f} MB")
            print(f"  opening              {opened:8.1f} ms CPU, {opened / nothing:.2f} of an empty library's")
            for kind, cost in costs(file).items():
                first.setdefault(kind, cost)
                print(f"  {kind:20} {cost:8.0f} us CPU, {cost / first[kind]:.2f} of that at {sizes[0]:,}")
            for workers in (1, 2):
                with served(file, workers) as pids:
                    found = [pss(pid) for pid in pids]
                    print(f"  {workers} worker{'s' * (workers > 1)}            {sum(found):8.1f} MB PSS")
            if size <= 10_000:
                found = edits(root)
                print(f"  an edit shows after  {statistics.median(found):8.0f} ms in the median, {max(found):.0f} ms at worst")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
