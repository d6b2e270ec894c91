"""After an attempt to deliver: again, when, or never."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.delivery import GIVE_UP_AFTER, idempotency_key, retry_in


def seconds(attempts: int, age: float = 0, asked: float | None = None, jitter: float = 0.5) -> float | None:
    """The wait in seconds."""
    span = None if asked is None else timedelta(seconds=asked)
    wait = retry_in(attempts, timedelta(seconds=age), span, jitter)
    return None if wait is None else wait.total_seconds()


@pytest.mark.parametrize(
    ("attempts", "wait"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 300), (8, 300), (99, 300)]
)
def test_waits_grow_and_stay_at_five_minutes(attempts: int, wait: int) -> None:
    assert seconds(attempts) == wait


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 48), (0.5, 60), (1.0, 72)])
def test_waits_are_spread_by_a_fifth(jitter: float, wait: int) -> None:
    assert seconds(5, jitter=jitter) == wait


@pytest.mark.parametrize(("asked", "wait"), [(None, 1), (0, 1), (0.5, 1), (40, 40), (900, 900), (3600, 900)], ids=str)
def test_the_receiver_may_ask_for_more_up_to_a_quarter_of_an_hour(asked: float | None, wait: float) -> None:
    assert seconds(1, asked=asked) == wait


@pytest.mark.parametrize(("age", "gives_up"), [(0, False), (3599, False), (3600, True), (99999, True)])
def test_after_an_hour_nobody_tries_again(age: float, gives_up: bool) -> None:
    assert (seconds(3, age=age) is None) == gives_up
    assert (seconds(3, age=age, asked=10) is None) == gives_up


@given(st.floats(0, 1))
def test_a_notification_is_tried_about_twenty_times_in_its_hour(jitter: float) -> None:
    age, attempts = timedelta(0), 0
    while True:
        attempts += 1
        wait = retry_in(attempts, age, None, jitter)
        if wait is None:
            break
        assert wait > timedelta(0)
        age += wait

    assert age >= GIVE_UP_AFTER
    assert 14 <= attempts <= 25


def test_a_key_is_the_same_for_the_same_parts_and_no_others() -> None:
    assert idempotency_key("alert", 7, "firing", "oncall") == idempotency_key("alert", 7, "firing", "oncall")
    keys = {idempotency_key("alert", number, status) for number in range(50) for status in ("firing", "resolved")}
    assert len(keys) == 100
    assert all(len(key) == 40 for key in keys)
