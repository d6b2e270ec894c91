"""What a change means: how soon an outage is seen, how many checks a day, who is no longer told."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from controller.decisions.plan import Create, Delete, Live, Plan, Update
from controller.decisions.running import not_running
from specs.alert_rule import AlertRule
from specs.fields import Model, format_duration
from specs.monitor import Monitor
from specs.resource import Resource
from specs.status_page import StatusPage
from specs.variables import secrets_in

_DAY = timedelta(days=1)
_SHOWN = 5


def detection(monitor: Monitor) -> timedelta:
    """The longest from the beginning of an outage until it is confirmed, in one region.

    The outage may begin right after a look; then `confirm.down` looks must fail, the last as late as its timeout.
    A heartbeat is looked at as often, and is overdue only after its period and grace.
    """
    waiting = monitor.every * monitor.confirm.down
    if monitor.heartbeat:
        return waiting + (monitor.heartbeat.period or _DAY) + monitor.heartbeat.grace
    return waiting + monitor.timeout


def checks_per_day(monitor: Monitor) -> int:
    """How many looks a day, in all its regions."""
    return round(_DAY / monitor.every) * len(monitor.regions)


def of_change(change: Create | Update | Delete) -> list[str]:
    """What one change means, a sentence's part each; nothing where it is plain from the fields."""
    old = None if isinstance(change, Create) else change.live.model
    new = None if isinstance(change, Delete) else change.resource.model
    found = list(_said(old, new, change))
    if not isinstance(change, Delete) and (missing := not_running(change.resource.kind, change.resource.spec)):
        found.append(f"stored, but not running yet: {missing}")
    return found


def _said(old: Model | None, new: Model | None, change: Create | Update | Delete) -> Iterator[str]:
    if isinstance(old, Monitor | None) and isinstance(new, Monitor | None) and (old or new):
        yield from _of_monitor(old, new)
    elif isinstance(old, AlertRule) and isinstance(new, AlertRule):
        yield from _of_rule(old, new)
    elif isinstance(old, StatusPage):
        yield from _of_page(old, new, change)
    elif isinstance(change, Delete) and change.live.kind == "Channel":
        yield "nobody is told by it any more"


def _of_monitor(old: Monitor | None, new: Monitor | None) -> Iterator[str]:
    if old is None and new is not None:
        yield f"worst-case detection {format_duration(detection(new))}, {_checks(checks_per_day(new))}"
    elif new is None and old is not None:
        yield f"{_checks(checks_per_day(old))} stop; its history is kept"
    elif old is not None and new is not None:
        if old.probe != new.probe:
            yield f"it is looked at by `{new.probe}` instead of `{old.probe}`; its history goes on"
        if detection(old) != detection(new):
            yield f"worst-case detection {format_duration(detection(old))} → {format_duration(detection(new))}"
        if checks_per_day(old) != checks_per_day(new):
            yield f"{checks_per_day(old):,} → {_checks(checks_per_day(new))}"
        added = sorted(set(new.depends_on) - set(old.depends_on))
        if added:
            yield f"while {_some(added)} is down, it is unknown and nobody is told about it"


def _checks(number: int) -> str:
    return f"{number:,} checks a day"


def _of_rule(old: AlertRule, new: AlertRule) -> Iterator[str]:
    if old.condition != new.condition:
        yield f"it fires on `{new.condition}` instead of `{old.condition}`"
    elif (before := _lasting(old)) != (after := _lasting(new)) and before is not None and after is not None:
        yield f"it fires {format_duration(before)} → {format_duration(after)} after the confirmed change"
    lost = sorted(set(old.notify) - set(new.notify))
    if lost:
        yield f"no longer tells {_some(lost)}"


def _lasting(rule: AlertRule) -> timedelta | None:
    found: timedelta | None = getattr(getattr(rule, rule.condition), "for_", None)
    return found


def _of_page(old: StatusPage, new: Model | None, change: Create | Update | Delete) -> Iterator[str]:
    name = change.live.name if not isinstance(change, Create) else change.resource.name
    if not isinstance(new, StatusPage) or isinstance(change, Create | Delete):
        yield f"the page /status/{old.slug or name} is gone"
        return
    before, after = old.slug or name, new.slug or change.resource.name
    if before != after:
        yield f"its address changes from /status/{before} to /status/{after}; the old one is gone"
    gone = [one.name for one in old.components if one.name not in {each.name for each in new.components}]
    if gone:
        yield f"{_some(gone)} {'leaves' if len(gone) == 1 else 'leave'} the page"
    if new.access is not None and old.access is None:
        yield "it is no longer public"


def of_whole(plan: Plan, wanted: Sequence[Resource], live: Sequence[Live]) -> list[str]:
    """What the changes mean together: checks per day, monitors that fall silent, secrets that are needed."""
    found = []
    before = sum(checks_per_day(model) for one in live if isinstance(model := one.model, Monitor))
    after = sum(checks_per_day(one.model) for one in wanted if isinstance(one.model, Monitor))
    after += sum(checks_per_day(model) for one in plan.kept if isinstance(model := one.model, Monitor))
    if before != after:
        found.append(f"checks a day: {before:,} → {after:,}")
    silent = silenced(wanted, live, plan.kept)
    if silent:
        found.append(f"nobody is told any more when {_some(silent)} {'is' if len(silent) == 1 else 'are'} down")
    gone = sum(one.live.kind == "Monitor" for one in plan.deletes)
    if gone:
        found.append(f"{gone} {'monitor is' if gone == 1 else 'monitors are'} no longer watched")
    needed = sorted(_secrets(one.spec for one in wanted) - _secrets(one.spec for one in live))
    if needed:
        found.append(f"workers need {'a new secret' if len(needed) == 1 else 'new secrets'}: {', '.join(needed)}")
    return found


def silenced(wanted: Sequence[Resource], live: Sequence[Live], kept: Sequence[Live] = ()) -> list[str]:
    """Monitors that stay, had an alert rule and would have none. `kept` are live and protected from deletion."""
    monitors = {one.key: one for one in wanted if one.kind == "Monitor"}
    before = Watchers([(one.workspace, rule) for one in live if isinstance(rule := one.model, AlertRule)])
    rules = [(one.workspace, one.model) for one in wanted if isinstance(one.model, AlertRule)]
    after = Watchers(rules + [(one.workspace, rule) for one in kept if isinstance(rule := one.model, AlertRule)])
    return [
        one.name
        for one in live
        if one.kind == "Monitor"
        and (new := monitors.get(one.key)) is not None
        and before.watch(one.workspace, one.name, one.labels)
        and not after.watch(new.workspace, new.name, new.labels)
    ]


class Watchers:
    """Rules by what they match, so that ten thousand monitors need not be tried with each of them."""

    def __init__(self, rules: Sequence[tuple[str, AlertRule]]) -> None:
        self._by: dict[tuple[str, ...], list[AlertRule]] = defaultdict(list)
        for workspace, rule in rules:
            for key in _handles(workspace, rule):
                self._by[key].append(rule)

    def watch(self, workspace: str, name: str, labels: Mapping[str, str]) -> bool:
        """Whether any rule watches a monitor."""
        keys: list[tuple[str, ...]] = [(workspace,), (workspace, name)]
        keys += [(workspace, label, value) for label, value in labels.items()]
        return any(rule.watches(name, dict(labels)) for key in keys for rule in self._by.get(key, ()))


def _handles(workspace: str, rule: AlertRule) -> list[tuple[str, ...]]:
    """What a monitor must at least have for the rule to watch it; one of them."""
    if rule.match.monitors:
        return [(workspace, name) for name in rule.match.monitors]
    if rule.match.labels:
        return [(workspace, *next(iter(rule.match.labels.items())))]
    return [(workspace,)]


def _secrets(specs: Iterable[dict[str, Any]]) -> set[str]:
    return {name for spec in specs if "${secret." in (text := json.dumps(spec)) for name in secrets_in(text)}


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
