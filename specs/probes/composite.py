"""composite: of other monitors."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Labels, Model, Name


class Composite(Model):
    """Made of other monitors: up while enough of them are."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["monitors"]}, {"required": ["labels"]}],
            "dependentRequired": {"degraded": ["up"]},
        }
    )

    monitors: Annotated[list[Name], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Which monitors, by name.", examples=[["web-1", "web-2", "web-3"]]
    )
    labels: Annotated[Labels, Field(min_length=1)] | None = Field(
        default=None,
        description="Which monitors, by labels.",
        examples=[{"service": "web"}],
        json_schema_extra={"minProperties": 1},
    )
    up: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="How many must be up for this to be up; all when left out.", examples=[2]
    )
    degraded: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="With fewer than this up, it is degraded; never when left out.", examples=[3]
    )

    @model_validator(mode="after")
    def _can_be_met(self) -> "Composite":
        if self.monitors is None and self.labels is None:
            raise ValueError("the composite is made of nothing|add `monitors` or `labels`")
        names = self.monitors or []
        twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
        if twice is not None:
            raise ValueError(f"`monitors` names `{twice}` twice|name each once")
        if self.monitors is not None and self.labels is None:
            for key, least in (("up", self.up), ("degraded", self.degraded)):
                if least is not None and least > len(names):
                    count = "is only one monitor" if len(names) == 1 else f"are only {len(names)} monitors"
                    raise ValueError(f"`{key}` is {least}, but there {count}|write at most {len(names)}")
        if self.degraded is not None and self.degraded <= (self.up or self.degraded):
            needed = "all must be" if self.up is None else f"{self.up} must be"
            raise ValueError(
                f"`degraded` is {self.degraded}, but {needed} up, so it is down before it is degraded"
                "|make `up` the smaller of the two"
            )
        return self
