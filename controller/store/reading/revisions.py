"""Sources and their revisions: what was attempted, and what is applied."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from controller.store.reading.query import Filter, Reader, plain

Status = Literal["applied", "rejected", "held", "superseded"]


@dataclass(frozen=True, slots=True)
class RevisionSummary:
    """One commit of a source, as loaded."""

    id: int
    source: str
    commit: str
    message: str | None
    author: str | None
    committed_at: datetime | None
    status: Status
    reason: str
    loaded_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class RevisionDetail(RevisionSummary):
    """A revision with what was wrong with it and what it would change, or changed."""

    diagnostics: list[dict[str, Any]]
    plan: dict[str, Any]
    released_at: datetime | None
    released_by: str | None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where specs come from. `is_current` says that what was attempted last is what runs."""

    name: str
    uri: str
    conditions: list[dict[str, Any]]
    applied: RevisionSummary | None
    attempted: RevisionDetail | None
    is_current: bool
    looked_at: datetime | None


_SUMMARY = """v.id, s.name AS source, v.commit, v.message, v.author, v.committed_at, v.status, v.reason, v.loaded_at,
    v.applied_at"""
_DETAIL = f"{_SUMMARY}, v.diagnostics, v.plan, v.released_at, v.released_by"
_FROM = "FROM revision v JOIN source s ON s.id = v.source_id"


async def page(
    reader: Reader, *, source: str | None = None, status: Status | None = None, before: int | None = None, limit: int
) -> list[RevisionSummary]:
    """Revisions, newest first, from the one before an id."""
    where = Filter()
    where.given("s.name = {}", source)
    where.given("v.status = {}", status)
    where.given("v.id < {}", before)
    query = f"SELECT {_SUMMARY} {_FROM} WHERE {where} ORDER BY v.id DESC LIMIT {where.bind(limit)}"
    return [RevisionSummary(**dict(row)) for row in await reader.fetch(query, *where.values)]


async def one(reader: Reader, revision_id: int) -> RevisionDetail | None:
    """One revision with its diagnostics and its plan."""
    row = await reader.fetchrow(f"SELECT {_DETAIL} {_FROM} WHERE v.id = $1", revision_id)
    return _detail(row) if row else None


async def sources(reader: Reader) -> list[SourceLine]:
    """Every source, by name."""
    rows = await reader.fetch("SELECT * FROM source ORDER BY name")
    wanted = {row["applied_revision"] for row in rows} | {row["attempted_revision"] for row in rows}
    found = await reader.fetch(
        f"SELECT {_DETAIL} {_FROM} WHERE v.id = ANY($1::bigint[])", [one for one in wanted if one]
    )
    revisions = {row["id"]: row for row in found}
    return [_source(row, revisions) for row in rows]


async def source_id(reader: Reader, name: str) -> int | None:
    """The id of a source."""
    found: int | None = await reader.fetchval("SELECT id FROM source WHERE name = $1", name)
    return found


def _detail(row: Any) -> RevisionDetail:
    return RevisionDetail(**dict(row) | {"diagnostics": plain(row["diagnostics"]), "plan": plain(row["plan"])})


def _source(row: Any, revisions: dict[int, Any]) -> SourceLine:
    applied = revisions.get(row["applied_revision"])
    attempted = revisions.get(row["attempted_revision"])
    return SourceLine(
        name=row["name"],
        uri=without_credentials(row["uri"]),
        conditions=plain(row["conditions"]),
        applied=_as_summary(applied) if applied else None,
        attempted=_detail(attempted) if attempted else None,
        is_current=applied is not None and row["applied_revision"] == row["attempted_revision"],
        looked_at=row["looked_at"],
    )


def _as_summary(row: Any) -> RevisionSummary:
    return RevisionSummary(**{name: row[name] for name in RevisionSummary.__slots__})


def without_credentials(uri: str) -> str:
    """An address without the user and password that may stand in it."""
    return re.sub(r"(?<=://)[^/@]*@", "", uri)
