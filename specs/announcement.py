"""Announcement: what readers of a status page should know, without anything being wrong."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.fields import Model, Name, Text
from specs.instants import Instant
from specs.tree import Path


class Announcement(Model):
    """What readers should know, without anything being wrong."""

    title: Annotated[Text, Field(max_length=200)] = Field(description="Its heading.", examples=["A new data centre"])
    message: Annotated[Text, Field(max_length=10_000)] = Field(
        description="The text, as Markdown.", examples=["From March, requests are answered from Oslo, too."]
    )
    severity: Literal["info", "warning"] = Field(default="info", description="How loud it is.")
    pages: Annotated[list[Name], Field(min_length=1)] = Field(
        description="Status pages that show it.", examples=[["public"]]
    )
    from_: Instant | None = Field(default=None, alias="from", description="From when; at once when left out.")
    until: Instant | None = Field(default=None, description="Until when; until it is removed when left out.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Announcement":
        if self.from_ and self.until and self.until <= self.from_:
            raise ValueError("`until` is not after `from`|write a later time")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for index, name in enumerate(self.pages):
            yield ("spec", "pages", index), "StatusPage", name
