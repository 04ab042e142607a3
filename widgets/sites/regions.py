"""Whom readers call where."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Whom to call where: the emergency number, and the crisis line for thoughts of suicide."""

    emergency: str
    crisis: str
    crisis_by_text: bool = False
    """Whether the crisis line takes text messages too."""
    crisis_or: str = ""
    """A second line for the same, where a region has one."""


_GREAT_BRITAIN = Region("999", "111", crisis_or="116 123")  # 111 has a mental health option; 116 123 are the Samaritans

REGIONS: Mapping[str, Region] = {
    "US": Region("911", "988", crisis_by_text=True),
    "CA": Region("911", "988", crisis_by_text=True),
    "MX": Region("911", "800 911 2000"),
    "GB": _GREAT_BRITAIN,
    "UK": _GREAT_BRITAIN,
    "IE": Region("112", "116 123"),
    "ES": Region("112", "024"),
    "EU": Region("112", "112"),
    "AU": Region("000", "13 11 14"),
    "NZ": Region("111", "1737", crisis_by_text=True),
}

NUMBERS = tuple(dict.fromkeys(number for region in REGIONS.values() for number in (region.emergency, region.crisis, region.crisis_or) if number))
"""Every number that some region calls; texts leave them to the site."""
