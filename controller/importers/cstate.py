"""cState: `config.yml`, and the issues under `content/issues`.

The format: github.com/cstate/cstate/wiki, and the front matter of Hugo.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from controller.importers.carrying import Cargo, plain
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_STATUS = {"notice": "degraded", "disrupted": "partialOutage", "down": "majorOutage", "maintenance": "underMaintenance"}
_IMPACT = {"notice": "minor", "disrupted": "major", "down": "critical"}
_SHORTCODE = re.compile(r'\{\{[<%]\s*track\s+"([^"]*)"\s*[>%]\}\}')
_HEAD = re.compile(r"^\s*(?:\*{1,2}|#{1,4} *)([A-Z][A-Za-z ]{2,30})(?:\*{1,2})?(?:\s+[-–—]|:)\s+", re.MULTILINE)
_POSTMORTEM = re.compile(
    r"^\s*\*{0,2}#* *Post-?mortem\*{0,2}\s*$(.*?)(?:^---\s*$|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_WORDS = {
    "investigating": "investigating", "identified": "identified", "monitoring": "monitoring", "update": "monitoring",
    "watching": "monitoring", "resolved": "resolved", "fixed": "resolved", "completed": "resolved", "post-mortem": "resolved",
}  # fmt: skip
_KNOWN = {"title", "params", "languages", "languageCode", "baseURL", "theme"}


def convert(files: Mapping[str, str]) -> Imported:
    """Turn a cState site into specs. Raises Unreadable where there are neither systems nor issues."""
    cargo = Cargo("cstate")
    configs = [
        one
        for file in sorted(files)
        if not file.endswith(".md")
        for one in _read(file, files[file])
        if isinstance(one.data, dict)
    ]
    configs = [one for one in configs if "systems" in mapping(one.data.get("params")) or "systems" in one.data]
    issues = sorted(
        file for file in files if file.endswith(".md") and files[file].lstrip("\ufeff \n")[:1] in ("-", "+", "{")
    )
    if not configs and not issues:
        raise Unreadable("there are neither `params.systems` nor issues in it|name the folder of a cState site")
    systems: list[str] = []
    for source in configs:
        systems += _page(cargo, source)
    page = "status"
    if not configs:
        names = sorted({one for file in issues for one in _affected(_front(file, files[file])[0])})
        systems = names or ["Everything"]
        source = Source(issues[0], {}, read(issues[0], "{}")[0].document)
        components = [{"name": plain(one)[:100], "status": "operational"} for one in systems]
        cargo.add("status-page.yaml", "StatusPage", page, {"title": "Status", "components": components}, source)
    for file in issues:
        _issue(cargo, file, files[file], page, systems)
    return cargo.finish()


def _read(file: str, text: str) -> list[Source]:
    if file.endswith(".toml"):
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise Unreadable(f"{file}: this is not TOML: {error}|mend it, or give `config.yml`") from None
        document = read(file, json.dumps(data, default=str))[0].document
        return [Source(file, document.data, document)]
    return read(file, text)


def _page(cargo: Cargo, source: Source) -> list[str]:
    data: dict[str, Any] = source.data
    params = mapping(data.get("params")) or data
    at: tuple[str, ...] = ("params",) if "params" in data else ()
    known = {text_of(mapping(one).get("name")) for one in items(params.get("categories"))}
    components, names = [], []
    for index, raw in enumerate(items(params.get("systems"))):
        system = mapping(raw)
        name = plain(system.get("name"))[:100]
        if not name or name in names:
            cargo.dropped(source, (*at, "systems", index), "its name is empty, or another system has it")
            continue
        names.append(name)
        one: dict[str, Any] = {"name": name, "status": "operational"}
        if text_of(system.get("description")):
            one["description"] = plain(system["description"])[:300]
        group = text_of(system.get("category"))
        if group and (group in known or not known):
            one["group"] = plain(group)[:100]
        if system.get("link"):
            cargo.dropped(source, (*at, "systems", index, "link"), "components have no link")
        components.append(one)
    if components:
        cargo.changed(
            source, (*at, "systems"), "nothing watches these components yet: give each `monitors` instead of `status`"
        )
        spec: dict[str, Any] = {"title": plain(data.get("title"))[:100] or "Status", "components": components}
        if text_of(params.get("description")):
            spec["description"] = plain(params["description"])[:500]
        cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", "status"), spec, source, *at)
    for key in params:
        if key not in ("systems", "categories", "description", "title"):
            cargo.dropped(source, (*at, key), "the look of a page is not carried")
    for key in data if at else ():
        if key not in _KNOWN:
            cargo.dropped(source, (key,), "it is about the site, not about what it says")
    return names


def _front(file: str, text: str) -> tuple[dict[str, Any], str]:
    """The front matter of an issue (YAML, TOML or JSON), and its body."""
    plain_text = text.removeprefix("\ufeff").replace("\r\n", "\n").lstrip("\n")
    for fence in ("---", "+++"):
        if plain_text.startswith(fence):
            head, found, body = plain_text[len(fence) :].partition(f"\n{fence}")
            if not found:
                return {}, plain_text
            if fence == "+++":
                try:
                    return tomllib.loads(head), body.lstrip("\n")
                except (tomllib.TOMLDecodeError, RecursionError) as error:
                    raise Unreadable(f"{file}: its front matter is not TOML: {error}|mend it") from None
            sources = read(file, head)
            return (mapping(sources[0].data) if sources else {}), body.lstrip("\n")
    try:
        value, end = json.JSONDecoder().raw_decode(plain_text)
        return mapping(value), plain_text[end:].lstrip("\n")
    except (ValueError, RecursionError):
        return {}, plain_text


def _affected(front: Mapping[str, Any]) -> list[str]:
    return [text for one in items(front.get("affected")) if (text := plain(one)[:100])]


def _when(value: Any) -> str | None:
    """A date of Hugo as RFC 3339; without a zone it is taken for UTC. None where it is no date."""
    if isinstance(value, datetime):
        at = value
    elif isinstance(value, date):
        at = datetime(value.year, value.month, value.day, tzinfo=UTC)
    else:
        text = text_of(value).strip()
        text = re.sub(r" ([+-]\d\d):?(\d\d)( [A-Z]+)?$", r"\1:\2", text).replace(" UTC", "+00:00")
        if not re.match(r"\d{4}-\d\d-\d\d", text):
            return None
        try:
            at = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return None


def _issue(cargo: Cargo, file: str, text: str, page: str, systems: list[str]) -> None:
    front, body = _front(file, text)
    source = Source(file, front, read(file, "{}")[0].document)
    title = plain(front.get("title"))[:200] or file.rpartition("/")[2].removesuffix(".md")
    start = _when(front.get("date"))
    if start is None:
        cargo.dropped(source, ("date",), "without a date nobody knows when it was")
        return
    if front.get("draft") is True:
        cargo.dropped(source, ("draft",), "drafts are not carried")
        return
    severity = text_of(front.get("severity"))
    informational = front.get("informational") is True
    touched = [one for one in _affected(front) if one in systems]
    for one in _affected(front):
        if one not in systems:
            cargo.dropped(source, ("affected",), f"the page has no system `{one}`")
    if informational:
        message = _clean(body)[:10_000] or title
        spec: dict[str, Any] = {"title": title, "message": message, "pages": [page], "from": start}
        until = _when(front.get("resolvedWhen"))
        if front.get("resolved") is True and until and until > start:
            spec["until"] = until
        cargo.add("announcements.yaml", "Announcement", cargo.name("Announcement", title), spec, source)
        return
    learned = _POSTMORTEM.search(body)
    updates = _updates(cargo, source, _POSTMORTEM.sub("", body), start, front)
    status = _STATUS.get(severity, "degraded")
    spec = {
        "title": title,
        "impact": _IMPACT.get(severity, "none"),
        "pages": [page],
        "components": [{"name": one, "status": status} for one in dict.fromkeys(touched)],
        "updates": updates,
    }
    if learned and _clean(learned.group(1)):
        spec["postmortem"] = _clean(learned.group(1))[:50_000]
    cargo.add("incidents.yaml", "Incident", cargo.name("Incident", title), spec, source)


def _clean(body: str) -> str:
    return plain(re.sub(r"<!--.*?-->", "", _SHORTCODE.sub("", body), flags=re.DOTALL)).strip()


def _updates(cargo: Cargo, source: Source, body: str, start: str, front: Mapping[str, Any]) -> list[dict[str, str]]:
    """The parts of an issue, the newest of which cState has at the top, as updates in the order of time."""
    heads = list(_HEAD.finditer(body))
    parts = []
    for index, head in enumerate(heads):
        end = heads[index + 1].start() if index + 1 < len(heads) else len(body)
        inside = body[head.end() : end]
        marked = _SHORTCODE.search(inside)
        at = _when(marked.group(1)) if marked else None
        word = head.group(1).strip().lower()
        parts.append((at, _WORDS.get(word, "monitoring"), _clean(inside)[:10_000] or head.group(1).strip()))
    if not parts:
        parts = [(None, "investigating", _clean(body)[:10_000] or "No details were given.")]
    if any(at is None for at, _, _ in parts):
        cargo.changed(source, ("date",), "updates without a time of their own are given that of the issue")
    ended = _when(front.get("resolvedWhen")) if front.get("resolved") is True else None
    found = [{"at": at or start, "status": status, "message": message} for at, status, message in reversed(parts)]
    found.sort(key=lambda one: one["at"])
    if front.get("resolved") is True:
        last = max(found[-1]["at"], ended or start)
        found = [
            one | {"status": "monitoring"} if one["status"] == "resolved" and one is not found[-1] else one
            for one in found
        ]
        if found[-1]["status"] != "resolved":
            found.append({"at": last, "status": "resolved", "message": "Resolved."})
        elif ended and ended > found[-1]["at"]:
            found[-1]["at"] = ended
    else:
        found = [one | {"status": "monitoring"} if one["status"] == "resolved" else one for one in found]
    return found
