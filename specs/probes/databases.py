"""What the probes of databases have in common."""

from typing import Any

from pydantic import Field, model_validator

from specs.fields import Host, Model, Text


class Database(Model):
    """A database: its place, who signs in, and what is asked."""

    url: Text | None = Field(
        default=None, description="The whole address in one, instead of its parts.", examples=["${secret.DATABASE_URL}"]
    )
    host: Host | None = Field(default=None, description="Host name or address.", examples=["db.example.com"])
    username: Text | None = Field(default=None, description="Who signs in.", examples=["monitor"])
    password: Text | None = Field(default=None, description="Their password.", examples=["${secret.DB_PASSWORD}"])

    @model_validator(mode="after")
    def _one_place(self) -> Any:
        if self.url is None and self.host is None:
            raise ValueError("there is no place to connect to|add `host`, or `url: ${secret.DATABASE_URL}`")
        if self.url is not None and self.host is not None:
            raise ValueError("`url` and `host` both say where to connect|remove one of the two")
        if self.url is not None:
            extra = [key for key in ("port", "username", "password", "database") if key in self.model_fields_set]
            if extra and getattr(self, extra[0]) != type(self).model_fields[extra[0]].default:
                raise ValueError(f"`{extra[0]}` is a part of `url` already|write it there, or write `host`")
        return self
