"""`wakeful plan`: what would these specs change?"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from controller.cli import printing
from controller.cli.environment import read_settings
from controller.cli.printing import headed, out, out_json, paint, say

if TYPE_CHECKING:
    from controller.cli.sources import Specs

FINDINGS, CHANGES, REFUSED = 1, 2, 3


@click.command(short_help="Show what specs would create, update and delete.")
@click.argument("path", default=".")
@click.option("--against", metavar="REV", help="Compare with a git revision, such as `main`, and ask no server.")
@click.option("--server", metavar="URL", help="The running Wakeful to compare with; WAKEFUL_PUBLIC_URL by default.")
@click.option("--source", metavar="NAME", help="The server's source to compare with, when it has several.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print the plan.")
@click.option("--detailed-exitcode", "detailed", is_flag=True, help="Exit with 2 when there are changes.")
def plan(path: str, against: str | None, server: str | None, source: str | None, style: str, detailed: bool) -> int:
    """Show what the specs in the folder PATH (`.` by default) would create, update and delete. Changes nothing.

    The exit code is 1 when the specs have errors, and 3 when a guard would hold the revision.
    """
    from controller.cli import sources

    if against and (server or source):
        raise click.UsageError("`--against` asks no server, so it goes without `--server` and `--source`")
    specs = sources.folder(path)
    if specs.errors:
        _print_invalid(specs, style)
        return FINDINGS
    proposed = _offline(specs, path, against) if against else _asked(specs, path, server, source)
    out_json(proposed) if style == "json" else _print(proposed)
    if any(one["severity"] == "error" for one in proposed["diagnostics"]):
        return FINDINGS
    if proposed["refusals"]:
        return REFUSED
    has_changes = any(proposed[key] for key in ("create", "update", "delete"))
    return CHANGES if detailed and has_changes else 0


def _print_invalid(specs: "Specs", style: str) -> None:
    if style == "json":
        out_json({"diagnostics": [one.as_json() for one in specs.diagnostics]})
        return
    for one in specs.diagnostics:
        say(printing.diagnostic(one, specs.texts) + "\n")
    printing.problem("specs with errors change nothing", "mend them; `wakeful validate` checks again")


def _asked(specs: "Specs", path: str, server: str | None, source: str | None) -> dict[str, Any]:
    """The plan that a running server makes of the specs."""
    from controller.cli import server as wakeful
    from controller.cli import sources

    address = server or read_settings().public_url
    files = {"files": sources.relative(specs, path)}
    answer = wakeful.post(address, "/api/v1/plan", files | ({"source": source} if source else {}))
    return {"create": [], "update": [], "delete": [], "kept": [], "refusals": [], "diagnostics": [], **answer}


def _offline(specs: "Specs", path: str, against: str) -> dict[str, Any]:
    """The plan from a git revision to the specs, as if the revision were running."""
    from controller.cli import sources
    from controller.decisions import guards
    from controller.decisions.plan import Live
    from controller.decisions.plan import plan as compared

    before = sources.at_revision(path, against)
    if before.errors:
        say(headed(f"warning: {against} has errors itself, so it is compared as far as it can be read"))
    live = [
        Live(number, one.kind, one.workspace, one.name, one.spec, one.labels, one.annotations, one.file, one.line)
        for number, one in enumerate(before.resources, start=1)
    ]
    found = compared(specs.resources, live)
    refusals = guards.refusals(found, specs.resources, live, specs.loaded.config.guards)
    return found.as_json() | {"refusals": refusals, "diagnostics": [one.as_json() for one in specs.diagnostics]}


def _print(proposed: Mapping[str, Any]) -> None:
    for finding in proposed["diagnostics"]:
        place = f"{finding['file']}:{finding['line']}:{finding['column']}"
        say(headed(f"{finding['severity']}: {finding['message']} ({place})"))
    lines = list(text(proposed))
    if lines:
        out("\n".join(lines) + "\n")
    else:
        out("No changes.\n")
    out(f"Plan: {proposed['summary']}, {proposed['unchanged']} unchanged.")
    for reason in proposed["refusals"]:
        say(headed(f"error: a guard would hold this revision: {reason}"))
    if proposed["refusals"]:
        hint = "change the guards in the Config document, or make the change in smaller steps"
        say(headed(f"hint: {hint}"))


def text(proposed: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a plan: `+` created, `~` updated or renamed, `-` deleted, `=` protected from deletion."""
    for one in proposed["create"]:
        yield paint(f"  + {_named(one)}", "green") + _place(one)
    for one in proposed["update"]:
        renamed = f" (renamed from {one['renamed_from']})" if one.get("renamed_from") else ""
        yield paint(f"  ~ {_named(one)}{renamed}", "yellow") + _place(one)
        for change in one["changes"]:
            yield from _change(change)
    for one in proposed["delete"]:
        yield paint(f"  - {_named(one)}", "red") + _place(one)
    for one in proposed["kept"]:
        yield f"  = {_named(one)} stays: it is protected by `wakeful.dev/prune: disabled`"


def _named(one: Mapping[str, Any]) -> str:
    workspace = "" if one.get("workspace", "default") == "default" else f"{one['workspace']}/"
    return f"{one['kind']} {workspace}{one['name']}"


def _place(one: Mapping[str, Any]) -> str:
    return paint(f"  {one['file']}:{one['line']}", "dim") if one.get("file") else ""


def _change(change: Mapping[str, Any]) -> Iterator[str]:
    old, new = _value(change["old"]), _value(change["new"])
    line = f"      {change['path']}: {old} → {new}"
    if len(line) <= printing.width():
        yield line
    else:
        yield f"      {change['path']}:"
        yield f"          {old}"
        yield f"        → {new}"


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, str) and value and value == value.strip() and "\n" not in value and len(value) < 200:
        return value
    return json.dumps(value, ensure_ascii=False)
