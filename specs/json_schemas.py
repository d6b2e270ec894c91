"""JSON Schemas inside a spec: they must compile before anything is measured with them."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, JsonValue, WithJsonSchema

from specs.fields import Place, problems_at

MOST_PARTS = 5000
DEEPEST = 50
_TOO_LARGE = f"the JSON Schema has more than {MOST_PARTS} parts|check less, or with `that`"
_TOO_DEEP = f"the JSON Schema is nested more than {DEEPEST} deep|check less, or with `that`"


def check_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself. Raises ValidationError at the place inside it that does not compile."""
    for count, (place, _) in enumerate(_walk(schema, ())):
        if count >= MOST_PARTS:
            raise ValueError(_TOO_LARGE)
        if len(place) > DEEPEST:
            raise ValueError(_TOO_DEEP)
    from jsonschema.exceptions import best_match
    from jsonschema.validators import Draft202012Validator, validator_for

    claimed = schema.get("$schema")
    dialect = validator_for(schema, default=None)  # type: ignore[arg-type]
    if claimed is not None and dialect is None:
        words = f"`{claimed}` is no version of JSON Schema that we know|remove it: 2020-12 is meant when it is left out"
        raise problems_at((("$schema",), words, claimed))
    dialect = dialect or Draft202012Validator
    checker = dialect(dialect.META_SCHEMA, format_checker=dialect.FORMAT_CHECKER)
    error = best_match(checker.iter_errors(schema))
    if error is not None:
        place = tuple(error.absolute_path)
        raise problems_at((place, f"the JSON Schema does not compile: {_words(error)}|{_HINT}", error.instance))
    for place, part in _walk(schema, ()):
        if place[-1:] in (("$ref",), ("$dynamicRef",)) and isinstance(part, str):
            _check_reference(schema, place, part)
    return schema


_HINT = "see https://json-schema.org/understanding-json-schema"


def _walk(part: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Every part of a schema with its place; stops descending where it is too deep."""
    stack: list[tuple[Place, Any]] = [(place, part)]
    while stack:
        at, value = stack.pop()
        yield at, value
        if len(at) > DEEPEST:
            continue
        if isinstance(value, dict):
            stack += [((*at, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            stack += [((*at, index), inner) for index, inner in enumerate(value)]


def _check_reference(schema: dict[str, Any], place: Place, reference: str) -> None:
    if not reference.startswith("#"):
        words = (
            f"`{reference}` leads out of the spec, and nothing is fetched|put it below `$defs`, and refer to it there"
        )
        raise problems_at((place, words, reference))
    if not reference.startswith("#/"):
        return  # an anchor, or the whole
    found: Any = schema
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            raise problems_at((place, f"there is no `{reference}` in the JSON Schema|check the path", reference))


def _words(error: Any) -> str:
    """What the meta-schema says, without repeating the schema."""
    value = error.instance
    shown = f"`{value}`" if isinstance(value, str | int | float) and len(str(value)) <= 60 else "this"
    if isinstance(value, bool):
        shown = f"`{str(value).lower()}`"
    match error.validator:
        case "type":
            kinds = error.validator_value
            return f"{shown} is not of type {kinds if isinstance(kinds, str) else ' or '.join(kinds)}"
        case "enum":
            return f"{shown} is none of {', '.join(str(one) for one in error.validator_value)}"
        case "format":
            return f"{shown} is not a {error.validator_value}"
        case "anyOf":
            return f"{shown} is not what can stand here"
        case _:
            return str(error.message)[:200]


JsonSchema = Annotated[
    dict[str, JsonValue],
    AfterValidator(check_schema),
    WithJsonSchema({"$comment": "a JSON Schema", "type": "object"}),
]
