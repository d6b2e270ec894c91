"""Whether this process lives, whether it can do its work, and what it counts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from litestar import Response, get
from litestar.openapi import ResponseSpec

from api.metrics import Requests, Snapshot
from api.problems import Unavailable
from api.services import Services
from controller import clock
from controller.store.reading import alerts, incidents, monitors, revisions
from controller.workers.metrics import HASH

VERSION = version("wakeful")
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is needed; `reason` says why it is not ready."""

    ready: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """Ready when each part is."""

    status: str
    checks: dict[str, Part]


@get("/health", summary="Alive", tags=["health"])
async def health() -> Alive:
    """Always `ok` while the process answers."""
    return Alive("ok", VERSION)


@get(
    "/health/ready",
    summary="Ready",
    tags=["health"],
    responses={503: ResponseSpec(Readiness, generate_examples=False, description="Not ready")},
)
async def ready(services: Services) -> Response[Readiness]:
    """200 when database, Redis and source are ready; otherwise 503, and which is not and why."""
    names = ("database", "redis", "source")
    found = await asyncio.gather(*map(_try, [_database(services), _redis(services), _source(services)]))
    reasons = dict(zip(names, found, strict=True))
    checks = {name: Part(reason is None, reason) for name, reason in reasons.items()}
    is_ready = not any(reasons.values())
    return Response(
        Readiness("ready" if is_ready else "not ready", checks),
        status_code=200 if is_ready else 503,
        headers={"cache-control": "no-store"},
    )


async def _try(check: Awaitable[str | None]) -> str | None:
    """The reason why a part is not ready, or None."""
    try:
        return await asyncio.wait_for(check, _PATIENCE)
    except TimeoutError:
        return f"no answer within {_PATIENCE:g} s"
    except Unavailable as error:
        return error.detail
    except Exception as error:  # noqa: BLE001 # whatever it is, the part is not ready
        return str(error) or type(error).__name__


async def _database(services: Services) -> str | None:
    found = await services.pool.fetchval("SELECT to_regclass('resource')::text")
    return None if found else "the tables are not there yet; run `wakeful migrate`"


async def _redis(services: Services) -> str | None:
    await services.redis.ping()
    return None


async def _source(services: Services) -> str | None:
    sources = await revisions.sources(services.pool)
    if not sources:
        return "no source was looked at yet"
    waiting = [one.name for one in sources if one.applied is None]
    return f"no revision of {', '.join(f'`{name}`' for name in waiting)} is applied yet" if waiting else None


@get("/metrics", summary="Metrics", tags=["health"], media_type="text/plain")
async def metrics(services: Services, requests: Requests) -> Response[bytes]:
    """Metrics for Prometheus. Answers with what it has when the database or Redis is away."""
    found = await _snapshot(services)
    return Response(
        requests.text() + found.text(),
        media_type="text/plain; version=0.0.4",
        headers={"cache-control": "no-store"},
    )


async def _snapshot(services: Services) -> Snapshot:
    counters, stored = await asyncio.gather(_or_nothing(_counters, services), _or_nothing(_stored, services))
    return Snapshot(clock.now(), counters=counters, **(stored or {}))


async def _or_nothing(read: Callable[[Services], Awaitable[Any]], services: Services) -> Any:
    try:
        return await asyncio.wait_for(read(services), _PATIENCE)
    except Exception:  # noqa: BLE001 # a scrape shows what is there; `wakeful_reachable` tells the rest
        return None


async def _counters(services: Services) -> dict[str, float]:
    found: Any = await services.redis.hgetall(HASH)
    return {key: float(value) for key, value in found.items()}


async def _stored(services: Services) -> dict[str, Any]:
    pool = services.pool
    return {
        "monitors": await monitors.counts(pool),
        "incidents": await incidents.count_open(pool),
        "sources": await revisions.sources(pool),
        "outbox": await alerts.outbox_depth(pool),
    }


handlers = [health, ready, metrics]
