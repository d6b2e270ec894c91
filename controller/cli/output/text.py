"""`--format text`: for a person at a terminal, or in a log."""

from collections import Counter

from controller.cli import printing
from controller.cli.output.report import Report

MOST = 100
"""Findings that are shown in full, unless all are asked for."""


def render(report: Report, *, shows_all: bool = False) -> str:
    """Each finding with its excerpt; beyond a hundred, the rest is counted by file."""
    shown = report.by_weight if not shows_all and len(report.findings) > MOST else list(report.findings)
    taken = shown if shows_all else shown[:MOST]
    parts = [printing.diagnostic(one, report.texts) + "\n" for one in taken]
    left = shown[len(taken) :]
    if left:
        files = Counter(one.file for one in left).most_common()
        lines = [f"  {count:>6,}  {file}" for file, count in files[:20]]
        if len(files) > 20:
            lines.append(f"          and {len(files) - 20:,} more files")
        parts.append(f"{len(left):,} more findings (`--all` shows them):\n" + "\n".join(lines) + "\n")
    colour = "red" if report.errors else "yellow" if report.warnings else "green"
    return "\n".join([*parts, printing.paint(report.summary, colour)])
