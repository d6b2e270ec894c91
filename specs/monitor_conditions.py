"""The CEL expressions of a Monitor: compiled when it is loaded, each error at its place inside the YAML."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from specs import tree
from specs.conditions import VARIABLES, ConditionError, compile_condition
from specs.diagnostics import Diagnostic, did_you_mean
from specs.draft import Draft, finding
from specs.expect import FITS
from specs.probes import PROBES
from specs.tree import Path


def check(draft: Draft, spec: Any, reported: set[str]) -> list[Diagnostic]:
    """Compile what a Monitor says under `that`, also where something else about it is wrong.

    What stands at a path in `reported` is wrong already.
    """
    found = []
    for path, text, probe in _expressions(spec):
        if tree.show_path(draft.place(path)) in reported:
            continue
        try:
            compile_condition(text, probe)
        except ConditionError as error:
            found.append(problem(draft, path, text, error, f"`{probe}`", VARIABLES[probe]))
    return found


def problem(
    draft: Draft, path: Path, text: str, error: ConditionError, owner: str, variables: Mapping[str, Any]
) -> Diagnostic:
    """What the compiler says of an expression, placed at the very character where that can be told.

    `owner` is whose `variables` they are, for the hint.
    """
    node = draft.node(path)
    unknown = re.match(r"there is no `(.*)` here", error.message)
    hint = did_you_mean(unknown.group(1), variables) if unknown else None
    hint = hint or f"{owner} has {', '.join(variables)}"
    if node is None or node.value != text:  # with a variable in it, the columns are not those of the file
        return finding(draft, "condition", error.message, path, hint)
    offset = sum(len(line) + 1 for line in text.split("\n")[: error.line - 1]) + error.column - 1
    place = tree.span_inside(draft.document, node, offset)
    shown = tree.show_path(draft.place(path))
    return Diagnostic("condition", error.message, draft.document.file, place, shown, hint)


def fitting(probe: str, key: str, value: Any) -> Any:
    """A default of a monitor without what its probe cannot use."""
    if key not in ("expect", "degraded") or not isinstance(value, Mapping) or probe not in FITS:
        return value
    return {name: inner for name, inner in value.items() if name in FITS[probe] or name not in FITS["http"]}


def _expressions(spec: Any) -> Iterator[tuple[Path, str, str]]:
    """Each expression with its path and the probe whose variables it may use."""
    if not isinstance(spec, dict):
        return
    probes = [probe for probe in PROBES if spec.get(probe) is not None]
    if len(probes) != 1:
        return
    if VARIABLES[probes[0]]:
        yield from _inside(spec, ("spec",), probes[0])
    steps = spec.get("steps")
    for index, step in enumerate(steps) if isinstance(steps, list) else ():
        if isinstance(step, dict):
            yield from _inside(step, ("spec", "steps", index), "http")


def _inside(block: Mapping[str, Any], path: Path, probe: str) -> Iterator[tuple[Path, str, str]]:
    for key in ("expect", "degraded"):
        inside = block.get(key)
        texts = inside.get("that") if isinstance(inside, dict) else None
        if texts is None:
            continue
        for index, text in enumerate(texts) if isinstance(texts, list) else [(None, texts)]:
            if isinstance(text, str):
                yield (*path, key, "that", *(() if index is None else (index,))), text, probe
