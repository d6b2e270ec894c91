"""The merged whole: what is written correctly, and still leaves a hole through which an outage slips.

Each finding is a warning; `wakeful.dev/ignore: <code>` on a resource says that it is meant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from specs.alert_rule import AlertRule
from specs.channel import SECRET_FIELDS, Channel
from specs.config import Config, Retention
from specs.diagnostics import Diagnostic, Severity, did_you_mean
from specs.draft import Draft, finding
from specs.fields import format_duration
from specs.match import Match
from specs.monitor import Monitor
from specs.references import references
from specs.resource import Key, Resource
from specs.schedule import Schedule, gaps
from specs.status_page import StatusPage
from specs.tree import Path
from specs.workspace import Workspace

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


def regions_that_are_not_declared(whole: Whole) -> Iterator[Diagnostic]:
    """Once the Config declares regions, another is a slip of the pen: no worker will ever answer for it."""
    declared = whole.config.regions
    for resource in whole.of("Monitor") if declared else ():
        for index, name in enumerate(_monitor(resource).regions):
            if name not in (declared or ()):
                hint = did_you_mean(name, declared or ()) or "declare it in `regions` of the Config"
                message = f"there is no region `{name}`"
                yield finding(whole.drafts[resource.key], "region", message, ("spec", "regions", index), hint)


def limits_of_workspaces(whole: Whole) -> Iterator[Diagnostic]:
    """A workspace holds no more than its limits allow."""
    for resource in whole.of("Workspace"):
        workspace = resource.model
        if not isinstance(workspace, Workspace) or workspace.limits is None:
            continue
        limits = workspace.limits
        inside = [one for one in whole.of("Monitor") if one.workspace == resource.workspace]
        if limits.monitors is not None and len(inside) > limits.monitors:
            message = f"the workspace has {len(inside)} monitors, and its limit is {limits.monitors}"
            path: Path = ("spec", "limits", "monitors")
            yield finding(whole.drafts[resource.key], "limit", message, path, "raise the limit, or remove monitors")
        for one in inside:
            monitor = _monitor(one)
            if limits.every is not None and monitor.every < limits.every:
                least = format_duration(limits.every)
                message = f"`every` is {format_duration(monitor.every)}, and the limit of the workspace is {least}"
                yield finding(whole.drafts[one.key], "limit", message, ("spec", "every"), f"write `every: {least}`")
            for index, name in enumerate(monitor.regions):
                if limits.regions is not None and name not in limits.regions:
                    message = f"the workspace may not use the region `{name}`"
                    hint = f"it may use {', '.join(limits.regions)}"
                    yield finding(whole.drafts[one.key], "limit", message, ("spec", "regions", index), hint)


def rules_that_never_fire(whole: Whole) -> Iterator[Diagnostic]:
    """A rule whose condition none of its monitors can ever meet."""
    kept = (whole.config.retention or Retention()).observations
    for resource in whole.of("AlertRule"):
        rule, monitors = _rule(resource), whole.watched[resource.key]
        condition = getattr(rule, rule.condition)
        lasting = (
            getattr(condition, "for_", None) or getattr(condition, "over", None) or getattr(condition, "within", None)
        )
        path: Path = ("spec", rule.condition)
        if lasting is not None and lasting > kept:
            message = f"{format_duration(lasting)} is longer than observations are kept ({format_duration(kept)}), so the rule never fires"
            yield whole.warn(
                resource, "never-fires", message, path, "shorten it, or keep observations longer", key=True
            )
        if not monitors:
            continue
        models = [_monitor(one) for one in monitors]
        if rule.condition == "certificate" and not any(_has_certificate(one) for one in models):
            message = "none of its monitors has a certificate, so the rule never fires"
            yield whole.warn(resource, "never-fires", message, path, "match monitors that use TLS", key=True)
        if rule.condition == "domain" and not any(one.domain for one in models):
            message = "none of its monitors watches a registration, so the rule never fires"
            yield whole.warn(resource, "never-fires", message, path, "match `domain` monitors", key=True)
        if rule.latency and all(rule.latency.above >= one.timeout for one in models):
            message = f"{format_duration(rule.latency.above)} is never reached: the checks give up before, so the rule never fires"
            yield whole.warn(
                resource, "never-fires", message, ("spec", "latency", "above"), "write less than the `timeout`"
            )
        if rule.failures and all(rule.failures.within < rule.failures.count * one.every for one in models):
            message = f"there are never {rule.failures.count} checks within {format_duration(rule.failures.within)}, so the rule never fires"
            yield whole.warn(resource, "never-fires", message, path, "raise `within`, or lower `count`", key=True)


def components_fed_by_nothing(whole: Whole) -> Iterator[Diagnostic]:
    """A component whose labels match no monitor is unknown for ever."""
    for resource in whole.of("StatusPage"):
        page = resource.model
        for index, component in enumerate(page.components if isinstance(page, StatusPage) else ()):
            match = component.match
            if match and not any(
                one.workspace == resource.workspace and match.holds(one.name, one.labels) for one in whole.of("Monitor")
            ):
                message = f"no monitor feeds the component {component.name}"
                yield whole.warn(
                    resource,
                    "feeds-nothing",
                    message,
                    ("spec", "components", index, "match"),
                    "check the labels",
                    key=True,
                )


def selectors_that_match_nothing(whole: Whole) -> Iterator[Diagnostic]:
    """Labels of an SLO, a silence, a maintenance or a composite that no monitor has."""
    for resource in whole.resources.values():
        model = resource.model
        match = getattr(model, "match", None) if resource.kind in ("SLO", "Silence", "Maintenance", "Route") else None
        path: Path = ("spec", "match")
        if isinstance(model, Monitor) and model.composite and model.composite.labels:
            match, path = Match(labels=model.composite.labels), ("spec", "composite", "labels")
        if isinstance(match, Match) and (match.labels or match.expressions):
            near = (one for one in whole.of("Monitor") if one.workspace == resource.workspace and one is not resource)
            if not any(match.holds(one.name, one.labels) for one in near):
                message = f"no monitor is matched, so this {resource.kind} is about nothing"
                yield whole.warn(resource, "watches-nothing", message, path, "check the labels", key=True)


def secrets_that_stand_in_git(whole: Whole) -> Iterator[Diagnostic]:
    """Whoever reads the repository can use what should be a secret."""
    for resource in whole.of("Channel"):
        channel = resource.model
        if not isinstance(channel, Channel):
            continue
        said = resource.spec[channel.type]
        for key in SECRET_FIELDS.get(channel.type, ()):
            value = said.get(key)
            text = " ".join(value) if isinstance(value, list) else value
            if text and "${secret." not in text:
                message = f"`{key}` stands in git as it is, for everybody who reads the repository"
                hint = (
                    f"write `${{secret.{resource.name.upper().replace('-', '_')}}}`, and set it where the workers run"
                )
                yield whole.warn(resource, "plain-secret", message, ("spec", channel.type, key), hint)


def schedules_with_gaps(whole: Whole) -> Iterator[Diagnostic]:
    """Where an escalation relies on a schedule, somebody must always be on call."""
    relied = {
        name: resource
        for resource in whole.of("Escalation")
        for _, kind, name in references(resource)
        if kind == "Schedule"
    }
    for resource in whole.of("Schedule"):
        schedule = resource.model
        if not isinstance(schedule, Schedule) or resource.name not in relied:
            continue
        # Two weeks from the day on which every layer has begun show what repeats, without asking what time it is.
        start = max(layer.start for layer in schedule.layers)
        found = gaps(schedule, start, start + timedelta(days=14))
        if found:
            begin, end = (at.astimezone(ZoneInfo(schedule.timezone)) for at in found[0])
            message = (
                f"nobody is on call from {begin:%A %H:%M} to {end:%A %H:%M}, "
                f"and `{relied[resource.name].name}` relies on it ({len(found)} gaps in two weeks)"
            )
            yield whole.warn(
                resource, "gap", message, ("spec", "layers"), "add a layer without `during` below the others", key=True
            )


def _has_certificate(monitor: Monitor) -> bool:
    if monitor.http:
        return not monitor.http.url.startswith("http:")
    return monitor.probe in ("tls", "starttls", "websocket", "grpc", "smtp", "steps", "browser")


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
    regions_that_are_not_declared,
    limits_of_workspaces,
    rules_that_never_fire,
    components_fed_by_nothing,
    selectors_that_match_nothing,
    secrets_that_stand_in_git,
    schedules_with_gaps,
)
