"""Route: who is told about which alerts, and how often; a tree, as Alertmanager's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from specs.fields import Duration, Labels, Model, Name, Text, TimeZone
from specs.match import Match
from specs.tree import Path

_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"
Clock = Annotated[str, Field(pattern=_TIME, examples=["09:00"])]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Interval(Model):
    """Times of the week."""

    days: Annotated[list[Weekday], Field(min_length=1)] | None = Field(
        default=None, description="On which days; every day when left out.", examples=[["saturday", "sunday"]]
    )
    from_: Clock = Field(default="00:00", alias="from", description="From this time of day.")
    until: Clock = Field(default="24:00", description="Until this time; earlier than `from` means the next day.")
    timezone: TimeZone = Field(default="UTC", description="Whose clock.")


class Group(Model):
    """Which alerts make one message, and when it goes out."""

    by: Annotated[list[Text], Field(max_length=20)] | None = Field(
        default=None, description="Labels that alerts of one message have in common.", examples=[["team", "region"]]
    )
    wait: Duration = Field(default=timedelta(seconds=30), description="How long the first waits for others.")
    interval: Duration = Field(default=timedelta(minutes=5), description="How long news of a group wait.")
    repeat: Duration = Field(default=timedelta(hours=4), description="When it is said again while nothing changes.")


class Branch(Model):
    """A branch of the tree."""

    match: Match | None = Field(default=None, description="Which monitors' alerts; all when left out.")
    severity: Annotated[list[Literal["info", "warning", "critical"]], Field(min_length=1)] | None = Field(
        default=None, description="Which severities; all when left out.", examples=[["critical"]]
    )
    alert_labels: Labels | None = Field(
        default=None, description="Labels that the rule gives its alerts.", examples=[{"team": "payments"}]
    )
    notify: list[Name] | None = Field(default=None, description="Channels to tell.", examples=[["oncall"]])
    escalate: Name | None = Field(default=None, description="An Escalation to start.", examples=["payments"])
    group: Group | None = Field(default=None, description="How alerts are grouped; as above when left out.")
    continue_: bool = Field(default=False, alias="continue", description="Go on with the next branch after this.")
    active_during: Annotated[list[Interval], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Only at these times."
    )
    mute_during: Annotated[list[Interval], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Never at these times."
    )
    routes: "Annotated[list[Branch], Field(min_length=1, max_length=200)] | None" = Field(
        default=None, description="Branches; the first that fits is taken."
    )


class Inhibit(Model):
    """While one alert fires, others are not told."""

    source: Match = Field(
        description="While alerts of these monitors fire …", examples=[{"labels": {"role": "gateway"}}]
    )
    target: Match = Field(description="… those of these are not told.", examples=[{"labels": {"role": "backend"}}])
    equal: Annotated[list[Text], Field(max_length=20)] = Field(
        default=[], description="Only where both have the same value of these labels.", examples=[["region"]]
    )


class Route(Branch):
    """Who is told about which alerts, and how often: a tree, and this its root."""

    inhibit: Annotated[list[Inhibit], Field(max_length=200)] | None = Field(
        default=None, description="What is not told while something else is."
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Route":
        if self.notify is None and self.escalate is None and self.routes is None:
            raise ValueError("the route leads nowhere|add `notify`, `escalate` or `routes`")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What the tree names: path, kind and name."""
        waiting: list[tuple[Path, Branch]] = [(("spec",), self)]
        while waiting:
            at, branch = waiting.pop()
            yield from _named(at, branch)
            waiting += [((*at, "routes", index), one) for index, one in enumerate(branch.routes or ())]
        for index, one in enumerate(self.inhibit or ()):
            yield from one.source.named("spec", "inhibit", index, "source")
            yield from one.target.named("spec", "inhibit", index, "target")


def _named(at: Path, branch: Branch) -> Iterator[Any]:
    for index, name in enumerate(branch.notify or ()):
        yield (*at, "notify", index), "Channel", name
    if branch.escalate:
        yield (*at, "escalate"), "Escalation", branch.escalate
    if branch.match:
        yield from branch.match.named(*at, "match")
