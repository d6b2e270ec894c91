"""The README's tour, run as it stands: its `sh` blocks in order, and after each what the reader should see."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import House, until

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.e2e


def blocks() -> list[str]:
    """The shell commands of the tour."""
    text = (ROOT / "README.md").read_text().split("## A tour of five minutes")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def test_the_tour_works_as_the_readme_tells_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv") if (ROOT / ".venv").exists() else None
    commands = blocks()
    assert len(commands) == 6
    with House(tmp_path, "examples/quickstart") as house:
        config = tmp_path / "examples/quickstart/config.yaml"
        config.write_text(config.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{house.port}"))
        for file in (tmp_path / "examples/quickstart").glob("**/*.yaml"):
            file.write_text(file.read_text().replace("port: 8080", f"port: {house.port}"))

        def run(block: str) -> str:
            command = block.replace("127.0.0.1:8080", f"127.0.0.1:{house.port}")
            done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
            print(f"$ {command}{done.stdout}{done.stderr}")
            return done.stdout

        until(lambda: house.monitor("wakeful-api")["health"] == "up", 20, "the quickstart is up")
        see, ping, add, mistake, remove, own = commands

        assert json.loads(run(see))["last_observation"]["outcome"] == "up"

        assert house.monitor("nightly-backup")["health"] == "unknown"
        run(ping)
        until(lambda: house.monitor("nightly-backup")["health"] == "up", 5, "the heartbeat is up")

        assert "0 errors" in run(add)
        until(lambda: house.has("shop"), 4, "the new monitor runs")
        until(lambda: house.monitor("shop")["health"] == "down", 10, "the new monitor is down")
        incident = house.get("/api/v1/incidents?open=true")["items"][0]
        assert "shop" in incident["title"]
        assert "shop" in house.text("/")

        shown = run(mistake)
        assert "exit status 1" in shown
        until(lambda: latest(house)["status"] == "rejected", 5, "the mistake is rejected")
        assert "unknown key `evry`" in latest(house)["reason"]
        assert house.monitor("shop")["health"] == "down"

        run(remove)
        until(lambda: not house.has("shop"), 5, "the monitor is gone")
        assert house.get("/api/v1/incidents?open=true")["items"] == []

        assert "0 errors" in run(own)


def latest(house: House) -> Any:
    """The newest revision."""
    return house.get("/api/v1/revisions?limit=1")["items"][0]
