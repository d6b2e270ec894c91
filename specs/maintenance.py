"""Maintenance: work that was announced."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import Duration, Model, Name, Text, TimeZone, at_least, at_most
from specs.instants import Instant
from specs.match import Match
from specs.tree import Path

_HINT = "write `FREQ=WEEKLY;BYDAY=SU`, as RFC 5545 has it"


def _check_rrule(text: str) -> str:
    from dateutil.rrule import rrulestr  # imported where it is needed, as few documents are maintenances

    if "DTSTART" in text.upper() or "\n" in text:
        raise ValueError(f"`rrule` holds more than a rule: the start stands in `start`|{_HINT}")
    if "SECONDLY" in text.upper() or "MINUTELY" in text.upper():
        raise ValueError("`rrule` repeats more often than every hour|write `FREQ=HOURLY` or rarer")
    try:
        rrulestr(text, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001  a wall clock, as the rule means it
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"`{text}` is not a recurrence rule: {error}|{_HINT}") from None
    return text


Rrule = Annotated[
    str,
    Field(max_length=500),
    AfterValidator(_check_rrule),
    WithJsonSchema(
        {"type": "string", "maxLength": 500, "pattern": "^(RRULE:)?[A-Za-z]+=", "examples": ["FREQ=WEEKLY;BYDAY=SU"]}
    ),
]


class Maintenance(Model):
    """Work that was announced: what it touches is neither up nor down, and nobody is told."""

    title: Annotated[Text, Field(max_length=200)] = Field(
        description="What readers see.", examples=["Database upgrade"]
    )
    description: Annotated[str, Field(max_length=5000)] | None = Field(default=None, description="More, as Markdown.")
    match: Match | None = Field(
        default=None, description="Which monitors.", examples=[{"labels": {"team": "payments"}}]
    )
    start: Instant = Field(description="When it begins, the first time.")
    end: Instant | None = Field(default=None, description="When it ends; or write `duration`.")
    duration: Annotated[Duration, at_least(timedelta(minutes=1)), at_most(timedelta(days=31))] | None = Field(
        default=None, description="How long it takes.", examples=["2h"]
    )
    rrule: Rrule | None = Field(
        default=None, description="When it comes again, as RFC 5545 writes it; the rule follows the clock on the wall."
    )
    timezone: TimeZone = Field(default="UTC", description="Whose clock a repeated maintenance follows.")
    pages: list[Name] = Field(default=[], description="Status pages that announce it.", examples=[["public"]])
    components: list[Text] = Field(default=[], description="Their components that it touches.", examples=[["Checkout"]])

    @model_validator(mode="after")
    def _has_an_end(self) -> "Maintenance":
        if (self.end is None) == (self.duration is None):
            raise ValueError("a maintenance says once when it ends|write either `end` or `duration`")
        if self.end is not None and self.end <= self.start:
            raise ValueError("`end` is not after `start`|write a later time")
        if self.rrule is not None and self.duration is None:
            raise ValueError("`rrule` needs `duration`, as `end` is a single time|write `duration: 2h`")
        if self.match is None and not self.pages:
            raise ValueError("the maintenance touches nothing|add `match`, or `pages` and `components`")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        if self.match:
            yield from self.match.named("spec", "match")
        for index, name in enumerate(self.pages):
            yield ("spec", "pages", index), "StatusPage", name


def occurrences(one: Maintenance, start: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The spans of a maintenance that touch [start, until), at most 1000, in UTC."""
    from dateutil.rrule import rrulestr

    length = one.duration or ((one.end or one.start) - one.start)
    if one.rrule is None:
        spans = [(one.start.astimezone(UTC), (one.start + length).astimezone(UTC))]
        return [span for span in spans if span[0] < until and span[1] > start]
    zone = ZoneInfo(one.timezone)
    wall = one.start.astimezone(zone).replace(tzinfo=None)
    rule = rrulestr(one.rrule, dtstart=wall)
    found = []
    for at in rule.xafter((start - length).astimezone(zone).replace(tzinfo=None), count=1000, inc=True):
        begin = at.replace(tzinfo=zone).astimezone(UTC)
        if begin >= until:
            break
        if begin + length > start:
            found.append((begin, begin + length))
    return found
