"""Incidents, alerts, notifications, revisions, resources and sources over REST."""

from datetime import timedelta

import pytest

from tests.api.builder import NOW
from tests.api.serving import Api, World

DIAGNOSTIC = {"severity": "error", "code": "value", "message": "too short", "file": "a.yaml", "line": 3, "column": 1}


def test_incidents_are_listed_newest_first_and_filtered(api: Api) -> None:
    async def story(world: World) -> None:
        one, two = await world.build.monitor("one"), await world.build.monitor("two")
        ended = await world.build.incident(one, end=NOW)
        lasting = await world.build.incident(two)

        async def ids(**params: str) -> list[int]:
            return [item["id"] for item in (await world.get("/incidents", **params))["items"]]

        assert await ids() == [lasting, ended]
        assert await ids(open="true") == [lasting]
        assert await ids(open="false") == [ended]
        assert await ids(monitor="one") == [ended]
        assert await ids(workspace="other") == []

    api.run(story)


def test_an_incident_is_shown_with_its_timeline(api: Api) -> None:
    async def story(world: World) -> None:
        incident_id = await world.build.incident(await world.build.monitor("checkout"), end=NOW)
        found = await world.get(f"/incidents/{incident_id}")

        assert (found["title"], found["monitor"]) == ("checkout is down", "checkout")
        assert [(one["type"], one["text"], one["who"]) for one in found["events"]] == [
            ("opened", "status 503, wanted 200", "wakeful"),
            ("resolved", "up again", "wakeful"),
        ]

    api.run(story)


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/incidents/7", "there is no incident 7"),
        ("/revisions/7", "there is no revision 7"),
        ("/resources/Monitor/default/x", "there is no Monitor `x` in the workspace `default`"),
        ("/nothing", "there is nothing at /api/v1/nothing"),
        ("/incidents/seven", "there is nothing at /api/v1/incidents/seven"),
    ],
)
def test_what_is_not_there_is_a_problem(api: Api, path: str, detail: str) -> None:
    async def story(world: World) -> None:
        problem = await world.get(path, 404)

        assert problem == {"type": "about:blank", "title": "Not Found", "status": 404, "detail": detail}

    api.run(story)


@pytest.mark.parametrize("kind", ["incidents", "revisions", "alerts", "notifications"])
def test_lists_by_id_are_paged(api: Api, kind: str) -> None:
    async def story(world: World) -> None:
        build = world.build
        monitor = await build.monitor("checkout")
        channel = await build.resource("Channel", "mail", {})
        for number in range(3):
            await build.revision(str(number) * 40)
            await build.incident(monitor, end=NOW)
            rule = await build.resource("AlertRule", f"rule-{number}", {})
            await build.notification(await build.alert(monitor, rule), channel, key=f"k{number}")
        found, cursor = list[int](), dict[str, str]()
        for _ in range(10):
            page = await world.get(f"/{kind}", limit=2, **cursor)
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}

        assert len(found) == (4 if kind == "revisions" else 3)
        assert found == sorted(set(found), reverse=True)

    api.run(story)


def test_an_id_beyond_all_numbers_is_refused(api: Api) -> None:
    async def story(world: World) -> None:
        problem = await world.get(f"/incidents/{10**30}", 400)

        assert problem["title"] == "Bad Request"

    api.run(story)


def test_alerts_and_notifications_tell_why_and_what_became_of_them(api: Api) -> None:
    async def story(world: World) -> None:
        build = world.build
        monitor = await build.monitor("checkout")
        rule = await build.resource("AlertRule", "outage", {})
        channel = await build.resource("Channel", "mail", {})
        alert = await build.alert(monitor, rule, incident=await build.incident(monitor))
        await build.notification(alert, channel)
        told = (await world.get("/alerts", state="firing", monitor="checkout"))["items"][0]
        sent = (await world.get("/notifications", state="sent", alert=alert))["items"][0]

        assert (told["rule"], told["monitor"], told["state"]) == ("outage", "checkout", "firing")
        assert (told["reason"], told["severity"]) == ("down: timeout", "critical")
        assert (sent["channel"], sent["state"], sent["attempts"], sent["receipt"]) == ("mail", "sent", 1, "200")
        assert sent["reason"] == "first notification"
        assert sent["message"] == {"monitor": "checkout", "status": "firing"}
        assert (await world.get("/alerts", state="pending"))["items"] == []
        assert (await world.get("/notifications", state="dead"))["items"] == []
        await world.get("/alerts", 400, state="maybe")

    api.run(story)


def test_a_revision_is_shown_with_diagnostics_and_plan(api: Api) -> None:
    async def story(world: World) -> None:
        revision_id = await world.build.revision(
            "b" * 40, status="rejected", reason="1 error", diagnostics=[DIAGNOSTIC], plan={"summary": "nothing"}
        )
        found = await world.get(f"/revisions/{revision_id}")
        listed = (await world.get("/revisions", status="rejected", source="main"))["items"]

        assert (found["status"], found["reason"], found["commit"]) == ("rejected", "1 error", "b" * 40)
        assert (found["diagnostics"], found["plan"]) == ([DIAGNOSTIC], {"summary": "nothing"})
        assert [one["id"] for one in listed] == [revision_id]
        assert (await world.get("/revisions", status="held"))["items"] == []

    api.run(story)


def test_a_source_tells_applied_from_attempted_and_hides_its_credentials(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.source("main", "https://user:hunter2@git.example.com/specs.git")
        await world.build.revision("a" * 40)
        await world.build.revision("b" * 40, status="held", reason="it would delete 9 of 10 resources")
        found = (await world.get("/sources"))["items"][0]

        assert (found["name"], found["uri"]) == ("main", "https://git.example.com/specs.git")
        assert found["applied"]["commit"] == "a" * 40
        assert (found["attempted"]["commit"], found["attempted"]["status"]) == ("b" * 40, "held")
        assert found["is_current"] is False

    api.run(story)


def test_resources_of_every_kind_are_listed_and_shown_with_history(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout", created_at=NOW - timedelta(days=1))
        await world.build.resource("Channel", "mail", {"email": {}})
        names = [(one["kind"], one["name"]) for one in (await world.get("/resources"))["items"]]
        only = await world.get("/resources", kind="Monitor", workspace="default", source="main")
        first = await world.get("/resources", limit=1)
        second = await world.get("/resources", limit=1, cursor=first["next"])
        found = await world.get("/resources/Monitor/default/checkout")

        assert names == [("Channel", "mail"), ("Monitor", "checkout")]
        assert [one["name"] for one in only["items"]] == ["checkout"]
        assert [one["name"] for one in first["items"] + second["items"]] == ["mail", "checkout"]
        assert (found["file"], found["source"], found["deleted_at"]) == ("monitors/checkout.yaml", "main", None)
        assert [(one["action"], one["revision"]) for one in found["history"]] == [("create", "a" * 40)]

    api.run(story)
