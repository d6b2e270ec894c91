-- The tables of Wakeful, first version. Rows of every kind of spec live in `resource`, so that a new kind needs no migration.

CREATE TABLE setting (
  key text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE source (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  uri text NOT NULL,
  applied_revision bigint,
  attempted_revision bigint,
  conditions jsonb NOT NULL DEFAULT '[]',
  looked_at timestamptz
);

CREATE TABLE revision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id bigint NOT NULL REFERENCES source (id),
  commit text NOT NULL,
  message text,
  author text,
  committed_at timestamptz,
  status text NOT NULL CHECK (status IN ('applied', 'rejected', 'held', 'superseded')),
  reason text NOT NULL DEFAULT '',
  diagnostics jsonb NOT NULL DEFAULT '[]',
  plan jsonb NOT NULL DEFAULT '{}',
  loaded_at timestamptz NOT NULL,
  applied_at timestamptz,
  released_at timestamptz,
  released_by text
);
CREATE INDEX revision_by_source ON revision (source_id, id DESC);
CREATE INDEX revision_by_commit ON revision (source_id, commit);

CREATE TABLE resource (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  workspace text NOT NULL,
  name text NOT NULL,
  source_id bigint NOT NULL REFERENCES source (id),
  spec jsonb NOT NULL,
  labels jsonb NOT NULL DEFAULT '{}',
  annotations jsonb NOT NULL DEFAULT '{}',
  file text NOT NULL DEFAULT '',
  line integer NOT NULL DEFAULT 1,
  generation integer NOT NULL DEFAULT 1,
  created_revision bigint NOT NULL REFERENCES revision (id),
  updated_revision bigint NOT NULL REFERENCES revision (id),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  UNIQUE (kind, workspace, name)
);
CREATE INDEX resource_live ON resource (kind, workspace, name) WHERE deleted_at IS NULL;

CREATE TABLE resource_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource_id bigint NOT NULL REFERENCES resource (id),
  revision_id bigint NOT NULL REFERENCES revision (id),
  generation integer NOT NULL,
  action text NOT NULL CHECK (action IN ('create', 'update', 'rename', 'delete', 'restore')),
  changes jsonb NOT NULL DEFAULT '[]',
  at timestamptz NOT NULL
);
CREATE INDEX resource_history_by_resource ON resource_history (resource_id, id DESC);

-- What happened, for people and for the live stream: revisions, incidents, alerts.
CREATE TABLE event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  type text NOT NULL,
  workspace text NOT NULL,
  subject text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}'
);

-- What one region believes of one monitor; one row is updated by each check, so no index may cover what changes.
CREATE TABLE region_state (
  monitor_id bigint NOT NULL REFERENCES resource (id),
  region text NOT NULL,
  verdict text NOT NULL DEFAULT 'unknown',
  reason text,
  run text NOT NULL DEFAULT 'unknown',
  length integer NOT NULL DEFAULT 0,
  bad integer NOT NULL DEFAULT 0,
  since timestamptz,
  last_due timestamptz,
  last_at timestamptz,
  last_outcome text,
  last_reason text,
  last_latency real,
  PRIMARY KEY (monitor_id, region)
) WITH (fillfactor = 50);

-- How a monitor is, by the vote of its regions; written only when it changes.
CREATE TABLE monitor_state (
  monitor_id bigint PRIMARY KEY REFERENCES resource (id),
  health text NOT NULL DEFAULT 'unknown',
  reason text,
  since timestamptz NOT NULL
);
CREATE INDEX monitor_state_by_health ON monitor_state (health) WHERE health <> 'up';

-- Confirmed health over time: the ledger behind each percentage.
CREATE TABLE health_interval (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  monitor_id bigint NOT NULL REFERENCES resource (id),
  health text NOT NULL,
  reason text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX health_interval_by_monitor ON health_interval (monitor_id, started_at DESC);
CREATE UNIQUE INDEX health_interval_open ON health_interval (monitor_id) WHERE ended_at IS NULL;

CREATE TABLE observation (
  monitor_id bigint NOT NULL,
  region text NOT NULL,
  due timestamptz NOT NULL,
  late real NOT NULL,
  outcome text NOT NULL,
  reason text,
  latency real,
  phases real[],
  details jsonb
) PARTITION BY RANGE (due);
CREATE UNIQUE INDEX observation_by_monitor ON observation (monitor_id, due, region);

CREATE TABLE heartbeat_ping (
  monitor_id bigint PRIMARY KEY REFERENCES resource (id),
  last_at timestamptz NOT NULL,
  pings bigint NOT NULL DEFAULT 1
);

CREATE TABLE incident (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  monitor_id bigint NOT NULL REFERENCES resource (id),
  workspace text NOT NULL,
  title text NOT NULL,
  reason text NOT NULL,
  started_at timestamptz NOT NULL,
  resolved_at timestamptz
);
CREATE UNIQUE INDEX incident_open ON incident (monitor_id) WHERE resolved_at IS NULL;
CREATE INDEX incident_by_monitor ON incident (monitor_id, id DESC);

CREATE TABLE incident_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id bigint NOT NULL REFERENCES incident (id),
  at timestamptz NOT NULL,
  type text NOT NULL,
  text text NOT NULL,
  who text NOT NULL DEFAULT 'wakeful'
);
CREATE INDEX incident_event_by_incident ON incident_event (incident_id, id);

CREATE TABLE alert (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id bigint NOT NULL REFERENCES resource (id),
  monitor_id bigint NOT NULL REFERENCES resource (id),
  incident_id bigint REFERENCES incident (id),
  state text NOT NULL CHECK (state IN ('pending', 'firing', 'resolved')),
  severity text NOT NULL,
  reason text NOT NULL,
  since timestamptz NOT NULL,
  fires_at timestamptz NOT NULL,
  fired_at timestamptz,
  resolved_at timestamptz
);
CREATE UNIQUE INDEX alert_open ON alert (rule_id, monitor_id) WHERE state <> 'resolved';
CREATE INDEX alert_due ON alert (fires_at) WHERE state = 'pending';
CREATE INDEX alert_by_monitor ON alert (monitor_id, id DESC);

-- The outbox: a row is written in the transaction that changes the alert, and ends in sent or dead.
CREATE TABLE notification (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id bigint NOT NULL REFERENCES alert (id),
  incident_id bigint REFERENCES incident (id),
  channel_id bigint NOT NULL REFERENCES resource (id),
  status text NOT NULL CHECK (status IN ('firing', 'resolved')),
  reason text NOT NULL,
  idempotency_key text NOT NULL UNIQUE,
  message jsonb NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'dead')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  leased_until timestamptz,
  last_error text,
  receipt text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz
);
CREATE INDEX notification_due ON notification (next_attempt_at) WHERE state IN ('queued', 'sending');
CREATE INDEX notification_by_alert ON notification (alert_id, channel_id, id);

-- Makes heartbeat addresses that cannot be guessed.
INSERT INTO setting (key, value)
VALUES ('instance_key', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
