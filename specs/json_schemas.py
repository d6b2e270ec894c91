"""JSON Schemas inside a spec: what does not compile is found in review, at its place.

The check is our own and not the meta-schema, which takes 200 times as long and says less; a test holds the two together.
"""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, JsonValue, WithJsonSchema

from specs.diagnostics import did_you_mean
from specs.fields import Place, problems_at, quoted

MOST_PARTS = 5000
DEEPEST = 50
MOST_PROBLEMS = 10
MOST_UNKNOWN = 100
DIALECTS = {
    "https://json-schema.org/draft/2020-12/schema": "2020-12",
    "http://json-schema.org/draft-07/schema": "draft-07",
}
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

_ONE_SCHEMA = "additionalProperties additionalItems contains else if items not propertyNames then unevaluatedItems"
_ONE_SCHEMA += " unevaluatedProperties contentSchema"
_SCHEMAS = "allOf anyOf oneOf prefixItems"
_NAMED_SCHEMAS = "properties patternProperties $defs definitions dependentSchemas"
_COUNTS = "minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains"
_NUMBERS = "minimum maximum exclusiveMinimum exclusiveMaximum"
_TEXTS = "$schema $id $ref $dynamicRef $comment title description format contentEncoding contentMediaType"
_FLAGS = "uniqueItems deprecated readOnly writeOnly"
_ANYTHING = "const default"

Words = str | None
"""What is wrong with the value of a keyword, or None."""


def check_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself. Raises ValueError, or ValidationError with each place inside it that does not compile."""
    claimed = schema.get("$schema", next(iter(DIALECTS)))
    if not isinstance(claimed, str) or claimed.removesuffix("#") not in DIALECTS:
        known = quoted(DIALECTS.values(), "or")
        words = f"`$schema` must be that of {known}|leave it out for 2020-12"
        raise problems_at((("$schema",), words, claimed))
    is_old = DIALECTS[claimed.removesuffix("#")] == "draft-07"
    problems = list[tuple[Place, str, Any]]()
    unknown = 0
    for count, (place, part) in enumerate(_parts(schema, is_old)):
        if count >= MOST_PARTS:
            raise ValueError(f"the JSON Schema has more than {MOST_PARTS} parts|check less, or with `that`")
        if len(place) > DEEPEST:
            raise ValueError(f"the JSON Schema is nested more than {DEEPEST} deep|check less, or with `that`")
        unknown += sum(key not in _KEYWORDS for key in part) if isinstance(part, dict) else 0
        if unknown > MOST_UNKNOWN:
            raise ValueError(
                f"more than {MOST_UNKNOWN} keys are no keywords of JSON Schema|put names below `properties`"
            )
        problems += _problems(schema, place, part, is_old)
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise problems_at(*problems[:MOST_PROBLEMS])
    return schema


def _parts(schema: Any, is_old: bool) -> Iterator[tuple[Place, Any]]:
    """Each schema inside a schema with its place; whatever stands where a schema must."""
    waiting: list[tuple[Place, Any]] = [((), schema)]
    while waiting:
        place, part = waiting.pop()
        yield place, part
        if not isinstance(part, dict):
            continue
        inner = list[tuple[Place, Any]]()
        for key, value in part.items():
            at = (*place, key)
            if key in _NAMED and isinstance(value, dict):
                inner += [((*at, name), one) for name, one in value.items()]
            elif (key in _LISTS or (is_old and key == "items")) and isinstance(value, list):
                inner += [((*at, index), one) for index, one in enumerate(value)]
            elif key == "dependencies" and isinstance(value, dict):
                inner += [((*at, name), one) for name, one in value.items() if not isinstance(one, list)]
            elif key in _SINGLE:
                inner.append((at, value))
        waiting += reversed(inner)


def _problems(schema: dict[str, Any], place: Place, part: Any, is_old: bool) -> Iterator[tuple[Place, str, Any]]:
    """What is wrong with one schema, but not with those inside it."""
    if isinstance(part, bool):
        return
    if not isinstance(part, dict):
        yield place, "a JSON Schema is a mapping, or `true` or `false`|write keywords such as `type`", part
        return
    for key, value in part.items():
        at = (*place, key)
        check = _KEYWORDS.get(key)
        if check is None:
            if near := did_you_mean(key, _KEYWORDS) if not key.startswith("x-") else None:
                yield at, f"`{key}` is not a keyword of JSON Schema|{near}", value
        elif words := check(value):
            if not (is_old and key == "items" and isinstance(value, list)):
                yield at, f"`{key}` {words}", value
        elif key in ("$ref", "$dynamicRef") and (words := _wrong_reference(schema, value)):
            yield at, words, value
        elif key == "patternProperties":
            for pattern in value:
                if words := _pattern(pattern):
                    yield (*at, pattern), f"`{pattern}` {words}", pattern


def _wrong_reference(schema: dict[str, Any], reference: str) -> Words:
    if not reference.startswith("#"):
        return f"`{reference}` leads out of the spec, and nothing is fetched|put it below `$defs` and write `#/$defs/…`"
    found: Any = schema
    for part in reference[2:].split("/") if reference.startswith("#/") else ():
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and re.fullmatch("[0-9]{1,6}", key) and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            names = schema.get("$defs")
            near = did_you_mean(key, names) if isinstance(names, dict) else None
            return f"there is no `{reference}` in the JSON Schema|{near or 'check the path'}"
    return None


def _type(value: Any) -> Words:
    names = value if isinstance(value, list) else [value]
    wrong = [name for name in names if name not in TYPES]
    if names and not wrong:
        return "names a type twice|name each once" if len(set(names)) < len(names) else None
    text = wrong[0] if wrong and isinstance(wrong[0], str) else ""
    hint = did_you_mean(text, TYPES) or "write one of these, or a list of them"
    return f"must be {quoted(TYPES, 'or')}{f', but is `{text}`' if text else ''}|{hint}"


def _schema(_value: Any) -> Words:
    return None  # looked at when its turn comes


def _schemas(value: Any) -> Words:
    return None if isinstance(value, list) and value else "must be a list of JSON Schemas|begin each with `- `"


def _named_schemas(value: Any) -> Words:
    return (
        None if isinstance(value, dict) else "must be a mapping of names to JSON Schemas|write `name: {type: string}`"
    )


def _count(value: Any) -> Words:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if is_whole else "must be a whole number, 0 or more|write one such as `1`"


def _number(value: Any) -> Words:
    return None if _is_number(value) else "must be a number|write it without quotes"


def _factor(value: Any) -> Words:
    return None if _is_number(value) and value > 0 else "must be a number above 0|write one such as `0.01`"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> Words:
    return None if isinstance(value, str) else "must be text|put it in quotes"


def _flag(value: Any) -> Words:
    return None if isinstance(value, bool) else "must be `true` or `false`|write one of the two"


def _names(value: Any) -> Words:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return (
            f"must be a list of names|write `[{value}]`"
            if isinstance(value, str)
            else "must be a list of names|write `[a, b]`"
        )
    return "names something twice|name each once" if len(set(value)) < len(value) else None


def _needed(value: Any) -> Words:
    is_mapping = isinstance(value, dict) and not any(_names(names) for names in value.values())
    return None if is_mapping else "must be a mapping of names to lists of names|write `a: [b]`"


def _depends(value: Any) -> Words:
    is_mapping = isinstance(value, dict) and all(
        isinstance(one, dict | bool) or not _names(one) for one in value.values()
    )
    return None if is_mapping else "must be a mapping|write `a: [b]`"


def _enum(value: Any) -> Words:
    return None if isinstance(value, list) else "must be a list of values|write `[a, b]`"


def _anything(_value: Any) -> Words:
    return None


def _pattern(value: Any) -> Words:
    if not isinstance(value, str):
        return "must be text|put it in quotes"
    if len(value) > 1000:
        return "is a pattern of more than 1000 characters|shorten it"
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        return f"is not a regular expression: {error}|mend the pattern"
    return None


def _anchor(value: Any) -> Words:
    is_name = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9._-]*", value)
    return None if is_name else "must be a name|use letters, digits, `.`, `_` and `-`"


_KEYWORDS: dict[str, Callable[[Any], Words]] = {
    **dict.fromkeys(_ONE_SCHEMA.split(), _schema),
    **dict.fromkeys(_SCHEMAS.split(), _schemas),
    **dict.fromkeys(_NAMED_SCHEMAS.split(), _named_schemas),
    **dict.fromkeys(_COUNTS.split(), _count),
    **dict.fromkeys(_NUMBERS.split(), _number),
    **dict.fromkeys(_TEXTS.split(), _text),
    **dict.fromkeys(_FLAGS.split(), _flag),
    **dict.fromkeys(_ANYTHING.split(), _anything),
    "$anchor": _anchor,
    "$dynamicAnchor": _anchor,
    "dependencies": _depends,
    "dependentRequired": _needed,
    "enum": _enum,
    "examples": _enum,
    "multipleOf": _factor,
    "pattern": _pattern,
    "required": _names,
    "type": _type,
}
_SINGLE, _LISTS, _NAMED = set(_ONE_SCHEMA.split()), set(_SCHEMAS.split()), set(_NAMED_SCHEMAS.split())

JsonSchema = Annotated[
    dict[str, JsonValue],
    AfterValidator(check_schema),
    WithJsonSchema({"type": "object", "description": "A JSON Schema, draft 2020-12."}),
]
