"""Keep child processes alive, and leave none behind.

Each child has a session of its own, so that Ctrl-C on the terminal reaches the supervisor only, which stops
them in order. On Linux the kernel tells them when the supervisor itself is killed.
"""

import asyncio
import contextlib
import ctypes
import os
import pwd
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Any, Self

from controller.errors import UsageError, WakefulError
from controller.logs import get

log = get(__name__)

PAUSES = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the next start, by how often in a row a program has died young."""
YOUNG = 10.0
"""Seconds; a program that lived longer starts with a clean record."""
TRIES = 5
"""Deaths in a row after which a program that has never worked is given up."""
_POLL = 0.02
_PR_SET_PDEATHSIG = 1
_STDERR = 2
_LOG_LIMIT = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Program:
    """A child process to keep alive. Times are in seconds.

    `prepare` runs before every start, `ready` is asked again and again until it says True (without it a
    program counts as ready at once), and `log` takes stdout and stderr instead of the supervisor's stderr. `stop_signal` is polite, `kill_signal` follows
    after `stop_timeout`, and `orphan_signal` comes from the kernel when the supervisor was killed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    user: str | None = None
    cwd: Path | None = None
    log: Path | None = None
    prepare: Callable[[], Awaitable[None]] | None = None
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_timeout: float = 60.0
    stop_signal: Signals = Signals.SIGTERM
    stop_timeout: float = 10.0
    kill_signal: Signals = Signals.SIGKILL
    orphan_signal: Signals = Signals.SIGKILL


class Failed(WakefulError):
    """A program that cannot be started; `status` is the exit status that tells so."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


class Supervisor:
    """Starts programs in stages, restarts those that die, and stops all in reverse order.

    `async with Supervisor() as supervisor:` stops everything at the end of the block.
    """

    def __init__(self) -> None:
        self._stages: list[list[_Keeper]] = []
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def run(self, plan: Callable[["Supervisor"], Awaitable[None]]) -> int:
        """Follow the plan, then keep what it started until SIGINT, SIGTERM or SIGHUP. A second one kills at once.

        Returns the exit status: 0 after a signal, or that of a program that could not be started, which is
        told on stderr. Raises what the plan raises. Nothing runs any more when this returns.
        """
        with self._signals():
            try:
                async with self:
                    await self._follow(plan)
            except Failed as failure:
                print(f"error: {failure}", file=sys.stderr)
                return failure.status
        return 0

    async def start(self, *programs: Program) -> None:
        """Start programs side by side and wait until all are ready.

        Raises Failed when one died `TRIES` times in a row and has never worked, or what its `prepare` raised.
        """
        stage = [_Keeper(program, self._hurry) for program in programs]
        self._stages.append(stage)
        for keeper in stage:
            keeper.start()
        await self._unless_failed(asyncio.gather(*(keeper.ready.wait() for keeper in stage)))

    async def once(self, program: Program) -> None:
        """Run a program to its end. Raises Failed unless it ends with status 0."""
        process = await _spawn(program)
        try:
            code = await self._unless_failed(asyncio.ensure_future(process.wait()))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            _end_group(process.pid)
        if code:
            raise Failed(_obituary(program, _manner(code)), code if code > 0 else 1)

    async def stop(self) -> None:
        """Stop everything, the last stage first."""
        while self._stages:
            await asyncio.gather(*(keeper.stop() for keeper in self._stages[-1]))
            self._stages.pop()

    def pid(self, name: str) -> int | None:
        """The process id of a program, or None while it does not run."""
        found = [keeper.process for stage in self._stages for keeper in stage if keeper.program.name == name]
        return found[0].pid if found and found[0] is not None and found[0].returncode is None else None

    async def _follow(self, plan: Callable[["Supervisor"], Awaitable[None]]) -> None:
        stopped = asyncio.ensure_future(self._stop.wait())
        planned = asyncio.ensure_future(plan(self))
        try:
            await asyncio.wait({stopped, planned}, return_when=asyncio.FIRST_COMPLETED)
            if planned.done():
                planned.result()
            if not stopped.done():
                await self._unless_failed(stopped)
        finally:
            await _cancel(planned)
            await _cancel(stopped)

    async def _unless_failed(self, wanted: "asyncio.Future[Any]") -> Any:
        """The result of `wanted`, or what a keeper raised in the meantime."""
        keepers: set[asyncio.Future[Any]] = {
            keeper.task for stage in self._stages for keeper in stage if keeper.task is not None
        }
        try:
            while not wanted.done():
                done, keepers = await asyncio.wait({wanted, *keepers}, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {wanted}:
                    task.result()
                keepers -= {wanted}
            return wanted.result()
        finally:
            await _cancel(wanted)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for each in caught:
            loop.add_signal_handler(each, self._on_signal, each)
        try:
            yield
        finally:
            for each in caught:
                loop.remove_signal_handler(each)

    def _on_signal(self, caught: Signals) -> None:
        if self._stop.is_set():
            log.warning("killing everything", signal=caught.name)
            self._hurry.set()
        else:
            log.info("stopping", signal=caught.name)
            self._stop.set()


@dataclass(eq=False)
class _Keeper:
    """One program and its present process."""

    program: Program
    hurry: asyncio.Event
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    task: "asyncio.Task[None] | None" = None
    is_stopping: bool = False
    has_worked: bool = False  # it was ready or, where nothing tells that, it was not always young when it died

    def start(self) -> None:
        self.task = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """End the process: politely, then not."""
        if self.task is None:
            return
        self.is_stopping = True
        if self.process is None or self.process.returncode is not None:
            await _cancel(self.task)  # it prepares, or waits to start again
            return
        hard = [(self.program.kill_signal, 5.0), (Signals.SIGKILL, 5.0)]
        polite = [] if self.hurry.is_set() else [(self.program.stop_signal, self.program.stop_timeout)]
        for number, patience in polite + hard:
            self._send(number)
            if await self._ends_within(patience, is_polite=number == self.program.stop_signal):
                return
            if not self.hurry.is_set():
                log.warning("program does not stop", program=self.program.name, signal=number.name)
        await _cancel(self.task)

    async def _ends_within(self, seconds: float, *, is_polite: bool) -> bool:
        assert self.task is not None
        hurry = asyncio.ensure_future(self.hurry.wait())
        waited: set[asyncio.Future[Any]] = {self.task, hurry} if is_polite else {self.task}
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        await _cancel(hurry)
        return self.task.done()

    def _send(self, number: Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    async def _keep(self) -> None:
        """Start the program again and again. Ends when asked to stop; raises when it never gets ready."""
        deaths = 0
        while not self.is_stopping:
            born = time.monotonic()
            how = await self._live()
            if self.is_stopping:
                return
            lived = time.monotonic() - born
            self.has_worked |= lived > YOUNG and self.ready.is_set()
            deaths = 1 if lived > YOUNG else deaths + 1
            if not self.has_worked and deaths >= TRIES:
                raise Failed(_obituary(self.program, f"{how}, {deaths} times in a row"))
            pause = PAUSES[min(deaths, len(PAUSES)) - 1]
            log.warning("program died", program=self.program.name, how=how, lived=round(lived, 2), again_in=pause)
            await asyncio.sleep(pause)

    async def _live(self) -> str:
        """One life of the program, from its preparation to its end. Returns how it ended."""
        try:
            if self.program.prepare is not None:
                await self.program.prepare()
            self.process = await _spawn(self.program)
        except (OSError, UsageError) as problem:
            if isinstance(problem, UsageError) and not self.ready.is_set():
                raise
            return f"could not be started: {problem}"
        process, ended = self.process, asyncio.ensure_future(self.process.wait())
        watch = asyncio.create_task(self._watch(time.monotonic()))
        try:
            await asyncio.wait({ended, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done():
                watch.result()  # a mistake in `ready` must not pass unseen
            return _manner(await ended)
        finally:
            await _cancel(watch)
            _end_group(process.pid)
            await process.wait()

    async def _watch(self, began: float) -> None:
        """Notice that the program is ready, or kill it when that takes too long."""
        while not await self._is_ready():
            if time.monotonic() - began > self.program.ready_timeout:
                log.error("program is not ready in time, killing it", program=self.program.name)
                self._send(self.program.kill_signal)
                return
            await asyncio.sleep(_POLL)
        if self.program.ready is not None:
            log.info("program ready", program=self.program.name, took=round(time.monotonic() - began, 2))
            self.has_worked = True
        self.ready.set()

    async def _is_ready(self) -> bool:
        if self.program.ready is None:
            return True
        try:
            return await asyncio.wait_for(self.program.ready(), timeout=5.0)
        except (OSError, TimeoutError):
            return False


async def _spawn(program: Program) -> asyncio.subprocess.Process:
    """Start the process. Raises OSError when that is not possible."""
    output = _open(program.log) if program.log else None
    try:
        return await asyncio.create_subprocess_exec(
            *program.argv,
            env=dict(program.env),
            cwd=program.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output if output is not None else _STDERR,  # stdout belongs to the banner
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent(program.orphan_signal) if sys.platform == "linux" else None,
            **as_user(program.user),
        )
    finally:
        if output is not None:
            os.close(output)


def as_user(name: str | None) -> dict[str, Any]:
    """The arguments of a subprocess that runs as that user; none for our own."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _open(path: Path) -> int:
    """A log file to append to; a long one starts anew and keeps one predecessor."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _die_with_parent(number: Signals) -> Callable[[], None]:
    # Looked up before the fork: after it, only system calls are safe.
    prctl, parent = ctypes.PyDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it was killed before we asked
            os._exit(1)

    return ask


def _end_group(leader: int) -> None:
    """Kill what a dead child has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _manner(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was killed by {Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def _obituary(program: Program, how: str) -> str:
    lines = _last_lines(program.log) if program.log else []
    return "\n".join([f"{program.name} {how}", *(f"  {line}" for line in lines)])


def _last_lines(path: Path, count: int = 10) -> list[str]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        return file.read().decode(errors="replace").splitlines()[-count:]


async def _cancel(task: "asyncio.Future[Any]") -> None:
    """Cancel and wait until it has ended; what it raises is nobody's business any more."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
