"""Monitors, as scheduler and workers need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec

from controller.store.database import Connection
from specs.monitor import Monitor
from specs.resource import typed


@dataclass(frozen=True)
class Watched:
    """A live monitor: its identity, what it says, and since when it is there."""

    id: int
    workspace: str
    name: str
    generation: int
    spec: Monitor
    labels: dict[str, str]
    created_at: datetime
    commit: str


_SELECT = """
    SELECT r.id, r.workspace, r.name, r.generation, r.spec, r.labels, r.created_at, v.commit
    FROM resource r JOIN revision v ON v.id = r.updated_revision
    WHERE r.kind = 'Monitor' AND r.deleted_at IS NULL
"""


def _watched(row: Any) -> Watched:
    spec = cast(Monitor, typed("Monitor", msgspec.json.decode(row["spec"])))
    labels = msgspec.json.decode(row["labels"])
    return Watched(
        row["id"], row["workspace"], row["name"], row["generation"], spec, labels, row["created_at"], row["commit"]
    )


async def by_ids(connection: Connection, ids: Sequence[int]) -> dict[int, Watched]:
    """The live monitors among these ids."""
    rows = await connection.fetch(_SELECT + "AND r.id = ANY($1::bigint[])", list(ids))
    return {row["id"]: _watched(row) for row in rows}


async def all_live(connection: Connection) -> list[Watched]:
    """Every live monitor."""
    return [_watched(row) for row in await connection.fetch(_SELECT + "ORDER BY r.id")]


async def depending_on(connection: Connection, names: Sequence[tuple[str, str]]) -> dict[int, Watched]:
    """The live monitors that depend on one of these (workspace, name)."""
    rows = await connection.fetch(
        _SELECT
        + """AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS changed (workspace, name)
             WHERE changed.workspace = r.workspace AND r.spec -> 'dependsOn' ? changed.name)""",
        [workspace for workspace, _ in names],
        [name for _, name in names],
    )
    return {row["id"]: _watched(row) for row in rows}


async def observed(connection: Connection) -> dict[int, datetime]:
    """Monitor id → due time of its newest observation."""
    rows = await connection.fetch("SELECT monitor_id, max(last_due) AS last FROM region_state GROUP BY monitor_id")
    return {row["monitor_id"]: row["last"] for row in rows if row["last"]}
