"""A status page: how each component is, how it was, and what happened lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.pages.history import History, first_day, history
from api.pages.rendering import render
from controller.decisions.observation import Health
from controller.decisions.uptime import worst
from controller.store.reading import incidents, monitors, status_pages
from controller.store.reading.incidents import IncidentDetail
from specs.status_page import Component

LOOK_BACK = timedelta(days=14)
_INCIDENTS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Line:
    """A component as the page shows it."""

    name: str
    description: str | None
    health: Health
    history: History


@dataclass(frozen=True, slots=True)
class Story:
    """An incident as the page tells it, with the components it concerns."""

    incident: IncidentDetail
    components: str


async def build(pool: Any, slug: str, now: datetime) -> bytes | None:
    """The page at /status/{slug}, or None when there is none."""
    page = await status_pages.by_slug(pool, slug)
    if page is None:
        return None
    found = await monitors.named(pool, page.workspace, page.monitors)
    ids = {name: one.id for name, one in found.items()}
    intervals = await monitors.intervals(pool, list(ids.values()), first_day(now))
    lines = [
        Line(
            component.name,
            component.description,
            worst(found[name].health if name in found else Health.UNKNOWN for name in component.monitors or ()),
            history([intervals[ids[name]] for name in component.monitors or () if name in ids], now),
        )
        for component in page.spec.components
    ]
    recent = await incidents.recent(pool, list(ids.values()), now - LOOK_BACK, _INCIDENTS_SHOWN + 1)
    return render(
        "status.html",
        page=page.spec,
        lines=lines,
        health=worst(line.health for line in lines),
        banner=banner([line.health for line in lines]),
        stories=[Story(one, _concerned(page.spec.components, one.monitor)) for one in recent[:_INCIDENTS_SHOWN]],
        has_more=len(recent) > _INCIDENTS_SHOWN,
        look_back=LOOK_BACK.days,
        now=now,
    )


def banner(healths: list[Health]) -> str:
    """The sentence at the top. Only when every component is up does it say so."""
    present = set(healths)
    if present == {Health.UP}:
        return "All systems operational"
    if Health.DOWN in present:
        return "All systems are down" if present == {Health.DOWN} else "Some systems are down"
    if Health.DEGRADED in present:
        return "All systems are degraded" if present == {Health.DEGRADED} else "Some systems are degraded"
    if Health.UP in present:
        return "We cannot tell for all systems at the moment"
    return "We cannot tell at the moment"


def _concerned(components: list[Component], monitor: str) -> str:
    return ", ".join(one.name for one in components if monitor in (one.monitors or ()))
