"""Lists in pages: a limit, and an opaque cursor to where the next one starts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.exceptions import ClientException
from litestar.params import Parameter

T = TypeVar("T")
C = TypeVar("C")

Limit = Annotated[int, Parameter(ge=1, le=500, description="How many items at most.")]
Cursor = Annotated[str | None, Parameter(description="`next` of the page before.", max_length=1000)]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the items. `next` is the cursor of the following page, or null at the end."""

    items: list[T]
    next: str | None


def paged(found: Sequence[T], limit: int, place: Callable[[T], Sequence[Any]]) -> Page[T]:
    """A page of up to `limit` items. `found` holds one more where there is a next page.

    `place` gives the values that an item is sorted by.
    """
    items = list(found[:limit])
    return Page(items, _encode(place(items[-1])) if len(found) > limit else None)


def _encode(place: Sequence[Any]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(list(place))).decode().rstrip("=")


def place_of(cursor: str | None, kind: type[C]) -> C | None:
    """The place that a cursor stands for, such as a `tuple[str, str]`. Raises a 400 for one that is not ours."""
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=kind)
    except (ValueError, msgspec.MsgspecError):
        raise ClientException(detail="`cursor` is not one of ours; take `next` of the page before") from None


def id_of(cursor: str | None) -> int | None:
    """The id that a cursor of a list by id stands for."""
    place = place_of(cursor, tuple[int])
    return place[0] if place else None


def instant(value: datetime | None) -> datetime | None:
    """A time as asked for; without a zone it is UTC."""
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value
