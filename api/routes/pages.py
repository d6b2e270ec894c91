"""The pages: overview, status pages, and a list of what the API can be asked."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import Parameter

from api.pages import overview as overview_page
from api.pages import status as status_page
from api.pages.rendering import POLICY, render, response
from api.problems import missing
from api.services import Services
from controller import clock
from controller.decisions.observation import Health


@get("/", include_in_schema=False)
async def overview(
    services: Services,
    health: Health | None = None,
    q: Annotated[str | None, Parameter(max_length=200)] = None,
    page: Annotated[int, Parameter(ge=1, le=10_000)] = 1,
) -> Response[bytes]:
    """Everything at a glance, what is wrong first."""
    asked = overview_page.Asked(health, q or None, page)
    found = await services.pages.get(asked, lambda: overview_page.build(services.pool, asked, clock.now()))
    return response(found)


@get("/status/{slug:str}", include_in_schema=False)
async def status(services: Services, slug: str) -> Response[bytes]:
    """What the public may see."""

    async def made() -> bytes:
        found = await status_page.build(services.pool, slug, clock.now())
        if found is None:
            raise missing("There is no status page at this address.")
        return found

    return response(await services.pages.get(("status", slug), made), cache="public, max-age=2")


class Reference(OpenAPIRenderPlugin):
    """The routes of the API as a plain list; Litestar's own pages load scripts from elsewhere."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page at /openapi."""
        routes = [
            (method.upper(), path, operation)
            for path, item in sorted(openapi_schema["paths"].items())
            for method, operation in item.items()
        ]
        return render("reference.html", routes=routes)


@get("/favicon.ico", include_in_schema=False)
async def favicon() -> None:
    """Pages bring their own; this is for those who ask anyway."""
    raise NotFoundException


def openapi_router() -> Router:
    """Where Litestar puts the list of routes."""
    policy = {"content-security-policy": POLICY}
    return Router("/openapi", route_handlers=[], include_in_schema=False, response_headers=policy)


handlers = [overview, status, favicon]
