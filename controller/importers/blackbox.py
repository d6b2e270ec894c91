"""Prometheus' blackbox exporter: its modules, times the targets of `prometheus.yml`, and alert rules on `probe_success`.

The formats: CONFIGURATION.md of github.com/prometheus/blackbox_exporter, and prometheus.io/docs on configuration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from controller.importers.carrying import Cargo, duration, plain, rhythm, seconds
from controller.importers.imported import Imported, Unreadable
from controller.importers.reading import Source, items, mapping, read, text_of

_EVERY = 60.0
_TIMEOUT = 10.0


@dataclass(frozen=True)
class _Module:
    name: str
    value: dict[str, Any]
    source: Source

    @property
    def at(self) -> tuple[str, str]:
        return ("modules", self.name)


def convert(files: Mapping[str, str]) -> Imported:
    """Turn modules, targets and rules into specs. Raises Unreadable where there is no module."""
    sources = [one for file in sorted(files) for one in read(file, files[file])]
    modules = {
        name: _Module(name, mapping(value), one)
        for one in sources
        if isinstance(one.data, dict)
        for name, value in mapping(one.data.get("modules")).items()
    }
    if not modules:
        raise Unreadable("there are no `modules` in it|is this the configuration of the blackbox exporter?")
    cargo = Cargo("the blackbox exporter")
    listed = {source.file: items(source.data) for source in sources if isinstance(source.data, list)}
    used = set[str]()
    for source in sources:
        if isinstance(source.data, dict):
            used |= _scrapes(cargo, source, modules, listed)
            _rules(cargo, source)
    for name, module in modules.items():
        if name not in used:
            cargo.dropped(module.source, module.at, "no target uses it; give `prometheus.yml`, too, or write a Monitor")
    return cargo.finish()


def _scrapes(cargo: Cargo, source: Source, modules: Mapping[str, _Module], listed: Mapping[str, list[Any]]) -> set[str]:
    usual = seconds(mapping(source.data.get("global")).get("scrape_interval")) or _EVERY
    used = set[str]()
    for index, raw in enumerate(items(source.data.get("scrape_configs"))):
        job, at = mapping(raw), ("scrape_configs", index)
        names = [text_of(one) for one in items(mapping(job.get("params")).get("module"))]
        if not names and "/probe" not in text_of(job.get("metrics_path")):
            continue
        module = modules.get(names[0]) if names else modules.get("http_2xx")
        if module is None:
            cargo.dropped(source, (*at, "params"), f"there is no module `{names[0] if names else 'http_2xx'}`")
            continue
        used.add(module.name)
        every = seconds(job.get("scrape_interval")) or usual
        for target, labels, path in _targets(cargo, source, job, at, listed):
            _monitor(cargo, source, path, module, target, labels, every, text_of(job.get("job_name")))
    return used


def _targets(
    cargo: Cargo, source: Source, job: Mapping[str, Any], at: tuple[str | int, ...], listed: Mapping[str, list[Any]]
) -> list[tuple[str, dict[str, str], tuple[str | int, ...]]]:
    groups = [
        (mapping(one), (*at, "static_configs", index)) for index, one in enumerate(items(job.get("static_configs")))
    ]
    for index, raw in enumerate(items(job.get("file_sd_configs"))):
        for file in items(mapping(raw).get("files")):
            name = text_of(file).rpartition("/")[2]
            found = [one for path, values in listed.items() if path.rpartition("/")[2] == name for one in values]
            groups += [(mapping(one), (*at, "file_sd_configs", index)) for one in found]
            if not found:
                cargo.dropped(source, (*at, "file_sd_configs", index), f"`{text_of(file)}` was not given")
    for key in job:
        if key.endswith("_sd_configs") and key != "file_sd_configs":
            cargo.dropped(source, (*at, key), "targets that are discovered cannot be known here")
    found_targets = []
    for group, path in groups:
        labels = {
            key: plain(value)[:256]
            for key, value in mapping(group.get("labels")).items()
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./-]{0,62}", key) and not key.startswith("__")
        }
        found_targets += [
            (text_of(one), labels, (*path, "targets", number)) for number, one in enumerate(items(group.get("targets")))
        ]
    return found_targets


def _monitor(
    cargo: Cargo,
    source: Source,
    at: tuple[str | int, ...],
    module: _Module,
    target: str,
    labels: dict[str, str],
    every: float,
    job: str,
) -> None:
    probe, expect = _probe(cargo, module, target)
    if probe is None:
        return
    timeout = min(seconds(module.value.get("timeout")) or _TIMEOUT, every, 300)
    spec: dict[str, Any] = {"every": rhythm(every, _EVERY), "timeout": duration(max(timeout, 0.01)), **probe}
    # One failed probe is `probe_success 0`; how long it must last is what alert rules say.
    spec["confirm"] = {"down": 1}
    if expect:
        spec["expect"] = expect
    name = cargo.name("Monitor", f"{job} {target.rpartition('://')[2]}")
    where = re.sub(r"[^a-z0-9]+", "-", job.lower()).strip("-") or "monitors"
    cargo.add(
        f"monitors/{where}.yaml",
        "Monitor",
        name,
        spec,
        source,
        *at,
        labels={"job": plain(job)[:256], **labels} if job else labels,
    )


def _probe(cargo: Cargo, module: _Module, target: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    prober = text_of(module.value.get("prober"))
    said = mapping(module.value.get(prober))
    cargo.unknown(module.source, module.value, {"prober", "timeout", prober}, *module.at)
    expect: dict[str, Any] = {}
    match prober:
        case "http":
            return {"http": _http(cargo, module, said, target, expect)}, expect
        case "tcp":
            return _tcp(cargo, module, said, target, expect), expect
        case "icmp":
            found: dict[str, Any] = {"host": plain(target), "count": 1}
            return {"icmp": found | _ip(said)}, expect
        case "dns":
            return {"dns": _dns(cargo, module, said, target)}, expect
        case "grpc":
            host, port = _host(target)
            found = {"host": host, "plaintext": said.get("tls") is not True} | ({"port": port} if port else {})
            return {"grpc": found | ({"service": plain(said["service"])} if said.get("service") else {})}, expect
        case _:
            cargo.dropped(module.source, (*module.at, "prober"), f"there is no probe for `{prober}`")
            return None, expect


def _host(target: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(target if "://" in target else f"//{target}")
        return plain(parts.hostname or target), parts.port
    except ValueError:
        return plain(target), None


def _ip(said: Mapping[str, Any]) -> dict[str, Any]:
    """Only one family, where the other is no fallback."""
    if said.get("ip_protocol_fallback") is False:
        return {"ip": 4 if said.get("preferred_ip_protocol") == "ip4" else 6}
    return {}


_HTTP = {
    "valid_status_codes", "method", "headers", "http_headers", "body", "basic_auth", "authorization", "bearer_token",
    "oauth2", "follow_redirects", "no_follow_redirects", "tls_config", "preferred_ip_protocol", "ip_protocol_fallback",
    "fail_if_body_matches_regexp", "fail_if_body_not_matches_regexp", "fail_if_ssl", "fail_if_not_ssl", "proxy_url",
    "fail_if_header_matches", "fail_if_header_not_matches", "valid_http_versions", "compression", "body_size_limit",
    "fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel",
}  # fmt: skip


def _http(cargo: Cargo, module: _Module, said: dict[str, Any], target: str, expect: dict[str, Any]) -> dict[str, Any]:
    at, source = (*module.at, "http"), module.source
    cargo.unknown(source, said, _HTTP, *at)
    found: dict[str, Any] = {"url": plain(target if "://" in target else f"http://{target}")}
    if text_of(said.get("method")).upper() not in ("", "GET"):
        found["method"] = text_of(said["method"]).upper()
    headers = {key: _header(cargo, module, key, value) for key, value in mapping(said.get("headers")).items()}
    for key, value in mapping(said.get("http_headers")).items():
        headers[key] = _header(
            cargo, module, key, ", ".join(text_of(one) for one in items(mapping(value).get("values")))
        )
    if headers:
        found["headers"] = headers
    if text_of(said.get("body")):
        found["body"] = plain(said["body"])
    if said.get("follow_redirects") is False or said.get("no_follow_redirects") is True:
        found["redirects"] = 0
    else:
        found["redirects"] = 10
    found |= _ip(said) | _login(cargo, module, said)
    tls = mapping(said.get("tls_config"))
    if tls.get("insecure_skip_verify") is True:
        found["verify"] = False
    for key in tls:
        if key not in ("insecure_skip_verify",):
            cargo.dropped(source, (*at, "tls_config", key), "write its text under `http.tls`; files are not read")
    if text_of(said.get("proxy_url")):
        found["proxy"] = plain(said["proxy_url"])
    if text_of(said.get("compression")):
        cargo.changed(source, (*at, "compression"), "every encoding that libcurl knows is accepted")
    versions = [text_of(one) for one in items(said.get("valid_http_versions"))]
    if len(versions) == 1 and versions[0] in ("HTTP/1.1", "HTTP/2.0", "HTTP/2"):
        found["version"] = "1.1" if versions[0] == "HTTP/1.1" else "2"
    elif versions:
        cargo.changed(source, (*at, "valid_http_versions"), "any version of HTTP is accepted")
    _http_expect(cargo, module, said, found, expect)
    return found


def _header(cargo: Cargo, module: _Module, key: str, value: Any) -> str:
    if re.search("authorization|token|key|secret|cookie", key, re.IGNORECASE):
        return cargo.secret(f"{module.name}_{key}", module.source, *module.at, "http")
    return plain(value)


def _login(cargo: Cargo, module: _Module, said: Mapping[str, Any]) -> dict[str, Any]:
    def secret(what: str) -> str:
        return cargo.secret(f"{module.name}_{what}", module.source, *module.at, "http")

    basic, oauth, bearer = (
        mapping(said.get("basic_auth")),
        mapping(said.get("oauth2")),
        said.get("authorization") or said.get("bearer_token"),
    )
    if basic:
        return {"auth": {"basic": {"username": plain(basic.get("username")), "password": secret("password")}}}
    if oauth:
        scopes = [plain(one) for one in items(oauth.get("scopes"))]
        return {
            "auth": {
                "oauth2": {
                    "tokenUrl": plain(oauth.get("token_url")),
                    "clientId": plain(oauth.get("client_id")),
                    "clientSecret": secret("client_secret"),
                    "scopes": scopes,
                }
            }
        }
    return {"auth": {"bearer": secret("token")}} if bearer else {}


def _http_expect(
    cargo: Cargo, module: _Module, said: Mapping[str, Any], found: Mapping[str, Any], expect: dict[str, Any]
) -> None:
    at, source = (*module.at, "http"), module.source
    codes = [code for code in items(said.get("valid_status_codes")) if isinstance(code, int) and 100 <= code <= 599]
    expect["status"] = codes or ["2xx"]
    body: dict[str, Any] = {}
    that: list[str] = []
    for key, ours in (("fail_if_body_not_matches_regexp", ""), ("fail_if_body_matches_regexp", "!")):
        for index, pattern in enumerate(items(said.get(key))):
            try:
                re.compile(text_of(pattern))
            except re.error:
                cargo.dropped(source, (*at, key, index), "the pattern is not one that we can read")
                continue
            if not ours and "matches" not in body:
                body["matches"] = text_of(pattern)
            else:
                that.append(f"{ours}body.matches({_quoted(text_of(pattern))})")
    if body:
        expect["body"] = body
    for key, ours in (("fail_if_body_json_not_matches_cel", ""), ("fail_if_body_json_matches_cel", "!")):
        if text_of(said.get(key)):
            that.append(f"{ours}({re.sub(chr(92) + 'bbody' + chr(92) + 'b', 'json', text_of(said[key]))})")
    is_https = str(found["url"]).startswith("https:")
    for key, wanted in (("fail_if_not_ssl", True), ("fail_if_ssl", False)):
        if said.get(key) is True and is_https != wanted:
            cargo.changed(source, (*at, key), "the target's scheme would always fail this; it is left out")
    for key in ("fail_if_header_matches", "fail_if_header_not_matches"):
        for raw in items(said.get(key)):
            header, pattern = text_of(mapping(raw).get("header")).lower(), text_of(mapping(raw).get("regexp"))
            there, match = f"({_quoted(header)} in headers)", f"headers[{_quoted(header)}].matches({_quoted(pattern)})"
            allow = mapping(raw).get("allow_missing") is True
            test = match if key.endswith("not_matches") else f"!{match}"
            that.append(f"!{there} || {test}" if allow else f"{there} && {test}")
    if that:
        expect["that"] = that


def _quoted(text: str) -> str:
    return '"' + plain(text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) + '"'


def _tcp(
    cargo: Cargo, module: _Module, said: dict[str, Any], target: str, expect: dict[str, Any]
) -> dict[str, Any] | None:
    at, source = (*module.at, "tcp"), module.source
    cargo.unknown(
        source, said, {"query_response", "tls", "tls_config", "preferred_ip_protocol", "ip_protocol_fallback"}, *at
    )
    host, port = _host(target)
    if port is None:
        cargo.dropped(source, at, f"the target `{target}` has no port")
        return None
    turns = [mapping(one) for one in items(said.get("query_response"))]
    if any(one.get("starttls") is True for one in turns):
        protocol = {25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 21: "ftp", 389: "ldap", 5432: "postgres"}.get(
            port, "smtp"
        )
        cargo.changed(source, (*at, "query_response"), f"the dialogue becomes `starttls` with the protocol {protocol}")
        return {"starttls": {"host": host, "port": port, "protocol": protocol}}
    if said.get("tls") is True:
        if turns:
            cargo.dropped(source, (*at, "query_response"), "nothing is said over TLS")
        return {
            "tls": {
                "host": host,
                "port": port,
                "verify": mapping(said.get("tls_config")).get("insecure_skip_verify") is not True,
            }
        }
    found: dict[str, Any] = {"host": host, "port": port}
    sends = [text_of(one["send"]) for one in turns if "send" in one]
    receives = [text_of(one["expect"]) for one in turns if "expect" in one]
    if sends:
        found["send"] = plain("\n".join(sends) + "\n")
    if receives:
        found["receive"] = receives[-1]
    if len(turns) > 2 or len(receives) > 1:
        cargo.changed(source, (*at, "query_response"), "all is sent at once, and the last answer is looked for")
    return {"tcp": found}


def _dns(cargo: Cargo, module: _Module, said: dict[str, Any], target: str) -> dict[str, Any]:
    at, source = (*module.at, "dns"), module.source
    known = {
        "query_name",
        "query_type",
        "transport_protocol",
        "valid_rcodes",
        "preferred_ip_protocol",
        "ip_protocol_fallback",
        "dns_over_tls",
    }
    cargo.unknown(source, said, known, *at)
    host, port = _host(target)
    found: dict[str, Any] = {"name": plain(said.get("query_name")).rstrip(".") or ".", "server": host}
    kind = text_of(said.get("query_type")).upper()
    if kind and kind != "ANY":
        found["type"] = kind
    if port:
        found["port"] = port
    if said.get("dns_over_tls") is True:
        found["transport"] = "tls"
    elif said.get("transport_protocol") == "tcp":
        found["transport"] = "tcp"
    codes = [text_of(one) for one in items(said.get("valid_rcodes"))]
    if codes:
        found["rcode"] = codes[0]
        if len(codes) > 1:
            cargo.changed(source, (*at, "valid_rcodes"), f"only {codes[0]} is accepted")
    return found


_SUCCESS = re.compile(r"^\s*probe_success(?:\{([^}]*)\})?\s*==\s*0\s*$")
_EXPIRY = re.compile(r"^\s*probe_ssl_earliest_cert_expiry(?:\{[^}]*\})?\s*-\s*time\(\)\s*<\s*(.+?)\s*$")


def _rules(cargo: Cargo, source: Source) -> None:
    for at_group, group in enumerate(items(source.data.get("groups"))):
        for index, raw in enumerate(items(mapping(group).get("rules"))):
            rule, at = mapping(raw), ("groups", at_group, "rules", index)
            if "alert" not in rule:
                continue
            match, expiry = _SUCCESS.match(text_of(rule.get("expr"))), _EXPIRY.match(text_of(rule.get("expr")))
            if not match and not expiry:
                cargo.dropped(
                    source, (*at, "expr"), "only `probe_success == 0` and the certificate's expiry are carried"
                )
                continue
            severity = text_of(mapping(rule.get("labels")).get("severity"))
            spec: dict[str, Any] = {"severity": severity if severity in ("info", "warning", "critical") else "critical"}
            length = _product(expiry.group(1)) if expiry else None
            if match:
                spec["down"] = {"for": duration(seconds(rule.get("for")) or 0)}
                labels = dict(re.findall(r'([A-Za-z_]\w*)\s*=\s*"([^"]*)"', match.group(1) or ""))
                labels.pop("instance", None)
                if labels:
                    spec["match"] = {"labels": {key: plain(value) for key, value in labels.items()}}
            elif length:
                spec["certificate"] = {"validFor": duration(length)}
            else:
                cargo.dropped(source, (*at, "expr"), "the time cannot be read")
                continue
            summary = text_of(mapping(rule.get("annotations")).get("summary"))
            if summary:
                spec["summary"] = plain(re.sub(r"\{\{.*?\}\}", "{{ monitor }}", summary).replace("{%", "{"))[:500]
            cargo.changed(
                source, at, "it tells nobody yet: add `notify`, or a Route; Alertmanager's routes are not read"
            )
            cargo.add("alerts.yaml", "AlertRule", cargo.name("AlertRule", text_of(rule["alert"])), spec, source, *at)


def _product(text: str) -> float | None:
    """Seconds, written as a product such as `86400 * 30`."""
    parts = [one.strip() for one in text.split("*")]
    if not all(re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", one) for one in parts):
        return None
    result = 1.0
    for one in parts:
        result *= float(one)
    return result
