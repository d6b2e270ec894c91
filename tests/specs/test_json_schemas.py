"""JSON Schemas inside a spec: what does not compile is refused at its place, quickly."""

import contextlib
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, SchemaError
from pydantic import TypeAdapter, ValidationError

from specs.json_schemas import _KEYWORDS, DEEPEST, MOST_PARTS, MOST_UNKNOWN, TYPES, JsonSchema, check_schema
from tests.specs.writing import monitor, only, pointed_at, repository

OLD = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": ["string", "null"]},
        {"properties": {"type": {"type": "string"}, "$ref": True}, "required": ["type"], "additionalProperties": False},
        {"$defs": {"a/b": {"minimum": 1.5}}, "items": {"$ref": "#/$defs/a~1b"}},
        {"$ref": "#"},
        {"$dynamicRef": "#node", "$dynamicAnchor": "node"},
        {"anyOf": [{"$ref": "#/anyOf/1"}, {"const": {"$ref": "not one"}}]},
        {"enum": [{"$ref": "https://example.com"}, None]},
        {"patternProperties": {"^a+$": {"pattern": "[0-9]+"}}, "propertyNames": {"maxLength": 3}},
        {"if": {"type": "string"}, "then": True, "else": {"not": {}}},
        {"multipleOf": 0.01, "exclusiveMaximum": 5, "uniqueItems": True, "prefixItems": [{}]},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {}}, "x-note": 1, "nullable": True},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "a", "default": None, "examples": []},
        {"$schema": OLD, "items": [{"type": "string"}], "dependencies": {"a": ["b"], "b": {}}, "definitions": {}},
    ],
)
def test_this_compiles(schema: dict[str, Any]) -> None:
    assert check_schema(schema) is schema
    (Draft7Validator if schema.get("$schema") == OLD else Draft202012Validator).check_schema(schema)


@pytest.mark.parametrize(
    ("schema", "place", "words"),
    [
        (
            {"properties": {"id": {"type": "strng"}}},
            ("properties", "id", "type"),
            "`type` must be `array`, `boolean`, `integer`, `null`, `number`, `object` or `string`, but is `strng`"
            "|did you mean `string`?",
        ),
        ({"type": []}, ("type",), "`object` or `string`|write one of these, or a list of them"),
        ({"type": None}, ("type",), "`object` or `string`|write one of these, or a list of them"),
        ({"type": ["string", "string"]}, ("type",), "`type` names a type twice|name each once"),
        ({"required": "id"}, ("required",), "`required` must be a list of names|write `[id]`"),
        ({"required": [1]}, ("required",), "`required` must be a list of names|write `[a, b]`"),
        ({"required": ["a", "a"]}, ("required",), "`required` names something twice|name each once"),
        ({"requird": ["id"]}, ("requird",), "`requird` is not a keyword of JSON Schema|did you mean `required`?"),
        (
            {"properties": ["id"]},
            ("properties",),
            "must be a mapping of names to JSON Schemas|write `name: {type: string}`",
        ),
        ({"properties": {"id": "string"}}, ("properties", "id"), "a JSON Schema is a mapping, or `true` or `false`"),
        ({"items": [{}]}, ("items",), "a JSON Schema is a mapping, or `true` or `false`"),
        ({"anyOf": {}}, ("anyOf",), "`anyOf` must be a list of JSON Schemas|begin each with `- `"),
        ({"oneOf": []}, ("oneOf",), "`oneOf` must be a list of JSON Schemas"),
        ({"allOf": [{}, {"not": 5}]}, ("allOf", 1, "not"), "a JSON Schema is a mapping"),
        ({"minLength": -1}, ("minLength",), "`minLength` must be a whole number, 0 or more|write one such as `1`"),
        ({"maxItems": True}, ("maxItems",), "`maxItems` must be a whole number"),
        ({"minimum": "5"}, ("minimum",), "`minimum` must be a number|write it without quotes"),
        ({"multipleOf": 0}, ("multipleOf",), "`multipleOf` must be a number above 0"),
        ({"uniqueItems": "no"}, ("uniqueItems",), "`uniqueItems` must be `true` or `false`"),
        ({"enum": "a"}, ("enum",), "`enum` must be a list of values|write `[a, b]`"),
        ({"title": 5}, ("title",), "`title` must be text|put it in quotes"),
        ({"pattern": "["}, ("pattern",), "`pattern` is not a regular expression: unterminated character set"),
        ({"pattern": "a" * 1001}, ("pattern",), "is a pattern of more than 1000 characters"),
        ({"patternProperties": {"(": {}}}, ("patternProperties", "("), "`(` is not a regular expression"),
        ({"$anchor": "a b"}, ("$anchor",), "`$anchor` must be a name"),
        ({"dependentRequired": {"a": "b"}}, ("dependentRequired",), "must be a mapping of names to lists of names"),
        (
            {"$ref": "https://example.com/order.json"},
            ("$ref",),
            "`https://example.com/order.json` leads out of the spec, and nothing is fetched",
        ),
        (
            {"$ref": "#/$defs/ordr", "$defs": {"order": {}}},
            ("$ref",),
            "there is no `#/$defs/ordr` in the JSON Schema|did",
        ),
        ({"$ref": "#/anyOf/7", "anyOf": [{}]}, ("$ref",), "there is no `#/anyOf/7` in the JSON Schema|check the path"),
        ({"$schema": "https://example.com"}, ("$schema",), "`$schema` must be that of `2020-12` or `draft-07`"),
        ({"$schema": "http://["}, ("$schema",), "`$schema` must be that of"),
        ({"$schema": 5}, ("$schema",), "`$schema` must be that of"),
        ({"$schema": OLD, "items": [{"type": "strng"}]}, ("items", 0, "type"), "but is `strng`"),
    ],
)
def test_what_does_not_compile_is_refused_at_its_place(schema: Any, place: tuple[int | str, ...], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(JsonSchema).validate_python(schema)

    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert words in str(error["ctx"]["error"])


def test_the_finding_points_into_the_schema() -> None:
    text = monitor(
        "http: {url: https://shop.example.com}\nexpect:\n  body:\n    schema:\n      properties:\n        id: {type: strng}\n"
    )

    finding = only(repository(text))
    assert (finding.path, pointed_at(text, finding)) == ("spec.expect.body.schema.properties.id.type", "strng")
    assert finding.hint == "did you mean `string`?"


def test_ten_problems_are_enough() -> None:
    with pytest.raises(ValidationError) as caught:
        check_schema({"properties": {f"a{index}": {"type": "strng"} for index in range(50)}})

    assert caught.value.error_count() == 10


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"not": schema}
    return schema


LARGE = {
    "wide": {"properties": {f"a{index}": {"type": "string"} for index in range(MOST_PARTS - 1)}},
    "too wide": {"anyOf": [{} for _ in range(100_000)]},
    "too deep": _nested(DEEPEST + 1),
    "far too deep": _nested(900),
    "strangers": {f"stranger{index}": 1 for index in range(50_000)},
    "mistakes": {"properties": {f"a{index}": {"typ": "strng"} for index in range(4000)}},
    "names": {"required": [f"a{index}" for index in range(100_000)]},
    "values": {"enum": [{"a": index} for index in range(100_000)]},
    "patterns": {"patternProperties": {f"(a{{{index}}}b)*": {} for index in range(900)}},
    "references": {"$defs": {"a": {}}, "anyOf": [{"$ref": "#/$defs/a"} for _ in range(4000)]},
}


@pytest.mark.parametrize("schema", LARGE.values(), ids=LARGE)
def test_no_schema_takes_long(schema: dict[str, Any]) -> None:
    started = time.perf_counter()
    with contextlib.suppress(ValueError):
        check_schema(schema)

    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (LARGE["too wide"], f"the JSON Schema has more than {MOST_PARTS} parts"),
        (LARGE["too deep"], f"the JSON Schema is nested more than {DEEPEST} deep"),
        (LARGE["strangers"], f"more than {MOST_UNKNOWN} keys are no keywords of JSON Schema"),
    ],
)
def test_what_is_too_large_is_refused(schema: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        check_schema(schema)


simple = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(-1, 2)
    | st.sampled_from([*TYPES, "a", "[", "#", "#/$defs/a"])
)
values = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*_KEYWORDS, "a", "b"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted({*_KEYWORDS, "a"} - {"$schema"})), values, max_size=5))
def test_what_we_take_the_meta_schema_takes(schema: dict[str, Any]) -> None:
    try:
        check_schema(schema)
    except ValueError:
        return

    try:
        Draft202012Validator.check_schema(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    except SchemaError as error:
        pytest.fail(f"{schema}: {error.message}")
