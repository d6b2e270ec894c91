"""From files to resources: all of a revision or nothing of it."""

from pathlib import Path

import msgspec
import pytest

from controller import clock
from controller.decisions.plan import plan
from controller.store import resources, revisions
from specs.load import load
from tests.workers.stage import Scene, Stage, monitor, named, play, rule, webhook

LIVE = "SELECT name FROM resource WHERE deleted_at IS NULL ORDER BY name"
STATUS = "SELECT status FROM revision ORDER BY id"


@pytest.fixture
def scene(database_url: str, clean_redis_url: str, tmp_path: Path) -> Scene:
    return lambda act: play(database_url, clean_redis_url, tmp_path, act)


async def conditions(here: Stage) -> dict[str, tuple[str, str]]:
    found = msgspec.json.decode(await here.value("SELECT conditions FROM source"))
    return {one["type"]: (one["status"], one["reason"]) for one in found}


def test_a_bad_commit_changes_nothing_and_says_why(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a"))
        await here.reconciler.look()
        here.write(monitor("b") + monitor("c", "  evry: 5s\n"))
        await here.reconciler.look()

        assert named(await here.rows(LIVE), "name") == ["a"]
        assert named(await here.rows(STATUS), "status") == ["applied", "rejected"]
        assert (await conditions(here))["Stalled"] == ("True", "InvalidSpecs")
        reason = await here.value("SELECT reason FROM revision ORDER BY id DESC LIMIT 1")
        assert reason.startswith("specs.yaml:")
        assert "unknown key `evry`" in reason

        here.write(monitor("b"))
        await here.reconciler.look()
        assert named(await here.rows(LIVE), "name") == ["b"]
        assert (await conditions(here))["Ready"] == ("True", "Applied")

    scene(act)


def test_planning_what_was_applied_finds_nothing(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        text = monitor(labels="{tier: 1}") + rule() + webhook()
        here.write(text)
        await here.reconciler.look()
        async with here.runtime.database.pool.acquire() as connection:
            live = await resources.live(connection)

        assert plan(load({"specs.yaml": text}).resources, live).is_empty
        await here.reconciler.look()
        assert len(await here.rows(STATUS)) == 1

    scene(act)


def test_deleting_everything_is_held_until_a_person_agrees(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write("".join(monitor(f"m{index}") for index in range(8)))
        await here.reconciler.look()
        here.write(monitor("m0"))
        await here.reconciler.look()
        assert named(await here.rows(STATUS), "status") == ["applied", "held"]
        assert len(await here.rows(LIVE)) == 8

        commit = await here.value("SELECT commit FROM revision WHERE status = 'held'")
        async with here.runtime.database.pool.acquire() as connection:
            assert await revisions.release(connection, commit[:15], "someone", clock.now()) == commit
        await here.reconciler.look()
        assert named(await here.rows(LIVE), "name") == ["m0"]

    scene(act)


def test_what_comes_back_is_the_old_one(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a") + monitor("b"))
        await here.reconciler.look()
        before = (await here.watched("a")).id
        here.write(monitor("b"))
        await here.reconciler.look()
        here.write(monitor("a") + monitor("b"))
        await here.reconciler.look()

        assert (await here.watched("a")).id == before
        actions = await here.rows("SELECT action FROM resource_history WHERE resource_id = $1 ORDER BY id", before)
        assert named(actions, "action") == ["create", "delete", "restore"]

    scene(act)


def test_a_rename_keeps_the_history(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("old"))
        await here.reconciler.look()
        before = (await here.watched("old")).id
        here.write(monitor("new", renamedFrom="old"))
        await here.reconciler.look()

        assert (await here.watched("new")).id == before
        assert named(await here.rows(LIVE), "name") == ["new"]
        await here.reconciler.look()
        assert len(await here.rows(STATUS)) == 2

    scene(act)


def test_a_protected_resource_stays(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a", annotations="{wakeful.dev/prune: disabled}") + monitor("b"))
        await here.reconciler.look()
        here.write(monitor("b"))
        await here.reconciler.look()

        assert named(await here.rows(LIVE), "name") == ["a", "b"]

    scene(act)


def test_removing_a_monitor_that_is_down_ends_its_incident_and_says_so(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a") + monitor("b") + rule() + webhook())
        await here.reconciler.look()
        for _ in range(2):
            await here.see("a", "down", "timeout")
        here.write(monitor("b") + rule() + webhook())
        await here.reconciler.look()

        assert await here.value("SELECT count(*) FROM incident WHERE resolved_at IS NULL") == 0
        assert named(await here.rows("SELECT status FROM notification ORDER BY id"), "status") == ["firing", "resolved"]

    scene(act)


def test_a_rule_added_later_fires_for_what_is_already_down(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a"))
        await here.reconciler.look()
        for _ in range(2):
            await here.see("a", "down", "timeout")
        here.write(monitor("a") + rule() + webhook())
        await here.reconciler.look()

        assert named(await here.rows("SELECT status FROM notification"), "status") == ["firing"]

    scene(act)


def test_a_source_that_cannot_be_read_keeps_what_runs(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a"))
        await here.reconciler.look()
        (here.folder / "specs.yaml").unlink()
        here.folder.rmdir()
        await here.reconciler.look()

        assert named(await here.rows(LIVE), "name") == ["a"]
        assert (await conditions(here))["Ready"] == ("False", "SourceUnreachable")

    scene(act)
