"""What an import did, and why it refused or left something out."""

from collections import Counter
from dataclasses import dataclass, field

MOST_NAMED = 20
"""How many lines of a kind are printed; the rest is counted."""


class Refused(ValueError):
    """The file cannot be imported, and nothing was written; the message says why."""


@dataclass
class Report:
    """What came in, what did not and why, and what became of each file."""

    came: Counter[str] = field(default_factory=Counter)
    """What was read, by kind."""
    left_out: list[str] = field(default_factory=list)
    """Each thing that did not come in, with the reason."""
    notes: Counter[str] = field(default_factory=Counter)
    """Smaller losses and remarks, counted."""
    files: Counter[str] = field(default_factory=Counter)
    """How many files are new, updated, unchanged, kept."""
    kept: list[str] = field(default_factory=list)
    """What stays as it was edited here, and what is new upstream."""
    own: list[str] = field(default_factory=list)
    """What stays as it was edited here, while upstream is as it was."""
    gone: list[str] = field(default_factory=list)
    """Files of former imports that upstream has no more."""

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return not self.left_out

    def lines(self) -> list[str]:
        """The whole, to be printed."""
        return [
            *_some("Left out", self.left_out),
            *_some("Edited here", self.kept),
            *_some("Kept as edited here", self.own),
            *_some("Gone upstream, kept here", self.gone),
            *(f"Note: {note}: {n:,}" for note, n in sorted(self.notes.items())),
            f"Read: {_counts(self.came)}.",
            f"Files: {_counts(self.files)}.",
        ]


def _some(label: str, items: list[str]) -> list[str]:
    more = [f"{label}: {len(items) - MOST_NAMED} more."] if len(items) > MOST_NAMED else []
    return [*(f"{label}: {item}" for item in items[:MOST_NAMED]), *more]


def _counts(counter: Counter[str]) -> str:
    return "; ".join(f"{name}: {n:,}" for name, n in counter.items()) or "nothing"
