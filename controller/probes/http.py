"""The `http` probe: asks a web server, and makes what it answered into values for conditions."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from controller import clock
from controller.decisions.observation import Seen
from controller.errors import UsageError
from controller.probes.curl import of_loop
from controller.probes.exchange import Certificate, NoAnswer, Request, Response
from specs.monitor import Http, Monitor
from specs.variables import reveal

_COSTLY = ("body", "json", "headers", "certificate")
_CERTIFICATE_EVERY = 3600.0
_CHARSET = re.compile(r'charset\s*=\s*"?([\w.:-]+)', re.IGNORECASE)
_NOT_FOR_BODIES = {"idna", "punycode"}  # their decoders take quadratic time
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")
_KEPT = "%/:=&?~+!$,;'@()*[]"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def compile_target(monitor: Monitor, secret: Callable[[str], str]) -> "HttpTarget":
    """Make a monitor ready to be looked at, with its secrets filled in.

    Raises what `secret` raises, and UsageError when the URL or a header is not fit for use once they are.
    """
    http = monitor.http
    if http is None:
        raise UsageError("the monitor has no `http` probe")
    used = dict[str, str]()

    def note(name: str) -> str:
        used[name] = secret(name)
        return used[name]

    filled = reveal({"url": http.url, "headers": http.headers, "body": http.body}, note)
    request = Request(
        url=_ascii_url(filled["url"]),
        method=http.method,
        headers=_headers(filled["headers"]),
        body=_body(http, filled["body"]),
        redirects=http.redirects,
        verify=http.verify,
        timeout=monitor.timeout.total_seconds(),
    )
    return HttpTarget(request, needs(monitor), used.values())


def needs(monitor: Monitor) -> frozenset[str]:
    """Which of the values that cost something its conditions look at: body, json, headers, certificate."""
    expect, degraded = monitor.expect, monitor.degraded
    conditions = [*expect.that, *(degraded.that if degraded else ())]
    found = {name for name in _COSTLY if any(re.search(rf"\b{name}\b", text) for text in conditions)}
    if expect.body:
        found.add("body")
    if expect.certificate:
        found.add("certificate")
    return frozenset(found)


class HttpTarget:
    """A request ready to be sent again and again.

    Reading a certificate takes a fifth of the time of a TLS handshake. When no condition needs it, it is read
    once an hour, to show when it expires.
    """

    def __init__(self, request: Request, needed: frozenset[str], secrets: Iterable[str]) -> None:
        self._plain = replace(request, want_certificate="certificate" in needed)
        self._full = replace(request, want_certificate=True)
        self._needed = needed
        self._hide = hider(secrets)
        self._is_secure = request.url.lower().startswith("https:")
        self._expires: datetime | None = None
        self._certificate_due = 0.0

    async def look(self) -> Seen:
        """Send the request once and say what came back. Raises OSError when this machine lacks sockets."""
        try:
            response = await of_loop().fetch(self._request())
        except NoAnswer as error:
            return Seen(timedelta(seconds=error.total), error.phases.spans(), failure=self._hide(error.reason))
        phases, latency = response.phases.spans(), timedelta(seconds=response.total)
        return Seen(latency, phases, None, self._values(response, latency, phases), self._details(response))

    def _request(self) -> Request:
        if not self._is_secure or self._plain.want_certificate or time.monotonic() < self._certificate_due:
            return self._plain
        return self._full

    def _values(self, response: Response, latency: timedelta, phases: Mapping[str, timedelta]) -> dict[str, Any]:
        values: dict[str, Any] = {
            "status": response.status,
            "latency": latency,
            "phases": phases,
            "ip": response.ip,
        }
        if self._needed:
            if "body" in self._needed:
                values["body"] = text_of(response)
            if "json" in self._needed:
                values["json"] = json_of(response)
            if "headers" in self._needed:
                values["headers"] = response.headers
            if "certificate" in self._needed:
                values["certificate"] = _certificate_values(response.certificate)
        return values

    def _details(self, response: Response) -> dict[str, Any]:
        details: dict[str, Any] = {"ip": self._hide(response.ip), "status": response.status}
        if self._is_secure:
            if response.certificate is not None:
                self._expires = response.certificate.expire
                self._certificate_due = time.monotonic() + _CERTIFICATE_EVERY
            if self._expires is not None:
                details["certificateExpires"] = self._expires.isoformat()
        return details


def hider(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that puts `***` where a text holds one of the secrets, in whatever case."""
    texts = sorted(filter(None, secrets), key=len, reverse=True)
    if not texts:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(text) for text in texts), re.IGNORECASE)
    return lambda text: pattern.sub("***", text)


def text_of(response: Response) -> str:
    """The body as text, in the character set it claims; UTF-8 when it claims none or one that does not exist."""
    found = _CHARSET.search(response.headers.get("content-type", ""))
    charset = found.group(1).lower() if found else "utf-8"
    if charset not in _NOT_FOR_BODIES:
        try:
            return response.body.decode("utf-8-sig" if charset == "utf-8" else charset, "replace")
        except (LookupError, ValueError):
            pass
    return response.body.decode("utf-8-sig", "replace")


def json_of(response: Response) -> Any:
    """The body as JSON values, or None when it is not JSON."""
    try:
        return msgspec.json.decode(response.body.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


def _certificate_values(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {}
    return {
        "validFor": certificate.expire - clock.now(),
        "issuer": certificate.issuer,
        "subject": certificate.subject,
        "names": list(certificate.names),
    }


def _headers(given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    for name, value in given.items():
        if not _HEADER_NAME.fullmatch(name):
            raise UsageError(f"`{name}` is not the name of a header", "use letters, digits and dashes")
        if any(char in "\r\n\0" for char in value):
            # It would add headers of its own. The value may be a secret, so it is not shown.
            raise UsageError(f"the value of the header `{name}` holds a line break", "check what its secrets hold")
    return tuple(given.items())


def _body(http: Http, text: str | None) -> bytes | None:
    return text.encode() if text is not None and http.method != "HEAD" else None


def _ascii_url(url: str) -> str:
    """The URL as it goes over the wire. An error never shows it, since a part of it may be secret."""
    wrong = UsageError("with its secrets filled in, the URL is not an http or https URL", "check what they hold")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host or _UNFIT.search(url):
            raise wrong
        if url.isascii():
            return url
        credentials, at, _ = parts.netloc.rpartition("@")
        host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except ValueError:
        raise wrong from None
    netloc = quote(credentials, _KEPT) + at + host + (f":{port}" if port else "")
    return urlunsplit((parts.scheme, netloc, quote(parts.path, _KEPT), quote(parts.query, _KEPT), ""))
