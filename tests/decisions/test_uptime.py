"""Intervals of health → ledgers, percentages and bars."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.observation import Health
from controller.decisions.uptime import Interval, days, uptime, worst

UP, DEGRADED, DOWN, UNKNOWN = Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN
START = datetime(2025, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def history(*spans: tuple[Health, float], open_end: bool = False) -> list[Interval]:
    """Intervals that follow one another from START, in hours."""
    found, at = list[Interval](), START
    for index, (health, hours) in enumerate(spans):
        end = at + timedelta(hours=hours)
        found.append(Interval(health, at, None if open_end and index == len(spans) - 1 else end))
        at = end
    return found


@pytest.mark.parametrize(
    ("intervals", "hours", "ledger", "ratio"),
    [
        ([], 10, (0, 0, 0, 10), None),
        (history((UP, 10)), 10, (10, 0, 0, 0), 1.0),
        (history((UP, 9), (DOWN, 1)), 10, (9, 0, 1, 0), 0.9),
        (history((UP, 5), (DEGRADED, 4), (DOWN, 1)), 10, (5, 4, 1, 0), 0.9),
        (history((UP, 3), (UNKNOWN, 6), (DOWN, 1)), 10, (3, 0, 1, 6), 0.75),
        (history((UP, 4)), 10, (4, 0, 0, 6), 1.0),
        (history((UP, 20)), 10, (10, 0, 0, 0), 1.0),
        (history((UP, 4), (DOWN, 1), open_end=True), 10, (4, 0, 6, 0), 0.4),
        (history((UNKNOWN, 10)), 10, (0, 0, 0, 10), None),
        (history((DOWN, 10)), 10, (0, 0, 10, 0), 0.0),
        (history((UP, 10)), 0, (0, 0, 0, 0), None),
        ([Interval(UP, START - 5 * HOUR, START + 5 * HOUR)], 10, (5, 0, 0, 5), 1.0),
        ([Interval(DOWN, START - 5 * HOUR, START)], 10, (0, 0, 0, 10), None),
        ([Interval(DOWN, START + 20 * HOUR, None)], 10, (0, 0, 0, 10), None),
    ],
    ids=[
        "nothing",
        "up",
        "down",
        "degraded serves",
        "unknown is left out",
        "not covered",
        "longer",
        "still down",
        "only unknown",
        "only down",
        "no window",
        "from before",
        "over before",
        "after",
    ],
)
def test_uptime_is_what_is_known_to_have_served(
    intervals: list[Interval], hours: int, ledger: tuple[int, int, int, int], ratio: float | None
) -> None:
    seen = uptime(intervals, START, START + hours * HOUR)

    assert (seen.up / HOUR, seen.degraded / HOUR, seen.down / HOUR, seen.unknown / HOUR) == ledger
    assert seen.ratio == ratio


SPANS = st.lists(st.tuples(st.sampled_from(list(Health)), st.floats(0, 50)), max_size=12)


@given(SPANS, st.floats(-100, 100), st.floats(0, 200), st.booleans())
def test_a_ledger_adds_up_to_its_window(
    spans: list[tuple[Health, float]], begin: float, length: float, open_end: bool
) -> None:
    start = START + timedelta(hours=begin)
    end = start + timedelta(hours=length)

    seen = uptime(history(*spans, open_end=open_end), start, end)

    assert seen.up + seen.degraded + seen.down + seen.unknown == end - start
    assert min(seen.up, seen.degraded, seen.down, seen.unknown) >= timedelta(0)
    assert seen.ratio is None or 0 <= seen.ratio <= 1


@given(SPANS, st.integers(1, 40), st.floats(0, 2000))
def test_the_bars_of_all_days_add_up_to_the_whole(spans: list[tuple[Health, float]], count: int, hours: float) -> None:
    now = START + timedelta(hours=hours)
    intervals = [one for one in history(*spans, open_end=True) if one.start <= now]

    bars = days(intervals, now, count)

    whole = uptime(intervals, bars[0].uptime.start, now)
    assert len(bars) == count
    assert [one.day for one in bars] == [now.date() - timedelta(days=back) for back in range(count - 1, -1, -1)]
    assert sum((one.uptime.down for one in bars), timedelta(0)) == whole.down
    assert sum((one.uptime.up for one in bars), timedelta(0)) == whole.up
    assert bars[-1].uptime.end == now


def test_a_bar_shows_the_worst_of_its_day() -> None:
    intervals = history((UP, 30), (DOWN, 0.5), (UP, 20), (DEGRADED, 1), (UP, 30), (UNKNOWN, 40))

    bars = days(intervals, START + timedelta(days=5), 6)

    assert [(one.day.day, one.health) for one in bars] == [
        (1, UP),
        (2, DOWN),
        (3, DEGRADED),
        (4, UP),
        (5, UNKNOWN),
        (6, UNKNOWN),
    ]


def test_a_day_is_a_day_in_utc_wherever_now_is_said() -> None:
    now = (START + timedelta(hours=30)).astimezone(timezone(timedelta(hours=-11)))

    assert [one.day for one in days([], now, 2)] == [date(2025, 3, 1), date(2025, 3, 2)]


@pytest.mark.parametrize(
    ("healths", "expected"),
    [
        ([], UNKNOWN),
        ([UP], UP),
        ([UP, UP], UP),
        ([UP, UNKNOWN], UNKNOWN),
        ([UP, DEGRADED], DEGRADED),
        ([UNKNOWN, DEGRADED], DEGRADED),
        ([UP, DEGRADED, UNKNOWN, DOWN], DOWN),
    ],
    ids=str,
)
def test_a_component_is_as_well_as_its_worst_monitor(healths: list[Health], expected: Health) -> None:
    assert worst(healths) == expected
