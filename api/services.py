"""What the routes stand on: settings, connections, and answers kept for a moment."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import redis.asyncio as redis

from api import heartbeat_tokens
from api.problems import Unavailable
from api.recent import Recent
from controller import settings as environment
from controller.logs import get
from controller.settings import Settings
from controller.store.database import LOST, Database
from controller.store.reading import heartbeats
from controller.store.reading.heartbeats import HeartbeatTarget

PingHook = Callable[[int, str, str, int, Sequence[str], datetime], Awaitable[None] | None]
"""Called with monitor id, workspace, name, generation, regions and time when a job called."""

_TOKENS_KEPT = 5.0
_TOKENS_REREAD = 1.0
_log = get("api")


async def request_check(
    monitor_id: int, workspace: str, name: str, generation: int, regions: Sequence[str], at: datetime
) -> None:
    """Ask the workers to check a monitor now."""
    from controller.workers import check  # the queue is only needed once somebody pings

    await asyncio.to_thread(check.request_now, monitor_id, generation, list(regions), at)


class Services:
    """Opened when the server starts. Serves what it can while the database or Redis is away."""

    def __init__(self, settings: Settings, ping_hook: PingHook | None = None) -> None:
        self.settings = settings
        self.ping_hook = ping_hook or request_check
        self.redis: redis.Redis = redis.from_url(
            settings.redis_url, decode_responses=True, socket_connect_timeout=2, health_check_interval=15
        )
        self.pages = Recent[bytes](1.0)
        self._database: Database | None = None
        self._problem = "not connected yet"
        self._tokens = Recent[dict[bytes, list[HeartbeatTarget]]](_TOKENS_KEPT)

    @property
    def database(self) -> Database:
        """The open database. Raises a 503 while it could not be reached yet."""
        if self._database is None:
            raise Unavailable(detail=f"the database does not answer: {self._problem}", headers={"retry-after": "2"})
        return self._database

    @property
    def pool(self) -> Any:
        """The database's pool; what the queries ask."""
        return self.database.pool

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connect, and keep trying in the background when that fails."""
        retrying = None
        if not await self._connect():
            retrying = asyncio.create_task(self._connect_later())
        try:
            yield
        finally:
            if retrying:
                retrying.cancel()
                await asyncio.gather(retrying, return_exceptions=True)
            if self._database:
                await self._database.close()
            await self.redis.aclose()

    async def _connect(self) -> bool:
        try:
            self._database = await Database.open(self.settings.database_url, size=10)
        except LOST as error:
            self._problem = str(error) or type(error).__name__
            _log.warning("database not reached", reason=self._problem)
        return self._database is not None

    async def _connect_later(self) -> None:
        wait = 0.5
        while not await self._connect():
            await asyncio.sleep(wait)
            wait = min(wait * 2, 10)

    async def heartbeats(self, token: str) -> list[HeartbeatTarget]:
        """The monitors of a token; usually one. A new monitor is known within a second."""
        wanted = sha256(token.encode()).digest()  # compared by hash, so that time tells nothing of the token
        found = (await self._tokens.get("all", self._read_tokens)).get(wanted)
        if found is None and self._tokens.age("all") > _TOKENS_REREAD:
            found = (await self._tokens.renew("all", self._read_tokens)).get(wanted)
        return found or []

    async def _read_tokens(self) -> dict[bytes, list[HeartbeatTarget]]:
        key = await heartbeats.instance_key(self.pool)
        by_token: dict[bytes, list[HeartbeatTarget]] = {}
        for target in await heartbeats.targets(self.pool):
            token = heartbeat_tokens.resolve(target.token, key, target.workspace, target.name, self._secret)
            if token:
                by_token.setdefault(sha256(token.encode()).digest(), []).append(target)
        return by_token

    def _secret(self, name: str) -> str | None:
        return environment.secret(name, self.settings.secrets_dir)

    async def pinged(self, target: HeartbeatTarget, at: datetime) -> None:
        """Record a ping, and ask for a check at once; the next one in turn is soon enough if that fails."""
        await heartbeats.record(self.pool, target.monitor_id, at)
        try:
            asked = self.ping_hook(
                target.monitor_id, target.workspace, target.name, target.generation, target.regions, at
            )
            if inspect.isawaitable(asked):
                await asked
        except Exception as error:  # noqa: BLE001 # the ping is stored, and that is what the job asked for
            _log.warning("check not requested", monitor=target.name, reason=repr(error))
