"""`smtp`: a greeting to a mail server."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: mail.example.com}",
    "{host: mail.example.com, port: 587, tls: starttls, verify: false, username: a, password: '${secret.P}', recipient: a@example.com}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{host: a, username: b}",
        "spec.smtp.username",
        "username",
        "`username` cannot sign in without `password`",
        "add `password`",
    ),
    (
        "{host: a, password: b}",
        "spec.smtp.password",
        "password",
        "`password` cannot sign in without `username`",
        "add `username`",
    ),
    (
        "{host: a, tls: ssl}",
        "spec.smtp.tls",
        "ssl",
        "`tls` is `ssl`, but must be `starttls`, `implicit` or `none`",
        "write `tls: starttls`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("smtp", spec).probe == "smtp"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("smtp", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("smtp", spec)
