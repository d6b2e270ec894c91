"""Field types shared by the kinds: names, labels, durations, status codes."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

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
        defer_build=True,  # a command meets few of the many models, and building one takes a millisecond
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
    return _read_duration(text)


@lru_cache(maxsize=10_000)
def _read_duration(text: str) -> timedelta:
    if not _DURATION.fullmatch(text):
        raise ValueError(f"`{text}` is not a duration|write a number and a unit, such as `30s`, `5m` or `1h30m`")
    seconds = sum(float(number) * UNITS[unit] for number, unit in _DURATION_PART.findall(text))
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"`{text}` is longer than ten years|write a shorter duration")
    return timedelta(milliseconds=round(seconds * 1000))


@lru_cache(maxsize=10_000)
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


Place = tuple[int | str, ...]
"""Where something stands, from what is validated on down: keys as written, and indices."""


def problems_at(*problems: tuple[Place, str, Any]) -> ValidationError:
    """What a validator raises to point deeper than its own key: each problem is a place below it (keys as
    written), the words with their `|` and hint, and the value that stands there."""
    return ValidationError.from_exception_data(
        "spec",
        [
            {
                "type": PydanticCustomError("value_error", "{error}", {"error": ValueError(words)}),
                "loc": at,
                "input": value,
            }
            for at, words, value in problems
        ],
    )


def quoted(keys: Iterable[str], last: str = "and") -> str:
    """Keys in a sentence: `a`, `b` and `c`."""
    *first, end = (f"`{key}`" for key in keys)
    return f"{', '.join(first)} {last} {end}" if first else end


def check_host(text: str) -> str:
    """The host itself. Raises ValueError with a hint."""
    if "${" in text:
        return text
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        host = text.split("://", 1)[1].split("/", 1)[0].rpartition("@")[2]
        raise ValueError(f"`{text}` is a URL, but `{{name}}` takes a host|write `{{name}}: {host or 'example.com'}`")
    if re.fullmatch(r"[^\s/:]+:[0-9]+|\[[^\s/]*\]:[0-9]+", text):
        host, _, port = text.rpartition(":")
        raise ValueError(f"`{text}` has a port in it|write `{{name}}: {host}` and `port: {port}`")
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        if not _is_address(text.removeprefix("[").removesuffix("]")):
            raise ValueError(f"`{text}` is not an address|write a name, or an address such as `192.0.2.1`")
    elif not re.fullmatch(r"(?!-)[\w-]+(\.(?!-)[\w-]+)*\.?", text):
        raise ValueError(f"`{text}` is not a host|write a name such as `db.example.com`, or an address")
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _check_address(text: str) -> str:
    if "${" not in text and not _is_address(text):
        raise ValueError(f"`{text}` is not an address|write one such as `192.0.2.1` or `2001:db8::1`")
    return text


Host = Annotated[
    str,
    Field(min_length=1, max_length=253),
    AfterValidator(check_host),
    WithJsonSchema(
        {
            "$comment": "a host name, or an address",
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "pattern": r"^(\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%[^\s/\]]+)?\]?|[^\s/:@?#\[\]]+|.*\$\{.*)$",
        }
    ),
]

IpAddress = Annotated[
    str,
    AfterValidator(_check_address),
    WithJsonSchema({"type": "string", "pattern": r"^([0-9]+\.[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.%]*|\$\{.*)$"}),
]


class UrlOf:
    """Marks a text as a URL of one of these schemes. Where a reference stands in for the host, the worker checks."""

    def __init__(self, *schemes: str, example: str) -> None:
        self._schemes, self._example = schemes, example

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Text, checked."""
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema(max_length=4096))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Text that begins with one of the schemes, in any case."""
        schemes = "|".join("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in one) for one in self._schemes)
        pattern = rf"^(({schemes})://[^\s/?#][^\s]*|[^/]*\$\{{.*)$"
        return {"type": "string", "maxLength": 4096, "pattern": pattern, "examples": [self._example]}

    def check(self, url: str) -> str:
        """The URL itself. Raises ValueError with a hint."""
        if "${" in url.split("/", 3)[0]:
            return url  # the scheme itself comes from a secret
        kinds = quoted(self._schemes, "or").replace("`", "")
        wrong = f"`{url}` is not {'an' if kinds[0] in 'aeiouh' else 'a'} {kinds} URL|write `{self._example}`"
        try:
            parts = urlsplit(url)
            host = parts.hostname
            if "${" not in parts.netloc:
                _ = parts.port
        except ValueError as error:
            raise ValueError(f"`{url}` is not a URL: {error}|write `{self._example}`") from None
        if parts.scheme not in self._schemes or not host:
            raise ValueError(wrong)
        if re.search(r"\s", url):
            raise ValueError("the URL holds white space|write `%20` for a space")
        return url


HttpUrl = Annotated[str, UrlOf("http", "https", example="https://example.com/health")]

HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"


def check_header_name(name: str) -> str:
    """The name itself. Raises ValueError with a hint."""
    if not re.fullmatch(HEADER_NAME, name):
        raise ValueError(f"`{name}` is not the name of a header|use letters, digits and dashes, as in `X-Request-Id`")
    return name


def _check_header_value(text: str) -> str:
    if any(char in text for char in "\r\n\0"):
        raise ValueError("the value of `{name}` holds a line break|write it in one line, in quotes")
    return text


Headers = Annotated[
    dict[
        Annotated[str, AfterValidator(check_header_name)],
        Annotated[str, AfterValidator(_check_header_value), Field(max_length=8192)],
    ],
    Field(max_length=100),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": "string", "maxLength": 8192, "pattern": r"^[^\r\n\x00]*$"},
            "propertyNames": {"pattern": HEADER_NAME},
            "maxProperties": 100,
        }
    ),
]

CRON_PATTERN = r"^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[0-9A-Za-z*/,#-]+( +[0-9A-Za-z*/,#?-]+){4})$"
_CRON_HINT = "write five fields, minute to day of the week, such as `0 3 * * *` or `*/15 9-17 * * mon-fri`"
_CRON_FIELDS = (
    "minute (0 to 59)",
    "hour (0 to 23)",
    "day of the month (1 to 31)",
    "month (1 to 12)",
    "day of the week (0 to 7)",
)
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def _check_cron(text: str) -> str:
    if "${" in text:
        return text
    parts = text.split()
    if not text.startswith("@") and len(parts) != 5:
        count = "one field" if len(parts) == 1 else f"{len(parts)} fields"
        raise ValueError(f"`{text}` is not a cron expression: it has {count}, not five|{_CRON_HINT}")
    # `h` and `r` stand for values by hash and by chance
    if not re.fullmatch(CRON_PATTERN, text) or any(part[0] in "hHrR" for part in parts):
        raise ValueError(f"`{text}` is not a cron expression|{_CRON_HINT}")
    from croniter import CroniterBadDateError, croniter

    try:
        croniter(text, _SOME_DAY).get_next(datetime)
    except CroniterBadDateError:
        raise ValueError(f"`{text}` names a day that no year has|check the day and the month") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        for index, (part, name) in enumerate(zip(parts, _CRON_FIELDS, strict=False)):
            if not croniter.is_valid(" ".join(part if at == index else "*" for at in range(5))):
                raise ValueError(f"`{text}` is not a cron expression: `{part}` is no {name}|{_CRON_HINT}") from None
        raise ValueError(f"`{text}` is not a cron expression|{_CRON_HINT}") from None
    return text


Cron = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_check_cron),
    WithJsonSchema(
        {
            "$comment": "minute, hour, day of the month, month, day of the week; or @hourly, @daily …",
            "type": "string",
            "maxLength": 200,
            "pattern": rf"{CRON_PATTERN}|\$\{{",
            "examples": ["0 3 * * *", "*/15 9-17 * * mon-fri", "@hourly"],
        }
    ),
]


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zones, the same on every machine."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def _check_time_zone(text: str) -> str:
    if text in time_zones() or "${" in text:
        return text
    from specs.diagnostics import did_you_mean

    low = text.lower()
    zone = next(
        (
            one
            for one in sorted(time_zones())
            if "GMT" not in one and low in (one.lower(), one.rpartition("/")[2].lower())
        ),
        None,
    )
    near = f"did you mean `{zone}`?" if zone else did_you_mean(text, time_zones()) if "/" in text else None
    hint = near or "write an IANA name such as `Europe/Berlin`, or `UTC`"
    raise ValueError(f"there is no time zone `{text}`|{hint}")


TimeZone = Annotated[
    str,
    Field(max_length=64),
    AfterValidator(_check_time_zone),
    WithJsonSchema(
        {
            "$comment": "an IANA time zone",
            "type": "string",
            "maxLength": 64,
            "pattern": r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$|\$\{",
            "examples": ["Europe/Berlin", "UTC"],
        }
    ),
]


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


NumberAsText = BeforeValidator(_number_as_text)
"""Lets a version such as 1.2 or 2 stand without quotes; only for a Literal, where 1.10 cannot be meant."""


def versions(*known: str) -> WithJsonSchema:
    """The JSON Schema of a Literal of versions, with or without quotes."""
    numbers = [float(one) if "." in one else int(one) for one in known if one.count(".") < 2]
    return WithJsonSchema({"enum": [*known, *numbers]})


def _check_pem(text: str) -> str:
    if "-----BEGIN " not in text and "${" not in text:
        # its value may be a key, so it is not shown
        raise ValueError("`{name}` is not PEM|paste the text from `-----BEGIN …-----` on, or write `${secret.NAME}`")
    return text


Pem = Annotated[
    str,
    Field(max_length=65536),
    AfterValidator(_check_pem),
    WithJsonSchema({"type": "string", "maxLength": 65536, "pattern": r"-----BEGIN |\$\{"}),
]


def _check_hex(text: str) -> str:
    if len(re.sub(r"\s", "", text)) % 2 or not re.fullmatch(r"[0-9A-Fa-f\s]+", text):
        raise ValueError("`{name}` is not hexadecimal|write two digits for each byte, such as `00 ff 1b`")
    return text


Hex = Annotated[
    str,
    Field(max_length=65536),
    AfterValidator(_check_hex),
    WithJsonSchema({"type": "string", "maxLength": 65536, "pattern": r"^\s*([0-9A-Fa-f]\s*[0-9A-Fa-f]\s*)+$"}),
]


Text = Annotated[str, Field(min_length=1, max_length=10_000)]
"""A text that says something."""
