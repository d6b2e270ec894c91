"""One controller leads; the other takes over when it is gone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.workers.stage import monitor

ROOT = Path(__file__).parents[2]


@contextmanager
def controller(
    folder: Path, name: str, database_url: str, redis_url: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A controller process, and where its log is."""
    log = folder / f"{name}.log"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "WAKEFUL_DATABASE_URL": database_url,
        "WAKEFUL_REDIS_URL": redis_url,
        "WAKEFUL_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "controller.cli.main", "controller", "--source", str(folder / "specs")]
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=folder)
        try:
            yield process, log
        finally:
            process.kill()
            process.wait()


def wait_for(log: Path, word: str, seconds: float) -> float:
    """Wait until a log says something. Returns how long it took."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if word in log.read_text():
            return time.monotonic() - started
        time.sleep(0.05)
    raise AssertionError(f"{log.name} did not say `{word}` within {seconds} s: {log.read_text()[-2000:]}")


def test_a_standby_takes_over_within_seconds(tmp_path: Path, database_url: str, clean_redis_url: str) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/all.yaml").write_text(monitor())
    with controller(tmp_path, "first", database_url, clean_redis_url) as (first, log):
        wait_for(log, "revision applied", 30)
        with controller(tmp_path, "second", database_url, clean_redis_url) as (_, standby):
            wait_for(standby, "standing by", 30)
            assert "leading" not in standby.read_text()

            first.kill()

            took = wait_for(standby, "leading", 10)
            print(f"took over after {took:.1f} s")
            assert "revision applied" not in standby.read_text(), "nothing changed, so nothing is applied again"
