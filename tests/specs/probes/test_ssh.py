"""`ssh`: a banner, or a command."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: bastion.example.com}",
    "{host: bastion.example.com, port: 2222, banner: OpenSSH_9, hostKey: 'ssh-ed25519 AAAA'}",
    "{host: bastion.example.com, username: monitor, key: '${secret.SSH_KEY}', command: test -e /run/ok}",
    "{host: bastion.example.com, username: monitor, password: '${secret.P}'}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{host: a, command: b}",
        "spec.ssh.command",
        "command",
        "`command` needs somebody who runs it",
        "add `username` and `key`",
    ),
    (
        "{host: a, username: b}",
        "spec.ssh.username",
        "username",
        "`username` cannot sign in without `password` or `key`",
        "add `key: ${secret.SSH_KEY}`",
    ),
    (
        "{host: a, key: b, username: c}",
        "spec.ssh.key",
        "b",
        "`key` is not PEM",
        "paste the text from `-----BEGIN …-----` on, or write `${secret.NAME}`",
    ),
    (
        "{host: a, password: b}",
        "spec.ssh.password",
        "password",
        "`password` is nobody's without `username`",
        "add `username`",
    ),
]

WRONG_IN_MEANING = [
    (
        "{host: a, port: 22, banner: '('}",
        "spec.ssh.banner",
        "'('",
        "`(` is not a regular expression: missing ), unterminated subpattern at position 0",
        "mend the pattern",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("ssh", spec).probe == "ssh"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("ssh", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("ssh", spec)
