"""Starts the whole of Wakeful as a user would, and looks at it from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

WAKEFUL = [sys.executable, "-m", "controller.cli.main"]
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def until(happens: Callable[[], object], seconds: float, what: str) -> float:
    """Wait for something to become true. Returns how many seconds it took; fails after `seconds`."""
    started = time.monotonic()
    last: object = None
    while time.monotonic() - started < seconds:
        try:
            if last := happens():
                return time.monotonic() - started
        except (OSError, KeyError, IndexError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what} (last: {last!r})")


class House:
    """`wakeful up` in a folder of its own."""

    def __init__(self, folder: Path, source: str, **environment: str) -> None:
        self.folder, self.source, self.port = folder, source, free_port()
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "WAKEFUL_LOG_FORMAT": "json", **environment}
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "up.log"

    def __enter__(self) -> "House":
        command = [*WAKEFUL, "up", "--source", self.source, "--data-dir", "data", "--port", str(self.port)]
        self.output = self.log.open("w")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT
        )
        until(lambda: self.get("/health") or self.process.poll() is not None, 60, "the API answers")
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            print(self.log.read_text()[-6000:])
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.output.close()
        left = [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        assert left == [] or kind is not None, f"processes left: {left}"
        assert status == 0 or kind is not None, f"exit status {status}"

    def family(self) -> list[psutil.Process]:
        """All processes of this house but the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def find(self, role: str) -> psutil.Process:
        """The process of a role: `controller`, `worker`, `api`, `postgres` or `valkey`."""
        for one in psutil.Process(self.process.pid).children():
            if one.name().startswith(role) or role in one.cmdline():
                return one
        raise KeyError(role)

    def get(self, path: str) -> Any:
        """A JSON document of the API."""
        return json.loads(self.text(path))

    def text(self, path: str, method: str = "GET") -> str:
        """The body of a page."""
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
            return body.decode()

    def monitor(self, name: str) -> Any:
        """One monitor as the API tells it."""
        return self.get(f"/api/v1/monitors/default/{name}")

    def has(self, name: str) -> bool:
        """Whether a monitor is live."""
        try:
            self.monitor(name)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise
        return True
