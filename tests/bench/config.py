"""`make bench`: a repository of ten thousand monitors in five hundred files, and what the command line needs for it.

Each command is run three times as a process of its own, as a user or an editor runs it; the fastest run is shown, with
the most memory that any of the three took.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MONITOR = """\
apiVersion: wakeful.dev/v1
kind: Monitor
metadata:
  name: shop-{n}
  labels: {{team: team-{team}, tier: {tier}}}
spec:
  every: {every}
  timeout: 10s
  regions: [eu, us, ap]
  quorum: 2
  confirm: {{down: 2, up: 1}}
  http:
    url: https://shop-{n}.${{var.domain}}/health
    headers: {{Authorization: "Bearer ${{secret.TOKEN}}"}}
  expect:
    status: 200
    latency: 2s
    body: {{contains: ok}}
    that:
      - json.cart.healthy == true
  degraded:
    latency: 500ms
"""
REST = """\
apiVersion: wakeful.dev/v1
kind: Config
metadata: {name: config}
spec: {variables: {domain: example.com}}
---
apiVersion: wakeful.dev/v1
kind: Channel
metadata: {name: oncall}
spec: {webhook: {url: "${secret.URL}"}}
---
"""
RULE = """\
apiVersion: wakeful.dev/v1
kind: AlertRule
metadata: {{name: team-{team}}}
spec: {{match: {{labels: {{team: team-{team}}}}}, down: {{for: 2m}}, notify: [oncall]}}
"""
TEAMS = 40


def write(root: Path, files: int, each: int) -> None:
    """The repository, as one commit; and on top of it a second, which changes one monitor of every tenth file."""
    for number in range(files):
        file = root / f"team-{number % TEAMS}" / f"shops-{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\n".join(_monitor(number * each + index, number, "60s") for index in range(each)))
    (root / "config.yaml").write_text(REST + "---\n".join(RULE.format(team=team) for team in range(TEAMS)))
    _git(root, "init", "--quiet", "--initial-branch=main")
    _commit(root, "first")
    for number in range(0, files, 10):
        file = root / f"team-{number % TEAMS}" / f"shops-{number}.yaml"
        file.write_text(file.read_text().replace("every: 60s", "every: 30s", 1))
    _commit(root, "second")


def _monitor(n: int, file: int, every: str) -> str:
    return MONITOR.format(n=n, team=file % TEAMS, tier="critical" if n % 3 else "normal", every=every)


def _git(root: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-C", root, "-c", "user.name=bench", "-c", "user.email=bench@example.com", *words], check=True
    )


def _commit(root: Path, message: str) -> None:
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", f"--message={message}")


def measure(root: Path, *words: str, runs: int = 3) -> dict[str, float]:
    """The fastest of some runs: wall and CPU seconds, and the most memory of any in MB."""
    walls, cpus, memory = [], [], 0.0
    for _ in range(runs):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        code = "import resource, sys\nimport os\nfrom controller.cli import main\nleave = os._exit\ndef left(code):\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr, flush=True)\n    leave(code)\nos._exit = left\ntry:\n    main.main()\nexcept SystemExit as error:\n    left(error.code or 0)"
        done = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=root, capture_output=True, text=True, check=False
        )
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        memory = max(memory, int(done.stderr.split()[-1]) / 1024)
        if done.returncode not in (0, 2):
            sys.exit(
                f"wakeful {' '.join(words)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
    return {"wall": min(walls), "cpu": min(cpus), "memory": memory}


def main() -> None:
    """Write, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--each", type=int, default=20, help="monitors in a file")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, chosen.files, chosen.each)
        one = "team-0/shops-0.yaml"
        found = {
            "validate": measure(root, "validate"),
            "plan --against HEAD~1": measure(root, "plan", "--against", "HEAD~1"),
            "validate, one file": measure(root, "validate", one),
            "fmt, one file": measure(root, "fmt", one),
        }
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{chosen.files * chosen.each:,} monitors in {chosen.files} files")
    for name, value in found.items():
        print(f"  {name:24} {value['wall']:5.2f} s wall  {value['cpu']:5.2f} s CPU  {value['memory']:4.0f} MB")


if __name__ == "__main__":
    main()
