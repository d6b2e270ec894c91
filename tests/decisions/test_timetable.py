"""Which monitors are due: even, in phase, and the same after a restart."""

from collections import Counter

from controller.decisions.timetable import Entry, Timetable

NOW = 1_000_000.0


def entries(count: int, every: float = 10.0, generation: int = 1) -> list[Entry]:
    """Monitors spread evenly over their interval."""
    return [Entry(one, generation, every, every * one / count, ("default",)) for one in range(count)]


def ids(batches: dict[str, list[tuple[int, int, float]]]) -> list[int]:
    """The monitors of all regions."""
    return [one for batch in batches.values() for one, _, _ in batch]


def run(table: Timetable, start: float, seconds: int) -> list[tuple[int, float]]:
    """Everything that comes due, tick by tick: monitor and due time."""
    return [
        (one, due)
        for tick in range(seconds * 10)
        for batch in table.due(start + tick / 10).values()
        for one, _, due in batch
    ]


def test_a_new_monitor_is_checked_soon_and_then_in_phase() -> None:
    table = Timetable()
    table.replace([Entry(1, 1, 60.0, 45.0, ("default",))], NOW, {})

    times = [due for _, due in run(table, NOW, 180)]

    assert times[0] - NOW < 1
    assert [(due - 45) % 60 for due in times[1:]] == [0, 0, 0]


def test_ten_thousand_new_monitors_are_spread_over_five_seconds() -> None:
    table = Timetable()
    table.replace(entries(10_000, every=60), NOW, {})

    first = [ids(table.due(NOW + second)) for second in range(1, 6)]

    assert {one for second in first for one in second} == set(range(10_000))
    assert max(map(len, first)) < 2 * min(map(len, first))


def test_a_restart_shifts_no_monitor() -> None:
    seen = dict.fromkeys(range(100), NOW - 1)
    before, after = Timetable(), Timetable()
    before.replace(entries(100), NOW, seen)
    after.replace(entries(100), NOW + 3.3, dict.fromkeys(range(100), NOW + 3))
    run(before, NOW, 5)
    run(after, NOW + 4, 1)

    assert sorted(run(before, NOW + 5, 20)) == sorted(run(after, NOW + 5, 20))


def test_after_a_pause_what_was_missed_is_checked_soon() -> None:
    table = Timetable()
    table.replace(entries(100), NOW, dict.fromkeys(range(100), NOW - 3600))

    assert len(ids(table.due(NOW + 1))) == 100


def test_load_is_even_once_everything_runs() -> None:
    table = Timetable()
    table.replace(entries(1000), NOW, dict.fromkeys(range(1000), NOW))

    per_second = Counter(int(due) for _, due in run(table, NOW + 10, 10))

    assert max(per_second.values()) <= 1.1 * min(per_second.values())


def test_what_did_not_change_keeps_its_time_and_what_did_is_checked_soon() -> None:
    table = Timetable()
    table.replace(entries(2, every=600), NOW, {})
    table.due(NOW + 5)
    table.replace([*entries(2, every=600)[:1], Entry(1, 2, 600.0, 300.0, ("default",))], NOW + 10, {})

    assert ids(table.due(NOW + 12)) == [1]


def test_a_removed_monitor_is_never_due_again() -> None:
    table = Timetable()
    table.replace(entries(10), NOW, {})
    table.replace(entries(10)[:3], NOW, {})

    assert set(ids(table.due(NOW + 30))) == {0, 1, 2}
    assert len(table) == 3


def test_after_a_stall_each_monitor_is_due_once() -> None:
    table = Timetable()
    table.replace(entries(5), NOW, {})
    table.due(NOW + 1)

    assert sorted(ids(table.due(NOW + 95))) == [0, 1, 2, 3, 4]


def test_each_region_gets_its_share() -> None:
    table = Timetable()
    table.replace([Entry(1, 1, 10.0, 0.0, ("eu", "us"))], NOW, {})

    assert set(table.due(NOW + 11)) == {"eu", "us"}
