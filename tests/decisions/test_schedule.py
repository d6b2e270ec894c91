"""When each monitor is due: evenly spread, the same after a restart, never twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.schedule import first_due, is_stale, next_due, phase, spread_for
from controller.decisions.timetable import Entry, Timetable

MINUTE = timedelta(minutes=1)
INTERVALS = st.sampled_from([1.0, 1.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0, 86400.0])
INSTANTS = st.floats(0, 4e9)


def test_phases_are_spread_evenly_over_the_interval() -> None:
    buckets = [0] * 60
    for index in range(10_000):
        buckets[int(phase("default", f"monitor-{index}", MINUTE).total_seconds())] += 1

    expected = 10_000 / 60
    chi_square = sum((count - expected) ** 2 / expected for count in buckets)
    # 59 degrees of freedom: a fair hash exceeds 98.3 once in a thousand choices of names, and these names are fixed.
    assert chi_square < 98.3


def test_phases_are_spread_evenly_also_within_a_second() -> None:
    buckets = [0] * 10
    for index in range(10_000):
        seconds = phase("default", f"monitor-{index}", MINUTE).total_seconds()
        buckets[int(seconds * 10) % 10] += 1

    assert sum((count - 1000) ** 2 / 1000 for count in buckets) < 27.9


@given(st.text(), st.text(), st.timedeltas(timedelta(seconds=1), timedelta(days=1)))
def test_a_phase_is_inside_its_interval_and_stays_the_same(workspace: str, name: str, every: timedelta) -> None:
    place = phase(workspace, name, every)

    assert timedelta(0) <= place <= every
    assert place == phase(workspace, name, every)


def test_a_phase_is_the_same_in_each_release() -> None:
    assert phase("default", "checkout", MINUTE) == timedelta(seconds=49, microseconds=85704)
    assert phase("other", "checkout", MINUTE) != phase("default", "checkout", MINUTE)


@given(INSTANTS, INTERVALS, st.floats(0, 1, exclude_max=True))
def test_the_next_due_time_is_later_in_phase_and_within_one_interval(at: float, every: float, place: float) -> None:
    offset = place * every
    due = next_due(at, every, offset)

    turns = (due - offset) / every
    assert at < due <= at + every + 1e-5
    assert abs(turns - round(turns)) * every < 1e-5


@given(INSTANTS, INTERVALS, st.floats(0, 1, exclude_max=True))
def test_due_times_follow_one_another_at_the_interval(at: float, every: float, place: float) -> None:
    first = next_due(at, every, place * every)
    second = next_due(first, every, place * every)

    assert abs(second - first - every) < 1e-5


@pytest.mark.parametrize(("count", "seconds"), [(0, 0.0), (1, 0.0005), (2000, 1.0), (20_000, 10.0), (1_000_000, 10.0)])
def test_new_monitors_start_within_ten_seconds(count: int, seconds: float) -> None:
    assert spread_for(count) == seconds
    assert first_due(1000.0, spread_for(count), 0.5) == 1000.0 + seconds / 2


@pytest.mark.parametrize(
    ("late", "every", "stale"),
    [(0, 60, False), (60, 60, False), (61, 60, True), (1, 1, False), (1.5, 1, True), (0.9, 0.5, False)],
)
def test_a_check_is_missed_when_the_next_one_is_due(late: float, every: float, stale: bool) -> None:
    due = datetime(2025, 3, 1, tzinfo=UTC)

    assert is_stale(due, due + timedelta(seconds=late), timedelta(seconds=every)) == stale


def entry(number: int, *, generation: int = 1, every: float = 10.0, regions: tuple[str, ...] = ("eu",)) -> Entry:
    """A monitor whose place in its interval is its number."""
    return Entry(number, generation, every, float(number % every), regions)


def dues(table: Timetable, start: float, seconds: int) -> list[tuple[int, float]]:
    """Monitor and due time of each check in some seconds, asked for second by second."""
    found = []
    for step in range(seconds + 1):
        for batch in table.due(start + step).values():
            found += [(number, due) for number, _, due in batch]
    return found


def test_a_monitor_is_due_once_an_interval_at_its_phase() -> None:
    table = Timetable()
    table.replace([entry(3)], now=1000.0, seen={3: 995.0})

    assert dues(table, 1000.0, 40) == [(3, 1003.0), (3, 1013.0), (3, 1023.0), (3, 1033.0)]


def test_each_region_gets_a_batch_of_its_own() -> None:
    table = Timetable()
    table.replace([entry(1, regions=("eu", "us")), entry(2, regions=("us",))], now=1000.0, seen={1: 999.0, 2: 999.0})

    batches = table.due(1005.0)

    assert batches == {"eu": [(1, 1, 1001.0)], "us": [(1, 1, 1001.0), (2, 1, 1002.0)]}
    assert table.due(1005.0) == {}


def test_what_was_missed_is_not_made_up_for() -> None:
    table = Timetable()
    table.replace([entry(3)], now=1000.0, seen={3: 995.0})

    assert dues(table, 1100.0, 10) == [(3, 1003.0), (3, 1103.0)]


def test_a_new_monitor_is_looked_at_soon_and_then_at_its_phase() -> None:
    table = Timetable()
    table.replace([entry(9)], now=1000.0, seen={})

    [(_, first), *others] = dues(table, 1000.0, 30)
    assert 1000.0 <= first <= 1000.01
    assert others == [(9, 1009.0), (9, 1019.0), (9, 1029.0)]


def test_after_a_restart_a_monitor_keeps_its_times() -> None:
    table = Timetable()
    table.replace([entry(9, every=10.0)], now=1000.0, seen={9: 999.0})
    assert dues(table, 1000.0, 10) == [(9, 1009.0)]

    late = Timetable()
    late.replace([entry(9, every=10.0)], now=1000.0, seen={9: 900.0})
    [(_, due)] = dues(late, 1000.0, 1)
    assert due == pytest.approx(1000.0, abs=0.01)


def test_a_changed_monitor_is_looked_at_soon_and_its_old_times_are_forgotten() -> None:
    table = Timetable()
    table.replace([entry(3)], now=1000.0, seen={3: 999.0})
    table.replace([entry(3, generation=2, every=5.0)], now=1001.0, seen={3: 999.0})

    [(_, first), *others] = dues(table, 1001.0, 12)

    assert first == pytest.approx(1001.0, abs=0.01)
    assert others == [(3, 1003.0), (3, 1008.0), (3, 1013.0)]


def test_a_removed_monitor_is_due_no_more() -> None:
    table = Timetable()
    table.replace([entry(3), entry(4)], now=1000.0, seen={3: 999.0, 4: 999.0})
    table.replace([entry(4)], now=1000.0, seen={})

    assert len(table) == 1
    assert dues(table, 1000.0, 10) == [(4, 1004.0)]


def test_a_monitor_that_went_and_came_back_is_not_due_twice() -> None:
    table = Timetable()
    table.replace([entry(3)], now=1000.0, seen={3: 999.0})
    table.replace([], now=1000.1, seen={})
    table.replace([entry(3)], now=1000.2, seen={})

    later = [due for _, due in dues(table, 1000.2, 40)][1:]
    assert later == [1003.0, 1013.0, 1023.0, 1033.0]


@given(
    st.lists(
        st.tuples(st.dictionaries(st.integers(0, 5), st.integers(1, 3), max_size=5), st.integers(0, 30)), max_size=8
    )
)
def test_whatever_changes_nothing_is_due_twice_at_once(steps: list[tuple[dict[int, int], int]]) -> None:
    table, now = Timetable(), 1000.0
    for wanted, wait in steps:
        table.replace([entry(number, generation=version) for number, version in wanted.items()], now, {})
        for _ in range(wait):
            now += 1
            batch = table.due(now).get("eu", [])
            assert len({number for number, _, _ in batch}) == len(batch)
            assert all(wanted[number] == version for number, version, _ in batch)
