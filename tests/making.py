"""Small content folders, made for a test in the same schema as the real ones."""

import textwrap
from pathlib import Path

SITE = """
languages = ["en", "es"]
region = "US"
name = {en = "Test Library", es = "Biblioteca de prueba"}
disclaimer = {en = "Not a doctor's advice.", es = "No es el consejo de un médico."}
[appointment]
address = "https://clinic.example/book"
phone = "+1 555-010-0100"
words.en = {heading = "Take the first step.", text = "Today.", button = "Request an appointment"}
words.es = {heading = "Dé el primer paso.", text = "Hoy.", button = "Pedir una cita"}
[symptom-checker]
words.en = {heading = "Symptom checker", button = "Check"}
"""

TOPIC = """
words.en = {title = "Hearts", summary = "About hearts."}
words.es = {title = "Corazones", summary = "Sobre el corazón."}
"""

ARTICLE = """
topics = ["hearts"]
"""

TEXT = """
+++
title = "A sample"
summary = "What a sample is."
author = "Sample writers"
written = 2026-01-10
emergency = "It hurts. {emergency}."
{more}

[[sources]]
publisher = "NHLBI"
title = "Samples"
url = "https://www.nhlbi.nih.gov/health"
{tables}
+++

A short text. It is easy to read.

## What is it?

It is a [sample](article:sample).

## Why is it?

If it hurts, {emergency}.
"""


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip(), "utf-8")
    return path


def text(more: str = "", tables: str = "") -> str:
    """An article's text, with more front matter before its sources and more tables after them."""
    return TEXT.replace("{more}", more).replace("{tables}", tables)


def article(root: Path, slug: str = "sample", shared: str = ARTICLE, **texts: str) -> Path:
    """An article folder; `texts` by language, English ones by default."""
    folder = root / "articles" / slug
    write(folder / "article.toml", shared)
    for language, words in (texts or {"en": text()}).items():
        write(folder / f"{language}.md", words)
    return folder


def library(root: Path) -> Path:
    """A whole content folder: one site, one topic, one article in English."""
    write(root / "sites" / "default.toml", SITE)
    write(root / "topics" / "hearts.toml", TOPIC)
    article(root)
    return root
