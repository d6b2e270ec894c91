"""`wakeful reconcile`: look at the sources now, not at the next poll; or agree to a held revision."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.cli.environment import read_settings
from controller.cli.printing import problem, say
from controller.errors import UsageError

if TYPE_CHECKING:
    from controller.decisions.plan import Live

REFUSED = 3


@click.command()
@click.option("--server", metavar="URL", help="The running Wakeful; WAKEFUL_PUBLIC_URL by default.")
@click.option(
    "--release",
    metavar="REVISION",
    help="Agree to what a held revision takes away. Needs the database: WAKEFUL_DATABASE_URL, or the --data-dir of "
    "`wakeful up` on this machine.",
)
@click.option(
    "--plan", "token", metavar="TOKEN", help="With --release: only as long as the plan with this token would come out."
)
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="The folder of `wakeful up`.")
def reconcile(server: str | None, release: str | None, token: str | None, data_dir: Path | None) -> int:
    """Ask the controller to look at its sources now."""
    from controller.cli import server as wakeful

    if token and not release:
        raise click.UsageError("`--plan` goes with `--release`")
    settings = read_settings(data_dir=data_dir)
    if release:
        url = settings.database_url
        if "database_url" not in settings.model_fields_set:
            from controller.cli.embedded import Postgres

            url = Postgres(settings.data_dir).url
        try:
            commit = asyncio.run(_release(url, release, token))
        except Changed as error:
            problem(str(error), "look at the new plan first: `GET /api/v1/revisions` shows it with its token")
            return REFUSED
        say(f"released {commit}")
    wakeful.post(server or settings.public_url, "/api/v1/reconcile", {})
    say("asked the controller to look now")
    return 0


class Changed(Exception):
    """What is live, or what is wanted, is not what the plan was made of."""


async def _release(url: str, revision: str, token: str | None) -> str:
    from controller import clock
    from controller.cli import preflight
    from controller.store import resources, revisions
    from controller.store.database import Database

    await preflight.postgres(url)
    database = await Database.open(url, 1)
    try:
        async with database.pool.acquire() as connection:
            if token:
                held = await revisions.held(connection, revision)
                _require(token, held[1] if held else None, await resources.live(connection, held[0]) if held else [])
            commit = await revisions.release(connection, revision, getpass.getuser(), clock.now())
    finally:
        await database.close()
    if commit is None:
        raise UsageError(f"no held revision starts with `{revision}`", "`GET /api/v1/revisions` lists them")
    return commit


def _require(token: str, held: str | None, live: list["Live"]) -> None:
    """Raises Changed unless the plan of a token is the one that is held, and nothing that is live changed since."""
    from controller.decisions.proposal import live_digest

    before, _, after = token.partition("-")
    if held is not None and held.partition("-")[2] != after:
        raise Changed("the held revision wants something else than the plan with this token")
    if held is not None and live_digest(live) != before:
        raise Changed("what is live changed since the plan with this token was made")
