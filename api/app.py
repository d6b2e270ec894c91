"""The API as an ASGI application: REST, pages, metrics, and the live stream beside them."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import socketio
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.types import ASGIApp, Receive, Scope, Send

from api import problems
from api.delivery import Delivery, Guarded
from api.live import Live
from api.metrics import Requests
from api.pages.rendering import apology
from api.routes import changes, health, heartbeats, incidents, monitors, pages, revisions
from api.services import PingHook, Services
from controller import settings as environment
from controller.settings import Settings

_BODY_BYTES = 64 * 1024
_DESCRIPTION = (
    "Read-mostly: monitors are changed in git. Lists answer `{items, next}` and take `limit` and `cursor`; "
    "errors are problem+json (RFC 9457). Times are RFC 3339 in UTC, durations are in seconds unless they are "
    "written as in a spec (`1m`)."
)


def create() -> ASGIApp:
    """The whole application, from the environment. What uvicorn is told to call."""
    return with_live(create_app(environment.load()))


def create_app(settings: Settings, ping_hook: PingHook | None = None) -> Litestar:
    """REST, pages and metrics. `ping_hook` is called for each heartbeat; by default it asks for a check at once."""
    services = Services(settings, ping_hook)
    live, requests = Live(services), Requests()

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with services.opened(), live.running():
            yield

    app = Litestar(
        route_handlers=[_api(), *health.handlers, *pages.handlers],
        dependencies={
            "services": Provide(_provide(services), sync_to_thread=False),
            "requests": Provide(_provide(requests), sync_to_thread=False),
        },
        exception_handlers=problems.handlers(apology),
        lifespan=[running],
        openapi_config=OpenAPIConfig(
            title="Wakeful",
            version=health.VERSION,
            description=_DESCRIPTION,
            use_handler_docstrings=True,
            operation_id_creator=_operation,
            render_plugins=[pages.Reference(path="/")],
            openapi_router=pages.openapi_router(),
        ),
        request_max_body_size=_BODY_BYTES,
        state=State({"services": services, "live": live}),
    )
    app.asgi_handler = Guarded(Delivery(app.asgi_handler, requests))
    return app


def with_live(app: Litestar) -> ASGIApp:
    """The application with its Socket.io server at /socket.io."""
    sockets: Any = Guarded(socketio.ASGIApp(app.state.live.server))

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        is_live = str(scope["type"]) != "lifespan" and scope["path"].startswith("/socket.io/")
        await (sockets if is_live else app)(scope, receive, send)

    return dispatch


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document as plain JSON values. Needs no database."""
    return _described(create_app(Settings()))


@get("/openapi.json", include_in_schema=False)
async def _document(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    return Response(_described(request.app), media_type="application/vnd.oai.openapi+json")


def _described(app: Litestar) -> dict[str, Any]:
    # Litestar names `Page[MonitorSummary]` by its whole module path; clients are generated from these names.
    text = msgspec.json.encode(app.openapi_schema.to_schema()).decode()
    named: dict[str, Any] = msgspec.json.decode(re.sub(r"\bPage_[\w.]*\.(\w+)_(?=\")", r"PageOf\1", text))
    return named


def _operation(handler: HTTPRouteHandler, method: Any, _: list[Any]) -> str:
    """`list_monitors` → `listMonitors`; with the method in front where one handler has several."""
    words = handler.handler_name.split("_")
    words = [str(method.value).lower(), *words] if len(handler.http_methods) > 1 else words
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _api() -> Router:
    routers = [router.router for router in (monitors, incidents, revisions, changes, heartbeats)]
    return Router("/api/v1", route_handlers=[*routers, _document])


def _provide(value: Any) -> Callable[[], Any]:
    return lambda: value
