"""The faults of sites and campaigns: calls that lead nowhere, words that are lacking, colours that cannot be read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from widgets.content.files import ContentFile, Fault, is_missing, meant
from widgets.content.markup import fold
from widgets.content.model import spoken_for
from widgets.content.rules import Rules
from widgets.edition import Edition
from widgets.languages import known, lookup
from widgets.sites import Campaign, Site
from widgets.sites.looks import contrasts


def check_site(site: Site, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    """The faults of a site: calls that lead nowhere, words that it lacks, names that are not there, and faint colours."""
    appointment, checker = site.file.appointment, site.file.symptom_checker
    if not appointment and not appointment.locations:
        yield file.fault("appointment: has neither address nor phone, so no call to action is shown; add one.", "appointment", level="warning")
    if not checker.address and (wrong := rules.unknown("topic", checker.topic)):
        yield file.fault(f"symptom-checker: has no address, and {wrong}", "symptom-checker", "topic")
    for language in site.file.languages:
        if not lookup(language, known()):
            message = f"languages: there are no interface words in {language}, so English ones are shown; known: {', '.join(known())}."
            yield file.fault_of(language, message, "languages", level="warning")
    for key, words in _spoken(site):
        yield from _lacking(key, words, site.file.languages, file, *(int(step) if step.isdecimal() else step for step in key.split(".")))
    yield from _names(site, file, rules)
    yield from _faint(site, file)


def _spoken(site: Site) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the site says in each of its languages, by its key."""
    yield from (("name", site.file.name), ("disclaimer", site.file.disclaimer), ("symptom-checker.words", site.file.symptom_checker.words))
    own = site.file.appointment
    if own or own.locations:
        yield "appointment.words", own.words
    if own.hours:
        yield "appointment.hours", own.hours
    for slug, place in own.locations.items():
        yield f"appointment.locations.{slug}.name", place.name
        if place.hours:
            yield f"appointment.locations.{slug}.hours", place.hours
    for number, note in enumerate(site.file.notes):
        yield f"notes.{number}.words", note.words


def _lacking(key: str, words: Mapping[str, Any], languages: Iterable[str], file: ContentFile, *where: str | int) -> Iterator[Fault]:
    for language in languages:
        if not spoken_for(language, words):
            yield file.fault(f"{key}: there are none in {language}, so readers see another language; add them.", *where, level="warning")


def _names(site: Site, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    """Topics and articles that the site names and that are not there."""
    for slug in site.file.topics:
        if wrong := rules.unknown("topic", slug):
            yield file.fault_of(slug, f"topics: {wrong}", "topics")
    for number, note in enumerate(site.file.notes):
        named = [("topics", rules.unknown("topic", slug), slug) for slug in note.topics]
        named += [("articles", rules.unknown("article", slug), slug) for slug in note.articles]
        for key, wrong, slug in named:
            if wrong:
                yield file.fault_of(slug, f"notes.{number}.{key}: {wrong}", "notes", number, key)


def _faint(site: Site, file: ContentFile) -> Iterator[Fault]:
    for scheme, upper, lower, ratio, enough in contrasts(site.look):
        if ratio < enough:
            given = [name for name in (upper, lower) if getattr(getattr(site.file.tokens, scheme), name.replace("-", "_"))]
            message = f"tokens.{scheme}: the contrast of {upper} on {lower} is {_ratio(ratio)}:1; {enough:g}:1 is the least; change one of them."
            yield file.fault(message, "tokens", scheme, *given[:1])


def contrast_lines(sites: Iterable[Site]) -> Iterator[str]:
    """The contrast of every pair of colours, a line for each site and scheme."""
    for site in sites:
        for scheme in ("light", "dark"):
            pairs = [f"{upper} on {lower} {_ratio(ratio)}" for name, upper, lower, ratio, _ in contrasts(site.look) if name == scheme]
            yield f"sites/{site.slug}.toml: contrast, {scheme}: {', '.join(pairs)}"


def _ratio(ratio: float) -> str:
    """Two places, cut off: what is shown as 7.00 is no less."""
    return f"{int(ratio * 100) / 100:.2f}"


def check_campaign(campaign: Campaign, file: ContentFile, edition: Edition, rules: Rules) -> Iterator[Fault]:
    """The faults of a campaign: words it lacks, names that are not there, and what it would tell of a reader."""
    for slug in campaign.file.sites:
        if slug not in edition.sites and is_missing(rules.root / f"sites/{slug}.toml"):
            yield file.fault_of(slug, f'sites: there is no site "{slug}"{meant(get_close_matches(slug, edition.sites, 3))}', "sites")
    for slug in campaign.file.topics:
        if wrong := rules.unknown("topic", slug):
            yield file.fault_of(slug, f"topics: {wrong}", "topics")
    served = [site for site in edition.sites.values() if campaign.serves(site.slug)]
    languages = dict.fromkeys(language for site in served for language in site.file.languages)
    for name, words in campaign.wordings:
        key = f"variants {name}" if words is not campaign.file.words else "words"
        yield from _lacking(key, words, languages, file, "words" if key == "words" else "variants")
    if campaign.end and campaign.end.date() < rules.today:
        yield file.fault("until: is over, so its pages show the site's own words; keep the file while pages name it.", "until", level="note")
    yield from _telling(campaign, file, rules)


def _telling(campaign: Campaign, file: ContentFile, rules: Rules) -> Iterator[Fault]:
    """Where the booking site, or who sees its statistics, could learn what a reader has."""
    utm = campaign.file.utm
    told = {"": campaign.slug, "address": campaign.file.address, "source": utm.source, "medium": utm.medium, "campaign": utm.campaign,
            "term": utm.term} | {"variants": " ".join(variant.name for variant in campaign.file.variants)}  # fmt: skip
    conditions = {_words(name): name for article in rules.library.articles.values() for text in article.texts.values()
                  for name in (text.front.title, *text.front.also_called)}  # fmt: skip
    for key, text in told.items():
        said = _words(text)
        # A name of two letters, like MI, is a word of Spanish too.
        named = next((name for words, name in conditions.items() if len(words) > 4 and words in said), "")
        if named:
            where = (key,) if key in {"", "address", "variants"} else ("utm", key)
            what = ".".join(where) or "its file's name"
            message = f'{what}: names "{named}", so the booking site learns what a reader may have; take a name that tells nothing.'
            yield file.fault(message, *(step for step in where if step), level="warning")


def _words(text: str) -> str:
    """The words of a name or address, folded, in the singular as far as an s goes, between spaces."""
    return f" {' '.join(word.removesuffix('s') for word in re.split(r'[^a-z0-9]+', fold(text)) if word)} "
