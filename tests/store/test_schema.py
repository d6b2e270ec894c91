"""The tables that Piccolo knows are those that the migration makes."""

import asyncio
import subprocess
import sys

import asyncpg

from controller.store import tables
from controller.store.migrate import migrate
from tests.conftest import database_named, execute

TYPES = {
    "Text": "text",
    "BigInt": "bigint",
    "Integer": "integer",
    "JSONB": "jsonb",
    "Timestamptz": "timestamp with time zone",
    "Real": "real",
    "Array": "ARRAY",
}


def test_piccolo_tables_have_the_columns_of_the_database(database_url: str) -> None:
    async def columns() -> dict[str, dict[str, tuple[str, bool]]]:
        connection = await asyncpg.connect(database_url)
        rows = await connection.fetch(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
        await connection.close()
        found: dict[str, dict[str, tuple[str, bool]]] = {}
        for row in rows:
            found.setdefault(row[0], {})[row[1]] = (row[2], row[3] == "YES")
        return found

    real = asyncio.run(columns())
    known = {
        table._meta.tablename: {
            column._meta.db_column_name: (TYPES[type(column).__name__], column._meta.null)
            for column in table._meta.columns
        }
        for table in tables.ALL
    }

    assert known == {name: real[name] for name in known}
    assert set(real) - set(known) == {"migration"}


def test_a_second_migration_does_nothing(database_url: str) -> None:
    assert asyncio.run(migrate(database_url)) == []


def test_two_machines_may_migrate_at_once(postgres_url: str) -> None:
    name = "two_machines"
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name}"))
    url = database_named(postgres_url, name)
    command = [
        sys.executable,
        "-c",
        f"import asyncio; from controller.store.migrate import migrate; print(len(asyncio.run(migrate({url!r}))))",
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    assert sorted(one.communicate(timeout=60)[0].strip() for one in both) == ["0", "1"]
