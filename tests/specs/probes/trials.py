"""One probe, as a person would write it: taken by the model and by its JSON Schema, or refused by both."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from specs.export import schema
from specs.monitor import Monitor
from specs.resource import canonical, typed
from tests.specs.writing import monitor, pointed_at, repository

OTHERS = [monitor(name=name, labels="{service: web}") for name in ("web-1", "web-2", "web-3")]


def accepted(probe: str, spec: str, rest: str = "") -> Monitor:
    """The monitor, of which nothing is said, and which comes back from its stored form as it was."""
    text = monitor(f"{probe}: {spec}\n{rest}", name="tried")
    loaded = repository(text, *OTHERS)
    errors = [(one.path, one.message) for one in loaded.errors]
    assert errors == []
    found = next(one for one in loaded.resources if one.name == "tried")
    assert typed("Monitor", found.spec) == found.model
    assert canonical(typed("Monitor", found.spec)) == found.spec
    assert [error.message for error in _validator().iter_errors(yaml.safe_load(text))] == []
    assert isinstance(found.model, Monitor)
    return found.model


def refused(probe: str, spec: str, rest: str = "") -> tuple[str, str, str, str | None]:
    """Where the one finding stands, what it points at, its words and its hint."""
    text = monitor(f"{probe}: {spec}\n{rest}", name="tried")
    (finding,) = repository(text, *OTHERS).errors
    return finding.path, pointed_at(text, finding), finding.message, finding.hint


def is_refused_by_schema(probe: str, spec: str, rest: str = "") -> bool:
    """Whether an editor that knows the JSON Schema only refuses it, too."""
    document: Any = yaml.safe_load(monitor(f"{probe}: {spec}\n{rest}", name="tried"))
    return not _validator().is_valid(document)


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema("Monitor"))
