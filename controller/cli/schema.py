"""`wakeful schema`: JSON Schemas of the specs, for editors and other programs."""

import json
from pathlib import Path
from typing import Any

import click

from controller.cli.printing import out, say
from controller.errors import UsageError

FILE = ".vscode/wakeful.schema.json"
GLOBS = ["**/*.yaml", "**/*.yml"]


@click.command(short_help="Print JSON Schemas, or set up an editor with them.")
@click.argument("kind", required=False)
@click.option("--write", "folder", metavar="DIR", help="Write a schema for each kind, and one for all, into a folder.")
@click.option(
    "--editor",
    type=click.Choice(["vscode", "modeline"]),
    help="Set up an editor: `vscode` writes settings, `modeline` a comment at the top of each file.",
)
@click.option("--root", metavar="DIR", default=".", help="The repository whose editor is set up.")
def schema(kind: str | None, folder: str | None, editor: str | None, root: str) -> None:
    """Print the JSON Schema of KIND, or of every kind in one; or give it to an editor."""
    from controller.cli.explain import known_kind
    from specs import export

    if editor:
        _set_up(Path(root), editor)
    elif folder:
        for name, text in export.schemas().items():
            _write(Path(folder) / name, text)
    else:
        value = export.schema(known_kind(kind)) if kind else export.bundle()
        out(json.dumps(value, indent=2, ensure_ascii=False))


def _set_up(root: Path, editor: str) -> None:
    from specs import export

    if not root.is_dir():
        raise UsageError(f"there is no folder `{root}`", "name the folder of your specs")
    _write(root / FILE, json.dumps(export.bundle(), ensure_ascii=False) + "\n")
    if editor == "vscode":
        _vscode(root / ".vscode" / "settings.json")
    else:
        _modelines(root)


def _vscode(file: Path) -> None:
    """Add to the settings; a file that holds comments is left alone, and what to add is printed."""
    wanted = {"yaml.schemas": {f"./{FILE}": GLOBS}}
    current: Any = {}
    if file.exists():
        try:
            current = json.loads(file.read_text("utf-8"))
        except ValueError:
            say(f"`{file}` holds more than JSON, so it was left as it is; add this to it:")
            out(json.dumps(wanted, indent=2))
            return
    schemas = current.get("yaml.schemas") if isinstance(current, dict) else None
    if not isinstance(current, dict) or (schemas is not None and not isinstance(schemas, dict)):
        raise UsageError(f"`{file}` is not a file of settings", "mend it, or remove it")
    merged = current | {"yaml.schemas": (schemas or {}) | wanted["yaml.schemas"]}
    _write(file, json.dumps(merged, indent=2, ensure_ascii=False) + "\n")


def _modelines(root: Path) -> None:
    """Put the comment that editors read at the top of each file of specs, unless there is one."""
    import asyncio
    import os

    from controller.git.folder import read
    from controller.git.source import Source

    for name in asyncio.run(read(Source(str(root.absolute()), "folder"))).files:
        file = root / name
        text = file.read_bytes().decode("utf-8", "surrogateescape")
        if "wakeful.dev/" not in text or "yaml-language-server:" in text.partition("\n---")[0]:
            continue
        where = os.path.relpath(root / FILE, file.parent).replace(os.sep, "/")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        line = f"# yaml-language-server: $schema={where}\n"
        _write(file, mark + line + text.removeprefix("\ufeff"))


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageError(f"`{file}` cannot be written: {error.strerror}", "choose another folder") from None
    out(str(file))
