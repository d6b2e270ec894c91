"""What is wrong with a spec, where, and what to do; and how a terminal shows it."""

import difflib
import re
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
        out += [f"{gutter} |", f"{number} | {excerpt}", f"{gutter} | {' ' * start}{'^' * width}"]
    if diagnostic.hint:
        out.append(f"hint: {diagnostic.hint}")
    return "\n".join(out)


def _window(line: str, start: int, width: int = 120) -> tuple[str, int]:
    """A long line cut to the part around `start`, and where `start` is in it."""
    if len(line) <= width:
        return line, start
    left = max(0, min(start - width // 3, len(line) - width))
    return line[left : left + width], start - left
