"""Monitors: how they are, what was observed, and the ledger behind their uptime."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from litestar import Router, get
from litestar.exceptions import ClientException
from litestar.params import Parameter

from api import heartbeat_tokens
from api.paging import Cursor, Limit, Page, instant, paged, place_of
from api.problems import documented, missing
from api.services import Services
from controller import clock
from controller.decisions.observation import Health
from controller.decisions.uptime import Interval, uptime
from controller.store.reading import heartbeats, monitors
from controller.store.reading.monitors import Found, MonitorSummary, ObservationLine, OpenIncident, Region

WINDOWS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
Window = Literal["24h", "7d", "30d", "90d"]


@dataclass(frozen=True, slots=True)
class MonitorDetail(MonitorSummary):
    """A monitor with what it says, where that stands, and what each region believes.

    `heartbeat_url` is where the job of a heartbeat monitor calls; null when its token is a secret.
    """

    spec: dict[str, Any]
    file: str
    line: int
    generation: int
    depends_on: list[str]
    regions: list[Region]
    incident: OpenIncident | None
    heartbeat_url: str | None


@dataclass(frozen=True, slots=True)
class UptimeInterval:
    """A span of one confirmed health inside the window; `end` is null while it lasts."""

    health: Health
    start: datetime
    end: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """How long a monitor was what, in seconds. Unknown time is in no percentage; `ratio` is null when nothing is known."""

    window: str
    start: datetime
    end: datetime
    up: float
    degraded: float
    down: float
    unknown: float
    ratio: float | None
    intervals: list[UptimeInterval]


@get("/", summary="Monitors", responses=documented())
async def list_monitors(
    services: Services,
    workspace: str | None = None,
    health: Health | None = None,
    label: Annotated[list[str] | None, Parameter(description="`key:value`; all of them must be there.")] = None,
    q: Annotated[str | None, Parameter(description="A part of the name.", max_length=200)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MonitorSummary]:
    """Live monitors with their health, by workspace and name."""
    found = await monitors.page(
        services.pool,
        workspace=workspace,
        health=health,
        labels=_labels(label or []),
        q=q,
        after=place_of(cursor, tuple[str, str]),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.workspace, one.name))


@get("/{workspace:str}/{name:str}", summary="One monitor", responses=documented(404))
async def show_monitor(services: Services, workspace: str, name: str) -> MonitorDetail:
    """One monitor with its spec, its regions and its open incident."""
    found = await monitors.one(services.pool, workspace, name)
    if found is None:
        raise missing(f"there is no monitor `{name}` in the workspace `{workspace}`")
    return MonitorDetail(
        **{field: getattr(found.summary, field) for field in MonitorSummary.__slots__},
        spec=found.spec,
        file=found.file,
        line=found.line,
        generation=found.generation,
        depends_on=found.spec.get("dependsOn", []),
        regions=found.regions,
        incident=found.incident,
        heartbeat_url=await _heartbeat_url(services, found),
    )


@get("/{workspace:str}/{name:str}/observations", summary="Observations", responses=documented(404))
async def list_observations(
    services: Services,
    workspace: str,
    name: str,
    since: Annotated[datetime | None, Parameter(description="Due at or after.")] = None,
    until: Annotated[datetime | None, Parameter(description="Due before.")] = None,
    region: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ObservationLine]:
    """What probes saw of a monitor, newest first. Latency and phases are in seconds."""
    monitor_id, _ = await _identity(services, workspace, name)
    found = await monitors.observations(
        services.pool,
        monitor_id,
        since=instant(since),
        until=instant(until),
        region=region,
        before=place_of(cursor, tuple[datetime, str]),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.due, one.region))


@get("/{workspace:str}/{name:str}/uptime", summary="Uptime", responses=documented(404))
async def show_uptime(services: Services, workspace: str, name: str, window: Window = "24h") -> Ledger:
    """How long a monitor was up, degraded, down and unknown, with the intervals that add up to it.

    The window starts when the monitor was created, if that is later.
    """
    monitor_id, created_at = await _identity(services, workspace, name)
    now = clock.now()
    start = min(max(now - WINDOWS[window], created_at), now)
    found = (await monitors.intervals(services.pool, [monitor_id], start))[monitor_id]
    return _ledger(window, found, start, now)


def _ledger(window: str, found: list[Interval], start: datetime, now: datetime) -> Ledger:
    spent = uptime(found, start, now)
    return Ledger(
        window=window,
        start=start,
        end=now,
        up=spent.up.total_seconds(),
        degraded=spent.degraded.total_seconds(),
        down=spent.down.total_seconds(),
        unknown=spent.unknown.total_seconds(),
        ratio=spent.ratio,
        intervals=[UptimeInterval(one.health, max(one.start, start), one.end, one.reason) for one in found],
    )


async def _identity(services: Services, workspace: str, name: str) -> tuple[int, datetime]:
    found = await monitors.identity(services.pool, workspace, name)
    if found is None:
        raise missing(f"there is no monitor `{name}` in the workspace `{workspace}`")
    return found


async def _heartbeat_url(services: Services, found: Found) -> str | None:
    if "heartbeat" not in found.spec:
        return None
    key = await heartbeats.instance_key(services.pool)
    summary = found.summary
    token = heartbeat_tokens.shown(found.spec["heartbeat"].get("token"), key, summary.workspace, summary.name)
    return token and f"{services.settings.public_url.rstrip('/')}/api/v1/heartbeats/{token}"


def _labels(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        key, separator, value = one.partition(":")
        if not separator or not key:
            raise ClientException(detail=f"`label={one}` is not `key:value`; write `label=tier:critical`")
        found[key] = value
    return found


router = Router(
    "/monitors",
    route_handlers=[list_monitors, show_monitor, list_observations, show_uptime],
    tags=["monitors"],
)
