"""The supervisor: what it starts stays alive, stops in order, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from signal import Signals

import psutil
import pytest

from controller.cli import embedded, supervisor
from controller.cli.supervisor import Failed, Program, Supervisor
from controller.cli.up import answers, require_free, up
from controller.errors import UsageError
from controller.settings import Settings

ROOT = Path(__file__).parents[2]
SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time, sys, pathlib\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "pathlib.Path(sys.argv[1]).touch()\n"
    "time.sleep(60)"
)


def test_a_program_that_dies_is_started_again_at_once() -> None:
    async def story() -> tuple[int, int, float]:
        async with Supervisor() as house:
            await house.start(python("one", SLEEP))
            first = pid(house, "one")
            killed = time.monotonic()
            os.kill(first, signal.SIGKILL)
            await until(lambda: house.pid("one") not in (None, first))
            return first, pid(house, "one"), time.monotonic() - killed

    first, second, took = asyncio.run(story())

    assert first != second
    assert took < 1


def test_one_that_dies_again_and_again_is_started_with_growing_pauses(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    script = f"import time; open({str(diary)!r}, 'a').write(f'{{time.monotonic()}}\\n')"

    async def story() -> None:
        async with Supervisor() as house:
            with pytest.raises(Failed, match="one ended with status 0, 5 times in a row"):
                await house.start(python("one", script, ready=never))

    asyncio.run(story())

    births = [float(line) for line in diary.read_text().splitlines()]
    gaps = [late - early for early, late in pairwise(births)]
    assert len(births) == supervisor.TRIES
    assert all(gap >= pause for gap, pause in zip(gaps, supervisor.PAUSES, strict=False))


def test_what_has_worked_once_is_never_given_up() -> None:
    async def story() -> int:
        async with Supervisor() as house:
            await house.start(python("one", SLEEP, ready=always))
            lives = set()
            for _ in range(supervisor.TRIES + 1):
                await until(lambda: house.pid("one") is not None and house.pid("one") not in lives)
                lives.add(pid(house, "one"))
                os.kill(pid(house, "one"), signal.SIGKILL)
            return len(lives)

    assert asyncio.run(story()) == supervisor.TRIES + 1


def test_programs_stop_in_the_reverse_of_the_order_in_which_they_started(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    script = (
        "import signal, sys, time\n"
        f"def end(*_): open({str(diary)!r}, 'a').write(sys.argv[1] + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(tmp_path)!r} + '/ready-' + sys.argv[1], 'w').close()\n"
        "time.sleep(60)"
    )

    async def story() -> None:
        async with Supervisor() as house:
            for name in ("first", "second", "third"):
                await house.start(python(name, script, name, ready=exists(tmp_path / f"ready-{name}")))

    asyncio.run(story())

    assert diary.read_text().split() == ["third", "second", "first"]


def test_one_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    async def story() -> float:
        async with Supervisor() as house:
            there = tmp_path / "there"
            await house.start(python("stubborn", STUBBORN, str(there), ready=exists(there), stop_timeout=0.3))
            began = time.monotonic()
            await house.stop()
            return time.monotonic() - began

    assert 0.3 <= asyncio.run(story()) < 3


def test_what_a_dead_program_has_started_dies_too(tmp_path: Path) -> None:
    note = tmp_path / "note"
    script = f"import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(60)"

    async def story() -> int:
        async with Supervisor() as house:
            await house.start(python("parent", script, ready=has_text(note)))
            return int(note.read_text())

    child = asyncio.run(story())

    assert all_end(child)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], "was killed by SIGSEGV"),
        (
            [sys.executable, "-c", "import sys; print('no such disk', file=sys.stderr); sys.exit(3)"],
            "ended with status 3",
        ),
        (["/does/not/exist"], "could not be started"),
    ],
    ids=["signal", "status", "no program"],
)
def test_a_crash_loop_says_how_and_with_which_last_words(argv: list[str], words: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = Program(name="broken", argv=argv, env=dict(os.environ), ready=never, log=log)

    async def story() -> None:
        async with Supervisor() as house:
            await house.start(program)

    with pytest.raises(Failed, match=words) as caught:
        asyncio.run(story())

    assert str(caught.value).startswith("broken")
    assert ("no such disk" in str(caught.value)) == ("status 3" in words)


def test_a_mistake_in_the_preparation_ends_the_start_at_once() -> None:
    async def refuse() -> None:
        raise UsageError("no room", "make room")

    async def story() -> None:
        async with Supervisor() as house:
            await house.start(python("one", SLEEP, prepare=refuse))

    with pytest.raises(UsageError, match="no room"):
        asyncio.run(story())


def test_one_that_does_not_get_ready_in_time_is_killed_and_given_up() -> None:
    async def story() -> None:
        async with Supervisor() as house:
            await house.start(python("slow", SLEEP, ready=never, ready_timeout=0.05))

    with pytest.raises(Failed, match="slow was killed by SIGKILL, 5 times in a row"):
        asyncio.run(story())


def test_a_single_run_passes_its_exit_status_on() -> None:
    async def story() -> None:
        async with Supervisor() as house:
            await house.once(python("fine", "pass"))
            await house.once(python("migrate", "raise SystemExit(5)"))

    with pytest.raises(Failed, match="migrate ended with status 5") as caught:
        asyncio.run(story())

    assert caught.value.status == 5


@pytest.mark.parametrize("number", [Signals.SIGINT, Signals.SIGTERM, Signals.SIGHUP], ids=lambda n: n.name)
def test_a_signal_stops_everything_with_status_0(number: Signals, tmp_path: Path) -> None:
    house = Outside(tmp_path, "keep")
    pids = house.pids()

    house.process.send_signal(number)

    assert house.process.wait(10) == 0
    assert all_end(*pids)


def test_a_signal_during_the_start_stops_it(tmp_path: Path) -> None:
    house = Outside(tmp_path, "never-ready")
    pids = house.pids()

    house.process.send_signal(signal.SIGTERM)

    assert house.process.wait(10) == 0
    assert all_end(*pids)


def test_a_second_ctrl_c_kills_at_once(tmp_path: Path) -> None:
    house = Outside(tmp_path, "stubborn")
    pids = house.pids()

    house.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert house.process.poll() is None
    house.process.send_signal(signal.SIGINT)

    assert house.process.wait(3) == 0
    assert all_end(*pids)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_when_the_supervisor_is_killed_nothing_is_left(tmp_path: Path) -> None:
    house = Outside(tmp_path, "stubborn")
    pids = house.pids()

    house.process.kill()
    house.process.wait()

    assert all_end(*pids)


def test_ctrl_c_on_a_terminal_reaches_the_supervisor_only(tmp_path: Path) -> None:
    house = Outside(tmp_path, "keep")

    sessions = {os.getsid(each) for each in house.pids()}

    assert os.getsid(house.process.pid) not in sessions
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(10) == 0


def test_a_crash_loop_ends_with_status_1_and_words(tmp_path: Path) -> None:
    house = Outside(tmp_path, "crash-loop", is_awaited=False)

    _, told = house.process.communicate(timeout=20)

    assert house.process.returncode == 1
    assert "error: crash-loop ended with status 9, 5 times in a row" in told


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        with pytest.raises(UsageError, match=f"port {port} is in use") as caught:
            asyncio.run(up([], tmp_path / "data", "127.0.0.1", port, 1, Settings()))

    assert caught.value.hint == "choose another with --port"
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"], ids=["unknown name", "not our address"])
def test_an_address_that_is_not_ours_is_told_as_one(host: str) -> None:
    with pytest.raises(UsageError, match=f"cannot listen on {host}:8080"):
        require_free(host, 8080)


def test_a_second_up_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with embedded.locked(tmp_path / "data"):
        script = (
            "import asyncio, sys; from pathlib import Path; from controller.cli.up import up\n"
            "asyncio.run(up([], Path(sys.argv[1]), '127.0.0.1', 18080, 1))"
        )
        second = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "data")], cwd=ROOT, capture_output=True, text=True
        )

    assert second.returncode != 0
    assert f"already runs on {tmp_path / 'data'} (process {os.getpid()})" in second.stderr


def test_an_api_is_ready_when_it_answers_200() -> None:
    async def story(status: str) -> bool:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            return await answers("127.0.0.1", server.sockets[0].getsockname()[1], "/health")

    assert [asyncio.run(story(status)) for status in ("200 OK", "503 Service Unavailable")] == [True, False]


class Outside:
    """A supervisor in a process of its own, with one program."""

    SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from controller.cli.supervisor import Program, Supervisor
from tests.cli.test_supervisor import SLEEP, STUBBORN, exists, never, python

note, there, kind = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

async def plan(house):
    program = {
        "keep": lambda: python(kind, SLEEP),
        "stubborn": lambda: python(kind, STUBBORN, str(there), ready=exists(there)),
        "never-ready": lambda: python(kind, STUBBORN, str(there), ready=never, stop_timeout=0.2),
        "crash-loop": lambda: python(kind, "raise SystemExit(9)", ready=never),
    }[kind]()
    start = asyncio.ensure_future(house.start(program))
    while house.pid(kind) is None and not start.done():
        await asyncio.sleep(0.01)
    if kind == "never-ready":
        while not there.exists():
            await asyncio.sleep(0.01)
        note.write_text(str(house.pid(kind)))
    await start
    note.write_text(str(house.pid(kind)))

sys.exit(asyncio.run(Supervisor().run(plan)))
"""

    def __init__(self, folder: Path, kind: str, *, is_awaited: bool = True) -> None:
        self.note = folder / "note"
        command = [sys.executable, "-c", self.SCRIPT, str(self.note), str(folder / "there"), kind]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        deadline = time.monotonic() + 20
        while is_awaited and not (self.note.exists() and self.note.read_text()):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def pids(self) -> list[int]:
        return [int(self.note.read_text())]


def python(name: str, script: str, *arguments: str, **options: object) -> Program:
    argv = (sys.executable, "-c", script, *arguments)
    return Program(name=name, argv=argv, env=dict(os.environ), **options)  # type: ignore[arg-type]


def exists(path: Path) -> Callable[[], Awaitable[bool]]:
    async def is_there() -> bool:
        return path.exists()

    return is_there


def has_text(path: Path) -> Callable[[], Awaitable[bool]]:
    async def is_written() -> bool:
        return path.exists() and bool(path.read_text())

    return is_written


async def always() -> bool:
    return True


async def never() -> bool:
    return False


async def until(happens: Callable[[], bool], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def pid(house: Supervisor, name: str) -> int:
    found = house.pid(name)
    assert found is not None
    return found


def all_end(*pids: int) -> bool:
    """Whether they are gone; the kernel needs a moment after SIGKILL."""
    deadline = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def is_alive(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
