"""Wanted × live → what to create, update, rename and delete. `plan(apply(x))` is empty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from specs.fields import Model
from specs.resource import PRUNE, Key, Resource, canonical, typed


@dataclass(frozen=True)
class Live:
    """A resource as stored. `generation` grows with each change of what it says."""

    id: int
    kind: str
    workspace: str
    name: str
    spec: dict[str, Any]
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 1
    generation: int = 1
    _model: list[Model | None] = field(default_factory=list, repr=False, compare=False)

    @property
    def model(self) -> Model | None:
        """The model of its spec, made once; None where an older Wakeful stored what this one cannot read."""
        if not self._model:
            try:
                self._model.append(typed(self.kind, self.spec))
            except (ValidationError, KeyError):
                self._model.append(None)
        return self._model[0]

    @property
    def key(self) -> Key:
        """Kind, workspace and name."""
        return self.kind, self.workspace, self.name


@dataclass(frozen=True)
class FieldChange:
    """One field: its path, and the old and new value. None where it was or will not be there."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Create:
    """Wanted, and not live."""

    resource: Resource


@dataclass(frozen=True)
class Update:
    """Live under this name (or, with `renamed_from`, under another), and wanted otherwise."""

    live: Live
    resource: Resource
    changes: tuple[FieldChange, ...]

    @property
    def renamed_from(self) -> str | None:
        """The former name, when this is a rename."""
        return self.live.name if self.live.name != self.resource.name else None


@dataclass(frozen=True)
class Delete:
    """Live, and no longer wanted."""

    live: Live


@dataclass(frozen=True)
class Plan:
    """What a revision would do.

    `moved` only stand elsewhere in the files; `kept` are protected from deletion; `unclear` renames a person must mend.
    """

    creates: tuple[Create, ...] = ()
    updates: tuple[Update, ...] = ()
    deletes: tuple[Delete, ...] = ()
    moved: tuple[Update, ...] = ()
    kept: tuple[Live, ...] = ()
    unchanged: int = 0
    unclear: tuple[Update, ...] = ()
    """Said to be renamed from something that is live and goes, while their own name is live, too."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing that a resource says would change."""
        return not (self.creates or self.updates or self.deletes)

    @property
    def summary(self) -> str:
        """`2 to create, 1 to update, 0 to delete`."""
        parts = [
            f"{len(self.creates)} to create",
            f"{len(self.updates)} to update",
            f"{len(self.deletes)} to delete",
        ]
        return ", ".join(parts) + (f", {len(self.kept)} protected" if self.kept else "")

    def as_json(self) -> dict[str, Any]:
        """The plan as plain JSON, as revisions store it and the API returns it."""
        return {
            "create": [_named(one.resource) for one in self.creates],
            "update": [
                _named(one.resource)
                | {"renamed_from": one.renamed_from}
                | {"changes": [{"path": c.path, "old": c.old, "new": c.new} for c in one.changes]}
                for one in self.updates
            ],
            "delete": [_named(one.live) for one in self.deletes],
            "kept": [_named(one) for one in self.kept],
            "unchanged": self.unchanged,
            "summary": self.summary,
        }


def plan(wanted: Sequence[Resource], live: Sequence[Live]) -> Plan:
    """Compare what is wanted with what is live, resource by resource and field by field."""
    live_by_key = {one.key: one for one in live}
    wanted_keys = {one.key for one in wanted}
    creates, updates, moved, claimed = list[Create](), list[Update](), list[Update](), set[Key]()
    unclear = list[Update]()
    for resource in wanted:
        former = _former(resource, live_by_key, wanted_keys) if resource.renamed_from else None
        if former and resource.key in live_by_key:
            unclear.append(Update(former, resource, ()))
        current = live_by_key.get(resource.key) or _former(resource, live_by_key, wanted_keys | claimed)
        if current is None:
            creates.append(Create(resource))
            continue
        claimed.add(current.key)
        changes = tuple(compare(said_live(current), said(resource)))
        if changes or current.name != resource.name:
            updates.append(Update(current, resource, changes))
        elif (current.file, current.line) != (resource.file, resource.line):
            moved.append(Update(current, resource, ()))
    gone = [one for one in live if one.key not in claimed and one.key not in wanted_keys]
    kept = tuple(one for one in gone if one.annotations.get(PRUNE) == "disabled")
    deletes = tuple(Delete(one) for one in gone if one not in kept)
    unchanged = len(wanted) - len(creates) - len(updates)
    return Plan(tuple(creates), tuple(updates), deletes, tuple(moved), kept, unchanged, tuple(unclear))


def compare(old: Any, new: Any, path: str = "") -> Iterable[FieldChange]:
    """The leaves in which two plain JSON values differ. Lists are compared as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from compare(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif old != new:
        yield FieldChange(path, old, new)


def _former(resource: Resource, live: dict[Key, Live], taken: set[Key]) -> Live | None:
    """What the resource was under its former name, unless that name is wanted again or taken by another rename."""
    if not resource.renamed_from:
        return None
    key = (resource.kind, resource.workspace, resource.renamed_from)
    return live.get(key) if key not in taken else None


def said(resource: Resource) -> dict[str, Any]:
    """What a resource says, as it is compared: labels, annotations and spec."""
    return {"labels": resource.labels, "annotations": resource.annotations, "spec": resource.spec}


def said_live(live: Live) -> dict[str, Any]:
    """What is live says, in the same form."""
    # Normalised by the same function as the wanted side: a default that a newer Wakeful added is no change.
    spec = canonical(live.model) if live.model is not None else live.spec
    return {"labels": live.labels, "annotations": live.annotations, "spec": spec}


def _named(one: Resource | Live) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "workspace": one.workspace,
        "name": one.name,
        "file": one.file,
        "line": one.line,
    }
