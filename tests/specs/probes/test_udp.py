"""`udp`: a datagram there and one back."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: game.example.com, port: 27015, send: status}",
    "{host: game.example.com, port: 27015, sendHex: ffffffff, receive: players}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{host: a, port: 1}",
        "spec.udp",
        "udp",
        "there is nothing to send, and without it nothing is learnt",
        "add `send` or `sendHex`",
    ),
    (
        "{host: a, port: 1, send: a, sendHex: '00'}",
        "spec.udp.send",
        "send",
        "`send` and `sendHex` both say what to send",
        "remove one of the two",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("udp", spec).probe == "udp"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("udp", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("udp", spec)
