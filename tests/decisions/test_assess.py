"""What was seen × what is expected → up, degraded or down, and the words that say why."""

from datetime import timedelta
from typing import Any

import pytest

from controller.decisions.assess import assess, compile_expectations, milliseconds
from controller.decisions.observation import Health, Seen
from specs.conditions import ConditionError
from specs.monitor import Monitor
from tests.specs.writing import HTTP, TCP, monitor, repository

UP, DEGRADED, DOWN = Health.UP, Health.DEGRADED, Health.DOWN
VALUES: dict[str, Any] = {
    "status": 200,
    "phases": {"dns": timedelta(milliseconds=3)},
    "body": "all is well",
    "json": {"ok": True, "load": 0.9},
    "headers": {"content-type": "application/json"},
    "ip": "192.0.2.1",
    "certificate": {"validFor": timedelta(days=20), "issuer": "CN=I", "subject": "CN=S", "names": ["a.example"]},
}


def judged(spec: str, latency: float = 0.1, failure: str | None = None, **values: Any) -> tuple[Health, str | None]:
    """What a monitor says about an answer."""
    loaded = repository(monitor(spec))
    assert loaded.diagnostics == []
    model = loaded.resources[0].model
    assert isinstance(model, Monitor)
    span = timedelta(seconds=latency)
    seen = Seen(span, failure=failure, values={} if failure else VALUES | {"latency": span} | values)
    return assess(compile_expectations(model), seen)


@pytest.mark.parametrize(
    ("expect", "values", "health", "reason"),
    [
        ("{}", {}, UP, None),
        ("{}", {"status": 204}, UP, None),
        ("{}", {"status": 301}, DOWN, "status 301, wanted 2xx"),
        ("{}", {"status": 503}, DOWN, "status 503, wanted 2xx"),
        ("{status: 503}", {"status": 503}, UP, None),
        ("{status: 200}", {"status": 204}, DOWN, "status 204, wanted 200"),
        ("{status: [200, 3xx]}", {"status": 302}, UP, None),
        ("{status: [200, 3xx]}", {"status": 404}, DOWN, "status 404, wanted 200 or 3xx"),
        ("{latency: 100ms}", {}, UP, None),
        ("{latency: 99ms}", {}, DOWN, "latency 100 ms, wanted at most 99ms"),
        ("{body: {contains: well}}", {}, UP, None),
        ("{body: {contains: bad}}", {}, DOWN, "body does not contain “bad”"),
        ("{body: {excludes: bad}}", {}, UP, None),
        ("{body: {excludes: well}}", {}, DOWN, "body contains “well”"),
        ("{body: {matches: '^all .* well$'}}", {}, UP, None),
        ("{body: {matches: '^well'}}", {}, DOWN, "body does not match “^well”"),
        (f"{{body: {{contains: {'x' * 70}}}}}", {}, DOWN, f"body does not contain “{'x' * 59}…”"),
        ("{certificate: {validFor: 14d}}", {}, UP, None),
        ("{certificate: {validFor: 30d}}", {}, DOWN, "certificate is valid for 20.0 days more, wanted 30d"),
        (
            "{certificate: {validFor: 1d}}",
            {"certificate": {"validFor": timedelta(days=-1)}},
            DOWN,
            "certificate has expired",
        ),
        (
            "{certificate: {validFor: 1d}}",
            {"certificate": {}},
            DOWN,
            "there is no certificate: the connection is not encrypted",
        ),
        ("{that: [json.ok == true]}", {}, UP, None),
        ("{that: [json.ok == true]}", {"json": {"ok": False}}, DOWN, "json.ok is false, wanted `json.ok == true`"),
        (
            "{that: [json.ok == true]}",
            {"json": None},
            DOWN,
            "`json.ok == true` could not be evaluated: the body is not JSON",
        ),
        ("{that: ['certificate.validFor > duration(\"24h\")']}", {}, UP, None),
        ("{that: [status == 200, json.load < 0.5]}", {}, DOWN, "json.load is 0.9, wanted `json.load < 0.5`"),
        ("{status: 200, latency: 1ms, that: ['false']}", {"status": 500}, DOWN, "status 500, wanted 200"),
    ],
)
def test_what_is_expected_of_an_http_answer(
    expect: str, values: dict[str, Any], health: Health, reason: str | None
) -> None:
    assert judged(f"{HTTP}\nexpect: {expect}", **values) == (health, reason)


@pytest.mark.parametrize(
    ("degraded", "health", "reason"),
    [
        ("{}", UP, None),
        ("{latency: 1s}", UP, None),
        ("{latency: 50ms}", DEGRADED, "latency 100 ms, wanted at most 50ms"),
        ("{that: [json.load < 0.5]}", DEGRADED, "json.load is 0.9, wanted `json.load < 0.5`"),
        ("{latency: 50ms, that: ['false']}", DEGRADED, "latency 100 ms, wanted at most 50ms"),
    ],
)
def test_what_works_but_not_fully_is_degraded(degraded: str, health: Health, reason: str | None) -> None:
    assert judged(f"{HTTP}\ndegraded: {degraded}") == (health, reason)


def test_down_comes_before_degraded() -> None:
    assert judged(f"{HTTP}\nexpect: {{status: 201}}\ndegraded: {{latency: 1ms}}")[0] == DOWN


def test_no_answer_is_down_whatever_is_expected() -> None:
    spec = f"{HTTP}\nexpect: {{status: 503, that: [status == 503]}}"

    assert judged(spec, failure="timeout after 10s") == (DOWN, "timeout after 10s")


@pytest.mark.parametrize(
    ("spec", "health", "reason"),
    [
        (TCP, UP, None),
        (f"{TCP}\nexpect: {{latency: 50ms}}", DOWN, "latency 100 ms, wanted at most 50ms"),
        (f"{TCP}\nexpect: {{that: connected}}", UP, None),
        (f"{TCP}\ndegraded: {{latency: 50ms}}", DEGRADED, "latency 100 ms, wanted at most 50ms"),
    ],
    ids=["open", "slow", "condition", "degraded"],
)
def test_what_is_expected_of_a_connection(spec: str, health: Health, reason: str | None) -> None:
    model = repository(monitor(spec)).resources[0].model
    assert isinstance(model, Monitor)
    span = timedelta(milliseconds=100)

    seen = Seen(span, values={"connected": True, "latency": span, "ip": "192.0.2.1"})
    assert assess(compile_expectations(model), seen) == (health, reason)


def test_a_stored_condition_that_no_longer_compiles_says_so() -> None:
    model = Monitor.model_validate({"http": {"url": "https://a.example"}, "expect": {"that": ["gone == 1"]}})

    with pytest.raises(ConditionError, match="there is no `gone` here"):
        compile_expectations(model)


@pytest.mark.parametrize(
    ("span", "text"),
    [(0.0, "0 ms"), (0.0874, "87 ms"), (0.999, "999 ms"), (1.0, "1.00 s"), (2.314, "2.31 s"), (61.0, "61.00 s")],
)
def test_latency_is_written_as_people_read_it(span: float, text: str) -> None:
    assert milliseconds(timedelta(seconds=span)) == text
