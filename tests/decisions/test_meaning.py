"""What a change means, in words."""

import pytest

from controller.decisions.meaning import checks_per_day, detection, of_change, of_whole
from controller.decisions.plan import Create, Delete, Update, plan
from controller.decisions.proposal import propose, token
from specs.config import Guards
from specs.monitor import Monitor
from tests.decisions.test_plan import CHANNEL, live, wanted
from tests.specs.writing import HTTP, TCP, document, monitor


def rule(spec: str = "", name: str = "rule") -> str:
    return document("AlertRule", f"notify: [hook]\n{spec or 'down: {for: 2m}'}", name)


def page(spec: str) -> str:
    return document("StatusPage", f"title: Shop\n{spec}", "public")


def means(before: list[str], after: list[str]) -> list[str]:
    steps = plan(wanted(*after) if after else [], live(*before))
    changes: list[Create | Update | Delete] = [*steps.creates, *steps.updates, *steps.deletes]
    return [one for change in changes for one in of_change(change)]


@pytest.mark.parametrize(
    ("spec", "longest", "checks"),
    [
        ({"http": {"url": "https://a.example"}}, 130, 1440),
        ({"tcp": {"host": "a", "port": 1}, "every": "10s", "timeout": "2s", "confirm": {"down": 3}}, 32, 8640),
        ({"tcp": {"host": "a", "port": 1}, "regions": ["eu", "us"], "confirm": {"down": 1}}, 70, 2880),
        ({"heartbeat": {"period": "1h", "grace": "5m"}, "confirm": {"down": 1}}, 3960, 1440),
    ],
)
def test_how_soon_an_outage_is_confirmed(spec: dict[str, object], longest: int, checks: int) -> None:
    model = Monitor.model_validate(spec)

    assert detection(model).total_seconds() == longest
    assert checks_per_day(model) == checks


CASES = {
    "a new monitor": ([CHANNEL], [CHANNEL, monitor()], ["worst-case detection 2m10s, 1,440 checks a day"]),
    "seen sooner": (
        [monitor()],
        [monitor(f"every: 30s\n{TCP}")],
        ["worst-case detection 2m10s → 1m10s", "1,440 → 2,880 checks a day"],
    ),
    "another region": ([monitor()], [monitor(f"regions: [eu, us]\n{TCP}")], ["1,440 → 2,880 checks a day"]),
    "another probe": ([monitor(TCP)], [monitor(HTTP)], ["it is looked at by `http` instead of `tcp`; its history goes on"]),
    "a new dependency": (
        [monitor(name="b"), monitor()],
        [monitor(name="b"), monitor(f"dependsOn: [b]\n{TCP}")],
        ["while `b` is down, it is unknown and nobody is told about it"],
    ),
    "a monitor that goes": (
        [monitor(), CHANNEL],
        [CHANNEL],
        ["1,440 checks a day stop; its history is kept"],
    ),
    "a monitor that does not run yet": (
        [CHANNEL],
        [CHANNEL, monitor("dns: {name: a.example}")],
        ["worst-case detection 2m10s, 1,440 checks a day", "stored, but not running yet: `dns` is not there yet"],
    ),
    "a patient rule": (
        [CHANNEL, monitor(), rule()],
        [CHANNEL, monitor(), rule("down: {for: 5m}")],
        ["it fires 2m → 5m after the confirmed change"],
    ),
    "a component that leaves": (
        [monitor(), page("components: [{name: A, monitors: [a]}, {name: B, monitors: [a]}]")],
        [monitor(), page("components: [{name: A, monitors: [a]}]")],
        ["`B` leaves the page"],
    ),
    "a page that moves": (
        [monitor(), page("components: [{name: A, monitors: [a]}]")],
        [monitor(), page("slug: shop\ncomponents: [{name: A, monitors: [a]}]")],
        ["its address changes from /status/public to /status/shop; the old one is gone"],
    ),
    "a label": ([monitor()], [monitor(labels="{a: b}")], []),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES.keys())
def test_a_change_says_what_it_means(before: list[str], after: list[str], expected: list[str]) -> None:
    assert means(before, after) == expected


def test_together_the_changes_say_who_is_no_longer_told() -> None:
    before = live(CHANNEL, monitor(name="a"), monitor(name="b"), rule())
    after = wanted(
        CHANNEL,
        monitor(name="a"),
        rule("down: {for: 2m}\nmatch: {monitors: [c]}"),
        monitor("http: {url: 'https://a.example/${secret.X}'}", name="c"),
    )
    steps = plan(after, before)

    assert of_whole(steps, after, before) == [
        "nobody is told any more when `a` is down",
        "1 monitor is no longer watched",
        "workers need a new secret: X",
    ]


def test_a_token_is_that_of_one_plan() -> None:
    before, after = live(monitor()), wanted(monitor(), CHANNEL)
    first = token(after, before)

    assert propose(plan(after, before), after, before, Guards())["token"] == first
    assert token(wanted(CHANNEL, "# moved\n" + monitor()), before) == first
    assert token(wanted(monitor(HTTP), CHANNEL), before).split("-")[0] == first.split("-")[0]
    assert token(after, live(monitor(HTTP))).split("-")[1] == first.split("-")[1]
    assert token(after, live(monitor(HTTP))) != first
