"""Gathers what the checks of a process saw and stores it in few transactions.

A slow target never holds back the others of its batch: whatever was seen within a moment is stored together.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from controller import clock
from controller.decisions import judge
from controller.decisions.judge import RegionState
from controller.decisions.observation import Health, Observation
from controller.logs import get
from controller.store import monitors, observations, states
from controller.store.database import LOST, Connection
from controller.store.monitors import Watched
from controller.workers import broker, events, metrics, transitions
from controller.workers.runtime import Runtime
from controller.workers.transitions import Happened

MOST = 500
"""Observations in one transaction."""
GIVE_UP_AFTER = 60.0
"""Seconds to wait for PostgreSQL before observations are given up."""

_log = get("recorder")


@dataclass
class Recorder:
    """One per runtime."""

    runtime: Runtime
    _pending: list[tuple[Observation, Watched, asyncio.Future[None]]] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def add(self, seen: Observation, watched: Watched) -> None:
        """Have an observation stored; returns when it is (or was given up, which is logged)."""
        future = asyncio.get_running_loop().create_future()
        self._pending.append((seen, watched, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await future

    async def _write(self) -> None:
        try:
            while self._pending:
                if len(self._pending) < MOST:
                    await asyncio.sleep(self.runtime.settings.flush_after)
                taken, self._pending = self._pending[:MOST], self._pending[MOST:]
                try:
                    await self._persist([(seen, watched) for seen, watched, _ in taken])
                except Exception:
                    _log.exception("observations lost", count=len(taken))
                finally:
                    for *_, future in taken:
                        if not future.done():
                            future.set_result(None)
        finally:
            self._writing = None

    async def _persist(self, batch: Sequence[tuple[Observation, Watched]]) -> None:
        """Store a batch, however long PostgreSQL takes to come back (up to a minute)."""
        loop = asyncio.get_running_loop()
        deadline, wait = loop.time() + GIVE_UP_AFTER, 0.1
        while True:
            try:
                fresh, happened = await store(self.runtime, batch)
            except LOST as error:
                if loop.time() > deadline:
                    raise
                _log.warning("PostgreSQL is away, holding observations", count=len(batch), reason=str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 2, 2.0)
            else:
                await announce(self.runtime, happened, fresh)
                return


async def store(
    runtime: Runtime, batch: Sequence[tuple[Observation, Watched]]
) -> tuple[list[tuple[Observation, Watched]], Happened]:
    """Fold a batch into the states and keep it, in one transaction. Returns what was new, and what it brought about."""
    batch = sorted(batch, key=lambda pair: (pair[0].monitor_id, pair[0].region, pair[0].due))
    keys = list(dict.fromkeys((seen.monitor_id, seen.region) for seen, _ in batch))
    async with runtime.database.transaction() as connection:
        before = await states.lock_regions(connection, keys)
        fresh, after = fold(batch, before)
        await observations.add(connection, (seen for seen, _ in fresh))
        await states.save_regions(connection, [(key, state, seen) for key, (state, seen) in after.items()])
        moved = {
            seen.monitor_id: (watched, after[seen.monitor_id, seen.region][1].at)
            for seen, watched in fresh
            if changed_its_mind(before[seen.monitor_id, seen.region], after[seen.monitor_id, seen.region][0])
        }
        happened = await reconsider_all(
            connection,
            {key: watched for key, (watched, _) in moved.items()},
            {key: at for key, (_, at) in moved.items()},
            runtime.settings.public_url,
        )
    return fresh, happened


def changed_its_mind(before: RegionState, after: RegionState) -> bool:
    """Whether a region believes something else, or cannot tell for another reason."""
    if before.verdict != after.verdict:
        return True
    return after.verdict == Health.UNKNOWN and before.reason != after.reason


def fold(
    batch: Sequence[tuple[Observation, Watched]], before: dict[states.RegionKey, RegionState]
) -> tuple[list[tuple[Observation, Watched]], dict[states.RegionKey, tuple[RegionState, Observation]]]:
    """Add observations to what the regions believe. What is not newer than the last one is left out."""
    fresh: list[tuple[Observation, Watched]] = []
    after: dict[states.RegionKey, tuple[RegionState, Observation]] = {}
    for seen, watched in batch:
        key = (seen.monitor_id, seen.region)
        if key not in before:
            continue  # the monitor was removed while we looked
        state = after[key][0] if key in after else before[key]
        changed = judge.observe(state, seen, watched.spec.confirm)
        if changed is not state:
            fresh.append((seen, watched))
            after[key] = (changed, seen)
    return fresh, after


async def reconsider_all(
    connection: Connection, watched: dict[int, Watched], at: dict[int, datetime], public_url: str
) -> Happened:
    """Reconsider monitors, then whatever depends on those that changed, until nothing changes any more."""
    total = Happened()
    while watched:
        now = clock.now()
        happened = await transitions.reconsider(connection, watched, at, now, public_url)
        total.monitors += happened.monitors
        total.incidents += happened.incidents
        total.notifications += happened.notifications
        names = [(one["workspace"], one["name"]) for one in happened.monitors]
        watched = await monitors.depending_on(connection, names) if names else {}
    return total


async def announce(runtime: Runtime, happened: Happened, fresh: Sequence[tuple[Observation, Watched]] = ()) -> None:
    """After the commit: deliver what is owed, and tell whoever watches."""
    for notification_id in happened.notifications:
        try:
            broker.send(broker.DELIVER, "deliver", notification_id)
        except Exception as error:
            _log.warning("delivery left to the sweeper", notification=notification_id, reason=str(error))
    seen_items = [_item(seen, watched) for seen, watched in fresh]
    await events.publish(
        runtime.redis,
        {"observations": seen_items, "monitors": happened.monitors, "incidents": happened.incidents},
        metrics.count(seen for seen, _ in fresh),
    )


def _item(seen: Observation, watched: Watched) -> dict[str, object]:
    return {
        "monitor_id": seen.monitor_id,
        "workspace": watched.workspace,
        "name": watched.name,
        "region": seen.region,
        "due": seen.due,
        "at": seen.at,
        "outcome": seen.outcome.value,
        "reason": seen.reason,
        "latency": None if seen.latency is None else seen.latency.total_seconds(),
    }
