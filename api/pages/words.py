"""How pages write numbers, spans and times."""

import math
from datetime import UTC, date, datetime, timedelta

from controller.decisions.observation import Health

WORDS = {
    Health.UP: "Up",
    Health.DEGRADED: "Degraded",
    Health.DOWN: "Down",
    Health.UNKNOWN: "Unknown",
}


def percent(ratio: float | None) -> str:
    """`99.98 %`. Rounded down, so that only a perfect record reads 100 %; `no data` when nothing is known."""
    if ratio is None:
        return "no data"
    if ratio >= 1:
        return "100 %"
    return f"{math.floor(ratio * 10_000) / 100:.2f} %"


def span(length: timedelta) -> str:
    """The two largest units: `3 h 12 min`, `45 s`."""
    left = max(0, round(length.total_seconds()))
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def latency(value: float | None) -> str:
    """Seconds as people read them: `87 ms`, `2.31 s`."""
    if value is None:
        return "–"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def day(value: date) -> str:
    """`24 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"


def time(value: datetime) -> str:
    """`24 Nov 2026, 01:38 UTC`."""
    value = value.astimezone(UTC)
    return f"{day(value)}, {value:%H:%M} UTC"


def exact(value: datetime) -> str:
    """The time as programs read it."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
