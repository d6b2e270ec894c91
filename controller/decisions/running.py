"""Which specs an engine stands behind already, and the words for those that are stored but not running yet."""

from collections.abc import Iterator, Mapping
from typing import Any

from specs.kinds import KINDS
from specs.resource import canonical

Known = Mapping[str, Any]

_ALL: Known = {}
"""Everything below this key is supported."""

_CONDITIONS = {"status": _ALL, "latency": _ALL, "certificate": {"validFor": _ALL}, "that": _ALL} | {
    "body": {"contains": _ALL, "excludes": _ALL, "matches": _ALL}
}

# kind → the keys of its spec that an engine acts on. What is not listed validates and is stored, and no more.
SUPPORTED: dict[str, Known] = {
    "Monitor": {
        **dict.fromkeys(("every", "timeout", "regions", "quorum", "confirm", "dependsOn", "description"), _ALL),
        "http": dict.fromkeys(("url", "method", "headers", "body", "redirects", "verify"), _ALL),
        "tcp": dict.fromkeys(("host", "port"), _ALL),
        "heartbeat": dict.fromkeys(("period", "grace", "token"), _ALL),
        "expect": _CONDITIONS,
        "degraded": {"latency": _ALL, "that": _ALL},
    },
    "AlertRule": {
        "match": {"labels": _ALL, "monitors": _ALL},
        "down": {"for": _ALL},
        **dict.fromkeys(("severity", "notify", "summary", "runbook"), _ALL),
    },
    "Channel": {
        "webhook": dict.fromkeys(("url", "headers", "signingSecret", "timeout"), _ALL),
        "email": dict.fromkeys(("to", "from", "host", "port", "tls", "username", "password"), _ALL),
    },
    "StatusPage": {
        **dict.fromkeys(("title", "slug", "description"), _ALL),
        "components": dict.fromkeys(("name", "description", "monitors"), _ALL),
    },
    "Config": _ALL,
    "Defaults": _ALL,
    "MonitorSet": _ALL,
}


def unsupported(kind: str, spec: Mapping[str, Any]) -> list[str]:
    """The keys of a canonical spec that nothing acts on yet, such as `http.proxy`; the kind itself where none does.

    A key at its default says nothing, and is left out.
    """
    if kind not in SUPPORTED:
        return [kind]
    return list(dict.fromkeys(_beyond(spec, SUPPORTED[kind], _defaults(kind), "")))


def not_running(kind: str, spec: Mapping[str, Any]) -> str | None:
    """Why a spec does not run yet, as a sentence's end, or None when it runs as it is written.

    A monitor, rule or channel of which any part is missing does not run at all: it would pretend.
    """
    missing = unsupported(kind, spec)
    if not missing:
        return None
    if missing == [kind]:
        return f"nothing acts on a {kind} yet"
    shown = ", ".join(f"`{path}`" for path in missing[:3]) + (" …" if len(missing) > 3 else "")
    return f"{shown} {'is' if len(missing) == 1 else 'are'} not there yet"


def _beyond(value: Any, known: Known, default: Any, path: str) -> Iterator[str]:
    if known is _ALL or value == default or value in (None, [], {}):
        return
    if isinstance(value, list):
        for one in value:
            yield from _beyond(one, known, None, path)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            at = f"{path}.{key}" if path else key
            usual = default.get(key) if isinstance(default, Mapping) else None
            if key in known:
                yield from _beyond(inner, known[key], usual, at)
            elif inner != usual and inner not in (None, [], {}):
                yield at


def _defaults(kind: str) -> dict[str, Any]:
    """What the optional keys of a kind are when they are left out."""
    found: dict[str, Any] = {}
    for name, field in KINDS[kind].model_fields.items():
        if not field.is_required() and field.default is not None and not field.default_factory:
            default = field.default
            found[field.alias or name] = canonical(default) if hasattr(default, "model_dump") else default
    return found
