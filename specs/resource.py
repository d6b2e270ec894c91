"""One spec, as loaded: identity, canonical value, and where it stood."""

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from specs.fields import Labels, Model, Name
from specs.kinds import KINDS

Key = tuple[str, str, str]
"""Identity: kind, workspace, name."""

DEFAULT_WORKSPACE = "default"
PRUNE = "wakeful.dev/prune"
SUSPEND = "wakeful.dev/suspend"
SUSPENDED = re.compile(r".*\S\s+until\s+(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))", re.DOTALL)
OWNER = "wakeful.dev/owner"
SILENCED = "wakeful.dev/ignore"
"""Codes of warnings that need not be said of this resource, parted by commas."""
ANNOTATIONS = (PRUNE, OWNER, SUSPEND, SILENCED)


class Metadata(Model):
    """Name, labels and notes of a resource."""

    name: Name = Field(description="Its name, unique for its kind.", examples=["checkout"])
    labels: Labels = Field(default={}, description="For rules and filters.", examples=[{"team": "payments"}])
    annotations: dict[str, str] = Field(
        default={},
        description="`wakeful.dev/prune: disabled` protects it from deletion; `wakeful.dev/owner` names a team; "
        "`wakeful.dev/suspend: <reason> until <time>` pauses it; `wakeful.dev/ignore: <codes>` silences warnings.",
        examples=[{"wakeful.dev/owner": "payments"}],
    )
    renamed_from: Name | None = Field(default=None, description="Its former name; keeps its history.")


@dataclass(frozen=True)
class Resource:
    """A valid spec. `spec` is canonical plain JSON with defaults filled in; `model` the same, typed."""

    kind: str
    name: str
    spec: dict[str, Any]
    model: Model = field(repr=False, compare=False)
    workspace: str = DEFAULT_WORKSPACE
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    renamed_from: str | None = None
    file: str = ""
    line: int = 1

    @property
    def key(self) -> Key:
        """Kind, workspace and name."""
        return self.kind, self.workspace, self.name


def canonical(model: Model) -> dict[str, Any]:
    """A model as plain JSON: camelCase, defaults filled in, nulls left out. The one form that is stored and compared."""
    dumped: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dumped


def typed(kind: str, spec: dict[str, Any]) -> Model:
    """The model of a stored canonical spec. Raises pydantic.ValidationError when the schema moved on."""
    return KINDS[kind].model_validate(spec)
