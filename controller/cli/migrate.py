"""`wakeful migrate`: bring the database to the newest version."""

import asyncio

import click

from controller.cli.environment import read_settings
from controller.cli.printing import out, say


@click.command(short_help="Bring the database to the newest version.")
def migrate() -> None:
    """Bring the database of WAKEFUL_DATABASE_URL to the newest version. Safe to run twice, and from several machines."""
    from controller.cli import preflight

    url = read_settings().database_url
    asyncio.run(preflight.postgres(url))
    from controller.store.migrate import migrate as run

    done = asyncio.run(run(url))
    for name in done:
        out(name)
    say(f"{len(done)} migrations ran" if len(done) > 1 else "1 migration ran" if done else "nothing to do")
