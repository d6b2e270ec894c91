"""Commit statuses, against a real server on loopback, and who sent a webhook."""

import asyncio
import hashlib
import hmac
import json
import socket
from datetime import timedelta

import httpx
import pytest

from controller import clock
from controller.errors import PermanentError, RetryableError
from controller.git.forge import Forge, State, authenticate, parse_forge, report
from tests.notify.receiver import Answer, Request, receiver

SHA = "4be1c02" + "0" * 33
TOKEN = "t0ken-s3cret"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://github.com/o/r.git", Forge("github", "https://api.github.com", "o/r")),
        ("https://TOKEN@GitHub.com/o/r", Forge("github", "https://api.github.com", "o/r")),
        ("git@github.com:o/r.git", Forge("github", "https://api.github.com", "o/r")),
        ("ssh://git@github.com:22/o/r.git", Forge("github", "https://api.github.com", "o/r")),
        ("https://github.example.com/o/r", Forge("github", "https://github.example.com/api/v3", "o/r")),
        ("https://acme.ghe.com/o/r", Forge("github", "https://api.acme.ghe.com", "o/r")),
        ("https://gitlab.com/a/b/c.git", Forge("gitlab", "https://gitlab.com/api/v4", "a/b/c")),
        ("git@gitlab.example.com:a/b/c.git", Forge("gitlab", "https://gitlab.example.com/api/v4", "a/b/c")),
        ("https://gitea.example.com:3000/o/r", Forge("gitea", "https://gitea.example.com:3000/api/v1", "o/r")),
        ("ssh://git@forgejo.example.com:2222/o/r", Forge("gitea", "https://forgejo.example.com/api/v1", "o/r")),
        ("http://gitea.localhost:3000/o/r", Forge("gitea", "http://gitea.localhost:3000/api/v1", "o/r")),
        ("https://codeberg.org/o/r", Forge("gitea", "https://codeberg.org/api/v1", "o/r")),
        ("https://git.example.com/o/r", None),
        ("https://mygithub.example.com/o/r", None),
        ("https://github.com/", None),
        ("/srv/github.com/o/r", None),
        ("file:///srv/github/r.git", None),
        ("https://[broken/o/r", None),
    ],
)
def test_forge_is_known_by_its_host(url: str, wanted: Forge | None) -> None:
    assert parse_forge(url) == wanted


def tell(forge: Forge, state: State = "success", description: str = "12 monitors", target: str | None = None) -> None:
    asyncio.run(report(forge, TOKEN, SHA, state, description, target, name="shop"))


def sent(kind: str, **more: str) -> tuple[Request, dict[str, str]]:
    with receiver(Answer(201)) as server:
        tell(Forge(kind, server.url, "group/sub/r" if kind == "gitlab" else "o/r"), **more)  # type: ignore[arg-type]
        return server.requests[0], json.loads(server.requests[0].body)


@pytest.mark.parametrize(
    ("kind", "path", "header", "value"),
    [
        ("github", f"/repos/o/r/statuses/{SHA}", "Authorization", f"Bearer {TOKEN}"),
        ("gitea", f"/repos/o/r/statuses/{SHA}", "Authorization", f"token {TOKEN}"),
        ("gitlab", f"/projects/group%2Fsub%2Fr/statuses/{SHA}", "PRIVATE-TOKEN", TOKEN),
    ],
)
def test_status_is_posted_as_each_forge_wants_it(kind: str, path: str, header: str, value: str) -> None:
    request, body = sent(kind, target="https://wakeful.example.com/revisions/4be1c02")

    assert request.path == path
    assert request.headers[header] == value
    assert body == {
        "state": "success",
        "description": "12 monitors",
        "context": "wakeful/shop",
        "target_url": "https://wakeful.example.com/revisions/4be1c02",
    }


@pytest.mark.parametrize(
    ("kind", "state", "word"),
    [
        *(("github", state, state) for state in ("pending", "success", "failure", "error")),
        *(("gitea", state, state) for state in ("pending", "success", "failure", "error")),
        *zip(["gitlab"] * 4, ["pending", "success", "failure", "error"], ["pending", "success", "failed", "failed"], strict=True),
    ],
)  # fmt: skip
def test_states_are_in_the_words_of_the_forge(kind: str, state: str, word: str) -> None:
    assert sent(kind, state=state)[1]["state"] == word


def test_long_description_is_cut() -> None:
    text = sent("github", description="x" * 200)[1]["description"]

    assert len(text) == 140
    assert text.endswith("x…")
    assert sent("github", description="y" * 140)[1]["description"] == "y" * 140


def test_given_client_is_used_and_left_open() -> None:
    async def run(url: str) -> bool:
        async with httpx.AsyncClient() as client:
            await report(Forge("github", url, "o/r"), TOKEN, SHA, "success", "fine", None, client)
            return client.is_closed

    with receiver(Answer(201)) as server:
        assert asyncio.run(run(server.url)) is False
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (500, {}, RetryableError),
        (429, {"Retry-After": "60"}, RetryableError),
        (403, {"Retry-After": "60"}, RetryableError),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{soon}"}, RetryableError),
        (403, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "{soon}"}, PermanentError),
        (401, {}, PermanentError),
        (403, {}, PermanentError),
        (404, {}, PermanentError),
        (422, {}, PermanentError),
        (302, {"Location": "/login"}, PermanentError),
    ],
)
def test_answers_say_who_acts(status: int, headers: dict[str, str], kind: type[Exception]) -> None:
    soon = str(int(clock.now().timestamp()) + 60)
    answer = Answer(status, {name: value.replace("{soon}", soon) for name, value in headers.items()})
    with receiver(answer) as server, pytest.raises(kind, match=str(status)) as caught:
        tell(Forge("github", server.url, "o/r"))

    assert TOKEN not in str(caught.value)
    assert len(server.requests) == 1
    if isinstance(caught.value, RetryableError) and headers:
        assert caught.value.after is not None
        assert timedelta(seconds=50) < caught.value.after <= timedelta(seconds=60)


def test_forge_that_does_not_answer_is_retried() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(RetryableError, match="cannot be reached"):
        tell(Forge("github", f"http://127.0.0.1:{port}", "o/r"))


def test_token_that_makes_no_header_is_final_and_not_shown() -> None:
    with receiver() as server, pytest.raises(PermanentError) as caught:
        asyncio.run(report(Forge("github", server.url, "o/r"), "t0ken\r\nX: y", SHA, "success", "fine"))

    assert "t0ken" not in str(caught.value)
    assert server.requests == []


def test_gitlab_that_has_the_status_already_is_content() -> None:
    body = b'{"message": "Cannot transition status via :enqueue from :pending"}'
    with receiver(Answer(400, body=body)) as server:
        tell(Forge("gitlab", server.url, "o/r"), "pending")
        assert len(server.requests) == 1

    with receiver(Answer(400, body=body)) as server, pytest.raises(PermanentError):
        tell(Forge("github", server.url, "o/r"), "pending")


BODY = b'{"ref":"refs/heads/main"}'
SECRET = "webhook-s3cret"
DIGEST = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"X-Hub-Signature-256": f"sha256={DIGEST}"}, "github"),
        ({"x-hub-signature-256": f"sha256={DIGEST}"}, "github"),
        ({"X-Gitlab-Token": SECRET}, "gitlab"),
        ({"X-Gitea-Signature": DIGEST}, "gitea"),
        ({"X-Gitea-Signature": DIGEST, "X-Hub-Signature-256": f"sha256={DIGEST}"}, "gitea"),
        ({}, None),
        ({"X-Hub-Signature-256": DIGEST}, None),
        ({"X-Hub-Signature-256": "sha256="}, None),
        ({"X-Hub-Signature-256": f"sha256={'0' * 64}"}, None),
        ({"X-Hub-Signature": f"sha1={DIGEST}"}, None),
        ({"X-Gitlab-Token": SECRET + "x"}, None),
        ({"X-Gitlab-Token": ""}, None),
        ({"X-Gitlab-Token": "ключ\udcff"}, None),
        ({"X-Gitea-Signature": "0" * 64}, None),
    ],
)
def test_webhook_counts_only_with_proof(headers: dict[str, str], wanted: str | None) -> None:
    assert authenticate(headers, BODY, SECRET) == wanted


def test_signature_is_for_one_body_and_one_secret() -> None:
    headers = {"X-Hub-Signature-256": f"sha256={DIGEST}"}

    assert authenticate(headers, BODY + b" ", SECRET) is None
    assert authenticate(headers, BODY, "another") is None


def test_empty_secret_proves_nothing() -> None:
    digest = hmac.new(b"", BODY, hashlib.sha256).hexdigest()

    assert authenticate({"X-Gitea-Signature": digest, "X-Gitlab-Token": ""}, BODY, "") is None
