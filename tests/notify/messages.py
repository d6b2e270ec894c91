"""A message to send, and the ways to send it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.decisions.message import Message
from controller.notify import notifier
from specs.channel import Channel

NOW = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)
FIRING = Message(
    key="3f2a90",
    incident_key="inc-77",
    status="firing",
    severity="critical",
    workspace="default",
    monitor="checkout",
    rule="checkout-down",
    reason="status 503, wanted 200",
    started_at=NOW - timedelta(seconds=30),
    runbook="https://wiki.example.com/checkout",
    labels={"team": "payments"},
    links={"monitor": "https://wakeful.example.com/monitors/checkout"},
    revision="4be1c02",
)
RESOLVED = replace(FIRING, key="3f2a91", status="resolved", resolved_at=NOW)


def deliver(
    channel: Mapping[str, Any],
    message: Message = FIRING,
    secrets: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> str:
    """Send one message through a channel written as in YAML, in a loop of its own."""

    async def run() -> str:
        try:
            return await notifier.send(Channel.model_validate(channel), message, (secrets or {}).__getitem__, now)
        finally:
            await notifier.close()

    return asyncio.run(run())
