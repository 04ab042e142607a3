"""Now, for whatever is said of dates: when it is, and how long what is said holds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass
class Moment:
    """Now, and until when an answer made now holds."""

    now: datetime
    until: datetime | None = None

    @property
    def today(self) -> date:
        """The day it is, in UTC."""
        return self.now.astimezone(UTC).date()

    def begun(self, instant: datetime) -> bool:
        """Whether `instant` has come; if not, what is said now holds no longer than until then."""
        if self.now < instant and (self.until is None or instant < self.until):
            self.until = instant
        return self.now >= instant

    def reached(self, day: date) -> bool:
        """Whether `day` has begun, in UTC; if not, what is said now holds no longer than until then."""
        return self.begun(datetime.combine(day, time(), UTC))

    def passed(self, day: date) -> bool:
        """Whether `day` is over; the last day there is never is."""
        return day < date.max and self.reached(day + timedelta(days=1))
