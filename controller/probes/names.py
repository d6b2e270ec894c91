"""Host names → addresses, by the system's resolver.

libcurl has a resolver of its own, but its few threads are shared by all transfers: twenty names whose servers are
dead would make every other name look dead too. Here many threads wait, and one name never takes two of them.
"""

import asyncio
import socket
import time
from asyncio import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address

KEEP = 30.0
"""For how many seconds an answer is used again; short, because a monitor should notice when DNS changes."""

_THREADS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="names")
_MOST_KEPT = 50_000


class NotFound(Exception):
    """A name that leads nowhere; the text says why, without the name."""


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: tuple[str, ...]
    until: float


class Names:
    """Looks names up for one event loop, and keeps the answers for a while. Failures are not kept."""

    def __init__(self) -> None:
        self._kept: dict[str, _Answer] = {}
        self._pending: dict[str, Future[tuple[str, ...]]] = {}

    def known(self, host: str) -> tuple[str, ...] | None:
        """The addresses of a host that was looked up lately, or None."""
        answer = self._kept.get(host)
        return answer.addresses if answer is not None and time.monotonic() < answer.until else None

    async def lookup(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, best first. Raises NotFound. Everyone who asks at once shares one lookup."""
        if (found := self.known(host)) is not None:
            return found
        future = self._pending.get(host)
        if future is None:
            future = asyncio.get_running_loop().run_in_executor(_THREADS, _resolve, host)
            self._pending[host] = future
            future.add_done_callback(lambda done: self._arrived(host, done))
        return await asyncio.shield(future)  # one who gives up must not take it from the others

    def _arrived(self, host: str, future: Future[tuple[str, ...]]) -> None:
        del self._pending[host]
        if not future.cancelled() and future.exception() is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[host] = _Answer(future.result(), time.monotonic() + KEEP)


def is_address(host: str) -> bool:
    """Whether a host is a numeric address, which needs no lookup."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _resolve(host: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        lasting = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        raise NotFound("host not found" if lasting else "name servers do not answer") from None
    except UnicodeError:
        raise NotFound("not a host name") from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
