"""The last part of a heartbeat's address: given in the spec, or derived so that it cannot be guessed. Pure."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Callable

from specs.variables import reveal, secrets_in


def derive(instance_key: str, workspace: str, name: str) -> str:
    """The token of a monitor whose spec gives none: the same on each machine of an installation, 130 bits."""
    digest = hmac.new(instance_key.encode(), f"{workspace}/{name}".encode(), hashlib.sha256).digest()
    return b32encode(digest).decode()[:26].lower()


def resolve(
    given: str | None, instance_key: str, workspace: str, name: str, secret: Callable[[str], str | None]
) -> str | None:
    """The token to compare pings with, or None while a secret that it needs is not there."""
    if given is None:
        return derive(instance_key, workspace, name)
    values = {key: secret(key) for key in secrets_in(given)}
    if None in values.values():
        return None
    return str(reveal(given, lambda key: str(values[key])))


def shown(given: str | None, instance_key: str, workspace: str, name: str) -> str | None:
    """The token as it may be shown, or None when it holds a secret."""
    if given is not None and any(secrets_in(given)):
        return None
    return resolve(given, instance_key, workspace, name, lambda _: None)
