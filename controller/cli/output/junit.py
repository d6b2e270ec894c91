"""`--format junit`: a test case for each file, failed where it has errors."""

import re
from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from controller.cli.output.report import Report
from specs.diagnostics import Diagnostic, Severity
from specs.diagnostics import render as as_text

# what XML 1.0 cannot hold, however it is escaped
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """One suite; warnings stand in a case's output and fail nothing."""
    by_file = defaultdict[str, list[Diagnostic]](list)
    for one in report.findings:
        by_file[one.file].append(one)
    files = sorted({*report.texts, *by_file})
    failed = sum(any(one.severity == Severity.ERROR for one in by_file.get(file, ())) for file in files)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="wakeful validate" tests="{len(files)}" failures="{failed}" errors="0">',
        f'  <testsuite name="specs" tests="{len(files)}" failures="{failed}" errors="0" skipped="0">',
    ]
    for file in files:
        lines += _case(file, by_file.get(file, []), report)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"])


def _case(file: str, findings: list[Diagnostic], report: Report) -> list[str]:
    head = f"    <testcase classname={_attribute('wakeful.specs')} name={_attribute(file)} file={_attribute(file)}"
    if not findings:
        return [head + "/>"]
    lines = [head + ">"]
    errors = [one for one in findings if one.severity == Severity.ERROR]
    if errors:
        words = "\n\n".join(as_text(one, report.texts) for one in errors)
        message = errors[0].message + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else "")
        lines.append(
            f"      <failure type={_attribute(errors[0].code)} message={_attribute(message)}>{_text(words)}</failure>"
        )
    warnings = [one for one in findings if one not in errors]
    if warnings:
        lines.append(
            f"      <system-out>{_text(chr(10).join(as_text(one, report.texts) for one in warnings))}</system-out>"
        )
    return [*lines, "    </testcase>"]


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
