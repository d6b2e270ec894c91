"""How the tests call `wakeful`: in this process for speed, as a process for the truth."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from controller import settings
from controller.cli.main import cli

ROOT = Path(__file__).parent.parent.parent


def call(*arguments: str | Path, stdin: str | None = None) -> Result:
    """Run a command line in this process."""
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=stdin, prog_name="wakeful")


def process(
    *arguments: str | Path, cwd: Path | None = None, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "controller.cli.main", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=settings.environment() | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def write(folder: Path, **files: str) -> Path:
    """Write files, named without their `.yaml`, into a folder. Returns the folder."""
    for name, text in files.items():
        file = folder / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def document(kind: str, name: str, spec: str, labels: str = "{}") -> str:
    """One document; `spec` is YAML in flow style."""
    return f"apiVersion: wakeful.dev/v1\nkind: {kind}\nmetadata: {{name: {name}, labels: {labels}}}\nspec: {spec}\n"


def monitor(name: str, spec: str = "{http: {url: https://example.com/}}", labels: str = "{}") -> str:
    """A monitor document."""
    return document("Monitor", name, spec, labels)
