"""postgres: sign in, and ask."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from specs.fields import Port, Text, UrlOf
from specs.probes.databases import Database
from specs.probes.http import one_of


class Postgres(Database):
    """Sign in to PostgreSQL, and run a query. Its first value is the CEL variable `value`."""

    model_config = ConfigDict(json_schema_extra=one_of("url", "host"))

    url: Annotated[str, UrlOf("postgres", "postgresql", example="postgresql://monitor@db.example.com/shop")] | None = (
        Field(
            default=None,
            description="The whole address in one, instead of its parts.",
            examples=["${secret.DATABASE_URL}", "postgresql://monitor@db.example.com/shop"],
        )
    )
    port: Port = Field(default=5432, description="Port number.")
    database: Text | None = Field(default=None, description="Which database; the user's own when left out.")
    query: Text = Field(default="SELECT 1", description="What to ask.", examples=["SELECT count(*) FROM jobs"])
    ssl: Literal["disable", "prefer", "require", "verify-full"] = Field(
        default="prefer", description="How the connection is encrypted."
    )
