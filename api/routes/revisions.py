"""Sources, their revisions, and the resources that those made."""

from typing import Annotated

from litestar import Router, get
from litestar.params import Parameter

from api.paging import Cursor, Limit, Page, id_of, paged, place_of
from api.problems import documented, missing
from api.services import Services
from controller.store.reading import resources, revisions
from controller.store.reading.resources import ResourceDetail, ResourceSummary
from controller.store.reading.revisions import RevisionDetail, RevisionSummary, SourceLine, Status


@get("/sources", summary="Sources", tags=["revisions"], responses=documented())
async def list_sources(services: Services) -> Page[SourceLine]:
    """Where specs come from: conditions, and what is applied against what was attempted last."""
    return Page(await revisions.sources(services.pool), None)


@get("/revisions", summary="Revisions", tags=["revisions"], responses=documented())
async def list_revisions(
    services: Services,
    source: str | None = None,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RevisionSummary]:
    """Commits as loaded, newest first."""
    found = await revisions.page(
        services.pool,
        source=source,
        status=status,
        before=id_of(cursor),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.id,))


@get("/revisions/{revision_id:int}", summary="One revision", tags=["revisions"], responses=documented(404))
async def show_revision(services: Services, revision_id: int) -> RevisionDetail:
    """One revision: what became of it and why, its diagnostics, and its plan field by field."""
    found = await revisions.one(services.pool, revision_id)
    if found is None:
        raise missing(f"there is no revision {revision_id}")
    return found


@get("/resources", summary="Resources", tags=["resources"], responses=documented())
async def list_resources(
    services: Services,
    kind: Annotated[str | None, Parameter(description="Such as `Monitor`.")] = None,
    workspace: str | None = None,
    source: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ResourceSummary]:
    """Live specs of every kind, by kind, workspace and name."""
    found = await resources.page(
        services.pool,
        kind=kind,
        workspace=workspace,
        source=source,
        after=place_of(cursor, tuple[str, str, str]),
        limit=limit + 1,
    )
    return paged(found, limit, lambda one: (one.kind, one.workspace, one.name))


@get(
    "/resources/{kind:str}/{workspace:str}/{name:str}",
    summary="One resource",
    tags=["resources"],
    responses=documented(404),
)
async def show_resource(services: Services, kind: str, workspace: str, name: str) -> ResourceDetail:
    """One resource: what it says, and which revisions changed it. One that was deleted is shown, too."""
    found = await resources.one(services.pool, kind, workspace, name)
    if found is None:
        raise missing(f"there is no {kind} `{name}` in the workspace `{workspace}`")
    return found


router = Router("/", route_handlers=[list_sources, list_revisions, show_revision, list_resources, show_resource])
