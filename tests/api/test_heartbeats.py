"""Jobs call, and their pings arrive."""

import asyncio
from typing import Any

import pytest

from api.heartbeat_tokens import derive, resolve, shown
from api.services import request_check
from controller.workers.broker import broker
from tests.api.serving import Api, World

SPEC = {"every": "1m", "regions": ["eu", "us"], "heartbeat": {"period": "1h", "token": "token-one"}}


def test_a_derived_token_is_the_same_each_time_and_differs_by_name_and_installation() -> None:
    token = derive("key", "default", "backup")

    assert token == derive("key", "default", "backup")
    assert len({token, derive("key", "default", "other"), derive("other", "default", "backup")}) == 3
    assert len(token) == 26
    assert token.isalnum()
    assert token == token.lower()


@pytest.mark.parametrize(
    ("given", "resolved", "visible"),
    [
        ("plain-token", "plain-token", "plain-token"),
        ("${secret.PING}", "hidden", None),
        ("a-${secret.PING}", "a-hidden", None),
        ("${secret.MISSING}", None, None),
    ],
)
def test_a_given_token_is_compared_resolved_and_shown_only_without_secrets(
    given: str, resolved: str | None, visible: str | None
) -> None:
    assert resolve(given, "key", "w", "n", {"PING": "hidden"}.get) == resolved
    assert shown(given, "key", "w", "n") == visible


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_ping_is_recorded_and_asks_for_a_check_at_once(api: Api, method: str) -> None:
    asked: list[tuple[Any, ...]] = []

    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("backup", spec=SPEC)
        first, answer = [await world.client.request(method, "/api/v1/heartbeats/token-one") for _ in range(2)]
        row = await world.build.connection.fetchrow("SELECT * FROM heartbeat_ping")

        assert (first.status_code, answer.status_code) == (200, 200)
        assert answer.content == (b"" if method == "HEAD" else b'{"ok":true}')
        assert answer.headers["cache-control"] == "no-store"
        assert (row["monitor_id"], row["pings"]) == (monitor_id, 2)
        assert [one[:5] for one in asked] == [(monitor_id, "default", "backup", 1, ["eu", "us"])] * 2
        assert asked[-1][5] == row["last_at"]

    api.run(story, ping_hook=lambda *given: asked.append(given))


def test_an_unknown_token_is_a_problem(api: Api) -> None:
    async def story(world: World) -> None:
        problem = await world.get("/heartbeats/wrong-token", 404)

        assert problem["detail"] == "no heartbeat has this token"

    api.run(story)


def test_a_derived_address_works_as_shown(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("backup", spec=SPEC | {"heartbeat": {"period": "1h"}})
        shown_at = (await world.get("/monitors/default/backup"))["heartbeat_url"]
        answer = await world.client.get(shown_at.replace("http://127.0.0.1:8080", world.url))

        assert answer.json() == {"ok": True}

    api.run(story)


def test_a_secret_token_is_found_by_its_value(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_SECRET_PING", "quiet-value")

    async def story(world: World) -> None:
        await world.build.monitor("backup", spec=SPEC | {"heartbeat": {"period": "1h", "token": "${secret.PING}"}})

        assert await world.get("/heartbeats/quiet-value") == {"ok": True}

    api.run(story)


def test_a_new_heartbeat_is_known_within_a_second_or_so(api: Api) -> None:
    async def story(world: World) -> None:
        await world.get("/heartbeats/token-one", 404)
        await world.build.monitor("backup", spec=SPEC)
        await asyncio.sleep(1.1)

        assert await world.get("/heartbeats/token-one") == {"ok": True}

    api.run(story)


def test_a_ping_counts_even_when_no_check_can_be_asked_for(api: Api) -> None:
    async def broken(*_: Any) -> None:
        raise ConnectionError("the queue is away")

    async def story(world: World) -> None:
        await world.build.monitor("backup", spec=SPEC)

        assert await world.get("/heartbeats/token-one") == {"ok": True}
        assert await world.build.connection.fetchval("SELECT pings FROM heartbeat_ping") == 1

    api.run(story, ping_hook=broken)


def test_by_default_the_check_is_queued_for_each_region(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_REDIS_URL", api.redis_url)
    broker.cache_clear()

    async def story(world: World) -> None:
        await world.build.monitor("backup", spec=SPEC)
        await world.get("/heartbeats/token-one")
        queues = [await world.redis.llen(f"wakeful:check.{region}") for region in ("eu", "us", "ap")]

        assert queues == [1, 1, 0]

    api.run(story, ping_hook=request_check)
    broker.cache_clear()
