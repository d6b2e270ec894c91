"""Schedule: who is on call, and when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from specs.fields import Duration, Model, Name, Text, TimeZone, at_least
from specs.instants import Instant
from specs.route import Interval, Weekday
from specs.tree import Path

_WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Person(Model):
    """Somebody who may be on call, and how to reach them."""

    name: Text = Field(description="Who.", examples=["Ada"])
    notify: Annotated[list[Name], Field(min_length=1)] = Field(
        description="Channels that reach them.", examples=[["ada-sms", "ada-email"]]
    )


class Layer(Model):
    """A rotation: people take turns."""

    people: Annotated[list[Text], Field(min_length=1, max_length=100)] = Field(
        description="Who takes turns, in order.", examples=[["Ada", "Grace"]]
    )
    every: Annotated[Duration, at_least(timedelta(hours=1))] = Field(
        default=timedelta(days=7), description="How long a turn is; days and weeks follow the clock on the wall."
    )
    start: Instant = Field(description="When the first turn of the first person began: the hand-over is at this time.")
    until: Instant | None = Field(default=None, description="When the layer ends; never when left out.")
    during: Annotated[list[Interval], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Only at these times of the week; the layers below have the others."
    )


class Override(Model):
    """Somebody stands in for whoever is on call."""

    person: Text = Field(description="Who.", examples=["Grace"])
    from_: Instant = Field(alias="from", description="From when.")
    until: Instant = Field(description="Until when.")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Override":
        if self.until <= self.from_:
            raise ValueError("`until` is not after `from`|write a later time")
        return self


class Schedule(Model):
    """Who is on call, and when. A later layer stands above those before it; overrides stand above all."""

    timezone: TimeZone = Field(default="UTC", description="Whose clock days, weeks and hand-overs follow.")
    people: Annotated[list[Person], Field(min_length=1, max_length=200)] = Field(
        description="Who may be on call.", examples=[[{"name": "Ada", "notify": ["ada-sms"]}]]
    )
    layers: Annotated[list[Layer], Field(min_length=1, max_length=20)] = Field(
        description="Rotations.", examples=[[{"people": ["Ada"], "every": "7d", "start": "2026-01-05T09:00:00Z"}]]
    )
    overrides: Annotated[list[Override], Field(max_length=1000)] = Field(default=[], description="Who stands in.")

    @model_validator(mode="after")
    def _knows_its_people(self) -> "Schedule":
        known = [one.name for one in self.people]
        if len(set(known)) != len(known):
            raise ValueError("`people` names somebody twice|name each person once")
        used = [name for layer in self.layers for name in layer.people] + [one.person for one in self.overrides]
        for name in used:
            if name not in known:
                raise ValueError(f"`layers` or `overrides` speak of {name}, who is not among `people`|add them there")
        return self

    def references(self) -> Iterator[tuple[Path, str, str]]:
        """What it names: path, kind and name."""
        for at, person in enumerate(self.people):
            for index, name in enumerate(person.notify):
                yield ("spec", "people", at, "notify", index), "Channel", name


def on_call(schedule: Schedule, at: datetime) -> str | None:
    """Who is on call at an instant, or None where there is a gap."""
    for override in reversed(schedule.overrides):
        if override.from_ <= at < override.until:
            return override.person
    zone = ZoneInfo(schedule.timezone)
    for layer in reversed(schedule.layers):
        if at < layer.start or (layer.until is not None and at >= layer.until):
            continue
        if layer.during is None or any(covers(one, at) for one in layer.during):
            # Turns are counted on the wall clock, so that a hand-over at nine stays at nine when the clocks change.
            passed = at.astimezone(zone).replace(tzinfo=None) - layer.start.astimezone(zone).replace(tzinfo=None)
            return layer.people[int(passed // layer.every) % len(layer.people)]
    return None


def covers(interval: Interval, at: datetime) -> bool:
    """Whether an instant lies in the times of the week that an interval means."""
    local = at.astimezone(ZoneInfo(interval.timezone))
    minute, start, end = local.hour * 60 + local.minute, _minutes(interval.from_), _minutes(interval.until)
    days = interval.days or list(_WEEKDAYS)
    today, yesterday = _WEEKDAYS[local.weekday()], _WEEKDAYS[local.weekday() - 1]
    if start < end:
        return today in days and start <= minute < end
    return (today in days and minute >= start) or (yesterday in days and minute < end)


def gaps(schedule: Schedule, start: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The spans in which nobody is on call, to a quarter of an hour."""
    found: list[tuple[datetime, datetime]] = []
    step, at = timedelta(minutes=15), start
    while at < until:
        if on_call(schedule, at) is None:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + step)
            else:
                found.append((at, at + step))
        at += step
    return found


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
