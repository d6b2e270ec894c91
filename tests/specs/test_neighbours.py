"""One file of a repository, judged without reading all the others."""

import pytest

from specs.load import load
from specs.neighbours import Neighbour, neighbours
from tests.specs.writing import TCP, document, monitor


@pytest.mark.parametrize(
    "text",
    [
        monitor(name="gateway"),
        monitor(name="gateway").replace("metadata:\n  name: gateway", "metadata: {labels: {a: b}, name: gateway}"),
        monitor(name="'gateway'  # the first"),
        monitor(name="gateway").replace("metadata:", "metadata: # of it\n  labels: {name: other}\n"),
        "{apiVersion: wakeful.dev/v1, kind: Monitor, metadata: {name: gateway}, spec: {tcp: {host: a, port: 1}}}",
        'kind: "Monitor"\n"metadata":\n  name: gateway\napiVersion: wakeful.dev/v1\n',
    ],
    ids=["block", "flow", "quoted", "comments", "all flow", "quoted keys"],
)
def test_what_a_file_defines_is_told_however_it_is_written(text: str) -> None:
    [found] = neighbours({"a.yaml": text})

    assert (found.kind, found.name) == ("Monitor", "gateway")


def test_each_document_of_a_file_is_told() -> None:
    text = "---\n".join([monitor(name="a"), "# nothing\n", document("Channel", "webhook: {url: x}", name="b")])

    assert [*neighbours({"f.yaml": text})] == [
        Neighbour("Monitor", "a", "f.yaml", 2),
        Neighbour("Channel", "b", "f.yaml", 11),
    ]


def test_a_file_may_refer_to_what_others_define() -> None:
    others = {"b.yaml": monitor(name="b"), "broken.yaml": "a: ["}
    good = load({"a.yaml": monitor(f"dependsOn: [b]\n{TCP}")}, others=others)
    bad = load({"a.yaml": monitor(f"dependsOn: [c]\n{TCP}")}, others=others)

    assert good.diagnostics == []
    assert [(one.message, one.hint) for one in bad.diagnostics] == [
        ("there is no Monitor `c`", "add a Monitor of this name, or remove the reference")
    ]


def test_a_name_that_another_file_has_is_a_duplicate() -> None:
    loaded = load({"a.yaml": monitor()}, others={"b.yaml": monitor()})

    assert [one.message for one in loaded.errors] == ["Monitor `a` is defined in b.yaml:2 as well"]


def test_variables_and_defaults_of_the_repository_hold() -> None:
    others = {
        "config.yaml": document("Config", "variables: {host: db.example}"),
        "defaults.yaml": document("Defaults", "monitor:\n  every: 5s"),
    }
    loaded = load({"a.yaml": monitor("tcp: {host: '${var.host}', port: 1}")}, others=others)

    assert not loaded.diagnostics
    assert [(one.spec["every"], one.spec["tcp"]["host"]) for one in loaded.resources] == [("5s", "db.example")]
