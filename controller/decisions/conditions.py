"""How a source is, in Kubernetes' three conditions. Whether a config is valid and whether a target is up never mix."""

from datetime import datetime
from typing import Any

from controller.decisions.running import not_running


def conditions(
    status: str, reason: str, attempted: str | None, applied: str | None, now: datetime
) -> list[dict[str, Any]]:
    """Ready, Reconciling and Stalled, after an attempt that ended in `status`.

    `status` is `applied`, `rejected`, `held` or `unreachable`; `attempted` and `applied` are commits.
    Ready is false while what runs is not what the source says; Stalled means that a person must act.
    """
    words = {
        "applied": ("True", "Applied", "False", "Applied"),
        "rejected": ("False", "InvalidSpecs", "True", "InvalidSpecs"),
        "held": ("False", "HeldByGuard", "True", "HeldByGuard"),
        "unreachable": ("False", "SourceUnreachable", "False", "Retrying"),
    }
    ready, ready_reason, stalled, stalled_reason = words[status]
    common = {"message": reason, "revision": attempted, "applied": applied, "at": now.isoformat()}
    return [
        {"type": "Ready", "status": ready, "reason": ready_reason, **common},
        {
            "type": "Reconciling",
            "status": "True" if status == "unreachable" else "False",
            "reason": stalled_reason,
            **common,
        },
        {"type": "Stalled", "status": stalled, "reason": stalled_reason, **common},
    ]


def running(kind: str, spec: dict[str, Any]) -> dict[str, str]:
    """The condition `Running` of one resource, by its canonical spec."""
    missing = not_running(kind, spec)
    if missing:
        return {"type": "Running", "status": "False", "reason": "NotRunningYet", "message": missing}
    return {"type": "Running", "status": "True", "reason": "Running", "message": ""}
