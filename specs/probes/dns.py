"""dns: ask a name server."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from specs.fields import Host, Model, Port, Text, check_host, one_or_many, problems_at

Answers = Annotated[
    list[Text],
    Field(min_length=1, max_length=100),
    BeforeValidator(one_or_many),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]}
    ),
]


class Dns(Model):
    """Ask a name server for records."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"transport": {"const": "https"}}, "required": ["transport"]},
            "then": {"required": ["server"], "properties": {"server": {"pattern": "^https://|\\$\\{"}}},
            "else": {"properties": {"server": {"not": {"pattern": "://"}}}},
        }
    )

    name: Host = Field(description="The name to ask for.", examples=["shop.example.com"])
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA", "CAA", "PTR"] = Field(
        default="A", description="The type of record."
    )
    server: Text | None = Field(
        default=None,
        description="The server to ask: a name or address, or the URL of a DNS-over-HTTPS server; the system's when left out.",
        examples=["192.0.2.53"],
    )
    port: Port | None = Field(default=None, description="Its port; the transport's own when left out.")
    transport: Literal["udp", "tcp", "tls", "https"] = Field(default="udp", description="How it is asked.")
    dnssec: bool = Field(default=False, description="Require an answer that the server has validated (the AD flag).")
    answers: Answers | None = Field(
        default=None, description="Records that must be among the answers.", examples=[["192.0.2.10"]]
    )
    rcode: Literal["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"] = Field(
        default="NOERROR", description="The response code that is wanted."
    )

    @model_validator(mode="after")
    def _server_fits_transport(self) -> "Dns":
        if self.transport == "https":
            if self.server is None or not re.match(r"https://|\$\{", self.server):
                raise ValueError(
                    "`transport` is `https`, so `server` must be a URL|write `server: https://dns.example.com/dns-query`"
                )
            if self.port is not None:
                raise ValueError("`port` is in the URL of `server`|write it there")
        elif self.server is not None:
            if "://" in self.server:
                raise ValueError("`server` is a URL, which is for `https`|add `transport: https`, or name the host")
            try:
                check_host(self.server)
            except ValueError as error:
                raise problems_at((("server",), str(error), self.server)) from None
        return self
