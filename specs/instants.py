"""Points in time, as RFC 3339 writes them."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_SHAPE = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$"
_NAIVE = re.compile(r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$")
_HINT = "write `2026-12-31T08:00:00Z` or `2026-12-31T09:00:00+01:00`"


def parse_instant(value: Any) -> datetime:
    """Read an RFC 3339 time. Raises ValueError where the zone is missing, or it is no time at all."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if not isinstance(value, str):
        raise ValueError(f"`{{name}}` must be a time|{_HINT}")  # noqa: TRY004
    if _NAIVE.fullmatch(value):
        raise ValueError(f"`{value}` does not say in which time zone|{_HINT}")
    if not re.fullmatch(_SHAPE, value):
        raise ValueError(f"`{value}` is not a time|{_HINT}")
    try:
        return datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
    except ValueError as error:
        raise ValueError(f"`{value}` is not a time: {error}|{_HINT}") from None


def format_instant(at: datetime) -> str:
    """The time in UTC, to the second where that is exact: `2026-12-31T08:00:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(parse_instant),
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SHAPE, "examples": ["2026-12-31T08:00:00Z"]}),
    Field(examples=["2026-12-31T08:00:00Z"]),
]
