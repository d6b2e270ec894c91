"""`icmp`: ping."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: gateway.example.com}",
    "{host: 192.0.2.1, count: 5, size: 0, maxLoss: 40, ip: 4}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.icmp", "icmp", "missing key `host`", "add `host` to `spec.icmp`"),
    ("{host: a, count: 0}", "spec.icmp.count", "0", "`count` must be at least 1, but is 0", "write `count: 1`"),
    (
        "{host: a, size: 70000}",
        "spec.icmp.size",
        "70000",
        "`size` must be at most 65000, but is 70000",
        "write `size: 65000`",
    ),
    (
        "{host: a, maxLoss: 100}",
        "spec.icmp.maxLoss",
        "100",
        "`maxLoss` must be at most 99, but is 100",
        "write `maxLoss: 99`",
    ),
    (
        "{host: a, maxLoss: 20%}",
        "spec.icmp.maxLoss",
        "20%",
        "`maxLoss` must be a whole number, but is the text `20%`",
        "write a number without quotes: `maxLoss: 3`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("icmp", spec).probe == "icmp"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("icmp", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("icmp", spec)
