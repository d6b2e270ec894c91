"""`tls`: a handshake and a certificate."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: ldap.example.com}",
    "{host: ldap.example.com, port: 636, minVersion: 1.3, serverName: a.example, verify: false, alpn: [h2]}",
    "{host: ldap.example.com, certificate: '${secret.CERT}', key: '${secret.KEY}', ca: '${secret.CA}'}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.tls", "tls", "missing key `host`", "add `host` to `spec.tls`"),
    (
        "{host: a, ca: x}",
        "spec.tls.ca",
        "x",
        "`ca` is not PEM",
        "paste the text from `-----BEGIN …-----` on, or write `${secret.NAME}`",
    ),
    (
        "{host: a, key: '-----BEGIN '}",
        "spec.tls.key",
        "key",
        "`certificate` and `key` belong together",
        "write both, or neither",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("tls", spec).probe == "tls"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("tls", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("tls", spec)
