"""Incidents and their timelines."""

from collections.abc import Sequence
from datetime import datetime

from controller.store.database import Connection


async def open_ones(connection: Connection, monitor_ids: Sequence[int]) -> dict[int, int]:
    """Monitor id → id of its open incident."""
    rows = await connection.fetch(
        "SELECT monitor_id, id FROM incident WHERE monitor_id = ANY($1::bigint[]) AND resolved_at IS NULL",
        list(monitor_ids),
    )
    return {row["monitor_id"]: row["id"] for row in rows}


async def open_incident(
    connection: Connection, monitor_id: int, workspace: str, title: str, reason: str, at: datetime
) -> int:
    """Open one, with the first line of its timeline. Returns its id. The unique index forbids a second."""
    incident_id: int = await connection.fetchval(
        "INSERT INTO incident (monitor_id, workspace, title, reason, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        monitor_id,
        workspace,
        title,
        reason,
        at,
    )
    await note(connection, incident_id, at, "opened", reason)
    return incident_id


async def resolve(connection: Connection, incident_id: int, reason: str, at: datetime) -> None:
    """Resolve one, with the last line of its timeline."""
    await connection.execute(
        "UPDATE incident SET resolved_at = greatest($2, started_at) WHERE id = $1 AND resolved_at IS NULL",
        incident_id,
        at,
    )
    await note(connection, incident_id, at, "resolved", reason)


async def note(connection: Connection, incident_id: int, at: datetime, type_: str, text: str) -> None:
    """Add a line to a timeline."""
    await connection.execute(
        "INSERT INTO incident_event (incident_id, at, type, text) VALUES ($1, $2, $3, $4)", incident_id, at, type_, text
    )
