"""When each monitor is due: a phase from its name, so that load is even and survives a restart."""

import hashlib
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)


def phase(workspace: str, name: str, every: timedelta) -> timedelta:
    """The monitor's place inside its interval, from 0 up to `every`; the same after each restart."""
    digest = hashlib.blake2b(f"{workspace}/{name}".encode(), digest_size=8).digest()
    return every * (int.from_bytes(digest) / 2**64)


def next_due(at: float, every: float, offset: float) -> float:
    """The first due time after `at`. All in seconds; times since the epoch."""
    due = ((at - offset) // every + 1) * every + offset
    # `at` may be a due time itself, and subtracting the phase from it may round down.
    return due if due > at else due + every


def first_due(now: float, spread: float, place: float) -> float:
    """A new monitor's first check: soon, spread over `spread` seconds by its place (0 to 1) in its interval."""
    return now + spread * place


def spread_for(count: int) -> float:
    """Over how many seconds the first checks of `count` new monitors are spread: 2,000 a second, at most 10 s."""
    return min(count / 2000, 10.0)


def is_stale(due: datetime, now: datetime, every: timedelta) -> bool:
    """Whether a check is so late that the next one is due already; it then counts as missed.

    A check gets a second at least, so that one queue hiccup does not miss every one-second monitor.
    """
    return now - due > max(every, _SECOND)
