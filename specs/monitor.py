"""Monitor: what is watched, how often, and what counts as up."""

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from specs.fields import Duration, Model, Name, Port, Regex, StatusCodes, at_least, at_most

Conditions = Annotated[
    list[str],
    Field(max_length=50),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 50}]},
    ),
]

METHODS = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _check_url(url: str) -> str:
    if "${" in url.split("/", 3)[0]:
        return url  # the scheme itself comes from a secret; the worker checks it
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"`{url}` is not a URL: {error}|write `https://example.com/health`") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"`{url}` is not an http or https URL|write `https://example.com/health`")
    if re.search(r"\s", url):
        raise ValueError("the URL holds white space|write `%20` for a space")
    return url


HttpUrl = Annotated[
    str,
    Field(max_length=4096, examples=["https://shop.example.com/health"]),
    AfterValidator(_check_url),
]


class Http(Model):
    """Ask a web server, by HTTP/1.1 or 2, over a new connection each time."""

    url: HttpUrl = Field(description="The address to ask.")
    method: METHODS = Field(default="GET", description="The request method.")
    headers: dict[str, str] = Field(
        default={},
        description="Headers to send; values may hold `${secret.X}`.",
        examples=[{"Authorization": "Bearer ${secret.CHECKOUT_TOKEN}"}],
    )
    body: str | None = Field(default=None, description="The request body, as text.", examples=['{"ping": true}'])
    redirects: Annotated[int, Field(ge=0, le=20)] = Field(
        default=5, description="How many redirects to follow; 0 takes the first answer as it is."
    )
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")


class Tcp(Model):
    """Open a TCP connection."""

    host: Annotated[str, Field(min_length=1, max_length=253)] = Field(
        description="Host name or address.", examples=["db.example.com"]
    )
    port: Port = Field(description="Port number.", examples=[5432])


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

    period: Annotated[Duration, at_least(timedelta(seconds=1))] = Field(
        description="The longest time between two pings of a healthy job.", examples=["1h"]
    )
    grace: Duration = Field(default=timedelta(0), description="How late a ping may be.", examples=["5m"])
    token: Token | None = Field(
        default=None,
        description="The last part of the address to ping. Left out, Wakeful makes one that cannot be guessed.",
        examples=["${secret.BACKUP_PING}"],
    )


class Body(Model):
    """What the response body must hold. Reading stops at 1 MiB."""

    contains: Annotated[str, Field(min_length=1)] | None = Field(default=None, description="Text that must be there.")
    excludes: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="Text that must not be there."
    )
    matches: Regex | None = Field(default=None, description="Regular expression that must be found.")


class Certificate(Model):
    """What the TLS certificate must fulfil."""

    valid_for: Duration = Field(description="How long it must still be valid.", examples=["14d"])


class Expect(Model):
    """What counts as up; whatever is not met means down."""

    status: StatusCodes | None = Field(
        default=None, description="Status codes; `2xx` when left out.", examples=[200, "2xx"]
    )
    latency: Duration | None = Field(default=None, description="The longest total time.", examples=["2s"])
    body: Body | None = Field(default=None, description="What the body must hold.")
    certificate: Certificate | None = Field(default=None, description="What the certificate must fulfil.")
    that: Conditions = Field(
        default=[], description="CEL expressions that must be true.", examples=[["json.cart.healthy == true"]]
    )


class Degraded(Model):
    """Met `expect` but not this: degraded."""

    latency: Duration | None = Field(default=None, description="Slower than this is degraded.", examples=["500ms"])
    that: Conditions = Field(default=[], description="CEL expressions; when one is not true the monitor is degraded.")


class Confirm(Model):
    """How many observations in a row, per region, it takes to believe a change."""

    down: Annotated[int, Field(ge=1, le=100)] = Field(default=2, description="To believe that it is down or degraded.")
    up: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="To believe that it is up again.")


PROBES = ("http", "tcp", "heartbeat")


class Monitor(Model):
    """What is watched, how often, and what counts as up."""

    every: Annotated[Duration, at_least(timedelta(seconds=1)), at_most(timedelta(days=1))] = Field(
        default=timedelta(seconds=60), description="Time from one check to the next.", examples=["60s"]
    )
    timeout: Annotated[Duration, at_least(timedelta(milliseconds=10)), at_most(timedelta(minutes=5))] = Field(
        default_factory=lambda data: min(timedelta(seconds=10), data["every"]),
        description="When to give up waiting for an answer; `10s`, or `every` where that is shorter, when left out.",
        examples=["10s"],
    )
    regions: Annotated[list[Name], Field(min_length=1, max_length=50)] = Field(
        default=["default"], description="Where it is checked from.", examples=[["eu", "us", "ap"]]
    )
    quorum: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="How many regions must see it down; more than half when left out.",
        examples=[2],
    )
    confirm: Confirm = Field(default=Confirm(), description="Observations in a row before a change is believed.")
    depends_on: list[Name] = Field(
        default=[],
        description="Monitors this one depends on: while one of them is down, this is unknown.",
        examples=[["edge-gateway"]],
    )
    description: str | None = Field(default=None, description="What a person should know about it.", max_length=2000)
    http: Http | None = Field(default=None, description="Ask a web server.")
    tcp: Tcp | None = Field(default=None, description="Open a TCP connection.")
    heartbeat: Heartbeat | None = Field(default=None, description="Wait for a job to call.")
    expect: Expect = Field(default=Expect(), description="What counts as up.")
    degraded: Degraded | None = Field(default=None, description="What counts as fully up.")

    @property
    def probe(self) -> str:
        """The key of its one probe: `http`, `tcp` or `heartbeat`."""
        return next(key for key in PROBES if getattr(self, key) is not None)

    @property
    def votes_needed(self) -> int:
        """How many regions must see it down for it to be down."""
        return self.quorum or len(self.regions) // 2 + 1

    @property
    def stale_after(self) -> timedelta:
        """How long without an observation until its health is unknown."""
        return max(3 * self.every, timedelta(seconds=30)) + self.timeout

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Monitor":
        found = [key for key in PROBES if getattr(self, key) is not None]
        if not found:
            raise ValueError(f"the monitor has no probe|add one of {', '.join(f'`{key}`' for key in PROBES)}")
        if len(found) > 1:
            named = " and ".join(f"`{key}`" for key in found)
            raise ValueError(f"a monitor has exactly one probe, but this has {named}|make two monitors of it")
        if self.quorum and self.quorum > len(self.regions):
            count = "is only one region" if len(self.regions) == 1 else f"are only {len(self.regions)} regions"
            raise ValueError(
                f"`quorum` is {self.quorum}, but there {count}, so it could never be down"
                f"|write `quorum: {len(self.regions)}` or add regions"
            )
        if self.timeout > self.every and self.heartbeat is None:
            raise ValueError(
                "`timeout` is longer than `every`, so checks would pile up|make `timeout` the shorter of the two"
            )
        if len(set(self.regions)) != len(self.regions):
            raise ValueError("`regions` names a region twice|name each region once")
        if self.heartbeat and (self.degraded or self.expect != Expect()):
            raise ValueError("`expect` and `degraded` are not for a heartbeat: pings arrive or they do not|remove them")
        if self.tcp:
            given = self.expect
            if given.status or given.body or given.certificate:
                raise ValueError(
                    "`expect` has `status`, `body` or `certificate`, which are for `http`"
                    "|for `tcp` use `latency` and `that`"
                )
        return self
