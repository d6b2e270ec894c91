"""What every response gets on its way out: security headers, an ETag, compression, and a count."""

import gzip
import hashlib
import time
from functools import lru_cache
from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.metrics import Requests

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_WORTH_COMPRESSING = 860
_COMPRESSIBLE = ("text/", "application/json", "application/problem+json", "application/vnd.oai.openapi+json")


class Guarded:
    """Adds the security headers that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders(message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == ScopeType.HTTP else send)


class Delivery:
    """Answers HEAD as GET without the body, adds an ETag, compresses, and counts."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self.app, self.requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started, method = time.perf_counter(), str(scope["method"])
        if method == "HEAD":
            scope["method"] = HttpMethod.GET
        outgoing = _Outgoing(scope, send, is_head=method == "HEAD")
        try:
            await self.app(scope, receive, outgoing)
        finally:
            template = str(scope.get("path_template") or "unmatched")
            self.requests.count(method, template, outgoing.status, time.perf_counter() - started)


class _Outgoing:
    """Holds the start of a response back until its body is known."""

    def __init__(self, scope: HTTPScope, send: Send, *, is_head: bool) -> None:
        self.send, self.is_head, self.status = send, is_head, 500
        self.is_get = scope["method"] == "GET"
        self.asked = dict(scope["headers"])
        self.start: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start, self.status = message, message["status"]
        elif message["type"] == "http.response.body" and self.start is not None and not message.get("more_body"):
            await self._deliver(message.get("body", b""))
        else:
            await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        if self.start is not None:
            await self.send(self.start)
            self.start = None
        await self.send(message)

    async def _deliver(self, body: bytes) -> None:
        headers = MutableScopeHeaders(self.start)
        if self.is_get and self.status == 200:
            headers.setdefault("cache-control", "no-cache")
            if "no-store" not in headers["cache-control"]:
                headers["etag"] = tag(body)
                if headers["etag"].encode() in self._tags_asked():
                    self.start["status"] = self.status = 304
                    body = b""
        kind = headers.get("content-type", "")
        if len(body) >= _WORTH_COMPRESSING and kind.startswith(_COMPRESSIBLE):
            headers["vary"] = "accept-encoding"
            if b"gzip" in self.asked.get(b"accept-encoding", b""):
                body = compressed(body)
                headers["content-encoding"] = "gzip"
        if self.status == 304:
            del headers["content-length"]
        elif self.status != 204:
            headers["content-length"] = str(len(body))
        start, self.start = self.start, None
        await self.send(start)
        await self.send({"type": "http.response.body", "body": b"" if self.is_head else body, "more_body": False})

    def _tags_asked(self) -> list[bytes]:
        return [one.strip() for one in self.asked.get(b"if-none-match", b"").split(b",")]


@lru_cache(maxsize=32)
def tag(body: bytes) -> str:
    """The ETag of a body; weak, because it is the same for the compressed one."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@lru_cache(maxsize=32)
def compressed(body: bytes) -> bytes:
    """The body with gzip; the same bytes each time."""
    return gzip.compress(body, 6, mtime=0)
