"""The live stream, through a real Socket.io client."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
import socketio

from api.live import Live
from controller.workers.events import CHANNEL
from tests.api.serving import Api, World, eventually

SEEN = {"monitor_id": 1, "region": "eu", "outcome": "up", "reason": None, "latency": 0.1}


class Listener:
    """A client that notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("*", self._note)

    async def _note(self, event: str, data: Any) -> None:
        self.heard.append((event, data))

    async def join(self, room: Any) -> Any:
        return await self.client.call("join", {"room": room}, timeout=5)


@contextlib.asynccontextmanager
async def listening(world: World, *rooms: str, transports: Sequence[str] = ("websocket",)) -> AsyncIterator[Listener]:
    """A connected client that is in some rooms."""
    listener = Listener()
    await listener.client.connect(world.url, transports=list(transports))
    try:
        for room in rooms:
            assert await listener.join(room) == {"ok": True}
        yield listener
    finally:
        await listener.client.disconnect()


async def publish(world: World, type_: str, *items: dict[str, Any]) -> None:
    live: Live = world.app.state.live
    await asyncio.wait_for(live.is_subscribed.wait(), 10)
    await world.redis.publish(CHANNEL, msgspec.json.encode({"type": type_, "items": items}))


def seen(name: str) -> dict[str, Any]:
    return SEEN | {"workspace": "default", "name": name}


@pytest.mark.parametrize("transports", [("websocket",), ("polling", "websocket")], ids=["websocket", "upgraded"])
def test_an_observation_reaches_its_room_and_no_other(api: Api, transports: Sequence[str]) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout")
        await world.build.monitor("search")
        async with (
            listening(world, "monitor:default/checkout", transports=transports) as one,
            listening(world, "monitor:default/search") as other,
            listening(world, "workspace:default", "monitor:default/checkout") as everything,
        ):
            await publish(world, "observations", seen("checkout"))
            await publish(world, "observations", seen("search"))
            await eventually(lambda: bool(one.heard and other.heard and len(everything.heard) == 2))

            assert one.heard == [("observation", seen("checkout"))]
            assert other.heard == [("observation", seen("search"))]
            assert everything.heard == [("observation", seen("checkout")), ("observation", seen("search"))]

    api.run(story)


def test_a_page_hears_of_its_monitors_and_incidents_but_not_of_observations(api: Api) -> None:
    async def story(world: World) -> None:
        for name in ("checkout", "search"):
            await world.build.monitor(name)
        await world.build.page("shop", {"Checkout": ["checkout"]}, slug="public")
        async with listening(world, "page:public") as page:
            await publish(world, "observations", seen("checkout"))
            await publish(world, "monitors", {"workspace": "default", "name": "search", "health": "down"})
            await publish(world, "monitors", {"workspace": "default", "name": "checkout", "health": "down"})
            await publish(world, "incidents", {"id": 7, "workspace": "default", "name": "checkout", "change": "opened"})
            await eventually(lambda: len(page.heard) == 2)

            assert [(event, data["name"]) for event, data in page.heard] == [
                ("monitor", "checkout"),
                ("incident", "checkout"),
            ]

    api.run(story)


def test_everybody_hears_of_revisions(api: Api) -> None:
    async def story(world: World) -> None:
        async with listening(world) as listener:
            await publish(world, "revisions", {"source": "main", "commit": "abc", "status": "applied", "reason": ""})
            await eventually(lambda: bool(listener.heard))

            assert listener.heard[0][0] == "revision"

    api.run(story)


@pytest.mark.parametrize(
    ("room", "word"),
    [
        ("monitor:default/nope", "there is no"),
        ("workspace:nope", "there is no"),
        ("page:nope", "there is no"),
        ("monitor:default", "a room is"),
        ("everything", "a room is"),
        ("monitor:default/checkout' OR 1=1", "a room is"),
        (["monitor:default/checkout"], "a room is"),
        (None, "a room is"),
    ],
    ids=str,
)
def test_a_room_that_is_not_there_is_refused(api: Api, room: Any, word: str) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout")
        async with listening(world) as listener:
            assert word in (await listener.join(room))["error"]

    api.run(story)


def test_who_left_a_room_hears_nothing_more_of_it(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout")
        async with (
            listening(world, "monitor:default/checkout") as stays,
            listening(world, "monitor:default/checkout") as leaves,
        ):
            room = {"room": "monitor:default/checkout"}
            assert await leaves.client.call("leave", room) == {"ok": True}
            assert "not in this room" in (await leaves.client.call("leave", room))["error"]
            await publish(world, "observations", seen("checkout"))
            await eventually(lambda: bool(stays.heard))

            assert leaves.heard == []

    api.run(story)


def test_a_broken_message_does_not_end_the_stream(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout")
        async with listening(world, "monitor:default/checkout") as listener:
            await publish(world, "observations", {"no": "name"})
            await publish(world, "surprises", {})
            await world.redis.publish(CHANNEL, "not json")
            await publish(world, "observations", seen("checkout"))
            await eventually(lambda: bool(listener.heard))

            assert len(listener.heard) == 1

    api.run(story)


def test_the_stream_goes_on_after_redis_dropped_the_connection(api: Api) -> None:
    async def story(world: World) -> None:
        live: Live = world.app.state.live
        await world.build.monitor("checkout")
        async with listening(world, "monitor:default/checkout") as listener:
            await publish(world, "observations", seen("checkout"))
            await world.redis.client_kill_filter(_type="pubsub")
            await eventually(lambda: not live.is_subscribed.is_set())
            await publish(world, "observations", seen("checkout"))
            await eventually(lambda: len(listener.heard) == 2)

            assert [event for event, _ in listener.heard] == ["observation", "observation"]

    api.run(story)
