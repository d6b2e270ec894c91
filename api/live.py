"""The live stream: batches come in from Redis, events go out to the rooms that clients joined.

Rooms are `monitor:<workspace>/<name>`, `workspace:<workspace>` and `page:<slug>`. Each process has its own
subscription and its own clients, so processes need not know one another.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import redis.asyncio as redis
import socketio
from redis.exceptions import RedisError

from api.recent import Recent
from api.services import Services
from controller.logs import get
from controller.store.reading import monitors, resources, status_pages
from controller.workers.events import CHANNEL
from specs.fields import NAME_PATTERN

_NAME = NAME_PATTERN.strip("^$")
_ROOM = re.compile(
    rf"monitor:(?P<workspace>{_NAME})/(?P<name>{_NAME})|workspace:(?P<all>{_NAME})|page:(?P<slug>{_NAME})"
)
_EVENTS = {"observations": "observation", "monitors": "monitor", "incidents": "incident", "revisions": "revision"}
_ON_PAGES = ("monitors", "incidents")
_MOST_ROOMS = 1000
_LONGEST_WAIT = 10.0
_log = get("live")


class Batch(msgspec.Struct):
    """One Redis message: things of one type that happened together."""

    type: str
    items: list[dict[str, Any]]


class Live:
    """The Socket.io server, fed by one Redis subscription."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.server: Any = socketio.AsyncServer(async_mode="asgi", max_http_buffer_size=65_536)
        self.server.on("join", self._join)
        self.server.on("leave", self._leave)
        self.is_subscribed = asyncio.Event()
        self._pages = Recent[dict[tuple[str, str], list[str]]](5.0)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen to Redis while the server is up."""
        listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self.server.shutdown()

    async def _join(self, sid: str, data: Any = None) -> dict[str, Any]:
        """A client wants a room's events. Acknowledged with `{ok}` or `{error}`."""
        room = data.get("room") if isinstance(data, dict) else None
        match = _ROOM.fullmatch(room) if isinstance(room, str) else None
        if not match:
            return {"error": "a room is `monitor:<workspace>/<name>`, `workspace:<workspace>` or `page:<slug>`"}
        if len(self.server.rooms(sid)) > _MOST_ROOMS:
            return {"error": f"a client may be in {_MOST_ROOMS} rooms; join `workspace:<workspace>` instead"}
        try:
            exists = await self._exists(match)
        except Exception as error:  # noqa: BLE001 # whatever it is, the client must hear of it
            _log.warning("room not checked", room=room, reason=repr(error))
            return {"error": "the database does not answer at the moment; try again soon"}
        if not exists:
            return {"error": f"there is no `{room}`"}
        await self.server.enter_room(sid, room)
        return {"ok": True}

    async def _leave(self, sid: str, data: Any = None) -> dict[str, Any]:
        room = data.get("room") if isinstance(data, dict) else None
        if not isinstance(room, str) or room not in self.server.rooms(sid):
            return {"error": "you are not in this room"}
        await self.server.leave_room(sid, room)
        return {"ok": True}

    async def _exists(self, room: re.Match[str]) -> bool:
        pool = self.services.pool
        if room["name"]:
            return await monitors.identity(pool, room["workspace"], room["name"]) is not None
        if room["all"]:
            return await resources.has_workspace(pool, room["all"])
        return await status_pages.by_slug(pool, room["slug"]) is not None

    async def _listen(self) -> None:
        wait = 0.1
        while True:
            try:
                async with (
                    redis.from_url(self.services.settings.redis_url, health_check_interval=15) as client,
                    client.pubsub() as channel,
                ):
                    await channel.subscribe(CHANNEL)
                    self.is_subscribed.set()
                    wait = 0.1
                    async for message in channel.listen():
                        if message["type"] == "message":
                            await self._deliver(message["data"])
            except (RedisError, OSError) as error:
                _log.warning("live events interrupted", reason=str(error), again_in=wait)
            self.is_subscribed.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _deliver(self, data: bytes) -> None:
        occupied = self.server.manager.rooms.get("/", {})
        if not occupied.get(None):
            return  # nobody is connected
        try:
            batch = msgspec.json.decode(data, type=Batch)
            event = _EVENTS[batch.type]
            for item in batch.items:
                await self._emit(event, item, await self._rooms_of(batch.type, item), occupied)
        except Exception as error:  # noqa: BLE001 # one bad message must not end the stream
            _log.warning("live message dropped", reason=repr(error))

    async def _emit(self, event: str, item: dict[str, Any], rooms: list[str] | None, occupied: Any) -> None:
        if rooms is None:
            await self.server.emit(event, item)
        elif listened := [room for room in rooms if room in occupied]:
            await self.server.emit(event, item, room=listened)  # a client in two of them gets it once

    async def _rooms_of(self, type_: str, item: dict[str, Any]) -> list[str] | None:
        """The rooms an event belongs to; None is everybody."""
        if type_ == "revisions":
            return None
        workspace, name = item["workspace"], item["name"]
        rooms = [f"monitor:{workspace}/{name}", f"workspace:{workspace}"]
        if type_ in _ON_PAGES:
            by_monitor = await self._pages.get("all", self._read_pages)
            rooms += [f"page:{slug}" for slug in by_monitor.get((workspace, name), [])]
        return rooms

    async def _read_pages(self) -> dict[tuple[str, str], list[str]]:
        return await status_pages.slugs_by_monitor(self.services.pool)
