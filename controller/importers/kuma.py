"""Uptime Kuma: the JSON backup of version 1, or the tables of version 2's database as the same JSON.

The format: server/model/monitor.js and the notification providers of github.com/louislam/uptime-kuma.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from controller.importers.carrying import Cargo, duration, plain, rhythm
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_DEFAULT_CODES = ["200-299"]


def convert(files: Mapping[str, str]) -> Imported:
    """Turn a backup into specs. Raises Unreadable where none of the files is one."""
    sources = [one for file in sorted(files) for one in read(file, files[file]) if isinstance(one.data, dict)]
    sources = [one for one in sources if "monitorList" in one.data or "monitors" in one.data]
    if not sources:
        raise Unreadable("there is no `monitorList` in it|is this a backup of Uptime Kuma, or its database?")
    cargo = Cargo("uptime kuma")
    for source in sources:
        _convert(cargo, source)
    return cargo.finish()


def _convert(cargo: Cargo, source: Source) -> None:
    key = "monitorList" if "monitorList" in source.data else "monitors"
    listed = source.data.get(key)
    pairs = list(listed.items()) if isinstance(listed, dict) else list(enumerate(items(listed)))
    monitors = {text_of(mapping(one).get("id")): mapping(one) for _, one in pairs}
    names = {number: cargo.name("Monitor", text_of(one.get("name"))) for number, one in monitors.items()}
    channels = {}
    for index, one in enumerate(items(source.data.get("notificationList"))):
        name = _channel(cargo, source, ("notificationList", index), mapping(one))
        if name:
            channels[text_of(mapping(one).get("id"))] = name
    told: dict[str, list[str]] = {}
    for index, raw in pairs:
        one = mapping(raw)
        name = names[text_of(one.get("id"))]
        if _monitor(cargo, source, (key, index), one, name, monitors, names):
            for number in _notified(one):
                if number in channels:
                    told.setdefault(channels[number], []).append(name)
    for channel, watched in told.items():
        rule = {"match": {"monitors": watched}, "down": {"for": "0s"}, "notify": [channel]}
        cargo.add("alerts.yaml", "AlertRule", cargo.name("AlertRule", f"{channel} is told"), rule, source, key)
    _pages(cargo, source, names)
    for extra in ("proxyList", "maintenanceList", "dockerHostList", "remoteBrowserList"):
        for index, one in enumerate(items(source.data.get(extra))):
            if extra == "maintenanceList":
                _maintenance(cargo, source, (extra, index), mapping(one), names)
            else:
                cargo.dropped(source, (extra, index), "there is no kind for it; monitors name what they use themselves")


def _notified(one: Mapping[str, Any]) -> list[str]:
    found = one.get("notificationIDList")
    if isinstance(found, dict):
        return [text_of(key) for key, is_on in found.items() if is_on]
    return [text_of(each) for each in items(found)]


def _is_true(value: Any) -> bool:
    return value is True or value == 1 or text_of(value).lower() in ("1", "true")


def _number(value: Any, usual: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(text_of(value))
    except ValueError:
        return usual


def _monitor(
    cargo: Cargo,
    source: Source,
    at: tuple[str | int, ...],
    one: dict[str, Any],
    name: str,
    monitors: Mapping[str, Any],
    names: Mapping[str, str],
) -> bool:
    type_ = text_of(one.get("type"))
    every = _number(one.get("interval"), 60)
    spec: dict[str, Any] = {"every": rhythm(every, 60)}
    timeout = _number(one.get("timeout"), min(48, every * 0.8)) or min(48, every * 0.8)
    spec["timeout"] = duration(min(max(timeout, 0.1), max(every, 1), 86_400, 300))
    retries = int(min(_number(one.get("maxretries"), 0), 99))
    spec["confirm"] = {"down": retries + 1}
    expect: dict[str, Any] = {}
    probe = _probe(cargo, source, at, one, name, type_, expect, monitors, names)
    if probe is None:
        return False
    if _number(one.get("retryInterval"), every) not in (every, 0) and retries:
        cargo.changed(source, (*at, "retryInterval"), f"retries come every {spec['every']}, as checks do")
    if _is_true(one.get("upsideDown")):
        cargo.dropped(source, (*at, "upsideDown"), "there is no upside-down mode: say in `expect` what is up")
        return False
    if _number(one.get("resendInterval"), 0):
        cargo.dropped(source, (*at, "resendInterval"), "write a Route with `group.repeat`")
    if "active" in one and not _is_true(one["active"]):
        cargo.dropped(source, (*at, "active"), "the monitor is paused")
        return False
    parent = text_of(one.get("parent"))
    labels = {"group": plain(mapping(monitors.get(parent)).get("name"))[:256]} if parent in monitors else {}
    for index, raw in enumerate(items(one.get("tags"))):
        tag = mapping(raw)
        label = re.sub(r"[^A-Za-z0-9_./-]+", "-", text_of(tag.get("name"))).strip("-.")[:63]
        if label and re.match(r"[A-Za-z_]", label):
            labels[label] = plain(tag.get("value"))[:256] or "true"
        else:
            cargo.dropped(source, (*at, "tags", index), "its name cannot be a label")
    if text_of(one.get("description")):
        spec["description"] = plain(one["description"])[:2000]
    spec |= probe
    if expect and type_ != "push":
        spec["expect"] = expect
    group = re.sub(r"[^a-z0-9]+", "-", labels.get("group", "").lower()).strip("-")
    cargo.add(f"monitors/{group or 'monitors'}.yaml", "Monitor", name, spec, source, *at, labels=labels)
    return True


def _probe(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], one: dict[str, Any], name: str, type_: str, expect: dict[str, Any],
    monitors: Mapping[str, Any], names: Mapping[str, str],
) -> dict[str, Any] | None:  # fmt: skip
    host, port = plain(one.get("hostname")), int(_number(one.get("port"), 0))

    def secret(key: str) -> str:
        return cargo.secret(f"{name}_{key}", source, *at, key)

    match type_:
        case "http" | "keyword" | "json-query":
            return {"http": _http(cargo, source, at, one, name, type_, expect)}
        case "port":
            return {"tcp": {"host": host, "port": port}}
        case "ping":
            count = int(_number(one.get("ping_count"), 3))
            return {"icmp": {"host": host, "count": min(max(count, 1), 20)}}
        case "dns":
            found = {"name": host, "type": text_of(one.get("dns_resolve_type")) or "A"}
            server = text_of(one.get("dns_resolve_server")).split(",")[0].strip()
            return {"dns": found | ({"server": plain(server)} if server else {})}
        case "push":
            period = _number(one.get("interval"), 60)
            cargo.changed(source, at, "the address to ping changes: /api/v1/heartbeats/TOKEN")
            return {"heartbeat": {"period": duration(max(period, 1)), "token": secret("pushToken")}}
        case "group":
            children = [
                names[number]
                for number, child in monitors.items()
                if text_of(child.get("parent")) == text_of(one.get("id"))
            ]
            if not children:
                cargo.dropped(source, at, "the group is empty")
                return None
            return {"composite": {"monitors": children}}
        case "grpc-keyword":
            parts = urlsplit(f"//{text_of(one.get('grpcUrl')).rpartition('://')[2]}")
            cargo.changed(source, at, "the health service is asked; another method and its keyword are not")
            return {
                "grpc": {"host": plain(parts.hostname), "plaintext": not _is_true(one.get("grpcEnableTls"))}
                | ({"port": parts.port} if parts.port else {})
            }
        case "postgres" | "mysql" | "redis":
            query = (
                {"query": plain(one["databaseQuery"])} if text_of(one.get("databaseQuery")) and type_ != "redis" else {}
            )
            return {type_: {"url": secret("databaseConnectionString")} | query}
        case "mqtt":
            found_mqtt: dict[str, Any] = {"host": host.rpartition("://")[2]} | ({"port": port} if port else {})
            if text_of(one.get("mqttUsername")):
                found_mqtt |= {"username": plain(one["mqttUsername"]), "password": secret("mqttPassword")}
            if text_of(one.get("mqttTopic")):
                found_mqtt["topic"] = plain(one["mqttTopic"])
                if text_of(one.get("mqttSuccessMessage")):
                    found_mqtt["receive"] = re.escape(text_of(one["mqttSuccessMessage"]))
            return {"mqtt": found_mqtt}
        case "smtp":
            tls = {"secure": "implicit", "starttls": "starttls"}.get(text_of(one.get("smtpSecurity")), "none")
            return {"smtp": {"host": host, "tls": tls} | ({"port": port} if port else {})}
        case "real-browser":
            return {"browser": {"steps": [{"open": plain(one.get("url"))}]}}
        case "websocket-upgrade":
            return {"websocket": {"url": plain(one.get("url"))}}
        case _:
            cargo.dropped(source, (*at, "type"), f"there is no probe for `{type_}`")
            return None


def _http(
    cargo: Cargo,
    source: Source,
    at: tuple[str | int, ...],
    one: dict[str, Any],
    name: str,
    type_: str,
    expect: dict[str, Any],
) -> dict[str, Any]:
    found: dict[str, Any] = {"url": plain(one.get("url"))}
    if text_of(one.get("method")).upper() not in ("", "GET"):
        found["method"] = text_of(one["method"]).upper()
    headers = _headers(cargo, source, at, one, name)
    if text_of(one.get("body")):
        found["body"] = plain(one["body"])
        encoding = {"json": "application/json", "xml": "application/xml", "form": "application/x-www-form-urlencoded"}
        kind = encoding.get(text_of(one.get("httpBodyEncoding")) or "json")
        if kind and not any(key.lower() == "content-type" for key in headers):
            headers["Content-Type"] = kind
    if headers:
        found["headers"] = headers
    redirects = one.get("maxredirects")
    if isinstance(redirects, int) and redirects != 5 and not isinstance(redirects, bool):
        found["redirects"] = min(max(redirects, 0), 20)
    if _is_true(one.get("ignoreTls")):
        found["verify"] = False
    auth = _auth(cargo, source, at, one, name)
    if auth:
        found["auth"] = auth
    codes = [text_of(code) for code in items(one.get("accepted_statuscodes"))] or _codes_of(one)
    expect["status"] = _statuses(cargo, source, at, codes or _DEFAULT_CODES)
    if _is_true(one.get("expiryNotification")):
        expect["certificate"] = {"validFor": "7d"}
        cargo.changed(source, (*at, "expiryNotification"), "a certificate with less than 7 days left counts as down")
    if type_ == "keyword" and text_of(one.get("keyword")):
        expect["body"] = {"excludes" if _is_true(one.get("invertKeyword")) else "contains": plain(one["keyword"])}
    if type_ == "json-query":
        _json_query(cargo, source, at, one, expect)
    if text_of(one.get("proxyId")) or text_of(one.get("proxy_id")):
        cargo.dropped(source, (*at, "proxyId"), "write `http.proxy`")
    return found


def _codes_of(one: Mapping[str, Any]) -> list[str]:
    try:
        found = json.loads(text_of(one.get("accepted_statuscodes_json")) or "[]")
    except (ValueError, RecursionError):
        return []
    return [text_of(code) for code in items(found)]


def _statuses(cargo: Cargo, source: Source, at: tuple[str | int, ...], codes: list[str]) -> list[int | str]:
    found: list[int | str] = []
    for code in codes:
        whole = re.fullmatch(r"([1-5])00-([1-5])99", code)
        if whole:
            found += [f"{number}xx" for number in range(int(whole.group(1)), int(whole.group(2)) + 1)]
        elif re.fullmatch(r"[1-5][0-9][0-9]", code):
            found.append(int(code))
        elif span := re.fullmatch(r"([1-5][0-9][0-9])-([1-5][0-9][0-9])", code):
            found += list(range(int(span.group(1)), int(span.group(2)) + 1))
        else:
            cargo.dropped(source, (*at, "accepted_statuscodes"), f"`{code}` is no status code")
    return list(dict.fromkeys(found)) or ["2xx"]


def _headers(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], one: Mapping[str, Any], name: str
) -> dict[str, str]:
    raw = one.get("headers")
    if isinstance(raw, str) and raw.strip():
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            cargo.dropped(source, (*at, "headers"), "they are not JSON")
            return {}
    found = {}
    for key, value in mapping(raw).items():
        if re.search("authorization|token|key|secret|cookie|password", key, re.IGNORECASE):
            found[key] = cargo.secret(f"{name}_{key}", source, *at, "headers")
        else:
            found[key] = plain(value)
    return found


def _auth(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], one: Mapping[str, Any], name: str
) -> dict[str, Any] | None:
    method = text_of(one.get("authMethod") or one.get("auth_method"))
    if not method and text_of(one.get("basic_auth_user")):
        method = "basic"
    match method:
        case "basic":
            return {
                "basic": {
                    "username": plain(one.get("basic_auth_user")),
                    "password": cargo.secret(f"{name}_PASSWORD", source, *at, "basic_auth_pass"),
                }
            }
        case "oauth2-cc":
            return {
                "oauth2": {
                    "tokenUrl": plain(one.get("oauth_token_url")),
                    "clientId": plain(one.get("oauth_client_id")),
                    "clientSecret": cargo.secret(f"{name}_CLIENT_SECRET", source, *at, "oauth_client_secret"),
                    "scopes": text_of(one.get("oauth_scopes")).split(),
                }
            }
        case "ntlm" | "mtls":
            cargo.dropped(
                source,
                (*at, "authMethod"),
                f"`{method}` is not carried" + ("; write `http.tls`" if method == "mtls" else ""),
            )
        case _:
            pass
    return None


def _json_query(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], one: Mapping[str, Any], expect: dict[str, Any]
) -> None:
    path, wanted = text_of(one.get("jsonPath")), text_of(one.get("expectedValue"))
    operator = text_of(one.get("jsonPathOperator")) or "=="
    if (
        not re.fullmatch(r"\$?\.?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])*", path)
        or operator == "contains"
    ):
        cargo.dropped(
            source, (*at, "jsonPath"), "only plain paths are carried; write a CEL expression under `expect.that`"
        )
        return
    escaped = wanted.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    value = wanted if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|true|false", wanted) else f'"{plain(escaped)}"'
    expect["that"] = [f"json.{path.lstrip('$').lstrip('.')} {operator} {value}"]


_SIMPLE = {
    "slack": ("slack", {"webhookUrl": "slackwebhookURL"}),
    "discord": ("discord", {"webhookUrl": "discordWebhookUrl"}),
    "teams": ("teams", {"webhookUrl": "webhookUrl"}),
    "mattermost": ("mattermost", {"webhookUrl": "mattermostWebhookUrl"}),
    "GoogleChat": ("googleChat", {"webhookUrl": "googleChatWebhookURL"}),
    "PagerDuty": ("pagerduty", {"routingKey": "pagerdutyIntegrationKey"}),
    "Opsgenie": ("opsgenie", {"apiKey": "opsgenieApiKey"}),
    "pushover": ("pushover", {"token": "pushoverapptoken", "user": "pushoveruserkey"}),
    "webhook": ("webhook", {"url": "webhookURL"}),
}


def _channel(cargo: Cargo, source: Source, at: tuple[str | int, ...], raw: dict[str, Any]) -> str | None:
    one = dict(raw)
    if isinstance(raw.get("config"), str):
        try:
            one |= mapping(json.loads(raw["config"]))
        except (ValueError, RecursionError):
            cargo.dropped(source, (*at, "config"), "it is not JSON")
            return None
    type_ = text_of(one.get("type"))
    name = cargo.name("Channel", text_of(one.get("name")) or type_)

    def secret(key: str) -> str:
        return cargo.secret(f"{name}_{key}", source, *at, key)

    if type_ in _SIMPLE:
        ours, keys = _SIMPLE[type_]
        spec: dict[str, Any] = {ours: {key: secret(theirs) for key, theirs in keys.items()}}
        if type_ == "webhook":
            cargo.changed(source, at, "a webhook posts Wakeful's own JSON")
    elif type_ == "telegram":
        spec = {"telegram": {"token": secret("telegramBotToken"), "chat": plain(one.get("telegramChatID"))}}
    elif type_ == "ntfy":
        spec = {
            "ntfy": {"topic": plain(one.get("ntfytopic"))}
            | ({"server": plain(one["ntfyserverurl"])} if one.get("ntfyserverurl") else {})
        }
    elif type_ == "smtp":
        port = int(_number(one.get("smtpPort"), 587))
        mail: dict[str, Any] = {
            "to": [plain(each.strip()) for each in text_of(one.get("smtpTo")).split(",") if each.strip()],
            "from": plain(one.get("smtpFrom")),
            "host": plain(one.get("smtpHost")),
            "port": port,
            "tls": "implicit" if _is_true(one.get("smtpSecure")) else "starttls",
        }
        if text_of(one.get("smtpUsername")):
            mail |= {"username": plain(one["smtpUsername"]), "password": secret("smtpPassword")}
        spec = {"email": mail}
    elif type_ == "apprise":
        spec = {"apprise": {"urls": [secret("appriseURL")]}}
    else:
        cargo.dropped(source, (*at, "type"), f"there is no channel for `{type_}`; `apprise` may know the service")
        return None
    cargo.add("channels.yaml", "Channel", name, spec, source, *at)
    return name


def _pages(cargo: Cargo, source: Source, names: Mapping[str, str]) -> None:
    for index, raw in enumerate(items(source.data.get("statusPageList"))):
        page, at = mapping(raw), ("statusPageList", index)
        components = []
        for group in items(page.get("publicGroupList")):
            for monitor in items(mapping(group).get("monitorList")):
                name = names.get(text_of(mapping(monitor).get("id")))
                if name:
                    component = {"name": plain(mapping(monitor).get("name"))[:100] or name, "monitors": [name]}
                    title = plain(mapping(group).get("name"))[:100]
                    components.append(component | ({"group": title} if title else {}))
        if not components:
            cargo.dropped(source, at, "the page shows no monitor")
            continue
        slug = cargo.name("slug", text_of(page.get("slug")) or text_of(page.get("title")))
        spec: dict[str, Any] = {"title": plain(page.get("title"))[:100] or slug, "slug": slug, "components": components}
        if text_of(page.get("description")):
            spec["description"] = plain(page["description"])[:500]
        for key in ("customCSS", "icon", "googleAnalyticsId", "footerText", "theme"):
            if text_of(page.get(key)):
                cargo.dropped(source, (*at, key), "a page has no custom look and loads nothing from others")
        domains = [text_of(one) for one in items(page.get("domainNameList")) if text_of(one)]
        if domains:
            spec["domains"] = domains[:20]
        cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", slug), spec, source, *at)


def _maintenance(
    cargo: Cargo, source: Source, at: tuple[str | int, ...], one: dict[str, Any], names: Mapping[str, str]
) -> None:
    dates = [text_of(each) for each in items(one.get("dateRange"))]
    if text_of(one.get("strategy")) != "single" or len(dates) != 2:
        cargo.dropped(source, at, "only single maintenances are carried; write `rrule` and `duration`")
        return
    watched = [
        names[number] for each in items(one.get("monitorList")) if (number := text_of(mapping(each).get("id"))) in names
    ]
    if not watched:
        cargo.dropped(source, at, "it is about no monitor")
        return
    start, end = (each.replace(" ", "T") for each in dates)
    zone = "" if re.search(r"(Z|[+-]\d\d:\d\d)$", start) else "Z"
    if zone:
        cargo.changed(source, at, "its times have no zone and are taken for UTC")
    title = plain(one.get("title"))[:200] or "Maintenance"
    spec = {"title": title, "match": {"monitors": watched}, "start": start + zone, "end": end + zone}
    cargo.add("maintenance.yaml", "Maintenance", cargo.name("Maintenance", title), spec, source, *at)
