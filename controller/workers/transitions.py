"""When a region changes its mind: the vote, the interval, the incident, the alerts, the outbox. In one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from controller.decisions import incidents as incident_decisions
from controller.decisions import judge, rules
from controller.decisions.delivery import idempotency_key
from controller.decisions.incidents import Change
from controller.decisions.judge import Verdict
from controller.decisions.message import Message
from controller.decisions.observation import Health
from controller.decisions.rules import AlertState, Decision, Move, Subject
from controller.store import alerts, incidents, outbox, states
from controller.store.alerts import Alert, Rule
from controller.store.database import Connection
from controller.store.monitors import Watched
from controller.store.states import MonitorState


@dataclass
class Happened:
    """What a transaction brought about, to be told after its commit."""

    monitors: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    notifications: list[int] = field(default_factory=list)


async def reconsider(
    connection: Connection,
    watched: Mapping[int, Watched],
    at: Mapping[int, datetime],
    now: datetime,
    public_url: str,
) -> Happened:
    """Let the regions of these monitors vote again, and draw the consequences.

    `at` says when a change of each happened (its confirming observation). Locks the monitors' states in the
    order of their ids, so that two workers with regions of the same monitor wait for each other.
    """
    happened = Happened()
    ids = sorted(watched)
    if not ids:
        return happened
    before = await states.lock_monitors(connection, ids, now)
    # Read after the lock: what another worker committed while we waited counts.
    regions = await states.regions_of(connection, ids)
    open_incidents = await incidents.open_ones(connection, ids)
    after: dict[int, MonitorState] = {}
    changes: list[tuple[int, Verdict, datetime]] = []
    for monitor_id in ids:
        if (state := before.get(monitor_id)) is None:
            continue  # it was removed meanwhile
        monitor = watched[monitor_id]
        verdict = await _verdict(connection, monitor, regions[monitor_id])
        when = at.get(monitor_id, now)
        if verdict.health != state.health:
            changes.append((monitor_id, verdict, when))
        after[monitor_id] = await _settle(connection, monitor, state, verdict, when, open_incidents, happened)
    await states.change_healths(connection, changes)
    await _evaluate(connection, watched, after, open_incidents, now, public_url, happened)
    return happened


async def _verdict(connection: Connection, monitor: Watched, regions: Mapping[str, judge.RegionState]) -> Verdict:
    verdict = judge.vote(monitor.spec.regions, regions, monitor.spec.votes_needed)
    if verdict.health != Health.DOWN or not monitor.spec.depends_on:
        return verdict
    healths = await states.health_by_name(connection, monitor.workspace, monitor.spec.depends_on)
    down = [name for name in monitor.spec.depends_on if healths.get(name) == Health.DOWN]
    return judge.under_dependency(verdict, down)


async def _settle(
    connection: Connection,
    monitor: Watched,
    state: MonitorState,
    verdict: Verdict,
    at: datetime,
    open_incidents: dict[int, int],
    happened: Happened,
) -> MonitorState:
    """Draw the consequences of a vote for the incident. Returns how the monitor is now."""
    if verdict.health == state.health:
        if verdict.reason != state.reason:
            await states.change_reason(connection, monitor.id, verdict.reason)
        return MonitorState(state.health, state.since, verdict.reason)
    happened.monitors.append(_event(monitor, verdict, at))
    is_open = monitor.id in open_incidents
    match incident_decisions.change(verdict.health, is_open=is_open):
        case Change.OPENED:
            title = f"{monitor.name} is down"
            reason = verdict.reason or "down"
            incident_id = await incidents.open_incident(connection, monitor.id, monitor.workspace, title, reason, at)
            open_incidents[monitor.id] = incident_id
            happened.incidents.append(_incident(monitor, incident_id, "opened", reason, at))
        case Change.RESOLVED:
            incident_id = open_incidents[monitor.id]
            reason = f"{verdict.health} again"
            await incidents.resolve(connection, incident_id, reason, at)
            happened.incidents.append(_incident(monitor, incident_id, "resolved", reason, at))
        case Change.NONE:
            if is_open:
                text = f"{verdict.health}: {verdict.reason}" if verdict.reason else str(verdict.health)
                await incidents.note(connection, open_incidents[monitor.id], at, "health", text)
    return MonitorState(verdict.health, at, verdict.reason)


def _event(monitor: Watched, verdict: Verdict, at: datetime) -> dict[str, Any]:
    return {
        "monitor_id": monitor.id,
        "workspace": monitor.workspace,
        "name": monitor.name,
        "health": verdict.health.value,
        "since": at,
        "reason": verdict.reason,
    }


def _incident(monitor: Watched, incident_id: int, change: str, reason: str, at: datetime) -> dict[str, Any]:
    return {
        "id": incident_id,
        "monitor_id": monitor.id,
        "workspace": monitor.workspace,
        "name": monitor.name,
        "change": change,
        "reason": reason,
        "at": at,
    }


async def _evaluate(
    connection: Connection,
    watched: Mapping[int, Watched],
    after: Mapping[int, MonitorState],
    open_incidents: Mapping[int, int],
    now: datetime,
    public_url: str,
    happened: Happened,
) -> None:
    """Evaluate every rule that watches one of these monitors, and every alert they have open."""
    troubled = any(state.health != Health.UP for state in after.values())
    open_ones = await alerts.open_ones(connection, list(after))
    if not troubled and not open_ones:
        return
    all_rules = await alerts.rules(connection)
    open_alerts = {(one.rule_id, one.monitor_id): one for one in open_ones}
    teller = _Teller(connection, public_url, now, happened)
    for monitor_id, state in after.items():
        monitor = watched[monitor_id]
        concerned = [
            r for r in all_rules if r.workspace == monitor.workspace and r.spec.watches(monitor.name, monitor.labels)
        ]
        for rule in concerned:
            alert = open_alerts.pop((rule.id, monitor_id), None)
            decision = decide(rule, state, alert, now)
            await _carry_out(
                connection, teller, rule, monitor, alert, decision, state, open_incidents.get(monitor_id), now
            )
    for alert in open_alerts.values():
        decision = rules.orphaned(alert.state, "its rule no longer watches this monitor")
        await drop(connection, teller, alert, decision, watched[alert.monitor_id], now)


def decide(rule: Rule, state: MonitorState, alert: Alert | None, now: datetime) -> Decision:
    """What a rule says of a monitor now."""
    subject = Subject(state.health, state.since, state.reason)
    assert rule.spec.down is not None, "a rule has a condition; the model sees to it"
    return rules.down(subject, rule.spec.down.for_, alert.state if alert else None, now)


async def _carry_out(
    connection: Connection,
    teller: "_Teller",
    rule: Rule,
    monitor: Watched,
    alert: Alert | None,
    decision: Decision,
    state: MonitorState,
    incident_id: int | None,
    now: datetime,
) -> None:
    holds_for = rule.spec.down.for_ if rule.spec.down else now - now
    match decision.move:
        case Move.PEND:
            args = (rule, monitor.id, incident_id, AlertState.PENDING, decision.reason, state.since, holds_for, now)
            await alerts.add(connection, *args)
        case Move.FIRE:
            if alert is None:
                args = (rule, monitor.id, incident_id, AlertState.FIRING, decision.reason, state.since, holds_for, now)
                alert_id = await alerts.add(connection, *args)
            else:
                alert_id = alert.id
                await alerts.fire(connection, alert_id, decision.reason, now)
            await teller.firing(alert_id, incident_id, rule, monitor, state, decision.reason)
        case Move.RESOLVE | Move.CANCEL if alert is not None:
            await drop(connection, teller, alert, decision, monitor, now, rule)
        case Move.NONE if alert is not None and decision.fires_at is not None:
            await alerts.postpone(connection, alert.id, decision.fires_at)
        case _:
            pass


async def drop(
    connection: Connection,
    teller: "_Teller",
    alert: Alert,
    decision: Decision,
    monitor: Watched,
    now: datetime,
    rule: Rule | None = None,
) -> None:
    """End an open alert; whoever was told that it fired is told that it is over."""
    await alerts.resolve(connection, alert.id, decision.reason, now)
    if decision.move == Move.RESOLVE:
        await teller.resolved(alert, monitor, decision.reason, rule)


class _Teller:
    """Writes the notifications of one transaction."""

    def __init__(self, connection: Connection, public_url: str, now: datetime, happened: Happened) -> None:
        self.connection, self.public_url, self.now, self.happened = connection, public_url, now, happened

    async def firing(
        self, alert_id: int, incident_id: int | None, rule: Rule, monitor: Watched, state: MonitorState, reason: str
    ) -> None:
        """Tell each channel of the rule that an alert fires."""
        found = await outbox.channels(self.connection, rule.workspace, rule.spec.notify)
        for name in dict.fromkeys(rule.spec.notify):
            if (channel_id := found.get(name)) is None:
                continue
            message = self._message(alert_id, channel_id, "firing", monitor, state.reason or reason, state.since, rule)
            await self._queue(alert_id, incident_id, channel_id, "first notification", message, name)

    async def resolved(self, alert: Alert, monitor: Watched, reason: str, rule: Rule | None) -> None:
        """Tell whoever was told."""
        for channel_id, firing in (await outbox.told(self.connection, alert.id)).items():
            message = self._message(alert.id, channel_id, "resolved", monitor, reason, alert.since, rule)
            # The same rule and severity as before, even when the rule is gone: receivers match on them.
            message = replace(message, rule=firing.rule, severity=firing.severity)
            await self._queue(alert.id, alert.incident_id, channel_id, "all resolved", message, None)

    def _message(
        self,
        alert_id: int,
        channel_id: int,
        status: str,
        monitor: Watched,
        reason: str,
        started_at: datetime,
        rule: Rule | None,
    ) -> Message:
        link = f"{self.public_url.rstrip('/')}/api/v1/monitors/{monitor.workspace}/{monitor.name}"
        return Message(
            key=idempotency_key("alert", alert_id, monitor.name, started_at.isoformat(), channel_id, status),
            incident_key=idempotency_key("alert", alert_id, monitor.name, started_at.isoformat()),
            status=status,
            severity=rule.spec.severity if rule else "info",
            workspace=monitor.workspace,
            monitor=monitor.name,
            rule=rule.name if rule else "(removed)",
            reason=reason,
            started_at=started_at,
            resolved_at=self.now if status == "resolved" else None,
            summary=rule.spec.summary if rule else None,
            runbook=rule.spec.runbook if rule else None,
            labels=monitor.labels,
            links={"monitor": link},
            revision=monitor.commit,
        )

    async def _queue(
        self, alert_id: int, incident_id: int | None, channel_id: int, reason: str, message: Message, name: str | None
    ) -> None:
        args = (self.connection, alert_id, incident_id, channel_id, reason, message, self.now)
        if (notification_id := await outbox.add(*args)) is not None:
            self.happened.notifications.append(notification_id)
            if incident_id is not None and name is not None:
                text = f"alert `{message.rule}` fires; telling `{name}`"
                await incidents.note(self.connection, incident_id, self.now, "alert", text)


async def removed(connection: Connection, gone: Sequence[Watched], now: datetime, public_url: str) -> Happened:
    """Monitors were removed from the specs: end what is open about them."""
    happened = Happened()
    ids = [one.id for one in gone]
    by_id = {one.id: one for one in gone}
    open_incidents = await incidents.open_ones(connection, ids)
    teller = _Teller(connection, public_url, now, happened)
    for alert in await alerts.open_ones(connection, ids):
        decision = rules.orphaned(alert.state, "the monitor was removed")
        await drop(connection, teller, alert, decision, by_id[alert.monitor_id], now)
    for monitor_id, incident_id in open_incidents.items():
        reason = "the monitor was removed"
        await incidents.resolve(connection, incident_id, reason, now)
        happened.incidents.append(_incident(by_id[monitor_id], incident_id, "resolved", reason, now))
    await states.forget_monitors(connection, ids, now)
    return happened
