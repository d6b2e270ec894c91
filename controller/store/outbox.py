"""Notifications: written with the change they tell of, claimed by one deliverer at a time, ended in sent or dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import msgspec

from controller.decisions.message import Message
from controller.store.database import Connection
from specs.channel import Channel
from specs.resource import typed

LEASE = timedelta(seconds=90)
"""How long a claim holds; longer than any attempt, so that a killed deliverer's notification is sent again."""


@dataclass(frozen=True)
class Claimed:
    """A notification that is ours to send."""

    id: int
    alert_id: int
    incident_id: int | None
    channel_name: str
    channel: Channel
    message: Message
    attempts: int
    created_at: datetime


async def channels(connection: Connection, workspace: str, names: Sequence[str]) -> dict[str, int]:
    """Channel name → id, of those that are live."""
    rows = await connection.fetch(
        "SELECT name, id FROM resource WHERE kind = 'Channel' AND workspace = $1 AND name = ANY($2::text[])"
        " AND deleted_at IS NULL",
        workspace,
        list(names),
    )
    return {row["name"]: row["id"] for row in rows}


async def told(connection: Connection, alert_id: int) -> dict[int, Message]:
    """Channels that have (or will have) been told that an alert fired, and in which words."""
    rows = await connection.fetch(
        "SELECT channel_id, message FROM notification WHERE alert_id = $1 AND status = 'firing' ORDER BY id", alert_id
    )
    return {row["channel_id"]: Message.from_json(msgspec.json.decode(row["message"])) for row in rows}


async def add(
    connection: Connection,
    alert_id: int,
    incident_id: int | None,
    channel_id: int,
    reason: str,
    message: Message,
    now: datetime,
) -> int | None:
    """Queue a message. Returns its id, or None when this very notification is there already."""
    found: int | None = await connection.fetchval(
        """
        INSERT INTO notification (alert_id, incident_id, channel_id, status, reason, idempotency_key, message,
          next_attempt_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
        """,
        alert_id,
        incident_id,
        channel_id,
        message.status,
        reason,
        message.key,
        msgspec.json.encode(message.as_json()).decode(),
        now,
    )
    return found


async def claim(connection: Connection, notification_id: int, now: datetime) -> Claimed | None:
    """Take one notification, if it is due and nobody has it.

    A later message about the same alert to the same channel waits until the earlier one has ended, so that
    nobody hears that something is resolved before hearing that it broke.
    """
    row = await connection.fetchrow(
        """
        UPDATE notification n SET state = 'sending', attempts = attempts + 1, leased_until = $3
        WHERE id = $1 AND next_attempt_at <= $2
          AND (state = 'queued' OR (state = 'sending' AND leased_until < $2))
          AND NOT EXISTS (SELECT FROM notification e WHERE e.alert_id = n.alert_id AND e.channel_id = n.channel_id
                          AND e.id < n.id AND e.state IN ('queued', 'sending'))
        RETURNING id, alert_id, incident_id, channel_id, message, attempts, created_at
        """,
        notification_id,
        now,
        now + LEASE,
    )
    if row is None:
        return None  # another deliverer has it, it is not due, or an earlier one comes first
    channel = await connection.fetchrow("SELECT name, spec FROM resource WHERE id = $1", row["channel_id"])
    return Claimed(
        row["id"],
        row["alert_id"],
        row["incident_id"],
        channel["name"],
        cast(Channel, typed("Channel", msgspec.json.decode(channel["spec"]))),
        Message.from_json(msgspec.json.decode(row["message"])),
        row["attempts"],
        row["created_at"],
    )


async def sent(connection: Connection, notification_id: int, receipt: str, now: datetime) -> None:
    """It arrived."""
    await connection.execute(
        "UPDATE notification SET state = 'sent', receipt = $2, sent_at = $3, last_error = NULL, leased_until = NULL"
        " WHERE id = $1",
        notification_id,
        receipt,
        now,
    )


async def again(connection: Connection, notification_id: int, error: str, at: datetime) -> None:
    """It did not arrive; try again at an instant."""
    await connection.execute(
        "UPDATE notification SET state = 'queued', last_error = $2, next_attempt_at = $3, leased_until = NULL"
        " WHERE id = $1",
        notification_id,
        error,
        at,
    )


async def dead(connection: Connection, notification_id: int, error: str) -> None:
    """It will not arrive."""
    await connection.execute(
        "UPDATE notification SET state = 'dead', last_error = $2, leased_until = NULL WHERE id = $1",
        notification_id,
        error,
    )


async def due(connection: Connection, now: datetime, limit: int = 500) -> list[int]:
    """Notifications to deliver now: never queued, waiting for another attempt, or left by a killed deliverer."""
    rows = await connection.fetch(
        """
        SELECT id FROM notification WHERE next_attempt_at <= $1
          AND (state = 'queued' OR (state = 'sending' AND leased_until < $1)) ORDER BY id LIMIT $2
        """,
        now,
        limit,
    )
    return [row["id"] for row in rows]
