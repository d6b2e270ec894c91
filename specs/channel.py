"""Channel: where a message goes."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import Duration, Model, Port, at_least, at_most
from specs.monitor import HttpUrl


class Webhook(Model):
    """POST the message as JSON."""

    url: HttpUrl = Field(description="Where to post; may hold `${secret.X}`.", examples=["https://hooks.example.com/x"])
    headers: dict[str, str] = Field(default={}, description="Headers to add; values may hold `${secret.X}`.")
    signing_secret: str | None = Field(
        default=None,
        description="Signs each message as Standard Webhooks do (`whsec_` and base64, or plain text).",
        examples=["${secret.WEBHOOK_SIGNING}"],
    )
    timeout: Annotated[Duration, at_least(timedelta(seconds=1)), at_most(timedelta(seconds=30))] = Field(
        default=timedelta(seconds=10), description="When to give up on one attempt."
    )


_ADDRESS = r"^[^@\s<>]+@[^@\s<>]+$"
_SENDER = r"^([^<>]*<)?[^@\s<>]+@[^@\s<>]+>?$"


def _check_address(text: str) -> str:
    if not re.fullmatch(_ADDRESS, text) and "${" not in text:
        raise ValueError(f"`{text}` is not a mail address|write `oncall@example.com`")
    return text


def _check_sender(text: str) -> str:
    if not re.fullmatch(_SENDER, text) and "${" not in text:
        raise ValueError(f"`{text}` is not a sender|write `wakeful@example.com` or `Wakeful <wakeful@example.com>`")
    return text


Address = Annotated[
    str, AfterValidator(_check_address), WithJsonSchema({"type": "string", "pattern": rf"{_ADDRESS}|\$\{{"})
]
Sender = Annotated[
    str, AfterValidator(_check_sender), WithJsonSchema({"type": "string", "pattern": rf"{_SENDER}|\$\{{"})
]


class Email(Model):
    """Send mail by SMTP."""

    to: Annotated[list[Address], Field(min_length=1, max_length=50)] = Field(
        description="Who gets it; each gets a message of their own.", examples=[["oncall@example.com"]]
    )
    from_: Sender = Field(alias="from", description="The sender.", examples=["Wakeful <wakeful@example.com>"])
    host: Annotated[str, Field(min_length=1)] = Field(description="The SMTP server.", examples=["smtp.example.com"])
    port: Port = Field(default=587, description="Its port.")
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls",
        description="How the connection is encrypted; `implicit` is TLS from the first byte.",
    )
    username: str | None = Field(default=None, description="For servers that ask; may be `${secret.X}`.")
    password: str | None = Field(
        default=None, description="May be `${secret.X}`.", examples=["${secret.SMTP_PASSWORD}"]
    )


CHANNEL_TYPES = ("webhook", "email")


class Channel(Model):
    """Where a message goes."""

    webhook: Webhook | None = Field(default=None, description="POST the message as JSON.")
    email: Email | None = Field(default=None, description="Send mail by SMTP.")

    @property
    def type(self) -> str:
        """The key of its one type: `webhook` or `email`."""
        return next(key for key in CHANNEL_TYPES if getattr(self, key) is not None)

    @model_validator(mode="after")
    def _one_type(self) -> "Channel":
        found = [key for key in CHANNEL_TYPES if getattr(self, key) is not None]
        if not found:
            raise ValueError(f"the channel has no type|add one of {', '.join(f'`{key}`' for key in CHANNEL_TYPES)}")
        if len(found) > 1:
            named = " and ".join(f"`{key}`" for key in found)
            raise ValueError(f"a channel has exactly one type, but this has {named}|make two channels of it")
        return self
