"""A MonitorSet → the monitors that it stands for."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from specs.diagnostics import Diagnostic
from specs.draft import Draft, finding
from specs.kinds import API_VERSION
from specs.tree import Path
from specs.variables import Scalar, Undefined, expand

MOST = 10_000
"""Monitors that one set may stand for."""

Values = dict[str, Scalar]


def expansions(draft: Draft, variables: Mapping[str, Scalar], found: list[Diagnostic]) -> Iterator[Draft]:
    """One draft of a Monitor for each combination; its `each` is the combination, with dots where values nest.

    What is wrong with the name of one goes to `found`, once.
    """
    spec, metadata = draft.data["spec"], draft.data["metadata"]
    labels = metadata.get("labels", {}) | spec.get("labels", {})
    for values, origin in islice(combinations(spec), MOST):
        try:
            name = expand(spec["name"], variables, values)
        except Undefined as error:
            message, _, hint = str(error).partition("|")
            found.append(finding(draft, "variable", message, ("spec", "name"), hint))
            return
        data = {
            "apiVersion": API_VERSION,
            "kind": "Monitor",
            "metadata": {"name": name, "labels": labels, "annotations": metadata.get("annotations", {})},
            "spec": spec["template"],
        }
        yield Draft(draft.document, "Monitor", data, draft.workspace, each=values, origin=origin)


def combinations(spec: Mapping[str, Any]) -> Iterator[tuple[Values, Path]]:
    """Every combination of a set's `matrix` and `each`, less what it excludes; and where its values stand."""
    matrix: Mapping[str, list[Any]] = spec.get("matrix") or {}
    items: list[Any] = spec.get("each") or [None]
    excluded = [flat(one) for one in spec.get("exclude") or []]
    for index, item in enumerate(items):
        for chosen in product(*matrix.values()):
            values = flat(dict(zip(matrix, chosen, strict=True))) | flat(item or {})
            if not any(without.items() <= values.items() for without in excluded):
                yield values, ("spec", "each", index) if item is not None else ("spec", "matrix")


def flat(values: Mapping[str, Any], above: str = "") -> Values:
    """Nested mappings as one, `{"a": {"b": 1}}` as `{"a.b": 1}`; lists and nulls cannot stand in a text and go."""
    found: Values = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{above}{key}.")
        elif isinstance(value, str | int | float | bool):
            found[f"{above}{key}"] = value
    return found
