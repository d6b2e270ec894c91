"""The evaluate actor: alerts whose time has come, and whatever a change of the rules concerns."""

from controller.store import monitors
from controller.workers import runtime
from controller.workers.recorder import announce, reconsider_all


async def evaluate(monitor_ids: list[int]) -> None:
    """Let the regions of these monitors vote again, and evaluate their rules."""
    here = await runtime.current()
    async with here.database.transaction() as connection:
        watched = await monitors.by_ids(connection, monitor_ids)
        happened = await reconsider_all(connection, watched, {}, here.settings.public_url)
    await announce(here, happened)
