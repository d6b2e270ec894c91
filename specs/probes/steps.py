"""steps: several requests with values carried on."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from specs.diagnostics import did_you_mean
from specs.expect import Degraded, Expect
from specs.fields import HEADER_NAME, Model, Name, Place, Regex, Text, check_header_name, problems_at
from specs.probes.http import Http, one_of
from specs.variables import names_in

_CAPTURE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_JSON_PATH = r"^(\$\.)?[^.\[\]\s]+(\.[^.\[\]\s]+|\[[0-9]+\])*$"


def _check_capture(name: str) -> str:
    if not re.fullmatch(_CAPTURE, name):
        raise ValueError(f"`{name}` cannot be referred to as `${{step.{name}}}`|use letters, digits and `_`")
    return name


def _check_json_path(text: str) -> str:
    if not re.fullmatch(_JSON_PATH, text):
        raise ValueError(f"`{text}` is not a path in JSON|write keys and indices, such as `user.id` or `items[0].id`")
    return text


class Capture(Model):
    """A value of the answer, kept for later steps as `${step.NAME}`; from one place."""

    model_config = ConfigDict(json_schema_extra=one_of("json", "header", "regex", "cookie"))

    json_: (
        Annotated[Text, AfterValidator(_check_json_path), Field(json_schema_extra={"pattern": _JSON_PATH})] | None
    ) = Field(default=None, alias="json", description="A path in the JSON body.", examples=["user.id", "items[0].id"])
    header: (
        Annotated[str, AfterValidator(check_header_name), Field(json_schema_extra={"pattern": HEADER_NAME})] | None
    ) = Field(default=None, description="A header of the answer.", examples=["Location"])
    regex: Regex | None = Field(
        default=None, description="A regular expression over the body; its first group.", examples=['token="(.+?)"']
    )
    cookie: Text | None = Field(default=None, description="A cookie that the answer sets.", examples=["session"])

    @model_validator(mode="after")
    def _one_place(self) -> "Capture":
        if sum(one is not None for one in (self.json_, self.header, self.regex, self.cookie)) != 1:
            raise ValueError("a capture takes its value from one place|write `json`, `header`, `regex` or `cookie`")
        return self


class Step(Model):
    """One request, and what its answer must be."""

    name: Name = Field(description="What the waterfall calls it.", examples=["login"])
    http: Http = Field(description="The request; cookies of earlier answers are sent along.")
    expect: Expect = Field(
        default=Expect(), description="What its answer must be; the first that is not stops the rest."
    )
    degraded: Degraded | None = Field(default=None, description="What counts as fully up.")
    capture: Annotated[
        dict[Annotated[str, AfterValidator(_check_capture)], Capture],
        Field(max_length=50, json_schema_extra={"propertyNames": {"pattern": _CAPTURE}}),
    ] = Field(default={}, description="Values to carry on.", examples=[{"user": {"json": "user.id"}}])
    always: bool = Field(
        default=False,
        description="Run it also after a failure, to clean up; left out where it needs a value that was not captured.",
    )


def check_steps(steps: list[Step]) -> list[Step]:
    """Raises ValidationError where a name stands twice, or a value is used that no earlier step captures."""
    problems = list[tuple[Place, str, Any]]()
    names, captured = dict[str, int](), dict[str, str]()
    every = {name: step.name for step in steps for name in step.capture}
    for index, step in enumerate(steps):
        if step.name in names:
            problems.append(((index, "name"), f"two steps are called `{step.name}`|rename one of the two", step.name))
        names[step.name] = index
        for place, text in _texts(step.model_dump(mode="json", by_alias=True, exclude_none=True), (index,)):
            for name in dict.fromkeys(name for space, name in names_in(text) if space == "step"):
                if words := _wrong_use(name, place, captured, every):
                    problems.append((place, words, text))
        captured |= dict.fromkeys(step.capture, step.name)
    if problems:
        raise problems_at(*problems)
    return steps


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text of a value, with its place."""
    if isinstance(value, str):
        if "${" in value:
            yield place, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*place, key))


def _wrong_use(name: str, place: Place, captured: dict[str, str], every: dict[str, str]) -> str | None:
    """What is wrong with `${step.NAME}` at a place, and the hint."""
    if "that" in place:
        return f"`${{step.{name}}}` cannot stand in a condition|use `body: {{contains: …}}`, which takes it"
    if place[1] not in ("http", "expect", "degraded"):
        return f"`${{step.{name}}}` cannot stand here|use it in `http`, `expect` or `degraded`"
    if name in captured:
        return None
    if name in every:
        return f"`{name}` is captured by the step `{every[name]}`, which does not come before|put that step first"
    hint = did_you_mean(name, captured) or f"add `capture: {{{name}: {{json: …}}}}` to a step before it"
    return f"no step before captures `{name}`|{hint}"


Steps = Annotated[list[Step], Field(min_length=1, max_length=50), AfterValidator(check_steps)]
