"""libcurl on the event loop: what it returns, how it fails, and that it cleans up."""

import asyncio
import errno
import gzip
import os
import re
import resource
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from controller import clock
from controller.probes import curl
from controller.probes.curl import Curl
from controller.probes.exchange import NoAnswer, Request, Response
from controller.probes.names import Names
from tests.probes.servers import (
    Answer,
    Authority,
    authority,
    closed_port,
    redirects_to,
    resets,
    says,
    sends,
    serving,
    stays_silent,
)

T = TypeVar("T")
OPEN = Path("/proc/self/fd")


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


def on_loop(work: Callable[[Curl], Awaitable[T]], authorities: str | None = None) -> T:
    async def main() -> T:
        client = Curl(authorities=authorities)
        try:
            return await work(client)
        finally:
            client.close()

    return asyncio.run(main())


def ask(answer: Answer, **options: object) -> Response:
    async def work(client: Curl) -> Response:
        async with serving(answer) as port:
            return await client.fetch(Request(f"http://127.0.0.1:{port}/", **options))  # type: ignore[arg-type]

    return on_loop(work)


def reason(answer: Answer, **options: object) -> str:
    with pytest.raises(NoAnswer) as caught:
        ask(answer, **options)
    return caught.value.reason


async def echo(request: str, writer: asyncio.StreamWriter) -> None:
    await says(request)(request, writer)


# -- what is asked -------------------------------------------------------------------------------


def test_status_body_headers_and_address_come_back() -> None:
    seen = ask(says("hello", "201 Created", x_two="2", content_type="text/plain"))

    assert (seen.status, seen.body, seen.ip) == (201, b"hello", "127.0.0.1")
    assert seen.headers == {"content-length": "5", "x-two": "2", "content-type": "text/plain"}
    assert not seen.truncated


def test_the_phases_add_up_to_the_total() -> None:
    seen = ask(says("hello"))
    spent = seen.phases

    parts = spent.dns + spent.connect + spent.tls + spent.first_byte + spent.transfer
    assert parts == pytest.approx(seen.total, abs=1e-5)
    assert spent.tls == 0
    assert 0 < spent.connect < seen.total


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_method_headers_and_body_are_sent(method: str) -> None:
    body = None if method in ("GET", "OPTIONS") else b'{"ping": true}'
    seen = (
        ask(echo, method=method, headers=(("X-One", "grün"), ("X-Empty", "")), body=body)
        .body.decode()
        .encode("latin-1")
        .decode()
    )

    assert seen.startswith(f"{method} / HTTP/1.1\r\n")
    assert "X-One: grün\r\n" in seen
    assert "X-Empty:\r\n" in seen
    assert "User-Agent: Wakeful/0.1\r\n" in seen
    assert re.search(r"Accept-Encoding: .*gzip", seen)
    assert "Content-Type" not in seen
    assert seen.endswith('{"ping": true}' if body else "\r\n\r\n")


def test_head_asks_for_no_body() -> None:
    seen = ask(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), method="HEAD")

    assert (seen.status, seen.body) == (200, b"")


def test_a_handle_used_again_remembers_nothing() -> None:
    async def work(client: Curl) -> list[str]:
        async with serving(echo) as port:
            url = f"http://127.0.0.1:{port}/"
            requests = [
                Request(url, "PUT", (("X-Key", "1"),), b"body"),
                Request(url),
                Request(url, "HEAD"),
                Request(url),
            ]
            return [(await client.fetch(one)).body.decode() for one in requests]

    first, second, _, fourth = on_loop(work)

    assert "X-Key: 1" in first
    assert second.startswith("GET /")
    assert "X-Key" not in second
    assert "body" not in second
    assert fourth == second


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")

    assert ask(says("direct")).body == b"direct"


# -- bodies --------------------------------------------------------------------------------------


def test_chunks_are_put_together() -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"

    assert ask(sends(raw)).body == b"abcdefg"


def test_compressed_bodies_are_unpacked() -> None:
    assert ask(says(gzip.compress(b"plain"), content_encoding="gzip")).body == b"plain"


def test_reading_stops_at_the_limit_without_a_failure() -> None:
    seen = ask(says(b"x" * 300_000), body_limit=100_000)

    assert (seen.status, len(seen.body), seen.truncated) == (200, 100_000, True)


def test_a_bomb_is_cut_where_it_unfolds() -> None:
    seen = ask(says(gzip.compress(b"\0" * 50_000_000), content_encoding="gzip"))

    assert (len(seen.body), seen.truncated) == (1024 * 1024, True)


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    seen = ask(says(b"x" * 1000), body_limit=1000)

    assert (len(seen.body), seen.truncated) == (1000, False)


# -- redirects -----------------------------------------------------------------------------------


def test_redirects_are_followed_and_the_last_answer_counts() -> None:
    async def work(client: Curl) -> Response:
        async with (
            serving(says("there", x_hop="2")) as second,
            serving(redirects_to(f"http://127.0.0.1:{second}/")) as first,
        ):
            return await client.fetch(Request(f"http://127.0.0.1:{first}/"))

    seen = on_loop(work)

    assert (seen.status, seen.body) == (200, b"there")
    assert "location" not in seen.headers
    assert seen.headers["x-hop"] == "2"


def test_without_redirects_the_first_answer_counts() -> None:
    seen = ask(redirects_to("/elsewhere"), redirects=0)

    assert (seen.status, seen.headers["location"]) == (302, "/elsewhere")


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [("PUT", "303 See Other", "GET"), ("PUT", "307 Temporary Redirect", "PUT"), ("POST", "302 Found", "GET")],
)
def test_the_code_says_which_method_follows(method: str, status: str, then: str) -> None:
    async def answer(request: str, writer: asyncio.StreamWriter) -> None:
        await (redirects_to("/there", status) if " / " in request else echo)(request, writer)

    assert ask(answer, method=method, body=b"x").body.startswith(f"{then} /there".encode())


def test_authorization_is_not_sent_to_another_host() -> None:
    async def work(client: Curl) -> Response:
        async with serving(echo) as second, serving(redirects_to(f"http://localhost:{second}/")) as first:
            headers = (("Authorization", "Bearer hush"),)
            return await client.fetch(Request(f"http://127.0.0.1:{first}/", headers=headers))

    assert b"hush" not in on_loop(work).body


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://169.254.169.254/latest/meta-data", "address 169.254.169.254 is not allowed"),
        ("http://[::ffff:169.254.169.254]/", "address 169.254.169.254 is not allowed"),
        ("http://0xa9fea9fe/", "address 169.254.169.254 is not allowed"),
        ("file:///etc/passwd", "redirect to something that is not http or https"),
        ("ftp://127.0.0.1/x", "redirect to something that is not http or https"),
        ("/again", "too many redirects (5)"),
        ("http://does-not-exist.invalid/?token=hush", "host not found: does-not-exist.invalid"),
    ],
)
def test_bad_redirects_are_refused(location: str, why: str) -> None:
    assert reason(redirects_to(location)) == why


# -- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(stays_silent, "timeout after 300ms", id="silent"),
        pytest.param(resets, "connection reset", id="reset"),
        pytest.param(sends(b""), "the server closed the connection without an answer", id="closed"),
        pytest.param(sends(b"SSH-2.0-hello\r\n"), "the answer is not HTTP", id="another protocol"),
        pytest.param(
            sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "the answer broke off", id="broken off"
        ),
        pytest.param(
            sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "the answer is malformed, or broke off",
            id="bad chunk",
        ),
        pytest.param(
            says("abcd", content_encoding="gzip"), "the answer is not compressed as it says", id="not compressed"
        ),
    ],
)
def test_a_failure_says_what_happened(answer: Answer, why: str) -> None:
    assert reason(answer, timeout=0.3) == why


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://127.0.0.1:{closed_port()}/", "connection refused"),
        ("http://169.254.169.254/", "address 169.254.169.254 is not allowed"),
        ("http://127.0.0.1:99999/", "the URL is malformed"),
    ],
)
def test_no_connection_no_answer(url: str, why: str) -> None:
    with pytest.raises(NoAnswer, match=f"^{re.escape(why)}$"):
        on_loop(lambda client: client.fetch(Request(url)))


def test_a_name_that_leads_nowhere_is_shown_without_the_rest_of_the_url() -> None:
    url = "http://user:hush@does-not-exist.invalid/?key=hush"

    # Without a network the system's resolver cannot tell the two apart.
    with pytest.raises(NoAnswer, match=r"^(host not found|name servers do not answer): does-not-exist\.invalid$"):
        on_loop(lambda client: client.fetch(Request(url)))


def test_a_timeout_tells_how_far_it_got() -> None:
    with pytest.raises(NoAnswer) as caught:
        ask(stays_silent, timeout=0.3)

    assert caught.value.total == pytest.approx(0.3, abs=0.2)
    assert 0 < caught.value.phases.connect < 0.2


def test_a_slow_name_lookup_counts_towards_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_self: Names, _host: str) -> tuple[str, ...]:
        await asyncio.sleep(30)
        return ()

    monkeypatch.setattr(Names, "lookup", never)

    with pytest.raises(NoAnswer, match="timeout after 100ms"):
        on_loop(lambda client: client.fetch(Request("http://slow.example.com/", timeout=0.1)))


def test_a_machine_without_sockets_does_not_blame_the_target() -> None:
    async def work(client: Curl) -> Response:
        async with serving(says("ok")) as port:
            request = Request(f"http://127.0.0.1:{port}/")
            await client.fetch(request)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            highest = max(int(one.name) for one in OPEN.iterdir())
            hoard = [os.dup(0) for _ in range(highest)]  # no gaps below the limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hoard), hard))
            try:
                return await client.fetch(request)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
                for descriptor in hoard:
                    os.close(descriptor)

    with pytest.raises(OSError) as caught:
        on_loop(work)

    assert caught.value.errno == errno.EMFILE


# -- TLS -----------------------------------------------------------------------------------------


def over_tls(
    ca: Authority, trusted: bool = True, days: int = 30, names: str = "IP:127.0.0.1", **options: object
) -> Response:
    async def work(client: Curl) -> Response:
        async with serving(says("secret"), ca.server(days=days, names=names)) as port:
            return await client.fetch(Request(f"https://127.0.0.1:{port}/", **options))  # type: ignore[arg-type]

    return on_loop(work, ca.file if trusted else None)


def test_the_certificate_is_read_when_it_is_wanted(ca: Authority) -> None:
    seen = over_tls(ca, names="DNS:localhost,IP:127.0.0.1", want_certificate=True)

    assert seen.certificate is not None
    assert "CN = server" in seen.certificate.subject
    assert "CN = Test Authority" in seen.certificate.issuer
    assert seen.certificate.names == ("localhost", "127.0.0.1")
    assert timedelta(days=29) < seen.certificate.expire - clock.now() <= timedelta(days=30)
    assert seen.phases.tls > 0


def test_the_certificate_is_not_read_otherwise(ca: Authority) -> None:
    assert over_tls(ca).certificate is None


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        ({"days": 0}, "certificate has expired"),
        ({"trusted": False}, "certificate is not trusted: its issuer is not known"),
        ({"names": "DNS:example.com"}, "certificate is not for 127.0.0.1"),
    ],
    ids=["expired", "untrusted", "another name"],
)
def test_a_bad_certificate_says_why(ca: Authority, problem: dict[str, object], why: str) -> None:
    with pytest.raises(NoAnswer, match=f"^{why}$"):
        over_tls(ca, **problem)  # type: ignore[arg-type]


def test_without_verification_a_bad_certificate_is_taken(ca: Authority) -> None:
    seen = over_tls(ca, trusted=False, days=0, verify=False, want_certificate=True)

    assert seen.status == 200
    assert seen.certificate is not None
    assert seen.certificate.expire <= clock.now()


def test_each_connection_shakes_hands_in_full(ca: Authority) -> None:
    async def work(client: Curl) -> list[Response]:
        async with serving(says("x"), ca.server()) as port:
            request = Request(f"https://127.0.0.1:{port}/", want_certificate=True)
            return [await client.fetch(request) for _ in range(3)]

    assert all(seen.certificate for seen in on_loop(work, ca.file))


def test_a_redirect_from_http_to_https_keeps_the_phases_apart(ca: Authority) -> None:
    async def work(client: Curl) -> Response:
        async with (
            serving(says("x"), ca.server()) as second,
            serving(redirects_to(f"https://127.0.0.1:{second}/")) as first,
        ):
            return await client.fetch(Request(f"http://127.0.0.1:{first}/"))

    spent = on_loop(work, ca.file).phases

    assert spent.tls > 0.0002
    assert spent.first_byte > 0


def test_plain_http_where_tls_is_expected_says_so() -> None:
    async def work(client: Curl) -> Response:
        async with serving(says("x")) as port:
            return await client.fetch(Request(f"https://127.0.0.1:{port}/", timeout=1))

    with pytest.raises(NoAnswer, match=r"TLS handshake failed|timeout"):
        on_loop(work)


# -- the event loop ------------------------------------------------------------------------------


async def two_hundred() -> tuple[list[Response], int]:
    before = len(list(OPEN.iterdir()))
    client = Curl()
    async with serving(says(b"x" * 1024)) as port:
        requests = [client.fetch(Request(f"http://127.0.0.1:{port}/{index}")) for index in range(200)]
        answers = await asyncio.gather(*requests)
    client.close()
    await asyncio.sleep(0.05)
    return answers, len(list(OPEN.iterdir())) - before


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_two_hundred_at_once_all_answer_and_nothing_stays_open(run: Callable[..., tuple[list[Response], int]]) -> None:
    answers, left_open = run(two_hundred())

    assert [len(seen.body) for seen in answers] == [1024] * 200
    assert left_open <= 2


def test_a_cancelled_fetch_leaves_nothing_behind() -> None:
    async def work(client: Curl) -> tuple[int, int, bytes]:
        async with serving(stays_silent) as silent, serving(says("fine")) as port:
            waiting = [asyncio.ensure_future(client.fetch(Request(f"http://127.0.0.1:{silent}/"))) for _ in range(20)]
            await asyncio.sleep(0.1)
            under_way = len(client._active)
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            after = len(client._active)
            return under_way, after, (await client.fetch(Request(f"http://127.0.0.1:{port}/"))).body

    assert on_loop(work) == (20, 0, b"fine")


def test_closing_cancels_what_is_under_way() -> None:
    async def main() -> None:
        client = Curl()
        async with serving(stays_silent) as port:
            waiting = asyncio.ensure_future(client.fetch(Request(f"http://127.0.0.1:{port}/")))
            await asyncio.sleep(0.05)
            client.close()
            await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())


def test_each_loop_has_one_client_of_its_own() -> None:
    async def main() -> Curl:
        assert curl.of_loop() is curl.of_loop()
        return curl.of_loop()

    assert asyncio.run(main()) is not asyncio.run(main())
    assert len(curl._OF_LOOP) == 1  # those of loops that have ended are dropped
