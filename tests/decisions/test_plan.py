"""Wanted × live → plan; and applying a plan leaves nothing to plan."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.decisions.plan import FieldChange, Live, Plan, compare, plan
from specs.kinds import API_VERSION
from specs.load import load
from specs.resource import Key, Resource
from tests.specs.writing import HTTP, TCP, document, monitor

CHANNEL = document("Channel", "webhook: {url: 'https://hooks.example.com/x'}", "hook")
KEPT = "{wakeful.dev/prune: disabled}"


def wanted(*documents: str) -> list[Resource]:
    """The resources of one file."""
    loaded = load({"a.yaml": "---\n".join(documents)})
    assert loaded.errors == []
    return loaded.resources


def stored(resource: Resource, number: int, generation: int = 1) -> Live:
    """A resource as it comes back from a jsonb column."""
    return Live(
        id=number,
        kind=resource.kind,
        workspace=resource.workspace,
        name=resource.name,
        spec=json.loads(json.dumps(resource.spec)),
        labels=json.loads(json.dumps(resource.labels)),
        annotations=json.loads(json.dumps(resource.annotations)),
        file=resource.file,
        line=resource.line,
        generation=generation,
    )


def live(*documents: str) -> list[Live]:
    """Documents as if they had been applied before."""
    return [stored(resource, number) for number, resource in enumerate(wanted(*documents), 1)]


def applied(steps: Plan, before: list[Live]) -> list[Live]:
    """What is live after a plan; ids stay with what they name."""
    after = {one.id: one for one in before}
    number = max(after, default=0)
    for delete in steps.deletes:
        del after[delete.live.id]
    for update in steps.updates:
        after[update.live.id] = stored(update.resource, update.live.id, update.live.generation + 1)
    for move in steps.moved:
        after[move.live.id] = replace(move.live, file=move.resource.file, line=move.resource.line)
    for create in steps.creates:
        number += 1
        after[number] = stored(create.resource, number)
    return list(after.values())


def named(steps: Plan) -> dict[str, list[str]]:
    """The names in a plan, by what happens to them."""
    return {
        "create": [one.resource.name for one in steps.creates],
        "update": [one.resource.name for one in steps.updates],
        "delete": [one.live.name for one in steps.deletes],
        "moved": [one.resource.name for one in steps.moved],
        "kept": [one.name for one in steps.kept],
    }


NOTHING: dict[str, list[str]] = {"create": [], "update": [], "delete": [], "moved": [], "kept": []}
RENAMED = monitor(TCP, "new", renamedFrom="old")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [], {}),
        ([], [monitor(), CHANNEL], {"create": ["a", "hook"]}),
        ([monitor()], [monitor()], {}),
        ([monitor()], [], {"delete": ["a"]}),
        ([monitor(TCP)], [monitor(f"every: 30s\n{TCP}")], {"update": ["a"]}),
        ([monitor(TCP)], [monitor(f"every: 60s\n{TCP}")], {}),
        ([monitor(TCP)], [monitor(TCP, labels="{a: b}")], {"update": ["a"]}),
        ([monitor(TCP)], [monitor(TCP, annotations=KEPT)], {"update": ["a"]}),
        ([monitor(TCP)], [monitor(HTTP)], {"update": ["a"]}),
        ([monitor()], ["# a comment\n\n" + monitor()], {"moved": ["a"]}),
        ([monitor(annotations=KEPT)], [CHANNEL], {"create": ["hook"], "kept": ["a"]}),
        ([monitor(TCP, "old")], [RENAMED], {"update": ["new"]}),
        ([monitor(TCP, "old")], [RENAMED, monitor(TCP, "old")], {"create": ["new"], "moved": ["old"]}),
        ([monitor(TCP, "old"), monitor(TCP, "new")], [RENAMED], {"delete": ["old"], "moved": ["new"]}),
        ([monitor(TCP, "new")], [RENAMED], {}),
        ([], [RENAMED], {"create": ["new"]}),
        ([document("Channel", "webhook: {url: 'https://a.example'}", "old")], [RENAMED], {"create": ["new"], "delete": ["old"]}),
        (
            [monitor(TCP, "old")],
            [RENAMED, monitor(TCP, "other", renamedFrom="old")],
            {"create": ["other"], "update": ["new"]},
        ),
        ([monitor(TCP, "old", annotations=KEPT)], [RENAMED], {"update": ["new"]}),
    ],
    ids=[
        "nothing",
        "create",
        "unchanged",
        "delete",
        "update",
        "default written out",
        "label",
        "annotation",
        "another probe",
        "moved",
        "protected",
        "renamed",
        "renamed, but the old name is wanted again",
        "renamed onto one that lives",
        "renamed long ago",
        "renamed from nothing",
        "renamed from another kind",
        "two renamed from one",
        "renamed though protected",
    ],
)  # fmt: skip
def test_what_a_revision_would_do(before: list[str], after: list[str], expected: dict[str, list[str]]) -> None:
    steps = plan(wanted(*after), live(*before))

    assert named(steps) == NOTHING | expected
    assert plan(wanted(*after), applied(steps, live(*before))).is_empty


def test_an_update_says_each_field_with_old_and_new() -> None:
    before = monitor(f"{HTTP}\nexpect: {{status: 200}}\nregions: [eu]", labels="{team: a, tier: x}")
    after = monitor(
        f"every: 30s\n{HTTP}\nexpect: {{status: [200, 204], latency: 2s}}\nregions: [eu, us]", labels="{team: b}"
    )

    [update] = plan(wanted(after), live(before)).updates

    assert update.changes == (
        FieldChange("labels.team", "a", "b"),
        FieldChange("labels.tier", "x", None),
        FieldChange("spec.every", "1m", "30s"),
        FieldChange("spec.expect.latency", None, "2s"),
        FieldChange("spec.expect.status", [200], [200, 204]),
        FieldChange("spec.regions", ["eu"], ["eu", "us"]),
    )


def test_a_rename_keeps_what_lives() -> None:
    [update] = plan(wanted(RENAMED), live(monitor(f"every: 5m\n{TCP}", "old"))).updates

    assert (update.live.id, update.renamed_from) == (1, "old")
    assert update.changes == (FieldChange("spec.every", "5m", "1m"),)


def test_a_default_that_is_newer_than_what_is_stored_is_no_change() -> None:
    [before] = live(monitor(HTTP))
    older = {key: value for key, value in before.spec.items() if key not in ("confirm", "dependsOn")}

    assert plan(wanted(monitor(HTTP)), [replace(before, spec=older)]).is_empty


def test_what_is_stored_in_a_form_that_is_no_longer_read_is_updated() -> None:
    [before] = live(monitor(TCP))

    steps = plan(wanted(monitor(TCP)), [replace(before, spec={"ping": {"host": "h"}})])

    assert named(steps) == NOTHING | {"update": ["a"]}


def test_a_kind_that_is_gone_is_deleted() -> None:
    [before] = live(monitor(TCP))

    steps = plan(wanted(monitor(TCP)), [before, replace(before, id=2, kind="Gone", name="b")])

    assert named(steps) == NOTHING | {"delete": ["b"]}


def test_a_plan_has_a_summary_and_plain_json() -> None:
    before = live(monitor(TCP, "old"), monitor(TCP, "kept", annotations=KEPT), monitor(TCP, "gone"), CHANNEL)

    steps = plan(wanted(CHANNEL, monitor(f"every: 5m\n{TCP}", "new", renamedFrom="old"), monitor(TCP, "more")), before)

    assert steps.summary == "1 to create, 1 to update, 1 to delete, 1 protected"
    assert not steps.is_empty
    assert json.loads(json.dumps(steps.as_json())) == {
        "create": [{"kind": "Monitor", "workspace": "default", "name": "more", "file": "a.yaml", "line": 17}],
        "update": [
            {
                "kind": "Monitor",
                "workspace": "default",
                "name": "new",
                "file": "a.yaml",
                "line": 8,
                "renamed_from": "old",
                "changes": [{"path": "spec.every", "old": "1m", "new": "5m"}],
            }
        ],
        "delete": [{"kind": "Monitor", "workspace": "default", "name": "gone", "file": "a.yaml", "line": 16}],
        "kept": [{"kind": "Monitor", "workspace": "default", "name": "kept", "file": "a.yaml", "line": 8}],
        "unchanged": 1,
        "summary": "1 to create, 1 to update, 1 to delete, 1 protected",
    }


def test_a_rename_onto_something_live_is_unclear_when_the_old_one_goes() -> None:
    steps = plan(wanted(RENAMED), live(monitor(TCP, "old"), monitor(TCP, "new")))

    assert [(one.live.name, one.resource.name) for one in steps.unclear] == [("old", "new")]
    assert plan(wanted(RENAMED), live(monitor(TCP, "new"))).unclear == ()
    assert plan(wanted(RENAMED, monitor(TCP, "old")), live(monitor(TCP, "old"), monitor(TCP, "new"))).unclear == ()


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, {}, [("a", 1, None)]),
        ({}, {"a": {"b": 1}}, [("a", None, {"b": 1})]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", [1, 2], [2, 1])]),
        ({"a": {"b": 1}}, {"a": "b"}, [("a", {"b": 1}, "b")]),
    ],
    ids=str,
)
def test_values_are_compared_leaf_by_leaf(old: Any, new: Any, changes: list[tuple[str, Any, Any]]) -> None:
    assert [(one.path, one.old, one.new) for one in compare(old, new)] == changes


NAMES = [f"m{number}" for number in range(6)]
SPECS = [
    {"tcp": {"host": "h", "port": 1}},
    {"tcp": {"host": "h", "port": 2}, "every": "1.5s", "timeout": "0.7004s"},
    {"http": {"url": "https://a.example", "headers": {"A": "1"}}, "expect": {"status": 200, "that": "status == 200"}},
    {"http": {"url": "https://a.example"}, "regions": ["eu", "us"], "quorum": 2, "degraded": {"latency": "90s"}},
    {"heartbeat": {"period": "90m", "grace": "0.5h"}},
]
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(st.sampled_from(["a", "b"]), st.booleans() | st.integers(0, 3), max_size=2),
        "annotations": st.just({"wakeful.dev/prune": "disabled"}),
        "renamedFrom": st.sampled_from(NAMES),
    },
)
DOCUMENT = st.tuples(METADATA, st.sampled_from(SPECS))
REPOSITORY = st.tuples(st.dictionaries(st.sampled_from(NAMES), DOCUMENT, max_size=6), st.booleans())


def resources(repository: tuple[dict[str, Any], bool]) -> list[Resource]:
    """The resources of a repository, which may or may not have a channel."""
    monitors, has_channel = repository
    texts = [
        yaml.safe_dump(
            {"apiVersion": API_VERSION, "kind": "Monitor", "metadata": {"name": name} | metadata, "spec": spec}
        )
        for name, (metadata, spec) in _sensible(monitors).items()
    ]
    return wanted(*texts, *([CHANNEL] if has_channel else []))


def _sensible(monitors: dict[str, Any]) -> dict[str, Any]:
    """The monitors without what the loader refuses: renamed from itself, or from each other."""
    kept = dict(monitors)
    for name, (metadata, spec) in monitors.items():
        former = metadata.get("renamedFrom")
        if former == name or (former in kept and kept[former][0].get("renamedFrom") == name):
            kept[name] = ({key: value for key, value in metadata.items() if key != "renamedFrom"}, spec)
    return kept


def said(one: Resource | Live) -> tuple[Any, ...]:
    """What a resource says."""
    return (one.spec, one.labels, one.annotations, one.file, one.line)


@settings(max_examples=200, deadline=None)
@given(st.lists(REPOSITORY, min_size=1, max_size=4))
def test_applying_a_plan_makes_live_what_is_wanted_and_leaves_nothing_to_plan(
    history: list[tuple[dict[str, Any], bool]],
) -> None:
    now = list[Live]()
    for repository in history:
        desired, before = resources(repository), now
        steps = plan(desired, before)
        now = applied(steps, before)

        kept: dict[Key, tuple[Any, ...]] = {one.key: said(one) for one in steps.kept}
        assert len({one.key for one in now}) == len(now)
        assert {one.key: said(one) for one in now} == kept | {one.key: said(one) for one in desired}
        again = plan(desired, now)
        assert again.is_empty
        assert not again.moved
        assert again.unchanged == len(desired)
        assert set(kept) == {one.key for one in again.kept}
