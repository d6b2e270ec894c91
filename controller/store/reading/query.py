"""Small parts shared by the queries: filters, numbered parameters, plain JSON."""

from typing import Any, Protocol

import msgspec


class Reader(Protocol):
    """What can be asked: a connection or a pool of asyncpg."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """The first row, or None."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first value of the first row, or None."""
        ...


class Filter:
    """Conditions joined by AND, with their values as numbered parameters."""

    def __init__(self, *always: str) -> None:
        self.conditions = list(always)
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition; each `{}` in it becomes the parameter of one value."""
        self.conditions.append(condition.format(*map(self.bind, values)))

    def given(self, condition: str, value: Any) -> None:
        """Add a condition, unless the value is None: not asked for."""
        if value is not None:
            self.add(condition, value)

    def bind(self, value: Any) -> str:
        """Take in a value and return its parameter, such as `$3`."""
        self.values.append(value)
        return f"${len(self.values)}"

    def __str__(self) -> str:
        return " AND ".join(self.conditions) or "true"


def plain(text: str | None) -> Any:
    """A jsonb column as plain JSON values."""
    return None if text is None else msgspec.json.decode(text)


def seconds(value: float | None) -> float | None:
    """A `real` column without the noise that single precision shows in double."""
    return None if value is None else round(value, 6)
