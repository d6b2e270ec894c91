"""Which monitors are due: a heap of due times, held in memory by the leader."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from controller.decisions import schedule

Batch = list[tuple[int, int, float]]
"""Monitor id, generation, and due time in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One monitor: how often (in seconds), its place inside the interval, and where from."""

    id: int
    generation: int
    every: float
    offset: float
    regions: tuple[str, ...]


class Timetable:
    """Due times of all monitors. Takes `now` as seconds since the epoch, and never reads a clock."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._heap: list[tuple[float, int, int]] = []
        self._next: dict[int, float] = {}  # due times that count; others in the heap are left over
        self._is_start = True

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, entries: Iterable[Entry], now: float, seen: dict[int, float]) -> None:
        """Take over a new set of monitors; those that stay as they were keep their due times.

        `seen` is the due time of each monitor's newest observation. A monitor that is new, changed, or was
        not looked at for longer than its interval is checked soon; after that its phase decides.
        """
        wanted = {entry.id: entry for entry in entries}
        fresh = [one for one in wanted.values() if self._entries.get(one.id) != one]
        self._entries = wanted
        self._next = {monitor_id: due for monitor_id, due in self._next.items() if monitor_id in wanted}
        soon = [one for one in fresh if not self._is_current(one, now, seen)]
        spread = schedule.spread_for(len(soon))
        hurried = {one.id for one in soon}
        for one in fresh:
            place = one.offset / one.every
            by_phase = schedule.next_due(now, one.every, one.offset)
            due = min(by_phase, schedule.first_due(now, spread, place)) if one.id in hurried else by_phase
            self._push(one, due)
        self._is_start = False

    def _push(self, entry: Entry, due: float) -> None:
        self._next[entry.id] = due
        heapq.heappush(self._heap, (due, entry.id, entry.generation))

    def _is_current(self, entry: Entry, now: float, seen: dict[int, float]) -> bool:
        """At the start, whether it was looked at lately; after that, whatever appears is new or changed."""
        return self._is_start and entry.id in seen and now - seen[entry.id] <= entry.every

    def due(self, now: float) -> dict[str, Batch]:
        """Take what is due, by region; each monitor's next due time is after `now`."""
        batches: dict[str, Batch] = {}
        while self._heap and self._heap[0][0] <= now:
            due, monitor_id, generation = heapq.heappop(self._heap)
            entry = self._entries.get(monitor_id)
            if entry is None or entry.generation != generation or self._next.get(monitor_id) != due:
                continue  # removed or changed since; a changed one has a due time of its own
            self._push(entry, schedule.next_due(now, entry.every, entry.offset))
            for region in entry.regions:
                batches.setdefault(region, []).append((monitor_id, generation, due))
        return batches
