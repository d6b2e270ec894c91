"""match: which monitors something is about."""

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from specs.fields import Labels, Model, Name, Regex, Text
from specs.shapes import exactly_one


class Expression(Model):
    """A condition on one label."""

    model_config = {"json_schema_extra": exactly_one("in", "notIn", "exists", "matches")}

    label: Text = Field(description="The label.", examples=["tier"])
    in_: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, alias="in", description="It has one of these values.", examples=[["critical", "high"]]
    )
    not_in: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="It has none of these values; true where there is no such label.", examples=[["test"]]
    )
    exists: bool | None = Field(default=None, description="Whether there is such a label.", examples=[True])
    matches: Regex | None = Field(
        default=None, description="A regular expression for the whole value.", examples=["eu-.*"]
    )

    @model_validator(mode="after")
    def _one_condition(self) -> "Expression":
        if sum(one is not None for one in (self.in_, self.not_in, self.exists, self.matches)) != 1:
            raise ValueError("an expression has one condition|write one of `in`, `notIn`, `exists` and `matches`")
        return self

    def holds(self, labels: dict[str, str]) -> bool:
        """Whether labels meet it."""
        value = labels.get(self.label)
        if self.in_ is not None:
            return value in self.in_
        if self.not_in is not None:
            return value not in self.not_in
        if self.exists is not None:
            return (value is not None) == self.exists
        return value is not None and re.fullmatch(self.matches or "", value) is not None


class Match(Model):
    """Which monitors; those that meet all that is said."""

    labels: Labels = Field(
        default={}, description="Labels a monitor must have, all of them.", examples=[{"tier": "critical"}]
    )
    monitors: list[Name] = Field(default=[], description="Monitors by name.", examples=[["checkout"]])
    expressions: Annotated[list[Expression], Field(max_length=50)] | None = Field(
        default=None,
        description="Conditions on labels beyond equality, all of which must hold.",
        examples=[[{"label": "tier", "in": ["critical", "high"]}]],
    )

    def holds(self, name: str, labels: dict[str, str]) -> bool:
        """Whether a monitor of this name and these labels is meant."""
        if self.monitors and name not in self.monitors:
            return False
        if any(labels.get(key) != value for key, value in self.labels.items()):
            return False
        return all(one.holds(labels) for one in self.expressions or ())

    @property
    def is_everything(self) -> bool:
        """Whether it says nothing, and so means every monitor."""
        return not (self.labels or self.monitors or self.expressions)

    def named(self, *above: str | int) -> Any:
        """The monitors that it names, each with its path below `above`, as `references` gives them."""
        for index, name in enumerate(self.monitors):
            yield (*above, "monitors", index), "Monitor", name
