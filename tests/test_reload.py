"""Edited files under load: every answer is of one edition, whole."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import httpx

from tests import making
from tests.conftest import NOON
from widgets.app import create_app
from widgets.settings import Settings

ROUNDS = 200
PATHS = ("/articles/sample", "/partials/article-card?article=sample&open", "/partials/topic-browser?article=sample")


def numbered(n: int) -> str:
    """The sample text, with the round's number in title, summary, emergency words and body."""
    return (
        making.text()
        .replace("A sample", f"Title {n}.")
        .replace("What a sample is.", f"Summary {n}.")
        .replace("It hurts.", f"Alarm {n}.")
        .replace("A short text.", f"Body {n}.")
    )


def put(path: Path, text: str) -> None:
    """Replace a file in one step, as editors do."""
    making.write(path.with_name("next~"), text)
    path.with_name("next~").replace(path)


def test_no_answer_is_mixed_or_lost_while_files_change(content: Path, serve: Callable[..., str]) -> None:
    """200 reloads under load: every answer is a 200 of one edition, title and body together, and the last one is the last."""
    page = content / "articles" / "sample" / "en.md"
    put(page, numbered(0))
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    base = serve(app)
    done = threading.Event()
    faults: list[str] = []
    seen: set[str] = set()

    def reader(path: str) -> None:
        last = -1
        with httpx.Client() as client:
            while not done.is_set():
                answer = client.get(base + path)
                numbers = set(re.findall(r"(?:Title|Summary|Alarm|Body) (\d+)\.", answer.text))
                if answer.status_code != 200 or len(numbers) != 1 or int(min(numbers)) < last:
                    faults.append(f"{path}: {answer.status_code} {numbers} after {last}")
                    return
                last = int(numbers.pop())
                seen.add(f"{path} {last}")

    readers = [threading.Thread(target=reader, args=(path,)) for path in PATHS]
    for one in readers:
        one.start()
    for n in range(1, ROUNDS + 1):
        put(page, numbered(n))
        app.editions.reload()
    final = [httpx.get(base + path).text for path in PATHS]
    done.set()
    for one in readers:
        one.join()
    assert faults == []
    assert all(f"Body {ROUNDS}." in text for text in final)
    assert len(seen) > ROUNDS // 4
    assert all(answer.edition in (None, app.editions.current) for answer in app.store._kept.values())
    app.close()


def test_an_edited_file_shows_at_once(content: Path, serve: Callable[..., str]) -> None:
    """With watching on, an edit, a new article and a broken file show within a second or two, without a restart."""
    app = create_app(Settings(content=content), clock=lambda: NOON)
    base = serve(app)
    page = content / "articles" / "sample" / "en.md"
    put(page, numbered(1))
    until(lambda: "Body 1." in httpx.get(base + "/articles/sample").text)
    making.article(content, "more", making.ARTICLE, en=numbered(2))
    until(lambda: httpx.get(base + "/articles/more").status_code == 200)
    put(page, "no front matter")
    until(lambda: httpx.get(base + "/readyz").json()["faults"] == 1)
    assert "Body 1." in httpx.get(base + "/articles/sample").text
    put(page, numbered(3))
    until(lambda: "Body 3." in httpx.get(base + "/articles/sample").text)
    app.close()


def until(holds: Callable[[], bool]) -> None:
    """Ask again until it holds, for at most ten seconds."""
    waiting = threading.Event()
    for _ in range(500):
        if holds():
            return
        waiting.wait(0.02)
    raise AssertionError("it never came")


def test_withdrawing_an_article_reaches_every_address(content: Path, serve: Callable[..., str]) -> None:
    """Once withdrawn, an article's text is in no page, card, browser, list or search."""
    app = create_app(Settings(content=content, watch=False), clock=lambda: NOON)
    base = serve(app)
    paths = (*PATHS, "/topics/hearts", "/partials/topic-browser?topic=hearts", "/partials/article-card?article=sample", "/sitemap.xml", "/")
    before = [httpx.get(base + path).text for path in paths]
    making.article(content, "sample", making.ARTICLE, en=making.text(tables='[withdrawn]\nnotice = "This advice is out of date."'))
    app.editions.reload()
    for path, old in zip(paths, before, strict=True):
        text = httpx.get(base + path).text
        assert "It is easy to read." not in text, path
        if "article" in path:
            assert "This advice is out of date." in text, path
        elif "sitemap" in path or "topic" in path:
            assert "/articles/sample" in old
            assert "/articles/sample" not in text, path
    assert "Nothing was found" in httpx.post(base + "/search", data={"q": "sample"}).text
    app.close()
