"""Libraries of any size, for tests and benchmarks: articles of about 6 KB in a tree of topics."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests import making

WORDS = """
    heart blood pressure doctor nurse clinic pain rest walk sleep food water salt sugar muscle valve chest arm leg breath cough fever
    medicine tablet dose morning evening daily often sometimes quickly slowly gently strong weak healthy tired better worse normal high low
""".split()  # noqa: SIM905 - it reads best as prose
TOPS, GROUPS, PER_TOPIC = 5, 60, 20
"""Tops of the tree, topics right below them, and the articles of each topic below those."""


def library(root: Path, size: int) -> Path:
    """A content folder with `size` English articles, alike for each size but for their number."""
    making.write(root / "sites" / "default.toml", making.SITE)
    leaves = -(-size // PER_TOPIC)
    for n in range(TOPS + GROUPS + leaves):
        parent = "" if n < TOPS else f'parent = "topic-{n % TOPS if n < TOPS + GROUPS else TOPS + n % GROUPS:05}"\n'
        making.write(root / "topics" / f"topic-{n:05}.toml", f'{parent}words.en = {{title = "Topic {n:05}", summary = "About it."}}\n')
    for n, (folder, text) in enumerate(texts(size)):
        path = root / "articles" / folder
        path.mkdir(parents=True, exist_ok=True)
        (path / "article.toml").write_text(
            f'topics = ["topic-{TOPS + GROUPS + n // PER_TOPIC:05}"]\nrelated = ["{folder}"]\n[codes]\nicd-10-cm = ["I{n % 100:02}.{n % 10}"]\n'
        )
        (path / "en.md").write_text(text)
    return root


def texts(size: int) -> Iterator[tuple[str, str]]:
    """(slug, en.md) of each article."""
    chance = random.Random(4)
    for n in range(size):
        name = " ".join(chance.choice(WORDS) for _ in range(3))
        sections = "\n".join(f"## {chance.choice(WORDS).title()} and {chance.choice(WORDS)}\n\n{_paragraph(chance)}\n" for _ in range(8))
        front = making.text(f'also-called = ["{chance.choice(WORDS)} {n}", "{chance.choice(WORDS)} trouble {n}"]')
        yield f"{name.replace(' ', '-')}-{n:06}", front.lstrip().replace("A sample", f"{name.capitalize()} {n}") + sections


def _paragraph(chance: random.Random) -> str:
    sentences = (" ".join(chance.choices(WORDS, k=9)).capitalize() + "." for _ in range(9))
    return (
        " ".join(sentences) + f" See [{chance.choice(WORDS)}](article:sample). **{chance.choice(WORDS)}** helps:\n\n- one\n- two\n- {{emergency}}\n"
    )
