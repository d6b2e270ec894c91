"""`--format markdown`: a comment on a pull request, and the means to write one that nothing can break out of."""

import re
from collections.abc import Iterable, Sequence

from controller.cli.output.report import Report
from specs.diagnostics import Diagnostic, Severity
from specs.diagnostics import render as as_text

LIMIT = 65_536
"""Characters of a comment; GitHub and GitLab refuse a longer one."""

MARKER = "<!-- wakeful:{name} -->"
"""Hidden at the top, so that the comment is found again and updated in place."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>@&:$=])")


def escaped(text: str) -> str:
    """A text that means nothing to Markdown: no markup, no HTML, no link, and nobody is mentioned by it."""
    flat = re.sub(r"\s+", " ", text)
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", flat)


def code(text: str) -> str:
    """A text as code in a line, whatever backticks it holds."""
    flat = re.sub(r"\s+", " ", text).strip() or " "
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    fence = "`" * (longest + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return (
        f"{fence}{space}{flat}{space}{fence}".replace("|", "\\|")
        if "|" in flat
        else f"{fence}{space}{flat}{space}{fence}"
    )


def block(text: str, language: str = "") -> str:
    """A text as a block of code, whatever backticks it holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def details(title: str, inside: str, *, is_open: bool = False) -> str:
    """A part that is folded; `title` must be escaped already."""
    return f"<details{' open' if is_open else ''}><summary>{title}</summary>\n\n{inside}\n\n</details>"


def fitted(head: str, parts: Sequence[str], foot: str, limit: int = LIMIT, *, in_bytes: bool = False) -> str:
    """As many of the parts as fit between head and foot, and a line that counts the others."""

    def size(text: str) -> int:
        return len(text.encode()) if in_bytes else len(text.encode("utf-16-le")) // 2

    room = limit - size(head) - size(foot) - 200
    taken: list[str] = []
    for part in parts:
        room -= size(part) + 2
        if room < 0:
            break
        taken.append(part)
    left = len(parts) - len(taken)
    more = [f"… and {left:,} more, which did not fit into this comment."] if left else []
    return "\n\n".join(one for one in (head, *taken, *more, foot) if one) + "\n"


def render(report: Report, limit: int = LIMIT, *, in_bytes: bool = False, name: str = "validate") -> str:
    """The findings, errors and changed files first."""
    mark = "❌" if report.errors else "⚠️" if report.warnings else "✅"
    head = f"{MARKER.format(name=name)}\n### {mark} Wakeful: {escaped(report.summary)}"
    return fitted(head, [_finding(one, report) for one in report.by_weight], "", limit, in_bytes=in_bytes)


def _finding(one: Diagnostic, report: Report) -> str:
    mark = "❌" if one.severity == Severity.ERROR else "⚠️"
    title = f"{mark} {escaped(one.message)} ({escaped(f'{one.file}:{one.span.line}')})"
    return details(title, block(as_text(one, report.texts), "text"), is_open=one.file in report.changed)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells must be escaped already."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
