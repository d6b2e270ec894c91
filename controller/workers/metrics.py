"""Counters that workers keep in Redis, so that any API process can show the sum of all of them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from controller.decisions.observation import Observation

HASH = "wakeful:metrics"
DURATION_BUCKETS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
"""Upper bounds in milliseconds; one more bucket, `+Inf`, is above them."""
LATENESS_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper bounds in seconds; one more bucket, `+Inf`, is above them."""


def count(observations: Iterable[Observation]) -> dict[str, float]:
    """Field of the hash → by how much it grows. Buckets count what is in them, not what is below."""
    grown: Counter[str] = Counter()
    for one in observations:
        grown[f"checks|{one.region}|{one.outcome}"] += 1
        if one.latency is not None:
            taken = one.latency.total_seconds() * 1000
            grown[f"duration|{_bucket(DURATION_BUCKETS, taken)}"] += 1
            grown["duration|sum"] += taken  # type: ignore[assignment] # a sum of floats among counts
        late = (one.at - one.due).total_seconds()
        grown[f"late|{_bucket(LATENESS_BUCKETS, late)}"] += 1
        grown["late|sum"] += late  # type: ignore[assignment] # a sum of floats among counts
    return dict(grown)


def _bucket(bounds: tuple[float, ...], value: float) -> str:
    place = bisect_left(bounds, value)
    return f"{bounds[place]:g}" if place < len(bounds) else "+Inf"
