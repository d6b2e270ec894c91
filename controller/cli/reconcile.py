"""`wakeful reconcile`: look at the sources now, not at the next poll; or agree to a held revision."""

import asyncio
import getpass
from pathlib import Path

import click

from controller.cli.environment import read_settings
from controller.cli.printing import say
from controller.errors import UsageError


@click.command()
@click.option("--server", metavar="URL", help="The running Wakeful; WAKEFUL_PUBLIC_URL by default.")
@click.option(
    "--release",
    metavar="REVISION",
    help="Agree to what a held revision takes away. Needs the database: WAKEFUL_DATABASE_URL, or the --data-dir of "
    "`wakeful up` on this machine.",
)
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The folder of `wakeful up`.")
def reconcile(server: str | None, release: str | None, data_dir: Path | None) -> None:
    """Ask the controller to look at its sources now."""
    from controller.cli import server as wakeful

    settings = read_settings(data_dir=data_dir)
    if release:
        url = settings.database_url
        if "database_url" not in settings.model_fields_set:
            from controller.cli.embedded import Postgres

            url = Postgres(settings.data_dir).url
        commit = asyncio.run(_release(url, release))
        say(f"released {commit}")
    wakeful.post(server or settings.public_url, "/api/v1/reconcile", {})
    say("asked the controller to look now")


async def _release(url: str, revision: str) -> str:
    from controller import clock
    from controller.cli import preflight
    from controller.store import revisions
    from controller.store.database import Database

    await preflight.postgres(url)
    database = await Database.open(url, 1)
    try:
        async with database.pool.acquire() as connection:
            commit = await revisions.release(connection, revision, getpass.getuser(), clock.now())
    finally:
        await database.close()
    if commit is None:
        raise UsageError(f"no held revision starts with `{revision}`", "`GET /api/v1/revisions` lists them")
    return commit
