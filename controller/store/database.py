"""The connection to PostgreSQL: one pool, used by Piccolo and by plain asyncpg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
"""What the queries take: a connection, whoever opened it."""

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,
    TimeoutError,
)
"""Errors that mean that the server went away: worth another try."""


class Engine(PostgresEngine):
    """Piccolo's engine, without the connection it makes to ask for the version."""

    async def get_version(self) -> float:
        """The oldest version we support; the real one is checked by `migrate`."""
        return 15.0


class Database:
    """An open pool. Store functions take one of its connections."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool) -> None:
        self.engine, self.pool = engine, pool

    @classmethod
    async def open(cls, url: str, size: int = 5) -> "Database":
        """Connect, with at most `size` connections. Raises what asyncpg raises when the server is away."""
        from controller.store import tables

        engine = Engine(config={"dsn": url})
        await engine.start_connection_pool(min_size=1, max_size=size, command_timeout=30)
        for table in tables.ALL:
            table._meta.db = engine
        return cls(engine, cast(asyncpg.Pool, engine.pool))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A connection inside a transaction: all of it, or nothing."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.close_connection_pool()
