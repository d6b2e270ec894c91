"""Dashboard: what a team looks at."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.fields import Duration, Model, Name, Text
from specs.match import Match
from specs.tree import Path


class Panel(Model):
    """One picture."""

    type: Literal["health", "uptime", "latency", "incidents", "alerts", "slo", "text"] = Field(
        description="What it shows."
    )
    title: Annotated[Text, Field(max_length=100)] | None = Field(default=None, description="Its heading.")
    match: Match | None = Field(
        default=None, description="Which monitors; all when left out.", examples=[{"labels": {"team": "payments"}}]
    )
    slo: Name | None = Field(default=None, description="Which SLO, for `slo`.", examples=["checkout"])
    text: Annotated[str, Field(max_length=10_000)] | None = Field(default=None, description="Markdown, for `text`.")
    percentiles: Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(min_length=1, max_length=5)] | None = Field(
        default=None, description="For `latency`; 50 and 95 when left out.", examples=[[50, 95]]
    )
    width: Annotated[int, Field(ge=1, le=12)] = Field(default=6, description="Of twelve columns.")

    @model_validator(mode="after")
    def _has_what_it_shows(self) -> "Panel":
        for key in ("slo", "text"):
            if (self.type == key) != (getattr(self, key) is not None):
                hint = f"add `{key}`" if self.type == key else f"remove it, or write `type: {key}`"
                raise ValueError(f"`{key}` and a panel of type `{key}` belong together|{hint}")
        return self


class Dashboard(Model):
    """What a team looks at."""

    title: Annotated[Text, Field(max_length=100)] = Field(description="Its heading.", examples=["Payments"])
    description: str | None = Field(default=None, max_length=2000, description="What it is for.")
    window: Duration = Field(default=timedelta(days=1), description="The time that it shows at first.", examples=["1d"])
    panels: Annotated[list[Panel], Field(min_length=1, max_length=100)] = Field(
        description="What it shows, in order.", examples=[[{"type": "health"}, {"type": "latency"}]]
    )

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for at, panel in enumerate(self.panels):
            if panel.match:
                yield from panel.match.named("spec", "panels", at, "match")
            if panel.slo:
                yield ("spec", "panels", at, "slo"), "SLO", panel.slo
