"""Heartbeat monitors, and their pings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.store.reading.query import Reader, plain


@dataclass(frozen=True, slots=True)
class HeartbeatTarget:
    """A heartbeat monitor. `token` is what its spec says, if anything, with `${secret.X}` unresolved."""

    monitor_id: int
    workspace: str
    name: str
    generation: int
    regions: list[str]
    token: str | None


async def targets(reader: Reader) -> list[HeartbeatTarget]:
    """Every live heartbeat monitor."""
    rows = await reader.fetch(
        "SELECT id, workspace, name, generation, spec -> 'regions' AS regions, spec -> 'heartbeat' ->> 'token' AS token"
        " FROM resource WHERE kind = 'Monitor' AND deleted_at IS NULL AND spec ? 'heartbeat' ORDER BY id"
    )
    return [
        HeartbeatTarget(
            row["id"],
            row["workspace"],
            row["name"],
            row["generation"],
            plain(row["regions"]) or ["default"],
            row["token"],
        )
        for row in rows
    ]


async def instance_key(reader: Reader) -> str:
    """The key that makes this installation's heartbeat addresses."""
    found: str = await reader.fetchval("SELECT value FROM setting WHERE key = 'instance_key'")
    return found


async def record(connection: Any, monitor_id: int, at: datetime) -> None:
    """A job called. The only thing here that writes; a ping that arrives out of order does not turn time back."""
    await connection.execute(
        """
        INSERT INTO heartbeat_ping AS p (monitor_id, last_at) VALUES ($1, $2)
        ON CONFLICT (monitor_id) DO UPDATE SET last_at = greatest(p.last_at, $2), pings = p.pings + 1
        """,
        monitor_id,
        at,
    )
