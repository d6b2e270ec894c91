"""domain: when a registration ends."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from specs.fields import Duration, Host, Model


class Domain(Model):
    """Ask the registry (RDAP, or WHOIS where there is none) until when a domain is registered."""

    name: Host = Field(description="The domain.", examples=["example.com"])
    valid_for: Duration = Field(
        default=timedelta(days=30), description="How long it must still be registered.", examples=["30d"]
    )
    source: Literal["auto", "rdap", "whois"] = Field(default="auto", description="Who is asked.")
