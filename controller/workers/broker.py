"""The Dramatiq broker: over Redis, with async actors, and nothing that retries behind our back."""

from functools import lru_cache
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, AsyncIO, Callbacks, Pipelines, ShutdownNotifications

from controller import settings

CHECK = "check"
DELIVER = "deliver"
EVALUATE = "evaluate"
HOUSEKEEP = "housekeep"


@lru_cache(maxsize=1)
def broker() -> RedisBroker:
    """The one broker of this process.

    Retries are ours: a check that was lost is made again at its next time, and the outbox knows what it owes.
    """
    chosen = RedisBroker(  # type: ignore[no-untyped-call] # Dramatiq leaves it untyped
        url=settings.load().redis_url,
        namespace="wakeful",
        middleware=[AgeLimit(), Callbacks(), Pipelines(), ShutdownNotifications(), AsyncIO()],
    )
    dramatiq.set_broker(chosen)
    return chosen


def send(queue: str, actor: str, *args: Any) -> None:
    """Queue a message for an actor. Raises redis.RedisError when Redis is away."""
    chosen = broker()
    chosen.declare_queue(queue)
    chosen.enqueue(dramatiq.Message(queue_name=queue, actor_name=actor, args=args, kwargs={}, options={}))


def check_queue(region: str) -> str:
    """The queue of a region's checks."""
    return f"{CHECK}.{region}"
