"""The overview: what is wrong first, then every monitor, what happened lately, and what is applied."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from api.pages.rendering import render
from api.pages.words import percent
from controller.decisions.observation import Health
from controller.decisions.uptime import uptime
from controller.store.reading import incidents, monitors, revisions, status_pages
from controller.store.reading.monitors import MonitorSummary

DAY = timedelta(hours=24)
_ROWS = 100
_INCIDENTS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see: monitors of one health, with a text in their name, from one page on."""

    health: Health | None = None
    q: str | None = None
    page: int = 1

    def link(self, **changes: Any) -> str:
        """The address of the same view with something changed."""
        wanted = {"health": self.health and self.health.value, "q": self.q, "page": self.page} | {"page": 1} | changes
        query = urlencode({key: value for key, value in wanted.items() if value and (key, value) != ("page", 1)})
        return f"/?{query}" if query else "/"


async def build(pool: Any, asked: Asked, now: datetime) -> bytes:
    """The page at /."""
    counts = await monitors.counts(pool, asked.q)
    rows = await monitors.worst_first(
        pool, health=asked.health, q=asked.q, limit=_ROWS, offset=(asked.page - 1) * _ROWS
    )
    total = counts[asked.health] if asked.health else sum(counts.values())
    return render(
        "overview.html",
        asked=asked,
        counts=counts,
        everything=sum(counts.values()),
        total=total,
        first=(asked.page - 1) * _ROWS + 1,
        rows=rows,
        uptimes=await _uptimes(pool, rows, now),
        incidents=await incidents.page(pool, limit=_INCIDENTS),
        sources=await revisions.sources(pool),
        pages=await status_pages.every(pool),
        now=now,
    )


async def _uptimes(pool: Any, rows: list[MonitorSummary], now: datetime) -> dict[int, str]:
    found = await monitors.intervals(pool, [one.id for one in rows], now - DAY)
    return {monitor_id: percent(uptime(spans, now - DAY, now).ratio) for monitor_id, spans in found.items()}
