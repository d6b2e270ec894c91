"""Monitor: what is watched, how often, and what counts as up."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from specs.expect import FITS, Body, Certificate, Conditions, Confirm, Degraded, Expect, fitting_keys, fitting_schema
from specs.fields import Duration, HttpUrl, Model, Name, Place, at_least, at_most, problems_at, quoted
from specs.probes import PROBES
from specs.probes.browser import Browser
from specs.probes.composite import Composite
from specs.probes.dns import Dns
from specs.probes.domain import Domain
from specs.probes.grpc import Grpc
from specs.probes.heartbeat import Heartbeat, Token
from specs.probes.http import METHODS, Http, one_of
from specs.probes.icmp import Icmp
from specs.probes.mqtt import Mqtt
from specs.probes.mysql import Mysql
from specs.probes.postgres import Postgres
from specs.probes.prometheus import Prometheus
from specs.probes.redis import Redis
from specs.probes.smtp import Smtp
from specs.probes.ssh import Ssh
from specs.probes.starttls import Starttls
from specs.probes.steps import Steps
from specs.probes.tcp import Tcp
from specs.probes.tls import Tls
from specs.probes.udp import Udp
from specs.probes.websocket import Websocket

__all__ = [
    "METHODS",
    "PROBES",
    "Body",
    "Certificate",
    "Conditions",
    "Confirm",
    "Degraded",
    "Expect",
    "Heartbeat",
    "Http",
    "HttpUrl",
    "Monitor",
    "Tcp",
    "Token",
]

_NOTHING = Expect()


class Monitor(Model):
    """What is watched, how often, and what counts as up."""

    model_config = ConfigDict(json_schema_extra=one_of(*PROBES) | fitting_schema())

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
    retries: Annotated[int, Field(ge=0, le=10)] | None = Field(
        default=None, description="How often a failed look is repeated at once, within the same check.", examples=[1]
    )
    depends_on: list[Name] = Field(
        default=[],
        description="Monitors this one depends on: while one of them is down, this is unknown.",
        examples=[["edge-gateway"]],
    )
    priority: Literal["low", "normal", "high"] | None = Field(
        default=None, description="Who goes first when workers cannot keep up; `normal` when left out."
    )
    description: str | None = Field(default=None, description="What a person should know about it.", max_length=2000)
    http: Http | None = Field(default=None, description="Ask a web server.")
    steps: Steps | None = Field(
        default=None,
        description="Several requests, with values carried on.",
        examples=[[{"name": "login", "http": {"url": "https://shop.example.com/login", "method": "POST"}}]],
    )
    browser: Browser | None = Field(default=None, description="Visit a site in a real browser.")
    tcp: Tcp | None = Field(default=None, description="Open a TCP connection.")
    udp: Udp | None = Field(default=None, description="Send a datagram, and wait for one.")
    tls: Tls | None = Field(default=None, description="Do a TLS handshake, and look at the certificate.")
    starttls: Starttls | None = Field(default=None, description="Change from plain text to TLS.")
    dns: Dns | None = Field(default=None, description="Ask a name server.")
    icmp: Icmp | None = Field(default=None, description="Ping.")
    websocket: Websocket | None = Field(default=None, description="Open a WebSocket.")
    grpc: Grpc | None = Field(default=None, description="Ask the gRPC health service.")
    ssh: Ssh | None = Field(default=None, description="Read a banner, or run a command.")
    smtp: Smtp | None = Field(default=None, description="Greet a mail server.")
    domain: Domain | None = Field(default=None, description="See until when a domain is registered.")
    postgres: Postgres | None = Field(default=None, description="Run a query in PostgreSQL.")
    mysql: Mysql | None = Field(default=None, description="Run a query in MySQL or MariaDB.")
    redis: Redis | None = Field(default=None, description="Run a command in Redis or Valkey.")
    mqtt: Mqtt | None = Field(default=None, description="Connect to an MQTT broker.")
    prometheus: Prometheus | None = Field(default=None, description="Run a PromQL query.")
    heartbeat: Heartbeat | None = Field(default=None, description="Wait for a job to call.")
    composite: Composite | None = Field(default=None, description="Made of other monitors.")
    expect: Expect = Field(default=_NOTHING, description="What counts as up.")
    degraded: Degraded | None = Field(default=None, description="What counts as fully up.")

    @property
    def probe(self) -> str:
        """The key of its one probe, such as `http`."""
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
        given = self.model_fields_set
        found = [key for key in PROBES if key in given]
        for key in found:
            if getattr(self, key) is None:
                raise ValueError(f"the probe `{key}` is empty|write its keys below it")
        if len(found) != 1:
            raise _not_one_probe(found)
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
        if self.expect is not _NOTHING or self.degraded is not None:
            _check_fit(found[0], self.expect, self.degraded)
        return self


def _not_one_probe(found: list[str]) -> ValueError:
    if not found:
        return ValueError(f"the monitor has no probe|add one of {', '.join(f'`{key}`' for key in PROBES)}")
    named = " and ".join(f"`{key}`" for key in found)
    return ValueError(f"a monitor has exactly one probe, but this has {named}|make two monitors of it")


def _check_fit(probe: str, expect: Expect, degraded: Degraded | None) -> None:
    """Raises ValueError or ValidationError where a probe cannot tell what is expected."""
    problems = list[tuple[Place, str, Any]]()
    for name, block in (("expect", expect), ("degraded", degraded)):
        if block is None:
            continue
        for field in sorted(block.model_fields_set):
            key, value = str(type(block).model_fields[field].alias), getattr(block, field)
            if key in FITS[probe] or value is None or value == []:
                continue
            if not FITS[probe]:
                why = "pings arrive or they do not" if probe == "heartbeat" else "its parts say how they are"
                raise ValueError(f"`{name}` is not for `{probe}`: {why}|remove `{name}`")
            hint = f"for `{probe}` there is {quoted(fitting_keys(probe, name))}"
            if probe == "steps":
                hint += ", and each step has an `expect` of its own"
            problems.append(((name, key), f"`{name}` has `{key}`, which `{probe}` cannot tell|{hint}", value))
    if problems:
        raise problems_at(*problems)
