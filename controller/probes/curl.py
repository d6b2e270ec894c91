"""HTTP by libcurl's multi interface, driven by the running event loop; no threads of ours and no polling."""

import asyncio
import socket
import time
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from ssl import cert_time_to_seconds, get_default_verify_paths
from typing import Any
from urllib.parse import urlsplit

import pycurl

from controller.probes import addresses, failures
from controller.probes.exchange import Certificate, NoAnswer, Phases, Request, Response
from controller.probes.failures import Symptoms
from controller.probes.names import KEEP, Names, NotFound

_WEB = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
_FOLLOW_AS_THE_CODE_SAYS = 2  # CURLFOLLOW_OBEYCODE: after 303 a PUT becomes GET, after 308 it stays PUT
_SPARE_HANDLES = 512
_READ, _WRITE = 1, 2
_MASKS = {pycurl.POLL_IN: _READ, pycurl.POLL_OUT: _WRITE, pycurl.POLL_INOUT: _READ | _WRITE}


class _Transfer:
    """An easy handle and what it has received; used again after a transfer, because making one is costly."""

    __slots__ = ("body", "easy", "future", "headers", "refusal", "room", "shortage", "truncated")

    def __init__(self) -> None:
        self.easy: Any = pycurl.Curl()
        self.easy.transfer = self
        self.future: Future[tuple[int, str]] | None = None
        self.headers: list[bytes] = []
        self.body: list[bytes] = []
        self.room = 0
        self.truncated = False
        self.refusal: str | None = None
        self.shortage: OSError | None = None

    def receive(self, data: bytes) -> int | None:
        """Keep a piece of the body; asks libcurl to stop once the limit is reached."""
        if len(data) <= self.room:
            self.room -= len(data)
            self.body.append(data)
            return None
        self.body.append(data[: self.room])
        self.room, self.truncated = 0, True
        return 0  # not what was offered: libcurl ends the transfer with E_WRITE_ERROR


class Curl:
    """Sends HTTP requests on the running event loop, each over a connection of its own.

    `refusal` says why a numeric address must not be connected to, or None. `authorities` is a PEM file of
    trusted certificates, the system's when left out. Keep one per loop (see `of_loop`) and close it.
    """

    def __init__(
        self,
        refusal: Callable[[str], str | None] = addresses.refusal,
        authorities: str | None = None,
    ) -> None:
        self._loop: AbstractEventLoop = asyncio.get_running_loop()
        self._refusal = refusal
        # Found by `ssl`, which also honours SSL_CERT_FILE; libcurl keeps the parsed file in the multi handle.
        self._authorities = authorities or get_default_verify_paths().cafile
        self.names = Names()
        self._spare: list[_Transfer] = []
        self._active: set[_Transfer] = set()
        self._sockets: dict[int, int] = {}
        self._timer: asyncio.Handle | None = None
        self._closed = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)

    async def fetch(self, request: Request) -> Response:
        """Send a request and wait for the whole answer.

        Raises NoAnswer with a reason fit for people, and OSError when this machine lacks what a connection needs,
        which says nothing about the target.
        """
        if self._closed:
            raise RuntimeError("fetch after close")
        resolved, spent = None, 0.0
        if request.name:
            found = self.names.known(request.name)
            if found is None:
                found, spent = await self._look_up(request)
            resolved = f"+{request.name}:{request.port}:{','.join(found)}"
        transfer = self._spare.pop() if self._spare else _Transfer()
        try:
            self._prepare(transfer, request, request.timeout - spent)
            if resolved:
                transfer.easy.setopt(pycurl.RESOLVE, [resolved])
            transfer.future = self._loop.create_future()
            self._multi.add_handle(transfer.easy)
            self._active.add(transfer)
            code, message = await transfer.future
            if code == pycurl.E_OK or (code == pycurl.E_WRITE_ERROR and transfer.truncated):
                return _response(transfer, request, spent)
            raise _no_answer(transfer, request, _symptoms(transfer.easy, code, message), spent)
        finally:
            self._release(transfer)

    async def _look_up(self, request: Request) -> tuple[tuple[str, ...], float]:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(request.timeout):
                found = await self.names.lookup(request.name)
        except (TimeoutError, NotFound) as error:
            spent = time.perf_counter() - started
            reason = (
                failures.timed_out(request.timeout) if isinstance(error, TimeoutError) else f"{error}: {request.name}"
            )
            raise NoAnswer(reason, Phases(dns=spent), spent) from None
        return found, time.perf_counter() - started

    def close(self) -> None:
        """Drop what is under way (its callers get CancelledError) and free everything."""
        if self._closed:
            return
        for transfer in list(self._active):
            self._detach(transfer)
            if transfer.future is not None and not transfer.future.done() and not self._loop.is_closed():
                transfer.future.cancel()
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if not self._loop.is_closed():
            for descriptor, mask in self._sockets.items():
                self._watch(descriptor, mask, 0)
        self._multi.close()
        self._spare.clear()
        if _OF_LOOP.get(self._loop) is self:
            del _OF_LOOP[self._loop]

    # -- the transfer --------------------------------------------------------------------------

    def _prepare(self, transfer: _Transfer, request: Request, timeout: float) -> None:
        easy = transfer.easy
        set_option = easy.setopt
        transfer.headers, transfer.body = [], []
        transfer.room, transfer.truncated = request.body_limit, False
        transfer.refusal = transfer.shortage = None
        set_option(pycurl.URL, request.url)
        set_option(pycurl.NOSIGNAL, 1)
        set_option(pycurl.PROTOCOLS, _WEB)
        set_option(pycurl.REDIR_PROTOCOLS, _WEB)
        set_option(pycurl.PROXY, "")  # otherwise libcurl reads proxies from the environment
        set_option(pycurl.FRESH_CONNECT, 1)
        set_option(pycurl.FORBID_REUSE, 1)
        set_option(pycurl.DNS_CACHE_TIMEOUT, int(KEEP))
        set_option(pycurl.TIMEOUT_MS, max(int(timeout * 1000), 1))
        set_option(pycurl.USERAGENT, "Wakeful/0.1")
        set_option(pycurl.ACCEPT_ENCODING, "")
        set_option(pycurl.HEADERFUNCTION, transfer.headers.append)
        set_option(pycurl.WRITEFUNCTION, transfer.receive)
        set_option(pycurl.OPENSOCKETFUNCTION, self._opener(transfer))
        # A resumed session would show no certificate, and would not notice that it has expired.
        set_option(pycurl.SSL_SESSIONID_CACHE, 0)
        if self._authorities:
            set_option(pycurl.CAINFO, self._authorities)
        if not request.verify:
            set_option(pycurl.SSL_VERIFYPEER, 0)
            set_option(pycurl.SSL_VERIFYHOST, 0)
        if request.want_certificate:
            set_option(pycurl.OPT_CERTINFO, 1)
        if request.redirects:
            set_option(pycurl.FOLLOWLOCATION, _FOLLOW_AS_THE_CODE_SAYS)
            set_option(pycurl.MAXREDIRS, request.redirects)
        if request.lines:
            set_option(pycurl.HTTPHEADER, request.lines)
        if request.method != "GET" or request.body is not None:
            _set_method(easy, request)

    def _opener(self, transfer: _Transfer) -> Callable[[int, Any], Any]:
        refusal = self._refusal

        def open_socket(_purpose: int, address: Any) -> Any:
            why = refusal(address.addr[0])
            if why is None:
                try:
                    return socket.socket(address.family, address.socktype, address.protocol)
                except OSError as error:
                    transfer.shortage = error if error.errno in failures.SHORTAGES else None
            else:
                transfer.refusal = why
            return pycurl.SOCKET_BAD

        return open_socket

    def _detach(self, transfer: _Transfer) -> None:
        if transfer in self._active:
            self._active.remove(transfer)
            self._multi.remove_handle(transfer.easy)

    def _release(self, transfer: _Transfer) -> None:
        self._detach(transfer)
        transfer.future = None
        if not self._closed and len(self._spare) < _SPARE_HANDLES:
            transfer.easy.reset()
            self._spare.append(transfer)

    # -- the event loop ------------------------------------------------------------------------

    def _on_timer(self, milliseconds: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if milliseconds < 0 or self._closed or self._loop.is_closed():
            return
        # Never at once, even for 0: libcurl is in the middle of something when it calls this.
        if milliseconds == 0:
            self._timer = self._loop.call_soon(self._on_timeout)
        else:
            self._timer = self._loop.call_later(milliseconds / 1000, self._on_timeout)

    def _on_timeout(self) -> None:
        self._timer = None
        self._act(pycurl.SOCKET_TIMEOUT, 0)

    def _on_socket(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        if self._closed or self._loop.is_closed():
            return
        before = self._sockets.get(descriptor, 0)
        after = _MASKS.get(event, 0)
        if after:
            self._sockets[descriptor] = after
        else:
            self._sockets.pop(descriptor, None)
        self._watch(descriptor, before, after)

    def _watch(self, descriptor: int, before: int, after: int) -> None:
        added, dropped = after & ~before, before & ~after
        if added & _READ:
            self._loop.add_reader(descriptor, self._act, descriptor, pycurl.CSELECT_IN)
        if added & _WRITE:
            self._loop.add_writer(descriptor, self._act, descriptor, pycurl.CSELECT_OUT)
        if dropped & _READ:
            self._loop.remove_reader(descriptor)
        if dropped & _WRITE:
            self._loop.remove_writer(descriptor)

    def _act(self, descriptor: int, events: int) -> None:
        if self._closed:
            return
        _, running = self._multi.socket_action(descriptor, events)
        if running < len(self._active):
            self._collect()

    def _collect(self) -> None:
        """Hand out what has ended. A transfer leaves the multi handle here, so that `running` tells of news only."""
        left = 1
        while left:
            left, good, bad = self._multi.info_read()
            for easy in good:
                self._finish(easy.transfer, pycurl.E_OK, "")
            for easy, code, message in bad:
                self._finish(easy.transfer, code, message)

    def _finish(self, transfer: _Transfer, code: int, message: str) -> None:
        self._detach(transfer)
        if transfer.future is not None and not transfer.future.done():
            transfer.future.set_result((code, message))


_OF_LOOP: dict[AbstractEventLoop, Curl] = {}


def of_loop() -> Curl:
    """The Curl of the running event loop, made on first use. Close it before the loop ends."""
    loop = asyncio.get_running_loop()
    found = _OF_LOOP.get(loop)
    if found is None:
        for closed in [one for one in _OF_LOOP if one.is_closed()]:
            _OF_LOOP[closed].close()
        found = _OF_LOOP[loop] = Curl()
    return found


def _set_method(easy: Any, request: Request) -> None:
    if request.method == "HEAD":
        easy.setopt(pycurl.NOBODY, 1)
        return
    if request.body is not None or request.method == "POST":
        easy.setopt(pycurl.POSTFIELDS, request.body or b"")
    if request.method != "POST":
        easy.setopt(pycurl.CUSTOMREQUEST, request.method)


# -- what came back ------------------------------------------------------------------------------


def _response(transfer: _Transfer, request: Request, spent: float) -> Response:
    easy = transfer.easy
    phases, total = _timings(easy, spent)
    return Response(
        easy.getinfo(pycurl.RESPONSE_CODE),
        b"".join(transfer.body),
        transfer.truncated,
        transfer.headers,
        phases,
        total,
        easy.getinfo(pycurl.PRIMARY_IP),
        _certificate(easy.getinfo_raw(pycurl.INFO_CERTINFO)) if request.want_certificate else None,
    )


def _no_answer(transfer: _Transfer, request: Request, symptoms: Symptoms, spent: float) -> Exception:
    if transfer.shortage is not None:
        return transfer.shortage
    if transfer.refusal is not None and symptoms.code == pycurl.E_COULDNT_CONNECT:
        reason = transfer.refusal
    else:
        reason = failures.explain(symptoms, request.redirects, request.timeout)
    return NoAnswer(reason, *_timings(transfer.easy, spent))


def _symptoms(easy: Any, code: int, message: str) -> Symptoms:
    host = "the host"
    with suppress(pycurl.error, ValueError):  # of a malformed URL nobody can say
        host = urlsplit(easy.getinfo(pycurl.EFFECTIVE_URL)).hostname or host  # after a redirect, the new one
    return Symptoms(code, message, easy.getinfo(pycurl.OS_ERRNO), easy.getinfo(pycurl.SSL_VERIFYRESULT), host)


def _timings(easy: Any, spent: float) -> tuple[Phases, float]:
    """The phases and the total, in seconds, with what we spent on looking the name up."""
    get = easy.getinfo
    dns, connected, secured = get(pycurl.NAMELOOKUP_TIME), get(pycurl.CONNECT_TIME), get(pycurl.APPCONNECT_TIME)
    ready, first, total = get(pycurl.PRETRANSFER_TIME), get(pycurl.STARTTRANSFER_TIME), get(pycurl.TOTAL_TIME)
    # Each figure sums its offsets over the hops, so APPCONNECT lacks the hops without TLS; PRETRANSFER has them all.
    asked = ready if secured else connected
    phases = Phases(
        dns + spent,
        max(connected - dns, 0.0),
        max(asked - connected, 0.0),
        max(first - asked, 0.0),
        max(total - first, 0.0) if first else 0.0,
    )
    return phases, total + spent


def _certificate(chain: list[list[tuple[bytes, bytes]]]) -> Certificate | None:
    if not chain:
        return None
    own = chain[0]  # its issuers follow
    fields = {key.decode(): value.decode("utf-8", "replace") for key, value in own}
    names = fields.get("X509v3 Subject Alternative Name", "")
    return Certificate(
        fields.get("Subject", ""),
        fields.get("Issuer", ""),
        tuple(name.partition(":")[2] for name in names.split(", ") if name),
        _instant(fields["Start date"]),
        _instant(fields["Expire date"]),
    )


@lru_cache(maxsize=10_000)
def _instant(text: str) -> datetime:
    return datetime.fromtimestamp(cert_time_to_seconds(text), UTC)
