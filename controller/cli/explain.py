"""`wakeful explain`: what a kind or a key of it means."""

import json
from typing import Any

import click

from controller.cli.printing import out, paint, rows, width


@click.command(short_help="Say what a kind, or a key of it, means.")
@click.argument("path", metavar="[KIND[.KEY]...]", default="")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def explain(path: str, style: str) -> None:
    """Say what a kind or a key means: type, default, allowed values, an example, and the keys below it.

    For example: `wakeful explain monitor.http.url`. Without a kind, the kinds are listed.
    """
    from specs.kinds import KINDS

    if not path:
        lines = [(kind, _sentence(KINDS[kind].__doc__ or "")) for kind in KINDS]
        out(json.dumps(dict(lines), indent=2) if style == "json" else "\n".join(_wrapped(lines)))
        return
    first, *keys = [part.split("[")[0] for part in path.replace("[]", "").split(".") if part]
    kind = known_kind(first)
    found = _find(kind, keys)
    out(json.dumps(found, indent=2, ensure_ascii=False) if style == "json" else "\n".join(_page(found)))


def known_kind(written: str) -> str:
    """The kind that is meant: any case, one or many."""
    from controller.errors import UsageError
    from specs.diagnostics import did_you_mean
    from specs.kinds import KINDS

    plain = written.lower().replace("-", "").replace("_", "")
    for kind in KINDS:
        if plain in (kind.lower(), f"{kind.lower()}s", f"{kind.lower()}es", kind.lower().removesuffix("y") + "ies"):
            return kind
    known = did_you_mean(written, KINDS) or f"the kinds are {', '.join(KINDS)}"
    raise UsageError(f"there is no kind `{written}`", known)


def _find(kind: str, keys: list[str]) -> dict[str, Any]:
    """What is known about a key: plain values, as `--format json` prints them."""
    from controller.errors import UsageError
    from specs.diagnostics import did_you_mean
    from specs.export import schema

    whole = schema(kind)
    definitions: dict[str, Any] = whole["$defs"]
    if keys[:1] in (["spec"], ["metadata"]):
        current, keys, shown = definitions[keys[0].capitalize()], keys[1:], f"{kind}.{keys[0]}"
    elif keys[:1] in (["apiVersion"], ["kind"]):
        current, shown = whole, kind
    else:
        current, shown = definitions["Spec"], f"{kind}.spec"
    is_required = False
    for key in keys:
        part = _inner(current, definitions)
        known: dict[str, Any] = part.get("properties", {})
        if key not in known:
            if isinstance(part.get("additionalProperties"), dict):
                current, shown = part["additionalProperties"], f"{shown}.{key}"
                continue
            hint = did_you_mean(key, known) or (f"it has {', '.join(known)}" if known else "it has no keys")
            raise UsageError(f"`{shown}` has no key `{key}`", hint)
        is_required = key in part.get("required", [])
        current, shown = known[key], f"{shown}.{key}"
    part = _inner(current, definitions)
    required = part.get("required", [])
    return {
        "path": shown,
        "type": _type(current, definitions),
        "required": is_required,
        "description": current.get("description") or part.get("description", ""),
        "default": current.get("default"),
        "allowed": _allowed(current),
        "examples": current.get("examples") or part.get("examples") or [],
        "keys": {
            name: {
                "type": _type(value, definitions),
                "required": name in required,
                "description": value.get("description") or _inner(value, definitions).get("description", ""),
            }
            for name, value in part.get("properties", {}).items()
        },
    }


def _inner(value: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The mapping that a schema describes, or whose list it describes."""
    seen = 0
    while seen < 20:
        seen += 1
        if "$ref" in value:
            value = definitions[value["$ref"].rpartition("/")[2]]
        elif value.get("type") == "array" and isinstance(value.get("items"), dict):
            value = value["items"]
        elif "properties" not in value and "anyOf" in value:
            better = [one for one in value["anyOf"] if "$ref" in one or one.get("type") in ("array", "object")]
            if not better:
                return value
            value = better[0]
        else:
            return value
    return value


_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
}


def _type(value: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A type in plain words, such as `list of text`."""
    if "$ref" in value:
        return _type(definitions[value["$ref"].rpartition("/")[2]], definitions)
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return "one of " + ", ".join(f"`{one}`" for one in value["enum"])
    if "anyOf" in value:
        kinds = [one for one in value["anyOf"] if "var|each" not in one.get("pattern", "")]
        return " or ".join(dict.fromkeys(_type(one, definitions) for one in kinds))
    kind = value.get("type")
    if kind == "array":
        return f"list of {_type(value.get('items', {}), definitions)}"
    if isinstance(kind, list):
        return " or ".join(str(_PLAIN.get(one, one)) for one in kind)
    if kind == "string" and "ms|s|m|h|d|w" in value.get("pattern", ""):
        return "duration"
    if kind == "object" and isinstance(value.get("additionalProperties"), dict):
        return f"mapping of {_type(value['additionalProperties'], definitions)}"
    return _PLAIN.get(str(kind), "any value")


def _allowed(value: dict[str, Any]) -> dict[str, Any]:
    """The bounds of a value."""
    inner = next((one for one in value.get("anyOf", []) if one.get("type") in ("integer", "number")), value)
    keys = (
        "enum",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
    )
    return {key: inner[key] for key in keys if key in inner}


_BOUNDS = {
    "minimum": "at least {}", "maximum": "at most {}", "exclusiveMinimum": "more than {}", "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters",
    "minItems": "at least {} items", "maxItems": "at most {} items",
}  # fmt: skip


def _page(found: dict[str, Any]) -> list[str]:
    import textwrap

    lines = [f"{paint(found['path'], 'bold')}  {found['type']}{', must be there' if found['required'] else ''}", ""]
    lines += textwrap.wrap(found["description"], min(width(), 100))
    bounds = [_BOUNDS[key].format(value) for key, value in found["allowed"].items() if key in _BOUNDS]
    facts = [("default", _yaml(found["default"]))] if found["default"] not in (None, [], {}) else []
    facts += [("allowed", ", ".join(bounds))] if bounds else []
    if facts:
        lines += ["", *rows(facts)]
    if found["examples"]:
        key = found["path"].rpartition(".")[2]
        lines += ["", "example:", *(f"  {line}" for line in _yaml({key: found["examples"][0]}, block=True).split("\n"))]
    if found["keys"]:
        pairs = [
            (name + ("*" if one["required"] else ""), f"{one['description']} ({one['type']})")
            for name, one in found["keys"].items()
        ]
        lines += ["", "keys (* must be there):", *_wrapped(pairs)]
    return lines


def _wrapped(pairs: list[tuple[str, str]]) -> list[str]:
    """Two columns, the second wrapped within itself."""
    import textwrap

    wide = max((len(left) for left, _ in pairs), default=0)
    room = max(20, min(width(), 110) - wide - 4)
    lines = []
    for left, right in pairs:
        first, *rest = textwrap.wrap(right, room) or [""]
        lines += [f"  {left.ljust(wide)}  {first}".rstrip(), *(f"  {' ' * wide}  {line}" for line in rest)]
    return lines


def _yaml(value: Any, *, block: bool = False) -> str:
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=not block, width=90)
    return text.removesuffix("\n").removesuffix("\n...")


def _sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())
