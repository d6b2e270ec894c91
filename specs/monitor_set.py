"""MonitorSet: a template times a matrix."""

from math import prod
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import Labels, Model

MOST = 10_000
_AXIS = r"^[A-Za-z_][A-Za-z0-9_-]*$"


def _check_axes(axes: dict[str, Any]) -> dict[str, Any]:
    import re

    for name in axes:
        if not re.fullmatch(_AXIS, name):
            raise ValueError(f"`{name}` cannot be referred to as `${{each.{name}}}`|use letters, digits, `-` and `_`")
    return axes


_VALUE = {"type": ["string", "number", "boolean", "object"]}
Values = Annotated[
    dict[str, str | int | float | bool | dict[str, Any]],
    Field(min_length=1, max_length=50),
    AfterValidator(_check_axes),
    WithJsonSchema(
        {"type": "object", "minProperties": 1, "maxProperties": 50, "propertyNames": {"pattern": _AXIS}}
        | {"additionalProperties": _VALUE}
    ),
]
Axes = Annotated[
    dict[str, Annotated[list[str | int | float | bool | dict[str, Any]], Field(min_length=1, max_length=MOST)]],
    Field(max_length=10),
    AfterValidator(_check_axes),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": 10,
            "propertyNames": {"pattern": _AXIS},
            "additionalProperties": {"type": "array", "minItems": 1, "maxItems": MOST, "items": _VALUE},
        }
    ),
]


class MonitorSet(Model):
    """A template times a matrix: one monitor for each combination of values."""

    matrix: Axes = Field(
        default={},
        description="Axes; each combination of their values gives a monitor. A mapping's parts are `${each.axis.key}`.",
        examples=[{"service": ["cart", "search"], "region": ["eu", "us"]}],
    )
    each: Annotated[list[Values], Field(min_length=1, max_length=MOST)] | None = Field(
        default=None,
        description="Values of one monitor each; with a matrix, each of these times the matrix.",
        examples=[[{"service": "cart", "port": 8080}, {"service": "search", "port": 8081}]],
    )
    exclude: Annotated[list[Values], Field(max_length=1000)] = Field(
        default=[],
        description="Combinations to leave out; those that have all of these values.",
        examples=[[{"service": "search", "region": "us"}]],
    )
    name: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="The name of each monitor.", examples=["${each.service}-${each.region}"]
    )
    labels: Labels = Field(default={}, description="Labels of each monitor.", examples=[{"service": "${each.service}"}])
    template: dict[str, Any] = Field(
        description="The `spec` of each monitor, with `${each.X}` in it.",
        examples=[{"http": {"url": "https://${each.service}.${each.region}.example.com/health"}}],
    )

    @property
    def count(self) -> int:
        """How many combinations there are, before those that are excluded."""
        return prod(len(values) for values in self.matrix.values()) * len(self.each or [None])

    @model_validator(mode="after")
    def _gives_monitors(self) -> "MonitorSet":
        if not self.matrix and self.each is None:
            raise ValueError("there is nothing to repeat over|add `matrix` or `each`")
        if self.count > MOST:
            raise ValueError(
                f"`matrix` gives {self.count} monitors, and a set has at most {MOST}|make several sets of it"
            )
        if self.count > 1 and "${each." not in self.name:
            raise ValueError(f"`name` is the same for {self.count} monitors|write `${{each.X}}` in it")
        return self
