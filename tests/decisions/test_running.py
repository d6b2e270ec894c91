"""What runs, and what is only stored so far."""

from typing import Any

import pytest

from controller.decisions.running import SUPPORTED, not_running, unsupported
from controller.notify.notifier import NOTIFIERS
from controller.probes.probe import PROBES
from specs.channel import CHANNEL_TYPES
from specs.kinds import KINDS
from specs.monitor import PROBES as ALL_PROBES
from tests.specs.writing import document, repository


def spec_of(kind: str, text: str) -> dict[str, Any]:
    loaded = repository(document(kind, text))
    return next(one.spec for one in loaded.resources if one.kind == kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Monitor", "http: {url: 'https://a.example', method: HEAD}\nexpect: {status: 200, body: {contains: ok}}"),
        ("Monitor", "tcp: {host: a.example, port: 1}\nconfirm: {down: 3}"),
        ("Monitor", "heartbeat: {period: 1h}"),
        ("Channel", "webhook: {url: 'https://a.example'}"),
        ("Channel", "email: {to: [a@b.example], from: c@d.example, host: smtp.example}"),
    ],
)
def test_what_an_engine_stands_behind_runs(kind: str, text: str) -> None:
    assert not_running(kind, spec_of(kind, text)) is None


def test_a_key_that_nothing_acts_on_is_named() -> None:
    assert not_running("Monitor", {"dns": {"name": "a.example"}}) == "`dns` is not there yet"
    assert not_running("Monitor", {"http": {"url": "x", "proxy": "y"}, "x": 1, "y": 2, "z": 3}) == (
        "`http.proxy`, `x`, `y` … are not there yet"
    )
    assert unsupported("StatusPage", {"title": "t", "components": [{"name": "a", "match": {"labels": {}}}]}) == [
        "components.match"
    ]


def test_a_kind_without_an_engine_says_so() -> None:
    missing = sorted(kind for kind in KINDS if kind not in SUPPORTED)

    for kind in missing:
        assert not_running(kind, {}) == f"nothing acts on a {kind} yet"


def test_the_table_knows_exactly_the_engines_that_there_are() -> None:
    assert {key for key in SUPPORTED["Monitor"] if key in set(ALL_PROBES)} == {*PROBES, "heartbeat"}
    assert {key for key in SUPPORTED["Channel"] if key in set(CHANNEL_TYPES)} == set(NOTIFIERS)
