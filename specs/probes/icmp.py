"""icmp: ping."""

from typing import Annotated, Literal

from pydantic import Field

from specs.fields import Host, Model


class Icmp(Model):
    """Send echo requests, and count the replies."""

    host: Host = Field(description="Host name or address.", examples=["gateway.example.com"])
    count: Annotated[int, Field(ge=1, le=20)] = Field(default=3, description="How many requests each time.")
    size: Annotated[int, Field(ge=0, le=65_000)] = Field(default=56, description="Bytes of payload.")
    max_loss: Annotated[int, Field(ge=0, le=99)] = Field(
        default=0, description="Percent of the requests that may stay without a reply.", examples=[34]
    )
    ip: Literal[4, 6] | None = Field(default=None, description="Use only IPv4 or IPv6.", examples=[4])
