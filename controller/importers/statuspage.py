"""Atlassian Statuspage: what its public API answers (version 2), saved as JSON; and the lists of its manage API.

The format: developer.statuspage.io and PAGE/api. Save `/api/v2/summary.json`, `/api/v2/incidents.json` and
`/api/v2/scheduled-maintenances.json`.
"""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from controller.importers.carrying import Cargo, plain
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_COMPONENT = {
    "operational": "operational", "degraded_performance": "degraded", "partial_outage": "partialOutage",
    "major_outage": "majorOutage", "under_maintenance": "underMaintenance",
}  # fmt: skip
_UPDATE = {
    "investigating": "investigating",
    "identified": "identified",
    "monitoring": "monitoring",
    "resolved": "resolved",
    "postmortem": "resolved",
}
_MAINTENANCE = ("scheduled", "in_progress", "verifying", "completed")


def convert(files: Mapping[str, str]) -> Imported:
    """Turn saved answers into specs. Raises Unreadable where none of the files is one."""
    cargo = Cargo("statuspage")
    sources = [one for file in sorted(files) if not file.endswith(".csv") for one in read(file, files[file])]
    pages = [one for one in sources if isinstance(one.data, dict) and isinstance(one.data.get("page"), dict)]
    components = _listed(sources, "components")
    incidents = _listed(sources, "incidents")
    maintenances = _listed(sources, "scheduled_maintenances")
    if not (components or incidents or maintenances):
        raise Unreadable(
            "there are no components, incidents or maintenances in it|save the page's `/api/v2/summary.json`"
        )
    for file in sorted(files):
        if file.endswith(".csv"):
            source = Source(file, {}, read(file, "{}")[0].document)
            cargo.dropped(source, (), "subscribers are people's data, and must subscribe again")
    names = _page(cargo, pages, components, incidents + maintenances)
    seen = set[str]()
    # The same one may stand in several answers; that with the most updates says the most.
    for source, path, one in sorted(
        incidents + maintenances, key=lambda found: -len(items(found[2].get("incident_updates")))
    ):
        key = text_of(one.get("id"))
        if key and key in seen:
            continue
        seen.add(key)
        if "scheduled_for" in one and text_of(one.get("scheduled_for")):
            _maintenance(cargo, source, path, one, names)
        else:
            _incident(cargo, source, path, one, names)
    return cargo.finish()


Found = list[tuple[Source, tuple[str | int, ...], dict[str, Any]]]


def _listed(sources: list[Source], key: str) -> Found:
    """Everything that stands under a key of an answer, or makes a list that looks like it."""
    found: Found = []
    for source in sources:
        if isinstance(source.data, dict):
            found += [(source, (key, index), mapping(one)) for index, one in enumerate(items(source.data.get(key)))]
        elif isinstance(source.data, list):
            found += [
                (source, (index,), mapping(one))
                for index, one in enumerate(source.data)
                if _looks_like(mapping(one), key)
            ]
    return found


def _looks_like(one: Mapping[str, Any], key: str) -> bool:
    match key:
        case "components":
            return "status" in one and "name" in one and "incident_updates" not in one
        case "incidents":
            return "incident_updates" in one and not text_of(one.get("scheduled_for"))
        case _:
            return "incident_updates" in one and bool(text_of(one.get("scheduled_for")))


def _page(cargo: Cargo, pages: list[Source], components: Found, others: Found) -> dict[str, str]:
    """The page; returns id → name of its components."""
    groups = {
        text_of(one.get("id")): plain(one.get("name"))[:100] for _, _, one in components if one.get("group") is True
    }
    names: dict[str, str] = {}
    lines: list[dict[str, Any]] = []
    taken = set[tuple[str, str]]()
    for source, path, one in components:
        key, name = text_of(one.get("id")), plain(one.get("name"))[:100]
        if one.get("group") is True or key in names:
            continue
        group = groups.get(text_of(one.get("group_id")), "")
        if not name or (group, name) in taken:
            cargo.dropped(source, path, "its name is empty, or another component has it")
            continue
        taken.add((group, name))
        names[key] = name
        line: dict[str, Any] = {"name": name, "status": _COMPONENT.get(text_of(one.get("status")), "operational")}
        if text_of(one.get("description")):
            line["description"] = plain(one["description"])[:300]
        lines.append(line | ({"group": group} if group else {}))
        if text_of(one.get("automation_email")):
            cargo.dropped(source, (*path, "automation_email"), "let a monitor feed the component")
    first = components[0] if components else others[0]
    if components:
        cargo.changed(
            first[0], first[1][:1], "nothing watches these components yet: give each `monitors` instead of `status`"
        )
    page = mapping(pages[0].data.get("page")) if pages else {}
    spec: dict[str, Any] = {
        "title": plain(page.get("name"))[:100] or "Status",
        "components": lines or [{"name": "Everything", "status": "operational"}],
    }
    if re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", text_of(page.get("domain"))):
        spec["domains"] = [page["domain"]]
    cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", "status"), spec, first[0], *first[1])
    return names


def _when(value: Any) -> str | None:
    text = text_of(value)
    if not re.match(r"\d{4}-\d\d-\d\d[T ]", text):
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None


def _words(value: Any) -> str:
    """A body as text: its HTML without tags."""
    text = re.sub(r"<br\s*/?>|</p>", "\n", text_of(value), flags=re.IGNORECASE)
    return plain(html.unescape(re.sub(r"<[^>]{0,500}>", "", text))).strip()[:10_000]


def _touched(one: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    ids = [text_of(mapping(each).get("id")) for each in items(one.get("components"))]
    return list(dict.fromkeys(names[key] for key in ids if key in names))


def _incident(
    cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any], names: Mapping[str, str]
) -> None:
    updates = []
    for index, raw in enumerate(items(one.get("incident_updates"))):
        update = mapping(raw)
        at = _when(update.get("display_at")) or _when(update.get("created_at"))
        status = text_of(update.get("status"))
        if at is None or status not in _UPDATE:
            cargo.dropped(source, (*path, "incident_updates", index), "it has no time, or a status that we do not know")
            continue
        updates.append(
            {"at": at, "status": _UPDATE[status], "message": _words(update.get("body")) or status.capitalize()}
        )
    updates.sort(key=lambda each: each["at"])
    start = _when(one.get("started_at")) or _when(one.get("created_at"))
    if not updates and start:
        updates = [
            {
                "at": start,
                "status": _UPDATE.get(text_of(one.get("status")), "investigating"),
                "message": "No details were given.",
            }
        ]
    for each in updates[:-1]:
        if each["status"] == "resolved" and updates[-1]["status"] != "resolved":
            each["status"] = "monitoring"
    if not updates:
        cargo.dropped(source, path, "it has no update and no date")
        return
    impact = text_of(one.get("impact_override") or one.get("impact"))
    title = plain(one.get("name"))[:200] or "Incident"
    status = {"minor": "degraded", "major": "partialOutage", "critical": "majorOutage"}.get(impact, "degraded")
    spec: dict[str, Any] = {
        "title": title,
        "impact": impact if impact in ("none", "minor", "major", "critical") else "none",
        "pages": ["status"],
        "components": [{"name": name, "status": status} for name in _touched(one, names)],
        "updates": updates[:500],
    }
    if text_of(one.get("postmortem_body")):
        spec["postmortem"] = _words(one["postmortem_body"])
    cargo.add("incidents.yaml", "Incident", cargo.name("Incident", title), spec, source, *path)


def _maintenance(
    cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any], names: Mapping[str, str]
) -> None:
    start, end = _when(one.get("scheduled_for")), _when(one.get("scheduled_until"))
    if start is None or end is None or end <= start:
        cargo.dropped(source, path, "it does not say from when until when")
        return
    title = plain(one.get("name"))[:200] or "Maintenance"
    spec: dict[str, Any] = {
        "title": title,
        "start": start,
        "end": end,
        "pages": ["status"],
        "components": _touched(one, names),
    }
    bodies = [_words(mapping(each).get("body")) for each in items(one.get("incident_updates"))]
    if bodies and bodies[-1]:
        spec["description"] = bodies[-1][:5000]
    if len(bodies) > 1:
        cargo.changed(source, (*path, "incident_updates"), "of its updates, the first is its description")
    cargo.add("maintenance.yaml", "Maintenance", cargo.name("Maintenance", title), spec, source, *path)
