"""`postgres`: a query in PostgreSQL."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: db.example.com}",
    "{url: '${secret.DATABASE_URL}'}",
    "{url: 'postgresql://monitor:${secret.P}@db.example.com:5433/shop?sslmode=require', query: SELECT 1}",
    "{host: db.example.com, port: 6432, database: shop, username: monitor, password: '${secret.P}', query: SELECT count(*) FROM jobs, ssl: verify-full}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{}",
        "spec.postgres",
        "postgres",
        "there is no place to connect to",
        "add `host`, or `url: ${secret.DATABASE_URL}`",
    ),
    (
        "{host: a, url: postgres://b}",
        "spec.postgres.url",
        "url",
        "`url` and `host` both say where to connect",
        "remove one of the two",
    ),
    (
        "{url: 'mysql://a'}",
        "spec.postgres.url",
        "'mysql://a'",
        "`mysql://a` is not a postgres or postgresql URL",
        "write `postgresql://monitor@db.example.com/shop`",
    ),
    (
        "{host: a, ssl: on}",
        "spec.postgres.ssl",
        "on",
        "`ssl` is `on`, but must be `disable`, `prefer`, `require` or `verify-full`",
        "write `ssl: disable`",
    ),
    (
        "{url: 'jdbc:postgresql://a/b'}",
        "spec.postgres.url",
        "'jdbc:postgresql://a/b'",
        "`jdbc:postgresql://a/b` is not a postgres or postgresql URL",
        "write `postgresql://monitor@db.example.com/shop`",
    ),
]

WRONG_IN_MEANING = [
    (
        "{url: 'postgres://a', port: 5433}",
        "spec.postgres.port",
        "port",
        "`port` is a part of `url` already",
        "write it there, or write `host`",
    ),
    (
        "{url: 'postgres://a', username: x}",
        "spec.postgres.username",
        "username",
        "`username` is a part of `url` already",
        "write it there, or write `host`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("postgres", spec).probe == "postgres"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("postgres", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("postgres", spec)
