"""Observations → health: streaks per region, then the vote of the regions.

A region believes a change after `confirm` observations in a row. A monitor is down when `quorum` regions
believe so; it is unknown while the regions that cannot tell could still make that quorum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from controller.decisions.observation import Health, Observation
from specs.monitor import Confirm


@dataclass(frozen=True, slots=True)
class RegionState:
    """What one region believes, and the run of observations that may change its mind.

    `run` is the outcome of the last `length` observations in a row, `bad` counts those in a row that were
    not up, and `since` is when the run began. `last` is the due time of the newest observation.
    """

    verdict: Health = Health.UNKNOWN
    reason: str | None = None
    run: Health = Health.UNKNOWN
    length: int = 0
    bad: int = 0
    since: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a monitor is, and why."""

    health: Health
    reason: str | None


def observe(state: RegionState, seen: Observation, confirm: Confirm) -> RegionState:
    """Add one observation to what a region believes.

    An observation that is not newer than the last one changes nothing, so that redelivery is harmless.
    """
    if state.last is not None and seen.due <= state.last:
        return state
    same = seen.outcome == state.run and state.length > 0
    length = state.length + 1 if same else 1
    bad = state.bad + 1 if seen.outcome in (Health.DOWN, Health.DEGRADED) else 0
    moved = replace(
        state,
        run=seen.outcome,
        length=min(length, 1_000_000),
        bad=min(bad, 1_000_000),
        since=state.since if same else seen.at,
        last=seen.due,
    )
    if seen.outcome == state.verdict:
        return replace(moved, reason=seen.reason)
    if _confirmed(seen.outcome, length, bad, confirm):
        return replace(moved, verdict=seen.outcome, reason=seen.reason)
    if bad >= confirm.down and state.verdict in (Health.UP, Health.UNKNOWN):
        # Down and degraded by turns: neither has its run, but up it is certainly not.
        return replace(moved, verdict=Health.DEGRADED, reason=seen.reason)
    return moved


def _confirmed(outcome: Health, length: int, bad: int, confirm: Confirm) -> bool:
    match outcome:
        case Health.UP:
            return length >= confirm.up
        case Health.DEGRADED:
            return bad >= confirm.down
        case Health.DOWN | Health.UNKNOWN:
            return length >= confirm.down


def vote(regions: Sequence[str], states: Mapping[str, RegionState], quorum: int) -> Verdict:
    """Combine what the regions believe. `regions` are those the monitor is checked from."""
    believed = {region: states.get(region, RegionState()) for region in regions}
    by_health: dict[Health, list[str]] = {health: [] for health in Health}
    for region, state in believed.items():
        by_health[state.verdict].append(region)
    down, unknown = by_health[Health.DOWN], by_health[Health.UNKNOWN]
    if len(down) >= quorum:
        return Verdict(Health.DOWN, _reason(down, believed))
    if len(down) + len(unknown) >= quorum:
        why = _reason(unknown, believed) or "no observation yet"
        return Verdict(Health.UNKNOWN, why)
    if down:
        where = f"down in {len(down)} of {len(regions)} regions ({', '.join(down)}), quorum is {quorum}"
        return Verdict(Health.DEGRADED, f"{where}: {_reason(down, believed)}")
    if by_health[Health.DEGRADED]:
        return Verdict(Health.DEGRADED, _reason(by_health[Health.DEGRADED], believed))
    return Verdict(Health.UP, None)


def _reason(regions: Sequence[str], states: Mapping[str, RegionState]) -> str | None:
    reasons = {region: states[region].reason for region in regions if states[region].reason}
    if len(set(reasons.values())) <= 1:
        return next(iter(reasons.values()), None)
    return "; ".join(f"{region}: {reason}" for region, reason in sorted(reasons.items()))


def under_dependency(verdict: Verdict, dependencies_down: Sequence[str]) -> Verdict:
    """While something it depends on is down, a monitor that looks down is unknown."""
    if verdict.health != Health.DOWN or not dependencies_down:
        return verdict
    named = " and ".join(f"`{name}`" for name in dependencies_down)
    be = "is" if len(dependencies_down) == 1 else "are"
    return Verdict(Health.UNKNOWN, f"depends on {named}, which {be} down ({verdict.reason})")


def gone_stale(state: RegionState, reason: str, now: datetime) -> RegionState:
    """What a region believes when no observation came for too long: nothing."""
    return replace(state, verdict=Health.UNKNOWN, reason=reason, run=Health.UNKNOWN, length=0, bad=0, since=now)
