"""What a probe is, and which there are. A new probe is one file and one line here."""

from collections.abc import Callable
from typing import Protocol

from controller.decisions.observation import Seen
from controller.errors import UsageError
from controller.probes import http, tcp
from specs.monitor import Monitor

Secret = Callable[[str], str]
"""Takes the name of a secret and returns its value; raises UsageError when it is not set."""


class Target(Protocol):
    """A monitor ready to be looked at, again and again, from one event loop."""

    async def look(self) -> Seen:
        """Look once. What is wrong with the target is in `Seen.failure`.

        Raises OSError when this machine cannot look (no more sockets): then nothing is known about the target.
        """
        ...


# `heartbeat` is not here: nothing is asked, the worker judges the pings that came in.
PROBES: dict[str, Callable[[Monitor, Secret], Target]] = {
    "http": http.compile_target,
    "tcp": tcp.compile_target,
}


def compile_target(monitor: Monitor, secret: Secret) -> Target:
    """Make a monitor ready to be looked at; `secret` is asked for each `${secret.X}` once, now.

    Raises UsageError when a secret is not set or does not fit where it stands, and for a heartbeat, which has no
    target. Nothing is known about the target then: the outcome is unknown, with the error as its reason.
    """
    found = PROBES.get(monitor.probe)
    if found is None:
        raise UsageError(f"a `{monitor.probe}` monitor has no target to look at")
    return found(monitor, secret)
