"""How much one revision may take away before a person has to agree."""

import pytest

from controller.decisions.guards import budget, refusals
from controller.decisions.meaning import silenced
from controller.decisions.plan import plan
from specs.config import Guards
from specs.resource import Resource
from tests.decisions.test_plan import CHANNEL, KEPT, live, wanted
from tests.specs.writing import TCP, document, monitor


def monitors(count: int, **metadata: str) -> list[str]:
    """Monitors m0, m1, …"""
    return [monitor(TCP, f"m{number}", **metadata) for number in range(count)]


def rule(match: str = "{}", name: str = "rule", **metadata: str) -> str:
    """An alert rule."""
    return document("AlertRule", f"down: {{}}\nnotify: [hook]\nmatch: {match}", name, **metadata)


def held(before: list[str], after: list[str], **guards: str) -> list[str]:
    """Why a revision is held."""
    desired: list[Resource] = wanted(*after) if after else []
    current = live(*before)
    return refusals(plan(desired, current), desired, current, Guards(**guards))


@pytest.mark.parametrize(
    ("text", "of", "count"),
    [
        ("0", 100, 0),
        ("10", 100, 10),
        ("25%", 100, 25),
        ("25%", 10, 5),
        ("25%", 0, 5),
        ("0%", 100, 5),
        ("100%", 80, 80),
        ("33%", 100, 33),
    ],
)
def test_a_budget_is_a_count_or_a_share(text: str, of: int, count: int) -> None:
    assert budget(text, of) == count


@pytest.mark.parametrize(
    ("before", "after", "guards", "reasons"),
    [
        (monitors(3), monitors(3), {}, []),
        (monitors(30), monitors(23), {}, []),
        (monitors(30), monitors(22), {}, ["it would delete 8 of 30 resources, and `maxDeletes` allows 7"]),
        (monitors(6), monitors(1), {}, []),
        (monitors(7), monitors(1), {}, ["it would delete 6 of 7 resources, and `maxDeletes` allows 5"]),
        (
            monitors(3),
            monitors(2),
            {"max_deletes": "0"},
            ["it would delete 1 of 3 resources, and `maxDeletes` allows 0"],
        ),
        (monitors(30), monitors(1), {"max_deletes": "100%"}, []),
        (monitors(1), [], {}, ["it would delete everything: 1 resources are live and the source has none"]),
        (
            monitors(2),
            [],
            {"max_deletes": "100%"},
            ["it would delete everything: 2 resources are live and the source has none"],
        ),
        (monitors(30, annotations=KEPT), monitors(2), {}, []),
        (monitors(2, annotations=KEPT), [], {}, []),
        ([], [], {}, []),
        ([], monitors(100), {}, []),
    ],
    ids=[
        "nothing",
        "within a share",
        "beyond a share",
        "five are always allowed",
        "six are not",
        "none allowed",
        "all but one allowed",
        "everything",
        "everything, though allowed",
        "protected",
        "everything is protected",
        "empty",
        "new",
    ],
)
def test_too_many_deletes_are_held(
    before: list[str], after: list[str], guards: dict[str, str], reasons: list[str]
) -> None:
    assert held(before, after, **guards) == reasons


def test_monitors_that_fall_silent_are_held() -> None:
    before = [*monitors(8, labels="{tier: critical}"), CHANNEL, rule("{labels: {tier: critical}}")]
    after = [*monitors(8, labels="{tier: normal}"), CHANNEL, rule("{labels: {tier: critical}}")]

    assert held(before, after) == [
        "8 monitors would lose their last alert rule (`m0`, `m1`, `m2` …), and `maxSilenced` allows 5"
    ]
    assert held(before, after, max_silenced="8") == []
    assert held(before[:4] + before[8:], after[:4] + after[8:], max_silenced="3") == [
        "4 monitors would lose their last alert rule (`m0`, `m1`, `m2` …), and `maxSilenced` allows 3"
    ]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ([rule()], [rule()], []),
        ([rule()], [], ["m0", "m1"]),
        ([], [], []),
        ([rule("{monitors: [m0]}")], [], ["m0"]),
        ([rule(), rule("{monitors: [m0]}", "other")], [rule("{monitors: [m0]}", "other")], ["m1"]),
        ([rule()], [rule("{labels: {team: a}}")], ["m0", "m1"]),
        ([rule("{labels: {team: a}}")], [], []),
        ([rule()], [rule("{}", "renamed")], []),
    ],
    ids=["same", "gone", "never had one", "one of two", "another is left", "narrowed", "never matched", "another name"],
)
def test_a_monitor_is_silenced_when_its_last_rule_goes(before: list[str], after: list[str], names: list[str]) -> None:
    both = [*monitors(2), CHANNEL]

    assert silenced(wanted(*both, *after), live(*both, *before)) == names


def test_a_monitor_that_goes_too_is_not_silenced() -> None:
    assert silenced(wanted(CHANNEL), live(*monitors(2), CHANNEL, rule())) == []


def test_a_rule_that_is_protected_goes_on_watching() -> None:
    before = [*monitors(6), CHANNEL, rule(annotations=KEPT)]

    assert held(before, [*monitors(6), CHANNEL], max_silenced="0") == []


def test_a_stored_rule_that_is_no_longer_read_watches_nothing() -> None:
    [*current, broken] = live(*monitors(2), CHANNEL, rule())
    broken.spec.clear()

    assert silenced(wanted(*monitors(2), CHANNEL), [*current, broken]) == []


def test_a_rename_that_nobody_can_be_sure_of_is_held() -> None:
    [words] = held([monitor(TCP, "old"), monitor(TCP, "new")], [monitor(TCP, "new", renamedFrom="old")])

    assert words.startswith("`new` is said to be renamed from `old`, but both are live and `old` goes: ")
