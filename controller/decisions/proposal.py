"""A plan as everybody gets it: the changes, what they mean, what a guard says, and the token of it all."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from controller.decisions.guards import refusals
from controller.decisions.meaning import of_change, of_whole
from controller.decisions.plan import Create, Delete, Live, Plan, Update, said, said_live
from specs.config import Guards
from specs.resource import Resource


def propose(plan: Plan, wanted: Sequence[Resource], live: Sequence[Live], guards: Guards) -> dict[str, Any]:
    """The plan as plain JSON; `means` stands with each change and, for all of them together, at the top."""
    value = plan.as_json()
    sorts: dict[str, Sequence[Create | Update | Delete]] = {
        "create": plan.creates,
        "update": plan.updates,
        "delete": plan.deletes,
    }
    for key, changes in sorts.items():
        for index, change in enumerate(changes):
            value[key][index]["means"] = of_change(change)
    return value | {
        "means": of_whole(plan, wanted, live),
        "refusals": refusals(plan, wanted, live, guards),
        "token": token(wanted, live),
    }


def token(wanted: Sequence[Resource], live: Sequence[Live]) -> str:
    """Two digests, of what is live and of what is wanted: alike as long as the same plan would come out."""
    return f"{live_digest(live)}-{_digest((one.key, said(one)) for one in wanted)}"


def live_digest(live: Sequence[Live]) -> str:
    """The first half of a token."""
    return _digest((one.key, said_live(one)) for one in live)


def _digest(things: Any) -> str:
    digest = hashlib.sha256()
    for text in sorted(json.dumps(one, sort_keys=True, ensure_ascii=False) for one in things):
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:12]
