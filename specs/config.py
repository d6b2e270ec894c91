"""Config: settings of the repository itself; at most one."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from specs.fields import Duration, HttpUrl, Model, Name, at_least


def _check_budget(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}|[0-9]{1,2}%|100%", text):
        raise ValueError(f"`{text}` is neither a count nor a percentage|write `10` or `25%`")
    return text


Budget = Annotated[
    str,
    BeforeValidator(_check_budget),
    WithJsonSchema(
        {
            "$comment": "a count or a percentage",
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": r"^([0-9]{1,9}|[0-9]{1,2}%|100%)$"},
            ],
        }
    ),
]

VARIABLE_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"


def _check_variable(key: str) -> str:
    if not re.fullmatch(VARIABLE_NAME, key):
        raise ValueError(f"`{key}` is not a variable name|use letters, digits and `_`")
    return key


Variables = Annotated[
    dict[Annotated[str, AfterValidator(_check_variable)], str | bool | int | float],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "propertyNames": {"pattern": VARIABLE_NAME},
        }
    ),
]


class Guards(Model):
    """What one revision may take away before a person has to agree."""

    max_deletes: Budget = Field(
        default="25%",
        description="Resources it may delete: a count, or a share of those live (five are always allowed).",
    )
    max_silenced: Budget = Field(
        default="25%", description="Monitors that may lose their last alert rule (five are always allowed)."
    )


class Region(Model):
    """A place from which checks are made."""

    title: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="What people call it.", examples=["Frankfurt"]
    )


class Retention(Model):
    """How long what is seen is kept."""

    observations: Annotated[Duration, at_least(timedelta(days=1))] = Field(
        default=timedelta(days=30), description="Single observations.", examples=["30d"]
    )
    rollups: Annotated[Duration, at_least(timedelta(days=7))] = Field(
        default=timedelta(days=400), description="Hourly and daily counts.", examples=["400d"]
    )


Network = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]+(/[0-9]{1,3})?$", examples=["10.0.0.0/8"])]


class Addresses(Model):
    """Where probes may connect to. Link-local addresses and cloud metadata are refused unless they are allowed."""

    allow: Annotated[list[Network], Field(max_length=200)] = Field(
        default=[], description="Allowed, whatever else is said.", examples=[["169.254.169.254/32"]]
    )
    deny: Annotated[list[Network], Field(max_length=200)] = Field(
        default=[], description="Refused.", examples=[["10.0.0.0/8"]]
    )


class Config(Model):
    """Settings of the repository itself; at most one."""

    paths: list[str] = Field(
        default=["**/*.yaml", "**/*.yml"],
        description="Which files are read, as globs from the folder of the source.",
    )
    ignore: list[str] = Field(default=[], description="Which files are left out.", examples=[["drafts/**"]])
    variables: Variables = Field(
        default={},
        description="Values for `${var.X}`. One that stands alone keeps its type, so a port may be a number.",
        examples=[{"domain": "example.com"}],
    )
    regions: Annotated[dict[Name, Region], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="The regions that there are; a monitor may name no other.",
        examples=[{"eu": {"title": "Frankfurt"}, "us": {"title": "Virginia"}}],
    )
    connectivity: Annotated[list[HttpUrl], Field(min_length=1, max_length=10)] | None = Field(
        default=None,
        description="Addresses that always answer: while none does, it is our network that is gone.",
        examples=[["https://connectivity.example.com"]],
    )
    retention: Retention | None = Field(default=None, description="How long what is seen is kept.")
    addresses: Addresses | None = Field(default=None, description="Where probes may connect to.")
    guards: Guards = Field(default=Guards(), description="What one revision may take away.")
