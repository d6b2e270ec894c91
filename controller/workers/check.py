"""The check actor: learn the monitors of a batch, look at all of them at once, have it recorded."""

import asyncio
import weakref
from datetime import UTC, datetime, timedelta

from controller import clock
from controller.decisions import schedule
from controller.decisions.assess import assess
from controller.decisions.heartbeat import judge_pings
from controller.decisions.observation import Health, Observation, Seen
from controller.decisions.timetable import Batch
from controller.logs import get
from controller.store import heartbeats
from controller.workers import broker, runtime
from controller.workers.metrics import HASH
from controller.workers.recorder import Recorder
from controller.workers.runtime import Ready, Runtime

_log = get("check")
_recorders: weakref.WeakKeyDictionary[Runtime, Recorder] = weakref.WeakKeyDictionary()


async def check(region: str, batch: Batch) -> None:
    """Check monitors from a region. A check that is so late that the next one is due counts as missed."""
    here = await runtime.current()
    known = await here.know((monitor_id, generation) for monitor_id, generation, _ in batch)
    now = clock.now()
    wanted: list[tuple[Ready, datetime]] = []
    missed = 0
    for monitor_id, _, due in batch:
        ready = known.get(monitor_id)
        if ready is None:
            continue
        at = datetime.fromtimestamp(due, UTC)
        if schedule.is_stale(at, now, ready.watched.spec.every):
            missed += 1
        else:
            wanted.append((ready, at))
    if missed:
        await _count_missed(here, region, missed)
    pings = await _pings(here, wanted)
    await asyncio.gather(*(_one(here, ready, region, due, pings) for ready, due in wanted))


async def _one(here: Runtime, ready: Ready, region: str, due: datetime, pings: dict[int, datetime]) -> None:
    recorder = _recorders.get(here) or _recorders.setdefault(here, Recorder(here))
    await recorder.add(await observe(ready, region, due, pings), ready.watched)


async def observe(ready: Ready, region: str, due: datetime, pings: dict[int, datetime]) -> Observation:
    """Look once at one monitor, and say how it is."""
    at = clock.now()
    watched = ready.watched
    if watched.spec.heartbeat and ready.problem is None:
        health, reason = judge_pings(watched.spec.heartbeat, pings.get(watched.id), at)
        return Observation(watched.id, region, due, at, health, reason)
    if ready.target is None:
        return Observation(watched.id, region, due, at, Health.UNKNOWN, ready.problem)
    try:
        seen = await ready.target.look()
        outcome, reason = assess(ready.expectations, seen)
    except Exception as error:  # a fault of ours must not look like a fault of the target
        _log.exception("the probe failed", monitor=watched.name)
        return Observation(watched.id, region, due, at, Health.UNKNOWN, f"the probe failed: {type(error).__name__}")
    reason = ready.hidden(reason)  # what a server echoes may hold what we sent it
    return Observation(watched.id, region, due, at, outcome, reason, seen.latency, seen.phases, _details(seen, outcome))


def _details(seen: Seen, outcome: Health) -> dict[str, object] | None:
    """What is kept beside the numbers; for a good observation nothing is."""
    return dict(seen.details) if seen.details and outcome != Health.UP else None


async def _pings(here: Runtime, wanted: list[tuple[Ready, datetime]]) -> dict[int, datetime]:
    ids = [ready.watched.id for ready, _ in wanted if ready.watched.spec.heartbeat]
    if not ids:
        return {}
    async with here.database.pool.acquire() as connection:
        return await heartbeats.last_pings(connection, ids)


async def _count_missed(here: Runtime, region: str, missed: int) -> None:
    _log.warning("checks missed: they came too late", region=region, count=missed)
    await here.redis.hincrbyfloat(HASH, f"missed|{region}", missed)


def request_now(monitor_id: int, generation: int, regions: list[str], at: datetime) -> None:
    """Ask for one check of a monitor right now, from each of its regions. Raises redis.RedisError."""
    for region in regions:
        broker.send(broker.check_queue(region), "check", region, [(monitor_id, generation, at.timestamp())])


LONGEST = timedelta(minutes=10)
"""A batch that takes longer than this is broken."""
