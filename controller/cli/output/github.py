"""`--format github`: annotations beside the lines, and the rest in the summary of the step."""

from controller.cli.output import markdown
from controller.cli.output.report import Report
from specs.diagnostics import Diagnostic, Severity

MOST = 10
"""Annotations of a kind that GitHub shows of one step; it drops the others silently."""

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of a step's summary; a longer one is refused whole."""


def render(report: Report) -> str:
    """Workflow commands, at most ten of a kind: what is in changed files first; then what is left, counted."""
    lines = []
    for severity in Severity:
        of_kind = [one for one in report.by_weight if one.severity == severity]
        lines += [annotation(one) for one in of_kind[:MOST]]
        if len(of_kind) > MOST:
            more = len(of_kind) - MOST
            lines.append(f"{more} more {severity}{'s' if more > 1 else ''} in the summary of this step")
    return "\n".join([*lines, report.summary])


def summary(report: Report) -> str:
    """Everything, for the summary of the step; cut and counted where it is too long."""
    return markdown.render(report, limit=SUMMARY_LIMIT, in_bytes=True)


def annotation(one: Diagnostic) -> str:
    """The finding as a workflow command, which is one line."""
    span = one.span
    properties = {
        "file": one.file,
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        # GitHub ignores columns that span several lines, and wants the end to be inclusive.
        "endColumn": max(span.column, span.end_column - 1),
        "title": f"{one.path or one.code}",
    }
    if span.end_line != span.line:
        del properties["col"], properties["endColumn"]
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    words = one.message + (f"\nhint: {one.hint}" if one.hint else "")
    return f"::{one.severity} {shown}::{_escaped(words)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
