"""Resources: what is live, and applying a plan to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from controller.decisions.plan import FieldChange, Live, Plan, Update
from controller.store.database import Connection
from specs.resource import Resource


async def live(connection: Connection, source_id: int | None = None) -> list[Live]:
    """Every live resource, or those of one source."""
    rows = await connection.fetch(
        "SELECT id, kind, workspace, name, spec, labels, annotations, file, line, generation FROM resource"
        " WHERE deleted_at IS NULL AND ($1::bigint IS NULL OR source_id = $1) ORDER BY kind, workspace, name",
        source_id,
    )
    decode = msgspec.json.decode
    return [
        Live(
            id=row["id"],
            kind=row["kind"],
            workspace=row["workspace"],
            name=row["name"],
            spec=decode(row["spec"]),
            labels=decode(row["labels"]),
            annotations=decode(row["annotations"]),
            file=row["file"],
            line=row["line"],
            generation=row["generation"],
        )
        for row in rows
    ]


async def owned_elsewhere(
    connection: Connection, source_id: int, wanted: Sequence[Resource]
) -> list[tuple[Resource, str]]:
    """Wanted resources that another source owns, with that source's name."""
    rows = await connection.fetch(
        "SELECT r.kind, r.workspace, r.name, s.name AS source FROM resource r JOIN source s ON s.id = r.source_id"
        " WHERE r.deleted_at IS NULL AND r.source_id <> $1",
        source_id,
    )
    owner = {(row["kind"], row["workspace"], row["name"]): row["source"] for row in rows}
    return [(one, owner[one.key]) for one in wanted if one.key in owner]


async def apply(connection: Connection, plan: Plan, source_id: int, revision_id: int, now: datetime) -> dict[int, str]:
    """Carry out a plan inside the caller's transaction. Returns monitor id → `create`, `update` or `delete`.

    Deletes are soft: a resource that comes back is the old one, with its history.
    """
    touched: dict[int, str] = {}
    for delete in plan.deletes:
        await connection.execute(
            "UPDATE resource SET deleted_at = $2, updated_revision = $3, updated_at = $2 WHERE id = $1",
            delete.live.id,
            now,
            revision_id,
        )
        await _remember(connection, delete.live.id, revision_id, delete.live.generation, "delete", (), now)
        if delete.live.kind == "Monitor":
            touched[delete.live.id] = "delete"
    for update in plan.updates:
        await _free_name(connection, update, now)
        generation = await connection.fetchval(_UPDATE, update.live.id, *_said(update.resource), revision_id, now, 1)
        action = "rename" if update.renamed_from else "update"
        await _remember(connection, update.live.id, revision_id, generation, action, update.changes, now)
        if update.resource.kind == "Monitor":
            touched[update.live.id] = "update"
    for create in plan.creates:
        row = await connection.fetchrow(_CREATE, *_said(create.resource), source_id, revision_id, now)
        action = "create" if row["generation"] == 1 else "restore"
        await _remember(connection, row["id"], revision_id, row["generation"], action, (), now)
        if create.resource.kind == "Monitor":
            touched[row["id"]] = "create"
    await connection.executemany(
        "UPDATE resource SET file = $2, line = $3 WHERE id = $1",
        [(one.live.id, one.resource.file, one.resource.line) for one in plan.moved],
    )
    return touched


_UPDATE = """
    UPDATE resource SET kind = $2, workspace = $3, name = $4, spec = $5, labels = $6, annotations = $7, file = $8,
      line = $9, updated_revision = $10, updated_at = $11, generation = generation + $12
    WHERE id = $1 RETURNING generation
"""
_CREATE = """
    INSERT INTO resource (kind, workspace, name, spec, labels, annotations, file, line, source_id, created_revision,
      updated_revision, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $11)
    ON CONFLICT (kind, workspace, name) DO UPDATE SET spec = excluded.spec, labels = excluded.labels,
      annotations = excluded.annotations, file = excluded.file, line = excluded.line, source_id = excluded.source_id,
      updated_revision = excluded.updated_revision, updated_at = excluded.updated_at, deleted_at = NULL,
      generation = resource.generation + 1
    RETURNING id, generation
"""


def _said(resource: Resource) -> tuple[Any, ...]:
    def text(value: Any) -> str:
        return msgspec.json.encode(value).decode()

    return (
        resource.kind,
        resource.workspace,
        resource.name,
        text(resource.spec),
        text(resource.labels),
        text(resource.annotations),
        resource.file,
        resource.line,
    )


async def _free_name(connection: Connection, update: Update, now: datetime) -> None:
    """A rename onto the name of a deleted resource: the deleted one steps aside, its history kept."""
    if update.renamed_from:
        await connection.execute(
            "UPDATE resource SET name = name || '~' || id WHERE kind = $1 AND workspace = $2 AND name = $3"
            " AND deleted_at IS NOT NULL AND id <> $4",
            update.resource.kind,
            update.resource.workspace,
            update.resource.name,
            update.live.id,
        )


async def _remember(
    connection: Connection,
    resource_id: int,
    revision_id: int,
    generation: int,
    action: str,
    changes: Sequence[FieldChange],
    now: datetime,
) -> None:
    said = [{"path": one.path, "old": one.old, "new": one.new} for one in changes]
    await connection.execute(
        "INSERT INTO resource_history (resource_id, revision_id, generation, action, changes, at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        resource_id,
        revision_id,
        generation,
        action,
        msgspec.json.encode(said).decode(),
        now,
    )
