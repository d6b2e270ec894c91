"""The `tcp` probe."""

import asyncio
import socket
from datetime import timedelta

import pytest

from controller.decisions.assess import assess, compile_expectations
from controller.decisions.observation import Health, Seen
from controller.probes import curl
from controller.probes.names import Names
from controller.probes.probe import compile_target
from specs.monitor import Monitor
from tests.probes.servers import closed_port, says, serving


def monitor(host: str, port: int, timeout: str = "2s") -> Monitor:
    return Monitor.model_validate(
        {
            "timeout": timeout,
            "tcp": {"host": host, "port": port},
            "expect": {"that": ["connected && latency < duration('2s') && ip != ''"]},
        }
    )


def look(spec: Monitor) -> Seen:
    async def main() -> Seen:
        try:
            return await compile_target(spec, str).look()
        finally:
            curl.of_loop().close()

    return asyncio.run(main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_that_listens_is_up(host: str) -> None:
    async def main() -> tuple[Seen, Monitor]:
        async with serving(says("hello")) as port:
            spec = monitor(host, port)
            return await compile_target(spec, str).look(), spec

    seen, spec = asyncio.run(main())

    assert seen.failure is None
    assert (seen.values["connected"], seen.values["ip"]) == (True, "127.0.0.1")
    assert set(seen.phases) == {"dns", "connect"}
    assert sum(seen.phases.values(), timedelta(0)) <= seen.latency
    assert assess(compile_expectations(spec), seen) == (Health.UP, None)


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("127.0.0.1", closed_port(), "connection refused"),
        ("::1", closed_port(), "connection refused"),
        ("169.254.169.254", 80, "address 169.254.169.254 is not allowed"),
        ("::ffff:169.254.169.254", 80, "address 169.254.169.254 is not allowed"),
        ("x" * 80 + ".invalid", 80, f"not a host name: {'x' * 80}.invalid"),
    ],
)
def test_a_failure_says_what_happened(host: str, port: int, why: str) -> None:
    seen = look(monitor(host, port))

    assert seen.failure == why
    assert seen.values == {}


def test_a_name_that_leads_nowhere_is_said() -> None:
    failure = look(monitor("does-not-exist.invalid", 80)).failure

    # Without a network the system's resolver cannot tell the two apart.
    assert failure in (
        "host not found: does-not-exist.invalid",
        "name servers do not answer: does-not-exist.invalid",
    )


def test_a_name_that_leads_to_metadata_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rebound(_self: Names, _host: str) -> tuple[str, ...]:
        return ("169.254.169.254",)

    monkeypatch.setattr(Names, "lookup", rebound)

    assert look(monitor("innocent.example.com", 80)).failure == "address 169.254.169.254 is not allowed"


def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two(_self: Names, _host: str) -> tuple[str, ...]:
        return ("127.0.0.2", "127.0.0.1")

    monkeypatch.setattr(Names, "lookup", two)

    async def main() -> Seen:
        async with serving(says("hello")) as port:
            return await compile_target(monitor("two.example.com", port), str).look()

    assert asyncio.run(main()).values["ip"] == "127.0.0.1"


def test_a_lookup_that_hangs_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_self: Names, _host: str) -> tuple[str, ...]:
        await asyncio.sleep(30)
        return ()

    monkeypatch.setattr(Names, "lookup", never)

    assert look(monitor("slow.example.com", 80, timeout="100ms")).failure == "timeout after 100ms"


def test_a_listener_that_never_accepts_is_a_timeout() -> None:
    async def main() -> Seen:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for filler in (first, second):  # the queue holds one; what comes after it is dropped
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            await asyncio.sleep(0.05)
            return await compile_target(monitor("127.0.0.1", full.getsockname()[1], "300ms"), str).look()

    seen = asyncio.run(main())

    assert seen.failure == "timeout after 300ms"
    assert list(seen.phases) == ["dns"]
