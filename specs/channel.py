"""Channel: where a message goes."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from specs.fields import Duration, HttpUrl, Model, Port, Text, at_least, at_most
from specs.shapes import exactly_one


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
    format: Literal["wakeful", "alertmanager"] | None = Field(
        default=None, description="`alertmanager` posts what Alertmanager's webhook posts (version 4)."
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


Secret = Annotated[str, Field(min_length=1, max_length=8192)]
"""A text that should be `${secret.X}`."""


class Slack(Model):
    """Post to Slack: by an incoming webhook, or as a bot that edits and threads its messages."""

    model_config = {"json_schema_extra": exactly_one("webhookUrl", "token")}

    webhook_url: HttpUrl | None = Field(
        default=None, description="The address of an incoming webhook.", examples=["${secret.SLACK_WEBHOOK}"]
    )
    token: Secret | None = Field(default=None, description="A bot's token.", examples=["${secret.SLACK_TOKEN}"])
    channel: Text | None = Field(default=None, description="Where a bot posts.", examples=["#oncall"])
    mention: list[Text] = Field(default=[], description="Whom to mention when it is critical.", examples=[["@here"]])

    @model_validator(mode="after")
    def _one_way(self) -> "Slack":
        if (self.webhook_url is None) == (self.token is None):
            raise ValueError("Slack is reached in one way|write either `webhookUrl` or `token`")
        if self.token is not None and self.channel is None:
            raise ValueError("`token` does not say where to post|add `channel`")
        return self


class Discord(Model):
    """Post to Discord."""

    webhook_url: HttpUrl = Field(description="The address of the webhook.", examples=["${secret.DISCORD_WEBHOOK}"])
    username: Annotated[Text, Field(max_length=80)] | None = Field(default=None, description="The name to post under.")
    mention: list[Text] = Field(default=[], description="Roles or users to mention.", examples=[["@everyone"]])


class Teams(Model):
    """Post to Microsoft Teams, by a Workflows webhook."""

    webhook_url: HttpUrl = Field(description="The address of the workflow.", examples=["${secret.TEAMS_WEBHOOK}"])


class Telegram(Model):
    """Send as a Telegram bot."""

    token: Secret = Field(description="The bot's token.", examples=["${secret.TELEGRAM_TOKEN}"])
    chat: Text = Field(description="The chat's id, or `@channel`.", examples=["-1001234567890"])
    thread: Annotated[int, Field(ge=1)] | None = Field(default=None, description="A topic of a forum.")
    silent: bool = Field(default=False, description="Without a sound.")
    server: HttpUrl | None = Field(default=None, description="Another Bot API server.")


class PagerDuty(Model):
    """Trigger, acknowledge and resolve by the Events API v2."""

    routing_key: Secret = Field(description="The integration's key.", examples=["${secret.PAGERDUTY_KEY}"])
    server: HttpUrl | None = Field(
        default=None, description="Another region.", examples=["https://events.eu.pagerduty.com"]
    )
    changes: bool = Field(default=False, description="Send a change event for each applied revision.")


class Opsgenie(Model):
    """Create and close alerts in Opsgenie."""

    api_key: Secret = Field(description="The integration's key.", examples=["${secret.OPSGENIE_KEY}"])
    region: Literal["us", "eu"] = Field(default="us", description="Where the account lives.")
    responders: list[Text] = Field(default=[], description="Teams to call.", examples=[["payments"]])
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = Field(
        default=None, description="Its priority; by the severity when left out."
    )


class _Twilio(Model):
    """An account of Twilio, and the numbers to use."""

    account_sid: Secret = Field(description="The account.", examples=["${secret.TWILIO_SID}"])
    auth_token: Secret = Field(description="Its token.", examples=["${secret.TWILIO_TOKEN}"])
    from_: Text = Field(alias="from", description="The number to send from.", examples=["+4915112345678"])
    to: Annotated[list[Text], Field(min_length=1, max_length=50)] = Field(
        description="The numbers to reach.", examples=[["+4915187654321"]]
    )


class Sms(_Twilio):
    """Send a text message by Twilio."""


class Voice(_Twilio):
    """Call by Twilio, and read the message out."""

    language: Text = Field(default="en-US", description="The language it is read in.")


class Ntfy(Model):
    """Publish to a topic of ntfy."""

    topic: Text = Field(description="The topic.", examples=["shop-alerts"])
    server: HttpUrl = Field(default="https://ntfy.sh", description="The server.")
    token: Secret | None = Field(default=None, description="An access token.", examples=["${secret.NTFY_TOKEN}"])
    priority: Annotated[int, Field(ge=1, le=5)] | None = Field(
        default=None, description="1 to 5; by the severity when left out."
    )


class Mattermost(Model):
    """Post to Mattermost."""

    webhook_url: HttpUrl = Field(description="The address of the webhook.", examples=["${secret.MATTERMOST_WEBHOOK}"])
    channel: Text | None = Field(default=None, description="Another channel than the webhook's own.")
    username: Text | None = Field(default=None, description="The name to post under.")


class Pushover(Model):
    """Push to phones by Pushover."""

    token: Secret = Field(description="The application's token.", examples=["${secret.PUSHOVER_TOKEN}"])
    user: Secret = Field(description="The user's or group's key.", examples=["${secret.PUSHOVER_USER}"])
    priority: Annotated[int, Field(ge=-2, le=2)] | None = Field(
        default=None, description="-2 to 2; by the severity when left out."
    )
    sound: Text | None = Field(default=None, description="The sound.")


class GoogleChat(Model):
    """Post to a space of Google Chat."""

    webhook_url: HttpUrl = Field(description="The address of the webhook.", examples=["${secret.CHAT_WEBHOOK}"])


class WebPush(Model):
    """Push to browsers that subscribed in the dashboard."""

    users: list[Address] = Field(
        default=[],
        description="Whose browsers; everybody's in the workspace when left out.",
        examples=[["ada@example.com"]],
    )


class Apprise(Model):
    """Any of the services that Apprise knows."""

    urls: Annotated[list[Secret], Field(min_length=1, max_length=20)] = Field(
        description="Addresses, as Apprise writes them.", examples=[["${secret.MATRIX_URL}"]]
    )


CHANNEL_TYPES = (
    "webhook", "email", "slack", "discord", "teams", "telegram", "pagerduty", "opsgenie", "sms", "voice", "ntfy",
    "mattermost", "pushover", "googleChat", "webPush", "apprise",
)  # fmt: skip

_ATTRIBUTES = {"googleChat": "google_chat", "webPush": "web_push"}

# type → the keys that hold what should never stand in git as it is
SECRET_FIELDS: dict[str, tuple[str, ...]] = {
    "webhook": ("signingSecret",),
    "email": ("password",),
    "slack": ("webhookUrl", "token"),
    "discord": ("webhookUrl",),
    "teams": ("webhookUrl",),
    "telegram": ("token",),
    "pagerduty": ("routingKey",),
    "opsgenie": ("apiKey",),
    "sms": ("authToken",),
    "voice": ("authToken",),
    "ntfy": ("token",),
    "mattermost": ("webhookUrl",),
    "pushover": ("token", "user"),
    "googleChat": ("webhookUrl",),
    "apprise": ("urls",),
}


class Channel(Model):
    """Where a message goes."""

    model_config = {"json_schema_extra": exactly_one(*CHANNEL_TYPES)}

    webhook: Webhook | None = Field(default=None, description="POST the message as JSON.")
    email: Email | None = Field(default=None, description="Send mail by SMTP.")
    slack: Slack | None = Field(default=None, description="Post to Slack.")
    discord: Discord | None = Field(default=None, description="Post to Discord.")
    teams: Teams | None = Field(default=None, description="Post to Microsoft Teams.")
    telegram: Telegram | None = Field(default=None, description="Send as a Telegram bot.")
    pagerduty: PagerDuty | None = Field(default=None, description="Trigger and resolve in PagerDuty.")
    opsgenie: Opsgenie | None = Field(default=None, description="Create and close alerts in Opsgenie.")
    sms: Sms | None = Field(default=None, description="Send a text message by Twilio.")
    voice: Voice | None = Field(default=None, description="Call by Twilio.")
    ntfy: Ntfy | None = Field(default=None, description="Publish to ntfy.")
    mattermost: Mattermost | None = Field(default=None, description="Post to Mattermost.")
    pushover: Pushover | None = Field(default=None, description="Push by Pushover.")
    google_chat: GoogleChat | None = Field(default=None, description="Post to Google Chat.")
    web_push: WebPush | None = Field(default=None, description="Push to browsers.")
    apprise: Apprise | None = Field(default=None, description="Any of the services that Apprise knows.")

    @property
    def type(self) -> str:
        """The key of its one type, such as `webhook`."""
        return next(key for key in CHANNEL_TYPES if self.settings(key) is not None)

    def settings(self, key: str) -> Model | None:
        """What it says under the key of a type."""
        found: Model | None = getattr(self, _ATTRIBUTES.get(key, key))
        return found

    @model_validator(mode="after")
    def _one_type(self) -> "Channel":
        found = [key for key in CHANNEL_TYPES if self.settings(key) is not None]
        if not found:
            raise ValueError(f"the channel has no type|add one of {', '.join(f'`{key}`' for key in CHANNEL_TYPES)}")
        if len(found) > 1:
            named = " and ".join(f"`{key}`" for key in found)
            raise ValueError(f"a channel has exactly one type, but this has {named}|make two channels of it")
        return self
