"""`websocket`: a socket, and a message over it."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{url: wss://live.example.com/stream}",
    "{url: 'ws://127.0.0.1:8080', headers: {Origin: https://shop.example.com}, subprotocols: [graphql-ws], send: '{}', receive: pong, verify: false, tls: {minVersion: 1.2}}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{url: https://a.example}",
        "spec.websocket.url",
        "https://a.example",
        "`https://a.example` is not a ws or wss URL",
        "write `wss://live.example.com/stream`",
    ),
    (
        "{url: wss://a.example, headers: {a b: c}}",
        "spec.websocket.headers.a b",
        "a b",
        "`a b` is not the name of a header",
        "use letters, digits and dashes, as in `X-Request-Id`",
    ),
    (
        '{url: wss://a.example, headers: {a: "b\\nc"}}',
        "spec.websocket.headers.a",
        '"b\\nc"',
        "the value of `a` holds a line break",
        "write it in one line, in quotes",
    ),
]

WRONG_IN_MEANING = [
    (
        "{url: wss://a.example, receive: '('}",
        "spec.websocket.receive",
        "'('",
        "`(` is not a regular expression: missing ), unterminated subpattern at position 0",
        "mend the pattern",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("websocket", spec).probe == "websocket"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("websocket", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("websocket", spec)
