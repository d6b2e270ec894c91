"""Answers kept for a moment, made once however many ask at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_MOST = 512


class Recent(Generic[T]):
    """Keeps values by key for `seconds`. An error is kept for nobody."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[object, tuple[float, T]] = {}
        self._locks: dict[object, asyncio.Lock] = {}

    def peek(self, key: object) -> T | None:
        """The value, if it is young enough."""
        made_at, value = self._kept.get(key, (None, None))
        return value if made_at is not None and time.monotonic() - made_at < self._seconds else None

    def age(self, key: object) -> float:
        """Seconds since the value was made; infinite when there is none."""
        return time.monotonic() - self._kept[key][0] if key in self._kept else float("inf")

    async def get(self, key: object, make: Callable[[], Awaitable[T]]) -> T:
        """The value, made now if it is not there or too old."""
        if (value := self.peek(key)) is not None:
            return value
        async with self._locks.setdefault(key, asyncio.Lock()):
            if (value := self.peek(key)) is not None:
                return value  # made while we waited
            return await self.renew(key, make)

    async def renew(self, key: object, make: Callable[[], Awaitable[T]]) -> T:
        """Make the value now, whatever its age."""
        value = await make()
        if len(self._kept) >= _MOST:
            self._forget_old()
        self._kept[key] = (time.monotonic(), value)
        return value

    def _forget_old(self) -> None:
        self._kept = {key: kept for key, kept in self._kept.items() if time.monotonic() - kept[0] < self._seconds}
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._locks = {key: lock for key, lock in self._locks.items() if lock.locked()}
