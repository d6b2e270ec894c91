"""Pings of jobs."""

from collections.abc import Sequence
from datetime import datetime

from controller.store.database import Connection


async def last_pings(connection: Connection, monitor_ids: Sequence[int]) -> dict[int, datetime]:
    """Monitor id → when it was last pinged."""
    rows = await connection.fetch(
        "SELECT monitor_id, last_at FROM heartbeat_ping WHERE monitor_id = ANY($1::bigint[])", list(monitor_ids)
    )
    return {row["monitor_id"]: row["last_at"] for row in rows}
