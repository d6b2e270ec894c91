"""heartbeat: the job calls us."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from specs.fields import Cron, Duration, Model, TimeZone, at_least
from specs.probes.http import one_of

_TOKEN = r"^[A-Za-z0-9_${}.-]+$"


def _check_token(text: str) -> str:
    if not re.fullmatch(_TOKEN, text):
        raise ValueError("`{name}` holds what cannot be part of an address|use letters, digits, `_`, `.` and `-`")
    return text


Token = Annotated[
    str,
    Field(min_length=8, max_length=128),
    AfterValidator(_check_token),
    WithJsonSchema({"type": "string", "minLength": 8, "maxLength": 128, "pattern": _TOKEN}),
]


class Heartbeat(Model):
    """The job calls us: up as long as pings arrive, down when one is overdue."""

    model_config = ConfigDict(
        json_schema_extra={**one_of("period", "cron"), "dependentRequired": {"timezone": ["cron"]}}
    )

    period: Annotated[Duration, at_least(timedelta(seconds=1))] | None = Field(
        default=None, description="The longest time between two pings of a healthy job.", examples=["1h"]
    )
    cron: Cron | None = Field(
        default=None, description="When the job runs, instead of `period`.", examples=["0 3 * * *"]
    )
    timezone: TimeZone | None = Field(
        default=None, description="The time zone of `cron`; UTC when left out.", examples=["Europe/Berlin"]
    )
    grace: Duration = Field(default=timedelta(0), description="How late a ping may be.", examples=["5m"])
    max_duration: Duration | None = Field(
        default=None, description="How long the job may take, from its start signal to its end.", examples=["30m"]
    )
    token: Token | None = Field(
        default=None,
        description="The last part of the address to ping. Left out, Wakeful makes one that cannot be guessed.",
        examples=["${secret.BACKUP_PING}"],
    )

    @model_validator(mode="after")
    def _one_rhythm(self) -> "Heartbeat":
        if self.period is None and self.cron is None:
            raise ValueError("the heartbeat has no rhythm|add `period: 1h`, or `cron: 0 3 * * *`")
        if self.period is not None and self.cron is not None:
            raise ValueError("`period` and `cron` both say when pings are due|remove one of the two")
        if self.timezone is not None and self.cron is None:
            raise ValueError("`timezone` is for `cron`|remove it, or write `cron`")
        return self
