"""Jobs call here to say that they ran."""

from dataclasses import dataclass

from litestar import HttpMethod, Response, Router, route
from litestar.status_codes import HTTP_200_OK

from api.problems import documented, missing
from api.services import Services
from controller import clock


@dataclass(frozen=True, slots=True)
class Heard:
    """The ping was recorded."""

    ok: bool = True


# HEAD works as well: it is answered as GET, without the body.
@route(
    "/heartbeats/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    status_code=HTTP_200_OK,
    summary="A job calls",
    tags=["heartbeats"],
    responses=documented(404),
)
async def ping(services: Services, token: str) -> Response[Heard]:
    """Record that a job ran. What it sends along is not read."""
    now = clock.now()
    targets = await services.heartbeats(token)
    if not targets:
        raise missing("no heartbeat has this token")
    for target in targets:
        await services.pinged(target, now)
    return Response(Heard(), headers={"cache-control": "no-store"})


router = Router("/", route_handlers=[ping])
