"""`wakeful validate`: are these specs right?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from controller.cli.printing import headed, out, say

if TYPE_CHECKING:
    from controller.cli.output.report import Report
    from controller.cli.sources import Specs

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown")


@click.command(short_help="Say what is wrong with specs, where, and what to do.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", help="How to print what was found.")
@click.option("--output", metavar="FILE", help="Write it to a file, and a summary to the terminal.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--revision", metavar="REV", help="Read the folder as it was at a revision of its git repository.")
@click.option("--changed-since", metavar="REV", help="Show what is wrong in files changed since a revision first.")
@click.option("--all", "shows_all", is_flag=True, help="Show every finding, however many there are.")
def validate(
    paths: tuple[str, ...],
    style: str,
    output: str | None,
    strict: bool,
    revision: str | None,
    changed_since: str | None,
    shows_all: bool,
) -> int:
    """Check specs: every finding with its place and what to do.

    PATH is a folder, which is read as one repository (`.` by default), or a file, which is read as a part of the
    repository that it lies in; `-` is standard input. The exit code is 1 when there are errors.
    """
    from controller.cli import sources
    from controller.cli.output.report import Report

    several = (
        [sources.at_revision(path, revision) for path in paths or ["."]] if revision else sources.read(paths or ["."])
    )
    if strict:
        several = [sources.as_errors(one) for one in several]
    report = Report(
        [finding for one in several for finding in one.diagnostics],
        {name: text for one in several for name, text in one.texts.items()},
        sum(len(one.resources) for one in several),
        _changed(paths, changed_since),
    )
    _write(_rendered(report, style, shows_all=shows_all), output, report)
    _note_single_files(several, paths)
    return 1 if report.errors else 0


def _rendered(report: "Report", style: str, *, shows_all: bool) -> str:
    from controller.cli.output import github, gitlab, json, junit, markdown, sarif, text

    match style:
        case "text":
            return text.render(report, shows_all=shows_all)
        case "github":
            _append_summary(github.summary(report))
            return github.render(report)
        case _:
            formats = {"json": json, "sarif": sarif, "junit": junit, "gitlab": gitlab, "markdown": markdown}
            rendered: str = formats[style].render(report)
            return rendered


def _write(text: str, output: str | None, report: "Report") -> None:
    if output is None:
        out(text)
        return
    from pathlib import Path

    from controller.errors import UsageError

    try:
        Path(output).write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"`{output}` cannot be written: {error.strerror}", "choose another file") from None
    say(report.summary)


def _append_summary(text: str) -> None:
    """Add to the summary of the step, where GitHub Actions gave a file for it."""
    from pathlib import Path

    from controller import settings

    file = settings.environment().get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8", errors="replace") as summary:
            summary.write(text)


def _changed(paths: Sequence[str], since: str | None) -> frozenset[str]:
    """The files that were changed, as findings name them; none where nobody asked, or git cannot tell."""
    from controller import settings
    from controller.cli import sources
    from controller.errors import UsageError

    base = settings.environment().get("GITHUB_BASE_REF")
    if since:
        return sources.changed_since((paths or ["."])[0], since)
    if base:
        try:
            return sources.changed_since((paths or ["."])[0], f"origin/{base}")
        except UsageError:  # a shallow clone: an order is no reason to fail
            return frozenset()
    return frozenset()


def _note_single_files(several: Sequence["Specs"], paths: Sequence[str]) -> None:
    from controller.cli import sources

    dangles = any(finding.code == "dangling" for one in several for finding in one.errors)
    if dangles and sources.STDIN in paths:
        say(headed("note: of standard input only itself is known; name the folder to know all"))
