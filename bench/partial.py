"""Cached and first partials beside a bare ASGI callable that sends the same bytes, an asset beside StaticFiles: on one uvicorn, in turns."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import at_least, at_most
from bench.applications import PATH, bare, ours
from bench.load import A_TURN, ALL, CONNECTIONS, SECONDS, TURNS, Server, answer, compare, each_once, running, same
from tests import big
from widgets import embed
from widgets.edition import Editions
from widgets.snapshot.file import make
from widgets.store import OFTEN

PATH_OF = "/partials/article-card?article={}"
ARTICLES = 4000
"""Articles of the library whose cards are asked once each."""


@contextmanager
def sending(name: str, body: bytes, headers: str, **environ: str) -> Iterator[Server]:
    """A callable that sends these bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with running(name, BENCH_BODY=file.name, BENCH_HEADERS=headers, **environ) as server:
            yield server


def partials(library: Server) -> None:
    """A cached partial and the same unchanged, beside bare callables."""
    for _ in range(2 * OFTEN):
        answer(library, PATH)
    time.sleep(0.5)  # until what is asked often has its best form
    etag, body, headers = answer(library, PATH)
    print(f"{PATH}, {len(body)} bytes of brotli, {CONNECTIONS} connections, {TURNS} turns of {SECONDS:g} s")
    with sending("bare", body, headers) as plain, sending("barest", body, headers) as plainest:
        rows = {"bare": (plain, same(PATH)), "cached partial": (library, same(PATH))}
        rows |= {"not modified (304)": (library, same(PATH, f"If-None-Match: {etag}\r\n")), "bare, three headers": (plainest, same(PATH))}
        ratios = compare(rows)
    at_least("a cached partial, of a bare callable", ratios["cached partial"], 0.9)
    at_least("not modified (304)", ratios["not modified (304)"], 1)


def first(snapshot: Path) -> None:
    """Cards that nobody has asked for before, compressed and plain, beside a bare callable that sends one, and the least there can be."""
    found = Editions(None, snapshot, watch=False).current.library
    slugs = [slug for slug, _ in found.every("en", "en", limit=ARTICLES)]
    title = found.articles[slugs[0]].text("en", "en").front.title
    paths = [f"/partials/article-card?article={slug}&heading-level={level}" for level in range(2, 7) for slug in slugs]
    print(f"\n{len(paths):,} cards of {ARTICLES:,} articles, each asked once, {A_TURN:,} a turn")
    for name, accept in {"brotli": ALL, "not compressed": "identity"}.items():
        with running("served", HEALTH_WIDGETS_SNAPSHOT=str(snapshot), HEALTH_WIDGETS_PUBLIC_URL="http://localhost") as library:
            _, body, headers = answer(library, PATH_OF.format(slugs[0]), accept.rpartition(" ")[2])
            _, text, _ = answer(library, PATH_OF.format(slugs[0]), "identity")
            template = text.replace(slugs[0].encode(), b"{{ slug }}").replace(title.encode(), b"{{ title }}")
            with sending("bare", body, headers) as plain, sending("least", template, headers, BENCH_SNAPSHOT=str(snapshot)) as least:
                rows = {"bare": (plain, same(PATH, "", accept)), f"first render, {name}": (library, each_once(iter(paths), accept))}
                rows |= {"route, read, template": (least, each_once(iter(paths), accept))}
                ratios = compare(rows, SECONDS / 2)
        at_least(f"a first render, {name}", ratios[f"first render, {name}"], 0.25)


def assets(library: Server) -> None:
    """The style sheet of the library's pages from memory, beside StaticFiles."""
    sheet = embed.page_styles()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "library.css").write_text(sheet.text, "utf-8")
        print(f"\nA style sheet of {len(sheet.text)} characters")
        ours, theirs = (same(f"/static/{name}.css") for name in (f"library-{sheet.hash}", "library"))
        with running("static", BENCH_FOLDER=folder) as server:
            ratios = compare({"StaticFiles": (server, theirs), "asset from memory": (library, ours)})
    at_least("an asset from memory, of StaticFiles", ratios["asset from memory"], 5)


def handler() -> None:
    """Microseconds that a cached answer costs in this process, without a server, beside a raw send."""
    scope = {"type": "http", "method": "GET", "path": PATH.partition("?")[0], "query_string": PATH.partition("?")[2].encode(), "scheme": "http"}
    scope |= {
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip, deflate, br"), (b"origin", b"https://partner.example")],
    }
    os.environ |= {"BENCH_BODY": os.devnull, "BENCH_HEADERS": "{}"}

    async def quiet(message: object) -> None:
        pass

    async def took(app: object, count: int = 50_000) -> float:
        start = time.perf_counter()
        for _ in range(count):
            await app(scope, quiet, quiet)  # type: ignore[operator]
        return (time.perf_counter() - start) / count * 1e6

    async def both() -> list[float]:
        library, raw = ours(), bare()
        await took(library, 100)
        return [statistics.median([await took(app) for _ in range(5)]) for app in (raw, library)]

    raw, kept = asyncio.run(both())
    print(f"\nIn process: a raw send {raw:.2f} us, a cached partial {kept:.2f} us")
    at_most("the handler adds", kept - raw, 4, " us")


def main() -> None:
    """Start the servers, and compare them."""
    with running("ours") as library:
        partials(library)
        assets(library)
    with tempfile.TemporaryDirectory(prefix="bench-partial-") as folder:
        snapshot = Path(folder) / "library.sqlite"
        make(big.library(Path(folder) / "content", ARTICLES), snapshot)
        first(snapshot)
    handler()


if __name__ == "__main__":
    main()
