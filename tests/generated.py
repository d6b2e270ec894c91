"""Files that are made from the models and committed: `python -m tests.generated [--check]`."""

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specs import export
from specs.fields import LABEL_KEY, NAME_PATTERN
from specs.kinds import API_VERSION, KINDS
from specs.resource import Metadata

ROOT = Path(__file__).parents[1]
HINT = "run `make schemas`"
_HEAD = "| key | type | default | what it says | example |\n|---|---|---|---|---|\n"


def generated() -> dict[str, str]:
    """Path below the repository → what the file must hold."""
    files = {f"schemas/{name}": text for name, text in export.schemas().items()}
    files |= {f"docs/reference/{kind.lower()}.md": reference(kind) for kind in KINDS}
    files["docs/reference/README.md"] = contents()
    if importlib.util.find_spec("api.app"):
        document = importlib.import_module("api.app").openapi_document()
        files["schemas/openapi.json"] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return files


def stale(root: Path = ROOT) -> list[str]:
    """Paths of files that are missing, differ from what they must hold, or belong to no kind any more."""
    wanted = generated()
    wrong = {path for path, text in wanted.items() if _read(root / path) != text}
    there = [*(root / "schemas").glob("*.schema.json"), *(root / "docs/reference").glob("*.md")]
    return sorted(wrong | ({path.relative_to(root).as_posix() for path in there} - set(wanted)))


def write(root: Path = ROOT) -> list[str]:
    """Write what is stale, remove what is left over; returns the paths."""
    wanted, paths = generated(), stale(root)
    for path in paths:
        file = root / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
        else:
            file.unlink()
    return paths


def contents() -> str:
    """The list of kinds."""
    lines = [f"- [{kind}]({kind.lower()}.md): {_sentence(KINDS[kind])}" for kind in KINDS]
    return (
        "# Reference of kinds\n\nMade from the models in `specs/` by `make schemas`.\n\n"
        "Every document has `apiVersion: wakeful.dev/v1`, `kind`, `metadata` and `spec`. "
        "Durations are a number and a unit: `ms`, `s`, `m`, `h`, `d`, `w`; `1h30m` is one, too.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def reference(kind: str) -> str:
    """The page of a kind: one table for its spec, one for metadata, one for each part of the spec."""
    definitions = export.schema(kind)["$defs"]
    parts = _in_order(definitions, "Spec")
    text = f"# {kind}\n\n{definitions['Spec']['description']}\n\n"
    text += f"```yaml\napiVersion: {API_VERSION}\nkind: {kind}\nmetadata:\n  name: …\nspec:\n  …\n```\n"
    text += f"\n## spec\n\n{_table(definitions['Spec'], definitions)}"
    for name in parts:
        text += f"\n## {name}\n\n{definitions[name]['description']}\n\n{_table(definitions[name], definitions)}"
    return text + f"\n## metadata\n\n{_sentence(Metadata)}\n\n{_table(definitions['Metadata'], definitions)}"


def _in_order(definitions: dict[str, Any], name: str) -> list[str]:
    """The parts that a definition refers to, each once, in the order in which a reader meets them."""
    found: list[str] = []

    def visit(part: str) -> None:
        for value in definitions[part].get("properties", {}).values():
            for inner in _references(value):
                if inner not in found:
                    found.append(inner)
                    visit(inner)

    visit(name)
    return found


def _references(schema: Any) -> Iterator[str]:
    """The definitions that a schema refers to, however deep."""
    if isinstance(schema, dict):
        if part := _referred(schema):
            yield part
        for key, inner in schema.items():
            if key not in ("examples", "default"):
                yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _table(definition: dict[str, Any], definitions: dict[str, Any]) -> str:
    required = definition.get("required", [])
    return _HEAD + "".join(
        f"| `{key}` | {_type(schema)} | {_default(schema, is_required=key in required)} "
        f"| {_cell(_says(schema, definitions))} | {_example(schema)} |\n"
        for key, schema in definition["properties"].items()
    )


def _says(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    part = definitions.get(_referred(schema) or "", {})
    return str(schema.get("description") or part.get("description", ""))


def _default(schema: dict[str, Any], *, is_required: bool) -> str:
    if is_required:
        return "**required**"
    return _code(schema["default"]) if "default" in schema else ""


def _example(schema: dict[str, Any]) -> str:
    return ", ".join(_code(example) for example in schema.get("examples", []))


def _type(schema: dict[str, Any]) -> str:
    """What may stand there, in words."""
    if part := _referred(schema):
        return f"[{part}](#{part.lower()})"
    if "$comment" in schema:
        return str(schema["$comment"])
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if "(var|each)" not in one.get("pattern", "")]
        return " or ".join(dict.fromkeys(_type(one) for one in kinds))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    match schema.get("type"):
        case "array":
            return f"list of {_type(schema.get('items', {}))}"
        case "object":
            is_labels = schema.get("propertyNames", {}).get("pattern") == LABEL_KEY
            inner = schema.get("additionalProperties")
            if isinstance(inner, dict) and (part := _referred(inner)):
                return f"map of [{part}](#{part.lower()})"
            return "labels" if is_labels else "map of text" if inner else "mapping"
        case "integer":
            return "whole number" + _bounds(schema)
        case "number":
            return "number" + _bounds(schema)
        case None:
            return "any value"
        case "boolean":
            return "`true`, `false`"
        case _:
            return _kind_of_text(schema)


def _kind_of_text(schema: dict[str, Any]) -> str:
    pattern = schema.get("pattern", "")
    if pattern == NAME_PATTERN:
        return "name"
    if "(ms|s|m|h|d|w)" in pattern:
        return "duration"
    return "text"


def _bounds(schema: dict[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {least} to {most}"
    return f", at least {least}" if least is not None else ""


def _referred(schema: dict[str, Any]) -> str | None:
    return str(schema["$ref"]).rsplit("/", 1)[1] if "$ref" in schema else None


def _code(value: Any) -> str:
    """A value as it stands in YAML (whose flow style is JSON with fewer quotes)."""
    return f"`{_cell(_flow(value))}`"


def _flow(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(inner) for inner in value) + "]"
        case str() if not any(char in value for char in "{}[],:#*\"'"):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _sentence(model: type) -> str:
    return (model.__doc__ or "").strip()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the files, or with `--check` only say which are stale. Returns the exit code."""
    if arguments == ["--check"]:
        paths = stale(root)
        for path in paths:
            print(f"stale: {path}", file=sys.stderr)
        if paths:
            print(f"hint: {HINT}", file=sys.stderr)
        return 1 if paths else 0
    if arguments:
        print("usage: python -m tests.generated [--check]", file=sys.stderr)
        return 64
    for path in write(root):
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
