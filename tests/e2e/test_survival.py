"""kill -9 of any one process: it comes back, checks go on, and nobody misses or gets a message too many."""

import http.server
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import House, until

pytestmark = pytest.mark.e2e

SPECS = """
apiVersion: wakeful.dev/v1
kind: Monitor
metadata: {name: shop}
spec:
  every: 1s
  timeout: 1s
  http: {url: "%(url)s/shop"}
  confirm: {down: 2, up: 1}
---
apiVersion: wakeful.dev/v1
kind: AlertRule
metadata: {name: shop-down}
spec: {down: {for: 0s}, notify: [hook]}
---
apiVersion: wakeful.dev/v1
kind: Channel
metadata: {name: hook}
spec: {webhook: {url: "%(url)s/hook"}}
"""


class World:
    """The shop that is watched, and the receiver that is told; both outside of Wakeful."""

    def __init__(self) -> None:
        self.is_up = True
        self.messages: list[tuple[float, str, dict[str, Any]]] = []
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(200 if world.is_up else 503)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                world.messages.append((time.time(), self.headers["Idempotency-Key"], body))
                self.answer(204)

            def answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tells(self, kind: str, count: int) -> Callable[[], bool]:
        """A question: have so many different notifications of a kind arrived?"""
        return lambda: self.told(kind) == count

    def told(self, kind: str) -> int:
        """How many different notifications of a kind arrived."""
        return len({key for _, key, body in self.messages if body["type"] == f"alert.{kind}"})


def newest(house: House) -> str:
    """The due time of the newest observation."""
    last: str = house.monitor("shop")["last_observation"]["due"]
    return last


def stored(house: House) -> list[str]:
    """The due times of stored observations, newest first."""
    found = house.get("/api/v1/monitors/default/shop/observations?limit=500")
    return [one["due"] for one in found["items"]]


def test_any_process_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/all.yaml").write_text(SPECS % {"url": world.url})
    with House(tmp_path, "specs") as house:
        until(lambda: house.monitor("shop")["health"] == "up", 20, "the shop is up")
        for number, role in enumerate(("worker", "api", "valkey", "postgres", "controller"), 1):
            world.is_up = False
            until(world.tells("firing", number), 15, f"told of outage {number}")
            before = stored(house)
            victim = house.find(role)

            victim.kill()
            world.is_up = True
            killed = newest_or_none(house) or before[0]

            back = until(newer_than(house, killed), 10, f"checks go on after kill -9 of {role}")
            until(another(house, role, victim.pid), 10, f"{role} is started again")
            until(world.tells("resolved", number), 30, f"told that outage {number} is over")
            assert set(before) <= set(stored(house)), f"kill -9 of {role} lost stored observations"
            print(f"kill -9 {role}: checks went on after {back:.1f} s")

        keys = Counter((body["alert"]["monitor"], body["type"], key) for _, key, body in world.messages)
        print("notifications by key:", sorted(keys.values()))
        assert world.told("firing") == 5
        assert world.told("resolved") == 5
        assert house.get("/api/v1/incidents?open=true")["items"] == []
        assert len(house.get("/api/v1/incidents")["items"]) == 5
    world.server.shutdown()


def newer_than(house: House, due: str) -> Callable[[], bool]:
    """A question: is there an observation after this one?"""
    return lambda: newest(house) > due


def another(house: House, role: str, pid: int) -> Callable[[], bool]:
    """A question: does another process play this role now?"""
    return lambda: house.find(role).pid != pid


def newest_or_none(house: House) -> str | None:
    """The newest observation, when the API can tell."""
    try:
        return newest(house)
    except OSError:
        return None


def test_the_first_notification_comes_within_a_second(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/all.yaml").write_text(SPECS % {"url": world.url})
    with House(tmp_path, "specs") as house:
        until(lambda: house.monitor("shop")["health"] == "up", 20, "the shop is up")
        delays = []
        for number in range(1, 6):
            world.is_up = False
            until(world.tells("firing", number), 15, "told")
            incident = house.get("/api/v1/incidents?open=true")["items"][0]
            arrived = next(at for at, _, body in reversed(world.messages) if body["type"] == "alert.firing")
            delays.append(arrived - seconds(incident["started_at"]))
            world.is_up = True
            until(world.tells("resolved", number), 15, "told that it is over")
        print("confirming observation → notification, seconds:", [round(one, 3) for one in delays])
        assert max(delays) < 1
    world.server.shutdown()


def seconds(text: str) -> float:
    """An ISO instant as seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def test_a_saved_spec_runs_within_two_seconds_and_a_start_takes_less_than_ten(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/all.yaml").write_text(SPECS % {"url": world.url})
    with House(tmp_path, "specs") as house:
        until(lambda: house.monitor("shop")["last_observation"], 20, "the first observation")
        start = time.monotonic() - house.started
        extra = SPECS.split("---")[0] % {"url": world.url}
        (tmp_path / "specs/more.yaml").write_text(extra.replace("name: shop", "name: more"))
        saved = until(lambda: house.has("more") and house.monitor("more")["last_observation"], 10, "the new one runs")
        print(f"nothing → first observation {start:.1f} s; save → first observation {saved:.1f} s")
        assert start < 10
        assert saved < 2
    world.server.shutdown()


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as somebody."""
    who = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_a_commit_is_noticed_within_two_seconds_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    world = World()
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "all.yaml").write_text(SPECS % {"url": world.url})
    for words in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "Watch the shop"]):
        git(specs, *words)
    with House(tmp_path, "specs#trunk") as house:
        until(lambda: house.has("shop"), 20, "the first commit is applied")
        (specs / "more.yaml").write_text(
            (SPECS.split("---")[0] % {"url": world.url}).replace("name: shop", "name: more")
        )
        time.sleep(1.5)
        assert not house.has("more"), "what is not committed does not count"
        git(specs, "add", ".")
        git(specs, "commit", "-q", "-m", "Watch more")
        took = until(lambda: house.has("more"), 5, "the second commit is applied")
        print(f"commit → applied {took:.1f} s")
        assert took < 2

        (specs / "more.yaml").write_text("kind: Monitor\n")
        git(specs, "commit", "-q", "-a", "-m", "Break it")
        until(lambda: house.get("/api/v1/revisions?limit=1")["items"][0]["status"] == "rejected", 5, "rejected")
        assert house.has("more")
        assert house.get("/api/v1/sources")["items"][0]["conditions"][0]["status"] == "False"

        git(specs, "revert", "--no-edit", "HEAD")
        until(lambda: house.get("/api/v1/sources")["items"][0]["conditions"][0]["status"] == "True", 5, "good again")
    world.server.shutdown()
