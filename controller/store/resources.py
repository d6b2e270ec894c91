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

    Deletes are soft: a resource that comes back is the old one, with its history. One statement per kind of step,
    so that ten thousand new monitors take a second and not a minute.
    """
    deleted = [one.live for one in plan.deletes]
    await connection.execute(
        "UPDATE resource SET deleted_at = $2, updated_revision = $3, updated_at = $2 WHERE id = ANY($1::bigint[])",
        [one.id for one in deleted],
        now,
        revision_id,
    )
    history = [_history(one.id, one.generation, "delete") for one in deleted]
    for update in plan.updates:
        await _free_name(connection, update)
    said = _columns([one.resource for one in plan.updates])
    ids = [one.live.id for one in plan.updates]
    await connection.execute(_UPDATE, ids, *said, revision_id, now)
    for update in plan.updates:
        action = "rename" if update.renamed_from else "update"
        history.append(_history(update.live.id, update.live.generation + 1, action, update.changes))
    created = await connection.fetch(
        _CREATE, *_columns([one.resource for one in plan.creates]), source_id, revision_id, now
    )
    for row in created:
        action = "create" if row["generation"] == 1 else "restore"
        history.append(_history(row["id"], row["generation"], action))
    await connection.execute(_REMEMBER, *_transposed(history, 4), revision_id, now)
    await connection.executemany(
        "UPDATE resource SET file = $2, line = $3 WHERE id = $1",
        [(one.live.id, one.resource.file, one.resource.line) for one in plan.moved],
    )
    return (
        {one.id: "delete" for one in deleted if one.kind == "Monitor"}
        | {one.live.id: "update" for one in plan.updates if one.live.kind == "Monitor"}
        | {row["id"]: "create" for row in created if row["kind"] == "Monitor"}
    )


_N = """
    unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::text[], $8::int[])
    AS n (kind, workspace, name, spec, labels, annotations, file, line)
"""
_UPDATE = """
    UPDATE resource r SET kind = n.kind, workspace = n.workspace, name = n.name, spec = n.spec, labels = n.labels,
      annotations = n.annotations, file = n.file, line = n.line, updated_revision = $10, updated_at = $11,
      generation = r.generation + 1
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[], $7::jsonb[], $8::text[], $9::int[])
      AS n (id, kind, workspace, name, spec, labels, annotations, file, line)
    WHERE r.id = n.id
"""
_CREATE = f"""
    INSERT INTO resource (kind, workspace, name, spec, labels, annotations, file, line, source_id, created_revision,
      updated_revision, created_at, updated_at)
    SELECT n.*, $9, $10, $10, $11, $11 FROM {_N}
    ON CONFLICT (kind, workspace, name) DO UPDATE SET spec = excluded.spec, labels = excluded.labels,
      annotations = excluded.annotations, file = excluded.file, line = excluded.line, source_id = excluded.source_id,
      updated_revision = excluded.updated_revision, updated_at = excluded.updated_at, deleted_at = NULL,
      generation = resource.generation + 1
    RETURNING id, kind, generation
"""
_REMEMBER = """
    INSERT INTO resource_history (resource_id, generation, action, changes, revision_id, at)
    SELECT n.id, n.generation, n.action, n.changes, $5, $6
    FROM unnest($1::bigint[], $2::int[], $3::text[], $4::jsonb[]) AS n (id, generation, action, changes)
"""


def _columns(resources: Sequence[Resource]) -> list[list[Any]]:
    return _transposed([_said(one) for one in resources], 8)


def _transposed(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]


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


async def _free_name(connection: Connection, update: Update) -> None:
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


def _history(
    resource_id: int, generation: int, action: str, changes: Sequence[FieldChange] = ()
) -> tuple[int, int, str, str]:
    said = [{"path": one.path, "old": one.old, "new": one.new} for one in changes]
    return resource_id, generation, action, msgspec.json.encode(said).decode()
