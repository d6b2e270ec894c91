"""The pages, as a browser without JavaScript gets them."""

import asyncio
import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest

from api.pages.history import combined, history
from api.pages.status import banner
from api.pages.words import latency, percent, span
from api.recent import Recent
from controller.decisions.observation import Health
from controller.decisions.uptime import Interval
from tests.api.builder import NOW
from tests.api.serving import Api, World

HOSTILE = '<script>alert("x")</script>'
LIMIT = 14 * 1024
UP, DEGRADED, DOWN, UNKNOWN = Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def page(world: World, path: str, status: int = 200) -> str:
    answer = await world.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


@pytest.mark.parametrize(
    ("healths", "expected"),
    [
        ([UP, UP], "All systems operational"),
        ([UP, DOWN], "Some systems are down"),
        ([UNKNOWN, DOWN], "Some systems are down"),
        ([DOWN, DOWN], "All systems are down"),
        ([UP, DEGRADED], "Some systems are degraded"),
        ([UP, UNKNOWN], "We cannot tell for all systems at the moment"),
        ([UNKNOWN], "We cannot tell at the moment"),
        ([], "We cannot tell at the moment"),
    ],
    ids=str,
)
def test_the_banner_says_the_worst(healths: list[Health], expected: str) -> None:
    assert banner(healths) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(1.0, "100 %"), (0.999999, "99.99 %"), (0.9715, "97.15 %"), (0.0, "0.00 %"), (None, "no data")],
)
def test_a_percentage_is_never_rounded_up(ratio: float | None, expected: str) -> None:
    assert percent(ratio) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (61, "1 min 1 s"),
        (11_520, "3 h 12 min"),
        (86_400, "1 d"),
        (86_461, "1 d"),
        (-5, "0 s"),
    ],
)
def test_a_span_shows_two_units(seconds: int, expected: str) -> None:
    assert span(timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0.087, "87 ms"), (2.314, "2.31 s"), (None, "–")])
def test_latency_is_written_for_people(seconds: float | None, expected: str) -> None:
    assert latency(seconds) == expected


def test_several_monitors_are_as_bad_as_the_worst_of_them() -> None:
    start, later, end = NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    steady = [Interval(UP, start, None)]
    flapping = [Interval(UP, start, later), Interval(DOWN, later, end), Interval(UP, end, end), Interval(UP, end, None)]

    assert [(one.health, one.start, one.end) for one in combined([steady, flapping])] == [
        (UP, start, later),
        (DOWN, later, end),
        (UP, end, None),
    ]


def test_a_gap_in_one_monitor_is_unknown_for_all() -> None:
    steady = [Interval(UP, NOON, None)]
    ended = [Interval(UP, NOON, NOON + timedelta(hours=1))]

    assert [one.health for one in combined([steady, ended])] == [UP, UNKNOWN]


def test_ninety_days_are_drawn_in_runs() -> None:
    fell, rose = NOON - timedelta(days=2), NOON - timedelta(days=2) + timedelta(minutes=14)
    timeline = [
        Interval(UP, NOON - timedelta(days=9, hours=12), fell),
        Interval(DOWN, fell, rose),
        Interval(UP, rose, None),
    ]
    found = history([timeline], NOON)

    assert [(run.health, run.length) for run in found.runs] == [(UNKNOWN, 80), (UP, 7), (DOWN, 1), (UP, 2)]
    assert found.runs[2].dates == "8 Mar"
    assert found.runs[2].text == "down for 14 min, 99.02 %"
    assert found.summary == "Last 90 days: up on 9, down on 1, no data on 80"


def test_without_data_there_is_no_percentage() -> None:
    assert history([], NOON).uptime == "no data"
    assert history([[]], NOON).summary == "Last 90 days: no data on 90"


def test_many_who_ask_at_once_wait_for_one_answer() -> None:
    made: list[int] = []

    async def make() -> int:
        await asyncio.sleep(0.01)
        made.append(1)
        return len(made)

    async def story() -> tuple[list[int], int]:
        kept = Recent[int](0.05)
        first = await asyncio.gather(*(kept.get("key", make) for _ in range(20)))
        await asyncio.sleep(0.06)
        return first, await kept.get("key", make)

    assert asyncio.run(story()) == ([1] * 20, 2)


def test_an_empty_overview_says_what_to_expect(api: Api) -> None:
    async def story(world: World) -> None:
        text = await page(world, "/")

        assert "There are no monitors yet" in text
        assert "No source was looked at yet" in text

    api.run(story)


def test_the_overview_shows_what_is_wrong_first(api: Api) -> None:
    async def story(world: World) -> None:
        for name, health in {"a-up": "up", "b-degraded": "degraded", "c-down": "down", "d-unknown": None}.items():
            await world.build.monitor(name, health, reason="timeout after 10s" if health == "down" else None)
        text = await page(world, "/")

        assert re.findall(r"/monitors/default/([\w-]+)", text) == ["c-down", "b-degraded", "d-unknown", "a-up"]
        assert "timeout after 10s" in text
        assert "<title>1 down" in text
        assert "0.00 %" in text

    api.run(story)


def test_the_overview_can_be_narrowed(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout", "up")
        await world.build.monitor("search", "down")
        down = await page(world, "/?health=down")
        named = await page(world, "/?q=check")
        none = await page(world, "/?q=zzz")

        assert re.findall(r"/monitors/default/([\w-]+)", down) == ["search"]
        assert re.findall(r"/monitors/default/([\w-]+)", named) == ["checkout"]
        assert "No monitor matches" in none

    api.run(story)


def test_the_overview_pages_through_many_monitors(api: Api) -> None:
    async def story(world: World) -> None:
        for number in range(103):
            await world.build.monitor(f"site-{number:03}", "up")
        first, second = await page(world, "/"), await page(world, "/?page=2")

        assert "1 to 100 of 103" in first
        assert 'href="/?page=2"' in first
        assert re.findall(r"/monitors/default/([\w-]+)", second) == ["site-100", "site-101", "site-102"]
        assert len(gzip.compress(first.encode())) < LIMIT

    api.run(story)


def test_the_overview_tells_why_the_newest_revision_does_not_run(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.revision("a" * 40)
        problem = {"message": "unknown key `htpp`", "file": "m/a.yaml", "line": 6, "column": 3, "hint": "use `http`"}
        await world.build.revision("b" * 40, status="rejected", reason="1 error in the specs", diagnostics=[problem])
        text = await page(world, "/")

        assert "was rejected" in text
        assert "m/a.yaml:6:3" in text
        assert "unknown key `htpp`" in text
        assert "Hint: use `http`" in text
        assert "a" * 12 in text

    api.run(story)


@pytest.mark.parametrize(
    ("health", "banner_text", "word"),
    [
        ("up", "All systems operational", "Up"),
        ("degraded", "All systems are degraded", "Degraded"),
        ("down", "All systems are down", "Down"),
        ("unknown", "We cannot tell at the moment", "Unknown"),
        (None, "We cannot tell at the moment", "Unknown"),
    ],
)
def test_a_status_page_says_how_it_is_in_words_and_colour(
    api: Api, health: str | None, banner_text: str, word: str
) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout", health)
        await world.build.page("shop", {"Checkout": ["checkout"]})
        text = await page(world, "/status/shop")

        assert f'<p class="banner {word.lower()}" role="status">' in text
        assert banner_text in text
        assert re.search(rf'<span class="state {word.lower()}"><svg .*?</svg>{word}</span>', text)

    api.run(story)


def test_unknown_is_never_green(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("seen", "up")
        await world.build.monitor("dark", "unknown")
        await world.build.page("shop", {"Both": ["seen", "dark"], "Missing": ["never-made"]})
        text = await page(world, "/status/shop")
        body = text.split("</head>")[1].split('<p class="legend')[0]

        assert "operational" not in text
        assert 'class="banner unknown"' in body
        assert body.count('class="state unknown"') == 2
        assert 'class="state up"' not in body

    api.run(story)


def test_a_status_page_is_small_and_self_contained(api: Api) -> None:
    async def story(world: World) -> None:
        names = [f"service-{number}" for number in range(20)]
        for number, name in enumerate(names):
            monitor_id = await world.build.monitor(name)
            for day in range(90, 0, -1):
                start = NOW - timedelta(days=day)
                fell = start + timedelta(hours=1 + number % 20)
                is_bad = (day + number) % 6 == 0
                await world.build.interval(monitor_id, "up", start, fell)
                await world.build.interval(monitor_id, "down" if is_bad else "up", fell, start + timedelta(days=1))
            await world.build.incident(monitor_id, start=NOW - timedelta(days=2), end=NOW)
        await world.build.page("shop", {f"Part {name}": [name] for name in names})
        answer = await world.client.get("/status/shop", headers={"accept-encoding": "gzip"})
        policy = answer.headers["content-security-policy"]

        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) <= LIMIT
        assert "<script" not in answer.text
        assert not re.search(r'(src|href)="(https?:)?//', answer.text)
        assert "style=" not in answer.text
        assert "script-src" not in policy
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy

    api.run(story)


def test_a_status_page_is_for_everybody(api: Api) -> None:
    async def story(world: World) -> None:
        await world.build.monitor("checkout", "up")
        await world.build.page("shop", {"Checkout": ["checkout"]}, description="All about the shop.", slug="public")
        text = await page(world, "/status/public")

        assert '<html lang="en">' in text
        assert '<meta name="viewport"' in text
        assert 'role="img" aria-label="Last 90 days: up on' in text
        assert "<caption>Checkout, day by day</caption>" in text
        assert "All about the shop." in text
        for wanted in ("prefers-color-scheme:dark", "prefers-reduced-motion", "forced-colors"):
            assert wanted in text.replace(": ", ":")
        assert (await world.client.get("/status/shop")).status_code == 404

    api.run(story)


def test_recent_incidents_are_told_with_their_timelines(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout", "down")
        other = await world.build.monitor("private", "down")
        await world.build.incident(
            monitor_id, start=NOW - timedelta(days=30), end=NOW - timedelta(days=29), reason="old"
        )
        await world.build.incident(
            monitor_id, start=NOW - timedelta(days=3), end=NOW - timedelta(days=3, hours=-2), reason="disk full"
        )
        await world.build.incident(monitor_id, reason="status 503")
        await world.build.incident(other, reason="not for the public")
        await world.build.page("shop", {"Checkout": ["checkout"]})
        text = await page(world, "/status/shop")

        assert text.index("Ongoing for 1 h") < text.index("Resolved after 2 h")
        assert "disk full" in text
        assert "<b>Resolved</b>: up again" in text
        assert "<p>old</p>" not in text
        assert "not for the public" not in text

    api.run(story)


def test_hostile_words_are_escaped(api: Api) -> None:
    async def story(world: World) -> None:
        monitor_id = await world.build.monitor("checkout", "down", reason=HOSTILE)
        await world.build.incident(monitor_id, reason=HOSTILE)
        await world.build.page("shop", {HOSTILE: ["checkout"]}, title=HOSTILE, description=HOSTILE)
        problem = {"message": HOSTILE, "file": HOSTILE, "line": 1, "column": 1, "hint": HOSTILE}
        await world.build.revision(HOSTILE, status="held", reason=HOSTILE, diagnostics=[problem], message=HOSTILE)
        texts = [await page(world, path) for path in ("/", "/status/shop", '/?q="><script>')]

        for text in texts:
            assert "<script" not in text
            assert "&lt;script&gt;" in text

    api.run(story)


def test_an_unknown_page_is_a_page_too(api: Api) -> None:
    async def story(world: World) -> None:
        assert "There is no such page" in await page(world, "/status/nope", 404)
        assert "There is no such page" in await page(world, "/made/up", 404)
        answer = await world.client.get("/made/up", headers={"accept": "application/json"})
        assert answer.json()["detail"] == "there is nothing at /made/up"

    api.run(story)
