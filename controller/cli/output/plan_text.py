"""A plan for a person at a terminal."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from controller.cli import printing
from controller.cli.printing import paint

MOST = 50
"""Changes of one sort that are shown, unless all are asked for."""

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}
_INDENT = "      "


def render(proposed: Mapping[str, Any], *, shows_all: bool = False) -> str:
    """The changes by sort and kind with what they mean, then what they mean together, the count and the token."""
    lines = list(changes(proposed, shows_all=shows_all)) or ["No changes."]
    for one in proposed.get("means", []):
        lines += _wrapped(one, "  • ", "    ") if lines[-1:] != [""] else ["  • " + one]
    lines += ["", f"Plan: {proposed['summary']}, {proposed['unchanged']} unchanged."]
    if proposed.get("token"):
        lines.append(paint(f"token: {proposed['token']}", "dim"))
    return "\n".join(lines)


def changes(proposed: Mapping[str, Any], *, shows_all: bool = False) -> Iterator[str]:
    """The lines of the changes: `+` created, `~` updated or renamed, `-` deleted, `=` protected from deletion."""
    for sort, (sign, colour) in _SIGNS.items():
        every = sorted(proposed[sort], key=lambda one: one["kind"])
        for one in every if shows_all else every[:MOST]:
            yield from _change(sort, one, sign, colour)
        if len(every) > MOST and not shows_all:
            yield f"  {sign} … and {len(every) - MOST:,} more to {sort} (`--all` shows them)"
            yield ""
    for one in proposed["kept"]:
        yield f"  = {named(one)} stays: it is protected by `wakeful.dev/prune: disabled`"
        yield ""


def _change(sort: str, one: Mapping[str, Any], sign: str, colour: str) -> Iterator[str]:
    renamed = f" (renamed from {one['renamed_from']})" if one.get("renamed_from") else ""
    place = f"{one['file']}:{one['line']}" if one.get("file") else ""
    head = f"  {sign} {named(one)}{renamed}"
    if len(head) + len(place) + 2 <= printing.width():
        yield paint(head, colour) + (paint(f"  {place}", "dim") if place else "")
    else:
        yield paint(head, colour)
        yield paint(f"{_INDENT}{place}", "dim")
    for change in one.get("changes", []):
        yield from field(change)
    for meaning in one.get("means", []):
        yield from _wrapped(meaning, f"{_INDENT}⇒ ", f"{_INDENT}  ")
    yield ""


def named(one: Mapping[str, Any]) -> str:
    """`Monitor checkout`, with the workspace where it is not the default one."""
    workspace = "" if one.get("workspace", "default") == "default" else f"{one['workspace']}/"
    return f"{one['kind']} {workspace}{one['name']}"


def field(change: Mapping[str, Any]) -> Iterator[str]:
    """One field, old → new: a list by what comes and goes, a long text by its lines."""
    old, new, path = change["old"], change["new"], change["path"]
    if isinstance(old, list) and isinstance(new, list) and (parts := _elements(old, new)):
        yield f"{_INDENT}{path}: {parts}"
        return
    if isinstance(old, str) and isinstance(new, str) and ("\n" in old or "\n" in new):
        yield f"{_INDENT}{path}:"
        for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]:
            colour = {"+": "green", "-": "red"}.get(line[:1])
            yield f"{_INDENT}  " + (paint(line, colour) if colour else line)
        return
    before, after = value(old), value(new)
    line = f"{_INDENT}{path}: {before} → {after}"
    if len(line) <= printing.width():
        yield line
    else:
        yield f"{_INDENT}{path}:"
        yield f"{_INDENT}    {before}"
        yield f"{_INDENT}  → {after}"


def _elements(old: Sequence[Any], new: Sequence[Any]) -> str | None:
    """`- us, + ap` where elements come or go and the others keep their order; None otherwise."""
    before, after = [value(one) for one in old], [value(one) for one in new]
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    if [one for one in before if one in after] != [one for one in after if one in before] or not (gone or come):
        return None
    return ", ".join([*(f"- {one}" for one in gone), *(f"+ {one}" for one in come)])


def value(one: Any) -> str:
    """A value as a plan shows it: text as it is where that is plain, anything else as JSON."""
    if one is None:
        return "(none)"
    if isinstance(one, str) and one and one == one.strip() and "\n" not in one and len(one) < 200 and one.isprintable():
        return one
    return json.dumps(one, ensure_ascii=False)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, printing.width(), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
