"""How much one revision may take away before a person has to agree."""

from collections.abc import Sequence

from controller.decisions.meaning import silenced
from controller.decisions.plan import Live, Plan
from specs.config import Guards
from specs.resource import Resource

ALWAYS_ALLOWED = 5


def refusals(plan: Plan, wanted: Sequence[Resource], live: Sequence[Live], guards: Guards) -> list[str]:
    """Why this plan is held, in words; empty when it may be applied.

    Never prunes to nothing, and keeps to the budgets for deletes and for monitors that lose their last alert rule.
    """
    found = [
        f"`{one.resource.name}` is said to be renamed from `{one.live.name}`, but both are live and `{one.live.name}` "
        f"goes: if that rename was applied long ago, remove its `renamedFrom`; if `{one.resource.name}` shall take its "
        f"place, delete the live `{one.resource.name}` in a commit of its own first"
        for one in plan.unclear
    ]
    if plan.deletes and not wanted:
        found.append(f"it would delete everything: {len(live)} resources are live and the source has none")
    else:
        deletes, most = len(plan.deletes), budget(guards.max_deletes, len(live))
        if deletes > most:
            found.append(f"it would delete {deletes} of {len(live)} resources, and `maxDeletes` allows {most}")
    silent = silenced(wanted, live, plan.kept)
    watched = sum(1 for one in live if one.kind == "Monitor")
    most = budget(guards.max_silenced, watched)
    if len(silent) > most:
        some = ", ".join(f"`{name}`" for name in silent[:3]) + (" …" if len(silent) > 3 else "")
        found.append(
            f"{len(silent)} monitors would lose their last alert rule ({some}), and `maxSilenced` allows {most}"
        )
    return found


def budget(text: str, of: int) -> int:
    """A budget such as `10` or `25%` as a count; small repositories may always change five."""
    if text.endswith("%"):
        return max(of * int(text[:-1]) // 100, ALWAYS_ALLOWED)
    return int(text)
