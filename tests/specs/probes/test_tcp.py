"""`tcp`: a connection, and a word over it."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: db.example.com, port: 5432}",
    "{host: '::1', port: 1}",
    "{host: '[2001:db8::1]', port: 65535}",
    "{host: bücher.example, port: 80}",
    "{host: redis, port: 6379, send: \"PING\\r\\n\", receive: '^\\+PONG'}",
    "{host: a_b.example., port: 1, sendHex: '00 ff 1B', receive: '\\x00'}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{host: a}", "spec.tcp", "tcp", "missing key `port`", "add `port` to `spec.tcp`"),
    (
        "{host: 'https://a.example', port: 1}",
        "spec.tcp.host",
        "'https://a.example'",
        "`https://a.example` is a URL, but `host` takes a host",
        "write `host: a.example`",
    ),
    (
        "{host: 'a.example:80', port: 1}",
        "spec.tcp.host",
        "'a.example:80'",
        "`a.example:80` has a port in it",
        "write `host: a.example` and `port: 80`",
    ),
    ("{host: a, port: 0}", "spec.tcp.port", "0", "`port` must be at least 1, but is 0", "write `port: 1`"),
    (
        "{host: a, port: '80'}",
        "spec.tcp.port",
        "'80'",
        "`port` must be a whole number, but is the text `80`",
        "write it without quotes: `port: 80`",
    ),
    (
        "{host: a, port: 1, send: a, sendHex: 00}",
        "spec.tcp.sendHex",
        "00",
        "`sendHex` must be text, but is the number `0`",
        'put it in quotes: `sendHex: "00"`',
    ),
    (
        "{host: a, port: 1, sendHex: xyz}",
        "spec.tcp.sendHex",
        "xyz",
        "`sendHex` is not hexadecimal",
        "write two digits for each byte, such as `00 ff 1b`",
    ),
    (
        "{host: a b, port: 1}",
        "spec.tcp.host",
        "a b",
        "`a b` is not a host",
        "write a name such as `db.example.com`, or an address",
    ),
]

WRONG_IN_MEANING = [
    (
        "{host: a, port: 1, receive: '['}",
        "spec.tcp.receive",
        "'['",
        "`[` is not a regular expression: unterminated character set at position 0",
        "mend the pattern",
    ),
    (
        "{host: 300.1.1.1, port: 1}",
        "spec.tcp.host",
        "300.1.1.1",
        "`300.1.1.1` is not an address",
        "write a name, or an address such as `192.0.2.1`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("tcp", spec).probe == "tcp"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("tcp", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("tcp", spec)
