"""Asking for a look at the sources, and what a set of files would change."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Router, post
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from api.problems import documented, missing
from api.services import Services
from controller.decisions.plan import Live, Plan, plan
from controller.decisions.proposal import propose
from controller.git import forge
from controller.store import resources
from controller.store.reading import revisions
from controller.workers.events import LOOK
from specs.load import load

_PLAN_BYTES = 10 * 1024 * 1024
_HOOK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sources will be looked at."""

    accepted: bool = True


@dataclass(frozen=True)
class Files:
    """The files of a repository, path → text. `source` names the source to compare with, when there are several."""

    files: dict[str, str]
    source: str | None = None


@dataclass(frozen=True)
class Planned:
    """What these files would change, and what that means.

    Refusals say why a guard would hold them; errors in diagnostics stop them. The token is the same as long as the
    same plan would come out.
    """

    create: list[dict[str, Any]]
    update: list[dict[str, Any]]
    delete: list[dict[str, Any]]
    kept: list[dict[str, Any]]
    unchanged: int
    summary: str
    means: list[str]
    refusals: list[str]
    token: str
    diagnostics: list[dict[str, Any]]


@post(
    "/reconcile",
    summary="Look at the sources now",
    tags=["changes"],
    status_code=HTTP_202_ACCEPTED,
    responses=documented(),
)
async def reconcile(services: Services) -> Accepted:
    """Ask the controller to look at its sources now, rather than at the next poll."""
    await services.redis.publish(LOOK, "look")
    return Accepted()


@post(
    "/hooks/{source:str}",
    summary="Webhook of a forge",
    tags=["changes"],
    status_code=HTTP_202_ACCEPTED,
    request_max_body_size=_HOOK_BYTES,
    responses=documented(401, 404, 413),
)
async def hook(request: Request[Any, Any, Any], services: Services, source: str) -> Accepted:
    """A forge says that something was pushed. It means "look now", whatever it says beyond that."""
    secret = services.settings.webhook_secret
    if not secret:
        raise NotAuthorizedException(detail="webhooks are off: WAKEFUL_WEBHOOK_SECRET is not set")
    if not forge.authenticate(dict(request.headers), await request.body(), secret):
        raise NotAuthorizedException(detail="the webhook does not carry the secret, or a signature made with it")
    if await revisions.source_id(services.pool, source) is None:
        raise missing(f"there is no source `{source}`")
    await services.redis.publish(LOOK, "look")
    return Accepted()


@post(
    "/plan",
    summary="What would change",
    tags=["changes"],
    status_code=HTTP_200_OK,
    request_max_body_size=_PLAN_BYTES,
    responses=documented(404, 413),
)
async def show_plan(services: Services, data: Files) -> Planned:
    """Compare files with what is live. Changes nothing."""
    source_id = await _source(services, data.source)
    live = [] if source_id is None else await resources.live(services.pool, source_id)
    # In a thread: ten thousand monitors take seconds, and others want answers meanwhile.
    return await asyncio.to_thread(_planned, data.files, live)


async def _source(services: Services, name: str | None) -> int | None:
    if name is not None:
        if (found := await revisions.source_id(services.pool, name)) is None:
            raise missing(f"there is no source `{name}`")
        return found
    known = [one.name for one in await revisions.sources(services.pool)]
    if len(known) > 1:
        named = ", ".join(f"`{one}`" for one in known)
        raise ClientException(detail=f"there are several sources; add `source`, one of {named}")
    return await revisions.source_id(services.pool, known[0]) if known else None


def _planned(files: dict[str, str], live: Sequence[Live]) -> Planned:
    loaded = load(files)
    diagnostics: list[dict[str, Any]] = [one.as_json() for one in loaded.diagnostics]
    if errors := len(loaded.errors):
        be = "is 1 error" if errors == 1 else f"are {errors} errors"
        empty = Plan(unchanged=len(live)).as_json() | {"summary": f"no plan: there {be} in the files"}
        return Planned(**empty, means=[], refusals=[], token="", diagnostics=diagnostics)
    steps = plan(loaded.resources, live)
    return Planned(**propose(steps, loaded.resources, live, loaded.config.guards), diagnostics=diagnostics)


router = Router("/", route_handlers=[reconcile, hook, show_plan])
