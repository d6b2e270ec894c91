"""`${var.X}` from Config, `${secret.X}` late, `$${` for a literal `${`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"(var|secret)\.([A-Za-z_][A-Za-z0-9_]*)")

# Where `${secret.X}` may stand: only what a worker needs at the moment of use.
SECRET_PLACES = (("spec", "http"), ("spec", "heartbeat", "token"), ("spec", "webhook"), ("spec", "email"))


class Undefined(ValueError):
    """A reference that cannot be resolved; the text says why, `|`, and a hint."""


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace `${var.X}`; leave `${secret.X}` and `$${` for the worker. Raises Undefined."""

    def replace(match: re.Match[str]) -> str:
        if match.group() == "$${":
            return match.group()
        name = _NAME.fullmatch(match.group(1))
        if not match.group(2) or not name:
            raise Undefined(
                f"`{match.group()}` is not a reference|write `${{var.NAME}}` or `${{secret.NAME}}`, or `$${{` for the text"
            )
        space, key = name.groups()
        if space == "secret":
            return match.group()
        if key not in variables:
            raise Undefined(f"the variable `{key}` is not defined|add it to `variables` of the Config document")
        return variables[key]

    return _REFERENCE.sub(replace, text)


def secrets_in(text: str) -> Iterator[str]:
    """The names of the secrets that a text refers to."""
    for match in _REFERENCE.finditer(text):
        name = _NAME.fullmatch(match.group(1) or "")
        if name and name.group(1) == "secret":
            yield name.group(2)


def reveal(value: Any, secret: Callable[[str], str]) -> Any:
    """Replace `${secret.X}` by `secret(X)` in every text of a value, and `$${` by `${`.

    Takes and returns plain JSON-like values. Raises what `secret` raises.
    """

    def replace(match: re.Match[str]) -> str:
        if match.group() == "$${":
            return "${"
        name = _NAME.fullmatch(match.group(1))
        return secret(name.group(2)) if name and name.group(1) == "secret" else match.group()

    if isinstance(value, str):
        return _REFERENCE.sub(replace, value) if "${" in value else value
    if isinstance(value, Mapping):
        return {key: reveal(inner, secret) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(inner, secret) for inner in value]
    return value
