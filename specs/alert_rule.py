"""AlertRule: when somebody should be told, and on which channels."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from specs.expect import Conditions
from specs.fields import Duration, Labels, Model, Name, at_least
from specs.match import Match
from specs.shapes import exactly_one
from specs.tree import Path

__all__ = ["CONDITIONS", "AlertRule", "Match"]

TEMPLATE_NAMES = (
    "monitor", "workspace", "labels", "severity", "reason", "since", "value", "rule", "runbook", "url", "region", "status",
)  # fmt: skip


def _check_template(text: str) -> str:
    if "{" not in text:
        return text
    # imported where it is needed: few rules have templates, and every command would wait for it
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment()
    try:
        used = meta.find_undeclared_variables(environment.parse(text))
    except TemplateSyntaxError as error:
        raise ValueError(
            f"`{{name}}` is not a template: {error.message}|close what is open, or write `{{{{ '{{{{' }}}}`"
        ) from None
    except RecursionError:
        raise ValueError("`{name}` is nested too deeply|say it more simply") from None
    unknown = sorted(used - set(TEMPLATE_NAMES))
    if unknown:
        raise ValueError(f"a message knows no `{unknown[0]}`|it knows {', '.join(TEMPLATE_NAMES)}")
    return text


Template = Annotated[str, AfterValidator(_check_template)]
_SHORTEST = timedelta(minutes=1)


class For(Model):
    """Fires while it lasts."""

    for_: Duration = Field(
        default=timedelta(0),
        alias="for",
        description="How long it must have lasted. Counted from the confirmed change.",
        examples=["2m"],
    )


class Down(For):
    """Fires while a monitor is down."""


class Degraded(For):
    """Fires while a monitor is degraded."""


class Silent(For):
    """Fires while nothing is known about a monitor: no observations arrive, or all are unknown."""


class Failures(Model):
    """Fires when too many checks failed lately, in a row or not."""

    count: Annotated[int, Field(ge=1, le=10_000)] = Field(description="How many failed checks.", examples=[3])
    within: Annotated[Duration, at_least(_SHORTEST)] = Field(description="Within how long.", examples=["10m"])


class Latency(Model):
    """Fires while a percentile of the latency is too high."""

    percentile: Annotated[int, Field(ge=1, le=100)] = Field(default=95, description="Which percentile.", examples=[99])
    above: Duration = Field(description="Above which latency.", examples=["800ms"])
    over: Annotated[Duration, at_least(_SHORTEST)] = Field(
        default=timedelta(minutes=10), description="Of the checks within this time.", examples=["10m"]
    )


class ValidFor(Model):
    """Fires when too little time is left."""

    valid_for: Duration = Field(description="How long it must still be valid.", examples=["14d"])


class Uptime(Model):
    """Fires while the uptime over a window is too low."""

    below: Annotated[float, Field(gt=0, le=100)] = Field(description="Percent.", examples=[99.9])
    over: Annotated[Duration, at_least(timedelta(hours=1))] = Field(description="Over which window.", examples=["30d"])


class Window(Model):
    """Two windows over which the budget must burn too fast."""

    long: Duration = Field(description="The long window.", examples=["1h"])
    short: Duration = Field(
        description="The short window, which ends the alert soon after the burning.", examples=["5m"]
    )
    rate: Annotated[float, Field(gt=0, le=1000)] = Field(
        description="How many times faster than the budget allows.", examples=[14.4]
    )


class Burn(Model):
    """Fires while an SLO's error budget burns too fast.

    The windows are those of the SRE Workbook, chapter 5: 14.4 over 1h and 5m, 6 over 6h and 30m, 3 over 1d and 2h,
    1 over 3d and 6h.
    """

    slo: Name = Field(description="Whose budget.", examples=["checkout-availability"])
    windows: Annotated[list[Window], Field(min_length=1, max_length=10)] | None = Field(
        default=None, description="Other windows.", examples=[[{"long": "1h", "short": "5m", "rate": 14.4}]]
    )


class Anomaly(Model):
    """Fires while the latency is far from what this hour of the week usually has."""

    sensitivity: Annotated[float, Field(ge=1, le=20)] = Field(
        default=4.0, description="How many robust deviations from the usual; higher is calmer.", examples=[4.0]
    )
    for_: Duration = Field(
        default=timedelta(minutes=10), alias="for", description="How long it must have lasted.", examples=["10m"]
    )


CONDITIONS = (
    "down", "degraded", "silent", "failures", "latency", "certificate", "domain", "uptime", "burn", "anomaly", "that",
)  # fmt: skip


class AlertRule(Model):
    """When somebody should be told, and on which channels."""

    model_config = {"json_schema_extra": exactly_one(*CONDITIONS)}

    match: Match = Field(default=Match(), description="Which monitors; all of the workspace when left out.")
    down: Down | None = Field(default=None, description="Fires while a monitor is down.")
    degraded: Degraded | None = Field(default=None, description="Fires while a monitor is degraded.")
    silent: Silent | None = Field(default=None, description="Fires while nothing is known about a monitor.")
    failures: Failures | None = Field(default=None, description="Fires when too many checks failed lately.")
    latency: Latency | None = Field(default=None, description="Fires while it is too slow.")
    certificate: ValidFor | None = Field(default=None, description="Fires when a certificate runs out.")
    domain: ValidFor | None = Field(default=None, description="Fires when a registration runs out.")
    uptime: Uptime | None = Field(default=None, description="Fires while the uptime is too low.")
    burn: Burn | None = Field(default=None, description="Fires while an error budget burns too fast.")
    anomaly: Anomaly | None = Field(default=None, description="Fires while the latency is unusual.")
    that: Conditions | None = Field(
        default=None,
        description="CEL expressions over `uptime`, `failures`, `checks`, `p50`, `p95` and `p99` of the last hour; "
        "fires while all are true.",
        examples=[["uptime < 99.0 && p95 > duration('1s')"]],
    )
    severity: Literal["info", "warning", "critical"] = Field(default="critical", description="How bad it is.")
    notify: list[Name] = Field(
        default=[],
        description="Channels to tell, when it fires and when it resolves; the routes choose when left out.",
        examples=[["oncall-email"]],
    )
    labels: Labels | None = Field(
        default=None, description="Labels of its alerts, for routes.", examples=[{"team": "payments"}]
    )
    summary: Annotated[Template, Field(max_length=500)] | None = Field(
        default=None, description="One line for the message.", examples=["{{ monitor }} is down: {{ reason }}"]
    )
    description: Annotated[Template, Field(max_length=5000)] | None = Field(
        default=None, description="More lines for the message."
    )
    runbook: str | None = Field(default=None, max_length=2000, description="Where to read what to do.")

    @model_validator(mode="after")
    def _one_condition(self) -> "AlertRule":
        found = [key for key in CONDITIONS if getattr(self, key) is not None]
        if not found:
            raise ValueError("the rule has no condition|add `down: {for: 2m}`")
        if len(found) > 1:
            raise ValueError(
                f"a rule has one condition, but this has `{found[0]}` and `{found[1]}`|make two rules of it"
            )
        if self.anomaly is not None and self.severity == "critical" and "severity" in self.model_fields_set:
            raise ValueError("`severity` of an anomaly is at most `warning`|write `severity: warning`")
        return self

    @property
    def condition(self) -> str:
        """The key of its one condition, such as `down`."""
        return next(key for key in CONDITIONS if getattr(self, key) is not None)

    def watches(self, name: str, labels: dict[str, str]) -> bool:
        """Whether a monitor of this name and these labels is one the rule is about."""
        return self.match.holds(name, labels)

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for index, name in enumerate(self.notify):
            yield ("spec", "notify", index), "Channel", name
        yield from self.match.named("spec", "match")
        if self.burn:
            yield ("spec", "burn", "slo"), "SLO", self.burn.slo
