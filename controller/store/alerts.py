"""Alert rules as stored, and the alerts they make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import msgspec

from controller.decisions.rules import AlertState
from controller.decisions.running import not_running
from controller.store.database import Connection
from specs.alert_rule import AlertRule
from specs.resource import typed


@dataclass(frozen=True)
class Rule:
    """A live alert rule."""

    id: int
    workspace: str
    name: str
    spec: AlertRule


@dataclass(frozen=True)
class Alert:
    """An alert that is not resolved."""

    id: int
    rule_id: int
    monitor_id: int
    state: AlertState
    since: datetime
    incident_id: int | None
    severity: str


async def rules(connection: Connection) -> list[Rule]:
    """Every live rule that runs; one of which a part is not there yet would pretend."""
    rows = await connection.fetch(
        "SELECT id, workspace, name, spec FROM resource WHERE kind = 'AlertRule' AND deleted_at IS NULL ORDER BY id"
    )
    specs = [(row, msgspec.json.decode(row["spec"])) for row in rows]
    return [
        Rule(row["id"], row["workspace"], row["name"], cast(AlertRule, typed("AlertRule", spec)))
        for row, spec in specs
        if not not_running("AlertRule", spec)
    ]


async def open_ones(connection: Connection, monitor_ids: Sequence[int]) -> list[Alert]:
    """The alerts of these monitors that are pending or firing."""
    rows = await connection.fetch(
        "SELECT id, rule_id, monitor_id, state, since, incident_id, severity FROM alert"
        " WHERE monitor_id = ANY($1::bigint[]) AND state <> 'resolved' ORDER BY id",
        list(monitor_ids),
    )
    return [
        Alert(
            row["id"],
            row["rule_id"],
            row["monitor_id"],
            AlertState(row["state"]),
            row["since"],
            row["incident_id"],
            row["severity"],
        )
        for row in rows
    ]


async def monitors_to_evaluate(connection: Connection, now: datetime) -> list[int]:
    """Monitors with a pending alert whose time is over."""
    rows = await connection.fetch(
        "SELECT DISTINCT monitor_id FROM alert WHERE state = 'pending' AND fires_at <= $1", now
    )
    return [row["monitor_id"] for row in rows]


async def monitors_in_question(connection: Connection) -> list[int]:
    """Monitors that are down or have an open alert: those a change of the rules can concern."""
    rows = await connection.fetch(
        "SELECT monitor_id FROM monitor_state WHERE health = 'down'"
        " UNION SELECT monitor_id FROM alert WHERE state <> 'resolved'"
    )
    return [row["monitor_id"] for row in rows]


async def add(
    connection: Connection,
    rule: Rule,
    monitor_id: int,
    incident_id: int | None,
    state: AlertState,
    reason: str,
    since: datetime,
    holds_for: timedelta,
    now: datetime,
) -> int:
    """A new alert, pending or firing. Returns its id. The unique index forbids a second open one."""
    alert_id: int = await connection.fetchval(
        """
        INSERT INTO alert (rule_id, monitor_id, incident_id, state, severity, reason, since, fires_at, fired_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
        """,
        rule.id,
        monitor_id,
        incident_id,
        state.value,
        rule.spec.severity,
        reason,
        since,
        since + holds_for,
        now if state == AlertState.FIRING else None,
    )
    return alert_id


async def fire(connection: Connection, alert_id: int, reason: str, now: datetime) -> None:
    """A pending alert fires."""
    await connection.execute(
        "UPDATE alert SET state = 'firing', reason = $2, fired_at = $3 WHERE id = $1", alert_id, reason, now
    )


async def resolve(connection: Connection, alert_id: int, reason: str, now: datetime) -> None:
    """A firing alert resolves, or a pending one is dropped."""
    await connection.execute(
        "UPDATE alert SET state = 'resolved', reason = $2, resolved_at = $3 WHERE id = $1", alert_id, reason, now
    )


async def postpone(connection: Connection, alert_id: int, fires_at: datetime) -> None:
    """A pending alert's time moves, because its rule changed."""
    await connection.execute("UPDATE alert SET fires_at = $2 WHERE id = $1", alert_id, fires_at)
