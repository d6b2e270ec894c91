"""`${var.X}` from Config, `${each.X}` of a MonitorSet, `${secret.X}` and `${step.X}` late, `$${` for a literal `${`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Scalar = str | int | float | bool

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"(var|secret|each|step)\.([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*)")
_WHOLE = re.compile(r"\$\{(var|each)\.([^}]*)\}")

_CHANNELS = [
    "slack",
    "discord",
    "teams",
    "telegram",
    "pagerduty",
    "opsgenie",
    "sms",
    "voice",
    "ntfy",
    "mattermost",
    "pushover",
    "googleChat",
    "apprise",
]
# Where `${secret.X}` may stand: only what a worker needs at the moment of use.
SECRET_PLACES: tuple[tuple[str, ...], ...] = (
    ("spec", "http"),
    ("spec", "steps"),
    ("spec", "browser"),
    ("spec", "tcp", "send"),
    ("spec", "udp", "send"),
    ("spec", "tls"),
    ("spec", "websocket"),
    ("spec", "grpc"),
    ("spec", "ssh"),
    ("spec", "smtp"),
    ("spec", "postgres"),
    ("spec", "mysql"),
    ("spec", "redis"),
    ("spec", "mqtt"),
    ("spec", "prometheus"),
    ("spec", "heartbeat", "token"),
    ("spec", "webhook"),
    ("spec", "email"),
    *(("spec", channel) for channel in _CHANNELS),
    ("spec", "access", "password"),
)


class Undefined(ValueError):
    """A reference that cannot be resolved; the text says why, `|`, and a hint."""


def expand(text: str, variables: Mapping[str, Scalar], each: Mapping[str, Scalar] | None = None) -> str:
    """Replace `${var.X}`, and `${each.X}` where there is something to repeat.

    `${secret.X}`, `${step.X}` and `$${` are left for the worker. Raises Undefined.
    """

    def replace(match: re.Match[str]) -> str:
        if match.group() == "$${":
            return match.group()
        name = _NAME.fullmatch(match.group(1))
        if not match.group(2) or not name:
            raise Undefined(
                f"`{match.group()}` is not a reference|write `${{var.NAME}}` or `${{secret.NAME}}`, or `$${{` for the text"
            )
        space, key = name.groups()
        if space in ("secret", "step"):
            return match.group()
        if space == "each":
            return _text(_of_each(key, each))
        if key not in variables:
            raise Undefined(f"the variable `{key}` is not defined|{_known_variables(key, variables)}")
        return _text(variables[key])

    return _REFERENCE.sub(replace, text)


def alone(text: str, variables: Mapping[str, Scalar], each: Mapping[str, Scalar] | None = None) -> Scalar | None:
    """The value itself where a text is one reference and nothing else, such as the number of `${var.port}`."""
    match = _WHOLE.fullmatch(text)
    return (variables if match.group(1) == "var" else each or {}).get(match.group(2)) if match else None


def names_in(text: str) -> Iterator[tuple[str, str]]:
    """Each reference of a text: its space (`var`, `secret`, `each` or `step`) and its name."""
    for match in _REFERENCE.finditer(text):
        name = _NAME.fullmatch(match.group(1) or "")
        if name:
            yield name.group(1), name.group(2)


def secrets_in(text: str) -> Iterator[str]:
    """The names of the secrets that a text refers to."""
    return (name for space, name in names_in(text) if space == "secret")


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


def _of_each(key: str, each: Mapping[str, Scalar] | None) -> Scalar:
    if each is None:
        raise Undefined(
            f"`${{each.{key}}}` has a meaning only in a MonitorSet|use `${{var.{key}}}`, or make a MonitorSet of it"
        )
    if key not in each:
        known = ", ".join(f"`{name}`" for name in sorted(each))
        raise Undefined(f"there is no `{key}` to repeat over|this MonitorSet has {known}")
    return each[key]


def _known_variables(key: str, variables: Mapping[str, Scalar]) -> str:
    from specs.diagnostics import did_you_mean

    return did_you_mean(key, variables) or "add it to `variables` of the Config document"


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
