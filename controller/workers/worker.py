"""One worker process: Dramatiq threads that wait, and one event loop that works."""

import asyncio
import signal
import threading
import time

import dramatiq
import uvloop
from dramatiq import Worker

from controller.logs import get
from controller.settings import Settings
from controller.workers import broker, check, deliver, evaluate, housekeep

WAKE = 1000
"""Milliseconds after which an idle thread looks whether it should stop; a message wakes it at once."""

_log = get("worker")


def declare(chosen: dramatiq.Broker, regions: list[str]) -> set[str]:
    """Declare the actors, and the queues of some regions. Returns the queues to consume."""
    longest = int(check.LONGEST.total_seconds() * 1000)
    dramatiq.actor(broker=chosen, queue_name=broker.check_queue(regions[0]), max_age=longest)(check.check)
    dramatiq.actor(broker=chosen, queue_name=broker.DELIVER)(deliver.deliver)
    dramatiq.actor(broker=chosen, queue_name=broker.EVALUATE)(evaluate.evaluate)
    dramatiq.actor(broker=chosen, queue_name=broker.HOUSEKEEP)(housekeep.housekeep)
    queues = {broker.check_queue(region) for region in regions}
    for queue in queues:
        chosen.declare_queue(queue)
    return queues | {broker.DELIVER, broker.EVALUATE, broker.HOUSEKEEP}


def run(settings: Settings, regions: list[str], threads: int) -> None:
    """Consume the queues of these regions until SIGTERM or SIGINT, then finish what is under way."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    chosen = broker.broker()
    queues = declare(chosen, regions)
    worker = Worker(chosen, queues=queues, worker_threads=threads, worker_timeout=WAKE)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    _log.info("working", regions=regions, threads=threads)
    while not stop.is_set():
        time.sleep(0.2)
    _log.info("stopping")
    worker.stop(timeout=5000)
