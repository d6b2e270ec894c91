"""What is stored and does not run yet pretends nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.decisions.observation import Health
from controller.store import alerts
from controller.store.reading import monitors, resources
from controller.workers import check
from tests.workers.stage import Scene, Stage, play, webhook

DNS = """\
---
apiVersion: wakeful.dev/v1
kind: Monitor
metadata: {name: names}
spec: {dns: {name: example.com}}
"""
DEGRADED = """\
---
apiVersion: wakeful.dev/v1
kind: AlertRule
metadata: {name: slow}
spec: {degraded: {for: 1m}, notify: [hook]}
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def scene(database_url: str, clean_redis_url: str, tmp_path: Path) -> Scene:
    return lambda act: play(database_url, clean_redis_url, tmp_path, act)


def test_a_probe_that_is_not_there_makes_its_monitor_unknown_and_says_so(scene: Scene) -> None:
    async def act(here: Stage) -> None:
        here.write(DNS + DEGRADED + webhook())
        await here.reconciler.look()
        watched = await here.watched("names")
        ready = (await here.runtime.know([(watched.id, watched.generation)]))[watched.id]
        seen = await check.observe(ready, "default", NOW, {})
        async with here.runtime.database.pool.acquire() as connection:
            shown = await monitors.named(connection, "default", ["names"])
            stored = {one.kind: one.conditions[0] for one in await resources.page(connection, limit=10)}
            rules = await alerts.rules(connection)

        assert (seen.outcome, seen.reason) == (Health.UNKNOWN, "not running yet: `dns` is not there yet")
        assert shown["names"].reason == "not running yet: `dns` is not there yet"
        assert stored["Monitor"]["status"] == stored["AlertRule"]["status"] == "False"
        assert stored["AlertRule"]["message"] == "`degraded` is not there yet"
        assert stored["Channel"] == {"type": "Running", "status": "True", "reason": "Running", "message": ""}
        assert rules == []

    scene(act)
