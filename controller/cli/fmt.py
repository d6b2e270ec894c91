"""`wakeful fmt`: spec files in one style."""

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from controller.cli import printing
from controller.cli.printing import count, out, say

STDIN = "-"
_MANY = 40
"""Files from which it pays to start a second process."""


@click.command(short_help="Lay out spec files in one style; comments stay.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change, and list it.")
@click.option("--diff", "shows_diff", is_flag=True, help="Write nothing; print what would change.")
def fmt(paths: tuple[str, ...], check: bool, shows_diff: bool) -> int:
    """Lay out spec files: comments, quotes and the order of keys stay, and so does what they mean.

    PATH is a folder (`.` by default) or a file; `-` reads standard input and prints the result. Files that cannot be
    read, or whose meaning or comments would change, are left as they are and named.
    """
    if STDIN in paths:
        return _stdin()
    files = list(_files(paths or (".",)))
    changed = failed = 0
    for file, before, after, problem in _all(files):
        if problem:
            failed += 1
            say(problem)
        elif before != after:
            changed += 1
            if shows_diff:
                out(_diff(file, before, after))
            else:
                out(str(file))
            if not (check or shows_diff):
                _replace(file, after)
    verb = "would change" if check or shows_diff else "changed"
    say(
        f"{count(len(files), 'file')}: {changed} {verb}, {failed} left as they are"
        if failed
        else f"{count(len(files), 'file')}: {changed} {verb}"
    )
    return 1 if failed or (changed and (check or shows_diff)) else 0


def _stdin() -> int:
    from specs.style import Untouched, formatted

    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    try:
        sys.stdout.write(formatted("<stdin>", text))
    except Untouched as error:
        sys.stdout.write(text)
        say(_words("<stdin>", error, text))
        return 1
    return 0


def _files(paths: Sequence[str]) -> Iterator[Path]:
    """The YAML files that are meant, each once."""
    from controller.errors import UsageError
    from controller.git.snapshot import is_spec

    seen = set[Path]()
    for path in map(Path, paths):
        if path.is_file():
            found: Iterator[Path] = iter([path])
        elif path.is_dir():
            found = (
                one for one in sorted(path.rglob("*")) if is_spec(one.relative_to(path).as_posix()) and one.is_file()
            )
        else:
            raise UsageError(f"there is no file or folder `{path}`", "check the path")
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _all(files: list[Path]) -> Iterator[tuple[Path, str, str, str | None]]:
    if len(files) < _MANY:
        yield from map(_one, files)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        yield from pool.map(_one, files, chunksize=8)


def _one(file: Path) -> tuple[Path, str, str, str | None]:
    """A file, its text before and after, and why it is left as it is."""
    from specs.style import Untouched, formatted

    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return file, "", "", f"{file}: left as it is, for it is not UTF-8 text"
    except OSError as error:
        return file, "", "", f"{file}: cannot be read: {error.strerror}"
    if "wakeful.dev/" not in text:
        return file, text, text, None
    try:
        return file, text, formatted(str(file), text), None
    except Untouched as error:
        return file, text, text, _words(str(file), error, text)


def _words(file: str, error: Exception, text: str) -> str:
    problems = getattr(error, "problems", [])
    if problems:
        return "\n\n".join(printing.diagnostic(one, {file: text}) for one in problems)
    return f"{file}: left as it is, for {error}"


def _diff(file: Path, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", lineterm="")
    colours = {"+": "green", "-": "red", "@": "blue"}
    return "\n".join(printing.paint(line, colours[line[0]]) if line[:1] in colours else line for line in lines)


def _replace(file: Path, text: str) -> None:
    """Write a file whole or not at all, through a link to what it names, with its permissions."""
    from controller.errors import UsageError

    real = file.resolve()
    draft = real.with_name(f".{real.name}.{os.getpid()}.wakeful")
    try:
        draft.write_bytes(text.encode("utf-8"))
        draft.chmod(real.stat().st_mode & 0o7777)
        draft.replace(real)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"`{file}` cannot be written: {error.strerror}", "check its permissions") from None
