"""cState: `config.yml`, and the issues under `content/issues`.

The format: github.com/cstate/cstate/wiki, and the front matter of Hugo, whose keys mind no capitals.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from controller.importers.carrying import Cargo, plain
from controller.importers.imported import Fate, Imported, Note, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of
from specs.fields import HttpUrl
from specs.instants import format_instant

At = tuple[str | int, ...]

_PAGE = "status"
_ELSEWHERE = {"themes", "archetypes", "node_modules", "public", "resources", "layouts", "static", "i18n", ".github"}
_CONFIG = re.compile(r"(^|/)(config|hugo|params)(\.[a-z-]+)?\.(ya?ml|toml|json)$")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
_URL = TypeAdapter[str](HttpUrl)

_STATUS = {"notice": "degraded", "disrupted": "partialOutage", "down": "majorOutage"}
_IMPACT = {"notice": "minor", "disrupted": "major", "down": "critical"}
_WORDS = {
    "investigating": "investigating", "identified": "identified", "monitoring": "monitoring", "watching": "monitoring",
    "resolved": "resolved", "fixed": "resolved", "completed": "resolved", "update": None, "updated": None,
}  # fmt: skip
_FRONT = {
    "title", "date", "resolved", "resolvedwhen", "severity", "affected", "section", "informational", "pin", "draft",
    "lastmod", "type", "layout", "slug", "url",
}  # fmt: skip

_TRACK = re.compile(r"\{\{[<%]\s{0,9}track\s{1,9}[\"'`]?([^\"'`<>%{}]{0,80}?)[\"'`]?\s{0,9}/?[>%]\}\}")
_SHORTCODE = re.compile(r"\{\{[<%][^{}]{0,500}[>%]\}\}")
_HEAD = re.compile(
    r"\s*(?:[*_]{1,3}(?P<bold>[^*_\n]{2,40}?):?[*_]{1,3}\s*(?:[-–—:]\s*|\n|$)"
    r"|#{1,6}\s*[*_]*(?P<big>[^*_#\n]{2,40}?)[\s*_#]*(?:\s[-–—]\s+|:\s+|\n|$))"
)
_POSTMORTEM = re.compile(r"post-? ?mortem", re.IGNORECASE)
_RULE = re.compile(r"\s*(-{3,}|\*{3,}|_{3,})\s*")
_WITHOUT_ISO = (
    "%d %b %y %H:%M %z", "%d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z", "%d %b %Y", "%B %d, %Y", "%b %d, %Y",
)  # fmt: skip


@dataclass(frozen=True)
class _Toml(Source):
    """A document in TOML, whose lines are found by the keys in its text."""

    text: str = ""
    before: int = 0

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing above it that stands there."""
        found, start = 1, 0
        for depth, part in enumerate(path):
            if isinstance(part, int):
                dotted = re.escape(".".join(one for one in path[:depth] if isinstance(one, str)))
                places = list(re.finditer(rf"^\s*\[\[\s*{dotted}\s*\]\]", self.text, re.MULTILINE))
                match = places[part] if part < len(places) else None
            else:
                key = rf"^\s*(?:\[+\s*(?:[\w.-]+\.)?{re.escape(part)}\s*\]+|[\"']?{re.escape(part)}[\"']?\s*=)"
                match = re.compile(key, re.MULTILINE).search(self.text, start)
            if match is None:
                break
            start = match.end()
            found = self.text.count("\n", 0, start) + 1
        return self.before + found


@dataclass
class _Site:
    """What the configuration says that issues need: how systems are shown, and the zone of times without one."""

    shown: dict[str, str]
    zone: tzinfo = UTC
    says_zone: bool = False


@dataclass(frozen=True)
class _Issue:
    """An issue: its front matter, and its body with the line where that begins."""

    source: Source
    body: str
    first: int

    def get(self, key: str) -> Any:
        """A value of the front matter."""
        return _get(self.source.data, key)

    def at(self, key: str) -> tuple[str]:
        """The path of a key, as it is written there."""
        return (_key(self.source.data, key),)


def convert(files: Mapping[str, str]) -> Imported:
    """Turn a cState site into specs. Raises Unreadable where there are neither systems nor issues."""
    cargo = Cargo("cstate")
    texts = {file: files[file].removeprefix("\ufeff").replace("\r\n", "\n") for file in sorted(files)}
    ours = [file for file in texts if not _ELSEWHERE & set(file.split("/")[:-1])] or list(texts)
    configs, problem = _configs({file: texts[file] for file in ours if not file.endswith((".md", ".csv"))})
    issues = [one for file in ours if file.endswith(".md") if (one := _opened(cargo, file, texts[file]))]
    if not configs and not issues:
        raise problem or Unreadable(
            "there are neither `params.systems` nor issues in it|name the folder of a cState site"
        )
    site = _Site({})
    for source in configs:
        _page(cargo, source, site)
    if not configs:
        _page_of_issues(cargo, issues, site)
    for issue in issues:
        _issue(cargo, issue, site)
    return cargo.finish()


def _key(found: Mapping[str, Any], key: str) -> str:
    return next((one for one in found if one.lower() == key.lower()), key)


def _get(found: Mapping[str, Any], key: str) -> Any:
    return found.get(_key(found, key))


def _blank(file: str) -> Source:
    return Source(file, {}, read(file, "{}")[0].document)


def _configs(texts: Mapping[str, str]) -> tuple[list[Source], Unreadable | None]:
    """The configurations that name systems, and what is wrong with a file that should be one."""
    found, problem = [], None
    for file, text in texts.items():
        try:
            read_here = [_toml(file, text)] if file.endswith(".toml") else read(file, text)
        except Unreadable as error:
            if _CONFIG.search(file):
                raise
            problem = problem or error
            continue
        for one in read_here:
            data = mapping(one.data)
            if isinstance(_get(data, "systems"), list) or "systems" in {
                key.lower() for key in mapping(_get(data, "params"))
            }:
                found.append(one)
    return found, problem


def _toml(file: str, text: str, before: int = 0) -> _Toml:
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"{file}: this is not TOML: {error}|mend it, or leave it out") from None
    return _Toml(file, data, _blank(file).document, text, before)


def _page(cargo: Cargo, source: Source, site: _Site) -> None:
    data: dict[str, Any] = source.data
    top: tuple[str, ...] = (_key(data, "params"),) if isinstance(_get(data, "params"), dict) else ()
    params = mapping(_get(data, "params")) if top else data
    components = _components(cargo, source, (*top, _key(params, "systems")), params, site)
    spec: dict[str, Any] = {"title": plain(_get(data, "title"))[:100] or "Status", "components": components}
    if said := plain(_get(params, "description")):
        spec["description"] = _fit(cargo, source, (*top, _key(params, "description")), said, 500)
    _about_site(cargo, source, spec, site)
    if links := _links(cargo, source, top, params):
        spec["links"] = links
    for key in params:
        if key.lower() not in ("systems", "categories", "description", "title", "customtabs", "enableuptimehistogram"):
            why = "a page asks nobody else" if key.lower() == "googleanalytics" else "the look of a page is its own"
            cargo.dropped(source, (*top, key), why)
    if components:
        why = "nothing watches these components yet: give each `monitors` instead of `status`"
        cargo.changed(source, (*top, _key(params, "systems")), why)
        cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", _PAGE), spec, source, *top)


def _about_site(cargo: Cargo, source: Source, spec: dict[str, Any], site: _Site) -> None:
    """What stands beside `params`: Hugo's own settings."""
    data: dict[str, Any] = source.data
    if "params" not in {key.lower() for key in data}:
        return
    for key, value in data.items():
        text = text_of(value)
        match key.lower():
            case "title" | "params" | "theme":
                pass
            case "languagecode" if match := re.fullmatch(r"([a-zA-Z]{2})(?:[-_]([a-zA-Z]{2}))?", text):
                spec["language"] = match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")
            case "timezone" if zone := _zone(text):
                site.zone, site.says_zone, spec["timezone"] = zone, True, text
            case "baseurl" if domain := _domain(text):
                spec["domains"] = [domain]
            case "baseurl":
                cargo.dropped(source, (key,), "it is no domain of its own; a page is at `/status/NAME`")
            case _:
                cargo.dropped(source, (key,), "it is about how the site is built, not about what it says")


def _domain(url: str) -> str | None:
    """The host of a site that has one for itself."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    return host if parts.path in ("", "/") and _DOMAIN.fullmatch(host) else None


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None


def _links(cargo: Cargo, source: Source, top: tuple[str, ...], params: Mapping[str, Any]) -> list[dict[str, str]]:
    links: list[dict[str, str]] = []
    for index, raw in enumerate(items(_get(params, "customTabs"))):
        title, url = plain(_get(mapping(raw), "name"))[:100], plain(_get(mapping(raw), "link"))
        try:
            _URL.validate_python(url)
        except ValidationError:
            title = ""
        if title and len(links) < 20:
            links.append({"title": title, "url": url})
        else:
            cargo.dropped(
                source,
                (*top, _key(params, "customTabs"), index),
                "a link has a name and a whole URL, and there are at most twenty",
            )
    return links


def _groups(cargo: Cargo, source: Source, at: At, params: Mapping[str, Any]) -> dict[str, str]:
    """Category → the heading that it has, which may be none."""
    groups: dict[str, str] = {}
    for index, raw in enumerate(items(_get(params, "categories"))):
        category = mapping(raw)
        name = text_of(_get(category, "name"))
        groups.setdefault(name, "" if _get(category, "untitled") is True else name)
        for key in category:
            if key.lower() not in ("name", "untitled") and category[key] not in (None, False, ""):
                cargo.dropped(source, (*at, index, key), "a group has a name and nothing else")
    return groups


def _components(cargo: Cargo, source: Source, at: At, params: Mapping[str, Any], site: _Site) -> list[dict[str, Any]]:
    """The systems in the order in which cState shows them: by category."""
    groups = _groups(cargo, source, (*at[:-1], _key(params, "categories")), params)
    order = {name: index for index, name in enumerate(groups)}
    histograms = _get(params, "enableUptimeHistogram") is not False
    found: list[tuple[int, dict[str, Any]]] = []
    for index, raw in enumerate(items(_get(params, "systems"))):
        system: dict[str, Any] = mapping(raw)
        where: At = (*at, index)
        name = text_of(_get(system, "name"))
        shown = plain(_get(system, "displayName") or name)[:100]
        if not name or name in site.shown or shown in site.shown.values():
            cargo.dropped(source, where, "its name is empty, or another system has it")
            continue
        site.shown[name] = shown
        category = text_of(_get(system, "category"))
        line: dict[str, Any] = {"name": shown, "status": "operational"}
        if said := plain(_get(system, "description")):
            line["description"] = _fit(cargo, source, (*where, _key(system, "description")), said, 300)
        if group := plain(groups.get(category, category))[:100]:
            line["group"] = group
        if groups and category not in groups:
            cargo.changed(source, where, "cState hides what has no category of its list; here it is shown")
        if not histograms or _get(system, "histogram") is False:
            line["hideUptime"] = True
        for key in system:
            if key.lower() not in ("name", "displayname", "category", "description", "histogram"):
                why = "components have no link" if key.lower() == "link" else "a component has no such setting"
                cargo.dropped(source, (*where, key), why)
        found.append((order.get(category, len(order)), line))
    found.sort(key=lambda each: each[0])
    if len(found) > 500:
        cargo.dropped(source, at, f"a page has 500 components, and these are {len(found)}")
    return [one for _, one in found[:500]]


def _page_of_issues(cargo: Cargo, issues: list[_Issue], site: _Site) -> None:
    """A page made of what the issues say that they touched, as there is no configuration."""
    for issue in issues:
        for name in _affected(issue):
            if len(site.shown) < 500:
                site.shown.setdefault(name, plain(name)[:100])
    names = list(dict.fromkeys(site.shown.values())) or ["Everything"]
    components = [{"name": name, "status": "operational"} for name in sorted(names)]
    source = issues[0].source
    cargo.changed(source, (), "there is no `config.yml`; the page is made of what the issues touch")
    cargo.add("status-page.yaml", "StatusPage", _PAGE, {"title": "Status", "components": components}, source)


def _opened(cargo: Cargo, file: str, text: str) -> _Issue | None:
    """A file as an issue; None, and a note, where it is none."""
    folders, base = file.lower().split("/")[:-1], file.rpartition("/")[2]
    in_issues = bool({"issues", "issue", "incidents", "incident"} & set(folders))
    if base.startswith("_index."):
        return None
    try:
        issue = _parted(file, text)
    except Unreadable as error:
        line = match[1] if (match := re.search(r":(\d+): ", str(error))) else "1"
        why = f"its front matter cannot be read: {str(error).partition('|')[0].partition(': ')[2]}"
        cargo.notes.append(Note(Fate.DROPPED, file, int(line), "", why))
        return None
    if issue is None:
        if in_issues:
            cargo.dropped(_blank(file), (), "it has no front matter, so it is no issue")
        return None
    is_issue = text_of(issue.get("section")).lower() in ("issue", "issues", "incident")
    looks_so = not folders and any(issue.get(key) is not None for key in ("severity", "resolved", "affected"))
    if is_issue or looks_so or (in_issues and issue.get("section") is None):
        return issue
    cargo.dropped(issue.source, (), "it is a page, and not an issue")
    return None


def _parted(file: str, text: str) -> _Issue | None:
    """The front matter (YAML, TOML or JSON) and the body; None where there is no front matter. Raises Unreadable."""
    start = len(text) - len(text.lstrip("\n "))
    blank, inside = "\n" * text.count("\n", 0, start), text[start:]
    for fence in ("---", "+++"):
        if not inside.startswith(fence):
            continue
        match = re.compile(rf"^{re.escape(fence)}[ \t]*$", re.MULTILINE).search(inside, len(fence))
        if match is None:
            raise Unreadable(f"{file}:1: it is not closed by `{fence}`|close it")
        head, body = inside[len(fence) : match.start()], inside[match.end() :]
        first = len(blank) + inside.count("\n", 0, match.end()) + 1
        if fence == "+++":
            return _Issue(_toml(file, head, len(blank)), body, first)
        documents = read(file, blank + head)
        data = mapping(documents[0].data) if documents else {}
        return _Issue(Source(file, data, (documents[0] if documents else _blank(file)).document), body, first)
    if not inside.startswith("{") or inside.startswith(("{{", "{%")):
        return None
    try:
        value, end = json.JSONDecoder().raw_decode(inside)
    except (ValueError, RecursionError):
        raise Unreadable(f"{file}:1: this is not JSON|mend it") from None
    document = read(file, blank + inside[:end])[0].document
    return _Issue(Source(file, mapping(value), document), inside[end:], len(blank) + inside.count("\n", 0, end) + 1)


def _affected(issue: _Issue) -> list[str]:
    """What the issue touched, be it one name or a list of them."""
    value = issue.get("affected")
    names = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(text for one in names if (text := text_of(one).strip())))


def _yes(value: Any) -> bool | None:
    """A boolean, as people write it; None where there is none."""
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(
        text_of(value).strip().lower()
    )


def _when(value: Any, site: _Site) -> tuple[datetime | None, bool]:
    """A date as Hugo reads it, in UTC, and whether it said its zone. None where it is no date."""
    at = None
    if isinstance(value, datetime):
        at = value
    elif isinstance(value, date):
        at = datetime(value.year, value.month, value.day)  # noqa: DTZ001  its zone is added below
    else:
        text = " ".join(text_of(value).split())
        iso = re.sub(r" ?UTC$|Z$", "+00:00", re.sub(r" ([+-]\d\d):?(\d\d)( [A-Z]{1,5})?$", r"\1:\2", text))
        if re.match(r"\d{4}-\d\d-\d\d", iso):
            at = _read_by(datetime.fromisoformat, iso)
        for shape in _WITHOUT_ISO if at is None else ():
            at = at or _read_by(datetime.strptime, text, shape)
    if at is None:
        return None, False
    try:
        says = at.tzinfo is not None
        return (at if says else at.replace(tzinfo=site.zone)).astimezone(UTC), says
    except (OverflowError, ValueError):
        return None, False


def _read_by(reads: Any, *arguments: str) -> datetime | None:
    try:
        found: datetime = reads(*arguments)
    except ValueError:
        return None
    return found


def _fit(cargo: Cargo, source: Source, at: At, text: str, most: int) -> str:
    """A text that is not too long."""
    if len(text) > most:
        cargo.changed(source, at, f"it is cut to {most} characters")
    return text[:most]


def _issue(cargo: Cargo, issue: _Issue, site: _Site) -> None:
    source = issue.source
    if _yes(issue.get("draft")):
        cargo.dropped(source, issue.at("draft"), "drafts are not carried")
        return
    start, says_zone = _when(issue.get("date"), site)
    if start is None:
        cargo.dropped(source, issue.at("date"), "without a date nobody knows when it was")
        return
    for key in source.data:
        if key.lower() not in _FRONT:
            cargo.dropped(source, (key,), "this importer does not know the key")
    end, ends_in_zone = _when(issue.get("resolvedWhen"), site)
    if end is None and text_of(issue.get("resolvedWhen")):
        cargo.dropped(source, issue.at("resolvedWhen"), "it is no date")
    elif end is not None and end < start:
        cargo.dropped(source, issue.at("resolvedWhen"), "it is before `date`")
        end = None
    if not site.says_zone and (not says_zone or (end is not None and not ends_in_zone)):
        key = "resolvedWhen" if says_zone else "date"
        cargo.changed(source, issue.at(key), "it does not say its time zone; UTC is taken")
    title = plain(issue.get("title")) or re.sub(r"^\d{4}-\d\d-\d\d-|\.md$", "", source.file.rpartition("/")[2])
    title = _fit(cargo, source, issue.at("title"), title, 200)
    _note_shortcodes(cargo, issue)
    severity = text_of(issue.get("severity")).strip().lower()
    if _yes(issue.get("informational")):
        _announcement(cargo, issue, title, start, end)
    elif severity == "notice" and end and end > start and re.search(r"maintenance|scheduled|planned", title, re.I):
        _maintenance(cargo, issue, title, start, end, site)
    else:
        _incident(cargo, issue, title, severity, start, end, site)


def _note_shortcodes(cargo: Cargo, issue: _Issue) -> None:
    for found in _SHORTCODE.finditer(issue.body):
        if not _TRACK.match(found.group()):
            line = issue.first + issue.body.count("\n", 0, found.start())
            why = "what Hugo makes of it is not known; it stands as it was written"
            cargo.notes.append(Note(Fate.CHANGED, issue.source.file, line, found.group()[:60], why))


def _clean(text: str) -> str:
    return plain(_TRACK.sub("", text)).strip()


def _announcement(cargo: Cargo, issue: _Issue, title: str, start: datetime, end: datetime | None) -> None:
    source = issue.source
    message = _fit(cargo, source, (), _clean(_without_comments(issue.body)), 10_000) or title
    spec: dict[str, Any] = {"title": title, "message": message, "pages": [_PAGE], "from": format_instant(start)}
    if end and end > start:
        spec["until"] = format_instant(end)
    elif _yes(issue.get("pin")) or _yes(issue.get("resolved")) is False:
        cargo.changed(source, issue.at("informational"), "the announcement stays until you give it an `until`")
    else:
        cargo.changed(source, issue.at("informational"), "it has no end; the announcement is shown for a day")
        spec["until"] = format_instant(start + timedelta(days=1))
    if _affected(issue):
        cargo.dropped(source, issue.at("affected"), "an announcement touches no component")
    cargo.add("announcements.yaml", "Announcement", cargo.name("Announcement", title), spec, source)


def _touched(cargo: Cargo, issue: _Issue, site: _Site) -> list[str]:
    known = {name.lower(): shown for name, shown in site.shown.items()}
    names = []
    for name in _affected(issue):
        if name.lower() in known:
            names.append(known[name.lower()])
        else:
            cargo.dropped(issue.source, issue.at("affected"), f"the page has no system `{name}`")
    return list(dict.fromkeys(names))[:100]


def _maintenance(cargo: Cargo, issue: _Issue, title: str, start: datetime, end: datetime, site: _Site) -> None:
    why = "a notice that has an end, and is called so, is taken for a Maintenance; what it says is its description"
    cargo.changed(issue.source, issue.at("severity"), why)
    spec: dict[str, Any] = {
        "title": title,
        "start": format_instant(start),
        "end": format_instant(end),
        "pages": [_PAGE],
        "components": _touched(cargo, issue, site),
    }
    said = _clean(_without_comments(issue.body))
    if said:
        spec["description"] = _fit(cargo, issue.source, (), said, 5000)
    cargo.add("maintenance.yaml", "Maintenance", cargo.name("Maintenance", title), spec, issue.source)


def _incident(
    cargo: Cargo, issue: _Issue, title: str, severity: str, start: datetime, end: datetime | None, site: _Site
) -> None:
    source = issue.source
    if severity not in _IMPACT:
        cargo.changed(
            source, issue.at("severity"), "it is none of `notice`, `disrupted` and `down`; taken for `notice`"
        )
        severity = "notice"
    parts, learned = _parts(cargo, issue, site)
    spec: dict[str, Any] = {
        "title": title,
        "impact": _IMPACT[severity],
        "pages": [_PAGE],
        "components": [{"name": one, "status": _STATUS[severity]} for one in _touched(cargo, issue, site)],
        "updates": _updates(cargo, issue, parts, start, end),
    }
    if learned:
        spec["postmortem"] = _fit(cargo, source, (), learned, 50_000)
    cargo.add("incidents.yaml", "Incident", cargo.name("Incident", title), spec, source)


@dataclass
class _Part:
    """One update of an issue, in the order of the file, which has the newest first."""

    line: int
    word: str
    text: list[str]
    at: datetime | None = None


def _parts(cargo: Cargo, issue: _Issue, site: _Site) -> tuple[list[_Part], str]:
    """The updates of an issue, and what was learned of it."""
    before: list[str] = []
    learned: list[str] = []
    parts: list[_Part] = []
    into = before
    at_first = 0
    for line, text in _paragraphs(issue.body):
        if _RULE.fullmatch(text):
            if into is learned:
                into = parts[-1].text if parts else before
            continue
        head = _HEAD.match(text)
        word = (head["bold"] or head["big"]).strip().lower() if head else ""
        track = _TRACK.search(text)
        if head and _POSTMORTEM.fullmatch(word):
            into = learned
            text = text[head.end() :]
        elif (head and word in _WORDS) or (track and (head or not parts or parts[-1].at is not None)):
            after = text[head.end() :] if head else text
            parts.append(_Part(issue.first + line, word, []))
            into, text = parts[-1].text, after
        if track and parts and parts[-1].at is None and into is not learned:
            parts[-1].at = _track(cargo, issue, line, track.group(1), site)
        if _clean(text):
            at_first = line if into is before and not before else at_first
            into.append(_clean(text))
    if before and parts:
        why = "what stands before the updates is put to the newest of them"
        cargo.notes.append(Note(Fate.CHANGED, issue.source.file, issue.first + at_first, "body", why))
        parts[0].text[:0] = before
    elif not parts:
        parts = [_Part(issue.first, "investigating", before or ["No details were given."])]
    return parts, "\n\n".join(learned)


def _track(cargo: Cargo, issue: _Issue, line: int, text: str, site: _Site) -> datetime | None:
    at, _ = _when(text, site)
    if at is None:
        note = Note(Fate.DROPPED, issue.source.file, issue.first + line, f"track {text[:40]}", "it is no date")
        cargo.notes.append(note)
    return at


def _without_comments(body: str) -> str:
    """A body without HTML's comments, each line where it was. By hand, as a pattern would look for every end in vain."""
    parts, at = list[str](), 0
    while (start := body.find("<!--", at)) >= 0 and (end := body.find("-->", start)) >= 0:
        parts += [body[at:start], "\n" * body.count("\n", start, end)]
        at = end + len("-->")
    return "".join(parts) + body[at:]


def _paragraphs(body: str) -> list[tuple[int, str]]:
    """Paragraphs with their lines, counted from 0; code between fences stays whole, comments are gone."""
    body = _without_comments(body)
    found: list[tuple[int, str]] = []
    start, here, fence = 0, list[str](), ""
    for number, line in enumerate([*body.split("\n"), ""]):
        mark = re.match(r"\s*(```|~~~)", line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1) == fence:
            fence = ""
        if line.strip() or fence:
            start = start if here else number
            here.append(line)
        elif here:
            found.append((start, "\n".join(here)))
            here = []
    if here:
        found.append((start, "\n".join(here)))
    return found


def _updates(
    cargo: Cargo, issue: _Issue, parts: list[_Part], start: datetime, end: datetime | None
) -> list[dict[str, str]]:
    """Updates in the order of time, ended by one that is `resolved` where the issue is."""
    source = issue.source
    is_resolved = _yes(issue.get("resolved"))
    timed: list[tuple[datetime, _Part]] = []
    last = start
    for part in reversed(parts):
        if part.at is None and len(parts) > 1:
            why = "the update has no time; that of the one before it is taken"
            cargo.notes.append(Note(Fate.CHANGED, source.file, part.line, "body", why))
        last = part.at or last
        timed.append((last, part))
    timed.sort(key=lambda each: each[0])
    found: list[tuple[datetime, str, str]] = []
    for at, part in timed:
        status = _WORDS.get(part.word)
        if status is None:
            status = found[-1][1] if found else "investigating"
            if part.word not in _WORDS:
                why = (
                    f"`{part.word}` is no status that we know; taken for `{status}`"
                    if part.word
                    else (f"the update does not say how far things are; taken for `{status}`")
                )
                cargo.notes.append(Note(Fate.CHANGED, source.file, part.line, "body", why))
        said = "\n\n".join(part.text) or (part.word.capitalize() if part.word else "No details were given.")
        if status == "resolved" and is_resolved is False:
            why = "`resolved: false` says that it is not over; taken for `monitoring`"
            cargo.notes.append(Note(Fate.CHANGED, source.file, part.line, "body", why))
            status = "monitoring"
        found.append((at, status, _fit(cargo, source, (), said, 10_000)))
    if len(found) > 498:
        cargo.dropped(source, (), f"an incident has 500 updates, and this has {len(found)}: the oldest are left out")
        found = found[-498:]
    if is_resolved is None:
        cargo.changed(source, issue.at("resolved"), "it does not say whether it is over; cState takes that for yes")
    ended = found if is_resolved is False else _ended(cargo, issue, found, end)
    return [
        {
            "at": format_instant(at),
            "status": _open(status, index < len(ended) - 1 or is_resolved is False),
            "message": said,
        }
        for index, (at, status, said) in enumerate(ended)
    ]


def _open(status: str, goes_on: bool) -> str:
    return "monitoring" if status == "resolved" and goes_on else status


def _ended(
    cargo: Cargo, issue: _Issue, found: list[tuple[datetime, str, str]], end: datetime | None
) -> list[tuple[datetime, str, str]]:
    """The updates of an issue that is over, the last of them `resolved`."""
    at, status, said = found[-1]
    if end is None and status != "resolved":
        cargo.changed(issue.source, issue.at("resolvedWhen"), "it does not say when it was over; at its last update")
    if status == "resolved" or (len(found) > 1 and (end is None or end <= at)):
        if end is not None and end > at:
            cargo.changed(issue.source, issue.at("resolvedWhen"), "its last update is given this time")
        return [*found[:-1], (max(at, end or at), "resolved", said)]
    return [*found, (max(at, end or at), "resolved", "Resolved.")]
