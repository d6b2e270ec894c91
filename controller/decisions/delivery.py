"""What to do after an attempt to deliver: try again, when, or give up."""

import hashlib
from datetime import timedelta

GIVE_UP_AFTER = timedelta(hours=1)
_WAITS = [timedelta(seconds=seconds) for seconds in (1, 5, 15, 30, 60, 120, 300)]
_LONGEST_ASKED = timedelta(minutes=15)


def retry_in(attempts: int, age: timedelta, asked: timedelta | None, jitter: float) -> timedelta | None:
    """How long to wait after the `attempts`-th failed attempt, or None to give up.

    `age` is that of the notification; `asked` is the receiver's Retry-After; `jitter` (0 to 1) spreads the
    wait by ±20 %, so that many notifications do not return at once.
    """
    if age >= GIVE_UP_AFTER:
        return None
    wait = _WAITS[min(attempts, len(_WAITS)) - 1] * (0.8 + 0.4 * jitter)
    return max(wait, min(asked, _LONGEST_ASKED)) if asked else wait


def idempotency_key(*parts: object) -> str:
    """A key that is the same for each attempt at one notification, and for no other."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:40]
