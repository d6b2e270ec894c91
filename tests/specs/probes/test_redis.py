"""`redis`: a command in Redis."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: cache.example.com}",
    "{url: 'rediss://:${secret.P}@cache.example.com:6380/1'}",
    "{host: cache.example.com, port: 6380, username: a, password: '${secret.P}', database: 3, command: [LLEN, jobs], tls: true, verify: false}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{host: a, command: PING}",
        "spec.redis.command",
        "PING",
        "`command` must be a list, but is the text `PING`",
        "write `command: [PING]`",
    ),
    (
        "{host: a, database: -1}",
        "spec.redis.database",
        "-1",
        "`database` must be at least 0, but is -1",
        "write `database: 0`",
    ),
    (
        "{url: 'http://a'}",
        "spec.redis.url",
        "'http://a'",
        "`http://a` is not a redis or rediss URL",
        "write `rediss://cache.example.com:6379/0`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("redis", spec).probe == "redis"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("redis", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("redis", spec)
