"""Inputs that are made to cost: each is refused in words, before it costs."""

import pytest

from specs.load import MOST_FINDINGS, load
from tests.specs.writing import document, monitor

HEAD = "apiVersion: wakeful.dev/v1\nkind: Monitor\nmetadata: {name: a}\nspec:\n"
BOMBS = {
    "a long list": (HEAD + "  x: [" + "1," * 500_000 + "1]\n", "the file holds more than can be read at once"),
    "many documents": ("a: 1\n---\n" * 300_000, "the file holds more than can be read at once"),
    "many keys": (HEAD + "".join(f"  k{index}: 1\n" for index in range(20_000)), "a mapping has more than 10,000 keys"),
    "depth": (HEAD + "  x: " + "[" * 100_000, "this is not YAML: it is nested too deeply"),
    "aliases": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n"
            for before, one in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "the document is too large once its aliases are expanded",
    ),
    "a large file": ("# " + "x" * 6_000_000, "the file is larger than 5 MiB"),
    "a long expression": (
        monitor(f"tcp: {{host: a, port: 1}}\nexpect: {{that: ['{'(' * 1900}1{')' * 1900}']}}"),
        "the expression is nested too deeply, or has too many parts",
    ),
}


@pytest.mark.parametrize(("text", "message"), BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_in_words(text: str, message: str) -> None:
    assert [one.message for one in load({"a.yaml": text}).diagnostics] == [message]


def test_nobody_gets_more_findings_of_a_file_than_they_can_read() -> None:
    keys = "\n".join(f"k{index}: 1" for index in range(9_000))
    loaded = load(
        {"a.yaml": monitor(f"{keys}\ntcp: {{host: a, port: 1}}") + "---\n" + monitor("every: soon", name="b")}
    )

    assert len(loaded.diagnostics) <= MOST_FINDINGS + 3


def test_what_is_wrong_with_a_set_is_said_of_its_first_monitor_only() -> None:
    axis = ", ".join(map(str, range(100)))
    template = "name: m-${each.a}-${each.b}\ntemplate: {every: soon, tcp: {host: h, port: 1}}"
    text = f"matrix: {{a: [{axis}], b: [{axis}]}}\n{template}"
    [finding] = load({"a.yaml": document("MonitorSet", text)}).diagnostics

    assert finding.message == "`soon` is not a duration (for `m-0-0`)"
