"""The Dramatiq broker: over Redis, with async actors, and nothing that retries behind our back."""

from functools import lru_cache
from typing import Any

import dramatiq
from dramatiq import Consumer
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, AsyncIO, Callbacks, Pipelines, ShutdownNotifications

from controller import settings

CHECK = "check"
DELIVER = "deliver"
EVALUATE = "evaluate"
HOUSEKEEP = "housekeep"


class Broker(RedisBroker):
    """Dramatiq's, but each queue is asked as often as its purpose needs: an idle worker should cost nothing."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Consume a queue. `timeout` is how long (in ms) Dramatiq would leave an idle one alone."""
        return super().consume(queue_name, prefetch, idle(queue_name))


def idle(queue: str) -> int:
    """How long (in ms) an idle queue is left alone; half of it is the mean delay of its first message."""
    if queue.endswith(".DQ"):
        return 1000  # delayed messages, which we do not use; a consumer stops only when it wakes
    if queue.startswith(CHECK):
        return 50
    return 100 if queue == DELIVER else 500


@lru_cache(maxsize=1)
def broker() -> RedisBroker:
    """The one broker of this process.

    Retries are ours: a check that was lost is made again at its next time, and the outbox knows what it owes.
    """
    chosen = Broker(  # type: ignore[no-untyped-call] # Dramatiq leaves it untyped
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


LONGEST_QUEUE = 300
"""Messages that may wait in one queue; beyond that nobody consumes it, and more would only fill Redis."""


def is_full(queue: str) -> bool:
    """Whether so much waits in a queue that more makes no sense. Raises redis.RedisError."""
    chosen = broker()
    return int(chosen.client.llen(f"{chosen.namespace}:{queue}")) >= LONGEST_QUEUE


def check_queue(region: str) -> str:
    """The queue of a region's checks."""
    return f"{CHECK}.{region}"
