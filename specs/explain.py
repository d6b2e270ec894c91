"""What pydantic says about a document → findings in the words of a spec, at their places."""

import re
import types
from typing import Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from specs import tree
from specs.diagnostics import Diagnostic, did_you_mean
from specs.draft import Draft, finding
from specs.fields import Model
from specs.tree import Path

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
# pydantic's error → where its context tells the bound, and our words
_BOUNDS = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
# what other tools call it → what we do; the first that there is
SYNONYMS = {
    "interval": ("every", "period"),
    "frequency": ("every", "period"),
    "period": ("every",),
    "schedule": ("cron", "every"),
    "tags": ("labels", "match"),
    "group": ("labels", "groups"),
    "assertions": ("expect", "that"),
    "conditions": ("expect", "that"),
    "assert": ("expect", "that"),
    "retries": ("confirm",),
    "failureThreshold": ("confirm", "down"),
    "successThreshold": ("up", "confirm"),
    "locations": ("regions",),
    "type": ("http",),
    "url": ("http", "webhook"),
    "target": ("http",),
    "receivers": ("notify",),
    "channels": ("notify",),
    "receiver": ("notify",),
    "channel": ("notify",),
    "selector": ("match",),
    "matchers": ("match",),
    "duration": ("for",),
    "responseTime": ("latency",),
    "statusCode": ("status",),
    "services": ("components",),
    "vars": ("variables",),
    "parents": ("dependsOn",),
    "depends_on": ("dependsOn",),
}
_TRUTHS = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}


def plain_path(data: Any, loc: tuple[int | str, ...]) -> Path:
    """pydantic's location without the names of union branches, which are no keys of the document."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        is_key = isinstance(data, dict) and part in data
        is_item = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if is_key or is_item:
            path.append(part)
            data = data[part]
        elif index == len(loc) - 1 and isinstance(data, dict) and isinstance(part, str) and part != "[key]":
            path.append(part)  # a missing key
    return tuple(path)


def explained(draft: Draft, path: Path, model: type[Model], at: Path, detail: ErrorDetails) -> Diagnostic:
    """One error of pydantic as a finding. `path` is its place, and `model` was expected at the path `at`."""
    kind, name = detail["type"], tree.show_path(path[-2:] if isinstance(path[-1], int) else path[-1:])
    keys = _keys_at(model, path[len(at) : -1])
    match kind:
        case "extra_forbidden":
            shown = ", ".join(f"`{key}`" for key in keys)
            other = next((key for key in SYNONYMS.get(name, ()) if key in keys), None)
            hint = f"here it is called `{other}`" if other else did_you_mean(name, keys)
            many = f"`wakeful explain {draft.kind}` lists the keys" if len(keys) > 12 else f"the keys here are {shown}"
            hint = hint or (many if keys else "remove it")
            if name == "<<":
                hint = "YAML 1.2 has no merge keys; repeat the values, or use an alias for all of them"
            return finding(draft, "unknown-key", f"unknown key `{name}`", path, hint, key=True)
        case "missing":
            hint = f"add `{name}` to `{tree.show_path(path[:-1])}`"
            return finding(draft, "missing-key", f"missing key `{name}`", path[:-1], hint, key=True)
        case "value_error":
            message, _, hint = str(detail["ctx"]["error"]).replace("{name}", name).partition("|")
            is_key = detail["loc"][-1:] == ("[key]",)
            if isinstance(detail["input"], dict) and not is_key:
                # keys that do not agree: point at the first that the message names
                key = next((key for key in re.findall(r"`(\w+)`", message) if key in detail["input"]), None)
                return finding(draft, "value", message, (*path, key) if key else path, hint, key=True)
            return finding(draft, "value", message, path, hint, key=is_key)
        case "literal_error":
            expected = str(detail["ctx"]["expected"]).replace("'", "`")
            value = detail["input"]
            expected = re.sub(r"(?<![`\w.])(\d+)(?![\w.`])", r"`\1`", expected)
            known = re.findall(r"`([^`]*)`", expected)
            shown = f"`{value}`" if isinstance(value, str) else named(value)
            key = path[-1] if path and isinstance(path[-1], str) else name
            unquoted = f"write it without quotes: `{key}: {value}`" if value in known and str(value).isdigit() else None
            hint = unquoted or did_you_mean(str(value), known) or f"write `{key}: {known[0] if known else expected}`"
            return finding(draft, "value", f"`{name}` is {shown}, but must be {expected}", path, hint)
        case "too_short" | "string_too_short":
            least = detail["ctx"]["min_length"]
            need = "must not be empty" if least == 1 else f"must have at least {least} characters"
            hint = "write at least one, or leave the key out" if kind == "too_short" else "write more, or leave it out"
            return finding(draft, "value", f"`{name}` {need}", path, hint)
        case "too_long" | "string_too_long":
            things = "characters" if kind == "string_too_long" else "items"
            message = f"`{name}` has more than {detail['ctx']['max_length']} {things}"
            return finding(draft, "value", message, path, "shorten it")
        case _:
            return _wrong_type(draft, path, name, detail, _keys_at(model, path[len(at) :]))


def _wrong_type(draft: Draft, path: Path, name: str, detail: ErrorDetails, keys: list[str]) -> Diagnostic:
    kind, value = detail["type"], detail["input"]
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        bound = detail["ctx"][key]
        message = f"`{name}` must be {words} {bound}, but is {named(value).removeprefix('the number ').strip('`')}"
        return finding(draft, "value", message, path, f"write `{name}: {bound}`")
    if kind in _TYPES:
        message = f"`{name}` must be {_TYPES[kind]}, but is {named(value)}"
        node = draft.node(path)
        written = node.value if isinstance(value, int | float) and node is not None else value
        hint = _type_hint(kind, path[-1] if path else "", value, str(written))
        return finding(draft, "type", message, path, hint or _general_hint(kind, name, keys))
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return finding(draft, "value", f"`{name}`: {message}", path, f"`wakeful explain {draft.kind}` says what it takes")


def _general_hint(kind: str, name: str, keys: list[str]) -> str:
    """What to write where nothing is known about the value but that it is of another type."""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        some = " or ".join(f"`{key}`" for key in keys[:3])
        return f"write its keys below it, such as {some}" if keys else "write `key: value` lines below it"
    if kind == "list_type":
        return f"write `{name}: [ … ]`, or one `- ` line for each"
    if kind == "string_type":
        return f"write one text: `{name}: …`"
    return f"write `{name}: true`" if kind.startswith("bool") else f"write a number without quotes: `{name}: 3`"


def _type_hint(kind: str, name: str | int, value: Any, written: str) -> str | None:
    if kind == "string_type" and isinstance(value, int | float):
        key = f"{name}: " if isinstance(name, str) else ""
        return f'put it in quotes: `{key}"{written}"`'
    if kind == "list_type" and isinstance(value, str):
        return f"write `{name}: [{value}]`"
    if kind == "int_type" and isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        return f"write it without quotes: `{name}: {value}`"
    if kind == "bool_type" and str(value).lower() in _TRUTHS:
        return f"write `{name}: {_TRUTHS[str(value).lower()]}`"
    return None


def named(value: Any) -> str:
    """A value as a message speaks of it: `the number `5``, `a list`."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            text = str(value)
            return f"the number `{text if len(text) <= 40 else text[:39] + '…'}`"
        case str():
            return f"the text `{value if len(value) <= 40 else value[:39] + '…'}`"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _keys_at(model: type[Model], path: Path) -> list[str]:
    """The keys that the model knows at a path below it; none where any key may stand."""
    current: Any = model
    for part in path:
        for inner in _models_in(current):
            field_name = next((name for name, info in inner.model_fields.items() if (info.alias or name) == part), None)
            if field_name:
                current = inner.model_fields[field_name].annotation
                break
        else:
            if not isinstance(part, int):
                return []
    return [info.alias or name for inner in _models_in(current) for name, info in inner.model_fields.items()]


def _models_in(annotation: Any) -> list[type[Model]]:
    """The models that an annotation such as `list[Component] | None` speaks of."""
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, Model):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        return [model for inner in get_args(annotation) for model in _models_in(inner)]
    return []
