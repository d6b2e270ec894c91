"""Rows by hand, so that a test of the API needs no controller and no worker."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

NOW = datetime.now(UTC)
HTTP = {"every": "1m", "timeout": "10s", "regions": ["default"], "http": {"url": "https://shop.example.com/"}}


def json(value: Any) -> str:
    """The value as a jsonb parameter."""
    return msgspec.json.encode(value).decode()


class Builder:
    """Inserts rows; each method returns the id of what it made."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._revision: int | None = None

    async def source(self, name: str = "main", uri: str = "https://git.example.com/specs.git") -> int:
        """A source of specs."""
        return int(
            await self.connection.fetchval("INSERT INTO source (name, uri) VALUES ($1, $2) RETURNING id", name, uri)
        )

    async def revision(
        self,
        commit: str = "a" * 40,
        *,
        source: str = "main",
        status: str = "applied",
        reason: str = "applied",
        diagnostics: list[dict[str, Any]] | None = None,
        plan: dict[str, Any] | None = None,
        applied_at: datetime = NOW,
        message: str = "Watch the shop",
    ) -> int:
        """A revision of a source, which is made if need be; the source's attempted (and maybe applied) one."""
        found = await self.connection.fetchval("SELECT id FROM source WHERE name = $1", source)
        source_id = found or await self.source(source)
        revision_id = await self.connection.fetchval(
            "INSERT INTO revision (source_id, commit, message, author, status, reason, diagnostics, plan, loaded_at,"
            " applied_at) VALUES ($1, $2, $3, 'Ada <ada@example.com>', $4, $5, $6, $7, $8, $9) RETURNING id",
            source_id,
            commit,
            message,
            status,
            reason,
            json(diagnostics or []),
            json(plan or {}),
            applied_at,
            applied_at if status == "applied" else None,
        )
        await self.connection.execute(
            "UPDATE source SET attempted_revision = $2,"
            " applied_revision = CASE WHEN $3 THEN $2 ELSE applied_revision END WHERE id = $1",
            source_id,
            revision_id,
            status == "applied",
        )
        if status == "applied" and source == "main":
            self._revision = revision_id
        return int(revision_id)

    async def resource(
        self,
        kind: str,
        name: str,
        spec: dict[str, Any],
        *,
        workspace: str = "default",
        labels: dict[str, str] | None = None,
        created_at: datetime = NOW - timedelta(days=120),
    ) -> int:
        """A live resource of the newest applied revision."""
        revision_id = self._revision or await self.revision()
        resource_id = await self.connection.fetchval(
            "INSERT INTO resource (kind, workspace, name, source_id, spec, labels, file, line, created_revision,"
            " updated_revision, created_at, updated_at)"
            " SELECT $1, $2, $3, source_id, $4, $5, $6, 7, id, id, $7, $7 FROM revision WHERE id = $8 RETURNING id",
            kind,
            workspace,
            name,
            json(spec),
            json(labels or {}),
            f"{kind.lower()}s/{name}.yaml",
            created_at,
            revision_id,
        )
        await self.connection.execute(
            "INSERT INTO resource_history (resource_id, revision_id, generation, action, at)"
            " VALUES ($1, $2, 1, 'create', $3)",
            resource_id,
            revision_id,
            created_at,
        )
        return int(resource_id)

    async def monitor(
        self,
        name: str,
        health: str | None = None,
        *,
        reason: str | None = None,
        since: datetime = NOW - timedelta(hours=3),
        spec: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """A monitor; with a health it has a state, one interval that is open, and an observation in its region."""
        monitor_id = await self.resource("Monitor", name, spec or HTTP, **more)
        if health:
            await self.connection.execute(
                "INSERT INTO monitor_state (monitor_id, health, reason, since) VALUES ($1, $2, $3, $4)",
                monitor_id,
                health,
                reason,
                since,
            )
            await self.interval(monitor_id, health, since, reason=reason)
            await self.region(monitor_id, health, reason=reason)
        return monitor_id

    async def region(
        self, monitor_id: int, outcome: str, region: str = "default", *, reason: str | None = None, at: datetime = NOW
    ) -> None:
        """What a region believes."""
        await self.connection.execute(
            "INSERT INTO region_state (monitor_id, region, verdict, reason, run, length, since, last_due, last_at,"
            " last_outcome, last_reason, last_latency) VALUES ($1, $2, $3, $4, $3, 3, $5, $5, $5, $3, $4, 0.087)",
            monitor_id,
            region,
            outcome,
            reason,
            at,
        )

    async def interval(
        self, monitor_id: int, health: str, start: datetime, end: datetime | None = None, reason: str | None = None
    ) -> None:
        """A span of one confirmed health."""
        await self.connection.execute(
            "INSERT INTO health_interval (monitor_id, health, started_at, ended_at, reason)"
            " VALUES ($1, $2, $3, $4, $5)",
            monitor_id,
            health,
            start,
            end,
            reason,
        )

    async def observation(
        self, monitor_id: int, due: datetime, outcome: str = "up", region: str = "default", reason: str | None = None
    ) -> None:
        """One observation, half a second late; its day's partition is made if need be."""
        day = due.astimezone(UTC).date()
        await self.connection.execute(
            f"CREATE TABLE IF NOT EXISTS observation_{day:%Y%m%d} PARTITION OF observation"
            f" FOR VALUES FROM ('{day}T00:00:00Z') TO ('{day + timedelta(days=1)}T00:00:00Z')"
        )
        await self.connection.execute(
            "INSERT INTO observation (monitor_id, region, due, late, outcome, reason, latency, phases, details)"
            " VALUES ($1, $2, $3, 0.5, $4, $5, 0.087, '{0.001,0.002,NULL,0.05,0.034}', '{\"status\": 200}')",
            monitor_id,
            region,
            due,
            outcome,
            reason,
        )

    async def incident(
        self,
        monitor_id: int,
        *,
        start: datetime = NOW - timedelta(hours=1),
        end: datetime | None = None,
        reason: str = "status 503, wanted 200",
    ) -> int:
        """An incident with its timeline."""
        incident_id = await self.connection.fetchval(
            "INSERT INTO incident (monitor_id, workspace, title, reason, started_at, resolved_at)"
            " SELECT id, workspace, name || ' is down', $2, $3, $4 FROM resource WHERE id = $1 RETURNING id",
            monitor_id,
            reason,
            start,
            end,
        )
        lines = [("opened", start, reason)] + ([("resolved", end, "up again")] if end else [])
        for type_, at, text in lines:
            await self.connection.execute(
                "INSERT INTO incident_event (incident_id, at, type, text) VALUES ($1, $2, $3, $4)",
                incident_id,
                at,
                type_,
                text,
            )
        return int(incident_id)

    async def alert(self, monitor_id: int, rule_id: int, *, state: str = "firing", incident: int | None = None) -> int:
        """An alert of a rule."""
        return int(
            await self.connection.fetchval(
                "INSERT INTO alert (rule_id, monitor_id, incident_id, state, severity, reason, since, fires_at, fired_at)"
                " VALUES ($1, $2, $3, $4, 'critical', 'down: timeout', $5, $5, $5) RETURNING id",
                rule_id,
                monitor_id,
                incident,
                state,
                NOW,
            )
        )

    async def notification(self, alert_id: int, channel_id: int, *, key: str = "k1", state: str = "sent") -> int:
        """A message about an alert."""
        return int(
            await self.connection.fetchval(
                "INSERT INTO notification (alert_id, channel_id, status, reason, idempotency_key, message, state,"
                " attempts, next_attempt_at, created_at, sent_at, receipt)"
                " VALUES ($1, $2, 'firing', 'first notification', $3, $4, $5, 1, $6, $6, $6, '200') RETURNING id",
                alert_id,
                channel_id,
                key,
                json({"monitor": "checkout", "status": "firing"}),
                state,
                NOW,
            )
        )

    async def page(self, name: str, components: dict[str, list[str]], **spec: Any) -> int:
        """A status page: component → monitors."""
        lines = [{"name": key, "monitors": names} for key, names in components.items()]
        return await self.resource("StatusPage", name, {"title": "Example Shop", "components": lines} | spec)
