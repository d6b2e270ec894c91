"""Incidents and their timelines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.store.reading.query import Filter, Reader


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A line of an incident's timeline."""

    at: datetime
    type: str
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """A span in which a monitor was down; `resolved_at` is null while it lasts."""

    id: int
    workspace: str
    monitor: str
    title: str
    reason: str
    started_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentDetail(IncidentSummary):
    """An incident with its timeline, oldest line first."""

    events: list[TimelineEvent]


_SELECT = """
    SELECT i.id, i.workspace, r.name AS monitor, i.title, i.reason, i.started_at, i.resolved_at
    FROM incident i JOIN resource r ON r.id = i.monitor_id
"""


async def page(
    reader: Reader,
    *,
    is_open: bool | None = None,
    workspace: str | None = None,
    monitor: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[IncidentSummary]:
    """Incidents, newest first, from the one before an id."""
    where = Filter()
    if is_open is not None:
        where.add("i.resolved_at IS NULL" if is_open else "i.resolved_at IS NOT NULL")
    where.given("i.workspace = {}", workspace)
    where.given("r.name = {}", monitor)
    where.given("i.id < {}", before)
    query = f"{_SELECT} WHERE {where} ORDER BY i.id DESC LIMIT {where.bind(limit)}"
    return [IncidentSummary(**dict(row)) for row in await reader.fetch(query, *where.values)]


async def one(reader: Reader, incident_id: int) -> IncidentDetail | None:
    """One incident with its timeline."""
    rows = await reader.fetch(f"{_SELECT} WHERE i.id = $1", incident_id)
    found = await _with_timelines(reader, rows)
    return found[0] if found else None


async def recent(reader: Reader, monitor_ids: Sequence[int], since: datetime, limit: int) -> list[IncidentDetail]:
    """Incidents of some monitors that are open or were after an instant, with timelines: open first, then newest."""
    rows = await reader.fetch(
        f"{_SELECT} WHERE i.monitor_id = ANY($1::bigint[]) AND coalesce(i.resolved_at, 'infinity') > $2"
        " ORDER BY i.resolved_at IS NOT NULL, i.started_at DESC LIMIT $3",
        list(monitor_ids),
        since,
        limit,
    )
    return await _with_timelines(reader, rows)


async def count_open(reader: Reader) -> int:
    """How many incidents are open."""
    found: int = await reader.fetchval("SELECT count(*) FROM incident WHERE resolved_at IS NULL")
    return found


async def _with_timelines(reader: Reader, rows: Sequence[Any]) -> list[IncidentDetail]:
    events = await reader.fetch(
        "SELECT incident_id, at, type, text, who FROM incident_event WHERE incident_id = ANY($1::bigint[]) ORDER BY id",
        [row["id"] for row in rows],
    )
    timelines = defaultdict[int, list[TimelineEvent]](list)
    for event in events:
        timelines[event["incident_id"]].append(TimelineEvent(event["at"], event["type"], event["text"], event["who"]))
    return [IncidentDetail(**dict(row), events=timelines[row["id"]]) for row in rows]
