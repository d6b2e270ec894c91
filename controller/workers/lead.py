"""The controller: one leader schedules and reconciles; a standby takes over within seconds."""

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import redis.asyncio as redis
from redis.exceptions import RedisError

from controller import clock
from controller.decisions import schedule
from controller.decisions.timetable import Batch, Entry, Timetable
from controller.git import watch
from controller.git.source import named_sources
from controller.logs import get
from controller.settings import Settings
from controller.store import alerts, monitors, outbox
from controller.store.database import LOST
from controller.workers import broker, events, housekeep
from controller.workers.reconcile import Reconciler
from controller.workers.runtime import Runtime

LEADER_LOCK = 7_256_001
TICK = 0.2
"""Seconds between two looks at the timetable; what is due by then goes out together."""
LARGEST_BATCH = 100
RECHECK = timedelta(minutes=5)
"""How often a source is looked at although nothing seems to have changed."""

_log = get("controller")


async def run(settings: Settings, sources: list[str]) -> None:
    """Lead while we hold the lock, stand by while we do not, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _lead_once(settings, sources, stop)
        except (*LOST, RedisError) as error:
            _log.warning("PostgreSQL or Redis is away", reason=str(error) or type(error).__name__)
        except Exception:
            _log.exception("the controller failed, and starts again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)


async def _lead_once(settings: Settings, sources: list[str], stop: asyncio.Event) -> None:
    """Wait for the lock, then lead until it is lost or we are stopped."""
    connection = await asyncpg.connect(settings.database_url, timeout=10)
    try:
        if not await _elected(connection, stop):
            return
        _log.info("leading", sources=sources)
        runtime = await Runtime.open(settings)
        try:
            await _all(
                stop,
                lambda: _hold_lock(connection),
                lambda: Leader(runtime, sources, stop).run(),
            )
        finally:
            await runtime.close()
    finally:
        await connection.close(timeout=2)


async def _elected(connection: asyncpg.Connection, stop: asyncio.Event) -> bool:
    waiting = False
    while not stop.is_set():
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
            return True
        if not waiting:
            _log.info("standing by: another controller leads")
        waiting = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    return False


async def _hold_lock(connection: asyncpg.Connection) -> None:
    """The lock lives as long as its connection; raises when that is gone, so that nobody leads twice."""
    while True:
        await connection.fetchval("SELECT 1", timeout=5)
        await asyncio.sleep(1)


async def _all(stop: asyncio.Event, *loops: Callable[[], Awaitable[None]]) -> None:
    """Run loops until one fails (and raise that) or we are stopped; none goes on alone."""
    tasks = [asyncio.ensure_future(start()) for start in loops]
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            task.result()
    finally:
        for task in [*tasks, stopped]:
            task.cancel()
        await asyncio.gather(*tasks, stopped, return_exceptions=True)


class Leader:
    """What the leader does: its loops, and the timetable they share."""

    def __init__(self, runtime: Runtime, sources: list[str], stop: asyncio.Event) -> None:
        self.runtime, self.stop = runtime, stop
        self.timetable = Timetable()
        self._abandoned: frozenset[str] = frozenset()
        self.reconcilers = [
            Reconciler(runtime, name, source, self.reload) for name, source in named_sources(sources).items()
        ]

    async def run(self) -> None:
        """Prepare the house, then run all loops."""
        await housekeep.partitions(self.runtime)
        await housekeep.sweep_stale(self.runtime)
        await self.reload()
        await _all(
            self.stop,
            self._dispatch,
            self._sweep,
            self._housekeep,
            self._listen,
            *(self._follow(one) for one in self.reconcilers),
        )

    async def reload(self) -> None:
        """Take over the monitors as they are now."""
        async with self.runtime.database.pool.acquire() as connection:
            found = await monitors.all_live(connection)
            seen = await monitors.observed(connection)
        entries = [
            Entry(
                one.id,
                one.generation,
                one.spec.every.total_seconds(),
                schedule.phase(one.workspace, one.name, one.spec.every).total_seconds(),
                tuple(one.spec.regions),
            )
            for one in found
        ]
        self.timetable.replace(entries, time.time(), {key: at.timestamp() for key, at in seen.items()})

    async def _dispatch(self) -> None:
        """Each tick, send what is due: one message per batch."""
        while True:
            for region, batch in self.timetable.due(time.time()).items():
                if self._is_abandoned(region):
                    continue  # its monitors go unknown, as nobody looks at them
                for start in range(0, len(batch), LARGEST_BATCH):
                    self._send(region, batch[start : start + LARGEST_BATCH])
            await asyncio.sleep(TICK - time.time() % TICK)

    def _is_abandoned(self, region: str) -> bool:
        """Whether a region's checks pile up because it has no worker."""
        try:
            full = broker.is_full(broker.check_queue(region))
        except (RedisError, OSError):
            return False
        if full and region not in self._abandoned:
            _log.error(
                "no worker takes the checks of a region", region=region, hint=f"wakeful worker --region {region}"
            )
        self._abandoned = self._abandoned | {region} if full else self._abandoned - {region}
        return full

    def _send(self, region: str, batch: Batch) -> None:
        try:
            broker.send(broker.check_queue(region), "check", region, batch)
        except (RedisError, OSError) as error:
            _log.warning("checks missed: Redis is away", region=region, count=len(batch), reason=str(error))

    async def _sweep(self) -> None:
        """Each half second: alerts whose time has come, and notifications that are due."""
        while True:
            now = clock.now()
            async with self.runtime.database.pool.acquire() as connection:
                pending = await alerts.monitors_to_evaluate(connection, now)
                owed = await outbox.due(connection, now - timedelta(milliseconds=500))
            with contextlib.suppress(RedisError, OSError):  # the next sweep finds them again
                if pending:
                    broker.send(broker.EVALUATE, "evaluate", pending)
                for notification_id in owed if not broker.is_full(broker.DELIVER) else ():
                    broker.send(broker.DELIVER, "deliver", notification_id)
            await asyncio.sleep(0.5)

    async def _housekeep(self) -> None:
        """Each ten seconds, forget health that nobody confirms: by the leader itself, as there may be no workers."""
        for turn in itertools.count(1):
            await asyncio.sleep(10)
            await housekeep.sweep_stale(self.runtime)
            if turn % 60 == 0:
                with contextlib.suppress(RedisError, OSError):
                    broker.send(broker.HOUSEKEEP, "housekeep")

    async def _listen(self) -> None:
        """Somebody asked us to look now."""
        while True:
            try:
                async with self.runtime.redis.pubsub() as listener:
                    await listener.subscribe(events.LOOK)
                    async for _ in _messages(listener):
                        for one in self.reconcilers:
                            await one.look()
            except (RedisError, OSError):
                await asyncio.sleep(1)

    def _follow(self, reconciler: Reconciler) -> Callable[[], Awaitable[None]]:
        async def follow() -> None:
            await reconciler.look()
            poll = self.runtime.settings.poll_interval
            async for _ in _or_every(watch.changes(reconciler.source, self.stop, poll), RECHECK):
                await reconciler.look()

        return follow


async def _messages(listener: redis.client.PubSub) -> AsyncIterator[None]:
    async for message in listener.listen():
        if message["type"] == "message":
            yield None


async def _or_every(changes: AsyncIterator[str], every: timedelta) -> AsyncIterator[str]:
    """Each change, and a reminder when none came for a while."""
    following = asyncio.ensure_future(anext(changes, None))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=every.total_seconds())
            if not done:
                yield "time to look again"
                continue
            reason = following.result()
            if reason is None:
                return
            yield reason
            following = asyncio.ensure_future(anext(changes, None))
    finally:
        following.cancel()
