"""Incident: what people tell readers of a status page about an outage."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.fields import Model, Name, Text
from specs.instants import Instant
from specs.status_page import STATUS
from specs.tree import Path


class Affected(Model):
    """A component that the incident touches."""

    name: Text = Field(description="The component, as its page calls it.", examples=["Checkout"])
    status: STATUS = Field(default="partialOutage", description="How it is while the incident lasts.")


class Update(Model):
    """What was known at one moment."""

    at: Instant = Field(description="When.")
    status: Literal["investigating", "identified", "monitoring", "resolved"] = Field(description="How far we are.")
    message: Annotated[Text, Field(max_length=10_000)] = Field(
        description="What readers should know, as Markdown.", examples=["A database does not answer. We look into it."]
    )


class Incident(Model):
    """What people tell readers about an outage; begun by its first update, ended by one that is `resolved`."""

    title: Annotated[Text, Field(max_length=200)] = Field(description="Its heading.", examples=["Checkout is slow"])
    impact: Literal["none", "minor", "major", "critical"] = Field(default="minor", description="How bad it is.")
    pages: Annotated[list[Name], Field(min_length=1)] = Field(
        description="Status pages that show it.", examples=[["public"]]
    )
    components: Annotated[list[Affected], Field(max_length=100)] = Field(
        default=[], description="What it touches.", examples=[[{"name": "Checkout", "status": "partialOutage"}]]
    )
    updates: Annotated[list[Update], Field(min_length=1, max_length=500)] = Field(
        description="What was known, the oldest first.",
        examples=[[{"at": "2026-11-24T08:00:00Z", "status": "investigating", "message": "We look into it."}]],
    )
    postmortem: Annotated[str, Field(max_length=50_000)] | None = Field(
        default=None, description="What was learned, as Markdown."
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Incident":
        for earlier, later in zip(self.updates, self.updates[1:], strict=False):
            if later.at < earlier.at:
                raise ValueError("`updates` are not in order of time|put the oldest first")
        if any(one.status == "resolved" for one in self.updates[:-1]) and self.updates[-1].status != "resolved":
            raise ValueError("`updates` go on after `resolved`|end with a `resolved` one, or write a second Incident")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for index, name in enumerate(self.pages):
            yield ("spec", "pages", index), "StatusPage", name
