"""The outbox: at least once, in order, and never twice without the same key."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller import clock
from controller.store import outbox
from controller.workers import deliver, runtime
from tests.workers.stage import Scene, Stage, monitor, named, play, rule, webhook


class Receiver:
    """An HTTP server that answers as it is told, and remembers what it got."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append({"key": self.headers["Idempotency-Key"], "body": body})
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def scene(database_url: str, clean_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    def run(act: Any) -> Any:
        async def with_runtime(here: Stage) -> Any:
            async def current() -> Any:
                return here.runtime

            monkeypatch.setattr(runtime, "current", current)
            return await act(here)

        return play(database_url, clean_redis_url, tmp_path, with_runtime)

    return run


async def broken(here: Stage, url: str) -> None:
    here.write(monitor() + rule() + webhook(url=url))
    await here.reconciler.look()
    for _ in range(2):
        await here.see("checkout", "down", "timeout")


async def state(here: Stage) -> list[Any]:
    return named(await here.rows("SELECT status, state FROM notification ORDER BY id"), "status", "state")


def test_a_notification_is_sent_once(scene: Scene, receiver: Receiver) -> None:
    async def act(here: Stage) -> None:
        await broken(here, receiver.url)
        for _ in range(3):
            await deliver.deliver(1)

        assert await state(here) == [("firing", "sent")]
        assert len(receiver.got) == 1

    scene(act)


def test_a_failed_attempt_is_repeated_with_the_same_key(scene: Scene, receiver: Receiver) -> None:
    receiver.answers = [500]

    async def act(here: Stage) -> None:
        await broken(here, receiver.url)
        await deliver.deliver(1)
        assert await state(here) == [("firing", "queued")]

        await here.rows("UPDATE notification SET next_attempt_at = now() - interval '1s'")
        await deliver.deliver(1)
        assert await state(here) == [("firing", "sent")]
        assert len({one["key"] for one in receiver.got}) == 1

    scene(act)


def test_what_the_receiver_refuses_for_good_is_dead_and_on_record(scene: Scene, receiver: Receiver) -> None:
    receiver.answers = [410]

    async def act(here: Stage) -> None:
        await broken(here, receiver.url)
        await deliver.deliver(1)

        assert await state(here) == [("firing", "dead")]
        assert "410" in await here.value("SELECT last_error FROM notification")
        assert "could not tell" in await here.value("SELECT text FROM incident_event ORDER BY id DESC LIMIT 1")

    scene(act)


def test_resolved_waits_for_firing(scene: Scene, receiver: Receiver) -> None:
    receiver.answers = [503]

    async def act(here: Stage) -> None:
        await broken(here, receiver.url)
        await here.see("checkout", "up")
        await deliver.deliver(1)
        await deliver.deliver(2)
        assert len(receiver.got) == 1

        await here.rows("UPDATE notification SET next_attempt_at = now() - interval '1s'")
        await deliver.deliver(1)
        await deliver.deliver(2)
        assert await state(here) == [("firing", "sent"), ("resolved", "sent")]

    scene(act)


def test_a_killed_deliverers_notification_is_due_again(scene: Scene, receiver: Receiver) -> None:
    async def act(here: Stage) -> None:
        await broken(here, receiver.url)
        async with here.runtime.database.pool.acquire() as connection:
            assert await outbox.claim(connection, 1, clock.now()) is not None
            assert await outbox.due(connection, clock.now()) == []
            assert await outbox.due(connection, clock.now() + outbox.LEASE * 2) == [1]

    scene(act)
