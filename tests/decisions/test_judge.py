"""Observations → belief of a region → vote of the regions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.judge import RegionState, Verdict, gone_stale, observe, under_dependency, vote
from controller.decisions.observation import Health, Observation
from specs.monitor import Confirm

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
UP, DEGRADED, DOWN, UNKNOWN = Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN
WORDS = {"u": UP, "g": DEGRADED, "d": DOWN, "?": UNKNOWN}
REASONS = {UP: None, DEGRADED: "slow", DOWN: "timeout", UNKNOWN: "no network"}


def seen(outcome: Health, minute: int, reason: str | None = None) -> Observation:
    """One observation, a minute after the one before."""
    at = START + timedelta(minutes=minute)
    return Observation(1, "eu", at, at + timedelta(seconds=1), outcome, reason or REASONS[outcome])


def after(story: str, *, down: int = 2, up: int = 1) -> list[RegionState]:
    """What a region believes after each observation of a story such as `uuddu`."""
    state, states = RegionState(), []
    for minute, letter in enumerate(story):
        state = observe(state, seen(WORDS[letter], minute), Confirm(down=down, up=up))
        states.append(state)
    return states


@pytest.mark.parametrize(
    ("story", "down", "up", "believed"),
    [
        ("u", 2, 1, "u"),
        ("uuu", 2, 3, "??u"),
        ("d", 2, 1, "?"),
        ("d", 1, 1, "d"),
        ("dd", 2, 1, "?d"),
        ("uddu", 2, 1, "uudu"),
        ("ududud", 2, 1, "uuuuuu"),
        ("uddudd", 2, 2, "??dddd"),
        ("udduu", 2, 2, "??ddu"),
        ("uddd", 3, 1, "uuud"),
        ("ug", 2, 1, "uu"),
        ("ugg", 2, 1, "uug"),
        ("uggu", 2, 1, "uugu"),
        ("udg", 2, 1, "uug"),
        ("ugd", 2, 1, "uug"),
        ("udgdg", 2, 1, "uuggg"),
        ("uggdd", 2, 1, "uuggd"),
        ("udddg", 3, 1, "uuudg"),
        ("u?", 2, 1, "uu"),
        ("u??", 2, 1, "uu?"),
        ("ud?d", 2, 1, "uuuu"),
        ("ud?dd", 2, 1, "uuuud"),
        ("udd??u", 2, 1, "uudd?u"),
        ("?", 1, 1, "?"),
        ("", 2, 1, ""),
    ],
    ids=lambda one: str(one) if one != "" else "nothing",
)
def test_a_region_believes_a_change_after_enough_observations_in_a_row(
    story: str, down: int, up: int, believed: str
) -> None:
    verdicts = [state.verdict for state in after(story, down=down, up=up)]

    assert verdicts == [WORDS[letter] for letter in believed]


def test_the_reason_is_that_of_the_newest_observation_that_says_so() -> None:
    state = after("udd")[-1]
    assert state.reason == "timeout"

    state = observe(state, seen(DOWN, 9, "connection refused"), Confirm())
    assert state.reason == "connection refused"

    state = observe(state, seen(UNKNOWN, 10), Confirm())
    assert (state.verdict, state.reason) == (DOWN, "connection refused")

    state = observe(state, seen(UP, 11), Confirm())
    assert (state.verdict, state.reason) == (UP, None)


def test_a_run_is_counted_from_its_first_observation() -> None:
    state = after("uuddd", down=9)[-1]

    assert (state.run, state.length, state.bad) == (DOWN, 3, 3)
    assert state.since == START + timedelta(minutes=2, seconds=1)
    assert state.last == START + timedelta(minutes=4)


@pytest.mark.parametrize("minute", [3, 2, 0], ids=["again", "older", "oldest"])
def test_a_redelivered_observation_changes_nothing(minute: int) -> None:
    state = after("uudd")[-1]

    assert observe(state, seen(UP, minute), Confirm()) is state


@given(st.text("ugd?", max_size=30), st.integers(1, 4), st.integers(1, 4), st.integers(0, 29))
def test_delivering_everything_twice_makes_no_difference(story: str, down: int, up: int, again: int) -> None:
    confirm = Confirm(down=down, up=up)
    state, expected = RegionState(), after(story, down=down, up=up)
    for minute, letter in enumerate(story):
        state = observe(state, seen(WORDS[letter], minute), confirm)
        earlier = min(again, minute)
        state = observe(state, seen(WORDS[story[earlier]], earlier), confirm)

    assert state == (expected[-1] if expected else RegionState())


@given(st.text("ugd?", min_size=1, max_size=30), st.integers(1, 4), st.integers(1, 4))
def test_a_belief_in_down_had_its_run(story: str, down: int, up: int) -> None:
    states = [RegionState(), *after(story, down=down, up=up)]

    for minute in range(len(story)):
        before, now = states[minute].verdict, states[minute + 1].verdict
        run = story[: minute + 1]
        if now == DOWN and before != DOWN:
            assert run.endswith("d" * down)
        if now == UP and before != UP:
            assert run.endswith("u" * up)
        if now == DEGRADED and before != DEGRADED:
            assert set(run[-down:]) <= {"d", "g"}
            assert len(run) >= down


def region(verdict: Health, reason: str | None = None) -> RegionState:
    """A region that believes something."""
    return RegionState(verdict=verdict, reason=reason if reason is not None else REASONS[verdict])


@pytest.mark.parametrize(
    ("beliefs", "quorum", "health", "reason"),
    [
        ("u", 1, UP, None),
        ("d", 1, DOWN, "timeout"),
        ("g", 1, DEGRADED, "slow"),
        ("?", 1, UNKNOWN, "no network"),
        ("uuu", 2, UP, None),
        ("duu", 2, DEGRADED, "down in 1 of 3 regions (eu), quorum is 2: timeout"),
        ("ddu", 2, DOWN, "timeout"),
        ("ddd", 2, DOWN, "timeout"),
        ("d?u", 2, UNKNOWN, "no network"),
        ("dd?", 2, DOWN, "timeout"),
        ("?uu", 2, UP, None),
        ("??u", 2, UNKNOWN, "no network"),
        ("ugu", 2, DEGRADED, "slow"),
        ("gd?", 2, UNKNOWN, "no network"),
        ("?gu", 2, DEGRADED, "slow"),
        ("duu", 1, DOWN, "timeout"),
        ("?uu", 1, UNKNOWN, "no network"),
        ("ddu", 3, DEGRADED, "down in 2 of 3 regions (eu, us), quorum is 3: timeout"),
        ("dd?", 3, UNKNOWN, "no network"),
    ],
    ids=lambda one: str(one) if isinstance(one, str) and len(one) <= 3 else None,
)
def test_the_regions_vote(beliefs: str, quorum: int, health: Health, reason: str | None) -> None:
    names = ["eu", "us", "ap"][: len(beliefs)]
    states = {name: region(WORDS[letter]) for name, letter in zip(names, beliefs, strict=True)}

    assert vote(names, states, quorum) == Verdict(health, reason)


def test_regions_with_other_reasons_are_named() -> None:
    states = {"us": region(DOWN, "timeout"), "eu": region(DOWN, "status 503")}

    assert vote(["us", "eu"], states, 2).reason == "eu: status 503; us: timeout"


def test_a_region_that_never_looked_is_unknown() -> None:
    assert vote(["eu", "us"], {"eu": region(UP)}, 1) == Verdict(UNKNOWN, "no observation yet")


def test_a_region_the_monitor_left_has_no_vote() -> None:
    states = {"eu": region(UP), "us": region(DOWN)}

    assert vote(["eu"], states, 1) == Verdict(UP, None)


@given(st.lists(st.sampled_from(list(Health)), min_size=1, max_size=7), st.data())
def test_down_needs_its_quorum_and_up_excludes_it(beliefs: list[Health], data: st.DataObject) -> None:
    quorum = data.draw(st.integers(1, len(beliefs)))
    states = {f"r{index}": region(health) for index, health in enumerate(beliefs)}

    verdict = vote(list(states), states, quorum)

    could_be_down = beliefs.count(DOWN) + beliefs.count(UNKNOWN)
    assert (verdict.health == DOWN) == (beliefs.count(DOWN) >= quorum)
    assert (verdict.health == UNKNOWN) == (beliefs.count(DOWN) < quorum <= could_be_down)
    assert (verdict.reason is None) == (verdict.health == UP)


@pytest.mark.parametrize(
    ("health", "dependencies", "expected"),
    [
        (DOWN, [], Verdict(DOWN, "timeout")),
        (UP, ["gateway"], Verdict(UP, "timeout")),
        (DEGRADED, ["gateway"], Verdict(DEGRADED, "timeout")),
        (UNKNOWN, ["gateway"], Verdict(UNKNOWN, "timeout")),
        (DOWN, ["gateway"], Verdict(UNKNOWN, "depends on `gateway`, which is down (timeout)")),
        (DOWN, ["db", "gateway"], Verdict(UNKNOWN, "depends on `db` and `gateway`, which are down (timeout)")),
    ],
    ids=["alone", "up", "degraded", "unknown", "one", "two"],
)
def test_what_depends_on_something_down_is_not_known_to_be_down(
    health: Health, dependencies: Sequence[str], expected: Verdict
) -> None:
    assert under_dependency(Verdict(health, "timeout"), dependencies) == expected


def test_a_region_that_went_silent_believes_nothing_until_it_speaks_again() -> None:
    now = START + timedelta(hours=1)
    stale = gone_stale(after("udd")[-1], "no observation for 3m", now)

    assert (stale.verdict, stale.reason, stale.since) == (UNKNOWN, "no observation for 3m", now)

    once = observe(stale, seen(DOWN, 70), Confirm())
    twice = observe(once, seen(DOWN, 71), Confirm())
    assert (once.verdict, twice.verdict) == (UNKNOWN, DOWN)
    assert observe(stale, seen(UP, 70), Confirm()).verdict == UP
