"""What is wrong in a library: the faults that reading found, and those of single words that reading lets pass."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping

from widgets.codes import wrong
from widgets.content.check_text import check_text
from widgets.content.files import ContentFile, Fault, is_missing
from widgets.content.model import Article, Topic, spoken_for
from widgets.content.reading import FORMULAS
from widgets.content.rules import Rules

Each = Callable[[list[Article]], Iterable[Article]]


def check_library(rules: Rules, each: Each = iter) -> Iterator[Fault]:
    """Every fault of topics and articles; `each` goes through the articles, and may tell how far it is."""
    library = rules.library
    yield from library.faults
    yield from _folders(rules)
    for topic in library.topics.values():
        yield from _topic(topic, _file(rules, f"topics/{topic.slug}.toml"), rules)
    for article in each(list(library.articles.values())):
        yield from _article(article, rules)
    for language, median in medians(rules).items():
        yield from _median(language, median)


def medians(rules: Rules) -> dict[str, float]:
    """The median reading score of the articles, for each language whose median has a limit."""
    found = {}
    for language, formula in FORMULAS.items():
        texts = [a.texts[language] for a in rules.library.articles.values() if language in a.texts]
        scores = [formula.score(rules.as_read(text.body.blocks, language)) for text in texts if not text.front.withdrawn]
        if scores and formula.median_limit is not None:
            found[language] = statistics.median(scores)
    return found


def _median(language: str, median: float) -> Iterator[Fault]:
    formula = FORMULAS[language]
    limit = formula.median_limit
    if limit is not None and formula.too_hard(median, limit):
        message = f"the median {formula.name} of all articles in {language} is {median:.1f}; {limit:.1f} or easier is right for most readers."
        yield Fault("articles", 1, message, "warning")


def _folders(rules: Rules) -> Iterator[Fault]:
    """Article folders that reading passes over in silence."""
    for folder in sorted(rules.root.glob("articles/*/")):
        if is_missing(folder / "article.toml"):
            yield Fault(f"articles/{folder.name}/article.toml", 1, 'is missing, so nothing here is shown; write one with topics = ["..."].')


def _file(rules: Rules, name: str) -> ContentFile:
    return ContentFile.read(rules.root, rules.root / name)


def _topic(topic: Topic, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    parent = topic.file.parent
    if parent and (wrong := rules.unknown("topic", parent)):
        yield file.fault(f"parent: {wrong}", "parent")
    for language in rules.languages:
        if not spoken_for(language, topic.file.words):
            yield file.fault(f"has no words in {language}; add a table [words.{language}].", "words", level="note")
    yield from _formerly(file, topic.slug, topic.file.formerly, rules.library.topics)


def _article(article: Article, rules: Rules) -> Iterator[Fault]:
    folder = f"articles/{article.slug}"
    file = _file(rules, f"{folder}/article.toml")
    yield from _unknown(file, "topics", {slug: rules.unknown("topic", slug) for slug in article.file.topics})
    yield from _unknown(file, "related", {slug: rules.unknown("article", slug) for slug in article.file.related})
    yield from _formerly(file, article.slug, article.file.formerly, rules.library.articles)
    yield from _translations(article, file, rules)
    yield from _codes(article, file)
    for language, text in article.texts.items():
        yield from check_text(text, _file(rules, f"{folder}/{language}.md"), rules, imported=bool(article.file.imported))


def _unknown(file: ContentFile, key: str, wrong: Mapping[str, str]) -> Iterator[Fault]:
    """A fault for each slug of a list with which something is wrong."""
    for slug, message in wrong.items():
        if message:
            yield file.fault_of(slug, f"{key}: {message}", key)


def _translations(article: Article, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    if any(text.front.withdrawn for text in article.texts.values()):
        return
    for language in rules.languages:
        files = [path.stem for path in (rules.root / "articles" / article.slug).glob("*.md")]  # a faulty one is told by reading
        if not spoken_for(language, files):
            yield file.fault(f"has no text in {language}; add {language}.md beside it.", level="note")


def _codes(article: Article, file: ContentFile) -> Iterator[Fault]:
    """Codes that their system does not write so; nothing finds the article by them."""
    for system, codes in article.file.codes.items():
        for code in codes:
            if fault := wrong(system, code):
                yield file.fault_of(code, f'codes.{system}: "{code}" {fault}.', "codes", system)


def _formerly(file: ContentFile, slug: str, former: Iterable[str], named: Mapping[str, Article] | Mapping[str, Topic]) -> Iterator[Fault]:
    """Former names that someone else has, or had: old snippets could mean either."""
    for old in former:
        clash = [other for other, item in named.items() if other == old or (other != slug and old in item.file.formerly)]
        if clash:
            verb = "is the name of another" if clash[0] == old else f"is a former name of {clash[0]} too"
            yield file.fault_of(old, f'formerly: "{old}" {verb}; a name leads to one only, so take it out of one of them.', "formerly")
