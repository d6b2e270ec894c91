"""`wakeful plan --database` and `wakeful reconcile --release`, against the database that a reconciler wrote."""

import json
from pathlib import Path

import pytest

from tests.cli.answering import server
from tests.cli.command import process
from tests.workers.stage import Scene, Stage, monitor, play

LIVE = "SELECT name FROM resource WHERE deleted_at IS NULL ORDER BY name"


@pytest.fixture
def scene(database_url: str, clean_redis_url: str, tmp_path: Path) -> Scene:
    return lambda act: play(database_url, clean_redis_url, tmp_path, act)


def test_a_held_revision_is_released_only_for_the_plan_that_was_looked_at(scene: Scene, database_url: str) -> None:
    async def act(here: Stage) -> None:
        here.write("".join(monitor(f"m{index}") for index in range(8)))
        await here.reconciler.look()
        here.write(monitor("m0"))
        await here.reconciler.look()
        reason = await here.value("SELECT reason FROM revision WHERE status = 'held'")
        commit = await here.value("SELECT commit FROM revision WHERE status = 'held'")
        planned = process("plan", here.folder, "--database", "--format", "json", WAKEFUL_DATABASE_URL=database_url)
        token = json.loads(planned.stdout)["token"]

        assert planned.returncode == 3
        assert f"wakeful reconcile --release {commit[:19]} --plan {token}" in reason
        with server(202, {"accepted": True}) as (address, _):
            arguments = ("reconcile", "--release", commit[:12], "--server", address)
            wrong = process(*arguments, "--plan", f"{token[:12]}-000000000000", WAKEFUL_DATABASE_URL=database_url)
            stale = process(*arguments, "--plan", f"000000000000-{token[13:]}", WAKEFUL_DATABASE_URL=database_url)
            right = process(*arguments, "--plan", token, WAKEFUL_DATABASE_URL=database_url)
        await here.reconciler.look()

        assert (wrong.returncode, stale.returncode, right.returncode) == (3, 3, 0)
        assert "wants something else" in wrong.stderr
        assert "what is live changed" in stale.stderr
        assert [row["name"] for row in await here.rows(LIVE)] == ["m0"]

    scene(act)
