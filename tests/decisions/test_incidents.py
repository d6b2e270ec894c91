"""Health → incidents, and the whole way from observations to incidents."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from controller.decisions.incidents import Change, change
from controller.decisions.judge import RegionState, Verdict, gone_stale, observe, under_dependency, vote
from controller.decisions.observation import Health, Observation
from specs.monitor import Confirm


@pytest.mark.parametrize(
    ("health", "is_open", "expected"),
    [
        (Health.UP, False, Change.NONE),
        (Health.UP, True, Change.RESOLVED),
        (Health.DEGRADED, False, Change.NONE),
        (Health.DEGRADED, True, Change.RESOLVED),
        (Health.DOWN, False, Change.OPENED),
        (Health.DOWN, True, Change.NONE),
        (Health.UNKNOWN, False, Change.NONE),
        (Health.UNKNOWN, True, Change.NONE),
    ],
)
def test_an_incident_opens_on_down_and_resolves_when_it_works(health: Health, is_open: bool, expected: Change) -> None:
    assert change(health, is_open=is_open) == expected


class FromObservationsToIncidents(RuleBasedStateMachine):
    """Three regions look, go silent, or depend on something that is down; the log of incidents stays sound."""

    regions = ("eu", "us", "ap")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2025, 3, 1, tzinfo=UTC)
        self.states = {region: RegionState() for region in self.regions}
        self.dependencies: list[str] = []
        self.is_open = False
        self.log: list[Change] = []
        self.verdict = Verdict(Health.UNKNOWN, None)

    def judge(self) -> None:
        """What follows each change."""
        self.verdict = under_dependency(vote(self.regions, self.states, 2), self.dependencies)
        step = change(self.verdict.health, is_open=self.is_open)
        if step != Change.NONE:
            self.log.append(step)
            self.is_open = step == Change.OPENED

    @rule(
        region=st.sampled_from(regions),
        outcome=st.sampled_from(list(Health)),
        late=st.integers(-2, 3),
        down=st.integers(1, 3),
        up=st.integers(1, 3),
    )
    def look(self, region: str, outcome: Health, late: int, down: int, up: int) -> None:
        """An observation, perhaps redelivered or overtaken."""
        self.now += timedelta(seconds=5)
        due = self.now - timedelta(minutes=1) * max(0, -late)
        observation = Observation(1, region, due, self.now, outcome, None if outcome == Health.UP else "why")
        self.states[region] = observe(self.states[region], observation, Confirm(down=down, up=up))
        self.judge()

    @rule(region=st.sampled_from(regions))
    def go_silent(self, region: str) -> None:
        """No observation for too long."""
        self.states[region] = gone_stale(self.states[region], "silent", self.now)
        self.judge()

    @rule(down=st.booleans())
    def gateway(self, down: bool) -> None:
        """The gateway falls or rises."""
        self.dependencies = ["gateway"] if down else []
        self.judge()

    @invariant()
    def openings_and_resolutions_take_turns(self) -> None:
        """Never two openings without a resolution, and never a resolution of nothing."""
        expected = [Change.OPENED if index % 2 == 0 else Change.RESOLVED for index in range(len(self.log))]
        assert self.log == expected

    @invariant()
    def an_incident_is_open_while_it_is_down_and_never_while_it_is_up(self) -> None:
        """What is open follows from the last verdict that is known."""
        assert self.is_open or self.verdict.health != Health.DOWN
        assert not (self.is_open and self.verdict.health in (Health.UP, Health.DEGRADED))

    @invariant()
    def every_verdict_but_up_has_a_reason(self) -> None:
        """Nobody is told that something is wrong without why."""
        assert self.verdict.reason or self.verdict.health == Health.UP or not self.log


TestFromObservationsToIncidents = FromObservationsToIncidents.TestCase
TestFromObservationsToIncidents.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
