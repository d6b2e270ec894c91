"""`--format json`: one object, documented in docs/output.md and stable."""

import json

from controller.cli.output.report import Report, fingerprints

VERSION = 1


def render(report: Report) -> str:
    """The findings for programs."""
    findings = [
        one.as_json() | {"fingerprint": mark}
        for one, mark in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    value = {
        "version": VERSION,
        "resources": report.resources,
        "files": len(report.texts),
        "errors": report.errors,
        "warnings": report.warnings,
        "diagnostics": findings,
    }
    return json.dumps(value, indent=2, ensure_ascii=False)
