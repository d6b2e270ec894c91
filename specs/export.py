"""Models → JSON Schema, as text. `make schemas` writes it, `make check` compares it."""

import json
from typing import Any

from specs.kinds import API_VERSION, KINDS
from specs.resource import Metadata

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one whole document of a kind."""
    spec = KINDS[kind].model_json_schema(by_alias=True, mode="validation", ref_template="#/$defs/{model}")
    metadata = Metadata.model_json_schema(by_alias=True, mode="validation", ref_template="#/$defs/{model}")
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
        "$defs": dict(sorted(definitions.items())),
    }


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
                "if": {"properties": {"kind": {"const": kind}}},
                "then": {"$ref": f"{kind.lower()}.schema.json"},
            }
            for kind in KINDS
        ],
    }
    return texts | {"wakeful.schema.json": _text(every)}


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
