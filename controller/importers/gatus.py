"""Gatus: `config.yaml`, or a folder of files that are merged.

The format: the README of github.com/TwiN/gatus, sections Configuration, Conditions, Alerting and Suites.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from controller.importers.carrying import Cargo, duration, plain, regex_of, rhythm, seconds
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_CONDITION = re.compile(r"^\s*(.+?)\s+(==|!=|<=|>=|<|>)\s+(.+?)\s*$")
_ENV = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")
_ENDPOINT = {
    "enabled", "name", "group", "url", "method", "conditions", "interval", "graphql", "body", "headers", "dns", "ssh",
    "alerts", "maintenance-windows", "client", "ui", "extra-labels", "store", "always-run",
}  # fmt: skip
_TOP = {"endpoints", "external-endpoints", "suites", "alerting"}
_IGNORED = {
    "storage": "Wakeful keeps what it sees in PostgreSQL",
    "web": "listening is a matter of `wakeful up`, not of specs",
    "ui": "the look of the overview is not a matter of specs",
    "metrics": "metrics are always there, at /metrics",
    "debug": "logging is a matter of the environment",
    "skip-invalid-config-update": "an invalid commit never changes what runs",
    "security": "who may sign in is not a matter of specs",
    "remote": "other instances are not merged; use `workspace` folders",
    "connectivity": "write `connectivity` into the Config",
    "maintenance": "write a Maintenance",
    "announcements": "write an Announcement",
    "concurrency": "workers are scaled, not limited",
    "disable-monitoring-lock": "checks run side by side",
    "tunneling": "checks are made from a region near the target instead",
}


def convert(files: Mapping[str, str]) -> Imported:
    """Turn Gatus' files into specs. Raises Unreadable where none of them is one."""
    sources = [one for file in sorted(files) for one in read(file, files[file]) if isinstance(one.data, dict)]
    if not any(_TOP & set(one.data) for one in sources):
        raise Unreadable("there are no `endpoints` in it|is this a configuration of Gatus?")
    cargo = Cargo("gatus")
    channels: dict[str, str] = {}
    defaults: dict[str, dict[str, Any]] = {}
    for source in sources:
        for type_, provider in mapping(source.data.get("alerting")).items():
            name = _channel(cargo, source, type_, mapping(provider))
            if name:
                channels[type_] = name
            defaults[type_] = mapping(mapping(provider).get("default-alert"))
    for source in sources:
        for key, why in _IGNORED.items():
            if key in source.data:
                cargo.dropped(source, (key,), why)
        cargo.unknown(source, source.data, _TOP | set(_IGNORED))
        for index, one in enumerate(items(source.data.get("endpoints"))):
            _endpoint(cargo, source, ("endpoints", index), mapping(one), channels, defaults)
        for index, one in enumerate(items(source.data.get("external-endpoints"))):
            _external(cargo, source, ("external-endpoints", index), mapping(one), channels, defaults)
        for index, one in enumerate(items(source.data.get("suites"))):
            _suite(cargo, source, ("suites", index), mapping(one))
    return cargo.finish()


def _said(cargo: Cargo, source: Source, path: tuple[str | int, ...], value: Any) -> str:
    """A text in which environment variables are secrets, as both come from where the program runs."""
    text = text_of(value).replace("$$", "\0")

    def replace(match: re.Match[str]) -> str:
        return cargo.secret(match.group(1) or match.group(2), source, *path)

    found = _ENV.sub(replace, text)
    if found == text:
        found = plain(text)
    return found.replace("\0", "$")


def _title(one: Mapping[str, Any]) -> str:
    group = text_of(one.get("group"))
    return f"{group} {text_of(one.get('name'))}" if group else text_of(one.get("name"))


def _file(one: Mapping[str, Any]) -> str:
    group = re.sub(r"[^a-z0-9]+", "-", text_of(one.get("group")).lower()).strip("-")
    return f"monitors/{group or 'monitors'}.yaml"


def _labels(one: Mapping[str, Any]) -> dict[str, str]:
    labels = {"group": plain(one["group"])} if text_of(one.get("group")) else {}
    for key, value in mapping(one.get("extra-labels")).items():
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]{0,62}", key):
            labels[key] = plain(value)[:256]
    return labels


def _endpoint(
    cargo: Cargo,
    source: Source,
    path: tuple[str | int, ...],
    one: dict[str, Any],
    channels: Mapping[str, str],
    defaults: Mapping[str, dict[str, Any]],
) -> None:
    cargo.unknown(source, one, _ENDPOINT, *path)
    if one.get("enabled") is False:
        cargo.dropped(source, (*path, "enabled"), "the endpoint is switched off")
        return
    spec: dict[str, Any] = {"every": rhythm(seconds(one.get("interval"), None), 60)}
    probe = _probe(cargo, source, path, one)
    if probe is None:
        return
    client = mapping(one.get("client"))
    timeout = seconds(client.get("timeout")) or 10.0
    every = seconds(spec["every"]) or 60
    spec["timeout"] = duration(min(max(timeout, 0.01), every, 300))
    spec |= probe
    key = next(iter(probe))
    expect, other = _conditions(cargo, source, path, one, key)
    if key == "http":
        expect.setdefault("status", [f"{number}xx" for number in range(1, 6)])
    if expect and key not in ("heartbeat", "composite"):
        spec["expect"] = expect
    if key == "domain" and "validFor" in other:
        spec["domain"]["validFor"] = other["validFor"]
    if key == "dns" and "rcode" in other:
        spec["dns"]["rcode"] = other["rcode"]
    for ignored in ("maintenance-windows", "store", "ui", "always-run"):
        if ignored in one:
            why = "write a Maintenance" if ignored == "maintenance-windows" else "there is no equal here"
            cargo.dropped(source, (*path, ignored), why)
    name = cargo.name("Monitor", _title(one))
    alerts = _alerts(cargo, source, path, one, name, channels, defaults)
    if alerts:
        spec["confirm"] = {"down": min(max(alerts[0], 1), 100), "up": min(max(alerts[1], 1), 100)}
    cargo.add(_file(one), "Monitor", name, spec, source, *path, labels=_labels(one))


def _probe(cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any]) -> dict[str, Any] | None:
    url = text_of(one.get("url")).strip()
    said = _said(cargo, source, (*path, "url"), url)
    client = mapping(one.get("client"))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        cargo.dropped(source, (*path, "url"), "the URL cannot be read")
        return None
    if "dns" in one:
        dns = mapping(one["dns"])
        found = {
            "name": plain(dns.get("query-name")).rstrip("."),
            "type": text_of(dns.get("query-type")).upper() or "A",
        }
        server = url.removeprefix("dns://").removeprefix("udp://").removeprefix("tcp://")
        return {"dns": found | ({"server": plain(server)} if server else {})}
    conditions = " ".join(text_of(each) for each in items(one.get("conditions")))
    if "[DOMAIN_EXPIRATION]" in conditions and not any(
        word in conditions for word in ("[STATUS]", "[BODY]", "[RESPONSE_TIME]")
    ):
        return {"domain": {"name": ".".join(host.split(".")[-2:]) if host else plain(url)}}
    match parts.scheme:
        case "icmp":
            return {"icmp": {"host": host}}
        case "tcp" if port:
            return {"tcp": {"host": host, "port": port} | _talk(one)}
        case "udp" if port:
            return {"udp": {"host": host, "port": port, "send": plain(one.get("body")) or "\n"}}
        case "tls" if port:
            return {"tls": {"host": host, "port": port, "verify": client.get("insecure") is not True}}
        case "starttls":
            known = {25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 21: "ftp", 389: "ldap"}
            protocol = known.get(port or 25, "smtp")
            cargo.changed(source, (*path, "url"), f"the protocol is not said; it is taken for {protocol} by its port")
            return {"starttls": {"host": host, "protocol": protocol} | ({"port": port} if port else {})}
        case "ws" | "wss":
            body = {"send": plain(one["body"])} if one.get("body") else {}
            return {"websocket": {"url": said, "verify": client.get("insecure") is not True} | body}
        case "grpc" | "grpcs":
            return {"grpc": {"host": host, "plaintext": parts.scheme == "grpc"} | ({"port": port} if port else {})}
        case "ssh":
            return {"ssh": _ssh(cargo, source, path, one, host, port)}
        case "sctp":
            cargo.dropped(source, (*path, "url"), "there is no probe for SCTP")
            return None
        case "http" | "https":
            return {"http": _http(cargo, source, path, one, said)}
        case _:
            pass
    if _ENV.search(url):
        return {"http": _http(cargo, source, path, one, said)}
    cargo.dropped(source, (*path, "url"), f"there is no probe for `{parts.scheme or url[:40]}`")
    return None


def _talk(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"send": plain(one["body"])} if text_of(one.get("body")) else {}


def _ssh(
    cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any], host: str, port: int | None
) -> dict[str, Any]:
    ssh = mapping(one.get("ssh"))
    found: dict[str, Any] = {"host": host} | ({"port": port} if port else {})
    name = _title(one)
    if text_of(ssh.get("username")):
        found["username"] = plain(ssh["username"])
        for key, ours in (("password", "password"), ("private-key", "key")):
            if text_of(ssh.get(key)):
                found[ours] = _secretly(cargo, source, (*path, "ssh", key), ssh[key], f"{name}_SSH_{ours}")
        try:
            import json

            command = mapping(json.loads(text_of(one.get("body")) or "{}")).get("command")
        except ValueError:
            command = None
        if command:
            found["command"] = plain(command)
    return found


def _secretly(cargo: Cargo, source: Source, path: tuple[str | int, ...], value: Any, hint: str) -> str:
    """A value that must not stand in git: the variable that it comes from, or a new secret."""
    text = text_of(value)
    said = _said(cargo, source, path, text)
    return said if "${secret." in said else cargo.secret(hint, source, *path)


_SENSITIVE = re.compile(r"authorization|token|api[-_]?key|secret|cookie|password", re.IGNORECASE)


def _http(cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any], url: str) -> dict[str, Any]:
    found: dict[str, Any] = {"url": url}
    client, name = mapping(one.get("client")), _title(one)
    if text_of(one.get("method")) not in ("", "GET"):
        found["method"] = text_of(one["method"]).upper()
    headers = {}
    for key, value in mapping(one.get("headers")).items():
        at = (*path, "headers", key)
        sensitive = _SENSITIVE.search(key)
        headers[key] = (
            _secretly(cargo, source, at, value, f"{name}_{key}") if sensitive else _said(cargo, source, at, value)
        )
    if headers:
        found["headers"] = headers
    body = _said(cargo, source, (*path, "body"), one.get("body")) if text_of(one.get("body")) else None
    if body and one.get("graphql") is True:
        found["graphql"] = {"query": body}
        found["method"] = "POST"
    elif body:
        found["body"] = body
    if client.get("insecure") is True:
        found["verify"] = False
    if client.get("ignore-redirect") is True:
        found["redirects"] = 0
    oauth = mapping(client.get("oauth2"))
    if oauth:
        found["auth"] = {
            "oauth2": {
                "tokenUrl": _said(cargo, source, (*path, "client", "oauth2", "token-url"), oauth.get("token-url")),
                "clientId": _said(cargo, source, (*path, "client", "oauth2", "client-id"), oauth.get("client-id")),
                "clientSecret": _secretly(
                    cargo,
                    source,
                    (*path, "client", "oauth2", "client-secret"),
                    oauth.get("client-secret"),
                    f"{name}_CLIENT_SECRET",
                ),
                "scopes": [plain(scope) for scope in items(oauth.get("scopes"))],
            }
        }
    if text_of(client.get("proxy-url")):
        found["proxy"] = _said(cargo, source, (*path, "client", "proxy-url"), client["proxy-url"])
    tls = mapping(client.get("tls"))
    if tls:
        found["tls"] = {
            "certificate": cargo.secret(f"{name}_CERTIFICATE", source, *path, "client", "tls"),
            "key": cargo.secret(f"{name}_KEY", source, *path, "client", "tls"),
        }
        cargo.changed(
            source, (*path, "client", "tls"), "files become secrets: give them the text of the certificate and the key"
        )
    known = {"insecure", "ignore-redirect", "timeout", "oauth2", "proxy-url", "tls", "network", "dns-resolver"}
    for key in client:
        if key == "dns-resolver":
            cargo.dropped(source, (*path, "client", key), "the workers' resolver is asked; there is `http.resolver`")
        elif key == "network" and client[key] in ("ip4", "ip6"):
            found["ip"] = int(client[key][-1])
        elif key not in known:
            cargo.dropped(source, (*path, "client", key), "there is no equal here")
    return found


def _conditions(
    cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any], probe: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What must hold: fields of `expect`, CEL where there is no field, and what belongs to the probe."""
    expect: dict[str, Any] = {}
    other: dict[str, Any] = {}
    that: list[str] = []
    for index, text in enumerate(items(one.get("conditions"))):
        at = (*path, "conditions", index)
        match = _CONDITION.match(text_of(text))
        if not match:
            cargo.dropped(source, at, "the condition cannot be read")
            continue
        left, operator, right = match.groups()
        done = _field(expect, other, probe, left, operator, right)
        if done:
            continue
        cel = _cel(probe, left, operator, right)
        if cel:
            that.append(cel)
        else:
            cargo.dropped(source, at, f"`{probe}` cannot tell this")
    if that:
        expect["that"] = that
    return expect, other


def _field(expect: dict[str, Any], other: dict[str, Any], probe: str, left: str, operator: str, right: str) -> bool:
    """Whether a condition is a field of its own, which it then sets."""
    if left == "[CONNECTED]" and operator == "==" and right.lower() == "true":
        return True
    if left == "[STATUS]" and operator == "==" and probe == "http":
        codes = re.fullmatch(r"any\((.*)\)", right)
        listed = [one.strip() for one in (codes.group(1).split(",") if codes else [right])]
        if all(re.fullmatch(r"[1-5][0-9][0-9]", one) for one in listed) and "status" not in expect:
            expect["status"] = [int(one) for one in listed] if len(listed) > 1 else int(listed[0])
            return True
    if (
        left == "[RESPONSE_TIME]"
        and operator in ("<", "<=")
        and right.isdigit()
        and "latency" not in expect
        and probe not in ("domain",)
    ):
        expect["latency"] = duration(int(right) / 1000)
        return True
    length = seconds(right)
    if (
        left == "[CERTIFICATE_EXPIRATION]"
        and operator in (">", ">=")
        and length
        and probe in ("http", "tls", "starttls", "websocket")
    ):
        expect["certificate"] = {"validFor": duration(length)}
        return True
    if left == "[DOMAIN_EXPIRATION]" and operator in (">", ">=") and length and probe == "domain":
        other["validFor"] = duration(length)
        return True
    if left == "[DNS_RCODE]" and operator == "==" and probe == "dns":
        other["rcode"] = right
        return True
    if left == "[BODY]" and operator == "==" and probe == "http" and "body" not in expect:
        pattern = re.fullmatch(r"pat\((.*)\)", right)
        if pattern:
            expect["body"] = {"matches": f"(?s)^{regex_of(pattern.group(1))}$"}
            return True
    return False


_CEL = {
    "http": {"[STATUS]": "status", "[IP]": "ip", "[RESPONSE_TIME]": "latency"},
    "dns": {"[DNS_RCODE]": "rcode"},
    "ssh": {"[STATUS]": "exitCode"},
    "tcp": {"[CONNECTED]": "connected", "[IP]": "ip"},
    "icmp": {"[IP]": "ip"},
    "websocket": {"[BODY]": "message"},
}


def _cel(probe: str, left: str, operator: str, right: str) -> str | None:
    """A condition as CEL, or None where there is no such thing here."""
    length = re.fullmatch(r"len\((.*)\)", left)
    has = re.fullmatch(r"has\((.*)\)", left)
    inner = (length or has).group(1) if (length or has) else left  # type: ignore[union-attr]
    name = _CEL.get(probe, {}).get(inner) or (_json(inner) if probe == "http" else None)
    if inner == "[BODY]":
        name = {"http": "body", "websocket": "message", "udp": "response"}.get(probe)
        if probe == "dns":
            return _dns(operator, right)
    if name is None:
        return None
    if has:
        holds = f"has({name})"
        return holds if (right.lower() == "true") == (operator == "==") else f"!{holds}"
    if length:
        return f"size({name}) {operator} {right}" if right.isdigit() else None
    return _compared(name, operator, right)


def _compared(name: str, operator: str, right: str) -> str | None:
    pattern = re.fullmatch(r"pat\((.*)\)", right)
    if pattern and operator in ("==", "!="):
        found = f"string({name}).matches({_quoted('^' + regex_of(pattern.group(1)) + '$')})"
        return found if operator == "==" else f"!{found}"
    several = re.fullmatch(r"any\((.*)\)", right)
    if several and operator in ("==", "!="):
        found = f"{name} in [{', '.join(_literal(one.strip(), name) for one in several.group(1).split(','))}]"
        return found if operator == "==" else f"!({found})"
    if name == "latency":
        return f"latency {operator} duration('{right}ms')" if right.isdigit() else None
    return f"{name} {operator} {_literal(right, name)}"


def _dns(operator: str, right: str) -> str | None:
    pattern = re.fullmatch(r"pat\((.*)\)", right)
    test = f"one.matches({_quoted('^' + regex_of(pattern.group(1)) + '$')})" if pattern else f"one == {_quoted(right)}"
    return f"answers.exists(one, {test})" if operator == "==" else f"!answers.exists(one, {test})"


def _json(left: str) -> str | None:
    match = re.fullmatch(r"\[BODY\]((?:\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]+\])+)", left)
    if not match:
        return None
    found = "json"
    for part in re.findall(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]", match.group(1)):
        key, index = part
        found += f"[{index}]" if index else f".{key}" if "-" not in key else f"[{_quoted(key)}]"
    return found


def _literal(text: str, name: str) -> str:
    if name in ("ip", "rcode", "message", "body", "response"):
        return _quoted(text)
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?|true|false|null", text):
        return text
    return _quoted(text.strip("\"'"))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain(escaped)}"'


def _alerts(
    cargo: Cargo,
    source: Source,
    path: tuple[str | int, ...],
    one: dict[str, Any],
    name: str,
    channels: Mapping[str, str],
    defaults: Mapping[str, dict[str, Any]],
) -> tuple[int, int] | None:
    """An AlertRule for each alert; the confirmations of the first are the monitor's, which has one of each."""
    confirm: tuple[int, int] | None = None
    for index, raw in enumerate(items(one.get("alerts"))):
        at = (*path, "alerts", index)
        type_ = text_of(mapping(raw).get("type"))
        alert = defaults.get(type_, {}) | {key: value for key, value in mapping(raw).items() if value is not None}
        if alert.get("enabled") is False:
            cargo.dropped(source, at, "the alert is switched off")
            continue
        if type_ not in channels:
            cargo.dropped(source, (*at, "type"), f"there is no channel for `{type_}`; see `alerting`")
            continue
        wanted = (_whole(alert.get("failure-threshold"), 3), _whole(alert.get("success-threshold"), 2))
        if confirm is not None and confirm != wanted:
            cargo.changed(
                source, at, "a monitor is confirmed once for all its alerts; the first alert's thresholds are taken"
            )
        confirm = confirm or wanted
        rule: dict[str, Any] = {"match": {"monitors": [name]}, "down": {"for": "0s"}, "notify": [channels[type_]]}
        if text_of(alert.get("description")):
            rule["summary"] = plain(alert["description"]).replace("{{", "{").replace("{%", "{")[:500]
        if alert.get("send-on-resolved") is False:
            cargo.changed(source, (*at, "send-on-resolved"), "who was told of an alert is told that it is over")
        for key in ("provider-override", "minimum-reminder-interval"):
            if key in alert:
                cargo.dropped(
                    source, (*at, key), "write a Route" if key.startswith("minimum") else "write a Channel of its own"
                )
        cargo.add("alerts.yaml", "AlertRule", cargo.name("AlertRule", f"{name} {type_}"), rule, source, *at)
    return confirm


def _whole(value: Any, usual: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else usual


def _external(
    cargo: Cargo,
    source: Source,
    path: tuple[str | int, ...],
    one: dict[str, Any],
    channels: Mapping[str, str],
    defaults: Mapping[str, dict[str, Any]],
) -> None:
    heartbeat = mapping(one.get("heartbeat"))
    length = seconds(heartbeat.get("interval"))
    if length is None:
        cargo.changed(source, path, "without `heartbeat.interval` nothing is ever overdue; a day is taken")
    name = cargo.name("Monitor", _title(one))
    token = _secretly(cargo, source, (*path, "token"), one.get("token"), f"{name}_TOKEN")
    cargo.changed(source, path, "results are not pushed: the job calls /api/v1/heartbeats/TOKEN when it is well")
    confirm = _alerts(cargo, source, path, one, name, channels, defaults)
    spec: dict[str, Any] = {"heartbeat": {"period": duration(max(length or 86_400, 1)), "token": token}}
    if confirm:
        spec["confirm"] = {"down": 1, "up": 1}
    cargo.add(_file(one), "Monitor", name, spec, source, *path, labels=_labels(one))


def _suite(cargo: Cargo, source: Source, path: tuple[str | int, ...], one: dict[str, Any]) -> None:
    steps = []
    for index, raw in enumerate(items(one.get("endpoints"))):
        at, step = (*path, "endpoints", index), mapping(raw)
        probe = _probe(cargo, source, at, step)
        if probe is None or "http" not in probe:
            cargo.dropped(source, at, "a step of a suite is an HTTP request here")
            continue
        expect, _ = _conditions(cargo, source, at, step, "http")
        if step.get("store"):
            cargo.dropped(source, (*at, "store"), "write `capture` and `${step.X}`")
        steps.append(
            {"name": cargo.name(f"step {path}", text_of(step.get("name"))), "http": probe["http"]}
            | ({"expect": expect} if expect else {})
            | ({"always": True} if step.get("always-run") is True else {})
        )
    if not steps:
        cargo.dropped(source, path, "none of its steps could be carried")
        return
    name = cargo.name("Monitor", _title(one))
    spec = {"every": rhythm(seconds(one.get("interval")), 600), "steps": steps}
    cargo.add(_file(one), "Monitor", name, spec, source, *path, labels=_labels(one))


def _channel(cargo: Cargo, source: Source, type_: str, provider: dict[str, Any]) -> str | None:
    """The channel of an alerting provider, or None where there is no equal."""
    at = ("alerting", type_)
    name = cargo.name("Channel", type_)

    def secret(key: str) -> str:
        return _secretly(cargo, source, (*at, key), provider.get(key), f"{type_}_{key}")

    def said(key: str) -> str:
        return _said(cargo, source, (*at, key), provider.get(key))

    url = "webhook-url"
    match type_:
        case "slack" | "mattermost" | "discord":
            spec: dict[str, Any] = {type_: {"webhookUrl": secret(url)}}
        case "googlechat":
            spec = {"googleChat": {"webhookUrl": secret(url)}}
        case "teams" | "teams-workflows":
            spec = {"teams": {"webhookUrl": secret(url)}}
        case "telegram":
            spec = {"telegram": {"token": secret("token"), "chat": said("id")}}
        case "pagerduty":
            spec = {"pagerduty": {"routingKey": secret("integration-key")}}
        case "opsgenie":
            spec = {"opsgenie": {"apiKey": secret("api-key")}}
        case "pushover":
            spec = {"pushover": {"token": secret("application-token"), "user": secret("user-key")}}
        case "ntfy":
            spec = {
                "ntfy": {"topic": said("topic")}
                | ({"server": said("url")} if provider.get("url") else {})
                | ({"token": secret("token")} if provider.get("token") else {})
            }
        case "twilio":
            spec = {
                "sms": {
                    "accountSid": secret("sid"),
                    "authToken": secret("token"),
                    "from": said("from"),
                    "to": [said("to")],
                }
            }
        case "email":
            spec = {"email": _email(provider, said, secret)}
        case "custom":
            spec = {"webhook": {"url": said("url") or secret("url")}}
            cargo.changed(source, at, "a webhook posts Wakeful's own JSON; the placeholders of `body` are not carried")
        case _:
            cargo.dropped(source, at, f"there is no channel `{type_}`; `apprise` may know the service")
            return None
    for key in provider:
        if key in ("overrides",):
            cargo.dropped(source, (*at, key), "write a Channel and a Route for each group")
    cargo.add("channels.yaml", "Channel", name, spec, source, *at)
    return name


def _email(provider: dict[str, Any], said: Any, secret: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "to": [plain(one.strip()) for one in text_of(provider.get("to")).split(",") if one.strip()],
        "from": said("from"),
        "host": said("host"),
    }
    if isinstance(provider.get("port"), int):
        found["port"] = provider["port"]
    if provider.get("username") or provider.get("password"):
        found |= {"username": said("username") or said("from"), "password": secret("password")}
    return found
