"""How a source is, after each way in which an attempt can end."""

from datetime import UTC, datetime

import pytest

from controller.decisions.conditions import conditions

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ready", "reconciling", "stalled"),
    [
        pytest.param("applied", "True", "False", "False", id="applied is ready"),
        pytest.param("rejected", "False", "False", "True", id="rejected waits for a commit"),
        pytest.param("held", "False", "False", "True", id="held waits for a person"),
        pytest.param("unreachable", "False", "True", "False", id="unreachable is tried again"),
    ],
)
def test_three_conditions(status: str, ready: str, reconciling: str, stalled: str) -> None:
    found = {one["type"]: one for one in conditions(status, "why", "abc", "def", NOW)}

    assert [found[kind]["status"] for kind in ("Ready", "Reconciling", "Stalled")] == [ready, reconciling, stalled]
    assert found["Ready"]["message"] == "why"
    assert (found["Ready"]["revision"], found["Ready"]["applied"]) == ("abc", "def")
