"""`wakeful up`, `controller`, `worker`, `api` and `migrate`: what is checked before they start."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.cli import preflight, roles
from controller.errors import Unreachable, UsageError
from tests.cli.command import call, process

NOBODY = "postgresql://ada:s3cret@127.0.0.1:9/wakeful"


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are away are given up at once."""
    monkeypatch.setattr(preflight, "PATIENCE", 0.0)


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """A server that answers whatever it is asked with the same bytes; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.usefixtures("no_patience")
@pytest.mark.parametrize("command", ["controller", "worker", "api", "migrate"])
def test_a_database_that_is_down_exits_with_5(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_DATABASE_URL", NOBODY)
    with listening(b"+PONG\r\n") as port, socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("WAKEFUL_REDIS_URL", f"redis://127.0.0.1:{port}/0")
        own_port = free.getsockname()[1]
        free.close()
        result = call(command, *(["--port", str(own_port)] if command == "api" else []))

    assert result.exit_code == 5
    assert result.stderr.endswith(
        "error: PostgreSQL at 127.0.0.1:9 does not answer: connection refused\n"
        "hint: check WAKEFUL_DATABASE_URL, or let `wakeful up` bring its own\n"
    )
    assert "s3cret" not in result.stderr


@pytest.mark.usefixtures("no_patience")
def test_a_redis_that_is_down_is_named() -> None:
    with pytest.raises(Unreachable, match=r"^Redis at 127\.0\.0\.1:9 does not answer: connection refused$"):
        asyncio.run(preflight.redis("redis://:s3cret@127.0.0.1:9/0"))


def test_a_redis_that_lets_nobody_in_is_not_waited_for() -> None:
    with (
        listening(b"-NOAUTH Authentication required.\r\n" * 5) as port,
        pytest.raises(Unreachable, match="does not let us in: "),
    ):
        asyncio.run(preflight.redis(f"redis://127.0.0.1:{port}/0"))


def test_a_server_that_is_still_starting_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def start_late() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(4096):
                writer.write(b"+PONG\r\n" * 3)

        waiting = asyncio.create_task(preflight.redis(f"redis://127.0.0.1:{port}/0"))
        await asyncio.sleep(0.2)
        server = await asyncio.start_server(answer, "127.0.0.1", port)
        await waiting
        server.close()

    asyncio.run(start_late())

    assert capsys.readouterr().err == f"waiting for Redis at 127.0.0.1:{port}\n"


@pytest.mark.parametrize(
    ("check", "url", "variable"),
    [
        (preflight.postgres, "mysql://localhost/x", "WAKEFUL_DATABASE_URL"),
        (preflight.redis, "http://localhost", "WAKEFUL_REDIS_URL"),
    ],
    ids=["database", "redis"],
)
def test_an_address_of_something_else_is_a_mistake(check: object, url: str, variable: str) -> None:
    assert callable(check)
    with pytest.raises(UsageError, match=f"^{variable} is not the URL") as caught:
        asyncio.run(check(url))

    assert not isinstance(caught.value, Unreachable)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:pw@db.example.com:6432/x", "db.example.com:6432"),
        ("postgresql://db.example.com/x", "db.example.com:5432"),
        ("postgresql:///x?host=/run/pg", "/run/pg"),
        ("unix:///run/valkey.sock", "/run/valkey.sock"),
        ("postgresql://ada:p@w[@db/x", "the address given"),
    ],
    ids=["port", "default port", "folder of sockets", "socket", "nonsense"],
)
def test_of_an_address_only_the_place_is_shown(url: str, shown: str) -> None:
    assert preflight.place(url, 5432) == shown


@pytest.mark.parametrize("command", ["up", "api"])
def test_a_port_that_is_taken_is_told_before_anything_starts(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = process(command, "--port", str(port), cwd=tmp_path)

    assert result.returncode == 64
    assert result.stderr == f"error: port {port} is in use\nhint: choose another with --port\n"


@pytest.mark.parametrize("command", ["up", "controller"])
def test_a_source_that_does_not_exist_is_told_before_anything_starts(command: str, tmp_path: Path) -> None:
    result = process(command, "--source", "nowhere", cwd=tmp_path)

    assert result.returncode == 64
    assert result.stderr.startswith("error: `nowhere` does not exist\nhint: ")


def test_a_source_may_have_a_name(tmp_path: Path) -> None:
    roles.check_sources([f"payments={tmp_path}", "https://git.example.com/shop.git#main"])

    with pytest.raises(UsageError, match="`nowhere` does not exist"):
        roles.check_sources(["payments=nowhere"])
