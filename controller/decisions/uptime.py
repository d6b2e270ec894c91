"""Confirmed health intervals → uptime and day bars. Time-weighted; unknown time is in no percentage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from controller.decisions.observation import Health

WORST_FIRST = (Health.DOWN, Health.DEGRADED, Health.UNKNOWN, Health.UP)


@dataclass(frozen=True, slots=True)
class Interval:
    """A span of one confirmed health; `end` is None while it lasts."""

    health: Health
    start: datetime
    end: datetime | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Uptime:
    """The ledger of one window: how long it was what. `ratio` is None when nothing is known."""

    start: datetime
    end: datetime
    up: timedelta
    degraded: timedelta
    down: timedelta
    unknown: timedelta

    @property
    def ratio(self) -> float | None:
        """(up + degraded) / (up + degraded + down); degraded still served."""
        known = self.up + self.degraded + self.down
        return (self.up + self.degraded) / known if known else None


def uptime(intervals: Iterable[Interval], start: datetime, end: datetime) -> Uptime:
    """Add up the parts of the intervals inside a window; what no interval covers is unknown."""
    spent = dict.fromkeys(Health, timedelta(0))
    for interval in intervals:
        inside = min(interval.end or end, end) - max(interval.start, start)
        if inside > timedelta(0):
            spent[interval.health] += inside
    covered = sum(spent.values(), timedelta(0))
    unknown = spent[Health.UNKNOWN] + max(end - start - covered, timedelta(0))
    return Uptime(start, end, spent[Health.UP], spent[Health.DEGRADED], spent[Health.DOWN], unknown)


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: the worst health of a UTC day, and its ledger. Unknown when nothing is known of it."""

    day: date
    health: Health
    uptime: Uptime


def days(intervals: Sequence[Interval], now: datetime, count: int) -> list[Day]:
    """The last `count` UTC days, oldest first; today ends now."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    bars = []
    for back in range(count - 1, -1, -1):
        start = midnight - timedelta(days=back)
        end = min(start + timedelta(days=1), now)
        ledger = uptime([one for one in intervals if one.start < end and (one.end or now) > start], start, end)
        bars.append(Day(start.date(), _worst(ledger), ledger))
    return bars


def _worst(ledger: Uptime) -> Health:
    if ledger.down:
        return Health.DOWN
    if ledger.degraded:
        return Health.DEGRADED
    return Health.UP if ledger.up else Health.UNKNOWN


def worst(healths: Iterable[Health]) -> Health:
    """The health of a component fed by several monitors. Unknown hides neither down nor degraded, and is not up."""
    present = set(healths)
    return next((health for health in WORST_FIRST if health in present), Health.UNKNOWN)
