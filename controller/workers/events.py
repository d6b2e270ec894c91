"""What has just happened, told to whoever listens: one Redis message per batch."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import redis.asyncio as redis

from controller.logs import get
from controller.workers.metrics import HASH

CHANNEL = "wakeful:events"
LOOK = "wakeful:look"
"""A message here means: look at the sources now, and nothing else."""

Type = Literal["observations", "monitors", "incidents", "revisions"]
_log = get("events")


async def publish(
    client: redis.Redis, batches: dict[Type, Sequence[dict[str, Any]]], counters: dict[str, float] | None = None
) -> None:
    """Publish batches of events and add to the counters, in one round trip.

    Events are for watching, not for keeping: when Redis is away they are lost, and this does not raise.
    """
    try:
        async with client.pipeline(transaction=False) as pipe:
            for type_, items in batches.items():
                if items:
                    pipe.publish(CHANNEL, msgspec.json.encode({"type": type_, "items": items}))
            for field, amount in (counters or {}).items():
                pipe.hincrbyfloat(HASH, field, amount)
            await pipe.execute()
    except (redis.RedisError, OSError) as error:
        _log.warning("events lost", reason=str(error))
