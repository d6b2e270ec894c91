"""The style of spec files."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.style import Untouched, formatted
from specs.tree import read
from tests.specs.writing import TCP, monitor

HEAD = "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata:\n  name: a\n"
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD + "spec:\n    tcp:\n        host: h   \n        port: 1\n\n\n", HEAD + "spec:\n  tcp:\n    host: h\n    port: 1\n"),
        (HEAD + "spec:\n  regions:\n  - eu\n  - us\n", HEAD + "spec:\n  regions:\n    - eu\n    - us\n"),
        (HEAD + "spec: {tcp: {host: h, port: 1}}", HEAD + "spec: {tcp: {host: h, port: 1}}\n"),
        (HEAD.replace("\n", "\r\n") + "spec: {}\r\n", HEAD + "spec: {}\n"),
        ("kind: Monitor\napiVersion: wakeful.dev/v1\nspec: {}\nmetadata: {name: a}\n", "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {name: a}\nspec: {}\n"),
        ("# top\n" + HEAD + "spec:\n  # why\n  every: 90s # long\n", "# top\n" + HEAD + "spec:\n  # why\n  every: 90s # long\n"),
        (HEAD + 'spec:\n  description: "yes"\n  a: \'no\'\n', HEAD + 'spec:\n  description: "yes"\n  a: \'no\'\n'),
        (HEAD + "spec: {}\n---\n# second\n" + HEAD + "spec: {}\n", HEAD + "spec: {}\n---\n# second\n" + HEAD + "spec: {}\n"),
        (HEAD + "spec:\n  that: |\n    a  \n\n\n    b\n", HEAD + "spec:\n  that: |\n    a  \n\n\n    b\n"),
        (HEAD + "spec:\n  a: 1\n\n  b: 2\n", HEAD + "spec:\n  a: 1\n\n  b: 2\n"),
        ("other: yaml   \n", "other: yaml   \n"),
    ],
    ids=["indent", "lists", "flow", "line ends", "envelope", "comments", "quotes", "documents", "blocks", "blank lines", "no spec"],
)  # fmt: skip
def test_a_file_is_laid_out(before: str, after: str) -> None:
    assert formatted("a.yaml", before) == after


@pytest.mark.parametrize("file", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda file: file.name)
def test_examples_are_in_style(file: Path) -> None:
    assert formatted(str(file), file.read_text()) == file.read_text()


def test_what_cannot_be_read_is_left_alone_with_its_findings() -> None:
    with pytest.raises(Untouched) as error:
        formatted("a.yaml", HEAD + "spec: [")

    assert [one.code for one in error.value.problems] == ["yaml"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["yes", "0o7", "1e3", "~", "a: b", "# x", "x # y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(VALUES, st.booleans(), st.sampled_from(["", "# a comment\n", "\n\n\n"]))
def test_formatting_is_idempotent_and_changes_no_meaning(value: object, flow: bool, between: str) -> None:
    import yaml

    text = (
        between
        + monitor(TCP)
        + between
        + "x: "
        + yaml.safe_dump({"v": value}, default_flow_style=flow, allow_unicode=True).replace("\n", "\n  ").strip()
        + "\n"
    )
    try:
        once = formatted("a.yaml", text)
    except Untouched:
        return

    assert formatted("a.yaml", once) == once
    assert [one.data for one in read("a.yaml", once)[0]] == [one.data for one in read("a.yaml", text)[0]]
