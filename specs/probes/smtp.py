"""smtp: greet a mail server."""

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from specs.fields import Host, Model, Port, Text


class Smtp(Model):
    """Connect to a mail server, greet it, and sign in where there is a user; no mail is sent."""

    model_config = ConfigDict(
        json_schema_extra={"dependentRequired": {"username": ["password"], "password": ["username"]}}
    )

    host: Host = Field(description="Host name or address.", examples=["mail.example.com"])
    port: Port = Field(default=25, description="Port number.", examples=[587])
    tls: Literal["starttls", "implicit", "none"] = Field(default="none", description="How the connection is encrypted.")
    verify: bool = Field(default=True, description="Check the server's certificate chain and name.")
    username: Text | None = Field(default=None, description="Who signs in; nobody does when left out.")
    password: Text | None = Field(default=None, description="Their password.", examples=["${secret.SMTP_PASSWORD}"])
    recipient: Text | None = Field(
        default=None, description="An address that the server must accept mail for.", examples=["oncall@example.com"]
    )

    @model_validator(mode="after")
    def _can_sign_in(self) -> "Smtp":
        if (self.username is None) != (self.password is None):
            has, lacks = ("username", "password") if self.password is None else ("password", "username")
            raise ValueError(f"`{has}` cannot sign in without `{lacks}`|add `{lacks}`")
        return self
