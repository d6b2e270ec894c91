"""Observations: stored by COPY into partitions of one UTC day, which are made ahead of time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from controller.decisions.observation import Observation
from controller.store.database import Connection

PHASES = ("dns", "connect", "tls", "firstByte", "transfer")
"""The order in which `observation.phases` holds them, in seconds."""

_COLUMNS = ("monitor_id", "region", "due", "late", "outcome", "reason", "latency", "phases", "details")
_PARTITION_LOCK = 7_256_012


async def add(connection: Connection, observations: Iterable[Observation]) -> None:
    """Store new observations. Raises when the partition of a day is missing, or one is there already."""
    await connection.copy_records_to_table("observation", columns=_COLUMNS, records=map(_record, observations))


def _record(one: Observation) -> tuple[object, ...]:
    return (
        one.monitor_id,
        one.region,
        one.due,
        (one.at - one.due).total_seconds(),
        one.outcome.value,
        one.reason,
        None if one.latency is None else one.latency.total_seconds(),
        [one.phases[name].total_seconds() if name in one.phases else None for name in PHASES] if one.phases else None,
        msgspec.json.encode(one.details).decode() if one.details else None,
    )


async def make_partitions(connection: Connection, now: datetime, ahead: int = 3) -> list[str]:
    """Make the partitions from yesterday until `ahead` days from now. Returns the names of the new ones."""
    made = []
    async with connection.transaction():
        # Two housekeepers at once would both find the table missing.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _PARTITION_LOCK)
        for offset in range(-1, ahead + 1):
            day = (now + timedelta(days=offset)).date()
            name = f"observation_{day:%Y%m%d}"
            if await connection.fetchval("SELECT to_regclass($1)", name) is None:
                end = day + timedelta(days=1)
                await connection.execute(
                    f"CREATE TABLE {name} PARTITION OF observation"
                    f" FOR VALUES FROM ('{day}T00:00:00Z') TO ('{end}T00:00:00Z')"
                )
                made.append(name)
    return made


async def drop_partitions(connection: Connection, before: datetime) -> list[str]:
    """Drop the partitions of days that ended before an instant. Returns their names."""
    rows = await connection.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'observation'::regclass"
    )
    last = f"observation_{(before - timedelta(days=1)).date():%Y%m%d}"
    gone = sorted(row["name"] for row in rows if row["name"] < last)
    for name in gone:
        await connection.execute(f"DROP TABLE IF EXISTS {name}")
    return gone
