"""A monitor as a whole: its own keys, and that they agree with each other."""

import time
from datetime import timedelta
from typing import Any

import pytest

from specs.monitor import Monitor
from specs.resource import canonical, typed
from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

HTTP = "{url: https://shop.example.com}"


def test_what_is_left_out_has_its_default() -> None:
    monitor = accepted("http", HTTP)

    assert (monitor.every, monitor.timeout, monitor.regions) == (
        timedelta(minutes=1),
        timedelta(seconds=10),
        ["default"],
    )
    assert (monitor.confirm.down, monitor.confirm.up, monitor.retries, monitor.priority) == (2, 1, None, None)
    assert (monitor.probe, monitor.votes_needed) == ("http", 1)


@pytest.mark.parametrize(
    ("spec", "stored"),
    [
        (
            {"http": {"url": "https://a.example"}},
            {"url": "https://a.example", "method": "GET", "headers": {}, "redirects": 5, "verify": True},
        ),
        ({"tcp": {"host": "a.example", "port": 1}}, {"host": "a.example", "port": 1}),
        ({"heartbeat": {"period": "1h"}}, {"period": "1h", "grace": "0s"}),
    ],
)
def test_the_stored_form_of_what_there_was_does_not_change(spec: dict[str, Any], stored: dict[str, Any]) -> None:
    (probe,) = spec
    around = {"every": "1m", "timeout": "10s", "regions": ["default"], "confirm": {"down": 2, "up": 1}, "dependsOn": []}

    assert canonical(Monitor.model_validate(spec)) == around | {probe: stored, "expect": {"that": []}}


def test_a_stored_monitor_comes_back_as_it_was() -> None:
    rest = "every: 30s\ntimeout: 5s\nregions: [eu, us]\nquorum: 2\nretries: 1\npriority: high\ndependsOn: [web-1]\n"
    monitor = accepted("http", HTTP, rest + "confirm: {down: 3}\ndescription: a shop\ndegraded: {latency: 1s}")

    assert typed("Monitor", canonical(monitor)) == monitor


@pytest.mark.parametrize(
    ("rest", "path", "at", "message", "hint"),
    [
        ("retries: 11", "spec.retries", "11", "`retries` must be at most 10, but is 11", "write `retries: 10`"),
        ("retries: -1", "spec.retries", "-1", "`retries` must be at least 0, but is -1", "write `retries: 0`"),
        (
            "priority: higher",
            "spec.priority",
            "higher",
            "`priority` is `higher`, but must be `low`, `normal` or `high`",
            "did you mean `high`?",
        ),
        ("quorum: 0", "spec.quorum", "0", "`quorum` must be at least 1, but is 0", "write `quorum: 1`"),
    ],
)
def test_what_is_wrong_in_form_is_refused_by_an_editor_too(
    rest: str, path: str, at: str, message: str, hint: str
) -> None:
    assert refused("http", HTTP, rest) == (path, at, message, hint)
    assert is_refused_by_schema("http", HTTP, rest)


@pytest.mark.parametrize(
    ("rest", "path", "message", "hint"),
    [
        (
            "quorum: 2",
            "spec.quorum",
            "`quorum` is 2, but there is only one region, so it could never be down",
            "write `quorum: 1` or add regions",
        ),
        (
            "every: 5s\ntimeout: 6s",
            "spec.timeout",
            "`timeout` is longer than `every`, so checks would pile up",
            "make `timeout` the shorter of the two",
        ),
        ("regions: [eu, eu]", "spec.regions", "`regions` names a region twice", "name each region once"),
    ],
)
def test_keys_that_do_not_agree_are_refused(rest: str, path: str, message: str, hint: str) -> None:
    where, _, words, mend = refused("http", HTTP, rest)

    assert (where, words, mend) == (path, message, hint)


def test_a_monitor_without_a_probe_is_told_what_there_is() -> None:
    path, _, message, hint = refused("description", "a shop")

    assert (path, message) == ("spec", "the monitor has no probe")
    assert (hint or "").startswith("add one of `http`, `steps`, `browser`, `tcp`, ")
    assert is_refused_by_schema("description", "a shop")


def test_ten_thousand_monitors_are_read_at_once() -> None:
    spec = {"http": {"url": "https://shop.example.com/health"}, "expect": {"status": 200, "latency": "2s"}}
    Monitor.model_validate(spec)
    started = time.perf_counter()
    for _ in range(10_000):
        Monitor.model_validate(spec)

    assert time.perf_counter() - started < 1  # 0.2 s on an idle machine
