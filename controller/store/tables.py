"""The tables, as Piccolo sees them: columns, no behaviour. `migrations/first.sql` makes them; a test compares the two."""

from piccolo.columns import JSONB, Array, BigInt, Integer, Real, Text, Timestamptz
from piccolo.table import Table


class SettingRow(Table, tablename="setting"):
    """Settings of this installation."""

    key = Text(primary_key=True, null=False)
    value = Text(null=False)


class SourceRow(Table, tablename="source"):
    """Where specs come from."""

    id = BigInt(primary_key=True, null=False)
    name = Text(null=False)
    uri = Text(null=False)
    applied_revision = BigInt(null=True, default=None)
    attempted_revision = BigInt(null=True, default=None)
    conditions = JSONB(null=False)
    looked_at = Timestamptz(null=True, default=None)


class RevisionRow(Table, tablename="revision"):
    """One commit of a source, as loaded."""

    id = BigInt(primary_key=True, null=False)
    source_id = BigInt(null=False)
    commit = Text(null=False)
    message = Text(null=True, default=None)
    author = Text(null=True, default=None)
    committed_at = Timestamptz(null=True, default=None)
    status = Text(null=False)
    reason = Text(null=False)
    diagnostics = JSONB(null=False)
    plan = JSONB(null=False)
    loaded_at = Timestamptz(null=False)
    applied_at = Timestamptz(null=True, default=None)
    released_at = Timestamptz(null=True, default=None)
    released_by = Text(null=True, default=None)


class ResourceRow(Table, tablename="resource"):
    """One spec, as stored."""

    id = BigInt(primary_key=True, null=False)
    kind = Text(null=False)
    workspace = Text(null=False)
    name = Text(null=False)
    source_id = BigInt(null=False)
    spec = JSONB(null=False)
    labels = JSONB(null=False)
    annotations = JSONB(null=False)
    file = Text(null=False)
    line = Integer(null=False)
    generation = Integer(null=False)
    created_revision = BigInt(null=False)
    updated_revision = BigInt(null=False)
    created_at = Timestamptz(null=False)
    updated_at = Timestamptz(null=False)
    deleted_at = Timestamptz(null=True, default=None)


class ResourceHistoryRow(Table, tablename="resource_history"):
    """What a revision changed of a resource."""

    id = BigInt(primary_key=True, null=False)
    resource_id = BigInt(null=False)
    revision_id = BigInt(null=False)
    generation = Integer(null=False)
    action = Text(null=False)
    changes = JSONB(null=False)
    at = Timestamptz(null=False)


class EventRow(Table, tablename="event"):
    """What happened."""

    id = BigInt(primary_key=True, null=False)
    at = Timestamptz(null=False)
    type = Text(null=False)
    workspace = Text(null=False)
    subject = Text(null=False)
    data = JSONB(null=False)


class RegionStateRow(Table, tablename="region_state"):
    """What one region believes of one monitor."""

    monitor_id = BigInt(primary_key=True, null=False)
    region = Text(null=False)
    verdict = Text(null=False)
    reason = Text(null=True, default=None)
    run = Text(null=False)
    length = Integer(null=False)
    bad = Integer(null=False)
    since = Timestamptz(null=True, default=None)
    last_due = Timestamptz(null=True, default=None)
    last_at = Timestamptz(null=True, default=None)
    last_outcome = Text(null=True, default=None)
    last_reason = Text(null=True, default=None)
    last_latency = Real(null=True, default=None)


class MonitorStateRow(Table, tablename="monitor_state"):
    """How a monitor is."""

    monitor_id = BigInt(primary_key=True, null=False)
    health = Text(null=False)
    reason = Text(null=True, default=None)
    since = Timestamptz(null=False)


class HealthIntervalRow(Table, tablename="health_interval"):
    """Confirmed health over time."""

    id = BigInt(primary_key=True, null=False)
    monitor_id = BigInt(null=False)
    health = Text(null=False)
    reason = Text(null=True, default=None)
    started_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)


class ObservationRow(Table, tablename="observation"):
    """What probes saw; partitioned by day."""

    monitor_id = BigInt(primary_key=True, null=False)
    region = Text(null=False)
    due = Timestamptz(null=False)
    late = Real(null=False)
    outcome = Text(null=False)
    reason = Text(null=True, default=None)
    latency = Real(null=True, default=None)
    phases = Array(base_column=Real(), null=True, default=None)
    details = JSONB(null=True, default=None)


class HeartbeatPingRow(Table, tablename="heartbeat_ping"):
    """The last ping of a heartbeat."""

    monitor_id = BigInt(primary_key=True, null=False)
    last_at = Timestamptz(null=False)
    pings = BigInt(null=False)


class IncidentRow(Table, tablename="incident"):
    """A span in which a monitor was down."""

    id = BigInt(primary_key=True, null=False)
    monitor_id = BigInt(null=False)
    workspace = Text(null=False)
    title = Text(null=False)
    reason = Text(null=False)
    started_at = Timestamptz(null=False)
    resolved_at = Timestamptz(null=True, default=None)


class IncidentEventRow(Table, tablename="incident_event"):
    """A line of its timeline."""

    id = BigInt(primary_key=True, null=False)
    incident_id = BigInt(null=False)
    at = Timestamptz(null=False)
    type = Text(null=False)
    text = Text(null=False)
    who = Text(null=False)


class AlertRow(Table, tablename="alert"):
    """One rule holding for one monitor."""

    id = BigInt(primary_key=True, null=False)
    rule_id = BigInt(null=False)
    monitor_id = BigInt(null=False)
    incident_id = BigInt(null=True, default=None)
    state = Text(null=False)
    severity = Text(null=False)
    reason = Text(null=False)
    since = Timestamptz(null=False)
    fires_at = Timestamptz(null=False)
    fired_at = Timestamptz(null=True, default=None)
    resolved_at = Timestamptz(null=True, default=None)


class NotificationRow(Table, tablename="notification"):
    """One message to one channel: the outbox."""

    id = BigInt(primary_key=True, null=False)
    alert_id = BigInt(null=False)
    incident_id = BigInt(null=True, default=None)
    channel_id = BigInt(null=False)
    status = Text(null=False)
    reason = Text(null=False)
    idempotency_key = Text(null=False)
    message = JSONB(null=False)
    state = Text(null=False)
    attempts = Integer(null=False)
    next_attempt_at = Timestamptz(null=False)
    leased_until = Timestamptz(null=True, default=None)
    last_error = Text(null=True, default=None)
    receipt = Text(null=True, default=None)
    created_at = Timestamptz(null=False)
    sent_at = Timestamptz(null=True, default=None)


ALL: list[type[Table]] = [
    SettingRow,
    SourceRow,
    RevisionRow,
    ResourceRow,
    ResourceHistoryRow,
    EventRow,
    RegionStateRow,
    MonitorStateRow,
    HealthIntervalRow,
    ObservationRow,
    HeartbeatPingRow,
    IncidentRow,
    IncidentEventRow,
    AlertRow,
    NotificationRow,
]
