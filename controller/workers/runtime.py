"""What a worker process holds while it runs: connections, and the monitors it knows, by generation."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import redis.asyncio as redis

from controller import settings
from controller.decisions.assess import Expectations, compile_expectations
from controller.decisions.running import not_running
from controller.errors import UsageError
from controller.probes.probe import Target, compile_target
from controller.settings import Settings
from controller.store import monitors
from controller.store.database import Database
from controller.store.monitors import Watched
from specs.resource import canonical

# A shorter secret would turn ordinary words into stars, and hides nothing worth hiding.
_SHORTEST_HIDDEN = 4


@dataclass(frozen=True)
class Ready:
    """A monitor ready to be looked at. `problem` says why it cannot be; `target` is None for a heartbeat.

    `secrets` are the values that its target was made with: a server may echo them, and no reason may show them.
    """

    watched: Watched
    expectations: Expectations
    target: Target | None
    problem: str | None = None
    secrets: tuple[str, ...] = ()
    is_stored_only: bool = False

    def hidden(self, text: str | None) -> str | None:
        """A text without the secrets."""
        for value in self.secrets if text else ():
            text = text.replace(value, "***") if text else text
        return text


@dataclass(eq=False)
class Runtime:
    """One per process and event loop."""

    settings: Settings
    database: Database
    redis: redis.Redis
    ready: dict[int, Ready] = field(default_factory=dict)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def open(cls, chosen: Settings, size: int = 5) -> "Runtime":
        """Connect to PostgreSQL (at most `size` connections) and Redis."""
        database = await Database.open(chosen.database_url, size)
        return cls(chosen, database, redis.Redis.from_url(chosen.redis_url))

    async def close(self) -> None:
        """Give the connections back."""
        await self.redis.aclose()
        await self.database.close()

    def secret(self, name: str) -> str:
        """The value of a secret. Raises UsageError, which names it, when it is not set."""
        value = settings.secret(name, self.settings.secrets_dir)
        if value is None:
            hint = f"set WAKEFUL_SECRET_{name}, or write the file {name} in WAKEFUL_SECRETS_DIR"
            raise UsageError(f"the secret {name} is not set", hint)
        return value

    async def know(self, wanted: Iterable[tuple[int, int]]) -> dict[int, Ready]:
        """Monitors by id, for (id, generation) pairs; what is not known in that generation is loaded.

        Monitors that are gone are left out; one that has moved on since is returned as it is now.
        """
        pairs = list(wanted)
        missing = [one for one, generation in pairs if not self._knows(one, generation)]
        if missing:
            async with self._loading, self.database.pool.acquire() as connection:
                found = await monitors.by_ids(connection, missing)
            for one in missing:
                self.ready.pop(one, None)
            self.ready |= {one: self._prepare(watched) for one, watched in found.items()}
        return {one: self.ready[one] for one, _ in pairs if one in self.ready}

    def _knows(self, monitor_id: int, generation: int) -> bool:
        known = self.ready.get(monitor_id)
        return (
            known is not None
            and known.watched.generation >= generation
            and (known.problem is None or known.is_stored_only)
        )

    def _prepare(self, watched: Watched) -> Ready:
        missing = not_running("Monitor", canonical(watched.spec))
        if missing:  # checking a part of it would pretend that the whole was checked
            return Ready(watched, Expectations((), ()), None, f"not running yet: {missing}", is_stored_only=True)
        expectations = compile_expectations(watched.spec)
        if watched.spec.heartbeat:
            return Ready(watched, expectations, None)
        used: list[str] = []

        def remembered(name: str) -> str:
            used.append(self.secret(name))
            return used[-1]

        try:
            target = compile_target(watched.spec, remembered)
            secrets = tuple(sorted((one for one in used if len(one) >= _SHORTEST_HIDDEN), key=len, reverse=True))
            return Ready(watched, expectations, target, None, secrets)
        except UsageError as error:
            return Ready(watched, expectations, None, str(error))


_current: dict[int, Runtime] = {}
_opening: dict[int, asyncio.Lock] = {}


async def current() -> Runtime:
    """The runtime of this event loop, opened at first use."""
    loop = id(asyncio.get_running_loop())
    async with _opening.setdefault(loop, asyncio.Lock()):
        if loop not in _current:
            _current[loop] = await Runtime.open(settings.load())
        return _current[loop]


async def close_current() -> None:
    """Close this event loop's runtime, if there is one."""
    if runtime := _current.pop(id(asyncio.get_running_loop()), None):
        await runtime.close()
