"""Sources, their revisions, and how far each has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from controller.store.database import Connection


@dataclass(frozen=True)
class SourceRecord:
    """A source as stored; commits are None until there is one."""

    id: int
    name: str
    uri: str
    attempted: str | None
    attempted_status: str | None
    attempted_released: bool
    applied: str | None


async def source(connection: Connection, name: str, uri: str) -> SourceRecord:
    """The record of a source, made when it is new. Its identity is its name, so that a repository can move."""
    await connection.execute(
        "INSERT INTO source (name, uri) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET uri = $2", name, uri
    )
    row = await connection.fetchrow(
        """
        SELECT s.id, s.name, s.uri, t.commit AS attempted, t.status, t.released_at, a.commit AS applied
        FROM source s LEFT JOIN revision t ON t.id = s.attempted_revision LEFT JOIN revision a ON a.id = s.applied_revision
        WHERE s.name = $1
        """,
        name,
    )
    released = row["released_at"] is not None
    return SourceRecord(row["id"], name, uri, row["attempted"], row["status"], released, row["applied"])


async def is_released(connection: Connection, source_id: int, commit: str) -> bool:
    """Whether a person agreed to what a held revision takes away."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM revision WHERE source_id = $1 AND commit = $2 AND released_at IS NOT NULL)",
        source_id,
        commit,
    )
    return found


async def release(connection: Connection, commit: str, who: str, now: datetime) -> str | None:
    """Agree to a held revision, named by the first characters of its commit. Returns the whole commit, or None."""
    found: str | None = await connection.fetchval(
        """
        UPDATE revision SET released_at = $3, released_by = $2 WHERE id = (
          SELECT id FROM revision WHERE starts_with(commit, $1) AND status = 'held' ORDER BY id DESC LIMIT 1)
        RETURNING commit
        """,
        commit,
        who,
        now,
    )
    return found


async def held(connection: Connection, commit: str) -> tuple[int, str | None] | None:
    """The newest held revision whose commit begins so: its source, and the token of its plan. None when there is none."""
    row = await connection.fetchrow(
        "SELECT source_id, plan ->> 'token' AS token FROM revision WHERE starts_with(commit, $1) AND status = 'held'"
        " ORDER BY id DESC LIMIT 1",
        commit,
    )
    return (row["source_id"], row["token"]) if row else None


async def record(
    connection: Connection,
    source_id: int,
    commit: str,
    status: str,
    reason: str,
    now: datetime,
    *,
    message: str | None = None,
    author: str | None = None,
    committed_at: datetime | None = None,
    diagnostics: list[dict[str, Any]] | None = None,
    plan: dict[str, Any] | None = None,
) -> int:
    """Note what became of a commit, and make it the source's attempted revision (and applied, if it was). Returns its id."""
    revision_id: int = await connection.fetchval(
        """
        INSERT INTO revision (source_id, commit, message, author, committed_at, status, reason, diagnostics, plan,
          loaded_at, applied_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
        """,
        source_id,
        commit,
        message,
        author,
        committed_at,
        status,
        reason,
        _text(diagnostics or []),
        _text(plan or {}),
        now,
        now if status == "applied" else None,
    )
    await connection.execute("UPDATE source SET attempted_revision = $2 WHERE id = $1", source_id, revision_id)
    if status == "applied":
        await connection.execute(
            "UPDATE revision SET status = 'superseded' WHERE source_id = $1 AND status = 'applied' AND id <> $2",
            source_id,
            revision_id,
        )
        await connection.execute("UPDATE source SET applied_revision = $2 WHERE id = $1", source_id, revision_id)
    return revision_id


async def describe(connection: Connection, revision_id: int, plan: dict[str, Any]) -> None:
    """Keep the plan of a revision."""
    await connection.execute("UPDATE revision SET plan = $2 WHERE id = $1", revision_id, _text(plan))


async def set_conditions(
    connection: Connection, source_id: int, conditions: list[dict[str, Any]], now: datetime
) -> None:
    """Write how a source is: Ready, Reconciling, Stalled."""
    await connection.execute(
        "UPDATE source SET conditions = $2, looked_at = $3 WHERE id = $1", source_id, _text(conditions), now
    )


async def add_event(
    connection: Connection, at: datetime, type_: str, workspace: str, subject: str, data: dict[str, Any]
) -> None:
    """Note that something happened."""
    await connection.execute(
        "INSERT INTO event (at, type, workspace, subject, data) VALUES ($1, $2, $3, $4, $5)",
        at,
        type_,
        workspace,
        subject,
        _text(data),
    )


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
