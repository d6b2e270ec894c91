"""Folders: their workspace and their defaults."""

import pytest

from specs.load import joined, load, prepare
from tests.specs.writing import document, monitor, repository


def in_folders(**files: str) -> dict[str, str]:
    return {name.replace("__", "/") + ".yaml": text for name, text in files.items()}


def test_a_folder_with_a_workspace_puts_what_is_below_into_it() -> None:
    loaded = load(
        in_folders(
            shop__workspace=document("Workspace", "title: Shop", name="shop"),
            shop__deep__m=monitor(),
            m=monitor(),
        )
    )

    assert not loaded.errors
    keys = sorted(one.key for one in loaded.resources if one.kind == "Monitor")
    assert keys == [("Monitor", "default", "a"), ("Monitor", "shop", "a")]


def test_nothing_refers_across_a_workspace() -> None:
    loaded = load(
        in_folders(
            shop__workspace=document("Workspace", "title: Shop", name="shop"),
            shop__m=monitor(name="inside"),
            m=monitor("dependsOn: [inside]\ntcp: {host: a.example, port: 1}"),
        )
    )

    [problem] = loaded.errors
    assert problem.message == "there is no Monitor `inside`"
    assert problem.hint == "the workspace `shop` has one, and nothing crosses a workspace"


def test_defaults_hold_for_their_folder_and_below_and_the_nearest_wins() -> None:
    loaded = load(
        in_folders(
            defaults=document("Defaults", "labels: {team: all, tier: low}\nmonitor:\n  every: 30s\n  timeout: 5s"),
            shop__defaults=document("Defaults", "labels: {team: shop}\nmonitor:\n  every: 10s", name="shop"),
            shop__m=monitor(name="inside", labels="{tier: high}"),
            m=monitor(name="outside"),
        )
    )

    assert not loaded.errors
    found = {one.name: (one.spec["every"], one.spec["timeout"], one.labels) for one in loaded.resources}
    assert found["inside"] == ("10s", "5s", {"team": "shop", "tier": "high"})
    assert found["outside"] == ("30s", "5s", {"team": "all", "tier": "low"})


def test_a_monitor_that_cannot_live_with_a_default_says_where_it_comes_from() -> None:
    loaded = load(
        in_folders(
            defaults=document("Defaults", "monitor:\n  timeout: 20s"),
            m=monitor("every: 10s\ntcp: {host: a.example, port: 1}"),
        )
    )

    [problem] = loaded.errors
    assert problem.file == "m.yaml"
    assert problem.message == (
        "`timeout` is longer than `every`, so checks would pile up, which comes from the Defaults in defaults.yaml:7"
    )


def test_a_folder_has_one_of_each() -> None:
    loaded = load({"a.yaml": document("Defaults", "monitor: {}") + "---\n" + document("Defaults", "{}", name="b")})

    assert [one.message for one in loaded.errors] == ["a folder has one Defaults, but another stands in a.yaml:2"]


@pytest.mark.parametrize("probe", ["tcp: {host: a.example, port: 1}", "heartbeat: {period: 1h}"])
def test_defaults_of_another_probe_mean_nothing(probe: str) -> None:
    defaults = document("Defaults", "monitor:\n  http: {headers: {A: b}}\n  expect: {status: 200}")
    loaded = repository(defaults, monitor(probe))

    assert not loaded.errors


def test_a_variable_that_stands_alone_keeps_its_type() -> None:
    config = document("Config", "variables: {port: 8443, host: db.example}")
    loaded = repository(config, monitor("tcp: {host: '${var.host}', port: '${var.port}'}", labels="{p: '${var.port}'}"))

    assert not loaded.errors
    assert loaded.resources[0].spec["tcp"] == {"host": "db.example", "port": 8443}
    assert loaded.resources[0].labels == {"p": "8443"}


def test_what_did_not_change_is_not_read_again() -> None:
    files = in_folders(a=monitor(), b=monitor(name="b"))
    before = load(files, remember=True)
    after = load(files | {"b.yaml": monitor("every: 5s\ntcp: {host: x.example, port: 1}", name="b")}, before)

    assert {one.name: one.spec["every"] for one in after.resources} == {"a": "1m", "b": "5s"}
    assert after.resources[0] is before.resources[0]
    assert (
        after.resources
        == load(files | {"b.yaml": monitor("every: 5s\ntcp: {host: x.example, port: 1}", name="b")}).resources
    )


def test_what_did_not_change_is_read_again_when_its_folder_did() -> None:
    files = in_folders(a=monitor())
    before = load(files, remember=True)
    after = load(files | {"d.yaml": document("Defaults", "monitor:\n  every: 5s")}, before)

    assert after.resources[0].spec["every"] == "5s"


def test_what_was_prepared_in_parts_gives_the_same() -> None:
    files = in_folders(
        config=document("Config", "variables: {host: db.example}"),
        shop__workspace=document("Workspace", "title: Shop", name="shop"),
        shop__defaults=document("Defaults", "monitor:\n  every: 5s", name="shop"),
        shop__m=monitor("tcp: {host: '${var.host}', port: 1}", name="inside"),
        m=monitor("every: soon\ndependsOn: [gone]\ntcp: {host: x.example, port: 1}"),
        broken="a: [",
    )
    names = sorted(files)
    before = joined([prepare(files, names[:3]), prepare(files, names[3:])])

    alone = load(files)
    assert load(files, before).resources == alone.resources
    assert load(files, before).diagnostics == alone.diagnostics
