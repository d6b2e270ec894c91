"""`--format gitlab`: a Code Quality report (a subset of the Code Climate format)."""

import json

from controller.cli.output.report import Report, fingerprints
from specs.diagnostics import Severity


def render(report: Report) -> str:
    """An array of issues; fingerprints are unique, and alike when lines move."""
    issues = [
        {
            "description": one.message + (f" ({one.hint})" if one.hint else ""),
            "check_name": one.code,
            "fingerprint": mark,
            "severity": "major" if one.severity == Severity.ERROR else "minor",
            "location": {
                "path": one.file,
                "lines": {"begin": one.span.line, "end": max(one.span.line, one.span.end_line)},
            },
        }
        for one, mark in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False)
