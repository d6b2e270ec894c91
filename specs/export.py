"""Models → JSON Schema, as text. `make schemas` writes it, `make check` compares it."""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from specs.fields import Model, format_duration
from specs.kinds import API_VERSION, KINDS
from specs.resource import Metadata, canonical

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """Describes what a person writes: defaults in the language of the specs, and no nulls."""

    def encode_default(self, dft: Any) -> Any:
        """A default value as it would stand in a spec."""
        if isinstance(dft, timedelta):
            return format_duration(dft)
        return canonical(dft) if isinstance(dft, Model) else super().encode_default(dft)

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """A key that may be left out is left out; `null` is not offered."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without `default: null`, which says no more than that the key is optional."""
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No titles that only repeat the key."""
        return False


def _described(model: type[Model]) -> dict[str, Any]:
    return model.model_json_schema(
        by_alias=True, mode="validation", ref_template="#/$defs/{model}", schema_generator=_AsWritten
    )


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one whole document of a kind."""
    spec, metadata = _described(KINDS[kind]), _described(Metadata)
    definitions = spec.pop("$defs", {}) | metadata.pop("$defs", {})
    # Metadata is a definition of its own, so that an editor shows it once.
    definitions |= {"Metadata": metadata, "Spec": spec}
    return {
        "$schema": DRAFT,
        "title": kind,
        "description": (KINDS[kind].__doc__ or "").strip(),
        "type": "object",
        "additionalProperties": False,
        "required": ["apiVersion", "kind", "metadata", *([] if kind == "Config" else ["spec"])],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": kind},
            "metadata": {"$ref": "#/$defs/Metadata"},
            "spec": {"$ref": "#/$defs/Spec"},
        },
        "$defs": {name: _with_variables(value) for name, value in sorted(definitions.items())},
    }


def bundle() -> dict[str, Any]:
    """One JSON Schema for documents of every kind, that refers to nothing outside itself, as editors like it."""
    definitions: dict[str, Any] = {}
    for kind in KINDS:
        whole = schema(kind)
        inner = whole.pop("$defs")
        del whole["$schema"]
        definitions |= {f"{kind}.{name}": _prefixed(value, kind) for name, value in inner.items()}
        definitions[kind] = _prefixed(whole, kind)
    return {
        "$schema": DRAFT,
        "title": "Wakeful",
        "description": "A spec of Wakeful, of any kind.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {"apiVersion": {"const": API_VERSION}, "kind": {"enum": list(KINDS)}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in KINDS
        ],
        "$defs": definitions,
    }


def _prefixed(value: Any, kind: str) -> Any:
    """References to definitions of a kind, told apart from those of others."""
    if isinstance(value, dict):
        return {
            key: inner.replace("#/$defs/", f"#/$defs/{kind}.")
            if key == "$ref" and isinstance(inner, str)
            else _prefixed(inner, kind)
            for key, inner in value.items()
        }
    return [_prefixed(inner, kind) for inner in value] if isinstance(value, list) else value


_VARIABLE = {"type": "string", "pattern": r"^\$\{(var|each)\.[^}]+\}$"}


def _with_variables(value: Any) -> Any:
    """Numbers and truths may be written as a variable that stands alone."""
    if isinstance(value, list):
        return [_with_variables(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    inside = {
        key: _with_variables(inner) if key not in ("examples", "default", "enum", "const") else inner
        for key, inner in value.items()
    }
    if inside.get("type") not in ("integer", "number", "boolean"):
        return inside
    outer = {key: inside.pop(key) for key in ("description", "default", "examples", "title") if key in inside}
    return outer | {"anyOf": [inside, _VARIABLE]}


def schemas() -> dict[str, str]:
    """File name → text, for each kind and for `wakeful.schema.json`, which tells the kinds apart."""
    texts = {f"{kind.lower()}.schema.json": _text(schema(kind)) for kind in KINDS}
    every = {
        "$schema": DRAFT,
        "title": "Wakeful",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(KINDS)}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"{kind.lower()}.schema.json"},
            }
            for kind in KINDS
        ],
    }
    return texts | {"wakeful.schema.json": _text(every)}


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
