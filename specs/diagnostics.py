"""What is wrong with a spec, where, and what to do; and how a terminal shows it."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the revision; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text; lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


# as YAML counts lines
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")

NOWHERE = Span(1, 1, 1, 1)


# code → what it stands for
CODES = {
    "api-version": "`apiVersion` is one that this Wakeful does not know.",
    "condition": "A CEL expression does not compile, or compares what cannot be compared.",
    "cycle": "Monitors depend on each other in a circle.",
    "dangling": "Something is referred to that is not there.",
    "duplicate": "Two documents claim the same name, address or folder.",
    "duplicate-key": "A key stands twice in one mapping.",
    "feeds-nothing": "A component of a status page has no monitor behind it.",
    "gap": "A schedule leaves times in which nobody is on call.",
    "hidden": "An outage of a dependency that nobody watches hides this one.",
    "limit": "A workspace holds more than its limits allow.",
    "missing-key": "A key that must be there is not.",
    "never-fires": "A rule can never fire.",
    "never-reached": "A limit is never reached, as something else comes first.",
    "plain-secret": "A secret stands in git as it is.",
    "region": "A region is not one of those that the Config declares.",
    "same-way": "An alert goes only by way of what it is about.",
    "secret": "A secret stands where it would be stored and shown.",
    "tells-nobody": "A rule has nobody to tell.",
    "type": "A value is of another type than it must be.",
    "unknown-key": "A key is not one that Wakeful knows.",
    "unknown-kind": "A kind is not one that Wakeful knows.",
    "unused-channel": "Nothing sends to a channel.",
    "unused-variable": "Nothing uses a variable.",
    "unwatched": "No alert rule watches a monitor.",
    "value": "A value is not one that may stand here.",
    "variable": "A variable is not defined, or cannot stand here.",
    "watches-nothing": "A selector matches no monitor.",
    "yaml": "The file cannot be read as YAML.",
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `path` is the place in the document, such as `spec.every`."""

    code: str
    message: str
    file: str
    span: Span = NOWHERE
    path: str = ""
    hint: str | None = None
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, object]:
        """The finding as plain JSON values, as revisions store it and the API returns it."""
        return {
            "severity": str(self.severity),
            "code": self.code,
            "message": self.message,
            "file": self.file,
            "line": self.span.line,
            "column": self.span.column,
            "end_line": self.span.end_line,
            "end_column": self.span.end_column,
            "path": self.path,
            "hint": self.hint,
        }


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to `word`, as a hint, or None when nothing is near."""
    near = difflib.get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    if not near:
        return None
    return f"did you mean `{next(name for name in known if name.lower() == near[0])}`?"


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Errors first, then by file and place."""
    return sorted(diagnostics, key=lambda one: (one.severity != Severity.ERROR, one.file, one.span, one.code))


def render(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str:
    """The finding as a person reads it: words, place, the line with a caret, the hint."""
    head = f"{diagnostic.severity}: {diagnostic.message}"
    span = diagnostic.span
    place = f"{diagnostic.file}:{span.line}:{span.column}"
    if diagnostic.path:
        place += f" ({diagnostic.path})"
    lines = _BREAK.split(sources.get(diagnostic.file, "").removeprefix("\ufeff").rstrip())
    number = str(span.line)
    gutter = " " * len(number)
    out = [head, f"{gutter}--> {place}"]
    if span.line <= len(lines) and lines[span.line - 1].strip():
        line = lines[span.line - 1]
        end = span.end_column if span.end_line == span.line else len(line) + 1
        excerpt, start = _window(line.replace("\t", " "), span.column - 1)
        width = max(1, min(end - span.column, len(excerpt) - start))
        before, marked = cells(excerpt[:start]), max(1, cells(excerpt[start : start + width]))
        out += [f"{gutter} |", f"{number} | {excerpt}", f"{gutter} | {' ' * before}{'^' * marked}"]
    if diagnostic.hint:
        out.append(f"hint: {diagnostic.hint}")
    return "\n".join(out)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me") else _wide(char)
        for char in text
    )


def _wide(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _window(line: str, start: int, width: int = 120) -> tuple[str, int]:
    """A long line cut to the part around `start`, and where `start` is in it."""
    if len(line) <= width:
        return line, start
    left = max(0, min(start - width // 3, len(line) - width))
    return line[left : left + width], start - left
