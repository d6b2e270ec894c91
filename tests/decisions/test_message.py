"""What a notification says."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.decisions.message import Message

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
FIRING = Message(
    key="k1",
    incident_key="i1",
    status="firing",
    severity="critical",
    workspace="default",
    monitor="checkout",
    rule="critical-is-down",
    reason="down for 2m: status 503, wanted 2xx",
    started_at=START,
    labels={"team": "payments"},
    links={"monitor": "http://127.0.0.1:8080/monitors/default/checkout"},
    revision="abc123",
)
RESOLVED = replace(FIRING, key="k2", status="resolved", resolved_at=START + timedelta(minutes=4, seconds=0.4))


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (FIRING, "DOWN checkout: down for 2m: status 503, wanted 2xx"),
        (replace(FIRING, summary="Nobody can pay"), "DOWN checkout: Nobody can pay"),
        (RESOLVED, "RESOLVED checkout after 4m"),
        (replace(RESOLVED, resolved_at=START), "RESOLVED checkout after 0s"),
        (replace(RESOLVED, resolved_at=START - timedelta(seconds=9)), "RESOLVED checkout after 0s"),
        (replace(RESOLVED, resolved_at=START + timedelta(days=1, hours=2)), "RESOLVED checkout after 1d2h"),
        (replace(RESOLVED, resolved_at=None), "RESOLVED checkout after 0s"),
    ],
    ids=["firing", "summary", "resolved", "at once", "clocks differ", "long", "end unknown"],
)
def test_the_title_says_what_happened(message: Message, title: str) -> None:
    assert message.title == title


@pytest.mark.parametrize("message", [FIRING, RESOLVED, replace(FIRING, runbook="https://wiki.example.com")])
def test_a_message_comes_back_from_the_outbox_as_it_was(message: Message) -> None:
    assert Message.from_json(json.loads(json.dumps(message.as_json()))) == message


def test_every_field_is_kept() -> None:
    assert set(FIRING.as_json()) == {field.name for field in fields(Message)}


@given(
    st.builds(
        Message,
        started_at=st.datetimes(timezones=st.just(UTC)),
        resolved_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_any_message_comes_back_as_it_was(message: Message) -> None:
    assert Message.from_json(json.loads(json.dumps(message.as_json()))) == message
