"""Ninety days as bars: the health of a component over time, in runs of equal days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from api.pages.words import WORDS, percent, span
from controller.decisions.observation import Health
from controller.decisions.uptime import Day, Interval, days, uptime, worst

COUNT = 90
STEP = 5
"""Width of a day in the drawing."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row with nothing to tell apart, or one day with something to tell."""

    health: Health
    first: date
    last: date
    place: int
    length: int
    text: str

    @property
    def dates(self) -> str:
        """`24 Nov`, or `1 Sep – 24 Nov`; ninety days need no year."""
        first, last = (f"{one.day} {one:%b}" for one in (self.first, self.last))
        return first if self.length == 1 else f"{first} – {last}"

    @property
    def path(self) -> str:
        """Its drawing: dashes side by side, and for a day that was down a bar with a gap."""
        left = self.place * STEP
        match self.health:
            case Health.UP:
                return f"M{left} 16h{self.length * STEP}"
            case Health.DEGRADED:
                return f"M{left} 21h{self.length * STEP}"
            case Health.UNKNOWN:
                return f"M{left} 28h{self.length * STEP}"
            case Health.DOWN:
                return f"M{left + 1.7} 2v19m0 4v5"


@dataclass(frozen=True, slots=True)
class History:
    """The last 90 days of a component."""

    runs: list[Run]
    uptime: str
    summary: str


def history(timelines: Sequence[Sequence[Interval]], now: datetime) -> History:
    """The history of a component from the intervals of its monitors, oldest first."""
    together = combined(timelines)
    bars = days(together, now, COUNT)
    ledger = uptime(together, bars[0].uptime.start, now)
    return History(_runs(bars), percent(ledger.ratio), _summary(bars))


def combined(timelines: Sequence[Sequence[Interval]]) -> list[Interval]:
    """The worst health of several monitors at each moment.

    A monitor counts from its first interval on; a gap after that is unknown.
    """
    if len(timelines) == 1:
        return list(timelines[0])
    changes: list[tuple[datetime, bool, int, Health]] = []
    for index, timeline in enumerate(timelines):
        for one in timeline:
            if one.end and one.end <= one.start:
                continue  # it took no time
            changes.append((one.start, True, index, one.health))
            if one.end:
                changes.append((one.end, False, index, Health.UNKNOWN))
    now_at: dict[int, Health] = {}
    found: list[Interval] = []
    # At the same instant an end comes before a start: the next interval follows without a gap.
    for at, moment in groupby(sorted(changes), key=lambda change: change[0]):
        for _, _, index, health in moment:
            now_at[index] = health
        found = _turned(found, worst(now_at.values()), at)
    return found


def _turned(found: list[Interval], health: Health, at: datetime) -> list[Interval]:
    if found and found[-1].health == health:
        return found
    if found:
        found[-1] = Interval(found[-1].health, found[-1].start, at)
    found.append(Interval(health, at, None))
    return found


def _runs(bars: Sequence[Day]) -> list[Run]:
    runs: list[Run] = []
    place = 0
    for _, group in groupby(enumerate(bars), key=_sameness):
        same = [bar for _, bar in group]
        runs.append(Run(same[0].health, same[0].day, same[-1].day, place, len(same), _text(same[0])))
        place += len(same)
    return runs


def _sameness(numbered: tuple[int, Day]) -> tuple[Health, int]:
    number, bar = numbered
    is_plain = bar.health in (Health.UP, Health.UNKNOWN)
    return bar.health, -1 if is_plain else number


def _text(bar: Day) -> str:
    match bar.health:
        case Health.UP:
            return "up, 100 %"
        case Health.UNKNOWN:
            return "no data"
        case Health.DOWN:
            return f"down for {span(bar.uptime.down)}, {percent(bar.uptime.ratio)}"
        case Health.DEGRADED:
            return f"degraded for {span(bar.uptime.degraded)}"


def _summary(bars: Sequence[Day]) -> str:
    counted = [
        (health, sum(bar.health == health for bar in bars)) for health in (Health.UP, Health.DEGRADED, Health.DOWN)
    ]
    told = [f"{WORDS[health].lower()} on {count}" for health, count in counted if count]
    unknown = sum(bar.health == Health.UNKNOWN for bar in bars)
    told += [f"no data on {unknown}"] if unknown else []
    return f"Last {len(bars)} days: {', '.join(told)}"


def first_day(now: datetime) -> datetime:
    """The midnight from which on intervals matter."""
    return now - timedelta(days=COUNT)
