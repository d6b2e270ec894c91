"""Bring a database to the newest version. Safe to run twice, and from several machines at once."""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration

from controller import settings
from controller.errors import UsageError
from controller.store.database import Engine

OLDEST = 150000
_LOCK = 7_256_011


async def migrate(url: str) -> list[str]:
    """Run the migrations that have not run yet. Returns their ids.

    Raises UsageError when the server is older than PostgreSQL 15, and what asyncpg raises when it is away.
    """
    connection = await asyncpg.connect(url)
    try:
        version = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
        if version < OLDEST:
            raise UsageError(f"PostgreSQL {version // 10000} is too old", "Wakeful needs PostgreSQL 15 or later")
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        return await _run(url)
    finally:
        await connection.close()  # gives the lock back, too


async def run_script(script: str) -> None:
    """Run several SQL statements in the transaction of the migration that is running."""
    transaction = Migration._meta.db.current_transaction.get()
    assert transaction is not None, "a migration runs inside a transaction"
    await transaction.connection.execute(script)


async def _run(url: str) -> list[str]:
    settings.use_piccolo("controller.store.piccolo_conf")
    from controller.store import piccolo_conf

    engine = Engine(config={"dsn": url})
    piccolo_conf.DB = engine
    Migration._meta.db = engine
    before = await _done()
    words = io.StringIO()
    with contextlib.redirect_stdout(words):  # Piccolo talks to stdout, which belongs to data
        result = await run_forwards("wakeful")
    if not result.success:
        raise RuntimeError(f"the migration failed: {result.message}")
    return sorted(await _done() - before)


async def _done() -> set[str]:
    await Migration.create_table(if_not_exists=True)
    return set(await Migration.get_migrations_which_ran(app_name="wakeful"))
