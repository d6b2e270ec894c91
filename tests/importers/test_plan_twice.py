"""What was imported and applied is what was imported: planning it again changes nothing."""

from pathlib import Path

import pytest

from controller.decisions.plan import plan
from controller.importers import IMPORTERS
from controller.store import resources
from specs.load import load
from tests.importers.configurations import ALL
from tests.importers.reading import files_of
from tests.workers.stage import Stage, named, play

INPUTS = ALL | {f"{tool}, at length": files_of(tool) for tool in ("upptime", "cstate", "statuspage")}


@pytest.mark.parametrize("which", INPUTS)
def test_a_second_plan_of_an_import_is_empty(
    database_url: str, clean_redis_url: str, tmp_path: Path, which: str
) -> None:
    files = IMPORTERS[which.partition(",")[0]](INPUTS[which]).files

    async def act(here: Stage) -> None:
        for name, text in files.items():
            (here.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (here.folder / name).write_text(text)
        await here.reconciler.look()
        assert named(await here.rows("SELECT status FROM revision"), "status") == ["applied"]
        async with here.runtime.database.pool.acquire() as connection:
            live = await resources.live(connection)

        assert live
        assert plan(load(files).resources, live).is_empty

        await here.reconciler.look()
        assert named(await here.rows("SELECT status FROM revision"), "status") == ["applied"]

    play(database_url, clean_redis_url, tmp_path, act)
