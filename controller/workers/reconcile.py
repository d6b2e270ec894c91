"""Make what runs match what git says: observe, load, plan, guard, apply, tell."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from controller import clock
from controller.decisions.conditions import conditions
from controller.decisions.plan import Plan, plan
from controller.decisions.proposal import propose
from controller.errors import PermanentError, RetryableError, UsageError
from controller.git import checkout, forge
from controller.git.checkout import Snapshot
from controller.git.source import Source
from controller.logs import get
from controller.store import alerts, monitors, resources, revisions, states
from controller.store.database import Connection
from controller.store.revisions import SourceRecord
from controller.workers import events, transitions
from controller.workers.recorder import announce, reconsider_all
from controller.workers.runtime import Runtime
from controller.workers.transitions import Happened
from specs.diagnostics import Diagnostic, Span
from specs.load import Loaded, load

_log = get("reconcile")
_STATES: dict[str, forge.State] = {"applied": "success", "rejected": "error", "held": "failure"}


@dataclass
class Reconciler:
    """Keeps one source applied. `applied` is called after each revision that changed what runs."""

    runtime: Runtime
    name: str
    source: Source
    applied: Callable[[], Awaitable[None]]
    _settled: tuple[str, bool] | None = None
    _trouble: str | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> None:
        """Look at the source, and apply what is new. Never raises for what an author or an operator can mend."""
        async with self._lock:
            pool = self.runtime.database.pool
            async with pool.acquire() as connection:
                record = await revisions.source(connection, self.name, self.source.shown)
            try:
                commit = await checkout.look(self.source, self.runtime.settings.data_dir)
                async with pool.acquire() as connection:
                    released = await revisions.is_released(connection, record.id, commit)
                if self._settled == (commit, released) and self._trouble is None:
                    return
                snapshot = await checkout.read(self.source, commit, self.runtime.settings.data_dir)
            except UsageError as error:
                await self._unreachable(record, error)
                return
            self._trouble = None
            await self._attempt(record, snapshot, released)
            self._settled = (commit, released)

    async def _unreachable(self, record: SourceRecord, error: UsageError) -> None:
        if self._trouble != str(error):
            _log.error("the source cannot be read", source=self.name, reason=str(error), hint=error.hint)
        self._trouble = str(error)
        await self._conclude(record, "unreachable", str(error), record.applied)

    async def _attempt(self, record: SourceRecord, snapshot: Snapshot, released: bool) -> None:
        # In a thread: parsing ten thousand specs must not make a check late.
        loaded = await asyncio.to_thread(load, snapshot.files)
        unreadable = _unreadable(snapshot)
        if loaded.errors or unreadable:
            await self._reject(record, snapshot, unreadable + loaded.diagnostics)
            return
        async with self.runtime.database.pool.acquire() as connection:
            live = await resources.live(connection, record.id)
            foreign = await resources.owned_elsewhere(connection, record.id, loaded.resources)
        if foreign:
            await self._reject(record, snapshot, [_taken(one, owner) for one, owner in foreign])
            return
        steps = await asyncio.to_thread(plan, loaded.resources, live)
        shown = await asyncio.to_thread(propose, steps, loaded.resources, live, loaded.config.guards)
        if shown["refusals"] and not released:
            await self._hold(record, snapshot, loaded, shown)
            return
        await self._apply(record, snapshot, loaded, steps, shown)

    async def _reject(self, record: SourceRecord, snapshot: Snapshot, found: list[Diagnostic]) -> None:
        errors = [one for one in found if one.severity == "error"]
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        reason = f"{first.file}:{first.span.line}:{first.span.column}: {first.message}{more}"
        _log.error("revision rejected", source=self.name, revision=snapshot.revision[:12], reason=reason)
        await self._note(record, snapshot, "rejected", reason, [one.as_json() for one in found], {})

    async def _hold(self, record: SourceRecord, snapshot: Snapshot, loaded: Loaded, shown: dict[str, Any]) -> None:
        settings = self.runtime.settings
        # What differs from the defaults is said, so that it can be typed on this machine as it stands.
        usual = {name: field.default for name, field in type(settings).model_fields.items()}
        where = f" --data-dir {settings.data_dir}" if settings.data_dir != usual["data_dir"] else ""
        where += f" --server {settings.public_url}" if settings.public_url != usual["public_url"] else ""
        reason = "; ".join(shown["refusals"])
        words = (
            f"{reason}; to agree: wakeful reconcile --release {snapshot.revision[:19]} --plan {shown['token']}{where}"
        )
        _log.error("revision held", source=self.name, revision=snapshot.revision[:12], reason=words)
        warnings = [one.as_json() for one in loaded.diagnostics]
        await self._note(record, snapshot, "held", words, warnings, shown)

    async def _note(
        self,
        record: SourceRecord,
        snapshot: Snapshot,
        status: str,
        reason: str,
        diagnostics: list[dict[str, Any]],
        steps: dict[str, Any],
    ) -> None:
        """Record a commit that was not applied; what was applied before keeps running."""
        now = clock.now()
        if (record.attempted, record.attempted_status) != (snapshot.revision, status):
            async with self.runtime.database.transaction() as connection:
                await _record(connection, record, snapshot, status, reason, now, diagnostics, steps)
        await self._conclude(record, status, reason, record.applied, snapshot.revision)

    async def _apply(
        self, record: SourceRecord, snapshot: Snapshot, loaded: Loaded, steps: Plan, shown: dict[str, Any]
    ) -> None:
        now = clock.now()
        if steps.is_empty and record.applied == snapshot.revision and record.attempted == snapshot.revision:
            await self._conclude(record, "applied", "nothing to change", snapshot.revision, snapshot.revision)
            return
        warnings = [one.as_json() for one in loaded.diagnostics]
        async with self.runtime.database.transaction() as connection:
            revision = await _record(connection, record, snapshot, "applied", steps.summary, now, warnings, shown)
            happened = await self._carry_out(connection, steps, record.id, revision, now)
        _log.info("revision applied", source=self.name, revision=snapshot.revision[:12], plan=steps.summary)
        await announce(self.runtime, happened)
        await self.applied()
        await self._conclude(record, "applied", steps.summary, snapshot.revision, snapshot.revision)

    async def _carry_out(
        self, connection: Connection, steps: Plan, source_id: int, revision: int, now: datetime
    ) -> Happened:
        gone_ids = [one.live.id for one in steps.deletes if one.live.kind == "Monitor"]
        gone = await monitors.by_ids(connection, gone_ids)
        touched = await resources.apply(connection, steps, source_id, revision, now)
        total = await transitions.removed(connection, list(gone.values()), now, self.runtime.settings.public_url)
        changed = [one for one, action in touched.items() if action == "update"]
        rules_changed = any(_is_rule(one) for one in (*steps.creates, *steps.updates, *steps.deletes))
        concerned = set(changed) | set(await alerts.monitors_in_question(connection) if rules_changed else ())
        watched = await monitors.by_ids(connection, sorted(concerned))
        for monitor_id in changed:
            if monitor_id in watched:
                await states.forget_regions(connection, monitor_id, watched[monitor_id].spec.regions)
        known = {one: watched[one] for one in await states.known(connection, list(watched))}
        happened = await reconsider_all(connection, known, {}, self.runtime.settings.public_url)
        total.monitors += happened.monitors
        total.incidents += happened.incidents
        total.notifications += happened.notifications
        return total

    async def _conclude(
        self, record: SourceRecord, status: str, reason: str, applied: str | None, commit: str | None = None
    ) -> None:
        """Conditions, the live stream, the forge."""
        now = clock.now()
        async with self.runtime.database.pool.acquire() as connection:
            said = conditions(status, reason, commit, applied, now)
            await revisions.set_conditions(connection, record.id, said, now)
        if commit is None:
            return
        item = {"source": self.name, "commit": commit, "status": status, "reason": reason, "at": now}
        await events.publish(self.runtime.redis, {"revisions": [item]})
        await self._tell_forge(commit, status, reason)

    async def _tell_forge(self, commit: str, status: str, reason: str) -> None:
        token, where = self.runtime.settings.forge_token, forge.parse_forge(self.source.address)
        if not token or where is None:
            return
        try:
            await forge.report(
                where, token, commit, _STATES[status], reason, self.runtime.settings.public_url, name=self.name
            )
        except (RetryableError, PermanentError) as error:
            _log.warning("commit status not written", source=self.name, reason=str(error))


async def _record(
    connection: Connection,
    record: SourceRecord,
    snapshot: Snapshot,
    status: str,
    reason: str,
    now: datetime,
    diagnostics: list[dict[str, Any]],
    steps: dict[str, Any],
) -> int:
    revision = await revisions.record(
        connection,
        record.id,
        snapshot.revision,
        status,
        reason,
        now,
        message=snapshot.message,
        author=snapshot.author,
        committed_at=snapshot.committed_at,
        diagnostics=diagnostics,
        plan=steps,
    )
    data = {"commit": snapshot.revision, "reason": reason}
    await revisions.add_event(connection, now, f"revision.{status}", "default", record.name, data)
    return revision


def _unreadable(snapshot: Snapshot) -> list[Diagnostic]:
    """Files that could not even be read as text."""
    not_text = [
        Diagnostic("yaml", "the file is not UTF-8", file, hint="save it as UTF-8") for file in snapshot.undecodable
    ]
    return not_text + [
        Diagnostic("yaml", "the file is larger than 5 MiB", file, hint="split it") for file in snapshot.too_large
    ]


def _is_rule(step: Any) -> bool:
    resource = getattr(step, "resource", None) or step.live
    return bool(resource.kind in ("AlertRule", "Channel"))


def _taken(resource: Any, owner: str) -> Diagnostic:
    message = f"{resource.kind} `{resource.name}` belongs to the source `{owner}`"
    span = Span(resource.line, 1, resource.line, 2)
    return Diagnostic("duplicate", message, resource.file, span, "metadata.name", "rename one of the two")
