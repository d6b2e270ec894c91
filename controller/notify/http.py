"""POST over HTTP for channels: one client per event loop, and answers turned into who acts next."""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import httpx

from controller.errors import PermanentError, RetryableError
from specs.fields import format_duration

_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30)
_RETRYABLE = {408, 425, 429}
_MOST_READ = 64 * 1024
_CLIENTS: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()


def client() -> httpx.AsyncClient:
    """The client of the running event loop; its connections cannot move to another loop."""
    loop = asyncio.get_running_loop()
    if loop not in _CLIENTS:
        # httpx logs every URL at level INFO, and a channel's URL is often its password.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        # Channels share the client but not cookies: the jar takes none.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        _CLIENTS[loop] = httpx.AsyncClient(limits=_LIMITS, follow_redirects=False, cookies=jar)
    return _CLIENTS[loop]


async def close() -> None:
    """Close the running loop's client, if it has one."""
    if mine := _CLIENTS.pop(asyncio.get_running_loop(), None):
        await mine.aclose()


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, patience: timedelta, now: datetime, name: str
) -> str:
    """POST a body within `patience` in all, and return `HTTP <status>` when the answer is 2xx.

    `name` says who answers, in the errors: never the URL, which may hold secrets. Raises RetryableError on
    408, 425, 429, 5xx and anything that goes wrong on the way, PermanentError on every other answer.
    """
    try:
        async with asyncio.timeout(patience.total_seconds()):
            status, asked = await _exchange(url, body, headers, patience)
    except (TimeoutError, httpx.TimeoutException):
        raise RetryableError(f"{name}: no answer within {format_duration(patience)}") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, ValueError):
        raise PermanentError(f"{name}: the address or a header is not usable once its secrets are filled in") from None
    except (httpx.TransportError, OSError) as error:
        raise RetryableError(f"{name}: {_why(error)}") from None
    return receipt(status, asked, now, name)


async def _exchange(url: str, body: bytes, headers: Mapping[str, str], patience: timedelta) -> tuple[int, str | None]:
    longest = patience.total_seconds()
    async with client().stream("POST", url, content=body, headers=headers, timeout=longest) as response:
        await _drain(response)
        return response.status_code, response.headers.get("Retry-After")


async def _drain(response: httpx.Response) -> None:
    """Read a short body, so that the connection can be used again; what it says does not matter."""
    read = 0
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(0.5):
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > _MOST_READ:
                    return


def receipt(status: int, asked: str | None, now: datetime, name: str) -> str:
    """Turn a status and a Retry-After header into a receipt, or into the error that says who acts."""
    if 200 <= status < 300:
        return f"HTTP {status}"
    if status in _RETRYABLE or status >= 500:
        after = retry_after(asked, now) if status in (429, 503) else None
        raise RetryableError(f"{name} answered HTTP {status}", after)
    if status == 410:
        raise PermanentError(f"{name} answered HTTP 410: it is gone for good; remove the channel or mend its URL")
    if 300 <= status < 400:
        raise PermanentError(f"{name} answered HTTP {status}: redirects are not followed; write the final URL")
    raise PermanentError(f"{name} answered HTTP {status}")


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (seconds, or an HTTP date) asks to wait; None when it says nothing usable."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return timedelta(seconds=int(value))
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(timedelta(), (when if when.tzinfo else when.replace(tzinfo=UTC)) - now)


def _why(error: BaseException) -> str:
    """A network error in fixed words: the library's own text may quote the address."""
    reasons: list[tuple[type[BaseException], str]] = [
        (socket.gaierror, "its host name does not resolve"),
        (ssl.SSLCertVerificationError, "its certificate is not trusted"),
        (ssl.SSLError, "the TLS handshake failed"),
        (ConnectionRefusedError, "it refused the connection"),
        (ConnectionResetError, "it reset the connection"),
        (httpx.ConnectError, "it cannot be reached"),
        (httpx.ProxyError, "the proxy refused"),
    ]
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__ or error
    found = (text for kind, text in reasons if any(isinstance(one, kind) for one in chain))
    return next(found, "the connection broke before an answer came")
