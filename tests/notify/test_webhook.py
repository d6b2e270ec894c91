"""The webhook channel against a real server on loopback."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import socket
import traceback
from datetime import timedelta
from typing import Any

import pytest

from controller.errors import PermanentError, RetryableError
from controller.notify import http, notifier, webhook
from specs.channel import Channel
from tests.notify.messages import FIRING, NOW, RESOLVED, deliver
from tests.notify.receiver import Answer, receiver


def to(url: str, **more: Any) -> dict[str, Any]:
    return {"webhook": {"url": url, **more}}


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_body_is_the_documented_json() -> None:
    with receiver() as server:
        deliver(to(f"{server.url}/hook"))
        body = json.loads(server.requests[0].body)

    assert body == {
        "type": "alert.firing",
        "id": "3f2a90",
        "timestamp": "2026-05-04T12:00:00+00:00",
        "alert": {
            "id": "inc-77",
            "status": "firing",
            "severity": "critical",
            "workspace": "default",
            "monitor": "checkout",
            "rule": "checkout-down",
            "title": "DOWN checkout: status 503, wanted 200",
            "reason": "status 503, wanted 200",
            "summary": None,
            "startedAt": "2026-05-04T12:00:00+00:00",
            "resolvedAt": None,
            "runbook": "https://wiki.example.com/checkout",
            "labels": {"team": "payments"},
            "links": {"monitor": "https://wakeful.example.com/monitors/checkout"},
            "revision": "4be1c02",
        },
    }


def test_resolved_alert_keeps_the_alert_id_and_says_when() -> None:
    body = webhook.render(RESOLVED)

    assert body["type"] == "alert.resolved"
    assert body["alert"]["id"] == webhook.render(FIRING)["alert"]["id"]
    assert body["timestamp"] == body["alert"]["resolvedAt"] == NOW.isoformat()


def test_every_attempt_has_the_same_key_and_the_same_body() -> None:
    with receiver(Answer(500), Answer(200)) as server:
        with pytest.raises(RetryableError):
            deliver(to(server.url))
        deliver(to(server.url), now=NOW + timedelta(minutes=5))
        first, second = server.requests

    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] == FIRING.key
    assert first.headers["webhook-id"] == FIRING.key
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_is_a_receipt(status: int) -> None:
    with receiver(Answer(status)) as server:
        assert deliver(to(server.url)) == f"HTTP {status}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_trouble_that_passes_is_retried(status: int) -> None:
    with receiver(Answer(status)) as server, pytest.raises(RetryableError, match=str(status)) as caught:
        deliver(to(server.url))

    assert caught.value.after is None


@pytest.mark.parametrize(
    ("status", "word"), [(400, "400"), (401, "401"), (404, "404"), (410, "gone for good"), (302, "final URL")]
)
def test_refusals_are_final(status: int, word: str) -> None:
    answer = Answer(status, {"Location": "/elsewhere"})
    with receiver(answer) as server, pytest.raises(PermanentError, match=word):
        deliver(to(server.url))

    assert len(server.requests) == 1, "a redirect must not be followed"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 04 May 2026 12:01:30 GMT", timedelta(minutes=1)),
        ("Mon, 04 May 2026 11:00:00 GMT", timedelta()),
        ("soon", None),
    ],
    ids=["seconds", "date", "date-gone-by", "nonsense"],
)
def test_retry_after_is_passed_on(status: int, header: str, wanted: timedelta | None) -> None:
    with receiver(Answer(status, {"Retry-After": header})) as server, pytest.raises(RetryableError) as caught:
        deliver(to(server.url))

    assert caught.value.after == wanted


@pytest.mark.parametrize("value", ["", "-5", "1.5", "٣", "9" * 400, "Mon, 99 May 2026 12:00:00 GMT"])
def test_broken_retry_after_means_nothing(value: str) -> None:
    assert http.retry_after(value, NOW) is None


def test_silence_ends_at_the_timeout() -> None:
    with receiver(Answer(hangs=True)) as server, pytest.raises(RetryableError, match="no answer within 1s"):
        deliver(to(server.url, timeout="1s"))


def test_connection_that_breaks_is_retried() -> None:
    with receiver(Answer(resets=True)) as server, pytest.raises(RetryableError, match=r"reset|broke"):
        deliver(to(server.url))


def test_refused_connection_is_retried() -> None:
    with pytest.raises(RetryableError, match="refused the connection"):
        deliver(to(f"http://127.0.0.1:{closed_port()}/"))


def test_host_that_does_not_resolve_is_retried() -> None:
    with pytest.raises(RetryableError, match="does not resolve"):
        deliver(to("http://nowhere.invalid/"))


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("whsec_" + base64.b64encode(b"twenty-four bytes of key").decode(), b"twenty-four bytes of key"),
        ("plain words", b"plain words"),
    ],
    ids=["standard-webhooks", "plain"],
)
def test_signature_is_that_of_standard_webhooks(secret: str, key: bytes) -> None:
    with receiver() as server:
        deliver(to(server.url, signingSecret="${secret.SIGNING}"), secrets={"SIGNING": secret})
        request = server.requests[0]

    identity, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    digest = hmac.new(key, b".".join([identity.encode(), timestamp.encode(), request.body]), hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert timestamp == str(int(NOW.timestamp()))


def test_without_a_signing_secret_there_is_no_signature() -> None:
    with receiver() as server:
        deliver(to(server.url))

        assert "webhook-signature" not in server.requests[0].headers


def test_broken_signing_secret_is_said_without_showing_it() -> None:
    with pytest.raises(PermanentError, match="no base64 follows") as caught:
        deliver(to("http://127.0.0.1:1/", signingSecret="${secret.S}"), secrets={"S": "whsec_not*base64"})

    assert "not*base64" not in str(caught.value)


def test_own_headers_are_sent_but_cannot_replace_the_key() -> None:
    with receiver() as server:
        headers = {"Authorization": "Bearer ${secret.TOKEN}", "IDEMPOTENCY-KEY": "mine", "X-Cost": "$${5}"}
        deliver(to(server.url, headers=headers), secrets={"TOKEN": "t0ken"})
        sent = server.requests[0].headers

    assert sent["Authorization"] == "Bearer t0ken"
    assert sent.get_all("Idempotency-Key") == [FIRING.key]
    assert sent["X-Cost"] == "${5}"


SECRETS = {"PATH": "p4th-s3cret", "QUERY": "qu3ry-s3cret", "HEADER": "h3ader-s3cret", "KEY": "whsec_a2V5LXMzY3JldA=="}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(404),
        Answer(301, {"Location": "/p4th-s3cret"}),
        Answer(hangs=True),
        Answer(resets=True),
        Answer(200, {"Set-Cookie": "a=b"}),
    ],
    ids=["500", "404", "redirect", "hang", "reset", "sent"],
)
def test_no_secret_shows_in_errors_receipts_or_logs(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with receiver(answer) as server:
        channel = to(
            server.url + "/${secret.PATH}?token=${secret.QUERY}",
            headers={"X-Token": "${secret.HEADER}"},
            signingSecret="${secret.KEY}",
            timeout="1s",
        )
        try:
            told = deliver(channel, secrets=SECRETS)
        except (RetryableError, PermanentError) as error:
            told = "".join(traceback.format_exception(error)) + repr(error)

        assert server.requests[0].path == "/p4th-s3cret?token=qu3ry-s3cret", "the receiver does get them"
    for value in SECRETS.values():
        assert value not in told
        assert value not in caplog.text


@pytest.mark.parametrize(
    "planted",
    ["http://s3cret:notaport/", "ftp://s3cret.example.com/", "s3cret"],
    ids=["port", "scheme", "words"],
)
def test_secret_that_makes_no_url_is_final_and_not_shown(planted: str) -> None:
    with pytest.raises(PermanentError, match="not usable") as caught:
        deliver(to("${secret.URL}"), secrets={"URL": planted})

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("planted", ["s3cret\r\nX-Evil: 1", "s3cret\u2603"], ids=["line-break", "snowman"])
def test_secret_that_makes_no_header_is_final_and_not_shown(planted: str) -> None:
    with receiver() as server, pytest.raises(PermanentError, match="not usable") as caught:
        deliver(to(server.url, headers={"X-Token": "${secret.T}"}), secrets={"T": planted})

    assert server.requests == []
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_one_loop_keeps_one_connection_and_no_cookies() -> None:
    async def twice(url: str) -> bool:
        channel = Channel.model_validate(to(url))
        first = http.client()
        for _ in range(2):
            await notifier.send(channel, FIRING, str, NOW)
        is_shared = http.client() is first
        await notifier.close()
        return is_shared

    with receiver(Answer(200, {"Set-Cookie": "session=abc; Path=/"})) as server:
        assert asyncio.run(twice(server.url))
        assert len(server.peers) == 1, "the second message used the first one's connection"
        assert "Cookie" not in server.requests[1].headers


def test_status_counts_even_when_the_body_never_ends() -> None:
    with receiver(Answer(202, {"Content-Length": "1000000"}, b"short")) as server:
        assert deliver(to(server.url, timeout="2s")) == "HTTP 202"
