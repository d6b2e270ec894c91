"""Monitors over REST."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.builder import HTTP, NOW
from tests.api.serving import Api, World

HEARTBEAT = {"every": "1m", "regions": ["default"], "heartbeat": {"period": "1h"}}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_monitor_is_listed_with_its_health_and_newest_observation(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout", "down", reason="timeout after 10s", labels={"tier": "one"})
        await world.build.region(monitor_id, "up", "eu", at=NOW + timedelta(seconds=1))
        answer = await world.get("/monitors")
        item = answer["items"][0]

        assert answer["next"] is None
        assert (item["workspace"], item["name"], item["health"]) == ("default", "checkout", "down")
        assert (item["reason"], item["labels"]) == ("timeout after 10s", {"tier": "one"})
        assert (item["probe"], item["every"], item["revision"]) == ("http", "1m", "a" * 40)
        assert at(item["since"]) == NOW - timedelta(hours=3)
        assert item["last_observation"] | {"due": 0, "at": 0} == {
            "due": 0,
            "at": 0,
            "region": "eu",
            "outcome": "up",
            "reason": None,
            "latency": 0.087,
        }

    api.run(story)


def test_a_monitor_without_observations_is_unknown_since_it_was_created(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("fresh", created_at=NOW)
        item = (await world.get("/monitors"))["items"][0]

        assert (item["health"], item["reason"], item["last_observation"]) == ("unknown", "no observation yet", None)
        assert at(item["since"]) == NOW

    api.run(story)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["alpha", "beta", "gamma"]),
        ({"health": "down"}, ["beta"]),
        ({"health": "unknown"}, ["gamma"]),
        ({"label": "tier:one"}, ["alpha", "beta"]),
        ({"label": ["tier:one", "team:pay"]}, ["beta"]),
        ({"label": "url:http://x"}, []),
        ({"q": "ET"}, ["beta"]),
        ({"q": "%"}, []),
        ({"workspace": "default"}, ["alpha", "beta", "gamma"]),
        ({"workspace": "other"}, []),
    ],
    ids=str,
)
def test_monitors_are_filtered(api: Api, params: dict[str, str], expected: list[str]) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("alpha", "up", labels={"tier": "one"})
        await world.build.monitor("beta", "down", labels={"tier": "one", "team": "pay"})
        await world.build.monitor("gamma", labels={"tier": "two"})
        found = await world.get("/monitors", **params)

        assert [one["name"] for one in found["items"]] == expected

    api.run(story)


def test_pages_of_monitors_hold_each_of_them_once(api: Api) -> None:
    async def story(world: World) -> None:
        names = [f"m{number}" for number in range(5)]
        for name in reversed(names):
            await world.build.monitor(name)
        first = await world.get("/monitors", limit=2)
        second = await world.get("/monitors", limit=2, cursor=first["next"])
        third = await world.get("/monitors", limit=2, cursor=second["next"])

        assert [one["name"] for page in (first, second, third) for one in page["items"]] == names
        assert third["next"] is None

    api.run(story)


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"health": "sad"}, "health"),
        ({"label": "tier"}, "tier"),
        ({"q": "a\x00b"}, "characters"),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_named_in_the_problem(api: Api, params: dict[str, str], word: str) -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/api/v1/monitors", params=params)

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == "Bad Request"
        assert word in answer.json()["detail"]

    api.run(story)


def test_one_monitor_is_shown_with_spec_place_regions_and_incident(api: Api) -> None:
    async def story(world: World) -> None:
        spec = HTTP | {"regions": ["eu", "us"], "dependsOn": ["gateway"]}
        monitor_id = await world.build.monitor("checkout", spec=spec)
        await world.build.region(monitor_id, "down", "eu", reason="timeout")
        await world.build.incident(monitor_id, end=NOW, reason="an older one")
        incident_id = await world.build.incident(monitor_id)
        found = await world.get("/monitors/default/checkout")

        assert (found["spec"], found["depends_on"]) == (spec, ["gateway"])
        assert (found["file"], found["line"], found["generation"]) == ("monitors/checkout.yaml", 7, 1)
        assert [(one["region"], one["verdict"], one["reason"]) for one in found["regions"]] == [
            ("eu", "down", "timeout"),
            ("us", "unknown", "no observation yet"),
        ]
        assert found["incident"]["id"] == incident_id
        assert found["heartbeat_url"] is None

    api.run(story)


@pytest.mark.parametrize("rest", ["", "/observations", "/uptime"])
def test_a_monitor_that_is_not_there_is_a_problem(api: Api, rest: str) -> None:
    async def story(world: World) -> None:
        problem = await world.get(f"/monitors/default/nope{rest}", 404)

        assert problem == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "there is no monitor `nope` in the workspace `default`",
        }

    api.run(story)


def test_a_deleted_monitor_is_gone_from_the_list_but_not_from_the_resources(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("old", "up")
        await world.build.connection.execute("UPDATE resource SET deleted_at = now()")

        assert (await world.get("/monitors"))["items"] == []
        await world.get("/monitors/default/old", 404)
        assert (await world.get("/resources/Monitor/default/old"))["deleted_at"] is not None

    api.run(story)


def test_observations_come_newest_first_in_pages(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout")
        start = NOW.replace(microsecond=0) - timedelta(minutes=10)
        for minute in range(3):
            for region in ("eu", "us"):
                await world.build.observation(monitor_id, start + timedelta(minutes=minute), region=region)
        path = "/monitors/default/checkout/observations"
        first = await world.get(path, limit=4)
        second = await world.get(path, limit=4, cursor=first["next"])
        found = [(at(one["due"]), one["region"]) for one in first["items"] + second["items"]]

        assert found == sorted(found, reverse=True)
        assert len(set(found)) == 6
        assert second["next"] is None
        newest = first["items"][0]
        assert at(newest["at"]) - at(newest["due"]) == timedelta(seconds=0.5)
        assert newest["phases"] == {"dns": 0.001, "connect": 0.002, "firstByte": 0.05, "transfer": 0.034}
        assert (newest["latency"], newest["details"]) == (0.087, {"status": 200})

    api.run(story)


def test_observations_are_chosen_by_time_and_region(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout")
        start = datetime(2026, 3, 1, 12, tzinfo=UTC)
        for minute in range(4):
            await world.build.observation(
                monitor_id, start + timedelta(minutes=minute), region=["eu", "us"][minute % 2]
            )
        path = "/monitors/default/checkout/observations"
        middle = await world.get(path, since="2026-03-01T12:01:00Z", until="2026-03-01T12:03:00")
        europe = await world.get(path, region="eu")

        assert [at(one["due"]).minute for one in middle["items"]] == [2, 1]
        assert [at(one["due"]).minute for one in europe["items"]] == [2, 0]

    api.run(story)


def test_the_ledger_of_an_uptime_adds_up_to_its_window(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout")
        down_at, up_at = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
        await world.build.interval(monitor_id, "up", NOW - timedelta(hours=23), down_at)
        await world.build.interval(monitor_id, "down", down_at, up_at, "timeout")
        await world.build.interval(monitor_id, "up", up_at)
        found = await world.get("/monitors/default/checkout/uptime", window="24h")
        spent = found["up"] + found["degraded"] + found["down"] + found["unknown"]

        assert spent == pytest.approx(86_400)
        assert found["down"] == 3600
        assert found["unknown"] == pytest.approx(3600, abs=600)
        assert found["ratio"] == pytest.approx(22 / 23, abs=0.001)
        assert [one["health"] for one in found["intervals"]] == ["up", "down", "up"]
        assert found["intervals"][-1]["end"] is None

    api.run(story)


def test_an_uptime_starts_when_the_monitor_was_created(api: Api) -> None:
    async def story(world: World) -> None:
        created_at = NOW - timedelta(hours=2)
        await world.build.monitor("fresh", "up", since=created_at, created_at=created_at)
        found = await world.get("/monitors/default/fresh/uptime", window="90d")

        assert at(found["start"]) == created_at
        assert (found["ratio"], found["unknown"]) == (1.0, 0.0)

    api.run(story)


def test_nothing_known_has_no_ratio(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("dark")
        found = await world.get("/monitors/default/dark/uptime")

        assert (found["ratio"], found["unknown"]) == (None, pytest.approx(86_400))
        await world.get("/monitors/default/dark/uptime", 400, window="2y")

    api.run(story)


def test_a_heartbeat_shows_its_address(api: Api) -> None:
    async def story(world: World) -> None:
        given = HEARTBEAT | {"heartbeat": {"period": "1h", "token": "known-token"}}
        secret = HEARTBEAT | {"heartbeat": {"period": "1h", "token": "${secret.PING}"}}
        await world.build.monitor("derived", spec=HEARTBEAT)
        await world.build.monitor("given", spec=given)
        await world.build.monitor("secret", spec=secret)
        derived = (await world.get("/monitors/default/derived"))["heartbeat_url"]

        assert derived.startswith("https://status.example.com/api/v1/heartbeats/")
        assert len(derived.rsplit("/", 1)[1]) == 26
        assert (await world.get("/monitors/default/given"))["heartbeat_url"].endswith("/heartbeats/known-token")
        assert (await world.get("/monitors/default/secret"))["heartbeat_url"] is None

    api.run(story, public_url="https://status.example.com/")
