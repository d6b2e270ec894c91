"""RuleTest: the unit test of an alert rule."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import Duration, Labels, Model, Name, Text
from specs.instants import Instant
from specs.match import Match
from specs.series import parse_series
from specs.shapes import exactly_one
from specs.tree import Path


def _check_series(text: str) -> str:
    parse_series(text)
    return text


Series = Annotated[
    str,
    Field(max_length=10_000),
    AfterValidator(_check_series),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 10_000,
            "pattern": r"^\s*(up|degraded|down|unknown|missed)",
            "examples": ["up x3 down(timeout) x9 up x5"],
        }
    ),
]
State = Literal["inactive", "pending", "firing", "resolved"]


class Given(Model):
    """What a monitor sees."""

    monitor: Name = Field(description="Which monitor.", examples=["checkout"])
    results: Series | None = Field(default=None, description="Its results, one for each check, in every region.")
    regions: Annotated[dict[Name, Series], Field(min_length=1)] | None = Field(
        default=None, description="Its results by region.", examples=[{"eu": "up x3 down x9", "us": "up x12"}]
    )
    labels: Labels | None = Field(default=None, description="Other labels than the monitor has.")

    @model_validator(mode="after")
    def _one_kind(self) -> "Given":
        if (self.results is None) == (self.regions is None):
            raise ValueError("the monitor's results are said once|write either `results` or `regions`")
        return self


class Quiet(Model):
    """A silence or a maintenance during the test, counted from its start."""

    kind: Literal["silence", "maintenance"] = Field(description="Which of the two.")
    match: Match = Field(default=Match(), description="Which monitors.")
    from_: Duration = Field(default=timedelta(0), alias="from", description="From when.", examples=["2m"])
    until: Duration = Field(description="Until when.", examples=["10m"])


class Expectation(Model):
    """What must hold, at a moment or over the whole test."""

    model_config = {"json_schema_extra": exactly_one("at", "firesWithin", "resolvesWithin", "never", "notifications")}

    rule: Name | None = Field(default=None, description="Which rule; the test's own when left out.")
    monitor: Name | None = Field(default=None, description="Which monitor; any when left out.")
    at: Duration | None = Field(default=None, description="At this moment, counted from the start.", examples=["2m"])
    state: State | None = Field(default=None, description="The alert is so, at that moment.")
    fires_within: Duration | None = Field(default=None, description="It fires within this time.", examples=["3m30s"])
    resolves_within: Duration | None = Field(default=None, description="It resolves within this time.")
    never: Literal["pending", "firing"] | None = Field(default=None, description="It is never so.")
    notifications: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="So many messages go out in all."
    )
    notified: list[Name] | None = Field(
        default=None,
        description="Exactly these channels have been told, by that moment or at all.",
        examples=[["oncall"]],
    )
    incident: Literal["open", "resolved", "none"] | None = Field(default=None, description="There is such an incident.")
    page: dict[Text, Text] | None = Field(
        default=None, description="Components, and what a page shows of them.", examples=[{"Checkout": "majorOutage"}]
    )

    @model_validator(mode="after")
    def _one_moment(self) -> "Expectation":
        moments = [self.at, self.fires_within, self.resolves_within, self.never, self.notifications]
        if sum(one is not None for one in moments) != 1:
            raise ValueError(
                "an expectation says one thing|write one of `at`, `firesWithin`, `resolvesWithin`, `never` and `notifications`"
            )
        if self.at is not None and all(one is None for one in (self.state, self.notified, self.incident, self.page)):
            raise ValueError("`at` does not say what must hold then|add `state`, `notified`, `incident` or `page`")
        return self


class RuleTest(Model):
    """The unit test of an alert rule: results in, alerts and messages out, by the evaluator that runs in production."""

    rule: Name | None = Field(default=None, description="The rule under test.", examples=["critical-is-down"])
    start: Instant | None = Field(default=None, description="When the test begins, for schedules and times of day.")
    every: Duration | None = Field(default=None, description="Time between results; the monitor's own when left out.")
    given: Annotated[list[Given], Field(min_length=1, max_length=200)] = Field(
        description="What monitors see.",
        examples=[[{"monitor": "checkout", "results": "up x3 down(timeout) x9 up x5"}]],
    )
    quiet: Annotated[list[Quiet], Field(max_length=50)] | None = Field(
        default=None, description="Silences and maintenance during the test."
    )
    expect: Annotated[list[Expectation], Field(min_length=1, max_length=1000)] = Field(
        description="What must hold.", examples=[[{"at": "2m", "state": "pending"}, {"firesWithin": "3m30s"}]]
    )

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        if self.rule:
            yield ("spec", "rule"), "AlertRule", self.rule
        for index, one in enumerate(self.given):
            yield ("spec", "given", index, "monitor"), "Monitor", one.monitor
        for at, quiet in enumerate(self.quiet or ()):
            yield from quiet.match.named("spec", "quiet", at, "match")
        for at, wanted in enumerate(self.expect):
            if wanted.rule:
                yield ("spec", "expect", at, "rule"), "AlertRule", wanted.rule
            if wanted.monitor:
                yield ("spec", "expect", at, "monitor"), "Monitor", wanted.monitor
            for index, name in enumerate(wanted.notified or ()):
                yield ("spec", "expect", at, "notified", index), "Channel", name
