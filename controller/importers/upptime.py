"""Upptime: `.upptimerc.yml`.

The format: upptime.js.org/docs/configuration. `$NAME` in it is a secret of the repository, and stays one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from controller.importers.carrying import Cargo, duration, plain
from controller.importers.imported import Imported, Unreadable, document
from controller.importers.reading import Source, items, mapping, read, text_of
from specs.fields import HttpUrl
from specs.load import load

At = tuple[str | int, ...]
_Wanted = tuple[At, dict[str, Any], str, dict[str, Any], dict[str, str]]
"""A monitor to be: where its site stands, the site, its name, its spec and its labels."""

# GitHub writes the names of secrets in capitals, so that `$top` of a query and `$id` of GraphQL are none.
_SECRET = re.compile(r"\$([A-Z_][A-Z0-9_]*)(?![A-Za-z0-9_])")
_WHOLE_SECRET = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_SENSITIVE = re.compile(
    r"authorization|token|pass|secret|cookie|credential|signature|api[-_]?key|(^|[-_])(key|auth|sig|pwd?)$",
    re.IGNORECASE,
)
_WEBHOOK = re.compile(
    r"//(hooks\.slack\.com|discord(app)?\.com/api/webhooks|[^/]*\.webhook\.office\.com|chat\.googleapis\.com)/"
)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
_URL = TypeAdapter[str](HttpUrl)

_EVERY, _TIMEOUT, _REDIRECTS, _TRIES_AGAIN = 300.0, 30.0, 3, 2
_EXPIRES = "7d"

_HTTP_ONLY = (
    "method", "headers", "expectedStatusCodes", "maxRedirects",
    "__dangerous__insecure", "__dangerous__disable_verify_peer", "__dangerous__disable_verify_host",
    "__dangerous__body_down", "__dangerous__body_down_if_text_missing", "__dangerous__body_degraded",
    "__dangerous__body_degraded_if_text_missing",
)  # fmt: skip
_NOWHERE = {
    "assignees": "incidents are not issues; annotate the monitor with `wakeful.dev/owner`, or write a Route",
    "icon": "pages load nothing from others",
    "verbose": "`wakeful run` shows what a check did",
    "type": "checks are made by your workers; name their `regions`",
    "location": "checks are made by your workers; name their `regions`",
    "connectTimeout": "`timeout` is for the whole check",
}
_SITE = {
    "name", "url", "body", "maxResponseTime", "maxRetries", "requestTimeout", "check", "port", "ipv6", "tags", "slug",
    *_HTTP_ONLY, *_NOWHERE,
}  # fmt: skip
_IGNORED = {
    "owner": "the repository is the one that the specs are in",
    "repo": "the repository is the one that the specs are in",
    "repositoryName": "the repository is the one that the specs are in",
    "user-agent": "it is for GitHub's API, which is not asked",
    "PAT": "no token of GitHub is needed; take it out of the file, and revoke it",
    "assignees": "incidents are not issues; annotate monitors with `wakeful.dev/owner`, or write a Route",
    "delay": "checks are spread by themselves",
    "runner": "checks are made by workers",
    "i18n": "the words of a page are its own",
    "commitMessages": "results are not committed",
    "commitPrefixStatusUp": "results are not committed",
    "commitPrefixStatusDown": "results are not committed",
    "commitPrefixStatusDegraded": "results are not committed",
    "skipDeleteIssues": "incidents are not issues",
    "skipAssign": "incidents are not issues",
    "skipDescriptionUpdate": "the repository is left alone",
    "skipTopicsUpdate": "the repository is left alone",
    "skipHomepageUpdate": "the repository is left alone",
    "skipPoweredByReadme": "there is no README to write",
    "summaryStartHtmlComment": "there is no README to write",
    "summaryEndHtmlComment": "there is no README to write",
    "liveStatusHtmlComment": "there is no README to write",
    "customStatusWebsitePackage": "pages are served by Wakeful",
}
_KNOWN = {
    *_IGNORED,
    "sites",
    "status-website",
    "notifications",
    "workflowSchedule",
    "skipGeneratingWebsite",
    "robotsText",
}


@dataclass
class _Cargo(Cargo):
    """Knows which value each new secret stands for, so that two values never share a name."""

    values: dict[str, str] = field(default_factory=dict)

    def reserve(self, text: str) -> None:
        """Keep the names of secrets that a file refers to for these."""
        self.values |= {match.group(1): match.group() for match in _SECRET.finditer(text)}

    def hide(self, value: str, hint: str, source: Source, *at: str | int) -> str:
        """A reference in place of a value that must not stand in git."""
        plain_name = re.sub(r"[^A-Z0-9]+", "_", hint.upper()).strip("_")
        name, number = plain_name, 2
        while self.values.setdefault(name, value) != value:
            name, number = f"{plain_name}_{number}", number + 1
        return self.secret(name, source, *at)


def convert(files: Mapping[str, str]) -> Imported:
    """Turn an Upptime configuration into specs. Raises Unreadable where there are no `sites`."""
    cargo = _Cargo("upptime")
    found = []
    named = [file for file in sorted(files) if "upptimerc" in file.rpartition("/")[2]]
    for file in named or sorted(files):
        try:
            found += [one for one in read(file, files[file]) if isinstance(one.data, dict) and "sites" in one.data]
        except Unreadable:
            if named or len(files) == 1:
                raise
    if not found:
        raise Unreadable("there are no `sites` in it|is this the `.upptimerc.yml` of Upptime?")
    for file in sorted(files):
        if re.search(r"(^|/)history/[^/]+\.yml$", file):
            cargo.dropped(_blank(file), (), "what was seen before is not carried; history begins with the first check")
    for source in found:
        cargo.reserve(files[source.file])
    for source in found:
        _convert(cargo, source)
    return cargo.finish()


def _blank(file: str) -> Source:
    return Source(file, {}, read(file, "{}")[0].document)


def _convert(cargo: _Cargo, source: Source) -> None:
    data: dict[str, Any] = source.data
    for key, why in _IGNORED.items():
        if key in data:
            cargo.dropped(source, (key,), why)
    cargo.unknown(source, data, _KNOWN)
    every = _schedule(cargo, source)
    if not isinstance(data["sites"], list):
        cargo.dropped(source, ("sites",), "it is not a list of sites")
    wanted: list[_Wanted] = []
    for index, raw in enumerate(items(data["sites"])):
        at: At = ("sites", index)
        if not isinstance(raw, dict):
            cargo.dropped(source, at, "it is not a site with a `name` and a `url`")
            continue
        cargo.unknown(source, raw, _SITE, *at)
        name = cargo.name("Monitor", text_of(raw.get("slug")) or text_of(raw.get("name")))
        spec = _monitor(cargo, source, at, raw, name, every)
        if spec is not None:
            wanted.append((at, raw, name, spec, _labels(cargo, source, at, raw)))
    components = []
    for (here, site, name, spec, labels), wrong in zip(wanted, _wrong(wanted), strict=True):
        if wrong:
            # A page that named it would be refused as a whole, so it is taken out here and not at the end.
            cargo.dropped(source, here, f"Monitor `{name}` cannot be said here: {wrong}")
            continue
        cargo.add("monitors.yaml", "Monitor", name, spec, source, *here, labels=labels)
        components.append({"name": plain(site.get("name"))[:100] or name, "monitors": [name]})
    _alerts(cargo, source)
    _page(cargo, source, components)


def _wrong(wanted: list[_Wanted]) -> list[str | None]:
    """What is wrong with each monitor, or None."""
    texts = {
        f"{index}.yaml": json.dumps(document("Monitor", name, spec, labels), ensure_ascii=False)
        for index, (_, _, name, spec, labels) in enumerate(wanted)
    }
    wrong = {one.file: one.message for one in reversed(load(texts).errors)}
    return [wrong.get(file) for file in texts]


def _schedule(cargo: _Cargo, source: Source) -> float:
    schedule = mapping(source.data.get("workflowSchedule"))
    for key in schedule:
        if key != "uptime":
            cargo.dropped(source, ("workflowSchedule", key), "only checks are scheduled; the rest is always up to date")
    cron = text_of(schedule.get("uptime"))
    if not cron:
        return _EVERY
    every, is_even = _rhythm(cron)
    if not is_even:
        why = f"checks are made at even intervals: every {duration(every)}"
        cargo.changed(source, ("workflowSchedule", "uptime"), why)
    return every


def _rhythm(cron: str) -> tuple[float, bool]:
    """The time between the runs of a cron expression, the shortest of a day, and whether that is all there is to it."""
    fields = cron.split()
    minutes = _times(fields[0], 60) if len(fields) == 5 else None
    hours = _times(fields[1], 24) if len(fields) == 5 else None
    if not minutes or not hours:
        return _EVERY, False
    runs = sorted(60 * hour + minute for hour in hours for minute in minutes)
    gaps = {(later - earlier) * 60.0 for earlier, later in zip(runs, [*runs[1:], runs[0] + 1440], strict=True)}
    return min(gaps), len(gaps) == 1 and fields[2:] == ["*", "*", "*"]


def _times(field: str, size: int) -> set[int] | None:
    """The numbers that a field of a cron expression stands for; None where it cannot be read."""
    found = set[int]()
    for part in field.split(","):
        match = re.fullmatch(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", part)
        if not match:
            return None
        first, last, step = match.groups()
        begin = int(first or 0)
        end = int(last) if last else size - 1 if first is None or step else begin
        if begin >= size or end >= size or step in ("0", "00"):
            return None
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def _said(cargo: _Cargo, source: Source, at: At, value: Any) -> str:
    """A text in which `$NAME` is a secret of the repository, and nothing else is one."""
    text = plain(value)
    if whole := _WHOLE_SECRET.fullmatch(text):
        return cargo.secret(whole.group(1), source, *at)
    return _SECRET.sub(lambda match: cargo.secret(match.group(1), source, *at), text)


def _secretly(cargo: _Cargo, source: Source, at: At, value: Any, hint: str) -> str:
    """A value that must not stand in git: the secret that it names, or a new one."""
    said = _said(cargo, source, at, value)
    return said if "${secret." in said else cargo.hide(text_of(value), hint, source, *at)


def _labels(cargo: _Cargo, source: Source, at: At, site: Mapping[str, Any]) -> dict[str, str]:
    tags = site.get("tags")
    labels = {}
    for tag in [tags] if isinstance(tags, str) else items(tags):
        label = re.sub(r"[^A-Za-z0-9_./-]+", "-", text_of(tag)).strip("-.")[:63]
        if re.match(r"[A-Za-z_]", label):
            labels[label] = "true"
        else:
            cargo.dropped(source, (*at, "tags"), f"`{text_of(tag)}` cannot be the name of a label")
    return labels


def _whole(value: Any) -> int | None:
    """A whole number, be it written as text."""
    if isinstance(value, bool):
        return None
    return int(text) if re.fullmatch(r"\d{1,9}", text := text_of(value)) else None


def _monitor(
    cargo: _Cargo, source: Source, at: At, site: dict[str, Any], name: str, every: float
) -> dict[str, Any] | None:
    check = text_of(site.get("check")) or "http"
    url = text_of(site.get("url")).strip()
    if check not in ("http", "tcp-ping", "ws", "ssl"):
        cargo.dropped(source, (*at, "check"), f"there is no check `{check}`")
        return None
    if not url:
        cargo.dropped(source, at, "it has no `url`")
        return None
    for key, why in _NOWHERE.items():
        if key in site:
            cargo.dropped(source, (*at, key), why)
    timeout = min(_whole(site.get("requestTimeout")) or _TIMEOUT, every, 300)
    again = _whole(site.get("maxRetries"))
    spec: dict[str, Any] = {
        "every": duration(every),
        "timeout": duration(timeout),
        "confirm": {"down": 1},
        "retries": min(_TRIES_AGAIN if again is None else again, 10),
    }
    limit = _whole(site.get("maxResponseTime"))
    if limit and check in ("http", "tcp-ping"):
        spec["degraded"] = {"latency": duration(limit / 1000)}
    elif "maxResponseTime" in site:
        cargo.dropped(
            source, (*at, "maxResponseTime"), "it is no number of milliseconds, or Upptime does not use it here"
        )
    if check == "http":
        _http(cargo, source, at, site, name, spec, url)
        return spec
    for key in (*_HTTP_ONLY, *(("body",) if check != "ws" else ())):
        if key in site:
            cargo.dropped(source, (*at, key), f"the check `{check}` does not use it, in Upptime neither")
    if site.get("ipv6") is True:
        cargo.dropped(source, (*at, "ipv6"), f"`{check}` takes the address that the name has")
    if check == "ws":
        here = (*at, "url")
        url = _without_user(cargo, source, here, url, "write the header `Authorization` for it")
        spec["websocket"] = {"url": _address(cargo, source, here, url, name)[0]}
        if text_of(site.get("body")):
            spec["websocket"]["send"] = _body(cargo, source, (*at, "body"), site["body"], name)
        return spec
    return _connection(cargo, source, at, site, spec, url, check)


def _connection(
    cargo: _Cargo, source: Source, at: At, site: dict[str, Any], spec: dict[str, Any], url: str, check: str
) -> dict[str, Any] | None:
    """`tcp-ping` and `ssl`, which take a host and a port."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        host, port = parts.hostname or url, parts.port
    except ValueError:
        cargo.dropped(source, (*at, "url"), "the address cannot be read")
        return None
    if _SECRET.search(url) or _WHOLE_SECRET.fullmatch(url):
        cargo.dropped(source, (*at, "url"), "a host cannot be a secret; write it out, or check it by `http`")
        return None
    if "port" in site:
        port = _whole(site["port"])
        if port is None:
            cargo.dropped(source, (*at, "port"), "a port cannot be a secret; write the number")
            return None
    if check == "ssl":
        spec["tls"] = {"host": plain(host), "port": port or 443}
        spec["expect"] = {"certificate": {"validFor": _EXPIRES}}
        return spec
    if port is None:
        cargo.changed(source, at, "it names no port; 80 is taken, as Upptime does")
    spec["tcp"] = {"host": plain(host), "port": port or 80}
    return spec


def _without_user(cargo: _Cargo, source: Source, at: At, url: str, instead: str) -> str:
    """A URL without the user and password that may stand in it."""
    match = re.match(r"([a-z]+://)?[^/?#@]*@", url, re.IGNORECASE)
    if match is None:
        return url
    cargo.dropped(source, at, f"the user in the address is left out: {instead}")
    return (match.group(1) or "") + url[match.end() :]


def _address(cargo: _Cargo, source: Source, at: At, url: str, name: str) -> tuple[str, dict[str, Any] | None]:
    """A URL without what must not stand in git, and the user and password that stood in it."""
    if _WEBHOOK.search(url):
        return cargo.hide(url, f"{name}_URL", source, *at), None
    try:
        parts = urlsplit(url)
        user, password = parts.username, parts.password
    except ValueError:
        return _said(cargo, source, at, url), None
    auth = None
    if user is not None:
        basic = {"username": _said(cargo, source, at, user), "password": ""}
        if password is None:
            basic["username"] = _secretly(cargo, source, at, user, f"{name}_URL_USER")
        else:
            basic["password"] = _secretly(cargo, source, at, password, f"{name}_URL_PASSWORD")
        auth = {"basic": basic}
        parts = SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, parts.fragment)
    query = "&".join(_parameter(cargo, source, at, one, name) for one in parts.query.split("&"))
    rest = _said(cargo, source, at, urlunsplit(parts._replace(query="", fragment="")))
    return rest + (f"?{query}" if query else "") + (f"#{plain(parts.fragment)}" if parts.fragment else ""), auth


def _parameter(cargo: _Cargo, source: Source, at: At, text: str, name: str) -> str:
    key, _, value = text.partition("=")
    if value and _SENSITIVE.search(key):
        return f"{plain(key)}={_secretly(cargo, source, at, value, f'{name}_URL_{key}')}"
    return _said(cargo, source, at, text)


_FIELD = re.compile(r'("([^"\\]{1,60})"\s*:\s*")((?:[^"\\]|\\.)*)(?=")|((?:^|(?<=&))([^&=\s"{}]{1,60})=)([^&\s]+)')


def _body(cargo: _Cargo, source: Source, at: At, value: Any, name: str) -> str:
    """A body in which the values of passwords and tokens, in JSON or a form, became secrets."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        before, key, inside = match.group(1, 2, 3) if match.group(1) else match.group(4, 5, 6)
        if not inside or _SECRET.search(inside) or not _SENSITIVE.search(key):
            return match.group()
        hidden.append(cargo.hide(inside, f"{name}_BODY_{key}", source, *at))
        return f"{before}\0{len(hidden) - 1}\0"

    # The places of new secrets are marked first, as `${…}` of the body itself has yet to be escaped.
    said = _said(cargo, source, at, _FIELD.sub(hide, text_of(value).replace("\0", "")))
    return re.sub("\0(\\d+)\0", lambda mark: hidden[int(mark.group(1))], said)


def _http(
    cargo: _Cargo, source: Source, at: At, site: dict[str, Any], name: str, spec: dict[str, Any], url: str
) -> None:
    headers = _headers(cargo, source, at, site, name)
    if any(key.lower() == "authorization" for key in headers):
        url = _without_user(cargo, source, (*at, "url"), url, "the header `Authorization` says who asks")
    address, auth = _address(cargo, source, (*at, "url"), url, name)
    if "://" not in address and not address.startswith("${secret."):
        address = f"http://{address}"
    found: dict[str, Any] = {"url": address}
    method = text_of(site.get("method")).upper()
    if method not in ("", "GET"):
        found["method"] = method
    if headers:
        found["headers"] = headers
    if auth:
        found["auth"] = auth
    if text_of(site.get("body")):
        found["body"] = _body(cargo, source, (*at, "body"), site["body"], name)
    redirects = _whole(site.get("maxRedirects"))
    found["redirects"] = min(_REDIRECTS if redirects is None else redirects, 20)
    if any(
        site.get(f"__dangerous__{key}") is True for key in ("insecure", "disable_verify_peer", "disable_verify_host")
    ):
        found["verify"] = False
    if site.get("ipv6") is True:
        found["ip"] = 6
    if "port" in site:
        cargo.dropped(source, (*at, "port"), "write the port into the `url`")
    spec["http"] = found
    spec["expect"] = {"status": _codes(cargo, source, at, site)}
    body = {
        ours: text
        for key, ours in (("body_down_if_text_missing", "contains"), ("body_down", "excludes"))
        if (text := _text(cargo, source, at, site, f"__dangerous__{key}"))
    }
    if body:
        spec["expect"]["body"] = body
    that = [
        f"{sign}body.contains({_quoted(text)})"
        for key, sign in (("body_degraded_if_text_missing", ""), ("body_degraded", "!"))
        if (text := _text(cargo, source, at, site, f"__dangerous__{key}"))
    ]
    if that:
        spec["degraded"] = spec.get("degraded", {}) | {"that": that}


def _headers(cargo: _Cargo, source: Source, at: At, site: dict[str, Any], name: str) -> dict[str, str]:
    headers = {}
    for index, raw in enumerate(items(site.get("headers"))):
        # `- Accept: text/html` without quotes is a mapping; it is clear what was meant
        text = (
            ", ".join(f"{key}: {text_of(one)}" for key, one in raw.items()) if isinstance(raw, dict) else text_of(raw)
        )
        key, colon, value = text.partition(":")
        here = (*at, "headers", index)
        if not colon or not key.strip():
            cargo.dropped(source, here, "it is not a header such as `Accept: text/html`")
        elif _SENSITIVE.search(key.strip()):
            headers[key.strip()] = _secretly(cargo, source, here, value.strip(), f"{name}_{key}")
        else:
            headers[key.strip()] = _said(cargo, source, here, value.strip())
    return headers


def _codes(cargo: _Cargo, source: Source, at: At, site: dict[str, Any]) -> list[int | str]:
    codes: list[int | str] = []
    for index, raw in enumerate(items(site.get("expectedStatusCodes"))):
        code = _whole(raw)
        if code is not None and 100 <= code <= 599:
            codes.append(code)
        else:
            cargo.dropped(source, (*at, "expectedStatusCodes", index), "it is not a status code")
    return codes or ["2xx", "3xx"]


def _text(cargo: _Cargo, source: Source, at: At, site: dict[str, Any], key: str) -> str:
    """A text to look for in bodies. Those cannot hold secrets, as what a check expected is shown."""
    text = text_of(site.get(key))
    if _SECRET.search(text):
        cargo.dropped(source, (*at, key), "what is expected is shown to readers, and cannot be a secret")
        return ""
    return plain(text)


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(char, char) for char in text) + '"'


def _alerts(cargo: _Cargo, source: Source) -> None:
    channels = [
        one
        for index, raw in enumerate(items(source.data.get("notifications")))
        if (one := _channel(cargo, source, index, mapping(raw)))
    ]
    if not channels:
        why = "Upptime learns from its environment whom to tell; write a Channel, and an AlertRule that notifies it"
        cargo.dropped(source, ("notifications",), why)
        return
    rule = {"down": {"for": "0s"}, "notify": channels}
    cargo.add("alerts.yaml", "AlertRule", "down", rule, source, "notifications")
    why = "Upptime tells of degraded sites, too; add an AlertRule with `degraded: {}` if you want that"
    cargo.dropped(source, ("notifications",), why)


def _channel(cargo: _Cargo, source: Source, index: int, one: dict[str, Any]) -> str | None:
    kind, at = text_of(one.get("type")), ("notifications", index)

    def secret(key: str) -> str:
        return cargo.secret(key, source, *at)

    spec: dict[str, Any]
    match kind:
        case "slack" if text_of(one.get("channel")):
            spec = {"slack": {"token": secret("SLACK_BOT_ACCESS_TOKEN"), "channel": plain(one["channel"])}}
        case "slack":
            spec = {"slack": {"webhookUrl": secret("NOTIFICATION_SLACK_WEBHOOK_URL")}}
        case "discord" | "teams":
            spec = {kind: {"webhookUrl": secret(f"NOTIFICATION_{kind.upper()}_WEBHOOK_URL")}}
        case "google-chat" | "googlechat":
            spec = {"googleChat": {"webhookUrl": secret("NOTIFICATION_GOOGLE_CHAT_WEBHOOK_URL")}}
        case "webhook" | "custom-webhook":
            spec = {"webhook": {"url": secret("NOTIFICATION_CUSTOM_WEBHOOK_URL")}}
            cargo.changed(source, at, "the webhook gets Wakeful's JSON, which is not that of Upptime")
        case "telegram":
            chat = plain(one.get("chatId") or one.get("chat_id")) or secret("NOTIFICATION_TELEGRAM_CHAT_ID")
            spec = {"telegram": {"token": secret("NOTIFICATION_TELEGRAM_BOT_KEY"), "chat": chat}}
        case "email":
            spec = {"email": _mail(one, secret)}
        case _:
            cargo.dropped(source, at, f"there is no channel for `{kind}`; `apprise` may know the service")
            return None
    for key in one:
        if key not in ("type", "channel", "chatId", "chat_id", "to"):
            cargo.dropped(source, (*at, key), "this importer does not know the key")
    cargo.changed(source, at, "Upptime takes what is secret of it from the environment; set it where the workers run")
    name = cargo.name("Channel", kind)
    cargo.add("channels.yaml", "Channel", name, spec, source, *at)
    return name


def _mail(one: Mapping[str, Any], secret: Any) -> dict[str, Any]:
    to = plain(one.get("to"))
    return {
        "to": [to if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", to) else secret("NOTIFICATION_EMAIL_TO")],
        "from": secret("NOTIFICATION_EMAIL_FROM"),
        "host": secret("NOTIFICATION_EMAIL_SMTP_HOST"),
        "username": secret("NOTIFICATION_EMAIL_SMTP_USERNAME"),
        "password": secret("NOTIFICATION_EMAIL_SMTP_PASSWORD"),
    }


_OURS = ("name", "introTitle", "introMessage", "cname", "navbar", "publish", "metaTags", "robotsText")
_LOOK = {
    "baseUrl": "a page is at `/status/NAME`",
    "apiBaseUrl": "pages ask nobody else",
    "userContentBaseUrl": "pages ask nobody else",
    "singleCommit": "pages are served, and not committed",
    "favicon": "pages load nothing from others",
    "faviconSvg": "pages load nothing from others",
    "logoUrl": "pages load nothing from others; write the text of an SVG as `logo`",
}


def _page(cargo: _Cargo, source: Source, components: list[dict[str, Any]]) -> None:
    if "status-website" not in source.data:
        return
    site = mapping(source.data["status-website"])
    top = ("status-website",)
    hidden = next((at for at, off in (
        (("skipGeneratingWebsite",), source.data.get("skipGeneratingWebsite") is True),
        ((*top, "publish"), site.get("publish") is False),
    ) if off), None)  # fmt: skip
    if hidden:
        cargo.dropped(source, hidden, "the page is not published, so none is made: write a StatusPage with `access`")
        return
    if not components:
        cargo.dropped(source, top, "a page needs components, and no site could be carried")
        return
    title = plain(site.get("name"))[:100] or "Status"
    spec: dict[str, Any] = {"title": title, "components": _each_once(components)}
    _describe(cargo, source, site, spec)
    domain = text_of(site.get("cname")).lower()
    if _DOMAIN.fullmatch(domain):
        spec["domains"] = [domain]
    elif domain:
        cargo.dropped(source, (*top, "cname"), "it is not a domain such as `status.example.com`")
    links = _links(cargo, source, site)
    if links:
        spec["links"] = links
    if _is_hidden_from_search(source.data, site):
        spec["searchEngines"] = False
    for key in site:
        if key not in _OURS:
            why = _LOOK.get(key, "pages have a look of their own, and run no code of others")
            cargo.dropped(source, (*top, key), why)
    cargo.add("status-page.yaml", "StatusPage", cargo.name("StatusPage", "status"), spec, source, *top)


def _describe(cargo: _Cargo, source: Source, site: dict[str, Any], spec: dict[str, Any]) -> None:
    """The intro as the one sentence that a page has room for."""
    said = ""
    for key in ("introTitle", "introMessage"):
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", plain(site.get(key)))
        text = " ".join(re.sub(r"\*\*|__|`", "", text).split())
        if text and len(said) + len(text) < 500:
            said = f"{said} {text}".strip()
        elif text:
            cargo.dropped(
                source, ("status-website", key), "a page's description has 500 characters; write an Announcement"
            )
    if said:
        spec["description"] = said


def _links(cargo: _Cargo, source: Source, site: dict[str, Any]) -> list[dict[str, str]]:
    links: list[dict[str, str]] = []
    for index, raw in enumerate(items(site.get("navbar"))):
        one, at = mapping(raw), ("status-website", "navbar", index)
        url = text_of(one.get("href") or one.get("url"))
        for name in ("owner", "repo"):
            url = url.replace(f"${name.upper()}", text_of(source.data.get(name)))
        title = plain(one.get("title"))[:100]
        try:
            url = _URL.validate_python(plain(url))
        except ValidationError:
            cargo.dropped(source, at, "a link leads to another site, by a whole URL")
            continue
        if not title or "$" in url or len(links) == 20:
            cargo.dropped(source, at, "it has no title, a secret in its address, or twenty others before it")
            continue
        links.append({"title": title, "url": url})
    return links


def _is_hidden_from_search(data: Mapping[str, Any], site: Mapping[str, Any]) -> bool:
    robots = text_of(data.get("robotsText")) or text_of(site.get("robotsText"))
    tags = " ".join(
        text_of(one.get("content")) for one in map(mapping, items(site.get("metaTags"))) if one.get("name") == "robots"
    )
    return "noindex" in tags.lower() or bool(re.search(r"(?im)^\s*disallow:\s*/\s*$", robots))


def _each_once(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components whose names are told apart."""
    seen = set[str]()
    for one in components:
        name, number = one["name"], 2
        while one["name"] in seen:
            one["name"], number = f"{name[:90]} ({number})", number + 1
        seen.add(one["name"])
    return components
