"""The housekeep actor: partitions ahead of time, old ones dropped, and health that nobody looked at forgotten."""

from datetime import datetime, timedelta

from controller import clock
from controller.decisions import judge
from controller.logs import get
from controller.store import monitors, observations, states
from controller.workers import runtime
from controller.workers.recorder import announce, reconsider_all
from controller.workers.runtime import Runtime
from specs.fields import format_duration

KEPT = timedelta(days=35)
"""How long raw observations are kept."""

_log = get("housekeep")


async def housekeep() -> None:
    """Do all of it. Can be killed at any place, and run twice."""
    here = await runtime.current()
    await partitions(here)
    await sweep_stale(here)


async def partitions(here: Runtime) -> None:
    """Make the partitions of the next days, and drop those that are too old."""
    now = clock.now()
    async with here.database.pool.acquire() as connection:
        made = await observations.make_partitions(connection, now)
        gone = await observations.drop_partitions(connection, now - KEPT)
    if made or gone:
        _log.info("partitions", made=made, dropped=gone)


async def sweep_stale(here: Runtime) -> None:
    """A monitor that nobody looked at for too long is unknown, since its first observation that did not come."""
    now = clock.now()
    async with here.database.transaction() as connection:
        candidates = await states.stale_candidates(connection, now - timedelta(seconds=30))
        if not candidates:
            return
        watched = await monitors.by_ids(connection, sorted({key[0] for key in candidates}))
        found = await states.lock_regions(connection, [key for key in candidates if key[0] in watched])
        stale, since = [], dict[int, datetime]()
        for key, state in found.items():
            spec = watched[key[0]].spec
            if state.last is None or now - state.last <= spec.stale_after:
                continue
            missing_since = state.last + spec.every
            reason = (
                f"no observation for {format_duration(timedelta(seconds=round((now - state.last).total_seconds())))}"
            )
            stale.append((key, judge.gone_stale(state, reason, missing_since)))
            since[key[0]] = max(missing_since, since.get(key[0], missing_since))
        await states.forget_verdicts(connection, stale)
        concerned = {key[0]: watched[key[0]] for key, _ in stale}
        happened = await reconsider_all(connection, concerned, since, here.settings.public_url)
    if concerned:
        _log.warning("health forgotten: no observations", monitors=len(concerned))
        await announce(here, happened)
