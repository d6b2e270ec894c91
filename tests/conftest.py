"""Real servers for every test that asks: one PostgreSQL and one Valkey a session, a fresh database a test."""

import asyncio
import contextlib
import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import redis

from controller.cli.embedded import Postgres, Valkey
from controller.cli.supervisor import Program, Supervisor
from controller.store.migrate import migrate

_TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """A folder with a short path for servers; pytest's own would close its parents to the servers' user."""
    folder = Path(tempfile.mkdtemp(prefix="wakeful-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(server_dir: Path) -> Iterator[str]:
    """A PostgreSQL server for the whole session; it does not care for power cuts."""
    settings = {"fsync": "off", "full_page_writes": "off", "max_connections": "300", "autovacuum": "off"}
    server = Postgres(server_dir, settings)
    with running(server.program()):
        yield server.url


@pytest.fixture(scope="session")
def redis_url(server_dir: Path) -> Iterator[str]:
    """A Valkey server for the whole session."""
    server = Valkey(server_dir)
    with running(server.program()):
        yield server.url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """The name of a database with all migrations, to copy from."""
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {_TEMPLATE}"))
    asyncio.run(migrate(database_named(postgres_url, _TEMPLATE)))
    asyncio.run(execute(postgres_url, f"ALTER DATABASE {_TEMPLATE} ALLOW_CONNECTIONS false", _end_sessions(_TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A fresh, migrated database for one test."""
    name = f"test_{next(_numbers)}"
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {migrated_template} STRATEGY FILE_COPY"))
    yield database_named(postgres_url, name)
    asyncio.run(execute(postgres_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
def clean_redis_url(redis_url: str) -> str:
    """The session's Valkey, emptied for one test."""
    with redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


def database_named(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def execute(url: str, *statements: str) -> None:
    """Run statements, each on its own, outside a transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.contextmanager
def running(*programs: Program) -> Iterator[Supervisor]:
    """Keep programs alive in a thread of their own for as long as the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="servers", daemon=True)
    thread.start()

    async def supervisor_of() -> Supervisor:
        supervisor = Supervisor()
        try:
            await supervisor.start(*programs)
        except BaseException:
            await supervisor.stop()
            raise
        return supervisor

    try:
        supervisor = asyncio.run_coroutine_threadsafe(supervisor_of(), loop).result(timeout=60)
        try:
            yield supervisor
        finally:
            asyncio.run_coroutine_threadsafe(supervisor.stop(), loop).result(timeout=60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def _end_sessions(database: str) -> str:
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
