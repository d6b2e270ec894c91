"""Health → incidents: opened when a monitor is down, resolved when it is known to work again."""

from enum import StrEnum

from controller.decisions.observation import Health


class Change(StrEnum):
    """What happens to the incident of a monitor."""

    OPENED = "opened"
    RESOLVED = "resolved"
    NONE = "none"


def change(health: Health, *, is_open: bool) -> Change:
    """Say what a confirmed health means for the monitor's incident.

    Unknown neither opens nor resolves: we do not claim what we cannot see.
    """
    match health, is_open:
        case Health.DOWN, False:
            return Change.OPENED
        case ((Health.UP | Health.DEGRADED), True):
            return Change.RESOLVED
        case _:
            return Change.NONE
