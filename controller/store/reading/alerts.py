"""Alerts, and the notifications that tell of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from controller.store.reading.query import Filter, Reader, plain

AlertState = Literal["pending", "firing", "resolved"]
NotificationState = Literal["queued", "sending", "sent", "dead"]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One rule holding for one monitor."""

    id: int
    workspace: str
    monitor: str
    rule: str
    incident_id: int | None
    state: AlertState
    severity: str
    reason: str
    since: datetime
    fires_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """One message to one channel: why, what became of it, and what it says."""

    id: int
    alert_id: int
    incident_id: int | None
    workspace: str
    channel: str
    status: str
    reason: str
    state: NotificationState
    attempts: int
    receipt: str | None
    last_error: str | None
    message: dict[str, Any]
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None


async def page(
    reader: Reader,
    *,
    state: AlertState | None = None,
    workspace: str | None = None,
    monitor: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[AlertLine]:
    """Alerts, newest first, from the one before an id."""
    where = Filter()
    where.given("a.state = {}", state)
    where.given("m.workspace = {}", workspace)
    where.given("m.name = {}", monitor)
    where.given("a.id < {}", before)
    query = f"""
        SELECT a.id, m.workspace, m.name AS monitor, u.name AS rule, a.incident_id, a.state, a.severity, a.reason,
          a.since, a.fires_at, a.fired_at, a.resolved_at
        FROM alert a JOIN resource m ON m.id = a.monitor_id JOIN resource u ON u.id = a.rule_id
        WHERE {where} ORDER BY a.id DESC LIMIT {where.bind(limit)}
    """
    return [AlertLine(**dict(row)) for row in await reader.fetch(query, *where.values)]


async def notifications(
    reader: Reader,
    *,
    state: NotificationState | None = None,
    alert_id: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[NotificationLine]:
    """Notifications, newest first, from the one before an id."""
    where = Filter()
    where.given("n.state = {}", state)
    where.given("n.alert_id = {}", alert_id)
    where.given("n.id < {}", before)
    query = f"""
        SELECT n.id, n.alert_id, n.incident_id, c.workspace, c.name AS channel, n.status, n.reason, n.state, n.attempts,
          n.receipt, n.last_error, n.message, n.created_at, n.sent_at,
          CASE WHEN n.state = 'queued' THEN n.next_attempt_at END AS next_attempt_at
        FROM notification n JOIN resource c ON c.id = n.channel_id
        WHERE {where} ORDER BY n.id DESC LIMIT {where.bind(limit)}
    """
    rows = await reader.fetch(query, *where.values)
    return [NotificationLine(**dict(row) | {"message": plain(row["message"])}) for row in rows]


async def outbox_depth(reader: Reader) -> dict[str, int]:
    """State → how many notifications have not been sent; each such state is there."""
    rows = await reader.fetch("SELECT state, count(*) AS count FROM notification WHERE state <> 'sent' GROUP BY state")
    return {"queued": 0, "sending": 0, "dead": 0} | {row["state"]: row["count"] for row in rows}
