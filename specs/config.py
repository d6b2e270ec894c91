"""Config: settings of the repository itself; at most one."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from specs.fields import Model


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


class Config(Model):
    """Settings of the repository itself; at most one."""

    paths: list[str] = Field(
        default=["**/*.yaml", "**/*.yml"],
        description="Which files are read, as globs from the folder of the source.",
    )
    ignore: list[str] = Field(default=[], description="Which files are left out.", examples=[["drafts/**"]])
    variables: Variables = Field(default={}, description="Values for `${var.X}`. One that stands alone keeps its type, so a port may be a number.", examples=[{"domain": "example.com"}])
    guards: Guards = Field(default=Guards(), description="What one revision may take away.")
