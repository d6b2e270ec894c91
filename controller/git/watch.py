"""Say when a source may have changed. Every reason means "look now" and nothing else."""

import asyncio
import random
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import watchfiles

from controller.errors import Unreachable
from controller.git import commands
from controller.git.snapshot import IGNORED
from controller.git.source import Source

_SECOND = timedelta(seconds=1)
_NOISE = {*IGNORED, ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


async def changes(source: Source, stop: asyncio.Event, poll: timedelta) -> AsyncIterator[str]:
    """Yield a reason whenever one should look at a source, until `stop` is set.

    The first comes at once, when the watch stands, so that nothing falls between a look and the watch. A folder
    is watched through the kernel, a local repository every second, a remote one every `poll` ±10 %. Reasons may
    come when nothing changed: compare revisions.
    """
    if source.kind == "folder":
        reasons = _folder(Path(source.uri), stop)
    elif source.is_remote:
        reasons = _clock(stop, poll)
    else:
        reasons = _branch(source, stop)
    async with aclosing(reasons):
        async for reason in reasons:
            if stop.is_set():
                return
            yield reason


async def _clock(stop: asyncio.Event, poll: timedelta) -> AsyncGenerator[str, None]:
    yield "started"
    # Jitter keeps a fleet from asking the forge at the same moment.
    while not await _stopped_within(stop, poll * random.uniform(0.9, 1.1)):
        yield "it was time to look"


async def _branch(source: Source, stop: asyncio.Event) -> AsyncGenerator[str, None]:
    before = await asyncio.to_thread(_tip, source)
    yield "started"
    while not await _stopped_within(stop, _SECOND):
        tip = await asyncio.to_thread(_tip, source)
        if tip != before:
            before = tip
            yield f"the branch moved to {tip[:12]}" if tip else "the branch cannot be read"


def _tip(source: Source) -> str | None:
    """The sha that the branch names, or None when there is no such branch, or no repository."""
    try:
        with commands.open_local(Path(source.uri)) as repo:
            return commands.tip(repo, f"refs/heads/{source.branch}" if source.branch else "HEAD")
    except (ValueError, OSError, Unreachable):
        return None


async def _folder(root: Path, stop: asyncio.Event) -> AsyncGenerator[str, None]:
    """Watch a folder, and wait for it when it goes: the kernel watches the folder that was, not its name."""
    reason = "started"
    while True:
        async with aclosing(_watched(root, stop, reason)) as reasons:
            async for one in reasons:
                yield one
        if await _stopped_within(stop, _SECOND):
            return
        # Also where the kernel grants no more watches: then the folder is looked at every second.
        reason = "the folder was replaced or cannot be watched"
        if _identity(root):
            continue
        yield "the folder is gone"
        while not _identity(root):
            if await _stopped_within(stop, _SECOND):
                return
        reason = "the folder is back"


async def _watched(root: Path, stop: asyncio.Event, reason: str) -> AsyncGenerator[str, None]:
    """Yield `reason` when the watch stands, then what changed, until the folder is another one."""
    seen, ended = _identity(root), _Ended(stop)
    real = _real(root)
    batches = watchfiles.awatch(
        real,
        watch_filter=lambda _, path: not _is_noise(path, real),
        stop_event=ended,
        yield_on_timeout=True,
        # Milliseconds: gather changes for at most 200, and come back every second to see whether the folder stands.
        debounce=200,
        step=50,
        rust_timeout=1000,
    )
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        await asyncio.sleep(0)  # it runs up to its first wait: the kernel watches from here on
        yield reason
        with suppress(OSError, RuntimeError):
            while (batch := await coming) is not None:
                coming = asyncio.ensure_future(anext(batches, None))
                if batch:
                    yield _told((path for _, path in batch), real)
                if _identity(root) != seen:
                    return
    finally:
        ended.set()
        await asyncio.wait([coming])
        if not coming.cancelled():
            coming.exception()
        await batches.aclose()


@dataclass
class _Ended:
    """Set when `stop` is, and by watchfiles itself, which must not set the `stop` of others."""

    stop: asyncio.Event
    is_ended: bool = False

    def is_set(self) -> bool:
        """Whether the watch should end."""
        return self.is_ended or self.stop.is_set()

    def set(self) -> None:
        """End this watch only."""
        self.is_ended = True


def _identity(root: Path) -> tuple[int, int] | None:
    """What tells a folder from another one of the same name; None where there is no folder."""
    try:
        state = root.stat()
    except OSError:
        return None
    return (state.st_dev, state.st_ino) if stat.S_ISDIR(state.st_mode) else None


def _real(root: Path) -> Path:
    return root.resolve()


def _is_noise(path: str, root: Path) -> bool:
    inner = Path(path)
    return inner.is_relative_to(root) and any(part in _NOISE for part in inner.relative_to(root).parts)


def _told(paths: Iterable[str], root: Path) -> str:
    names = sorted({Path(path).name if Path(path) == root else str(Path(path).relative_to(root)) for path in paths})
    return f"{names[0]} changed" + (f", and {len(names) - 1} more" if len(names) > 1 else "")


async def _stopped_within(stop: asyncio.Event, span: timedelta) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(span.total_seconds()):
            await stop.wait()
    return stop.is_set()
