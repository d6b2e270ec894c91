"""Workspace: who may see and change what is below its folder, and how much of it there may be."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from specs.channel import Address
from specs.fields import Duration, Model, Name, at_least


class Member(Model):
    """A person, and what they may do."""

    user: Address = Field(description="Their mail address, as they sign in.", examples=["ada@example.com"])
    role: Literal["admin", "user", "viewer"] = Field(
        default="viewer", description="`viewer` reads, `user` acknowledges and silences, `admin` does everything."
    )


class Group(Model):
    """People as the identity provider groups them, and what they may do."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The group, as the provider's token names it.", examples=["sre"]
    )
    role: Literal["admin", "user", "viewer"] = Field(default="viewer", description="What its people may do.")


class Limits(Model):
    """How much may live in the workspace; more is an error when it is validated."""

    monitors: Annotated[int, Field(ge=0)] | None = Field(default=None, description="How many monitors.", examples=[200])
    every: Annotated[Duration, at_least(timedelta(seconds=1))] | None = Field(
        default=None, description="The shortest time between two checks of one monitor.", examples=["30s"]
    )
    regions: Annotated[list[Name], Field(min_length=1)] | None = Field(
        default=None, description="The regions that its monitors may use.", examples=[["eu", "us"]]
    )


class Workspace(Model):
    """Who may see and change what is below its folder, and how much of it there may be."""

    title: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="What people call it.", examples=["Payments"]
    )
    description: str | None = Field(default=None, max_length=2000, description="What it is for.")
    owner: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The team that answers for it.", examples=["team-payments"]
    )
    members: Annotated[list[Member], Field(max_length=10_000)] = Field(
        default=[], description="Who may do what.", examples=[[{"user": "ada@example.com", "role": "admin"}]]
    )
    groups: Annotated[list[Group], Field(max_length=1000)] = Field(
        default=[], description="Which groups of the identity provider may do what.", examples=[[{"name": "sre"}]]
    )
    limits: Limits | None = Field(default=None, description="How much may live here.")

    @model_validator(mode="after")
    def _names_each_once(self) -> "Workspace":
        seen = set[str]()
        for member in self.members:
            if member.user.lower() in seen:
                raise ValueError(f"`members` names {member.user} twice|give each person one role")
            seen.add(member.user.lower())
        return self
