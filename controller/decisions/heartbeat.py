"""Pings → up or down. A job that never called is unknown until it first does."""

from datetime import datetime, timedelta

from controller.decisions.observation import Health
from specs.fields import format_duration
from specs.monitor import Heartbeat


def judge_pings(heartbeat: Heartbeat, last_ping: datetime | None, now: datetime) -> tuple[Health, str | None]:
    """Say whether a job calls as often as it should."""
    if last_ping is None:
        return Health.UNKNOWN, "no ping yet"
    if heartbeat.period is None:
        return Health.UNKNOWN, "not running yet: `heartbeat.cron` is not there yet"
    silence = now - last_ping
    if silence <= heartbeat.period + heartbeat.grace:
        return Health.UP, None
    whole = timedelta(seconds=int(silence.total_seconds()))
    allowed = format_duration(heartbeat.period) + (
        f" and {format_duration(heartbeat.grace)} of grace" if heartbeat.grace else ""
    )
    return Health.DOWN, f"no ping for {format_duration(whole)}, wanted one every {allowed}"
