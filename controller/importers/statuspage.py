"""Atlassian Statuspage: what its public API answers (version 2), saved as JSON; and the answers of its manage API.

The format: developer.statuspage.io and PAGE/api. Which answer a file holds is seen by what stands in it.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from controller.importers.carrying import Cargo, plain
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of
from specs.instants import format_instant

At = tuple[str | int, ...]

_PAGE = "status"
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
_NETWORK = re.compile(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?")

_COMPONENT = {
    "operational": "operational", "degraded_performance": "degraded", "partial_outage": "partialOutage",
    "major_outage": "majorOutage", "under_maintenance": "underMaintenance",
}  # fmt: skip
_WORST = ("operational", "underMaintenance", "degraded", "partialOutage", "majorOutage")
_BY_IMPACT = {"none": "operational", "minor": "degraded", "major": "partialOutage", "critical": "majorOutage"}
_UPDATE = ("investigating", "identified", "monitoring", "resolved")

_COMPONENT_KEYS = {
    "id", "name", "description", "status", "group", "group_id", "components", "position", "page_id", "created_at",
    "updated_at", "showcase", "start_date", "automation_email", "only_show_if_degraded",
}  # fmt: skip
_EVENT_KEYS = {
    "id", "name", "status", "impact", "impact_override", "incident_updates", "components", "created_at", "updated_at",
    "monitoring_at", "resolved_at", "started_at", "shortlink", "page_id", "scheduled_for", "scheduled_until",
    "postmortem_body", "postmortem_published_at", "postmortem_ignored", "postmortem_body_last_updated_at",
    "postmortem_notified_subscribers", "postmortem_notified_twitter", "scheduled_auto_in_progress",
    "scheduled_auto_completed", "scheduled_auto_transition", "scheduled_remind_prior", "scheduled_reminded_at",
    "auto_transition_to_maintenance_state", "auto_transition_to_operational_state",
    "auto_transition_deliver_notifications_at_start", "auto_transition_deliver_notifications_at_end",
    "auto_tweet_at_beginning", "auto_tweet_on_completion", "auto_tweet_on_creation", "auto_tweet_one_hour_before",
    "deliver_notifications", "backfilled", "backfill_date", "reminder_intervals", "metadata",
}  # fmt: skip
_PAGE_KEYS = {
    "id", "name", "url", "domain", "subdomain", "time_zone", "created_at", "updated_at", "page_description", "support_url",
    "hidden_from_search", "viewers_must_be_team_members", "ip_restrictions", "css_link_color", "allow_page_subscribers",
    "allow_incident_subscribers", "allow_email_subscribers", "allow_webhook_subscribers", "allow_rss_atom_feeds",
    "activity_score", "notifications_from_email",
}  # fmt: skip


@dataclass(frozen=True)
class _One:
    """Something that stood in an answer."""

    source: Source
    at: At
    data: dict[str, Any]

    def text(self, key: str) -> str:
        """A value as text."""
        return text_of(self.data.get(key)).strip()


@dataclass
class _Answers:
    """What all files hold together."""

    pages: list[_One] = field(default_factory=list)
    components: list[_One] = field(default_factory=list)
    groups: list[_One] = field(default_factory=list)
    events: list[_One] = field(default_factory=list)
    people: list[_One] = field(default_factory=list)
    others: list[_One] = field(default_factory=list)


def convert(files: Mapping[str, str]) -> Imported:
    """Turn saved answers into specs. Raises Unreadable where none of the files is one."""
    cargo = Cargo("statuspage")
    found = _Answers()
    problem: Unreadable | None = None
    for file in sorted(files):
        if file.endswith(".csv"):
            source = Source(file, {}, read(file, "{}")[0].document)
            cargo.dropped(source, (), "subscribers are people's data, and must subscribe again")
            continue
        try:
            for source in _sources(file, files[file]):
                _sort(found, source)
        except Unreadable as error:
            problem = problem or error
            where = Source(file, {}, read(file, "{}")[0].document)
            cargo.dropped(where, (), f"it cannot be read: {str(error).partition('|')[0].partition(': ')[2]}")
    if not (found.components or found.groups or found.events):
        raise problem or Unreadable(
            "there are no components, incidents or maintenances in it|save the page's `/api/v2/summary.json`"
        )
    for one in found.people:
        cargo.dropped(one.source, one.at, "subscribers are people's data, and must subscribe again")
    for one in found.others:
        cargo.dropped(one.source, one.at, "this importer does not know what this is")
    events = list(_each_once(found.events))
    names = _page(cargo, found, events)
    for one in events:
        cargo.unknown(one.source, one.data, _EVENT_KEYS, *one.at)
        if one.text("scheduled_for"):
            _maintenance(cargo, one, names)
        else:
            _incident(cargo, one, names)
    return cargo.finish()


def _sources(file: str, text: str) -> list[Source]:
    """A file of JSON. Its values are read as JSON has them, its lines as YAML has them where it can read it."""
    text = text.removeprefix("\ufeff")
    try:
        data = json.loads(text)
        # Half of a surrogate pair is no character, and could not be written.
        data = json.loads(
            json.dumps(data, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    except (ValueError, RecursionError):
        return read(file, text)
    try:
        # Neither tabs nor characters that are written in two halves are YAML; for the lines they do not matter.
        documents = read(file, re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", "x", text.replace("\t", " ")))
    except Unreadable:
        documents = []
    return [Source(file, data, (documents or read(file, "{}"))[0].document)]


def _sort(found: _Answers, source: Source) -> None:
    """Put what a file holds to what is like it."""
    data = source.data
    if isinstance(data, list):
        for index, one in enumerate(data):
            _sort_one(found, _One(source, (index,), mapping(one)))
        return
    if not isinstance(data, dict):
        return
    lists = {
        "components": found.components, "component_groups": found.groups, "incidents": found.events,
        "scheduled_maintenances": found.events, "subscribers": found.people,
    }  # fmt: skip
    if "id" in data and not isinstance(data.get("page"), dict):
        _sort_one(found, _One(source, (), data))
        return
    if isinstance(data.get("page"), dict):
        found.pages.append(_One(source, ("page",), data["page"]))
    for key, value in data.items():
        if key in lists:
            lists[key] += [_One(source, (key, index), mapping(one)) for index, one in enumerate(items(value))]
        elif key in ("component", "incident", "subscriber"):
            _sort_one(found, _One(source, (key,), mapping(value)))
        elif key not in ("page", "status", "meta"):
            found.others.append(_One(source, (key,), {}))


def _sort_one(found: _Answers, one: _One) -> None:
    """Put something to what is like it, by the keys that it has."""
    data = one.data
    if "incident_updates" in data or "scheduled_for" in data or "impact" in data:
        found.events.append(one)
    elif "email" in data or "phone_number" in data or "endpoint" in data or "mode" in data:
        found.people.append(one)
    elif "subdomain" in data or "page_description" in data or "time_zone" in data:
        found.pages.append(one)
    elif "status" in data and "name" in data:
        found.components.append(one)
    elif "name" in data and isinstance(data.get("components"), list):
        found.groups.append(one)
    else:
        found.others.append(one)


def _each_once(found: list[_One]) -> Iterator[_One]:
    """The same one may stand in several answers; that with the most updates says the most."""
    best: dict[str, _One] = {}
    for index, one in enumerate(found):
        key = one.text("id") or f"#{index}"
        said = len(items(one.data.get("incident_updates")))
        if key not in best or said > len(items(best[key].data.get("incident_updates"))):
            best[key] = one
    yield from best.values()


def _page(cargo: Cargo, found: _Answers, events: list[_One]) -> dict[str, str]:
    """The page; returns id → name of its components."""
    listed = found.components
    if not listed:
        # Incidents alone name what they touched, and so does each of their updates.
        listed = [
            _One(one.source, (*one.at, "components", index), mapping(raw) | {"status": "operational"})
            for one in events
            for index, raw in enumerate(items(one.data.get("components")))
        ]
    names, lines = _lines(cargo, found, listed)
    first = (found.components or found.groups or events)[0]
    if lines:
        why = "nothing watches these components yet: give each `monitors` instead of `status`"
        cargo.changed(first.source, first.at[:1], why)
    spec: dict[str, Any] = {"title": "Status", "components": lines or [{"name": "Everything", "status": "operational"}]}
    said: dict[str, tuple[_One, Any]] = {}
    for page in found.pages:
        said |= {key: (page, value) for key, value in page.data.items() if value not in (None, "", [], {})}
    # Signing in is the stricter of two ways to see a page, so that it is looked at first.
    for key, (page, value) in sorted(said.items(), key=lambda each: each[0] != "viewers_must_be_team_members"):
        _setting(cargo, page, spec, key, value)
    if len(spec["components"]) > 500:
        cargo.dropped(first.source, first.at[:1], f"a page has 500 components, and these are {len(lines)}")
        spec["components"] = spec["components"][:500]
    cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", _PAGE), spec, first.source, *first.at)
    return names


def _lines(cargo: Cargo, found: _Answers, listed: list[_One]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The lines of the page in the order in which it shows them, and id → name."""
    groups: dict[str, tuple[float, str]] = {}
    member: dict[str, str] = {}
    for one in [*found.groups, *(each for each in listed if each.data.get("group") is True)]:
        groups.setdefault(one.text("id"), (_position(one), plain(one.data.get("name"))[:100]))
        member |= {
            text_of(mapping(each).get("id") or each): one.text("id") for each in items(one.data.get("components"))
        }
    names: dict[str, str] = {}
    lines: list[tuple[tuple[float, float], dict[str, Any]]] = []
    taken = set[tuple[str, str]]()
    for one in listed:
        key, name = one.text("id"), plain(one.data.get("name"))[:100].strip()
        if one.data.get("group") is True or (key and key in names):
            continue
        above = groups.get(one.text("group_id") or member.get(key, ""))
        group = above[1] if above else ""
        if not name or (group, name) in taken:
            cargo.dropped(one.source, one.at, "its name is empty, or another component has it")
            continue
        taken.add((group, name))
        names[key] = name
        line = _line(cargo, one, name) | ({"group": group} if group else {})
        lines.append(((above[0] if above else _position(one), _position(one) if above else 0), line))
    lines.sort(key=lambda each: each[0])
    return names, [line for _, line in lines]


def _position(one: _One) -> float:
    value = one.data.get("position")
    return float(value) if isinstance(value, int) and abs(value) < 10**9 else 10.0**9


def _line(cargo: Cargo, one: _One, name: str) -> dict[str, Any]:
    cargo.unknown(one.source, one.data, _COMPONENT_KEYS, *one.at)
    said = one.text("status")
    status = _COMPONENT.get(said)
    if status is None:
        status = "degraded"
        what = f"the status `{said[:40]}` is not known" if said else "it has no status"
        cargo.changed(one.source, (*one.at, "status"), f"{what}: it is set to `degraded` until you say how it is")
    elif status != "operational":
        cargo.changed(one.source, (*one.at, "status"), f"it stays `{status}` until you write another `status`")
    line: dict[str, Any] = {"name": name, "status": status}
    if description := _words(one.data.get("description")):
        line["description"] = _fit(cargo, one, "description", description, 300)
    if one.text("automation_email"):
        cargo.dropped(one.source, (*one.at, "automation_email"), "let a monitor feed the component")
    if one.data.get("only_show_if_degraded") is True:
        cargo.dropped(one.source, (*one.at, "only_show_if_degraded"), "components are always shown")
    if one.data.get("showcase") is False:
        line["hideUptime"] = True
    return line


def _setting(cargo: Cargo, page: _One, spec: dict[str, Any], key: str, value: Any) -> None:
    """One setting of the page."""
    text = text_of(value).strip()
    at = (*page.at, key)
    match key:
        case "name":
            spec["title"] = plain(text)[:100] or spec["title"]
        case "page_description":
            spec["description"] = " ".join(_fit(cargo, page, key, _words(text), 500).split())
        case "domain" | "url":
            domain = (_host(text) if key == "url" else text).lower()
            if _DOMAIN.fullmatch(domain) and not domain.endswith(".statuspage.io") and _is_its_own(page, key):
                spec["domains"] = [domain]
        case "time_zone":
            if _is_zone(text):
                spec["timezone"] = text
            else:
                cargo.dropped(page.source, at, f"`{text[:60]}` is not the name of a time zone such as `Europe/Oslo`")
        case "support_url" if re.match(r"https?://|mailto:|[^\s@:]+@[^\s@]+$", text):
            spec["support"] = plain(text)
        case "css_link_color" if re.fullmatch("#?[0-9a-fA-F]{6}", text):
            spec["accent"] = f"#{text.removeprefix('#').lower()}"
        case "hidden_from_search" if value is True:
            spec["searchEngines"] = False
        case "viewers_must_be_team_members" if value is True:
            spec["access"] = {"signIn": True}
            cargo.changed(page.source, at, "members of the workspace see the page, once they sign in")
        case "ip_restrictions":
            _networks(cargo, page, spec, text)
        case "allow_email_subscribers" | "allow_webhook_subscribers" | "allow_rss_atom_feeds":
            ours = {"email": "email", "webhook": "webhook", "rss": "feeds"}[key.split("_")[1]]
            spec["subscribe"] = spec.get("subscribe", {}) | {ours: value is True}
        case _ if key not in _PAGE_KEYS and value is not False:
            cargo.dropped(page.source, at, "a page has no such setting, and a look of its own")


def _is_its_own(page: _One, key: str) -> bool:
    """Whether the address is that of the page: the manage API has the company's in `url`, and `domain` beside it."""
    return key == "domain" or not ("domain" in page.data or "subdomain" in page.data)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):
        return False


def _networks(cargo: Cargo, page: _One, spec: dict[str, Any], text: str) -> None:
    """The networks that may see the page. It is never made more public than it was."""
    networks = [one for one in re.split(r"[\s,;]+", text) if one]
    at = (*page.at, "ip_restrictions")
    if "access" in spec:
        cargo.dropped(page.source, at, "a page takes one way to see it, and this asks to sign in")
    elif networks and all(_NETWORK.fullmatch(one) for one in networks):
        spec["access"] = {"networks": networks[:200]}
    else:
        spec["access"] = {"signIn": True}
        cargo.changed(page.source, at, "they are not networks such as `192.0.2.0/24`; instead, readers sign in")


def _when(value: Any) -> datetime | None:
    text = text_of(value)
    if not re.match(r"\d{4}-\d\d-\d\d[T ]", text):
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_LINK = re.compile(
    r"<a\s[^<>]{0,300}?href=[\"']([^\"'<>\s]{1,500})[\"'][^<>]{0,300}>(.{0,500}?)</a>", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")


def _words(value: Any) -> str:
    """A body as Markdown: links and lists stay, other HTML goes."""
    text = text_of(value).replace("\r\n", "\n")
    text = _LINK.sub(lambda found: f"[{found.group(2)}]({found.group(1)})", text)
    text = re.sub(r"<li[^<>]{0,300}>", "\n- ", text, flags=re.IGNORECASE)
    text = re.sub(r"<br\s*/?>|</p>|</h[1-6]>|</[uo]l>", "\n", text, flags=re.IGNORECASE)
    return plain(html.unescape(_TAG.sub("", text))).strip()


def _fit(cargo: Cargo, one: _One, key: str, text: str, most: int) -> str:
    if len(text) > most:
        cargo.changed(one.source, (*one.at, key), f"it is cut to {most} characters")
    return text[:most]


def _touched(cargo: Cargo, one: _One, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Id and name of each component that the page has."""
    found: dict[str, str] = {}
    for index, raw in enumerate(items(one.data.get("components"))):
        key = text_of(mapping(raw).get("id"))
        if key in names:
            found.setdefault(names[key], key)
        elif mapping(raw).get("group") is not True:
            name = text_of(mapping(raw).get("name"))[:60] or key
            cargo.dropped(one.source, (*one.at, "components", index), f"the page has no component `{name}`")
    if len(found) > 100:
        cargo.dropped(one.source, (*one.at, "components"), f"an incident has 100 components, and this has {len(found)}")
    return [(key, name) for name, key in found.items()][:100]


def _incident(cargo: Cargo, one: _One, names: Mapping[str, str]) -> None:
    title = _fit(cargo, one, "name", plain(one.data.get("name")).strip(), 200) or "Incident"
    updates, learned = _updates(cargo, one)
    if not updates:
        cargo.dropped(one.source, one.at, "it has no update and no date")
        return
    impact = one.text("impact_override") or one.text("impact")
    if impact not in _BY_IMPACT:
        key = "impact_override" if one.text("impact_override") else "impact"
        taken = "none" if impact == "maintenance" else "minor"
        cargo.changed(one.source, (*one.at, key), f"there is no impact `{impact[:40]}`; taken for `{taken}`")
        impact = taken
    worst = _worst(one)
    spec: dict[str, Any] = {
        "title": title,
        "impact": impact,
        "pages": [_PAGE],
        "components": [
            {"name": name, "status": worst.get(key, _BY_IMPACT[impact])} for key, name in _touched(cargo, one, names)
        ],
        "updates": updates,
    }
    body = _words(one.data.get("postmortem_body")) or learned
    if body:
        spec["postmortem"] = _fit(cargo, one, "postmortem_body", body, 50_000)
    cargo.add("incidents.yaml", "Incident", cargo.name("Incident", title), spec, one.source, *one.at)


def _worst(one: _One) -> dict[str, str]:
    """Id → the worst status that an update gave to a component."""
    worst: dict[str, str] = {}
    for update in map(mapping, items(one.data.get("incident_updates"))):
        for touched in map(mapping, items(update.get("affected_components"))):
            key, status = (
                text_of(touched.get("code")),
                _COMPONENT.get(text_of(touched.get("new_status")), "operational"),
            )
            if status != "operational":
                worst[key] = max(worst.get(key, status), status, key=_WORST.index)
    return worst


def _updates(cargo: Cargo, one: _One) -> tuple[list[dict[str, str]], str]:
    """The updates in the order of time, and what was learned, where an update says that."""
    found: list[tuple[datetime, str, str]] = []
    learned = ""
    for index, raw in enumerate(items(one.data.get("incident_updates"))):
        update, at = mapping(raw), (*one.at, "incident_updates", index)
        when = _when(update.get("display_at")) or _when(update.get("created_at"))
        status, said = text_of(update.get("status")), _words(update.get("body"))
        if status == "postmortem":
            learned = said
        elif when is None or status not in _UPDATE:
            cargo.dropped(one.source, at, "it has no time, or a status that we do not know")
        else:
            if len(said) > 10_000:
                cargo.changed(one.source, (*at, "body"), "it is cut to 10000 characters")
            found.append((when, status, said[:10_000] or status.capitalize()))
    # Answers have the newest first, so that what happened in the same instant is turned round, too.
    found.reverse()
    found.sort(key=lambda each: each[0])
    start = _when(one.data.get("started_at")) or _when(one.data.get("created_at"))
    status = one.text("status")
    if not found and start:
        found = [(start, "investigating", "No details were given.")]
    end = _when(one.data.get("resolved_at"))
    if found and found[-1][1] != "resolved" and (status in ("resolved", "postmortem") or (end and not status)):
        cargo.changed(one.source, (*one.at, "status"), "no update says that it was resolved; one is added")
        found.append((max(found[-1][0], end or found[-1][0]), "resolved", "Resolved."))
    if len(found) > 500:
        cargo.dropped(one.source, (*one.at, "incident_updates"), "an incident has 500 updates; the oldest are left out")
        found = found[-500:]
    goes_on = bool(found) and found[-1][1] != "resolved"
    if goes_on and any(each[1] == "resolved" for each in found):
        why = "it went on after it was resolved; that update is taken for `monitoring`"
        cargo.changed(one.source, (*one.at, "incident_updates"), why)
    return [
        {
            "at": format_instant(when),
            "status": "monitoring" if goes_on and each == "resolved" else each,
            "message": said,
        }
        for when, each, said in found
    ], learned


def _maintenance(cargo: Cargo, one: _One, names: Mapping[str, str]) -> None:
    start, end = _when(one.data.get("scheduled_for")), _when(one.data.get("scheduled_until"))
    if start is None or end is None or end <= start:
        cargo.dropped(one.source, one.at, "it does not say from when until when")
        return
    title = _fit(cargo, one, "name", plain(one.data.get("name")).strip(), 200) or "Maintenance"
    spec: dict[str, Any] = {
        "title": title,
        "start": format_instant(start),
        "end": format_instant(end),
        "pages": [_PAGE],
        "components": [name for _, name in _touched(cargo, one, names)],
    }
    bodies = [said for each in items(one.data.get("incident_updates")) if (said := _words(mapping(each).get("body")))]
    if bodies:
        spec["description"] = _fit(cargo, one, "incident_updates", bodies[-1], 5000)
    if len(bodies) > 1:
        why = "of its updates, the first is its description"
        cargo.changed(one.source, (*one.at, "incident_updates"), why)
    if one.text("postmortem_body"):
        cargo.dropped(one.source, (*one.at, "postmortem_body"), "a maintenance has no postmortem")
    if one.data.get("scheduled_auto_in_progress") is False or one.data.get("scheduled_auto_completed") is False:
        cargo.changed(one.source, one.at, "it begins and ends by the clock, and not by hand")
    if one.data.get("scheduled_remind_prior") is True:
        cargo.dropped(one.source, (*one.at, "scheduled_remind_prior"), "readers are not reminded before it begins")
    cargo.add("maintenance.yaml", "Maintenance", cargo.name("Maintenance", title), spec, one.source, *one.at)
