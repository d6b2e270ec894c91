"""`starttls`: from plain text to TLS."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: mail.example.com, protocol: smtp}",
    "{host: mail.example.com, protocol: imap}",
    "{host: mail.example.com, protocol: pop3}",
    "{host: mail.example.com, protocol: ftp}",
    "{host: mail.example.com, protocol: ldap}",
    "{host: mail.example.com, protocol: postgres}",
    "{host: mail.example.com, protocol: smtp, port: 587, verify: false, serverName: mx.example.com}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{host: a}", "spec.starttls", "starttls", "missing key `protocol`", "add `protocol` to `spec.starttls`"),
    (
        "{host: a, protocol: xmpp}",
        "spec.starttls.protocol",
        "xmpp",
        "`protocol` is `xmpp`, but must be `smtp`, `imap`, `pop3`, `ftp`, `ldap` or `postgres`",
        "write `protocol: smtp`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("starttls", spec).probe == "starttls"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("starttls", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("starttls", spec)
