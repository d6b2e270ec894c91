"""What a probe saw, and the four words for how a thing is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """How a monitor is. Unknown is neither up nor down."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe saw, before anybody says whether it is good.

    `failure` is the reason why there was no answer (`timeout after 10s`); then `values` is empty.
    `values` holds the probe's CEL variables; `details` is what is worth keeping beside the numbers.
    """

    latency: timedelta
    phases: Mapping[str, timedelta] = field(default_factory=dict)
    failure: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one monitor from one region. `due` is when it should have started, `at` when it did."""

    monitor_id: int
    region: str
    due: datetime
    at: datetime
    outcome: Health
    reason: str | None = None
    latency: timedelta | None = None
    phases: Mapping[str, timedelta] = field(default_factory=dict)
    details: Mapping[str, Any] | None = None
