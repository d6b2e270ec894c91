"""prometheus: a query."""

from typing import Literal

from pydantic import Field

from specs.fields import Headers, HttpUrl, Model, Text
from specs.probes.http import Auth, Tls


class Prometheus(Model):
    """Run a PromQL query. `value` is its first sample and `samples` are all, for `that`."""

    url: HttpUrl = Field(description="The server.", examples=["https://prometheus.example.com"])
    query: Text = Field(description="The query.", examples=['sum(rate(http_requests_total{code=~"5.."}[5m]))'])
    empty: Literal["down", "up", "unknown"] = Field(
        default="unknown", description="What an answer without samples means."
    )
    headers: Headers = Field(default={}, description="Headers to send.", examples=[{"X-Scope-OrgID": "shop"}])
    auth: Auth | None = Field(default=None, description="How the request proves who asks.")
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
    tls: Tls | None = Field(default=None, description="How the connection is encrypted.")
