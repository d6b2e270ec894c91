"""`wakeful run`: one check of one monitor, now, from here, with no database."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from controller.cli.printing import out, paint, rows
from controller.errors import UsageError

if TYPE_CHECKING:
    from controller.decisions.observation import Health, Seen
    from specs.monitor import Monitor

_COLOURS = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "blue"}
_PHASES = {"firstByte": "first byte"}
_BAR = 24
_SHORTEST_HIDDEN = 4


@click.command(short_help="Check one monitor once, now, from this machine.")
@click.argument("name")
@click.argument("path", default=".")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
def run(name: str, path: str, style: str) -> int:
    """Check the monitor NAME of the specs in the folder PATH (`.` by default) once, from this machine.

    Nothing is stored and nobody is told. The exit code is 1 when it is down.
    """
    from controller.cli import sources
    from controller.decisions.assess import assess, compile_expectations
    from controller.decisions.observation import Health
    from controller.decisions.running import not_running
    from specs.resource import canonical

    monitor = find(sources.require_valid(sources.folder(path)).resources, name)
    if monitor.heartbeat:
        raise UsageError(f"`{name}` is a heartbeat: the job calls us, so there is nothing to run", "ping its address")
    if missing := not_running("Monitor", canonical(monitor)):
        raise UsageError(f"`{name}` does not run yet: {missing}", "it is validated, planned and stored all the same")
    from controller.probes.http import hider
    from controller.probes.probe import compile_target

    used: list[str] = []

    def remembered(key: str) -> str:
        used.append(secret(key))
        return used[-1]

    seen = asyncio.run(compile_target(monitor, remembered).look())
    health, reason = assess(compile_expectations(monitor), seen)
    hidden = hider(one for one in used if len(one) >= _SHORTEST_HIDDEN)  # a server may echo what we sent
    if style == "json":
        out(hidden(json.dumps(as_json(name, monitor, seen, health, reason), indent=2, ensure_ascii=False)))
    else:
        out(hidden("\n".join(report(name, monitor, seen, health, reason))))
    return 1 if health == Health.DOWN else 0


def find(resources: list[Any], name: str) -> "Monitor":
    """The monitor of this name. Raises UsageError, with the nearest name, when there is none."""
    from specs.diagnostics import did_you_mean
    from specs.monitor import Monitor

    monitors = {one.name: one.model for one in resources if isinstance(one.model, Monitor)}
    if name not in monitors:
        shown = ", ".join(f"`{known}`" for known in sorted(monitors)[:10]) + (" …" if len(monitors) > 10 else "")
        known = f"the monitors are {shown}" if monitors else "the folder has no monitors"
        raise UsageError(f"there is no monitor `{name}`", did_you_mean(name, monitors) or known)
    return monitors[name]


def secret(name: str) -> str:
    """The value of a secret. Raises UsageError, which names it, when it is not set."""
    from controller import settings

    value = settings.secret(name)
    if value is None:
        hint = f"set WAKEFUL_SECRET_{name}, or write the file {name} in WAKEFUL_SECRETS_DIR"
        raise UsageError(f"the secret {name} is not set", hint)
    return value


def report(name: str, monitor: "Monitor", seen: "Seen", health: "Health", reason: str | None) -> Iterator[str]:
    """What was seen, as lines: verdict, expectations, latency by phase, certificate."""
    from controller.decisions.assess import milliseconds

    yield paint(f"{name} is {health}", _COLOURS[health]) + (f": {reason}" if reason else "")
    yield f"  {target(monitor)}" + (f" ({seen.values['ip']})" if seen.values.get("ip") else "")
    judged = list(verdicts(monitor, seen))
    if judged:
        yield ""
        yield from _marked(judged)
    yield ""
    yield f"  latency {milliseconds(seen.latency)}"
    yield from rows(_bars(seen), indent="    ")
    if certificate := seen.values.get("certificate"):
        yield f"  certificate of {certificate['subject']}, by {certificate['issuer']}"
        yield f"    valid for {_days(certificate['validFor'])} more"


def target(monitor: "Monitor") -> str:
    """What a monitor looks at, as written: secrets stay `${secret.X}`."""
    if monitor.http:
        return f"{monitor.http.method} {monitor.http.url}"
    return f"tcp {monitor.tcp.host}:{monitor.tcp.port}" if monitor.tcp else monitor.probe


def verdicts(monitor: "Monitor", seen: "Seen") -> Iterator[tuple[bool, bool, str, str]]:
    """Each expectation: met or not, whether not met is only degraded, what was wanted, what was seen."""
    from controller.decisions.assess import compile_expectations

    if seen.failure is not None:
        return
    compiled = compile_expectations(monitor)
    for only_degraded, labels, checks in (
        (False, _expected(monitor), compiled.expect),
        (True, _fully(monitor), compiled.degraded),
    ):
        for (wanted, actual), check in zip(labels, checks, strict=True):
            why = check(seen)
            yield why is None, only_degraded, wanted, actual(seen) or why or ""


def as_json(name: str, monitor: "Monitor", seen: "Seen", health: "Health", reason: str | None) -> dict[str, Any]:
    """The result as plain JSON; spans of time are in milliseconds."""
    return {
        "monitor": name,
        "target": target(monitor),
        "health": str(health),
        "reason": reason,
        "latency": _ms(seen.latency),
        "phases": {phase: _ms(span) for phase, span in seen.phases.items()},
        "expectations": [
            {"wanted": wanted, "seen": actual, "met": met, "unmet_means": "degraded" if only_degraded else "down"}
            for met, only_degraded, wanted, actual in verdicts(monitor, seen)
        ],
    }


_Label = tuple[str, Callable[["Seen"], str]]


def _expected(monitor: "Monitor") -> list[_Label]:
    """The words for each check, in the order in which `compile_expectations` makes them."""
    from specs.fields import format_duration

    wanted, labels = monitor.expect, list[_Label]()
    if monitor.http:
        labels.append((f"status {' or '.join(wanted.status or ['2xx'])}", lambda seen: str(seen.values["status"])))
    if wanted.latency is not None:
        labels.append((f"latency at most {format_duration(wanted.latency)}", _latency))
    if body := wanted.body:
        if body.contains is not None:
            labels.append((f"body contains “{body.contains}”", _size))
        if body.excludes is not None:
            labels.append((f"body without “{body.excludes}”", _size))
        if body.matches is not None:
            labels.append((f"body matches “{body.matches}”", _size))
    if wanted.certificate:
        labels.append((f"certificate valid for {format_duration(wanted.certificate.valid_for)}", _certificate))
    return labels + [(text, _left_side(text, monitor.probe)) for text in wanted.that]


def _fully(monitor: "Monitor") -> list[_Label]:
    from specs.fields import format_duration

    if not monitor.degraded:
        return []
    latency = monitor.degraded.latency
    labels: list[_Label] = [(f"latency at most {format_duration(latency)}", _latency)] if latency is not None else []
    return labels + [(text, _left_side(text, monitor.probe)) for text in monitor.degraded.that]


def _left_side(text: str, probe: str) -> Callable[["Seen"], str]:
    """What shows the value of the part of a CEL condition that stands before its comparison."""
    from specs.conditions import compile_condition

    left = compile_condition(text, probe).left

    def actual(seen: "Seen") -> str:
        if left is None:
            return ""
        result = left[1].eval(data=seen.values)
        return "" if result.type().name() == "ERROR" else _plain(result.plain_value())

    return actual


def _plain(value: Any) -> str:
    from controller.decisions.assess import milliseconds

    if isinstance(value, timedelta):
        return milliseconds(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def _latency(seen: "Seen") -> str:
    from controller.decisions.assess import milliseconds

    return milliseconds(seen.latency)


def _size(seen: "Seen") -> str:
    return f"{len(seen.values['body']):,} characters of body"


def _certificate(seen: "Seen") -> str:
    certificate = seen.values.get("certificate")
    return _days(certificate["validFor"]) if certificate else "no certificate"


def _days(span: timedelta) -> str:
    return f"{span.total_seconds() / 86400:.1f} days"


def _ms(span: timedelta) -> float:
    return round(span.total_seconds() * 1000, 3)


def _marked(judged: list[tuple[bool, bool, str, str]]) -> Iterator[str]:
    lines = rows((wanted, actual) for _, _, wanted, actual in judged)
    for (met, only_degraded, _, _), line in zip(judged, lines, strict=True):
        mark = paint("✓", "green") if met else paint("✗", "yellow" if only_degraded else "red")
        yield f"  {mark}{line[1:]}"


def _bars(seen: "Seen") -> Iterator[tuple[str, str]]:
    """Each phase with its time and a bar of its share."""
    from controller.decisions.assess import milliseconds

    whole = sum(span.total_seconds() for span in seen.phases.values())
    for phase, span in seen.phases.items():
        if span:  # what did not happen, such as TLS over plain HTTP, took no time
            bar = "▇" * round(_BAR * span.total_seconds() / whole)
            yield _PHASES.get(phase, phase), f"{milliseconds(span):>8}  {bar}"
