"""Talking to a running Wakeful over its API."""

import re
from typing import Any

import httpx

from controller.errors import Unreachable, UsageError

PATIENCE = 30.0
"""Seconds to wait for an answer."""


def post(
    server: str,
    path: str,
    body: dict[str, Any],
    transport: httpx.BaseTransport | None = None,
    token: str | None = None,
) -> Any:
    """POST JSON to a server, such as `https://wakeful.example.com`, and return the JSON of the answer.

    `token` is shown to the server as a bearer's.

    Raises Unreachable when it does not answer, does not allow it or is no Wakeful, and UsageError when it refuses
    what was sent. `transport` takes the place of the network.
    """
    try:
        url = httpx.URL(server.rstrip("/") + path)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"`{server}` is not the address of a server", "write `http://127.0.0.1:8080`, for example")
    shown = f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")
    try:
        with httpx.Client(timeout=PATIENCE, transport=transport) as client:
            answer = client.post(url, json=body, headers={"Authorization": f"Bearer {token}"} if token else {})
    except httpx.TimeoutException:
        raise Unreachable(f"{shown} does not answer within {PATIENCE:.0f} s", "look at the log of the server") from None
    except httpx.HTTPError as error:
        words = re.sub(r"^\[Errno -?\d+\] (\w)", lambda found: found[1].lower(), str(error)) or type(error).__name__
        raise Unreachable(f"{shown} does not answer: {words}", "is it running? `--server` names another") from None
    return _answer(shown, answer)


def _answer(shown: str, answer: httpx.Response) -> Any:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.is_success and body is not None:
        return body
    detail = body.get("detail") or body.get("title") if isinstance(body, dict) else None
    words = f"{shown} answers {answer.status_code}" + (f": {detail}" if detail else "")
    if answer.status_code in (401, 403):
        raise Unreachable(words, "ask an administrator of that server for access")
    if answer.status_code < 500 and answer.headers.get("content-type", "").startswith("application/problem+json"):
        raise UsageError(words)
    hint = "look at the log of the server" if answer.status_code >= 500 else "is this the address of a Wakeful server?"
    raise Unreachable(words, hint)
