"""Rule × health → pending, firing, resolved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.observation import Health
from controller.decisions.rules import AlertState, Decision, Move, Subject, down, orphaned

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
UP, DEGRADED, DOWN, UNKNOWN = Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN
PENDING, FIRING = AlertState.PENDING, AlertState.FIRING
AT_2M = START + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("health", "state", "after", "holds_for", "expected"),
    [
        (DOWN, None, 0, 0, Decision(Move.FIRE, "down: timeout")),
        (DOWN, None, 0, 2, Decision(Move.PEND, "down, fires in 2m: timeout", AT_2M)),
        (DOWN, None, 2, 2, Decision(Move.FIRE, "down for 2m: timeout")),
        (DOWN, None, 60, 2, Decision(Move.FIRE, "down for 2m: timeout")),
        (DOWN, PENDING, 1, 2, Decision(Move.NONE, "waiting", AT_2M)),
        (DOWN, PENDING, 2, 2, Decision(Move.FIRE, "down for 2m: timeout")),
        (DOWN, PENDING, 1, 0, Decision(Move.FIRE, "down: timeout")),
        (DOWN, FIRING, 5, 2, Decision(Move.NONE, "still down")),
        (DOWN, FIRING, 0, 2, Decision(Move.NONE, "still down")),
        (UP, None, 5, 2, Decision(Move.NONE, "up")),
        (UP, PENDING, 1, 2, Decision(Move.CANCEL, "up before the time was over")),
        (UP, FIRING, 5, 2, Decision(Move.RESOLVE, "up again")),
        (DEGRADED, None, 5, 2, Decision(Move.NONE, "degraded")),
        (DEGRADED, PENDING, 1, 2, Decision(Move.CANCEL, "degraded before the time was over")),
        (DEGRADED, FIRING, 5, 2, Decision(Move.RESOLVE, "degraded again")),
        (UNKNOWN, None, 5, 2, Decision(Move.NONE, "unknown")),
        (UNKNOWN, PENDING, 1, 2, Decision(Move.CANCEL, "unknown before the time was over")),
        (UNKNOWN, FIRING, 5, 2, Decision(Move.NONE, "unknown")),
    ],
)
def test_a_down_rule_decides(
    health: Health, state: AlertState | None, after: int, holds_for: int, expected: Decision
) -> None:
    subject = Subject(health, START, "timeout")
    now = START + timedelta(minutes=after)

    assert down(subject, timedelta(minutes=holds_for), state, now) == expected


def test_down_without_a_reason_is_down() -> None:
    assert down(Subject(DOWN, START, None), timedelta(0), None, START).reason == "down: down"


@pytest.mark.parametrize(("state", "move"), [(PENDING, Move.CANCEL), (FIRING, Move.RESOLVE)])
def test_an_alert_that_lost_its_rule_ends(state: AlertState, move: Move) -> None:
    assert orphaned(state, "the rule is gone") == Decision(move, "the rule is gone")


@given(st.lists(st.tuples(st.sampled_from(list(Health)), st.integers(0, 300)), max_size=40), st.integers(0, 600))
def test_an_alert_fires_once_until_it_resolves_and_never_before_its_time(
    story: list[tuple[Health, int]], holds_for: int
) -> None:
    now, health, since, state = START, UNKNOWN, START, None
    told: list[Move] = []
    for following, wait in story:
        now += timedelta(seconds=wait)
        if following != health:
            health, since = following, now
        decision = down(Subject(health, since, "why"), timedelta(seconds=holds_for), state, now)
        match decision.move:
            case Move.PEND:
                assert state is None
                state = PENDING
            case Move.FIRE:
                assert health == DOWN
                assert now - since >= timedelta(seconds=holds_for)
                state = FIRING
                told.append(Move.FIRE)
            case Move.RESOLVE:
                assert state == FIRING
                state = None
                told.append(Move.RESOLVE)
            case Move.CANCEL:
                assert state == PENDING
                state = None
            case Move.NONE:
                assert decision.fires_at is None or decision.fires_at > now

    assert told == [Move.FIRE if index % 2 == 0 else Move.RESOLVE for index in range(len(told))]
