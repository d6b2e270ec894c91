"""A plan as a comment on a pull request."""

from collections.abc import Mapping
from typing import Any

from controller.cli.output import markdown
from controller.cli.output.markdown import MARKER, code, details, escaped, fitted
from controller.cli.output.plan_text import named, value

_SIGNS = {"create": "➕", "update": "✏️", "delete": "🗑️"}
_LONGEST = 300


def render(proposed: Mapping[str, Any], limit: int = markdown.LIMIT) -> str:
    """Refusals and what it means first, then each change, folded; as many as fit."""
    has_changes = any(proposed[sort] for sort in _SIGNS)
    refused = proposed["refusals"]
    mark = "⛔" if refused else "📋" if has_changes else "✅"
    summary = proposed["summary"] if has_changes or proposed["kept"] else "no changes"
    head = [MARKER.format(name="plan"), f"### {mark} Wakeful plan: {escaped(summary)}"]
    head += [f"> ⛔ A guard would hold this: {escaped(one)}" for one in refused]
    if proposed.get("means"):
        head.append("\n".join(f"- {escaped(one)}" for one in proposed["means"]))
    parts = [_change(sort, one) for sort in ("delete", "update", "create") for one in proposed[sort]]
    parts += [f"🔒 {code(named(one))} stays: it is protected from deletion" for one in proposed["kept"]]
    foot = f"{proposed['unchanged']:,} unchanged" + (
        f" · token {code(proposed['token'])}" if proposed.get("token") else ""
    )
    return fitted("\n\n".join(head), parts, foot, limit)


def _change(sort: str, one: Mapping[str, Any]) -> str:
    renamed = f" (renamed from {escaped(one['renamed_from'])})" if one.get("renamed_from") else ""
    title = f"{_SIGNS[sort]} <b>{escaped(named(one))}</b>{renamed}"
    means = [escaped(each) for each in one.get("means", [])]
    if means:
        title += f": {means[0]}"
    lines = [f"- {each}" for each in means[1:]]
    rows = [(code(each["path"]), _shown(each["old"]), _shown(each["new"])) for each in one.get("changes", [])]
    inside = "\n".join(lines)
    if rows:
        inside += ("\n\n" if inside else "") + markdown.table(("field", "old", "new"), rows)
    if one.get("file"):
        inside += ("\n\n" if inside else "") + code(f"{one['file']}:{one['line']}")
    return details(title, inside, is_open=sort == "delete") if inside else title


def _shown(one: Any) -> str:
    text = value(one)
    return code(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
