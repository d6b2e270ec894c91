"""The short notation for the results of checks in a RuleTest: `up x3 down(timeout) x9 up(250ms..2s) x5`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from specs.fields import parse_duration

MOST = 100_000
"""Results in one series."""

_TOKEN = re.compile(r"(up|degraded|down|unknown|missed)(?:\(([^()]*)\))?(?:\s*x\s*([0-9]+))?(?=\s|$)\s*")
_RAMP = re.compile(r"(.+?)\s*\.\.\s*(.+)")


@dataclass(frozen=True, slots=True)
class Result:
    """What one check saw; `missed` is one that never ran. Without a latency, the test's own is taken."""

    health: str
    reason: str | None = None
    latency: timedelta | None = None


def parse_series(text: str) -> list[Result]:
    """Read a series.

    `down(connection refused)` gives a reason, `up(300ms)` a latency, `up(100ms..1s) x10` a latency that grows evenly,
    `missed x3` checks that never ran. Raises ValueError, which shows what could not be read.
    """
    found: list[Result] = []
    at = len(text) - len(text.lstrip())
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            rest = text[at:].split()[0]
            raise ValueError(
                f"`{rest}` is no result of a check|write `up`, `degraded`, `down`, `unknown` or `missed`, such as `up x3 down x2`"
            )
        health, inside, times = match.group(1), match.group(2), int((match.group(3) or "1")[:9])
        if times == 0 or len(found) + times > MOST:
            raise ValueError(f"a series has between 1 and {MOST} results|write fewer, or a longer `every`")
        found += _results(health, (inside or "").strip(), times)
        at = match.end()
    if not found:
        raise ValueError("the series is empty|write `up x3 down x2`, for example")
    return found


def _results(health: str, inside: str, times: int) -> Iterator[Result]:
    if ramp := _RAMP.fullmatch(inside):
        first, last = _span(ramp.group(1)), _span(ramp.group(2))
        if first is not None and last is not None:
            for index in range(times):
                yield Result(health, None, first + (last - first) * (index / max(times - 1, 1)))
            return
    latency = _span(inside)
    reason = inside if inside and latency is None else None
    yield from (Result(health, reason, latency) for _ in range(times))


def _span(text: str) -> timedelta | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
