"""`--format sarif`: SARIF 2.1.0 (OASIS), as code scanning takes it."""

import json
from typing import Any
from urllib.parse import quote

from controller.cli.output.report import Report, fingerprints, meaning
from specs.diagnostics import Diagnostic

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """One run of one tool; columns count Unicode characters."""
    codes = sorted({one.code for one in report.findings})
    results = [
        _result(one, codes.index(one.code), mark)
        for one, mark in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    value = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "wakeful", "rules": [_rule(code) for code in codes]}},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"ROOT": {"description": {"text": "The folder that was validated."}}},
                "results": results,
            }
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    return {"id": code, "name": code, "shortDescription": {"text": meaning(code)}}


def _result(one: Diagnostic, index: int, mark: str) -> dict[str, Any]:
    span = one.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": max(span.end_line, span.line),
        "endColumn": span.end_column,
    }
    if region["endLine"] == span.line:
        region["endColumn"] = max(span.end_column, span.column)
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": str(one.severity),
        "message": {"text": one.message + (f"\nhint: {one.hint}" if one.hint else "")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(one.file, safe="/"), "uriBaseId": "ROOT"},
                    "region": region,
                },
                "logicalLocations": [{"fullyQualifiedName": one.path or one.code}],
            }
        ],
        "partialFingerprints": {"wakeful/v1": mark},
    }
