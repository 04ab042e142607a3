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

from bench import at_most
from bench.load import Server
from tests import big, making
from widgets.app import Library, create_app
from widgets.settings import Settings
from widgets.snapshot.file import make

SIZES = (100, 1000, 10_000, 100_000)
TURNS, EDITS = 30, 30


def build(root: Path, file: Path, size: int) -> tuple[float, float]:
    """Milliseconds of processor time an article, in a process of its own: without the search index, and what the index adds."""
    empty = _run("import widgets.snapshot.file, widgets.content.markdown, time; print(time.process_time())")
    begin = "import sys, time; from pathlib import Path; from widgets.snapshot.file import make; from widgets.snapshot.found import Found;"
    unsearched = "Found.text = Found.topic = Found.text_gone = Found.topic_gone = lambda *_: None;"
    end = "make(Path(sys.argv[1]), Path(sys.argv[2])); print(time.process_time())"
    bare, whole = (_run(begin + less + end, str(root), str(file)) - empty for less in (unsearched, ""))
    return bare / size * 1000, (whole - bare) / size * 1000


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
    """One request, made anew: nothing that was kept is used. What follows `POST ` is posted; an address with "nowhere" is of nothing there is."""
    method, _, path = path.rpartition(" ")
    target, _, query = path.partition("?")
    scope = {"type": "http", "method": method or "GET", "path": target, "raw_path": target.encode(), "client": ("127.0.0.1", 1)}
    body, wanted = (query, "") if method else ("", query), 404 if "nowhere" in path else 200
    scope |= {"query_string": body[1].encode(), "headers": [(b"content-type", b"application/x-www-form-urlencoded")] if method else []}

    async def receive() -> Message:
        return {"type": "http.request", "body": body[0].encode()}

    async def send(message: Message) -> None:
        assert message.get("status", wanted) == wanted, (path, message)

    app.store._kept.clear()
    app.store._aliases.clear()
    await app(scope | {"http_version": "1.1", "scheme": "http", "root_path": "", "app": None}, receive, send)


def paths(app: Library) -> dict[str, list[str]]:
    """Addresses that show as much in a library of any size: the first and the last of its lists."""
    library = app.editions.current.library
    slugs = [slug for slug, _ in library.every("en", "en", limit=100)]
    leaf, big_one = f"topic-{big.TOPS + big.GROUPS:05}", f"topic-{0:05}"
    last, last_topic = library.count_in(big_one) - 5, library.tree_size(library.children(None)) - 5
    return {
        "home": ["/"],
        "topic": [f"/topics/{leaf}"],
        "letter": [f"/topics/{leaf}?letter=h"],
        "topic browser": [f"/partials/topic-browser?topic={leaf}"],
        "article": [f"/articles/{slug}" for slug in slugs[:20]],
        "article in a browser": [f"/partials/topic-browser?topic={big_one}&article={slug}" for slug in slugs[:20]],
        "card": [f"/partials/article-card?article={slug}" for slug in slugs[:20]],
        "articles, JSON": ["/api/articles?limit=5"],
        "in the middle": [f"/api/articles?limit=5&offset={library.count // 2}"],
        "of a large topic": [f"/api/articles?topic={big_one}&limit=5"],
        "its last ones": [f"/api/articles?topic={big_one}&limit=5&offset={last}"],
        "topics, JSON": ["/api/topics?limit=5"],
        "the last ones": [f"/api/topics?limit=5&offset={last_topic}"],
        "not found": ["/articles/nowhere", "/partials/article-card?article=nowhere"],
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
def served(*options: str) -> Iterator[tuple[str, int]]:
    """A server with these options: its address, and its process."""
    port = Server.free_port()
    command = [sys.executable, "-m", "widgets", "serve", "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            _get(base + "/readyz")
            yield base, process.pid
        finally:
            process.terminate()


def _get(url: str) -> str:
    for _ in range(600):
        try:
            return str(urllib.request.urlopen(url).read().decode())
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def worked(file: Path, workers: int) -> float:
    """Megabytes that so many workers take after requests and searches."""
    with served("--workers", str(workers), "--snapshot", str(file)) as (base, parent):
        for path in ["/", "/topics/topic-00003", "/api/articles"] * 4 * workers:
            _get(base + path)
        for words in ("hart muscle", "blood presure", "sugar water", "trouble 7") * workers:
            urllib.request.urlopen(f"{base}/api/search", f"q={words}".encode()).read()
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        pids = [int(pid) for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
        return sum(map(pss, pids or [parent]))


def edits(root: Path) -> list[float]:
    """Milliseconds, edit by edit, until a running server shows it. The first is not counted: the watch begins meanwhile."""
    with served("--content", str(root)) as (base, _):
        slugs = [path.name for path in sorted((root / "articles").iterdir())[: EDITS + 1]]
        return [edit(root / "articles" / slug / "en.md", f"{base}/articles/{slug}") for slug in slugs][1:]


def edit(path: Path, url: str) -> float:
    """Milliseconds from saving one file until the page of its article shows it."""
    text = path.read_text()
    path.write_text(text.replace('title = "', 'title = "Newly '))
    start = time.perf_counter()
    while "Newly " not in _get(url):
        time.sleep(0.002)
    taken = (time.perf_counter() - start) * 1000
    path.write_text(text)
    while "Newly " in _get(url):
        time.sleep(0.002)
    return taken


def main(sizes: list[int]) -> None:
    """Print each figure with its bound; of requests, the ratio to those of the smallest library."""
    with tempfile.TemporaryDirectory(prefix="bench-library-") as name:
        folder = Path(name)
        empty = folder / "empty.sqlite"
        make(making.library(folder / "empty"), empty)
        nothing, first, built = opening(empty), dict[str, float](), dict[int, float]()
        for size in sizes:
            root, file = big.library(folder / str(size), size), folder / f"{size}.sqlite"
            print(f"\n{size:,} articles")
            built[size], index = build(root, file, size)
            print(f"        file {file.stat().st_size / 1e6:,.1f} MB")
            if size >= 1000:
                at_most("build, CPU an article", built[size], 0.6, " ms")
                at_most("the search index besides", index, 0.3, " ms")
            if 1000 in built and size > 1000:
                at_most("build, of that at 1,000", built[size] / built[1000], 1.3)
            at_most("opening, of an empty library's", opening(file) / nothing, 1.5)
            for kind, cost in costs(file).items():
                at_most(f"{kind}: {cost:,.0f} us CPU, of that at {sizes[0]:,}", cost / first.setdefault(kind, cost), 1.15)
            memory(file, size)
            if size <= 10_000:
                found = edits(root)
                at_most("an edit shows after, in the median", statistics.median(found), 150, " ms")
                at_most("an edit shows after, at worst", max(found), 1000, " ms")


def memory(file: Path, size: int) -> None:
    """What one worker takes, and what a second one adds."""
    one, two = worked(file, 1), worked(file, 2)
    at_most("memory of one worker, PSS", one, 45 if size <= 10_000 else 60, " MB")
    at_most("another worker", two - one, 30, " MB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
