"""Silence: alerts that nobody needs to hear for a while."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from specs.fields import Model, Text
from specs.instants import Instant
from specs.match import Match
from specs.tree import Path


class Silence(Model):
    """Alerts that nobody needs to hear for a while. Checks go on, and the alerts are kept."""

    match: Match = Field(
        description="Whose alerts; at least one condition.", examples=[{"labels": {"team": "payments"}}]
    )
    from_: Instant | None = Field(default=None, alias="from", description="From when; at once when left out.")
    until: Instant | None = Field(default=None, description="Until when.")
    stable: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Or until it was up so many times in a row.", examples=[10]
    )
    reason: Annotated[Text, Field(max_length=500)] = Field(description="Why.", examples=["Database migration"])
    author: Annotated[Text, Field(max_length=200)] | None = Field(default=None, description="Who answers for it.")

    @model_validator(mode="after")
    def _ends(self) -> "Silence":
        if self.match.is_everything:
            raise ValueError("`match` means every monitor|say which alerts nobody needs to hear")
        if self.until is None and self.stable is None:
            raise ValueError("the silence never ends|add `until`, or `stable: 10`")
        if self.until is not None and self.from_ is not None and self.until <= self.from_:
            raise ValueError("`until` is not after `from`|write a later time")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        yield from self.match.named("spec", "match")
