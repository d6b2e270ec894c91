"""`wakeful validate`: are these specs right?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from controller.cli import printing
from controller.cli.printing import count, headed, out, out_json, say

if TYPE_CHECKING:
    from controller.cli.sources import Specs
    from specs.diagnostics import Diagnostic


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print findings; `github` annotates a pull request.",
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
def validate(paths: tuple[str, ...], style: str, strict: bool) -> int:
    """Check specs: every finding with its place and what to do.

    PATH is a folder, which is read as one repository (`.` by default), or files, which are read together as
    one; `-` is standard input. The exit code is 1 when there are errors.
    """
    from controller.cli import sources

    several = sources.read(paths or ["."])
    if strict:
        several = [sources.as_errors(one) for one in several]
    {"text": _text, "json": _json, "github": _github}[style](several)
    dangles = any(finding.code == "dangling" for one in several for finding in one.errors)
    if dangles and any(path == sources.STDIN or not _is_folder(path) for path in paths):
        say(headed("note: of single files, only those that were named are known; name the folder to know all"))
    return 1 if any(one.errors for one in several) else 0


def summary(several: Sequence["Specs"]) -> str:
    """`12 resources in 5 files: 2 errors, 1 warning`."""
    resources, read = sum(len(one.resources) for one in several), sum(len(one.texts) for one in several)
    errors, warnings = _counts(several)
    return f"{count(resources, 'resource')} in {count(read, 'file')}: {count(errors, 'error')}, {count(warnings, 'warning')}"


def _counts(several: Sequence["Specs"]) -> tuple[int, int]:
    errors = sum(len(one.errors) for one in several)
    return errors, sum(len(one.diagnostics) for one in several) - errors


def _text(several: Sequence["Specs"]) -> None:
    for one in several:
        for finding in one.diagnostics:
            out(printing.diagnostic(finding, one.texts) + "\n")
    errors, warnings = _counts(several)
    out(printing.paint(summary(several), "red" if errors else "yellow" if warnings else "green"))


def _json(several: Sequence["Specs"]) -> None:
    errors, warnings = _counts(several)
    out_json(
        {
            "resources": sum(len(one.resources) for one in several),
            "files": sum(len(one.texts) for one in several),
            "errors": errors,
            "warnings": warnings,
            "diagnostics": [finding.as_json() for one in several for finding in one.diagnostics],
        }
    )


def _github(several: Sequence["Specs"]) -> None:
    for one in several:
        for finding in one.diagnostics:
            out(annotation(finding))
    out(summary(several))


def annotation(finding: "Diagnostic") -> str:
    """The finding as a workflow command that GitHub Actions shows beside the line."""
    span = finding.span
    properties = {
        "file": finding.file,
        "line": span.line,
        "endLine": span.end_line,
        "col": span.column,
        # GitHub ignores columns that span several lines, and wants the end to be inclusive.
        "endColumn": max(span.column, span.end_column - 1),
        "title": f"{finding.path or finding.code}",
    }
    if span.end_line != span.line:
        del properties["col"], properties["endColumn"]
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    words = finding.message + (f"\nhint: {finding.hint}" if finding.hint else "")
    return f"::{finding.severity} {shown}::{_escaped(words)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _is_folder(path: str) -> bool:
    from pathlib import Path

    return Path(path).is_dir()
