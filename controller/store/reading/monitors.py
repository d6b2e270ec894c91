"""Monitors with how they are, their observations and their ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from controller.decisions.observation import Health
from controller.decisions.running import not_running
from controller.decisions.uptime import Interval
from controller.store.observations import PHASES
from controller.store.reading.query import Filter, Reader, plain, seconds
from specs.monitor import PROBES


@dataclass(frozen=True, slots=True)
class LastObservation:
    """The newest observation of a monitor, from whichever region. `latency` is in seconds."""

    due: datetime
    at: datetime
    region: str
    outcome: Health
    reason: str | None
    latency: float | None


@dataclass(frozen=True, slots=True)
class MonitorSummary:
    """A monitor and how it is. `revision` is the commit that last changed it; `every` is as in its spec."""

    id: int
    workspace: str
    name: str
    labels: dict[str, str]
    health: Health
    since: datetime
    reason: str | None
    last_observation: LastObservation | None
    revision: str
    probe: str
    every: str


@dataclass(frozen=True, slots=True)
class Region:
    """What one region believes of a monitor, and its newest observation. `last_latency` is in seconds."""

    region: str
    verdict: Health
    reason: str | None
    since: datetime | None
    last_due: datetime | None
    last_at: datetime | None
    last_outcome: Health | None
    last_reason: str | None
    last_latency: float | None


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """The incident that a monitor is in."""

    id: int
    title: str
    reason: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One monitor with everything that is stored of it."""

    summary: MonitorSummary
    spec: dict[str, Any]
    file: str
    line: int
    generation: int
    created_at: datetime
    regions: list[Region]
    incident: OpenIncident | None


@dataclass(frozen=True, slots=True)
class ObservationLine:
    """One observation. `latency` and `phases` are in seconds; `at` is when it began, `due` when it should have."""

    region: str
    due: datetime
    at: datetime
    outcome: Health
    reason: str | None
    latency: float | None
    phases: dict[str, float]
    details: dict[str, Any] | None


_FROM = """
    FROM resource r
    JOIN revision v ON v.id = r.updated_revision
    LEFT JOIN monitor_state s ON s.monitor_id = r.id
    LEFT JOIN LATERAL (
      SELECT region, last_due, last_at, last_outcome, last_reason, last_latency FROM region_state
      WHERE monitor_id = r.id AND last_at IS NOT NULL ORDER BY last_due DESC LIMIT 1
    ) o ON true
"""
_SELECT = f"""
    SELECT r.id, r.workspace, r.name, r.labels, r.spec, r.file, r.line, r.generation, r.created_at, v.commit,
      coalesce(s.health, 'unknown') AS health, coalesce(s.since, r.created_at) AS since,
      CASE WHEN s.monitor_id IS NULL THEN 'no observation yet' ELSE s.reason END AS reason,
      o.region, o.last_due, o.last_at, o.last_outcome, o.last_reason, o.last_latency
    {_FROM}
"""
_WORST_FIRST = "array_position(ARRAY['down', 'degraded', 'unknown', 'up'], coalesce(s.health, 'unknown'))"


def _live(
    workspace: str | None = None,
    health: Health | None = None,
    labels: Mapping[str, str] | None = None,
    q: str | None = None,
) -> Filter:
    where = Filter("r.kind = 'Monitor'", "r.deleted_at IS NULL")
    where.given("r.workspace = {}", workspace)
    where.given("coalesce(s.health, 'unknown') = {}", health and health.value)
    where.given("r.labels @> {}::jsonb", msgspec.json.encode(labels).decode() if labels else None)
    where.given("strpos(lower(r.name), lower({})) > 0", q or None)
    return where


async def page(
    reader: Reader,
    *,
    workspace: str | None = None,
    health: Health | None = None,
    labels: Mapping[str, str] | None = None,
    q: str | None = None,
    after: Sequence[Any] | None = None,
    limit: int,
) -> list[MonitorSummary]:
    """Live monitors by workspace and name, from the one after (workspace, name). `q` is a part of the name."""
    where = _live(workspace, health, labels, q)
    if after:
        where.add("(r.workspace, r.name) > ({}, {})", *after)
    query = f"{_SELECT} WHERE {where} ORDER BY r.workspace, r.name LIMIT {where.bind(limit)}"
    return [_summary(row) for row in await reader.fetch(query, *where.values)]


async def worst_first(
    reader: Reader, *, health: Health | None = None, q: str | None = None, limit: int, offset: int = 0
) -> list[MonitorSummary]:
    """Live monitors, those that are down first."""
    where = _live(health=health, q=q)
    order = f"{_WORST_FIRST}, r.workspace, r.name"
    # Choose first, then look up: the newest observation of each monitor would cost more than all the rest.
    chosen = (
        f"SELECT r.id FROM resource r LEFT JOIN monitor_state s ON s.monitor_id = r.id WHERE {where}"
        f" ORDER BY {order} LIMIT {where.bind(limit)} OFFSET {where.bind(offset)}"
    )
    query = f"{_SELECT} WHERE r.id IN ({chosen}) ORDER BY {order}"
    return [_summary(row) for row in await reader.fetch(query, *where.values)]


async def counts(reader: Reader, q: str | None = None) -> dict[Health, int]:
    """How many live monitors are in each health; each health is there."""
    where = _live(q=q)
    rows = await reader.fetch(
        "SELECT coalesce(s.health, 'unknown') AS health, count(*) AS count FROM resource r"
        f" LEFT JOIN monitor_state s ON s.monitor_id = r.id WHERE {where} GROUP BY 1",
        *where.values,
    )
    return dict.fromkeys(Health, 0) | {Health(row["health"]): row["count"] for row in rows}


async def named(reader: Reader, workspace: str, names: Sequence[str]) -> dict[str, MonitorSummary]:
    """Name → the live monitor of that name."""
    where = _live(workspace)
    where.add("r.name = ANY({}::text[])", list(names))
    rows = await reader.fetch(f"{_SELECT} WHERE {where}", *where.values)
    return {row["name"]: _summary(row) for row in rows}


async def one(reader: Reader, workspace: str, name: str) -> Found | None:
    """One live monitor with its regions and its open incident."""
    where = _live(workspace)
    where.add("r.name = {}", name)
    row = await reader.fetchrow(f"{_SELECT} WHERE {where}", *where.values)
    if row is None:
        return None
    incident = await reader.fetchrow(
        "SELECT id, title, reason, started_at FROM incident WHERE monitor_id = $1 AND resolved_at IS NULL", row["id"]
    )
    spec = plain(row["spec"])
    return Found(
        summary=_summary(row),
        spec=spec,
        file=row["file"],
        line=row["line"],
        generation=row["generation"],
        created_at=row["created_at"],
        regions=await _regions(reader, row["id"], spec.get("regions", [])),
        incident=OpenIncident(**dict(incident)) if incident else None,
    )


async def identity(reader: Reader, workspace: str, name: str) -> tuple[int, datetime] | None:
    """The id of a live monitor, and since when it is there."""
    row = await reader.fetchrow(
        "SELECT id, created_at FROM resource WHERE kind = 'Monitor' AND workspace = $1 AND name = $2"
        " AND deleted_at IS NULL",
        workspace,
        name,
    )
    return (row["id"], row["created_at"]) if row else None


async def _regions(reader: Reader, monitor_id: int, wanted: Sequence[str]) -> list[Region]:
    rows = await reader.fetch("SELECT * FROM region_state WHERE monitor_id = $1", monitor_id)
    found = {
        row["region"]: Region(
            region=row["region"],
            verdict=Health(row["verdict"]),
            reason=row["reason"],
            since=row["since"],
            last_due=row["last_due"],
            last_at=row["last_at"],
            last_outcome=Health(row["last_outcome"]) if row["last_outcome"] else None,
            last_reason=row["last_reason"],
            last_latency=seconds(row["last_latency"]),
        )
        for row in rows
    }
    silent = {
        region: Region(region, Health.UNKNOWN, "no observation yet", None, None, None, None, None, None)
        for region in wanted
    }
    return [(silent | found)[region] for region in wanted]


async def observations(
    reader: Reader,
    monitor_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    region: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int,
) -> list[ObservationLine]:
    """Observations of a monitor with `since` <= due < `until`, newest first, from the one before (due, region)."""
    where = Filter()
    where.add("monitor_id = {}", monitor_id)
    where.given("due >= {}", since)
    where.given("due < {}", until)
    where.given("region = {}", region)
    if before:
        where.add("(due, region) < ({}, {})", *before)
    query = (
        "SELECT region, due, late, outcome, reason, latency, phases, details,"
        " due + make_interval(secs => late) AS at"
        f" FROM observation WHERE {where} ORDER BY due DESC, region DESC LIMIT {where.bind(limit)}"
    )
    return [_observation(row) for row in await reader.fetch(query, *where.values)]


async def intervals(reader: Reader, monitor_ids: Sequence[int], since: datetime) -> dict[int, list[Interval]]:
    """Monitor id → its confirmed intervals that reach beyond an instant, oldest first; each id is there."""
    rows = await reader.fetch(
        "SELECT monitor_id, health, reason, started_at, ended_at FROM health_interval"
        " WHERE monitor_id = ANY($1::bigint[]) AND coalesce(ended_at, 'infinity') > $2 ORDER BY started_at, id",
        list(monitor_ids),
        since,
    )
    found: dict[int, list[Interval]] = {one: [] for one in monitor_ids}
    for row in rows:
        found[row["monitor_id"]].append(
            Interval(Health(row["health"]), row["started_at"], row["ended_at"], row["reason"])
        )
    return found


def _summary(row: Any) -> MonitorSummary:
    spec = plain(row["spec"])
    last = row["last_at"] and LastObservation(
        row["last_due"],
        row["last_at"],
        row["region"],
        Health(row["last_outcome"]),
        row["last_reason"],
        seconds(row["last_latency"]),
    )
    return MonitorSummary(
        id=row["id"],
        workspace=row["workspace"],
        name=row["name"],
        labels=plain(row["labels"]),
        health=Health(row["health"]),
        since=row["since"],
        reason=_why(row["reason"], spec),
        last_observation=last,
        revision=row["commit"],
        probe=next((key for key in PROBES if key in spec), "unknown"),
        every=spec.get("every", "1m"),
    )


def _why(reason: str | None, spec: dict[str, Any]) -> str | None:
    """The reason of a health; of a monitor that was never looked at, also why it will not be."""
    missing = not_running("Monitor", spec) if reason == "no observation yet" else None
    return f"not running yet: {missing}" if missing else reason


def _observation(row: Any) -> ObservationLine:
    phases = dict(zip(PHASES, row["phases"] or [], strict=False))
    return ObservationLine(
        region=row["region"],
        due=row["due"],
        at=row["at"],
        outcome=Health(row["outcome"]),
        reason=row["reason"],
        latency=seconds(row["latency"]),
        phases={name: round(value, 6) for name, value in phases.items() if value is not None},
        details=plain(row["details"]),
    )
