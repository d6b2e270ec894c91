"""The four keys that every document has: `apiVersion`, `kind`, `metadata` and `spec`."""

from typing import Any

from specs import tree
from specs.diagnostics import Diagnostic, did_you_mean
from specs.explain import named
from specs.kinds import API_VERSION, KINDS
from specs.tree import Document, Path

KEYS = ("apiVersion", "kind", "metadata", "spec")
NEEDS_NO_SPEC = ("Config", "Workspace")


def check(document: Document) -> list[Diagnostic]:
    """What is wrong with the envelope of a document; its spec is not looked into."""
    data, found = document.data, list[Diagnostic]()

    def problem(path: Path, code: str, message: str, hint: str | None, *, key: bool = False) -> None:
        span = document.span(path, key=key)
        found.append(Diagnostic(code, message, document.file, span, tree.show_path(path), hint))

    if not isinstance(data, dict):
        problem((), "type", "a document must be a mapping", "start with `apiVersion`, `kind`, `metadata` and `spec`")
        return found
    for key in data:
        if key not in KEYS:
            hint = did_you_mean(key, KEYS) or f"a document has {', '.join(f'`{name}`' for name in KEYS)}"
            problem((key,), "unknown-key", f"unknown key `{key}`", hint, key=True)
    for key in KEYS:
        if key not in data and not (key == "spec" and data.get("kind") in NEEDS_NO_SPEC):
            hint = f"write `apiVersion: {API_VERSION}`" if key == "apiVersion" else f"add `{key}`"
            problem((), "missing-key", f"missing key `{key}`", hint)
    _check_values(data, problem)
    return found


def _check_values(data: dict[str, Any], problem: Any) -> None:
    version, kind = data.get("apiVersion"), data.get("kind")
    kinds = f"the kinds are {', '.join(f'`{name}`' for name in KINDS)}"
    if isinstance(version, str) and version != API_VERSION:
        problem(("apiVersion",), "api-version", f"`{version}` is not a version we know", f"write `{API_VERSION}`")
    if isinstance(kind, str) and kind not in KINDS:
        problem(("kind",), "unknown-kind", f"there is no kind `{kind}`", did_you_mean(kind, KINDS) or kinds)
    for key, hint in (("apiVersion", f"write `{API_VERSION}`"), ("kind", kinds)):
        if key in data and not isinstance(data[key], str):
            problem((key,), "type", f"`{key}` must be text, but is {named(data[key])}", hint)
    for key in ("metadata", "spec"):
        if key in data and not isinstance(data[key], dict):
            message = f"`{key}` must be a mapping, but is {named(data[key])}"
            problem((key,), "type", message, "indent its keys below it")
