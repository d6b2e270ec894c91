"""What was applied leaves nothing to plan: for every example, and for whatever importers make of other tools."""

from pathlib import Path

import pytest

from controller.decisions.plan import plan
from controller.decisions.proposal import propose
from controller.importers import IMPORTERS
from controller.store import resources
from specs.load import load
from tests.importers.configurations import ALL
from tests.workers.stage import Stage, play

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(one.name for one in (ROOT / "examples").iterdir())


def files_of(what: str) -> dict[str, str]:
    """The files of an example, or of what was imported from a tool."""
    if what in ALL:
        return IMPORTERS[what](ALL[what]).files
    root = ROOT / "examples" / what
    return {file.relative_to(root).as_posix(): file.read_text() for file in sorted(root.rglob("*.yaml"))}


@pytest.mark.parametrize("what", [*EXAMPLES, *ALL])
def test_the_second_plan_says_that_nothing_changed(
    database_url: str, clean_redis_url: str, tmp_path: Path, what: str
) -> None:
    files = files_of(what)

    async def act(here: Stage) -> None:
        for name, text in files.items():
            file = here.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        await here.reconciler.look()
        assert (await here.rows("SELECT status, reason FROM revision"))[0]["status"] == "applied"
        async with here.runtime.database.pool.acquire() as connection:
            live = await resources.live(connection)
        loaded = load(files)
        steps = plan(loaded.resources, live)
        shown = propose(steps, loaded.resources, live, loaded.config.guards)

        assert len(live) == len(loaded.resources) > 0
        assert steps.is_empty
        assert (shown["means"], shown["refusals"]) == ([], [])
        before, _, after = shown["token"].partition("-")
        assert before == after

    play(database_url, clean_redis_url, tmp_path, act)
