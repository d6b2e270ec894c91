"""From observations to health, incidents, alerts and the outbox."""

from datetime import timedelta
from pathlib import Path

import pytest

from controller import clock
from controller.workers import recorder, transitions
from tests.workers.stage import START, Scene, Stage, monitor, named, play, rule, webhook

HEALTH = "SELECT health FROM monitor_state"
INCIDENTS = "SELECT title, reason, resolved_at IS NULL AS open FROM incident ORDER BY id"


@pytest.fixture
def scene(database_url: str, clean_redis_url: str, tmp_path: Path) -> Scene:
    return lambda act: play(database_url, clean_redis_url, tmp_path, act)


def test_two_failures_open_an_incident_and_one_success_resolves_it(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor() + rule() + webhook())
        await here.reconciler.look()
        await here.see("checkout", "up")
        assert await here.value(HEALTH) == "up"

        await here.see("checkout", "down", "connection refused")
        assert await here.rows(INCIDENTS) == []

        happened = await here.see("checkout", "down", "connection refused")
        assert named(await here.rows(INCIDENTS), "title", "reason", "open") == [
            ("checkout is down", "connection refused", True)
        ]
        assert len(happened.notifications) == 1

        happened = await here.see("checkout", "up")
        assert named(await here.rows(INCIDENTS), "open") == [False]
        assert named(await here.rows("SELECT status FROM notification ORDER BY id"), "status") == ["firing", "resolved"]
        kinds = named(await here.rows("SELECT type FROM incident_event ORDER BY id"), "type")
        assert kinds == ["opened", "alert", "resolved"]
        assert named(await here.rows("SELECT health FROM health_interval ORDER BY id"), "health") == [
            "unknown",
            "up",
            "down",
            "up",
        ]

    scene(act)


def test_a_redelivered_observation_changes_nothing(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor())
        await here.reconciler.look()
        for _ in range(3):
            await here.see("checkout", "down", "timeout", at=START)

        assert await here.value("SELECT count(*) FROM observation") == 1
        assert await here.value("SELECT length FROM region_state") == 1
        assert await here.rows(INCIDENTS) == []

    scene(act)


def test_an_alert_with_for_waits_and_fires_when_its_time_has_come(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor() + rule(wait="2m") + webhook())
        await here.reconciler.look()
        await here.see("checkout", "down", "timeout", at=clock.now() - timedelta(seconds=5))
        happened = await here.see("checkout", "down", "timeout", at=clock.now() - timedelta(seconds=4))
        assert happened.notifications == []
        assert named(await here.rows("SELECT state FROM alert"), "state") == ["pending"]

        monitor_ = await here.watched("checkout")
        async with here.runtime.database.transaction() as connection:
            later = clock.now() + timedelta(minutes=3)
            happened = await transitions.reconsider(connection, {monitor_.id: monitor_}, {}, later, "http://x")
        assert named(await here.rows("SELECT state FROM alert"), "state") == ["firing"]
        assert len(happened.notifications) == 1

    scene(act)


def test_a_pending_alert_that_recovers_tells_nobody(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor() + rule(wait="2h") + webhook())
        await here.reconciler.look()
        for outcome in ("down", "down", "up"):
            await here.see("checkout", outcome)

        assert named(await here.rows("SELECT state FROM alert"), "state") == ["resolved"]
        assert await here.value("SELECT count(*) FROM notification") == 0

    scene(act)


def test_quorum_counts_regions(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor(extra="  regions: [eu, us, ap]\n  confirm: {down: 1}\n"))
        await here.reconciler.look()
        for region in ("eu", "us", "ap"):
            await here.see("checkout", "up", region=region)
        await here.see("checkout", "down", "timeout", region="us")
        assert await here.value(HEALTH) == "degraded"

        await here.see("checkout", "down", "timeout", region="ap")
        assert await here.value(HEALTH) == "down"

    scene(act)


def test_what_depends_on_something_down_is_unknown_until_that_is_up(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("gateway") + monitor("shop", "  dependsOn: [gateway]\n") + rule() + webhook())
        await here.reconciler.look()
        for name in ("shop", "gateway", "gateway", "shop"):
            await here.see(name, "down", "timeout")

        query = "SELECT r.name, m.health FROM monitor_state m JOIN resource r ON r.id = m.monitor_id ORDER BY 1"
        assert named(await here.rows(query), "name", "health") == [("gateway", "down"), ("shop", "unknown")]
        assert await here.value("SELECT count(*) FROM notification") == 1

        await here.see("gateway", "up")
        assert named(await here.rows(query), "name", "health") == [("gateway", "up"), ("shop", "down")]

    scene(act)


def test_health_that_nobody_confirms_becomes_unknown(scene: Scene) -> None:
    from controller.workers import housekeep

    async def act(here: Stage) -> None:
        here.write(monitor())
        await here.reconciler.look()
        old = clock.now() - timedelta(minutes=5)
        await here.see("checkout", "up", at=old)
        await housekeep.sweep_stale(here.runtime)

        state = (await here.rows("SELECT health, reason, since FROM monitor_state"))[0]
        assert state["health"] == "unknown"
        assert state["reason"].startswith("no observation for 5m")
        assert state["since"] == old + timedelta(seconds=10)

    scene(act)


def test_why_nobody_knows_is_said_in_its_newest_words(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor())
        await here.reconciler.look()
        await here.see("checkout", "unknown", "no ping yet")

        assert await here.value("SELECT reason FROM monitor_state") == "no ping yet"

    scene(act)


def test_an_observation_of_a_removed_monitor_is_left_out(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(monitor("a") + monitor("b"))
        await here.reconciler.look()
        gone = await here.watched("a")
        here.write(monitor("b"))
        await here.reconciler.look()
        from controller.decisions.observation import Health, Observation

        seen = Observation(gone.id, "default", START, START, Health.UP)
        fresh, _ = await recorder.store(here.runtime, [(seen, gone)])

        assert fresh == []
        assert await here.value("SELECT count(*) FROM region_state") == 0

    scene(act)
