"""Are the servers there? Asked before a role starts, so that the answer is a sentence and not a traceback."""

import asyncio
import errno
import socket
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

from controller.cli.printing import say
from controller.errors import Unreachable, UsageError
from controller.settings import Settings

PATIENCE = 10.0
"""Seconds to wait for a server that is still starting."""
PAUSE = 0.5
ATTEMPT = 3.0

_EXAMPLE = "write `postgresql://USER@HOST:5432/DATABASE`"
_OWN = "or let `wakeful up` bring its own"


async def postgres(url: str) -> None:
    """Wait until PostgreSQL takes connections. Raises Unreachable when it does not, or does not let us in."""
    import asyncpg

    where, hint = f"PostgreSQL at {place(url, 5432)}", f"check WAKEFUL_DATABASE_URL, {_OWN}"

    async def attempt() -> None:
        try:
            connection = await asyncpg.connect(url, timeout=ATTEMPT)
        except asyncpg.exceptions.ClientConfigurationError:
            raise UsageError("WAKEFUL_DATABASE_URL is not the URL of a database", _EXAMPLE) from None
        except _refusals() as error:
            raise Unreachable(f"{where} does not let us in: {error}", hint) from None
        except asyncpg.PostgresError as error:  # starting up, shutting down, full
            raise ConnectionError(str(error)) from None
        await connection.close()

    await _patiently(attempt, where, hint)


def _refusals() -> tuple[type[Exception], ...]:
    """PostgreSQL is there, and more patience would not help."""
    import asyncpg

    return (
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.InsufficientPrivilegeError,
    )


async def redis(url: str) -> None:
    """Wait until Valkey or Redis answers. Raises Unreachable when it does not, or does not let us in."""
    from redis import asyncio as client
    from redis import exceptions

    where, hint = f"Redis at {place(url, 6379)}", f"check WAKEFUL_REDIS_URL, {_OWN}"
    try:
        connection = client.Redis.from_url(url, socket_connect_timeout=ATTEMPT, socket_timeout=ATTEMPT, retry=None)
    except ValueError:
        example = "write `redis://HOST:6379/0`"
        raise UsageError("WAKEFUL_REDIS_URL is not the URL of a Redis server", example) from None

    async def attempt() -> None:
        try:
            await connection.ping()
        except (exceptions.AuthenticationError, exceptions.AuthorizationError, exceptions.NoPermissionError) as error:
            raise Unreachable(f"{where} does not let us in: {error}", hint) from None
        except exceptions.RedisError as error:
            raise (error.__cause__ if isinstance(error.__cause__, OSError) else ConnectionError(str(error))) from None

    try:
        await _patiently(attempt, where, hint)
    finally:
        await connection.aclose()


async def servers(settings: Settings) -> None:
    """Wait for both. Raises Unreachable."""
    await asyncio.gather(postgres(settings.database_url), redis(settings.redis_url))


async def _patiently(attempt: Callable[[], Awaitable[None]], where: str, hint: str) -> None:
    end, has_said = time.monotonic() + PATIENCE, False
    while True:
        try:
            return await attempt()
        except (OSError, TimeoutError) as error:
            if time.monotonic() >= end:
                raise Unreachable(f"{where} does not answer: {words(error)}", hint) from None
            if not has_said:
                say(f"waiting for {where}")
                has_said = True
        await asyncio.sleep(PAUSE)


def words(error: OSError | TimeoutError) -> str:
    """Why a connection failed, in plain words."""
    if isinstance(error, socket.gaierror):
        return "the name of the host is not known"
    if isinstance(error, TimeoutError):
        return f"no answer within {ATTEMPT:.0f} s"
    if isinstance(error, FileNotFoundError):
        return "there is no such socket"
    if isinstance(error, ConnectionRefusedError) or error.errno == errno.ECONNREFUSED:
        return "connection refused"
    if "Connect call failed" in str(error):
        return "connection refused"
    return error.strerror or str(error)


def place(url: str, port: int) -> str:
    """HOST:PORT of a URL, or the path of its socket: what may be shown, since user and password may not."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        if parts.scheme == "unix":
            return parts.path
        host = asked["host"][0] if "host" in asked else parts.hostname or "localhost"
        return host if host.startswith("/") else f"{host}:{parts.port or port}"
    except ValueError:
        return "the address given"
