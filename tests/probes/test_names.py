"""Name lookups: shared, kept for a while, and never in each other's way."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest

from controller.probes import names
from controller.probes.names import Names, NotFound

Found = list[tuple[Any, ...]]


def found(address: str) -> Found:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]


def test_one_name_asked_by_many_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def resolver(host: str, *_: Any, **__: Any) -> Found:
        asked.append(host)
        time.sleep(0.05)
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)

    async def main() -> list[tuple[str, ...]]:
        book = Names()
        together = await asyncio.gather(*(book.lookup("a.example.com") for _ in range(50)))
        return [*together, await book.lookup("a.example.com")]

    assert asyncio.run(main()) == [("192.0.2.1",)] * 51
    assert asked == ["a.example.com"]


def test_an_answer_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["192.0.2.1", "192.0.2.2"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found(next(answers)))
    monkeypatch.setattr(names, "KEEP", 0.05)

    async def main() -> list[tuple[str, ...]]:
        book = Names()
        first = await book.lookup("a.example.com")
        await asyncio.sleep(0.1)
        return [first, await book.lookup("a.example.com")]

    assert asyncio.run(main()) == [("192.0.2.1",), ("192.0.2.2",)]


def test_one_who_gives_up_does_not_take_it_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def resolver(*_: Any, **__: Any) -> Found:
        go.wait(5)
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)

    async def main() -> tuple[str, ...]:
        book = Names()
        impatient, patient = (asyncio.ensure_future(book.lookup("a.example.com")) for _ in range(2))
        await asyncio.sleep(0.05)
        impatient.cancel()
        go.set()
        return await patient

    assert asyncio.run(main()) == ("192.0.2.1",)


def test_fifty_dead_names_do_not_hold_up_a_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def resolver(host: str, *_: Any, **__: Any) -> Found:
        if host.startswith("dead"):
            go.wait(5)
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return found("192.0.2.1")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)

    async def main() -> tuple[tuple[str, ...], list[Any]]:
        book = Names()
        dead = [asyncio.ensure_future(book.lookup(f"dead-{index}.example.com")) for index in range(50)]
        await asyncio.sleep(0.05)
        good = await asyncio.wait_for(book.lookup("good.example.com"), 1)
        go.set()
        return good, await asyncio.gather(*dead, return_exceptions=True)

    good, dead = asyncio.run(main())

    assert good == ("192.0.2.1",)
    assert all(isinstance(one, NotFound) and str(one) == "name servers do not answer" for one in dead)
