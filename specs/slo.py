"""SLO: how good is good enough, over which time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.fields import Duration, Model, TimeZone, at_least, at_most
from specs.match import Match
from specs.tree import Path


class Indicator(Model):
    """A check counts as good when it was fast enough, too."""

    latency: Duration = Field(description="Slower than this is bad.", examples=["300ms"])


class SLO(Model):
    """How good is good enough, over which time; what is left of that is the error budget."""

    objective: Annotated[float, Field(ge=50, lt=100)] = Field(
        description="Percent of the time that must be good.", examples=[99.9]
    )
    window: Annotated[Duration, at_least(timedelta(days=1)), at_most(timedelta(days=366))] | None = Field(
        default=None, description="A rolling window; or write `calendar`.", examples=["30d"]
    )
    calendar: Literal["week", "month", "quarter", "year"] | None = Field(
        default=None, description="A window of the calendar.", examples=["month"]
    )
    timezone: TimeZone = Field(default="UTC", description="Whose calendar.")
    match: Match = Field(description="Which monitors, together.", examples=[{"labels": {"service": "checkout"}}])
    indicator: Indicator | None = Field(default=None, description="Beyond being up.")
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Its name for readers."
    )
    description: str | None = Field(default=None, max_length=2000, description="Why this much.")

    @model_validator(mode="after")
    def _one_window(self) -> "SLO":
        if (self.window is None) == (self.calendar is None):
            raise ValueError("an SLO has one window|write either `window: 30d` or `calendar: month`")
        if self.match.is_everything:
            raise ValueError("`match` means every monitor|say which monitors make the objective")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        yield from self.match.named("spec", "match")
