"""Field types shared by the kinds: names, labels, durations, status codes."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d|w))+")
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w)")
LONGEST = timedelta(days=3660)


class Model(BaseModel):
    """What every part of a spec has in common: frozen, camelCase, strict, and no key that we do not know."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
        ser_json_inf_nan="null",
    )


def parse_duration(text: object) -> timedelta:
    """Read `30s`, `1h30m` or `250ms` as a span of time.

    Units: ms, s, m, h, d (24 hours), w (7 days); rounded to milliseconds, the finest that is stored.
    Raises ValueError on anything else.
    """
    if isinstance(text, timedelta):
        return text
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise ValueError(f"a duration needs a unit|write `{text}s`, `5m` or `1h30m`")  # noqa: TRY004
    if not isinstance(text, str):
        raise ValueError("a duration must be text|write `30s`, `5m` or `1h30m`")  # noqa: TRY004
    if not _DURATION.fullmatch(text):
        raise ValueError(f"`{text}` is not a duration|write a number and a unit, such as `30s`, `5m` or `1h30m`")
    seconds = sum(float(number) * UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"`{text}` is longer than ten years|write a shorter duration")
    return timedelta(milliseconds=round(seconds * 1000))


def format_duration(span: timedelta) -> str:
    """Write a span as the shortest text that `parse_duration` reads back: 90 s is `1m30s`."""
    left = round(span.total_seconds() * 1000)
    if left == 0:
        return "0s"
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+|\$\{var\..+\})$",
            "examples": ["30s", "5m", "1h30m"],
        }
    ),
]


def at_least(least: timedelta) -> AfterValidator:
    """A lower bound on a Duration, said in the language of the spec; the loader knows the `{name}` of the key."""

    def check(span: timedelta) -> timedelta:
        if span < least:
            short = format_duration(least)
            raise ValueError(
                f"`{{name}}` must be at least {short}, but is {format_duration(span)}|write `{{name}}: {short}`"
            )
        return span

    return AfterValidator(check)


def at_most(most: timedelta) -> AfterValidator:
    """An upper bound on a Duration, said in the language of the spec."""

    def check(span: timedelta) -> timedelta:
        if span > most:
            long = format_duration(most)
            raise ValueError(
                f"`{{name}}` must be at most {long}, but is {format_duration(span)}|write `{{name}}: {long}`"
            )
        return span

    return AfterValidator(check)


NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


def _check_name(text: str) -> str:
    if not re.fullmatch(NAME_PATTERN, text):
        mended = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
        hint = f"write `{mended}`" if mended else "use lower-case letters, digits and dashes"
        raise ValueError(
            f"`{text}` is not a name: lower-case letters, digits and dashes, at most 63, "
            f"starting and ending with a letter or digit|{hint}"
        )
    return text


Name = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "pattern": NAME_PATTERN, "maxLength": 63}),
]

LABEL_KEY = r"^[A-Za-z_][A-Za-z0-9_./-]{0,62}$"


def _scalar_to_text(value: Any) -> Any:
    # `tier: 1` and `public: true` are common in labels; their text is what people mean. Not so for
    # `version: 1.10`, which is the number 1.1.
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


def _check_label(key: str) -> str:
    if not re.fullmatch(LABEL_KEY, key):
        raise ValueError(f"`{key}` is not a label name|start with a letter; letters, digits, `_ . / -`, at most 63")
    return key


ScalarText = Annotated[str, BeforeValidator(_scalar_to_text)]

Labels = Annotated[
    dict[Annotated[str, AfterValidator(_check_label)], Annotated[ScalarText, Field(max_length=256)]],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "integer", "boolean"]},
            "propertyNames": {"pattern": LABEL_KEY},
        }
    ),
]

_STATUS = re.compile(r"[1-5](?:xx|[0-9][0-9])")
_STATUS_HINT = "write `200`, `2xx` or `[200, 204]`"


def _check_status(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not _STATUS.fullmatch(str(value)):
        shown = f"`{value}`" if isinstance(value, int | float | str) else "this"
        raise ValueError(f"{shown} is not a status code|{_STATUS_HINT}")
    return str(value)


def one_or_many(value: Any) -> Any:
    """A single value as a list of one, for keys that take either."""
    return value if isinstance(value, list) else [value]


StatusCodes = Annotated[
    list[Annotated[str, BeforeValidator(_check_status)]],
    Field(min_length=1),
    BeforeValidator(one_or_many),
    PlainSerializer(lambda codes: [int(code) if code.isdigit() else code for code in codes]),
    WithJsonSchema(
        {
            "$comment": "one code, a class such as 2xx, or a list of them",
            "anyOf": [
                {"type": "integer", "minimum": 100, "maximum": 599},
                {"type": "string", "pattern": "^[1-5](xx|[0-9][0-9])$"},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "anyOf": [
                            {"type": "integer", "minimum": 100, "maximum": 599},
                            {"type": "string", "pattern": "^[1-5](xx|[0-9][0-9])$"},
                        ]
                    },
                },
            ],
        }
    ),
]


def _check_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"`{text}` is not a regular expression: {error}|mend the pattern") from None
    return text


Regex = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_check_regex)]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
