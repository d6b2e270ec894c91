"""`make bench`: many HTTP monitors on this machine, and what they cost.

Starts a target of its own on loopback and the whole of Wakeful (PostgreSQL and Valkey included) as a user would,
lets it settle, measures for a while, and prints a table: rate asked and achieved, CPU per check by process,
lateness, memory, growth of the database. The target's own CPU is not counted.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Any

import asyncpg
import psutil

ROLES = ("controller", "worker", "api", "postgres", "valkey", "up")


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--monitors", type=int, default=5000)
    parser.add_argument("--every", type=int, default=10, help="seconds between two checks of a monitor")
    parser.add_argument("--seconds", type=int, default=60, help="how long to measure")
    parser.add_argument("--settle", type=int, default=15, help="seconds to wait once every monitor was seen")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=18120)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    return parser.parse_args()


def write_specs(folder: Path, count: int, every: int, target: int) -> None:
    """Monitors with a status and a body condition each, 500 to a file."""
    folder.mkdir()
    documents = [
        f"apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {{name: m{index}, labels: {{group: g{index % 50}}}}}\n"
        f"spec:\n  every: {every}s\n  timeout: {min(every, 10)}s\n"
        f"  http: {{url: 'http://127.0.0.1:{target}/m/{index}'}}\n"
        f'  expect: {{status: 200, body: {{contains: \'"status": "ok"\'}}}}\n'
        for index in range(count)
    ]
    for start in range(0, count, 500):
        (folder / f"monitors-{start // 500}.yaml").write_text("---\n".join(documents[start : start + 500]))


def role_of(process: psutil.Process) -> str:
    """Which part of Wakeful a process is."""
    words = " ".join(process.cmdline())
    if "postgres" in process.name():
        return "postgres"
    if "valkey" in process.name() or "valkey-server" in words:
        return "valkey"
    return next((role for role in ROLES[:3] if f" {role} " in f"{words} "), "up")


def usage(root: psutil.Process) -> tuple[dict[int, tuple[str, float]], dict[str, int]]:
    """CPU seconds per process, and memory (PSS where the kernel tells, else RSS) per role in bytes."""
    cpu: dict[int, tuple[str, float]] = {}
    memory: dict[str, int] = defaultdict(int)
    for process in [root, *root.children(recursive=True)]:
        try:
            role, times = role_of(process), process.cpu_times()
            cpu[process.pid] = (role, times.user + times.system)
            info = process.memory_full_info()
            memory[role] += getattr(info, "pss", 0) or info.rss
        except psutil.NoSuchProcess:
            continue
    return cpu, memory


def grown(before: dict[int, tuple[str, float]], after: dict[int, tuple[str, float]]) -> dict[str, float]:
    """CPU seconds that each role used between two looks."""
    spent: dict[str, float] = defaultdict(float)
    for pid, (role, seconds) in after.items():
        spent[role] += seconds - before.get(pid, (role, 0.0))[1]
    return spent


async def query(url: str, text: str, *args: Any) -> Any:
    """One row of the database."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchrow(text, *args)
    finally:
        await connection.close()


def look(url: str, text: str, *args: Any) -> Any:
    """One row of the database, from code that is not async."""
    return asyncio.run(query(url, text, *args))


def wait_until_seen(base: str, url: str, count: int, limit: float = 120) -> float:
    """Wait until every monitor has been looked at. Returns how many seconds it took."""
    started = time.monotonic()
    while time.monotonic() - started < limit:
        try:
            if look(url, "SELECT count(*) FROM region_state WHERE last_due IS NOT NULL")[0] >= count:
                return time.monotonic() - started
        except (OSError, asyncpg.PostgresError):
            pass
        time.sleep(0.5)
    raise SystemExit(f"not every monitor was looked at within {limit:.0f} s; see {base}")


def measure(options: argparse.Namespace, root: psutil.Process, url: str) -> dict[str, Any]:
    """Measure for a while. Counts by due time, so that what was asked and what was done compare."""
    size_before = look(url, "SELECT pg_database_size(current_database())")[0]
    cpu_before, _ = usage(root)
    began, since = time.monotonic(), time.time()
    peak: dict[str, int] = {}
    while time.monotonic() - began < options.seconds:
        time.sleep(2)
        _, memory = usage(root)
        peak = memory if sum(memory.values()) > sum(peak.values()) else peak
    cpu_after, _ = usage(root)
    lasted, until = time.monotonic() - began, time.time()
    size_after = look(url, "SELECT pg_database_size(current_database())")[0]
    time.sleep(3)
    row = look(
        url,
        """
        SELECT count(*) AS done, count(DISTINCT monitor_id) AS monitors, count(*) FILTER (WHERE outcome <> 'up') AS failed,
          percentile_cont(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY late) AS late
        FROM observation WHERE due >= to_timestamp($1) AND due < to_timestamp($2)
        """,
        since,
        until,
    )
    spent = grown(cpu_before, cpu_after)
    done = row["done"]
    return {
        "monitors": options.monitors,
        "every_s": options.every,
        "seconds": round(lasted, 1),
        "asked_per_s": round(options.monitors / options.every, 1),
        "achieved_per_s": round(done / (until - since), 1),
        "monitors_checked": row["monitors"],
        "not_up": row["failed"],
        "cpu_ms_per_check": round(sum(spent.values()) / done * 1000, 4),
        "cpu_ms_per_check_by_process": {role: round(spent[role] / done * 1000, 4) for role in ROLES if role in spent},
        "late_s": dict(zip(("p50", "p95", "p99", "max"), [round(value, 3) for value in row["late"]], strict=True)),
        "memory_mb": {role: round(peak[role] / 2**20) for role in ROLES if role in peak},
        "database_bytes_per_check": round((size_after - size_before) / done),
    }


def show(result: dict[str, Any]) -> None:
    """The result as a person reads it."""
    late = result["late_s"]
    print(f"{result['monitors']} HTTP monitors every {result['every_s']} s, measured for {result['seconds']} s")
    print(f"  rate        asked {result['asked_per_s']}/s, achieved {result['achieved_per_s']}/s")
    print(f"  monitors    {result['monitors_checked']} checked; {result['not_up']} observations were not up")
    print(f"  lateness    p50 {late['p50']} s, p95 {late['p95']} s, p99 {late['p99']} s, max {late['max']} s")
    print(f"  CPU         {result['cpu_ms_per_check']} ms per check, all processes together")
    for role, cost in result["cpu_ms_per_check_by_process"].items():
        print(f"    {role:<11} {cost} ms")
    print(f"  memory      {sum(result['memory_mb'].values())} MB, shared pages counted once")
    for role, size in result["memory_mb"].items():
        print(f"    {role:<11} {size} MB")
    print(f"  database    grew {result['database_bytes_per_check']} bytes per check (raw observations)")


def main() -> None:
    """Start everything, measure, stop everything."""
    options = arguments()
    here = Path(tempfile.mkdtemp(prefix="wakeful-bench-"))
    target = subprocess.Popen([sys.executable, "-m", "tests.bench.target"], stdout=subprocess.PIPE, text=True)
    assert target.stdout is not None
    target_port = int(target.stdout.readline())
    write_specs(here / "specs", options.monitors, options.every, target_port)
    binary = Path(sys.executable).parent / "wakeful"
    log = (here / "wakeful.log").open("w")
    command = [binary, "up", "--source", here / "specs", "--data-dir", here / "data"]
    command += ["--port", str(options.port), "--workers", str(options.workers)]
    started = time.monotonic()
    up = subprocess.Popen(
        [str(part) for part in command], stdout=log, stderr=log, env={**os.environ, "WAKEFUL_LOG_LEVEL": "warning"}
    )
    try:
        url = embedded_url(here / "data")
        wait_until_ready(options.port)
        ready = time.monotonic() - started
        seen = wait_until_seen(str(here), url, options.monitors)
        time.sleep(options.settle)
        result = measure(options, psutil.Process(up.pid), url)
        result |= {"ready_after_s": round(ready, 1), "all_seen_after_s": round(ready + seen, 1)}
        print(json.dumps(result)) if options.json else show(result)
        if not options.json:
            print(
                f"  start       ready after {result['ready_after_s']} s, every monitor seen after {result['all_seen_after_s']} s"
            )
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            up.wait(30)
        except subprocess.TimeoutExpired:
            up.kill()
        target.terminate()
        target.wait()


def embedded_url(data_dir: Path) -> str:
    """Where the embedded PostgreSQL of a data folder listens."""
    from controller.cli import embedded

    return embedded.Postgres(data_dir).url


def wait_until_ready(port: int, limit: float = 60) -> None:
    """Wait for the API to answer."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answered on port {port} within {limit:.0f} s")


if __name__ == "__main__":
    main()
