"""The real server on loopback, with the real database and Redis behind it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import redis.asyncio as redis
import uvicorn

from api.app import create_app, with_live
from api.services import PingHook
from controller.settings import Settings
from tests.api.builder import Builder

PATIENCE = 10.0


@dataclass
class World:
    """A server that runs: ask it with `client`, put rows behind it with `build`, see inside with `app`."""

    url: str
    client: httpx.AsyncClient
    build: Builder
    redis: redis.Redis
    app: Any

    async def get(self, path: str, code: int = 200, /, **params: Any) -> Any:
        """The JSON at a path of the API, whose status must be the one that is given."""
        answer = await self.client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == code, answer.text
        return answer.json()


Story = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Api:
    """Runs a story against a server of its own."""

    database_url: str
    redis_url: str

    def run(self, story: Story, *, ping_hook: PingHook | None = None, **settings: Any) -> None:
        """Start a server, tell the story, stop it."""

        async def told() -> None:
            async with self.serving(ping_hook, **settings) as world:
                await asyncio.wait_for(story(world), 60)

        asyncio.run(told())

    @contextlib.asynccontextmanager
    async def serving(self, ping_hook: PingHook | None = None, **settings: Any) -> AsyncIterator[World]:
        """A server on a free port."""
        chosen = Settings(**{"database_url": self.database_url, "redis_url": self.redis_url} | settings)
        app = create_app(chosen, ping_hook or _heard)
        connection = await asyncpg.connect(self.database_url)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(with_live(app), log_level="warning", timeout_graceful_shutdown=1))
            running = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                async with asyncio.timeout(PATIENCE):
                    while not server.started:
                        await asyncio.sleep(0.01)
                async with httpx.AsyncClient(base_url=url) as client, redis.from_url(self.redis_url) as redis_client:
                    yield World(url, client, Builder(connection), redis_client, app)
            finally:
                server.should_exit = True
                await running
                await connection.close()


def _heard(*_: Any) -> None:
    """A ping hook that does nothing: these tests have no workers."""


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail when it does not in ten seconds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)
