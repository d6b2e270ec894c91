"""Sends a message to a channel: finds its notifier, and keeps secrets out of whatever comes back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from controller.decisions.message import Message
from controller.decisions.running import not_running
from controller.errors import PermanentError, RetryableError
from controller.notify import email, http, webhook
from specs.channel import Channel
from specs.resource import canonical

# A shorter secret would turn ordinary words of a receipt into stars, and hides nothing worth hiding.
_SHORTEST_HIDDEN = 4


class Notifier(Protocol):
    """What a module of this package offers, one for each type of channel."""

    async def send(self, spec: Any, message: Message, secret: Callable[[str], str], now: datetime) -> str:
        """Deliver one message and return the receipt. Raises RetryableError or PermanentError."""


NOTIFIERS: dict[str, Notifier] = {"email": email, "webhook": webhook}


async def send(channel: Channel, message: Message, secret: Callable[[str], str], now: datetime) -> str:
    """Deliver a message and return what the receiver said, such as `HTTP 204`.

    `${secret.X}` in the channel is replaced by `secret(X)` here and nowhere else. Raises RetryableError, with
    `after` when the receiver asked for a pause, PermanentError, and what `secret` raises.
    """
    seen: list[str] = []

    def remembered(name: str) -> str:
        value = secret(name)
        seen.append(value)
        return value

    if missing := not_running("Channel", canonical(channel)):
        raise PermanentError(f"not running yet: {missing}")
    spec = getattr(channel, channel.type)
    try:
        return _hidden(await NOTIFIERS[channel.type].send(spec, message, remembered, now), seen)
    except RetryableError as error:
        raise RetryableError(_hidden(str(error), seen), error.after) from None
    except PermanentError as error:
        raise PermanentError(_hidden(str(error), seen)) from None


async def close() -> None:
    """Close the connections that this event loop kept open; for a worker that stops."""
    await http.close()


def _hidden(text: str, secrets: list[str]) -> str:
    for value in sorted(secrets, key=len, reverse=True):
        if len(value) >= _SHORTEST_HIDDEN:
            text = text.replace(value, "***")
    return text
