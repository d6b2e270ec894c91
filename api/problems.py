"""Errors as problem+json (RFC 9457), or as a page for people who came for one."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import asyncpg
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.openapi import ResponseSpec
from redis.exceptions import RedisError

from controller.logs import get
from controller.store.database import LOST

PROBLEM_JSON = "application/problem+json"
_log = get("api")


@dataclass(frozen=True)
class Problem:
    """What went wrong: `title` names the status, `detail` says it in a sentence."""

    type: str
    title: str
    status: int
    detail: str


class Unavailable(HTTPException):
    """A part that we need does not answer; worth another try soon."""

    status_code = 503


def missing(detail: str) -> NotFoundException:
    """The error for a thing that is not there, in words of our own."""
    return NotFoundException(detail=detail)


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems that a route may answer with, for the OpenAPI document; 400 and 503 are always among them."""
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_JSON,
        )
        for status in sorted({400, 503, *statuses})
    }


def answer(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response[dict[str, Any]]:
    """A problem+json response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail} | more
    return Response(
        body, status_code=status, media_type=PROBLEM_JSON, headers={"cache-control": "no-store"} | (headers or {})
    )


Answer = Callable[[Request[Any, Any, Any], Exception], Response[Any]]


def handlers(page: Callable[[int, str], Response[bytes]]) -> dict[type[Exception] | int, Answer]:
    """What Litestar calls for each kind of error. `page` renders a status and its words for a person."""

    def told(request: Request[Any, Any, Any], status: int, detail: str, **more: Any) -> Response[Any]:
        headers = more.pop("headers", None)
        if _wants_page(request):
            return page(status, detail)
        return answer(status, detail, headers, **more)

    def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        if isinstance(error, ValidationException):
            return told(request, error.status_code, _first(error), errors=_errors(error), headers=error.headers)
        return told(request, error.status_code, _detail(request, error), headers=error.headers)

    def lost(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        part = "Redis" if isinstance(error, RedisError) else "the database"
        _log.warning("a part is away", part=part, reason=repr(error))
        return told(request, 503, f"{part} does not answer at the moment", headers={"retry-after": "2"})

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        _log.error("request failed", path=request.scope["path"], exc_info=error)
        return told(request, 500, "something went wrong on our side; the log says what")

    def unfit(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return told(request, 400, "a value is too large, or holds characters that cannot be stored")

    def unmigrated(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return told(request, 503, "the tables are not there yet; run `wakeful migrate`", headers={"retry-after": "10"})

    found: dict[Any, Any] = {HTTPException: http, Exception: unexpected, RedisError: lost, asyncpg.DataError: unfit}
    found |= {asyncpg.UndefinedTableError: unmigrated}
    return found | dict.fromkeys(LOST, lost)


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    path = request.scope["path"]
    asked = request.headers.get("accept", "")
    return not path.startswith(("/api", "/health", "/metrics")) and "json" not in asked


def _detail(request: Request[Any, Any, Any], error: HTTPException) -> str:
    if error.status_code == 404 and error.detail in ("", "Not Found"):
        return f"there is nothing at {request.scope['path']}"
    if error.status_code == 405:
        return f"{request.method} does not work on {request.scope['path']}"
    return error.detail or HTTPStatus(error.status_code).phrase


def _errors(error: ValidationException) -> list[dict[str, str]]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        {"field": str(one.get("key", "")), "detail": str(one.get("message", ""))}
        for one in extra
        if isinstance(one, dict)
    ]


def _first(error: ValidationException) -> str:
    found = _errors(error)
    return "; ".join(f"`{one['field']}`: {one['detail']}" for one in found) if found else error.detail
