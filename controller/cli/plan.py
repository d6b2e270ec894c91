"""`wakeful plan`: what would these specs change, and what would that mean?"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.cli import printing
from controller.cli.environment import read_settings
from controller.cli.printing import headed, out, out_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from controller.cli.sources import Specs
    from controller.decisions.plan import Live

FINDINGS, CHANGES, REFUSED = 1, 2, 3


@click.command(short_help="Show what specs would create, update and delete, and what that means.")
@click.argument("path", default=".")
@click.option("--against", metavar="REV", help="Compare with a git revision, such as `main`, and ask no server.")
@click.option("--merge-base", is_flag=True, help="With --against: with where this branch left it.")
@click.option("--revision", metavar="REV", help="Plan the folder as it is at a revision, not as it is on disk.")
@click.option("--server", metavar="URL", help="The running Wakeful to compare with; WAKEFUL_PUBLIC_URL by default.")
@click.option("--token-file", metavar="FILE", help="A token to show the server; or set WAKEFUL_TOKEN.")
@click.option("--database", is_flag=True, help="Compare with the database of WAKEFUL_DATABASE_URL itself, read-only.")
@click.option("--source", metavar="NAME", help="The source to compare with, when there are several.")
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print it."
)
@click.option("--detailed-exitcode", "detailed", is_flag=True, help="Exit with 2 when there are changes.")
@click.option("--require", metavar="TOKEN", help="Exit with 3 unless the plan is still that of a token.")
@click.option("--all", "shows_all", is_flag=True, help="Show every change, however many there are.")
def plan(path: str, style: str, detailed: bool, require: str | None, shows_all: bool, **where: Any) -> int:
    """Show what the specs in the folder PATH (`.` by default) would create, update and delete. Changes nothing.

    The exit code is 1 when the specs have errors, and 3 when a guard would hold the revision.
    """
    from controller.cli import sources

    _check(where)
    specs = sources.at_revision(path, where["revision"]) if where["revision"] else sources.folder(path, remember=True)
    if specs.errors:
        _print_invalid(specs, style)
        return FINDINGS
    proposed = _proposed(specs, path, where)
    _print(proposed, style, shows_all=shows_all)
    if any(one["severity"] == "error" for one in proposed["diagnostics"]):
        return FINDINGS
    if require and proposed["token"] != require:
        printing.problem(f"this is not the plan of the token {require}", "look at the plan above, and take its token")
        return REFUSED
    if proposed["refusals"]:
        return REFUSED
    has_changes = any(proposed[key] for key in ("create", "update", "delete"))
    return CHANGES if detailed and has_changes else 0


def _check(where: dict[str, Any]) -> None:
    asked = [name for name in ("server", "database", "against") if where[name]]
    if len(asked) > 1:
        raise click.UsageError(f"`--{asked[0]}` and `--{asked[1]}` are two things to compare with; choose one")
    if where["against"] and where["source"]:
        raise click.UsageError("`--against` asks no server, so it goes without `--source`")
    if where["merge_base"] and not where["against"]:
        raise click.UsageError("`--merge-base` goes with `--against`")


def _proposed(specs: "Specs", path: str, where: dict[str, Any]) -> dict[str, Any]:
    if where["against"]:
        return _offline(
            specs, path, where["against"], where["revision"] if where["revision"] else "HEAD", where["merge_base"]
        )
    if where["database"]:
        return _compared(specs, asyncio.run(_live(where["source"])))
    return _asked(specs, path, where["server"], where["source"], _token(where["token_file"]))


def _print_invalid(specs: "Specs", style: str) -> None:
    if style == "json":
        out_json({"diagnostics": [one.as_json() for one in specs.diagnostics]})
        return
    if style == "markdown":
        from controller.cli.output import markdown
        from controller.cli.output.report import Report

        out(markdown.render(Report(specs.diagnostics, specs.texts, len(specs.resources)), name="plan"))
        return
    for one in specs.diagnostics:
        say(printing.diagnostic(one, specs.texts) + "\n")
    printing.problem("specs with errors change nothing", "mend them; `wakeful validate` checks again")


def _token(file: str | None) -> str | None:
    from controller import settings
    from controller.errors import UsageError

    if file is None:
        return settings.environment().get("WAKEFUL_TOKEN")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"`{file}` cannot be read", "name a file that holds the token and nothing else") from None


def _asked(specs: "Specs", path: str, server: str | None, source: str | None, token: str | None) -> dict[str, Any]:
    """The plan that a running server makes of the specs."""
    from controller.cli import server as wakeful
    from controller.cli import sources
    from controller.errors import Unreachable

    address = server or read_settings().public_url
    files = {"files": sources.relative(specs, path)}
    answer = wakeful.post(address, "/api/v1/plan", files | ({"source": source} if source else {}), token=token)
    if not isinstance(answer, dict) or "summary" not in answer or "diagnostics" not in answer:
        raise Unreachable(f"what answers at {address} is no Wakeful", "check `--server`")
    return {"create": [], "update": [], "delete": [], "kept": [], "refusals": [], "means": [], "token": "", **answer}


def _offline(specs: "Specs", path: str, against: str, revision: str, merge_base: bool) -> dict[str, Any]:
    """The plan from a git revision to the specs, as if the revision were running."""
    from controller.cli import sources
    from controller.decisions.plan import Live

    base = sources.merge_base(path, against, revision) if merge_base else against
    before = sources.at_revision(path, base, specs)
    if before.errors:
        say(headed(f"warning: {against} has errors itself, so it is compared as far as it can be read"))
    live = [
        Live(
            number,
            one.kind,
            one.workspace,
            one.name,
            one.spec,
            one.labels,
            one.annotations,
            one.file,
            one.line,
            1,
            [one.model],
        )
        for number, one in enumerate(before.resources, start=1)
    ]
    return _compared(specs, live)


async def _live(source: str | None) -> "list[Live]":
    """What is live of a source, straight from the database."""
    from controller.cli import preflight
    from controller.errors import UsageError
    from controller.store import resources
    from controller.store.database import Database
    from controller.store.reading import revisions

    url = read_settings().database_url
    await preflight.postgres(url)
    database = await Database.open(url, 1)
    try:
        async with database.pool.acquire() as connection, connection.transaction(readonly=True):
            known = [one.name for one in await revisions.sources(connection)]
            if source is None and len(known) > 1:
                raise UsageError("there are several sources", f"add `--source`, one of {', '.join(known)}")
            if source is not None and source not in known:
                raise UsageError(f"there is no source `{source}`", f"there is {', '.join(known)}" if known else None)
            name = source or next(iter(known), None)
            number = await revisions.source_id(connection, name) if name else None
            return [] if number is None else await resources.live(connection, number)
    finally:
        await database.close()


def _compared(specs: "Specs", live: "Sequence[Live]") -> dict[str, Any]:
    from controller.decisions.plan import plan as compared
    from controller.decisions.proposal import propose

    steps = compared(specs.resources, live)
    found = propose(steps, specs.resources, live, specs.loaded.config.guards)
    return found | {"diagnostics": [one.as_json() for one in specs.diagnostics]}


def _print(proposed: dict[str, Any], style: str, *, shows_all: bool) -> None:
    from controller.cli.output import plan_markdown, plan_text

    if style == "json":
        out_json(proposed)
    elif style == "markdown":
        out(plan_markdown.render(proposed).rstrip("\n"))
    else:
        for finding in proposed["diagnostics"]:
            place = f"{finding['file']}:{finding['line']}:{finding['column']}"
            say(headed(f"{finding['severity']}: {finding['message']} ({place})"))
        out(plan_text.render(proposed, shows_all=shows_all))
        for reason in proposed["refusals"]:
            say(headed(f"error: a guard would hold this revision: {reason}"))
        if proposed["refusals"]:
            say(headed("hint: change the guards in the Config document, or make the change in smaller steps"))
