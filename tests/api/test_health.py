"""Liveness, readiness, metrics, and what every response carries."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import openapi_document
from api.delivery import POLICY
from controller.workers.metrics import HASH
from tests.api.builder import NOW
from tests.api.serving import Api, World

CLOSED = "127.0.0.1:1"


def test_health_is_ok_whatever_happens(api: Api) -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/health")

        assert answer.status_code == 200
        assert answer.json()["status"] == "ok"
        assert answer.json()["version"]

    api.run(story, redis_url=f"redis://{CLOSED}/0", database_url=f"postgresql://{CLOSED}/nothing")


def test_ready_once_a_revision_is_applied(api: Api) -> None:
    async def story(world: World) -> None:
        before = await world.client.get("/health/ready")
        await world.build.source()
        between = await world.client.get("/health/ready")
        await world.build.revision()
        after = await world.client.get("/health/ready")

        assert (before.status_code, between.status_code, after.status_code) == (503, 503, 200)
        assert before.json()["checks"]["source"] == {"ready": False, "reason": "no source was looked at yet"}
        assert between.json()["checks"]["source"]["reason"] == "no revision of `main` is applied yet"
        assert after.json()["status"] == "ready"
        assert all(part["ready"] for part in after.json()["checks"].values())

    api.run(story)


def test_not_ready_names_redis_when_it_is_away(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.revision()
        answer = await world.client.get("/health/ready")
        checks = answer.json()["checks"]

        assert answer.status_code == 503
        assert (checks["database"]["ready"], checks["source"]["ready"]) == (True, True)
        assert checks["redis"]["ready"] is False
        assert "connect" in checks["redis"]["reason"].lower()

    api.run(story, redis_url=f"redis://{CLOSED}/0")


def test_without_a_database_the_server_runs_and_says_so(api: Api) -> None:
    async def story(world: World) -> None:
        ready = await world.client.get("/health/ready")
        problem = await world.get("/monitors", 503)
        page = await world.client.get("/")

        assert ready.json()["checks"]["database"]["ready"] is False
        assert "the database does not answer" in problem["detail"]
        assert page.status_code == 503
        assert "We cannot tell at the moment" in page.text

    api.run(story, database_url=f"postgresql://{CLOSED}/nothing")


def test_metrics_have_the_promised_names(api: Api) -> None:
    async def story(world: World) -> None:
        monitor = await world.build.monitor("checkout", "down")
        await world.build.incident(monitor)
        rule, channel = await world.build.resource("AlertRule", "r", {}), await world.build.resource("Channel", "c", {})
        await world.build.notification(await world.build.alert(monitor, rule), channel, state="queued")
        await world.build.revision("a" * 40, applied_at=NOW - timedelta(minutes=5))
        await world.build.revision("b" * 40, status="rejected")
        await world.redis.hset(
            HASH,
            mapping={
                "checks|eu|up": 7,
                "checks|eu|down": 1,
                "duration|5": 2,
                "duration|100": 3,
                "duration|+Inf": 1,
                "duration|sum": 12345.5,
                "late|0.05": 8,
                "late|sum": 0.25,
                "missed|eu": 4,
            },
        )
        await world.get("/monitors")
        await world.get("/monitors/default/checkout")
        answer = await world.client.get("/metrics")
        found = {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert found["http_requests_total", "GET", "/api/v1/monitors/{workspace}/{name}", "200"] == 1
        assert found["http_request_duration_seconds_count", "GET", "/api/v1/monitors"] == 1
        assert found["monitor_checks_total", "up", "eu"] == 7
        assert found["monitor_check_duration_milliseconds_bucket", "5"] == 2
        assert found["monitor_check_duration_milliseconds_bucket", "50"] == 2
        assert found["monitor_check_duration_milliseconds_bucket", "10000"] == 5
        assert found["monitor_check_duration_milliseconds_bucket", "+Inf"] == 6
        assert found["monitor_check_duration_milliseconds_sum",] == 12345.5
        assert found["wakeful_check_lateness_seconds_count",] == 8
        assert found["wakeful_checks_missed_total", "eu"] == 4
        assert found["active_monitors", "down"] == 1
        assert found["active_monitors", "up"] == 0
        assert found["active_incidents",] == 1
        assert found["wakeful_revision_age_seconds", "main"] == pytest.approx(300, abs=60)
        assert found["wakeful_revision_attempted_not_applied", "main"] == 1
        assert found["wakeful_outbox_depth", "queued"] == 1
        assert found["wakeful_reachable", "redis"] == 1

    api.run(story)


def test_metrics_show_what_is_there_when_the_rest_is_away(api: Api) -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/metrics")

        assert answer.status_code == 200
        assert 'wakeful_reachable{part="database"} 0.0' in answer.text
        assert 'wakeful_reachable{part="redis"} 0.0' in answer.text
        assert "active_monitors{" not in answer.text

    api.run(story, redis_url=f"redis://{CLOSED}/0", database_url=f"postgresql://{CLOSED}/nothing")


def test_unknown_paths_make_no_series_of_their_own(api: Api) -> None:
    async def story(world: World) -> None:
        await world.get("/made-up-path", 404)
        text = (await world.client.get("/metrics")).text

        assert 'path="unmatched",status="404"' in text
        assert "made-up-path" not in text

    api.run(story)


@pytest.mark.parametrize(
    "path", ["/", "/status/nope", "/api/v1/monitors", "/api/v1/nope", "/health", "/socket.io/?EIO=4"]
)
def test_every_response_carries_the_security_headers(api: Api, path: str) -> None:
    async def story(world: World) -> None:
        headers = (await world.client.get(path)).headers

        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"

    api.run(story)


def test_an_unchanged_list_is_answered_with_304(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout")
        first = await world.client.get("/api/v1/monitors")
        again = await world.client.get("/api/v1/monitors", headers={"if-none-match": first.headers["etag"]})
        await world.build.monitor("search")
        changed = await world.client.get("/api/v1/monitors", headers={"if-none-match": first.headers["etag"]})

        assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]
        assert changed.headers["etag"] != first.headers["etag"]

    api.run(story)


def test_head_is_answered_as_get_without_the_body(api: Api) -> None:
    async def story(world: World) -> None:
        full = await world.client.get("/api/v1/openapi.json", headers={"accept-encoding": "identity"})
        head = await world.client.head("/api/v1/openapi.json", headers={"accept-encoding": "identity"})

        assert head.content == b""
        assert head.headers["content-length"] == str(len(full.content))

    api.run(story)


def test_a_method_that_does_not_work_is_a_problem(api: Api) -> None:
    async def story(world: World) -> None:
        answer = await world.client.delete("/api/v1/monitors")

        assert answer.status_code == 405
        assert answer.json()["detail"] == "DELETE does not work on /api/v1/monitors"

    api.run(story)


def test_the_openapi_document_needs_no_database_and_names_every_route(api: Api) -> None:
    document = openapi_document()

    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/health",
        "/health/ready",
        "/metrics",
        *(
            f"/api/v1/{path}"
            for path in (
                "monitors",
                "monitors/{workspace}/{name}",
                "monitors/{workspace}/{name}/observations",
                "monitors/{workspace}/{name}/uptime",
                "incidents",
                "incidents/{incident_id}",
                "alerts",
                "notifications",
                "revisions",
                "revisions/{revision_id}",
                "resources",
                "resources/{kind}/{workspace}/{name}",
                "sources",
                "reconcile",
                "hooks/{source}",
                "plan",
                "heartbeats/{token}",
            )
        ),
    }

    async def story(world: World) -> None:
        assert await world.get("/openapi.json") == document

    api.run(story)


def test_the_page_of_routes_loads_nothing_from_elsewhere(api: Api) -> None:
    async def story(world: World) -> None:
        answer = await world.client.get("/openapi")

        assert answer.status_code == 200
        assert "/api/v1/monitors/{workspace}/{name}" in answer.text
        assert "<script" not in answer.text
        assert "src=" not in answer.text
        assert "style-src 'sha256-" in answer.headers["content-security-policy"]
        assert answer.headers["content-security-policy"] != POLICY

    api.run(story)


def test_many_at_once_are_answered(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout", "up")
        answers = await asyncio.gather(*(world.client.get("/api/v1/monitors") for _ in range(40)))

        assert {one.status_code for one in answers} == {200}

    api.run(story)


def test_the_openapi_document_has_names_that_clients_can_be_made_from() -> None:
    document = openapi_document()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    names = [operation["operationId"] for operation in operations]

    assert "PageOfMonitorSummary" in document["components"]["schemas"]
    assert "#/components/schemas/PageOfMonitorSummary" in str(document["paths"]["/api/v1/monitors"])
    assert all(name.isidentifier() for name in document["components"]["schemas"])
    assert len(set(names)) == len(names)
    assert {"listMonitors", "showUptime", "getPing", "postPing"} <= set(names)
    for operation in operations:
        assert operation["summary"]
        assert operation["description"]
        for status, answer in operation["responses"].items():
            if status in ("400", "401", "404", "413"):
                assert "application/problem+json" in answer["content"]
