"""The webhook channel: the message as JSON, signed as Standard Webhooks do."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from controller.decisions.message import Message
from controller.errors import PermanentError
from controller.notify import http
from specs.channel import Webhook
from specs.variables import reveal

_PREFIX = "whsec_"


def render(message: Message) -> dict[str, Any]:
    """The body of the request. The same message always gives the same body, whichever attempt it is."""
    return {
        "type": f"alert.{message.status}",
        "id": message.key,
        "timestamp": (message.resolved_at or message.started_at).isoformat(),
        "alert": {
            "id": message.incident_key,
            "status": message.status,
            "severity": message.severity,
            "workspace": message.workspace,
            "monitor": message.monitor,
            "rule": message.rule,
            "title": message.title,
            "reason": message.reason,
            "summary": message.summary,
            "startedAt": message.started_at.isoformat(),
            "resolvedAt": message.resolved_at.isoformat() if message.resolved_at else None,
            "runbook": message.runbook,
            "labels": message.labels,
            "links": message.links,
            "revision": message.revision,
        },
    }


def sign(secret: str, identity: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: HMAC-SHA256 over `identity.timestamp.body`.

    A secret that starts with `whsec_` is a key in base64; any other is the key itself. `timestamp` is in
    seconds since 1970. Raises PermanentError when the base64 is broken.
    """
    digest = hmac.new(_key(secret), f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


async def send(spec: Webhook, message: Message, secret: Callable[[str], str], now: datetime) -> str:
    """POST the message once and return `HTTP <status>`. Raises RetryableError or PermanentError."""
    body = json.dumps(render(message), ensure_ascii=False, separators=(",", ":")).encode()
    own = {name.lower(): value for name, value in reveal(spec.headers, secret).items()}
    headers = {"user-agent": "Wakeful", "content-type": "application/json"} | own | _identity(message.key, now)
    if spec.signing_secret is not None:
        key = str(reveal(spec.signing_secret, secret))
        headers["webhook-signature"] = sign(key, message.key, int(now.timestamp()), body)
    url = str(reveal(spec.url, secret))
    return await http.post(url, body, headers, patience=spec.timeout, now=now, name="the webhook")


def _identity(key: str, now: datetime) -> dict[str, str]:
    return {"idempotency-key": key, "webhook-id": key, "webhook-timestamp": str(int(now.timestamp()))}


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise PermanentError("the webhook: `signingSecret` starts with `whsec_`, but no base64 follows") from None
