"""What was seen × what is expected → up, degraded or down, with the value that was wrong."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from controller.decisions.observation import Health, Seen
from specs.conditions import Condition, compile_condition
from specs.fields import format_duration
from specs.monitor import Body, Monitor

Check = Callable[[Seen], str | None]
"""Takes what was seen; returns None when it is met, otherwise the words for what is wrong."""


@dataclass(frozen=True)
class Expectations:
    """The conditions of one monitor, compiled once: unmet `expect` is down, unmet `degraded` is degraded."""

    expect: tuple[Check, ...]
    degraded: tuple[Check, ...]


def compile_expectations(monitor: Monitor) -> Expectations:
    """Compile what a monitor expects. Raises ConditionError when a CEL expression does not compile."""
    wanted, checks = monitor.expect, list[Check]()
    if monitor.http:
        checks.append(_status(wanted.status or ["2xx"]))
    if wanted.latency is not None:
        checks.append(_latency(wanted.latency))
    if wanted.body:
        checks += _body(wanted.body)
    if wanted.certificate:
        checks.append(_certificate(wanted.certificate.valid_for))
    checks += [_condition(compile_condition(text, monitor.probe)) for text in wanted.that]
    fully = list[Check]()
    if monitor.degraded:
        if monitor.degraded.latency is not None:
            fully.append(_latency(monitor.degraded.latency))
        fully += [_condition(compile_condition(text, monitor.probe)) for text in monitor.degraded.that]
    return Expectations(tuple(checks), tuple(fully))


def assess(expectations: Expectations, seen: Seen) -> tuple[Health, str | None]:
    """Say how the target is, and why when it is not up."""
    if seen.failure is not None:
        return Health.DOWN, seen.failure
    for check in expectations.expect:
        if reason := check(seen):
            return Health.DOWN, reason
    for check in expectations.degraded:
        if reason := check(seen):
            return Health.DEGRADED, reason
    return Health.UP, None


def milliseconds(span: timedelta) -> str:
    """A latency as people read it: `87 ms`, `2.31 s`."""
    seconds = span.total_seconds()
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _status(codes: list[str]) -> Check:
    exact = {int(code) for code in codes if code.isdigit()}
    classes = {int(code[0]) for code in codes if not code.isdigit()}
    wanted = " or ".join(codes)

    def check(seen: Seen) -> str | None:
        status = seen.values["status"]
        return None if status in exact or status // 100 in classes else f"status {status}, wanted {wanted}"

    return check


def _latency(most: timedelta) -> Check:
    def check(seen: Seen) -> str | None:
        if seen.latency <= most:
            return None
        return f"latency {milliseconds(seen.latency)}, wanted at most {format_duration(most)}"

    return check


def _body(wanted: Body) -> list[Check]:
    checks = list[Check]()
    if (text := wanted.contains) is not None:
        checks.append(lambda seen: None if text in seen.values["body"] else f"body does not contain {_quoted(text)}")
    if (ban := wanted.excludes) is not None:
        checks.append(lambda seen: f"body contains {_quoted(ban)}" if ban in seen.values["body"] else None)
    if wanted.matches is not None:
        pattern = re.compile(wanted.matches)
        checks.append(
            lambda seen: (
                None if pattern.search(seen.values["body"]) else f"body does not match {_quoted(pattern.pattern)}"
            )
        )
    return checks


def _certificate(valid_for: timedelta) -> Check:
    def check(seen: Seen) -> str | None:
        certificate = seen.values.get("certificate")
        if not certificate:
            return "there is no certificate: the connection is not encrypted"
        left: timedelta = certificate["validFor"]
        if left >= valid_for:
            return None
        if left <= timedelta(0):
            return "certificate has expired"
        days = left.total_seconds() / 86400
        return f"certificate is valid for {days:.1f} days more, wanted {format_duration(valid_for)}"

    return check


def _condition(condition: Condition) -> Check:
    return lambda seen: condition.failure(seen.values)


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
