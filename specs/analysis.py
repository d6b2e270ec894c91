"""The merged whole: what is written correctly, and still leaves a hole through which an outage slips.

Each finding is a warning; `wakeful.dev/ignore: <code>` on a resource says that it is meant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from specs.alert_rule import AlertRule
from specs.channel import Channel
from specs.config import Config
from specs.diagnostics import Diagnostic, Severity
from specs.draft import Draft, finding
from specs.fields import format_duration
from specs.monitor import Monitor
from specs.references import references
from specs.resource import Key, Resource
from specs.tree import Path

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Whole:
    """A repository without errors, seen from the questions that are asked of it."""

    resources: Mapping[Key, Resource]
    drafts: Mapping[Key, Draft]
    config: Config

    def of(self, kind: str) -> list[Resource]:
        """The resources of a kind."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Resource]]:
        found = defaultdict[str, list[Resource]](list)
        for resource in self.resources.values():
            found[resource.kind].append(resource)
        return found

    @cached_property
    def used(self) -> set[Key]:
        """What any resource refers to."""
        return {
            (kind, resource.workspace, name)
            for resource in self.resources.values()
            for _, kind, name in references(resource)
        }

    @cached_property
    def watchers(self) -> dict[Key, list[Resource]]:
        """Monitor → the rules that watch it; rules are found by one of their labels or names, not one by one."""
        by_name = defaultdict[tuple[str, str], list[Resource]](list)
        by_label = defaultdict[tuple[str, str, str], list[Resource]](list)
        every = defaultdict[str, list[Resource]](list)
        for resource in self.of("AlertRule"):
            match = _rule(resource).match
            if match.monitors:
                for name in match.monitors:
                    by_name[resource.workspace, name].append(resource)
            elif match.labels:
                label, value = next(iter(match.labels.items()))
                by_label[resource.workspace, label, value].append(resource)
            else:
                every[resource.workspace].append(resource)
        found = {}
        for one in self.of("Monitor"):
            near = [*every[one.workspace], *by_name[one.workspace, one.name]]
            near += [rule for item in one.labels.items() for rule in by_label[(one.workspace, *item)]]
            found[one.key] = [rule for rule in near if _rule(rule).watches(one.name, one.labels)]
        return found

    @cached_property
    def watched(self) -> dict[Key, list[Resource]]:
        """Rule → the monitors that it watches."""
        found = defaultdict[Key, list[Resource]](list)
        for key, rules in self.watchers.items():
            for rule in rules:
                found[rule.key].append(self.resources[key])
        return found

    def warn(
        self, resource: Resource, code: str, message: str, path: Path, hint: str, *, key: bool = False
    ) -> Diagnostic:
        """A warning at a path of a resource."""
        return finding(self.drafts[resource.key], code, message, path, hint, key=key, severity=Severity.WARNING)


def analyse(resources: Mapping[Key, Resource], drafts: Mapping[Key, Draft], config: Config) -> list[Diagnostic]:
    """Warnings about a repository without errors."""
    whole = Whole(resources, drafts, config)
    return [problem for question in QUESTIONS for problem in question(whole)]


def unwatched_monitors(whole: Whole) -> Iterator[Diagnostic]:
    """A monitor that no rule watches can be down without anybody being told."""
    if not whole.of("AlertRule"):
        return  # a repository that only feeds a status page; one that forgot its rules has channels without use
    for monitor in whole.of("Monitor"):
        if not whole.watchers[monitor.key]:
            message = f"no alert rule watches `{monitor.name}`, so nobody is told when it is down"
            hint = "give it labels that a rule matches, or say that it is meant: `wakeful.dev/ignore: unwatched`"
            yield whole.warn(monitor, "unwatched", message, ("metadata", "name"), hint)


def rules_that_tell_nobody(whole: Whole) -> Iterator[Diagnostic]:
    """A rule without channels needs a route in its workspace."""
    routed = {route.workspace for route in whole.of("Route")}
    for resource in whole.of("AlertRule"):
        if not _rule(resource).notify and resource.workspace not in routed:
            message = "the rule tells nobody: it has no `notify`, and the workspace has no Route"
            yield whole.warn(resource, "tells-nobody", message, ("spec",), "add `notify`, or a Route", key=True)


def channels_that_nothing_uses(whole: Whole) -> Iterator[Diagnostic]:
    """A channel that no rule, route, escalation or schedule names never gets a message."""
    for channel in whole.of("Channel"):
        if channel.key not in whole.used:
            message = f"nothing sends to the channel `{channel.name}`"
            hint = "name it in `notify` of a rule or route, or remove it"
            yield whole.warn(channel, "unused-channel", message, ("metadata", "name"), hint)


def limits_that_are_never_reached(whole: Whole) -> Iterator[Diagnostic]:
    """A latency limit that the timeout, or a stricter limit, always comes before."""
    for resource in whole.of("Monitor"):
        monitor = _monitor(resource)
        wanted, fully = monitor.expect.latency, monitor.degraded.latency if monitor.degraded else None
        if wanted is not None and wanted >= monitor.timeout:
            message = (
                f"`latency: {format_duration(wanted)}` is never reached: "
                f"the check gives up after {format_duration(monitor.timeout)}"
            )
            yield whole.warn(
                resource, "never-reached", message, ("spec", "expect", "latency"), "lower it, or raise `timeout`"
            )
        limit = min(one for one in (wanted, monitor.timeout) if one is not None)
        if fully is not None and fully >= limit:
            message = f"it is never degraded by latency: at {format_duration(limit)} it is down already"
            hint = f"write less than `{format_duration(limit)}`"
            yield whole.warn(resource, "never-reached", message, ("spec", "degraded", "latency"), hint)


def dependencies_that_hide(whole: Whole) -> Iterator[Diagnostic]:
    """While a dependency is down what depends on it is unknown, so the dependency itself must be watched."""
    for resource in whole.of("Monitor"):
        if not whole.watchers[resource.key]:
            continue
        for index, name in enumerate(_monitor(resource).depends_on):
            key = ("Monitor", resource.workspace, name)
            if key in whole.resources and not whole.watchers[key]:
                message = f"while `{name}` is down nobody is told about `{resource.name}`, and no rule watches `{name}`"
                hint = f"watch `{name}` with a rule, or remove the dependency"
                yield whole.warn(resource, "hidden", message, ("spec", "dependsOn", index), hint)


def alerts_that_take_the_way_that_broke(whole: Whole) -> Iterator[Diagnostic]:
    """A message about a server must not depend on that server alone."""
    ways = {resource.key: _way(resource) for resource in whole.of("Channel")}
    reported = set[Key]()
    for rule in whole.of("AlertRule"):
        channels = [("Channel", rule.workspace, name) for name in _rule(rule).notify]
        hosts = {ways.get(key) for key in channels}
        host = hosts.pop() if len(hosts) == 1 else None
        if host is None or host in _LOOPBACK:  # many things live on one machine while somebody tries Wakeful
            continue
        for monitor in whole.watched[rule.key]:
            if rule.key not in reported and host in _hosts(_monitor(monitor)):
                reported.add(rule.key)
                message = f"that `{monitor.name}` is down is told only by way of {host}, which is what it watches"
                hint = "add a channel that takes another way"
                yield whole.warn(rule, "same-way", message, ("spec", "notify"), hint, key=True)


def _way(resource: Resource) -> str | None:
    """The host that a message of a channel must pass, where it is the reader's own."""
    channel = resource.model
    if not isinstance(channel, Channel):
        return None
    if channel.email:
        return channel.email.host.lower()
    return _host_of(channel.webhook.url) if channel.webhook else None


def _hosts(monitor: Monitor) -> Iterable[str]:
    """The hosts that a monitor looks at."""
    probe = getattr(monitor, monitor.probe)
    for key in ("host", "server", "address"):
        if isinstance(host := getattr(probe, key, None), str):
            yield host.lower().split(":")[0]
    if isinstance(url := getattr(probe, "url", None), str) and (host := _host_of(url)):
        yield host


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _rule(resource: Resource) -> AlertRule:
    model = resource.model
    assert isinstance(model, AlertRule)
    return model


def _monitor(resource: Resource) -> Monitor:
    model = resource.model
    assert isinstance(model, Monitor)
    return model


QUESTIONS = (
    unwatched_monitors,
    rules_that_tell_nobody,
    channels_that_nothing_uses,
    limits_that_are_never_reached,
    dependencies_that_hide,
    alerts_that_take_the_way_that_broke,
)
