"""Pings → up or down."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.decisions.heartbeat import judge_pings
from controller.decisions.observation import Health
from specs.monitor import Heartbeat

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOURLY = Heartbeat(period=timedelta(hours=1))
PATIENT = Heartbeat(period=timedelta(hours=1), grace=timedelta(minutes=10))


def test_a_job_that_never_called_is_unknown() -> None:
    assert judge_pings(HOURLY, None, NOW) == (Health.UNKNOWN, "no ping yet")


@pytest.mark.parametrize(
    ("heartbeat", "seconds", "reason"),
    [
        (HOURLY, -5, None),
        (HOURLY, 0, None),
        (HOURLY, 3600, None),
        (HOURLY, 3601, "no ping for 1h1s, wanted one every 1h"),
        (HOURLY, 3600.5, "no ping for 1h, wanted one every 1h"),
        (PATIENT, 4200, None),
        (PATIENT, 4201, "no ping for 1h10m1s, wanted one every 1h and 10m of grace"),
        (PATIENT, 90000, "no ping for 1d1h, wanted one every 1h and 10m of grace"),
    ],
)
def test_a_job_is_down_when_a_ping_is_overdue(heartbeat: Heartbeat, seconds: float, reason: str | None) -> None:
    health = Health.DOWN if reason else Health.UP

    assert judge_pings(heartbeat, NOW - timedelta(seconds=seconds), NOW) == (health, reason)
