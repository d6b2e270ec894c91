"""A stage for tests of workers: a migrated database, a runtime on it, and specs applied to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from controller.decisions.observation import Health, Observation
from controller.git.source import parse_source
from controller.settings import Settings
from controller.store import monitors, observations
from controller.store.monitors import Watched
from controller.workers import recorder
from controller.workers.reconcile import Reconciler
from controller.workers.runtime import Runtime
from controller.workers.transitions import Happened

START = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Stage:
    """A runtime, a folder of specs, and a clock hand that moves with each observation."""

    runtime: Runtime
    folder: Path
    reconciler: Reconciler
    reloads: list[datetime] = field(default_factory=list)
    tick: int = 0

    def write(self, text: str, name: str = "specs.yaml") -> None:
        """Put specs into the folder."""
        (self.folder / name).write_text(dedent(text))

    async def rows(self, query: str, *args: Any) -> list[Any]:
        """What the database holds."""
        return list(await self.runtime.database.pool.fetch(query, *args))

    async def value(self, query: str, *args: Any) -> Any:
        """One value the database holds."""
        return await self.runtime.database.pool.fetchval(query, *args)

    async def watched(self, name: str) -> Watched:
        """A live monitor by its name."""
        monitor_id = await self.value("SELECT id FROM resource WHERE kind = 'Monitor' AND name = $1", name)
        async with self.runtime.database.pool.acquire() as connection:
            return (await monitors.by_ids(connection, [monitor_id]))[monitor_id]

    async def see(
        self, name: str, outcome: str, reason: str | None = None, *, region: str = "default", at: datetime | None = None
    ) -> Happened:
        """One observation of a monitor, stored as a worker would."""
        self.tick += 1
        when = at or START + timedelta(seconds=self.tick)
        monitor = await self.watched(name)
        seen = Observation(monitor.id, region, when, when, Health(outcome), reason, timedelta(milliseconds=5))
        _, happened = await recorder.store(self.runtime, [(seen, monitor)])
        return happened


Scene = Callable[[Callable[[Stage], Awaitable[None]]], None]
"""Runs an act (an async function of a stage) on a stage of its own."""


@asynccontextmanager
async def stage(database_url: str, redis_url: str, folder: Path, **more: Any) -> AsyncIterator[Stage]:
    """Open a stage on a fresh database."""
    settings = Settings(database_url=database_url, redis_url=redis_url, data_dir=folder / "data", **more)
    specs = folder / "specs"
    specs.mkdir(exist_ok=True)
    runtime = await Runtime.open(settings)
    async with runtime.database.pool.acquire() as connection:
        await observations.make_partitions(connection, START)
    reloads: list[datetime] = []

    async def reloaded() -> None:
        reloads.append(datetime.now(UTC))

    try:
        yield Stage(runtime, specs, Reconciler(runtime, "main", parse_source(f"folder:{specs}"), reloaded), reloads)
    finally:
        await runtime.close()


def play(database_url: str, redis_url: str, folder: Path, scene: Any, **more: Any) -> Any:
    """Run one scene (an async function of a stage) to its end."""

    async def run() -> Any:
        async with stage(database_url, redis_url, folder, **more) as here:
            return await scene(here)

    return asyncio.run(run())


def monitor(name: str = "checkout", extra: str = "", **metadata: str) -> str:
    """A monitor document."""
    more = "".join(f", {key}: {value}" for key, value in metadata.items())
    return (
        f"---\napiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {{name: {name}{more}}}\n"
        f"spec:\n  every: 10s\n  timeout: 5s\n  tcp: {{host: 127.0.0.1, port: 9}}\n{extra}"
    )


def rule(name: str = "down", wait: str = "0s", notify: str = "hook", match: str = "{}") -> str:
    """An alert rule document."""
    return (
        f"---\napiVersion: wakeful.dev/v1\nkind: AlertRule\nmetadata: {{name: {name}}}\n"
        f"spec: {{down: {{for: {wait}}}, notify: [{notify}], match: {match}}}\n"
    )


def webhook(name: str = "hook", url: str = "http://127.0.0.1:9/") -> str:
    """A webhook channel document."""
    return (
        f"---\napiVersion: wakeful.dev/v1\nkind: Channel\nmetadata: {{name: {name}}}\n"
        f"spec: {{webhook: {{url: '{url}'}}}}\n"
    )


def named(rows: list[Any], *columns: str) -> list[Mapping[str, Any] | Any]:
    """Rows as plain tuples of some columns (or values of one)."""
    return [row[columns[0]] if len(columns) == 1 else tuple(row[one] for one in columns) for row in rows]
