"""One HTTP request and what became of it, as plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from controller.errors import WakefulError
from controller.probes.names import is_address

BODY_LIMIT = 1024 * 1024
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Request:
    """One HTTP request, made once and sent many times. `timeout` is in seconds and covers everything.

    `url`, and the names of `headers`, are ASCII. `body_limit` is in bytes after decompression; what lies beyond
    is not read.
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    redirects: int = 5
    verify: bool = True
    timeout: float = 10.0
    body_limit: int = BODY_LIMIT
    want_certificate: bool = False

    @cached_property
    def lines(self) -> list[bytes]:
        """The headers as libcurl takes them; `Name;` is its way to send a header without a value."""
        lines = [(f"{name}: {value}" if value else f"{name};").encode() for name, value in self.headers]
        if self.body is not None and all(name.lower() != "content-type" for name, _ in self.headers):
            lines.append(b"Content-Type:")  # otherwise libcurl claims that the body is a form
        return lines

    @cached_property
    def name(self) -> str:
        """The host name to look up; empty when the URL has a numeric address, or is malformed."""
        try:
            host = urlsplit(self.url).hostname or ""
        except ValueError:
            return ""
        return "" if is_address(host) else host

    @cached_property
    def port(self) -> int:
        """The port to connect to; 0 when the URL is malformed."""
        try:
            parts = urlsplit(self.url)
            return parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return 0


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time went, in seconds; over redirects each phase is the sum of all hops."""

    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    transfer: float = 0.0

    def spans(self) -> dict[str, timedelta]:
        """The phases under the names that conditions use."""
        return {
            "dns": timedelta(seconds=self.dns),
            "connect": timedelta(seconds=self.connect),
            "tls": timedelta(seconds=self.tls),
            "firstByte": timedelta(seconds=self.first_byte),
            "transfer": timedelta(seconds=self.transfer),
        }


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate a server showed for itself. `names` are those it is for (hosts and addresses)."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    start: datetime
    expire: datetime


@dataclass(frozen=True)
class Response:
    """What a server answered. `total` is in seconds; `truncated` tells that the body went past the limit."""

    status: int
    body: bytes
    truncated: bool
    header_lines: list[bytes]
    phases: Phases
    total: float
    ip: str
    certificate: Certificate | None

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers of the last hop by lower-cased name; those sent twice are joined by a comma."""
        found = dict[str, str]()
        for line in self.header_lines:
            if line.startswith(b"HTTP/"):
                found.clear()
                continue
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                name, value = name.strip().lower(), value.strip()
                found[name] = f"{found[name]}, {value}" if name in found else value
        return found


class NoAnswer(WakefulError):
    """There was no usable answer; `reason` says why in words for people, without the URL. `total` is in seconds."""

    def __init__(self, reason: str, phases: Phases, total: float) -> None:
        super().__init__(reason)
        self.reason, self.phases, self.total = reason, phases, total
