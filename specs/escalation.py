"""Escalation: who is told next, when nobody acknowledges."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from specs.fields import Duration, Model, Name, at_least
from specs.tree import Path


class Step(Model):
    """Who is told, and how long they have."""

    notify: Annotated[list[Name], Field(min_length=1)] | None = Field(
        default=None, description="Channels to tell.", examples=[["oncall-sms"]]
    )
    on_call: Annotated[list[Name], Field(min_length=1)] | None = Field(
        default=None, description="Schedules; who is on call is told on their channels.", examples=[["payments"]]
    )
    wait: Annotated[Duration, at_least(timedelta(seconds=10))] = Field(
        default=timedelta(minutes=5), description="How long until the next step, unless somebody acknowledges."
    )
    round_robin: bool = Field(default=False, description="Tell one of them in turn, rather than all.")

    @model_validator(mode="after")
    def _tells_somebody(self) -> "Step":
        if self.notify is None and self.on_call is None:
            raise ValueError("the step tells nobody|add `notify` or `onCall`")
        return self


class Escalation(Model):
    """Who is told next, when nobody acknowledges."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=50)] = Field(
        description="In order.", examples=[[{"onCall": ["payments"], "wait": "5m"}, {"notify": ["everybody"]}]]
    )
    repeat: Annotated[int, Field(ge=0, le=100)] = Field(default=0, description="How often to begin anew at the end.")
    remind_every: Annotated[Duration, at_least(timedelta(minutes=1))] | None = Field(
        default=None, description="Remind who acknowledged, while it is still wrong.", examples=["1h"]
    )

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for at, step in enumerate(self.steps):
            for index, name in enumerate(step.notify or ()):
                yield ("spec", "steps", at, "notify", index), "Channel", name
            for index, name in enumerate(step.on_call or ()):
                yield ("spec", "steps", at, "onCall", index), "Schedule", name
