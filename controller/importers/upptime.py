"""Upptime: `.upptimerc.yml`.

The format: upptime.js.org/docs/configuration.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from controller.importers.carrying import Cargo, duration, plain
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_SECRET = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_EVERY = 300.0
_SLOW = 30.0
_SITE = {
    "name", "url", "method", "headers", "body", "expectedStatusCodes", "maxResponseTime", "maxRedirects", "verbose",
    "check", "port", "ipv6", "assignees", "tags", "slug", "icon", "type",
    "__dangerous__insecure", "__dangerous__disable_verify_peer", "__dangerous__disable_verify_host",
    "__dangerous__body_down", "__dangerous__body_down_if_text_missing", "__dangerous__body_degraded",
    "__dangerous__body_degraded_if_text_missing",
}  # fmt: skip
_IGNORED = {
    "owner": "the repository is the one that the specs are in",
    "repo": "the repository is the one that the specs are in",
    "user-agent": "write the header `User-Agent` into the Defaults",
    "assignees": "write `owner` into the Defaults",
    "PAT": "no token is needed",
    "delay": "checks are spread by themselves",
    "repositoryName": "there is no equal here",
    "i18n": "pages speak English",
    "commitMessages": "results are not committed",
    "commitPrefixStatusUp": "results are not committed",
    "commitPrefixStatusDown": "results are not committed",
    "commitPrefixStatusDegraded": "results are not committed",
    "skipDeleteIssues": "incidents are not issues",
    "skipDescriptionUpdate": "there is no equal here",
    "skipTopicsUpdate": "there is no equal here",
    "skipHomepageUpdate": "there is no equal here",
    "summaryStartHtmlComment": "there is no equal here",
    "summaryEndHtmlComment": "there is no equal here",
    "liveStatusHtmlComment": "there is no equal here",
    "customStatusWebsitePackage": "there is no equal here",
    "runner": "checks are made by workers",
    "skipPoweredByReadme": "there is no equal here",
    "skipAssign": "there is no equal here",
    "workflowSchedule": "`every` says how often",
}


def convert(files: Mapping[str, str]) -> Imported:
    """Turn an Upptime configuration into specs. Raises Unreadable where there are no `sites`."""
    sources = [
        one
        for file in sorted(files)
        for one in read(file, files[file])
        if isinstance(one.data, dict) and "sites" in one.data
    ]
    if not sources:
        raise Unreadable("there are no `sites` in it|is this the `.upptimerc.yml` of Upptime?")
    cargo = Cargo("upptime")
    for source in sources:
        _convert(cargo, source)
    return cargo.finish()


def _convert(cargo: Cargo, source: Source) -> None:
    data: dict[str, Any] = source.data
    for key, why in _IGNORED.items():
        if key in data:
            cargo.dropped(source, (key,), why)
    cargo.unknown(source, data, {*_IGNORED, "sites", "status-website", "notifications"})
    every = _schedule(cargo, source)
    components = []
    for index, raw in enumerate(items(data.get("sites"))):
        site, at = mapping(raw), ("sites", index)
        cargo.unknown(source, site, _SITE, *at)
        name = cargo.name("Monitor", text_of(site.get("slug")) or text_of(site.get("name")))
        spec = _monitor(cargo, source, at, site, name, every)
        if spec is not None:
            cargo.add("monitors.yaml", "Monitor", name, spec, source, *at, labels=_labels(site))
            components.append({"name": plain(site.get("name"))[:100] or name, "monitors": [name]})
    channels = [
        one
        for index, raw in enumerate(items(data.get("notifications")))
        if (one := _channel(cargo, source, index, mapping(raw)))
    ]
    if channels:
        rule = {"down": {"for": "0s"}, "notify": channels}
        cargo.add("alerts.yaml", "AlertRule", "down", rule, source, "notifications")
    _page(cargo, source, mapping(data.get("status-website")), components)


def _schedule(cargo: Cargo, source: Source) -> float:
    cron = text_of(mapping(source.data.get("workflowSchedule")).get("uptime"))
    match = re.fullmatch(r"\*/([0-9]{1,2}) \* \* \* \*", cron)
    if match and int(match.group(1)):
        return int(match.group(1)) * 60
    if cron:
        cargo.changed(source, ("workflowSchedule", "uptime"), "the schedule becomes every 5 minutes")
    return _EVERY


def _said(cargo: Cargo, source: Source, at: tuple[str | int, ...], value: Any) -> str:
    """A text in which `$NAME` is a secret of the repository."""
    text = text_of(value)
    found = _SECRET.sub(lambda match: cargo.secret(match.group(1), source, *at), text)
    return found if found != text else plain(text)


def _labels(site: Mapping[str, Any]) -> dict[str, str]:
    tags = (re.sub(r"[^A-Za-z0-9_./-]+", "-", text_of(one)).strip("-.")[:63] for one in items(site.get("tags")))
    return {tag: "true" for tag in tags if re.match(r"[A-Za-z_]", tag)}


def _monitor(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], site: dict[str, Any], name: str, every: float
) -> dict[str, Any] | None:
    spec: dict[str, Any] = {"every": duration(every), "timeout": duration(min(_SLOW, every)), "confirm": {"down": 1}}
    for key in ("assignees", "icon", "verbose"):
        if key in site:
            cargo.dropped(source, (*at, key), "there is no equal here")
    limit = site.get("maxResponseTime", 60_000)
    slow = {"latency": duration(limit / 1000)} if isinstance(limit, int) and 0 < limit < _SLOW * 1000 else {}
    if slow:
        spec["degraded"] = slow
    url, check = text_of(site.get("url")), text_of(site.get("check"))
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        host, port = plain(parts.hostname or url), parts.port
    except ValueError:
        cargo.dropped(source, (*at, "url"), "the address cannot be read")
        return None
    if isinstance(site.get("port"), int):
        port = site["port"]
    match check:
        case "tcp-ping":
            if _SECRET.search(url):
                host = _said(cargo, source, (*at, "url"), url)
            spec["tcp"] = {"host": host, "port": port or 80}
        case "ws":
            spec["websocket"] = {"url": _said(cargo, source, (*at, "url"), url)}
        case "ssl":
            spec["tls"] = {"host": host, "port": port or 443}
        case "" | "http":
            _http(cargo, source, at, site, name, spec, url)
        case _:
            cargo.dropped(source, (*at, "check"), f"there is no check `{check}`")
            return None
    if site.get("ipv6") is True and "http" in spec:
        spec["http"]["ip"] = 6
    return spec


def _http(
    cargo: Cargo,
    source: Source,
    at: tuple[str | int, ...],
    site: dict[str, Any],
    name: str,
    spec: dict[str, Any],
    url: str,
) -> None:
    said = _said(cargo, source, (*at, "url"), url)
    found: dict[str, Any] = {"url": said if "://" in said or said.startswith("${") else f"https://{said}"}
    if text_of(site.get("method")).upper() not in ("", "GET"):
        found["method"] = text_of(site["method"]).upper()
    headers = {}
    for index, raw in enumerate(items(site.get("headers"))):
        key, _, value = text_of(raw).partition(":")
        here = (*at, "headers", index)
        text = _said(cargo, source, here, value.strip())
        if "${secret." not in text and re.search("authorization|token|key|secret|cookie", key, re.IGNORECASE):
            text = cargo.secret(f"{name}_{key}", source, *here)
        headers[key.strip()] = text
    if headers:
        found["headers"] = headers
    if text_of(site.get("body")):
        found["body"] = _said(cargo, source, (*at, "body"), site["body"])
    if isinstance(site.get("maxRedirects"), int):
        found["redirects"] = min(max(site["maxRedirects"], 0), 20)
    if any(
        site.get(f"__dangerous__{key}") is True for key in ("insecure", "disable_verify_peer", "disable_verify_host")
    ):
        found["verify"] = False
    spec["http"] = found
    codes = [code for code in items(site.get("expectedStatusCodes")) if isinstance(code, int) and 100 <= code <= 599]
    expect: dict[str, Any] = {"status": codes or ["2xx", "3xx"]}
    body: dict[str, Any] = {}
    for key, ours in (("body_down_if_text_missing", "contains"), ("body_down", "excludes")):
        if text_of(site.get(f"__dangerous__{key}")):
            body[ours] = plain(site[f"__dangerous__{key}"])
    if body:
        expect["body"] = body
    that = []
    for key, sign in (("body_degraded_if_text_missing", ""), ("body_degraded", "!")):
        if text_of(site.get(f"__dangerous__{key}")):
            that.append(f"{sign}body.contains({_quoted(text_of(site[f'__dangerous__{key}']))})")
    if that:
        spec["degraded"] = spec.get("degraded", {}) | {"that": that}
    spec["expect"] = expect


def _quoted(text: str) -> str:
    return '"' + plain(text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) + '"'


def _channel(cargo: Cargo, source: Source, index: int, one: dict[str, Any]) -> str | None:
    type_, at = text_of(one.get("type")), ("notifications", index)
    name = cargo.name("Channel", type_)

    def secret(key: str) -> str:
        return cargo.secret(key, source, *at)

    match type_:
        case "slack":
            spec: dict[str, Any] = {
                "slack": {"token": secret("SLACK_BOT_TOKEN"), "channel": plain(one.get("channel")) or "alerts"}
            }
        case "discord":
            spec = {"discord": {"webhookUrl": secret("DISCORD_WEBHOOK_URL")}}
        case "telegram":
            spec = {"telegram": {"token": secret("TELEGRAM_BOT_KEY"), "chat": plain(one.get("chatId")) or "0"}}
        case "email":
            spec = {
                "email": {
                    "to": [plain(one.get("to")) or "oncall@example.com"],
                    "from": "wakeful@example.com",
                    "host": "smtp.example.com",
                }
            }
            cargo.changed(source, at, "write your mail server and sender into it")
        case _:
            cargo.dropped(source, at, f"there is no channel for `{type_}`; `apprise` may know the service")
            return None
    cargo.changed(source, at, "Upptime takes its tokens from the environment; set them where the workers run")
    cargo.add("channels.yaml", "Channel", name, spec, source, *at)
    return name


def _page(cargo: Cargo, source: Source, site: dict[str, Any], components: list[dict[str, Any]]) -> None:
    if not components:
        return
    title = plain(site.get("name"))[:100] or "Status"
    spec: dict[str, Any] = {"title": title, "components": _each_once(components)}
    intro = plain(site.get("introTitle"))
    if intro:
        spec["description"] = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", intro)[:500]
    domain = text_of(site.get("cname")).lower()
    if domain:
        spec["domains"] = [domain]
    links = [
        {"title": plain(mapping(one).get("title"))[:100], "url": text_of(mapping(one).get("href"))}
        for one in items(site.get("navbar"))
        if text_of(mapping(one).get("href")).startswith("http") and "$" not in text_of(mapping(one).get("href"))
    ]
    if links:
        spec["links"] = links[:20]
    for key in site:
        if key not in ("name", "introTitle", "cname", "navbar"):
            cargo.dropped(source, ("status-website", key), "a page has no custom look and loads nothing from others")
    cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", "status"), spec, source, "status-website")


def _each_once(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components whose names are told apart."""
    seen: dict[str, int] = {}
    for one in components:
        seen[one["name"]] = seen.get(one["name"], 0) + 1
        if seen[one["name"]] > 1:
            one["name"] = f"{one['name'][:90]} ({seen[one['name']]})"
    return components
