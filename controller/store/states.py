"""What regions believe, how monitors are, and how they were over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.decisions.judge import RegionState, Verdict
from controller.decisions.observation import Health, Observation
from controller.store.database import Connection

RegionKey = tuple[int, str]
"""Monitor id and region."""

_STATE = "verdict, reason, run, length, bad, since, last_due"
_SELECT = f"""
    SELECT s.monitor_id, s.region, {_STATE} FROM region_state s
    JOIN unnest($1::bigint[], $2::text[]) AS wanted (monitor_id, region)
      ON s.monitor_id = wanted.monitor_id AND s.region = wanted.region
    ORDER BY s.monitor_id, s.region FOR UPDATE OF s
"""


@dataclass(frozen=True, slots=True)
class MonitorState:
    """How a monitor is by the vote of its regions, since when, and why."""

    health: Health
    since: datetime
    reason: str | None


async def lock_regions(connection: Connection, keys: Sequence[RegionKey]) -> dict[RegionKey, RegionState]:
    """Read the states for update; rows that are missing are made. Keys of monitors that are gone are left out."""
    found = await _lock(connection, keys)
    missing = [key for key in keys if key not in found]
    if missing:
        await connection.execute(
            """
            INSERT INTO region_state (monitor_id, region)
            SELECT wanted.monitor_id, wanted.region
            FROM unnest($1::bigint[], $2::text[]) AS wanted (monitor_id, region)
            JOIN resource r ON r.id = wanted.monitor_id AND r.deleted_at IS NULL
            ORDER BY 1, 2 ON CONFLICT DO NOTHING
            """,
            [key[0] for key in missing],
            [key[1] for key in missing],
        )
        found |= await _lock(connection, missing)
    return found


async def _lock(connection: Connection, keys: Sequence[RegionKey]) -> dict[RegionKey, RegionState]:
    rows = await connection.fetch(_SELECT, [key[0] for key in keys], [key[1] for key in keys])
    # Positions rather than names: this runs for each check.
    return {
        (row[0], row[1]): RegionState(Health(row[2]), row[3], Health(row[4]), row[5], row[6], row[7], row[8])
        for row in rows
    }


async def save_regions(connection: Connection, states: Iterable[tuple[RegionKey, RegionState, Observation]]) -> None:
    """Write states together with the observation that made each."""
    columns = list(
        zip(
            *(
                (
                    key[0],
                    key[1],
                    state.verdict.value,
                    state.reason,
                    state.run.value,
                    state.length,
                    state.bad,
                    state.since,
                    state.last,
                    seen.at,
                    seen.outcome.value,
                    seen.reason,
                    None if seen.latency is None else seen.latency.total_seconds(),
                )
                for key, state, seen in states
            ),
            strict=True,
        )
    )
    if columns:
        await connection.execute(_SAVE, *columns)


_SAVE = """
    UPDATE region_state s SET verdict = n.verdict, reason = n.reason, run = n.run, length = n.length, bad = n.bad,
      since = n.since, last_due = n.last_due, last_at = n.last_at, last_outcome = n.last_outcome,
      last_reason = n.last_reason, last_latency = n.last_latency
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::timestamptz[],
      $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::real[])
      AS n (monitor_id, region, verdict, reason, run, length, bad, since, last_due, last_at, last_outcome, last_reason,
            last_latency)
    WHERE s.monitor_id = n.monitor_id AND s.region = n.region
"""


async def forget_verdicts(connection: Connection, states: Iterable[tuple[RegionKey, RegionState]]) -> None:
    """Write states that went stale; their last observation stays on record."""
    await connection.executemany(
        """
        UPDATE region_state SET verdict = $3, reason = $4, run = $5, length = 0, bad = 0, since = $6
        WHERE monitor_id = $1 AND region = $2
        """,
        [(key[0], key[1], s.verdict.value, s.reason, s.run.value, s.since) for key, s in states],
    )


async def stale_candidates(connection: Connection, before: datetime) -> list[RegionKey]:
    """Regions that believe something although their newest observation is older than an instant."""
    rows = await connection.fetch(
        "SELECT monitor_id, region FROM region_state WHERE verdict <> 'unknown' AND last_due < $1", before
    )
    return [(row["monitor_id"], row["region"]) for row in rows]


async def regions_of(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, RegionState]]:
    """Monitor id → region → what it believes."""
    rows = await connection.fetch(
        f"SELECT monitor_id, region, {_STATE} FROM region_state WHERE monitor_id = ANY($1::bigint[])", list(ids)
    )
    found: dict[int, dict[str, RegionState]] = {one: {} for one in ids}
    for row in rows:
        found[row[0]][row[1]] = RegionState(Health(row[2]), row[3], Health(row[4]), row[5], row[6], row[7], row[8])
    return found


async def lock_monitors(connection: Connection, ids: Sequence[int], now: datetime) -> dict[int, MonitorState]:
    """Read how monitors are, for update. The first row of a live monitor is made: unknown, since now."""
    made = await connection.fetch(
        """
        INSERT INTO monitor_state (monitor_id, health, reason, since)
        SELECT id, 'unknown', 'no observation yet', $2 FROM resource
        WHERE id = ANY($1::bigint[]) AND deleted_at IS NULL ORDER BY id ON CONFLICT DO NOTHING RETURNING monitor_id
        """,
        list(ids),
        now,
    )
    if made:
        await connection.execute(
            """
            INSERT INTO health_interval (monitor_id, health, reason, started_at)
            SELECT unnest($1::bigint[]), 'unknown', 'no observation yet', $2 ON CONFLICT DO NOTHING
            """,
            [row["monitor_id"] for row in made],
            now,
        )
    rows = await connection.fetch(
        "SELECT monitor_id, health, since, reason FROM monitor_state WHERE monitor_id = ANY($1::bigint[])"
        " ORDER BY monitor_id FOR UPDATE",
        list(ids),
    )
    return {row["monitor_id"]: MonitorState(Health(row["health"]), row["since"], row["reason"]) for row in rows}


async def change_healths(connection: Connection, changes: Sequence[tuple[int, Verdict, datetime]]) -> None:
    """Healths change, each at its instant: the states, the end of one interval each and the start of the next."""
    if not changes:
        return
    ids = [monitor_id for monitor_id, _, _ in changes]
    columns = (
        ids,
        [verdict.health.value for _, verdict, _ in changes],
        [verdict.reason for _, verdict, _ in changes],
        [at for _, _, at in changes],
    )
    n = "unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) AS n (monitor_id, health, reason, at)"
    await connection.execute(
        f"UPDATE monitor_state m SET health = n.health, reason = n.reason, since = n.at FROM {n}"
        " WHERE m.monitor_id = n.monitor_id",
        *columns,
    )
    await connection.execute(
        "UPDATE health_interval h SET ended_at = greatest(n.at, h.started_at)"
        " FROM unnest($1::bigint[], $2::timestamptz[]) AS n (monitor_id, at)"
        " WHERE h.monitor_id = n.monitor_id AND h.ended_at IS NULL",
        ids,
        columns[3],
    )
    await connection.execute(
        f"INSERT INTO health_interval (monitor_id, health, reason, started_at)"
        f" SELECT n.monitor_id, n.health, n.reason, n.at FROM {n}",
        *columns,
    )


async def change_reason(connection: Connection, monitor_id: int, reason: str | None) -> None:
    """Same health, other words."""
    await connection.execute("UPDATE monitor_state SET reason = $2 WHERE monitor_id = $1", monitor_id, reason)


async def health_by_name(connection: Connection, workspace: str, names: Sequence[str]) -> dict[str, Health]:
    """How the monitors of these names are; those without a state are left out."""
    rows = await connection.fetch(
        """
        SELECT r.name, m.health FROM resource r JOIN monitor_state m ON m.monitor_id = r.id
        WHERE r.kind = 'Monitor' AND r.workspace = $1 AND r.name = ANY($2::text[]) AND r.deleted_at IS NULL
        """,
        workspace,
        list(names),
    )
    return {row["name"]: Health(row["health"]) for row in rows}


async def forget_monitors(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """A monitor was removed: nothing is believed of it any more; its intervals stay, and end."""
    await connection.execute(
        "UPDATE health_interval SET ended_at = greatest($2, started_at)"
        " WHERE monitor_id = ANY($1::bigint[]) AND ended_at IS NULL",
        list(ids),
        now,
    )
    for table in ("region_state", "monitor_state"):
        await connection.execute(f"DELETE FROM {table} WHERE monitor_id = ANY($1::bigint[])", list(ids))


async def known(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Those of these monitors that have a state already."""
    rows = await connection.fetch(
        "SELECT monitor_id FROM monitor_state WHERE monitor_id = ANY($1::bigint[]) ORDER BY 1", list(ids)
    )
    return [row["monitor_id"] for row in rows]


async def forget_regions(connection: Connection, monitor_id: int, kept: Sequence[str]) -> None:
    """A monitor is no longer checked from some regions."""
    await connection.execute(
        "DELETE FROM region_state WHERE monitor_id = $1 AND NOT region = ANY($2::text[])", monitor_id, list(kept)
    )
