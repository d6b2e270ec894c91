"""redis: PING, or another command."""

from typing import Annotated

from pydantic import ConfigDict, Field

from specs.fields import Port, Text, UrlOf
from specs.probes.databases import Database
from specs.probes.http import one_of


class Redis(Database):
    """Connect to Redis or Valkey, and run a command. Its answer is the CEL variable `value`."""

    model_config = ConfigDict(json_schema_extra=one_of("url", "host"))

    url: Annotated[str, UrlOf("redis", "rediss", example="rediss://cache.example.com:6379/0")] | None = Field(
        default=None,
        description="The whole address in one, instead of its parts.",
        examples=["${secret.DATABASE_URL}", "rediss://cache.example.com:6379/0"],
    )
    port: Port = Field(default=6379, description="Port number.")
    database: Annotated[int, Field(ge=0, le=10_000)] = Field(default=0, description="Which database.")
    command: Annotated[list[Text], Field(min_length=1, max_length=100)] = Field(
        default=["PING"], description="What to ask, word by word.", examples=[["LLEN", "jobs"]]
    )
    tls: bool = Field(default=False, description="Encrypt the connection.")
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
