"""Incidents, alerts and notifications."""

from typing import Annotated

from litestar import Router, get
from litestar.params import Parameter

from api.paging import Cursor, Limit, Page, id_of, paged
from api.problems import documented, missing
from api.services import Services
from controller.store.reading import alerts, incidents
from controller.store.reading.alerts import AlertLine, AlertState, NotificationLine, NotificationState
from controller.store.reading.incidents import IncidentDetail, IncidentSummary


@get("/incidents", summary="Incidents", tags=["incidents"], responses=documented())
async def list_incidents(
    services: Services,
    is_open: Annotated[bool | None, Parameter(query="open", description="Only those that last, or that ended.")] = None,
    workspace: str | None = None,
    monitor: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[IncidentSummary]:
    """Incidents, newest first."""
    found = await incidents.page(
        services.pool,
        is_open=is_open,
        workspace=workspace,
        monitor=monitor,
        before=id_of(cursor),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.id,))


@get("/incidents/{incident_id:int}", summary="One incident", tags=["incidents"], responses=documented(404))
async def show_incident(services: Services, incident_id: int) -> IncidentDetail:
    """One incident with its timeline."""
    found = await incidents.one(services.pool, incident_id)
    if found is None:
        raise missing(f"there is no incident {incident_id}")
    return found


@get("/alerts", summary="Alerts", tags=["alerts"], responses=documented())
async def list_alerts(
    services: Services,
    alert_state: Annotated[AlertState | None, Parameter(query="state")] = None,
    workspace: str | None = None,
    monitor: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AlertLine]:
    """Alerts, newest first: one rule holding for one monitor, and why."""
    found = await alerts.page(
        services.pool,
        state=alert_state,
        workspace=workspace,
        monitor=monitor,
        before=id_of(cursor),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.id,))


@get("/notifications", summary="Notifications", tags=["alerts"], responses=documented())
async def list_notifications(
    services: Services,
    delivery: Annotated[NotificationState | None, Parameter(query="state")] = None,
    alert: Annotated[int | None, Parameter(description="Only those about one alert, by id.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[NotificationLine]:
    """Notifications, newest first: why each was made, and what became of it."""
    found = await alerts.notifications(
        services.pool,
        state=delivery,
        alert_id=alert,
        before=id_of(cursor),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.id,))


router = Router("/", route_handlers=[list_incidents, show_incident, list_alerts, list_notifications])
