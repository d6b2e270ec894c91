"""The `tcp` probe: opens a TCP connection and closes it."""

import asyncio
import socket
import time
from collections.abc import Callable
from datetime import timedelta

from controller.decisions.observation import Seen
from controller.errors import UsageError
from controller.probes import failures
from controller.probes.addresses import refusal
from controller.probes.curl import of_loop
from controller.probes.names import NotFound, is_address
from specs.monitor import Monitor


def compile_target(monitor: Monitor, _secret: Callable[[str], str]) -> "TcpTarget":
    """Make a monitor ready to be looked at. There is no place for a secret in it."""
    if monitor.tcp is None:
        raise UsageError("the monitor has no `tcp` probe")
    return TcpTarget(monitor.tcp.host.strip("[]"), monitor.tcp.port, monitor.timeout.total_seconds())


class TcpTarget:
    """A host and a port to connect to; `timeout` is in seconds and covers the name lookup as well."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._host, self._port, self._timeout = host, port, timeout

    async def look(self) -> Seen:
        """Connect once and say how it went. Raises OSError when this machine lacks sockets."""
        started = time.perf_counter()
        phases = dict[str, timedelta]()
        failure, ip = None, ""
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._addresses()
                named = time.perf_counter()
                phases["dns"] = timedelta(seconds=named - started)
                ip = await self._connect(found, started + self._timeout)
                phases["connect"] = timedelta(seconds=time.perf_counter() - named)
        except TimeoutError:
            failure = failures.timed_out(self._timeout)
        except NotFound as error:
            failure = f"{error}: {self._host}"
        except _Refused as error:
            failure = str(error)
        except OSError as error:
            if error.errno in failures.SHORTAGES:
                raise
            failure = failures.explain_os(error)
        latency = timedelta(seconds=time.perf_counter() - started)
        if failure is not None:
            return Seen(latency, phases, failure)
        return Seen(latency, phases, None, {"connected": True, "latency": latency, "ip": ip}, {"ip": ip})

    async def _addresses(self) -> tuple[str, ...]:
        return (self._host,) if is_address(self._host) else await of_loop().names.lookup(self._host)

    async def _connect(self, found: tuple[str, ...], deadline: float) -> str:
        """Try the addresses in turn, each for its share of the time left. Returns the one that answered."""
        problem: Exception = OSError(0, "no address")
        for index, address in enumerate(found):
            share = (deadline - time.perf_counter()) / (len(found) - index)
            try:
                async with asyncio.timeout(share):
                    await _open(address, self._port)
            except (OSError, _Refused) as error:  # a TimeoutError is an OSError
                problem = error
            else:
                return address
        raise problem


class _Refused(Exception):
    """An address that a probe may not connect to."""


async def _open(address: str, port: int) -> None:
    if (why := refusal(address)) is not None:
        raise _Refused(why)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
