"""The `wakeful` command: its subcommands, and what becomes of their errors."""

import gc
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from typing import Any

import click

from controller.cli import (
    doctor,
    explain,
    fmt,
    import_,
    init,
    migrate,
    plan,
    printing,
    reconcile,
    roles,
    run,
    schema,
    validate,
)
from controller.errors import SpecError, Unreachable, UsageError

_LEAVE_AT_ONCE = ("validate", "plan")
FINDINGS = 1
UNREACHABLE = 5
USAGE = 64
BUG = 70
INTERRUPTED = 130
BROKEN_PIPE = 141

EPILOG = """\b
Exit codes:
  0    fine
  1    findings: the specs have errors, or the check says down
  2    `plan --detailed-exitcode`: there are changes
  3    refused by a guard
  4    rule tests failed
  5    a server, database or repository is unreachable or not allowed
  64   usage
  130  interrupted
"""


class Wakeful(click.Group):
    """A group that lists its commands as they were added, and turns every expected error into words and a code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line and leave the process with its exit code."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a `✓` must not break an ASCII terminal
        sys.exit(_guarded(lambda: super(Wakeful, self).main(*args, **kwargs | {"standalone_mode": False})))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; a reader that went away, as in `wakeful … | head`, is no error of ours."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE


def _guarded(call: Callable[[], Any]) -> int:
    try:
        code = call()
    except click.exceptions.NoArgsIsHelpError as error:
        printing.say(error.format_message())
        return USAGE
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        name = context.command_path if context else "wakeful"
        printing.problem(_lowered(error.format_message()), f"`{name} --help` lists what it takes")
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        printing.say("interrupted")
        return INTERRUPTED
    except SpecError as error:
        texts = getattr(error, "texts", {})  # sources.Invalid has them; importing it here would slow every start
        printing.say("\n\n".join(printing.diagnostic(one, texts) for one in error.diagnostics))
        return FINDINGS
    except UsageError as error:
        printing.usage_problem(error)
        return UNREACHABLE if isinstance(error, Unreachable) else USAGE
    except Exception:  # noqa: BLE001  the outermost place: say that it is ours, and show where
        printing.say(traceback.format_exc().rstrip())
        printing.problem("this is a bug in Wakeful", "please report it with the lines above")
        return BUG
    return code if isinstance(code, int) else 0


def _lowered(text: str) -> str:
    return (text[0].lower() + text[1:]).rstrip(".") if text else text


def _version() -> str:
    from importlib.metadata import version

    return f"wakeful {version('wakeful')}"


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        printing.out(_version())
        ctx.exit()


@click.group(
    cls=Wakeful,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and leave.",
)
def cli() -> None:
    """Uptime monitoring that lives in git.

    Data goes to stdout, talk to stderr; colour only to a terminal, and never with NO_COLOR.
    """


@click.command("version")
def _version_command() -> None:
    """Print the version."""
    printing.out(_version())


for _command in (
    init.init,
    validate.validate,
    plan.plan,
    run.run,
    fmt.fmt,
    explain.explain,
    import_.import_,
    schema.schema,
    roles.up,
    roles.controller,
    roles.worker,
    roles.api,
    migrate.migrate,
    doctor.doctor,
    reconcile.reconcile,
    _version_command,
):
    cli.add_command(_command)


def main() -> None:
    """The console script."""
    if sys.argv[1:2] and sys.argv[1] in _LEAVE_AT_ONCE:
        gc.disable()  # these read, say and leave; nothing they make goes in circles for long
    try:
        cli(prog_name="wakeful")
    except SystemExit as left:
        if sys.argv[1:2] and sys.argv[1] in _LEAVE_AT_ONCE and isinstance(left.code, int):
            # Ten thousand specs take a quarter of a second to be taken apart, for nobody's good.
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(left.code)
        raise


if __name__ == "__main__":
    main()
