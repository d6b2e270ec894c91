"""Looking now, webhooks, and plans over REST."""

import hashlib
import hmac
from typing import Any

import pytest

from controller.workers.events import LOOK
from specs.load import load
from tests.api.builder import Builder
from tests.api.serving import Api, World

MONITOR = """apiVersion: wakeful.dev/v1
kind: Monitor
metadata: {name: %s}
spec: {http: {url: "https://shop.example.com/"}}
"""


def specs(*names: str) -> dict[str, str]:
    return {f"monitors/{name}.yaml": MONITOR % name for name in names}


async def live(build: Builder, *names: str) -> None:
    for one in load(specs(*names)).resources:
        await build.resource(one.kind, one.name, one.spec)
    await build.connection.execute("UPDATE resource SET line = 1")


async def heard(world: World, path: str, **request: Any) -> tuple[int, list[bytes]]:
    """The status of a POST, and what was published meanwhile."""
    async with world.redis.pubsub() as channel:
        await channel.subscribe(LOOK)
        await channel.get_message(timeout=5)
        answer = await world.client.post(path, **request)
        message = await channel.get_message(timeout=1 if answer.status_code == 202 else 0.05)
        return answer.status_code, [message["data"]] if message else []


def test_reconcile_asks_for_a_look(api: Api) -> None:
    async def story(world: World) -> None:
        assert await heard(world, "/api/v1/reconcile") == (202, [b"look"])

    api.run(story)


def test_without_redis_a_look_is_refused_with_503(api: Api) -> None:
    async def story(world: World) -> None:
        answer = await world.client.post("/api/v1/reconcile")

        assert answer.status_code == 503
        assert answer.json()["detail"] == "Redis does not answer at the moment"
        assert answer.headers["retry-after"] == "2"

    api.run(story, redis_url="redis://127.0.0.1:1/0")


def test_a_signed_webhook_asks_for_a_look(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.source("main")
        body = b'{"ref": "refs/heads/main"}'
        signature = "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": signature, "x-github-event": "push"}

        assert await heard(world, "/api/v1/hooks/main", content=body, headers=headers) == (202, [b"look"])
        assert await heard(world, "/api/v1/hooks/nope", content=body, headers=headers) == (404, [])
        assert await heard(world, "/api/v1/hooks/main", content=body + b" ", headers=headers) == (401, [])
        assert await heard(world, "/api/v1/hooks/main", content=body) == (401, [])

    api.run(story, webhook_secret="s3cret")


def test_webhooks_are_off_without_a_secret(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.source("main")
        answer = await world.client.post("/api/v1/hooks/main", content=b"{}")

        assert answer.status_code == 401
        assert "WAKEFUL_WEBHOOK_SECRET" in answer.json()["detail"]

    api.run(story)


@pytest.mark.parametrize(
    ("path", "size"), [("/api/v1/hooks/main", 1024 * 1024), ("/api/v1/plan", 10 * 1024 * 1024)], ids=["hook", "plan"]
)
def test_a_body_that_is_too_large_is_refused(api: Api, path: str, size: int) -> None:
    async def story(world: World) -> None:
        answer = await world.client.post(path, content=b" " * (size + 1), headers={"content-type": "application/json"})

        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"

    api.run(story, webhook_secret="s3cret")


def test_a_plan_tells_what_would_change_and_changes_nothing(api: Api) -> None:
    async def story(world: World) -> None:
        await live(world.build, "kept", "gone", "changed")
        files = specs("kept", "changed", "new")
        files["monitors/changed.yaml"] += "  # a comment is no change\n"
        files["monitors/changed.yaml"] = files["monitors/changed.yaml"].replace("spec: {", "spec: {every: 5m, ")
        answer = await world.client.post("/api/v1/plan", json={"files": files})
        found = answer.json()

        assert answer.status_code == 200
        assert found["summary"] == "1 to create, 1 to update, 1 to delete"
        assert [one["name"] for one in found["create"]] == ["new"]
        assert [one["name"] for one in found["delete"]] == ["gone"]
        assert found["update"][0]["changes"] == [{"path": "spec.every", "old": "1m", "new": "5m"}]
        assert (found["unchanged"], found["refusals"], found["diagnostics"]) == (1, [], [])
        assert await world.build.connection.fetchval("SELECT count(*) FROM resource WHERE deleted_at IS NULL") == 3

    api.run(story)


def test_a_plan_that_a_guard_would_hold_says_why(api: Api) -> None:
    async def story(world: World) -> None:
        await live(world.build, "one", "two")
        found = (await world.client.post("/api/v1/plan", json={"files": {}})).json()

        assert found["refusals"] == ["it would delete everything: 2 resources are live and the source has none"]

    api.run(story)


def test_specs_with_errors_have_diagnostics_and_no_plan(api: Api) -> None:
    async def story(world: World) -> None:
        await live(world.build, "one")
        broken = {"a.yaml": (MONITOR % "a").replace("spec: {", "spec: {every: 200ms, ")}
        found = (await world.client.post("/api/v1/plan", json={"files": broken})).json()

        assert found["summary"] == "no plan: there is 1 error in the files"
        assert (found["create"], found["delete"]) == ([], [])
        assert [(one["file"], one["line"]) for one in found["diagnostics"]] == [("a.yaml", 4)]

    api.run(story)


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 400, "files"),
        ({"files": {"a.yaml": 7}}, 400, "files"),
        ({"files": {}}, 400, "`left`, `right`"),
        ({"files": {}, "source": "nope"}, 404, "nope"),
        ({"files": {}, "source": "left"}, 200, "0 to create"),
    ],
    ids=["no files", "not a text", "which source", "no such source", "named"],
)
def test_a_plan_wants_files_and_one_source(api: Api, body: Any, status: int, word: str) -> None:
    async def story(world: World) -> None:
        await world.build.source("left")
        await world.build.source("right")
        answer = await world.client.post("/api/v1/plan", json=body)

        assert answer.status_code == status
        assert word in answer.text

    api.run(story)
