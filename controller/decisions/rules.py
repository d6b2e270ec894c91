"""Rule × health → alert: pending, firing, resolved, each with its reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.decisions.observation import Health
from specs.fields import format_duration


class AlertState(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Move(StrEnum):
    """What happens to the alert of one rule and one monitor."""

    PEND = "pend"
    FIRE = "fire"
    CANCEL = "cancel"
    RESOLVE = "resolve"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Subject:
    """A monitor as a rule sees it."""

    health: Health
    since: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A move, why, and (for PEND) when it will fire."""

    move: Move
    reason: str
    fires_at: datetime | None = None


def down(subject: Subject, holds_for: timedelta, state: AlertState | None, now: datetime) -> Decision:
    """Evaluate `down: {for: …}`. `state` is that of the alert still open, if any."""
    if subject.health == Health.DOWN:
        fires_at = subject.since + holds_for
        why = subject.reason or "down"
        if state == AlertState.FIRING:
            return Decision(Move.NONE, "still down")
        if now >= fires_at:
            held = f" for {format_duration(holds_for)}" if holds_for else ""
            return Decision(Move.FIRE, f"down{held}: {why}")
        if state == AlertState.PENDING:
            return Decision(Move.NONE, "waiting", fires_at)
        return Decision(Move.PEND, f"down, fires in {format_duration(holds_for)}: {why}", fires_at)
    if state == AlertState.PENDING:
        return Decision(Move.CANCEL, f"{subject.health} before the time was over")
    if state == AlertState.FIRING and subject.health != Health.UNKNOWN:
        return Decision(Move.RESOLVE, f"{subject.health} again")
    return Decision(Move.NONE, f"{subject.health}")


def orphaned(state: AlertState, why: str) -> Decision:
    """What becomes of an open alert whose rule or monitor is gone, or no longer belong together."""
    return Decision(Move.RESOLVE if state == AlertState.FIRING else Move.CANCEL, why)
