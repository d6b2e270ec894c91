"""Templates for users' CI: they are YAML, their scripts are shell, and the commands in them exist."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from controller import settings
from controller.cli.init import FILES
from controller.cli.main import cli

ROOT = Path(__file__).parent.parent.parent
CI = ROOT / "deploy" / "ci"
TEMPLATES = {str(file.relative_to(ROOT)): file.read_text() for file in sorted(CI.rglob("*.yml"))}
TEMPLATES |= {f"init: {name}": FILES[name] for name in FILES if name.endswith((".yml", ".yaml"))}


def scripts(value: Any) -> Iterator[str]:
    """Every shell script of a template."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "run" and isinstance(inner, str):
                yield inner
            elif key in ("script", "before_script") and isinstance(inner, list):
                yield from inner
            else:
                yield from scripts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scripts(inner)


@pytest.mark.parametrize("name", TEMPLATES)
def test_scripts_of_a_template_are_shell(name: str) -> None:
    for document in yaml.safe_load_all(TEMPLATES[name]):
        for script in scripts(document):
            done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_commands_of_a_template_exist_with_their_options(name: str) -> None:
    for script in (one for document in yaml.safe_load_all(TEMPLATES[name]) for one in scripts(document)):
        for found in re.finditer(r"\bwakeful ([a-z]+)([^\n|>&;]*)", script):
            command = cli.commands.get(found.group(1))
            if found.group(1) == "test":  # runs only where it exists
                continue
            assert isinstance(command, click.Command), found.group()
            known = {option for parameter in command.params for option in parameter.opts}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", found.group(2))) <= known, found.group()


@contextmanager
def forge(comments: list[dict[str, Any]], *, status: int = 200) -> Iterator[str]:
    """A forge that keeps comments, a hundred a page, as GitHub and GitLab do."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, value: Any) -> None:
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            page = int(re.search(r"[?&]page=(\d+)", self.path).group(1))  # type: ignore[union-attr]
            self.answer(comments[(page - 1) * 100 : page * 100])

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = len(comments) + 1
            comments.append(body | {"id": number, "url": f"http://{self.headers['Host']}/comments/{number}"})
            self.answer(comments[-1])

        def do_PATCH(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = int(self.path.rpartition("/")[2])
            next(one for one in comments if one["id"] == number).update(body)
            self.answer({})

        do_PUT = do_PATCH

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def comment(kind: str, file: Path, address: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "github": {"GITHUB_API_URL": address, "GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "t", "PULL_REQUEST": "7"},
        "gitlab": {
            "CI_API_V4_URL": address,
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7",
            "WAKEFUL_GITLAB_TOKEN": "t",
        },
    }[kind]
    return subprocess.run(
        [sys.executable, CI / "comment.py", kind, file],
        env=settings.environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_one_comment_is_written_and_then_updated_in_place(tmp_path: Path, kind: str) -> None:
    others: list[dict[str, Any]] = [{"id": number, "body": "something else"} for number in range(1, 151)]
    plan = tmp_path / "plan.md"
    with forge(others) as address:
        for text in ("first", "second"):
            plan.write_text(f"<!-- wakeful:plan -->\n{text}\n")
            assert comment(kind, plan, address).returncode == 0

    assert len(others) == 151
    assert others[-1]["body"] == "<!-- wakeful:plan -->\nsecond\n"


def test_a_token_that_may_only_read_fails_nothing(tmp_path: Path) -> None:
    plan = tmp_path / "plan.md"
    plan.write_text("<!-- wakeful:plan -->\nx\n")
    with forge([], status=403) as address:
        done = comment("github", plan, address)

    assert (done.returncode, done.stderr) == (0, "this token may not comment here (403): nothing was written\n")


def test_the_hooks_for_pre_commit_call_commands_that_exist() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        assert hook["entry"].split()[1] in cli.commands
