"""Resources as stored, with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.decisions.conditions import running
from controller.store.reading.query import Filter, Reader, plain


@dataclass(frozen=True, slots=True)
class ResourceSummary:
    """One live spec: identity and place. `revision` is the commit that last changed it.

    Its condition `Running` is False while it is stored and nothing acts on it yet.
    """

    kind: str
    workspace: str
    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    source: str
    file: str
    line: int
    generation: int
    revision: str
    created_at: datetime
    updated_at: datetime
    conditions: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What one revision changed of a resource."""

    action: str
    revision: str
    revision_id: int
    author: str | None
    message: str | None
    generation: int
    changes: list[dict[str, Any]]
    at: datetime


@dataclass(frozen=True, slots=True)
class ResourceDetail(ResourceSummary):
    """A resource with what it says and its history, newest first. `deleted_at` is null while it is live."""

    deleted_at: datetime | None
    spec: dict[str, Any]
    history: list[HistoryLine]


_SUMMARY = """r.kind, r.spec, r.workspace, r.name, r.labels, r.annotations, s.name AS source, r.file, r.line, r.generation,
    v.commit AS revision, r.created_at, r.updated_at"""
_FROM = "FROM resource r JOIN source s ON s.id = r.source_id JOIN revision v ON v.id = r.updated_revision"
_HISTORY_SHOWN = 100


async def page(
    reader: Reader,
    *,
    kind: str | None = None,
    workspace: str | None = None,
    source: str | None = None,
    after: Sequence[Any] | None = None,
    limit: int,
) -> list[ResourceSummary]:
    """Live resources by kind, workspace and name, from the one after (kind, workspace, name)."""
    where = Filter("r.deleted_at IS NULL")
    where.given("r.kind = {}", kind)
    where.given("r.workspace = {}", workspace)
    where.given("s.name = {}", source)
    if after:
        where.add("(r.kind, r.workspace, r.name) > ({}, {}, {})", *after)
    query = f"SELECT {_SUMMARY} {_FROM} WHERE {where} ORDER BY r.kind, r.workspace, r.name LIMIT {where.bind(limit)}"
    return [ResourceSummary(**_summary(row)) for row in await reader.fetch(query, *where.values)]


async def one(reader: Reader, kind: str, workspace: str, name: str) -> ResourceDetail | None:
    """One resource with its history; one that was deleted, too."""
    row = await reader.fetchrow(
        f"SELECT r.id, r.deleted_at, {_SUMMARY} {_FROM} WHERE r.kind = $1 AND r.workspace = $2 AND r.name = $3",
        kind,
        workspace,
        name,
    )
    if row is None:
        return None
    changes = await reader.fetch(
        """
        SELECT h.action, v.commit AS revision, v.id AS revision_id, v.author, v.message, h.generation, h.changes, h.at
        FROM resource_history h JOIN revision v ON v.id = h.revision_id
        WHERE h.resource_id = $1 ORDER BY h.id DESC LIMIT $2
        """,
        row["id"],
        _HISTORY_SHOWN,
    )
    summary = _summary(row)
    del summary["id"]
    return ResourceDetail(
        **summary | {"spec": plain(row["spec"])},
        history=[HistoryLine(**dict(change) | {"changes": plain(change["changes"])}) for change in changes],
    )


async def has_workspace(reader: Reader, workspace: str) -> bool:
    """Whether anything lives in a workspace."""
    found: bool = await reader.fetchval(
        "SELECT EXISTS (SELECT FROM resource WHERE workspace = $1 AND deleted_at IS NULL)", workspace
    )
    return found


def _summary(row: Any) -> dict[str, Any]:
    found = dict(row) | {"labels": plain(row["labels"]), "annotations": plain(row["annotations"])}
    spec = plain(found.pop("spec"))
    return found | {"conditions": [running(row["kind"], spec)]}
