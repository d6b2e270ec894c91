"""The deliver actor: claim one notification, send it, and note how it ended."""

import random

from controller import clock
from controller.decisions.delivery import retry_in
from controller.errors import PermanentError, RetryableError, UsageError
from controller.logs import get
from controller.notify import notifier
from controller.store import incidents, outbox
from controller.store.database import Connection
from controller.store.outbox import Claimed
from controller.workers import runtime
from controller.workers.runtime import Runtime

_log = get("deliver")


async def deliver(notification_id: int) -> None:
    """Deliver one notification, unless somebody else has it or an earlier one comes first."""
    here = await runtime.current()
    async with here.database.pool.acquire() as connection:
        ours = await outbox.claim(connection, notification_id, clock.now())
    if ours is None:
        return
    try:
        receipt = await notifier.send(ours.channel, ours.message, here.secret, clock.now())
    except RetryableError as error:
        await _failed(here, ours, error)
    except PermanentError as error:
        await _give_up(here, ours, str(error))
    except UsageError as error:  # a secret that is not set: an operator can mend that within the hour
        await _failed(here, ours, RetryableError(str(error)))
    except Exception as error:
        _log.exception("the channel failed", channel=ours.channel_name)
        await _failed(here, ours, RetryableError(f"the channel failed: {type(error).__name__}"))
    else:
        async with here.database.transaction() as connection:
            await outbox.sent(connection, ours.id, receipt, clock.now())
            await _note(connection, ours, f"told `{ours.channel_name}`: {ours.message.status} ({receipt})")
        _log.info("sent", channel=ours.channel_name, title=ours.message.title, attempt=ours.attempts)


async def _failed(here: Runtime, ours: Claimed, error: RetryableError) -> None:
    now = clock.now()
    wait = retry_in(ours.attempts, now - ours.created_at, error.after, random.random())
    if wait is None:
        await _give_up(here, ours, str(error))
        return
    async with here.database.pool.acquire() as connection:
        await outbox.again(connection, ours.id, str(error), now + wait)
    _log.warning("not sent, will try again", channel=ours.channel_name, reason=str(error), attempt=ours.attempts)


async def _give_up(here: Runtime, ours: Claimed, reason: str) -> None:
    async with here.database.transaction() as connection:
        await outbox.dead(connection, ours.id, reason)
        await _note(connection, ours, f"could not tell `{ours.channel_name}`: {reason}")
    _log.error("not sent, given up", channel=ours.channel_name, reason=reason, attempts=ours.attempts)


async def _note(connection: Connection, ours: Claimed, text: str) -> None:
    if ours.incident_id is not None:
        await incidents.note(connection, ours.incident_id, clock.now(), "notification", text)
