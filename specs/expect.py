"""What counts as up, as degraded, and as believed."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from specs.fields import HEADER_NAME, Duration, Model, Regex, StatusCodes, Text, check_header_name
from specs.json_schemas import JsonSchema

Conditions = Annotated[
    list[str],
    Field(max_length=50),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 50}]},
    ),
]


class Body(Model):
    """What the response body must hold. Reading stops at 1 MiB."""

    contains: Annotated[str, Field(min_length=1)] | None = Field(default=None, description="Text that must be there.")
    excludes: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="Text that must not be there."
    )
    matches: Regex | None = Field(default=None, description="Regular expression that must be found.")
    schema_: JsonSchema | None = Field(
        default=None,
        alias="schema",
        description="A JSON Schema (draft 2020-12) that the body must meet.",
        examples=[{"type": "object", "required": ["status"]}],
    )
    max_size: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The most bytes that it may have.", examples=[65536]
    )


class Certificate(Model):
    """What the TLS certificate must fulfil."""

    valid_for: Duration = Field(description="How long it must still be valid.", examples=["14d"])
    issuer: Text | None = Field(default=None, description="Text that its issuer must hold.", examples=["Let's Encrypt"])
    names: Annotated[list[Text], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Names that it must be for.", examples=[["shop.example.com"]]
    )


class Expect(Model):
    """What counts as up; whatever is not met means down."""

    status: StatusCodes | None = Field(
        default=None, description="Status codes; `2xx` when left out.", examples=[200, "2xx"]
    )
    latency: Duration | None = Field(default=None, description="The longest total time.", examples=["2s"])
    body: Body | None = Field(default=None, description="What the body must hold.")
    headers: (
        Annotated[
            dict[Annotated[str, AfterValidator(check_header_name)], Regex],
            Field(min_length=1, max_length=50, json_schema_extra={"propertyNames": {"pattern": HEADER_NAME}}),
        ]
        | None
    ) = Field(
        default=None,
        description="Headers that the answer must have, each with a regular expression for its value.",
        examples=[{"Content-Type": "^application/json"}],
    )
    certificate: Certificate | None = Field(default=None, description="What the certificate must fulfil.")
    that: Conditions = Field(
        default=[], description="CEL expressions that must be true.", examples=[["json.cart.healthy == true"]]
    )


class Degraded(Model):
    """Met `expect` but not this: degraded."""

    latency: Duration | None = Field(default=None, description="Slower than this is degraded.", examples=["500ms"])
    certificate: Certificate | None = Field(
        default=None, description="A certificate that does not fulfil this is degraded."
    )
    that: Conditions = Field(default=[], description="CEL expressions; when one is not true the monitor is degraded.")


class Confirm(Model):
    """How many observations in a row, per region, it takes to believe a change."""

    down: Annotated[int, Field(ge=1, le=100)] = Field(default=2, description="To believe that it is down or degraded.")
    up: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="To believe that it is up again.")


_WITH_CERTIFICATE = ("latency", "certificate", "that")
_PLAIN = ("latency", "that")

# probe → the keys of `expect` that mean something to it; `degraded` takes the same, as far as it has them
FITS: dict[str, tuple[str, ...]] = {
    "http": ("status", "latency", "body", "headers", "certificate", "that"),
    **dict.fromkeys(("tls", "starttls", "websocket", "grpc", "smtp"), _WITH_CERTIFICATE),
    **dict.fromkeys(("tcp", "udp", "dns", "icmp", "ssh", "postgres", "mysql", "redis", "mqtt", "prometheus"), _PLAIN),
    "browser": _PLAIN,
    "steps": ("latency",),
    "domain": ("that",),
    "heartbeat": (),
    "composite": (),
}


def fitting_keys(probe: str, block: str) -> list[str]:
    """The keys that `expect` or `degraded` may have for a probe, as written."""
    known = {info.alias for info in BLOCKS[block].model_fields.values()}
    return [key for key in FITS[probe] if key in known]


def fitting_schema() -> dict[str, Any]:
    """What the JSON Schema of a Monitor says of the keys of `expect` and `degraded`, for each set of probes alike."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for probe, fits in FITS.items():
        alike.setdefault(fits, []).append(probe)
    return {
        "allOf": [
            {
                "if": {"anyOf": [{"required": [probe]} for probe in probes]},
                "then": {"properties": {block: _only(fitting_keys(probes[0], block)) for block in BLOCKS}},
            }
            for probes in alike.values()
            if "http" not in probes
        ]
    }


def _only(keys: list[str]) -> dict[str, Any]:
    return {"propertyNames": {"enum": keys}} if keys else {"maxProperties": 0}


BLOCKS: dict[str, type[Model]] = {"expect": Expect, "degraded": Degraded}
