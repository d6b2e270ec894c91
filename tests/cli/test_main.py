"""The `wakeful` command as a whole: exit codes, errors in words, colour."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import click
import pytest

from controller import settings
from controller.cli.main import Wakeful
from controller.errors import Unreachable, UsageError
from tests.cli.command import ROOT, call, monitor, process, write


def group_that_raises(error: BaseException) -> Wakeful:
    """A command line with one command, which fails."""

    @click.group(cls=Wakeful)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise error

    return group


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), 64),
        (Unreachable("gone"), 5),
        (click.UsageError("wrong"), 64),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (BrokenPipeError(), 141),
        (RuntimeError("ours"), 70),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int) -> None:
    with pytest.raises(SystemExit) as left:
        group_that_raises(error).main(["fail"])

    assert left.value.code == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bogus"], "error: no such command 'bogus'\nhint: `wakeful --help` lists what it takes\n"),
        (["validate", "--fomat"], "error: no such option '--fomat'"),
        (
            ["plan", "--against", "main", "--server", "http://x"],
            "error: `--server` and `--against` are two things to compare with",
        ),
        (["worker", "--threads", "0"], "error: invalid value for '--threads'"),
        (["reconcile", "--server", "nonsense"], "error: `nonsense` is not the address of a server\nhint: write"),
    ],
    ids=["command", "option", "options that exclude each other", "number", "address"],
)
def test_a_wrong_command_line_is_told_in_words(arguments: list[str], words: str) -> None:
    result = call(*arguments)

    assert result.exit_code == 64
    assert result.stderr.startswith(words)
    assert result.stdout == ""


def test_without_a_command_the_help_is_shown_as_talk() -> None:
    result = process()

    assert (result.returncode, result.stdout) == (64, "")
    assert "Exit codes:" in result.stderr


@pytest.mark.parametrize("how", ["--version", "version"])
def test_the_version_is_data(how: str) -> None:
    result = process(how)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("wakeful 0.")


def test_a_wrong_variable_in_the_environment_is_named(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))

    result = process("plan", tmp_path, WAKEFUL_POLL_EVERY="often")

    assert result.returncode == 64
    assert result.stderr.startswith("error: the environment variable WAKEFUL_POLL_EVERY is wrong: ")


def test_validate_starts_without_the_heavy_libraries(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))
    heavy = "{'litestar', 'dramatiq', 'piccolo', 'httpx', 'asyncpg', 'pycurl', 'structlog'}"
    program = (
        "import sys\nfrom controller.cli.main import cli\n"
        f"try:\n    cli(['validate', {str(tmp_path)!r}])\n"
        f"finally:\n    print(sorted({heavy} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.stdout.splitlines()[-1] == "[]"


def on_a_terminal(folder: Path, columns: int, **environment: str) -> str:
    """What `wakeful validate` prints on a terminal of so many columns."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "controller.cli.main", "validate"],
        cwd=folder,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={"TERM": "xterm", "PYTHONPATH": str(ROOT), "COLUMNS": str(columns)} | environment,
    )
    os.close(follower)
    text = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux says EIO when the last writer has left
            break
        if not chunk:
            break
        text += chunk
    os.close(leader)
    child.wait(30)
    return text.decode()


def test_colour_is_for_terminals_whose_people_want_it(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", "{evry: 30s}"))

    assert "\x1b[31merror\x1b[0m: unknown key" in on_a_terminal(tmp_path, 80)
    assert "\x1b[" not in on_a_terminal(tmp_path, 80, NO_COLOR="1")
    assert "\x1b[" not in process("validate", cwd=tmp_path).stdout


def test_at_60_columns_excerpt_and_caret_stay_together(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop", "{http: {url: https://example.com/a/rather/long/path/to/health}, evry: 30s}"))

    lines = on_a_terminal(tmp_path, 60, NO_COLOR="1").splitlines()

    at = next(number for number, line in enumerate(lines) if "^^^^" in line)
    column = lines[at].index("^")
    assert max(map(len, lines[at - 1 : at + 1])) <= 60
    assert lines[at - 1][column : column + 4] == "evry"


def test_a_character_that_the_terminal_does_not_know_breaks_nothing(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("sh✓p"))

    result = process("validate", cwd=tmp_path, PYTHONIOENCODING="latin-1")

    assert result.returncode == 1
    assert "error: `sh?p` is not a name" in result.stdout


def test_a_reader_that_goes_away_is_not_met_with_a_traceback(tmp_path: Path) -> None:
    write(tmp_path, **{f"shop{number}": monitor(f"shop{number}", "{evry: 30s}") for number in range(300)})
    environment = settings.environment() | {"PYTHONPATH": str(ROOT)}

    child = subprocess.Popen(
        [sys.executable, "-m", "controller.cli.main", "validate"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.close()
    _, talk = child.communicate(timeout=60)

    assert (child.returncode, talk) == (141, b"")
