"""`composite`: what is made of other monitors."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{monitors: [web-1, web-2]}",
    "{monitors: [web-1, web-2, web-3], up: 1, degraded: 3}",
    "{labels: {service: web}, up: 2}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.composite", "composite", "the composite is made of nothing", "add `monitors` or `labels`"),
    (
        "{monitors: []}",
        "spec.composite.monitors",
        "[]",
        "`monitors` must not be empty",
        "write at least one, or leave the key out",
    ),
    ("{monitors: [web-1], up: 0}", "spec.composite.up", "0", "`up` must be at least 1, but is 0", "write `up: 1`"),
]

WRONG_IN_MEANING = [
    (
        "{monitors: [web-1], up: 2}",
        "spec.composite.up",
        "up",
        "`up` is 2, but there is only one monitor",
        "write at most 1",
    ),
    (
        "{monitors: [web-1, web-1]}",
        "spec.composite.monitors",
        "monitors",
        "`monitors` names `web-1` twice",
        "name each once",
    ),
    (
        "{labels: {}}",
        "spec.composite.labels",
        "{}",
        "`labels` must not be empty",
        "write at least one, or leave the key out",
    ),
    (
        "{monitors: [web-1, web-2], up: 1, degraded: 3}",
        "spec.composite.degraded",
        "degraded",
        "`degraded` is 3, but there are only 2 monitors",
        "write at most 2",
    ),
    (
        "{monitors: [web-1, web-2], up: 2, degraded: 1}",
        "spec.composite.degraded",
        "degraded",
        "`degraded` is 1, but 2 must be up, so it is down before it is degraded",
        "make `up` the smaller of the two",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("composite", spec).probe == "composite"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("composite", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("composite", spec)
