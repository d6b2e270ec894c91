"""AlertRule: when somebody should be told, and on which channels."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.fields import Duration, Labels, Model, Name


class Match(Model):
    """Which monitors the rule watches; with labels and names, those that meet both."""

    labels: Labels = Field(
        default={}, description="Labels a monitor must have, all of them.", examples=[{"tier": "critical"}]
    )
    monitors: list[Name] = Field(default=[], description="Monitors by name.", examples=[["checkout"]])


class Down(Model):
    """Fires while a monitor is down."""

    for_: Duration = Field(
        default=timedelta(0),
        alias="for",
        description="How long it must have been down. Counted from the confirmed change.",
        examples=["2m"],
    )


class AlertRule(Model):
    """When somebody should be told, and on which channels."""

    match: Match = Field(default=Match(), description="Which monitors; all of the workspace when left out.")
    down: Down | None = Field(default=None, description="Fires while a monitor is down.")
    severity: Literal["info", "warning", "critical"] = Field(default="critical", description="How bad it is.")
    notify: Annotated[list[Name], Field(min_length=1)] = Field(
        description="Channels to tell, when it fires and when it resolves.", examples=[["oncall-email"]]
    )
    summary: str | None = Field(default=None, max_length=500, description="One line for the message.")
    runbook: str | None = Field(default=None, max_length=2000, description="Where to read what to do.")

    @model_validator(mode="after")
    def _one_condition(self) -> "AlertRule":
        if self.down is None:
            raise ValueError("the rule has no condition|add `down: {for: 2m}`")
        return self

    def watches(self, name: str, labels: dict[str, str]) -> bool:
        """Whether a monitor of this name and these labels is one the rule is about."""
        if self.match.monitors and name not in self.match.monitors:
            return False
        return all(labels.get(key) == value for key, value in self.match.labels.items())
