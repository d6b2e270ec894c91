"""What the commands print: data to stdout, talk to stderr, colour only where a person sees it."""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import click

from controller.errors import UsageError
from specs.diagnostics import Diagnostic, render

_PAINT: dict[str, Callable[[str], str]] = {
    "red": lambda text: click.style(text, fg="red"),
    "green": lambda text: click.style(text, fg="green"),
    "yellow": lambda text: click.style(text, fg="yellow"),
    "blue": lambda text: click.style(text, fg="blue"),
    "bold": lambda text: click.style(text, bold=True),
    "dim": lambda text: click.style(text, dim=True),
}
_HEAD = re.compile(r"^(error|warning|hint|note): ", re.MULTILINE)
_HEAD_COLOURS = {"error": "red", "warning": "yellow", "hint": "green", "note": "blue"}
_EXCERPT = re.compile(r"^(\d+| +) \| ?(.*)$")


def out(text: str) -> None:
    """Print data."""
    click.echo(text, color=_colour())


def say(text: str) -> None:
    """Print talk: progress, errors and hints."""
    click.echo(text, err=True, color=_colour())


def out_json(value: Any) -> None:
    """Print a value as indented JSON."""
    out(json.dumps(value, indent=2, ensure_ascii=False))


def paint(text: str, colour: str) -> str:
    """The text in `red`, `green`, `yellow`, `blue`, `bold` or `dim`; taken off again where nobody would see it."""
    return _PAINT[colour](text)


def problem(message: str, hint: str | None = None) -> None:
    """Say what is wrong, and what to do."""
    say(headed(f"error: {message}"))
    if hint:
        say(headed(f"hint: {hint}"))


def usage_problem(error: UsageError) -> None:
    """Say what a UsageError holds."""
    problem(str(error), error.hint)


def headed(text: str) -> str:
    """Paint the `error:`, `warning:`, `hint:` or `note:` that lines begin with."""
    return _HEAD.sub(lambda match: paint(match.group(1), _HEAD_COLOURS[match.group(1)]) + ": ", text)


def diagnostic(one: Diagnostic, sources: Mapping[str, str]) -> str:
    """A finding as text for this terminal: wrapped and cut to its width, and painted."""
    return "\n".join(_painted(line) for line in fitted(one, sources, width()).split("\n"))


def fitted(one: Diagnostic, sources: Mapping[str, str], columns: int) -> str:
    """A finding in so many columns: words are wrapped, and a longer line of YAML is cut together with its caret."""
    lines = []
    for line in _narrow(render(one, sources).split("\n"), columns):
        if _EXCERPT.match(line) or len(line) <= columns:
            lines.append(line)
        else:
            indent = "       " if line.lstrip().startswith("-->") else "  "
            lines += textwrap.wrap(line, columns, subsequent_indent=indent, break_on_hyphens=False)
    return "\n".join(lines)


def width() -> int:
    """The columns of the terminal, or plenty in a pipe."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 200


def count(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def rows(pairs: Iterable[tuple[str, str]], indent: str = "  ") -> list[str]:
    """Two columns, the first as wide as its longest cell."""
    cells = list(pairs)
    wide = max((len(left) for left, _ in cells), default=0)
    return [f"{indent}{left.ljust(wide)}  {right}".rstrip() for left, right in cells]


@lru_cache(maxsize=1)
def _colour() -> bool | None:
    """False when colour is unwanted; None lets click look at the stream."""
    if not (sys.stdout.isatty() or sys.stderr.isatty()):
        return None
    from controller import settings

    environment = settings.environment()
    return False if environment.get("NO_COLOR") or environment.get("TERM") == "dumb" else None


def _painted(line: str) -> str:
    if match := _EXCERPT.match(line):
        gutter, text = line[: len(match.group(1)) + 2], line[len(match.group(1)) + 2 :]
        if not match.group(1).strip() and set(text.strip()) == {"^"}:
            text = paint(text, "red")
        return paint(gutter, "blue") + text
    if match := re.match(r"^( *)(-->)(.*)$", line):
        return match.group(1) + paint(match.group(2), "blue") + match.group(3)
    if match := re.match(r"^( *(?:= )?)(hint: )(.*)$", line):
        return match.group(1) + headed(match.group(2) + match.group(3))
    return headed(line)


def _narrow(lines: list[str], room: int) -> list[str]:
    """Cut an excerpt and its caret alike, so that a narrow terminal does not wrap them apart."""
    carets = next((line for line in lines if set(line.replace("|", "", 1).strip()) == {"^"}), None)
    if carets is None or max(len(line) for line in lines if _EXCERPT.match(line)) <= room:
        return lines
    gutter = carets.index("|") + 2
    keep = max(room - gutter, 20)
    if any(not line.isascii() for line in lines if _EXCERPT.match(line)):
        return lines  # columns and characters part ways; better wrapped by the terminal than cut at the wrong place
    left = max(0, carets.index("^") - gutter - keep // 3)
    return [line[:gutter] + line[gutter + left :][:keep] if _EXCERPT.match(line) else line for line in lines]
