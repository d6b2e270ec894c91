"""`mysql`: a query in MySQL."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: db.example.com}",
    "{url: 'mariadb://monitor@db.example.com/shop'}",
    "{host: db.example.com, port: 3307, database: shop, username: monitor, password: '${secret.P}', query: SELECT 1, ssl: require}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.mysql", "mysql", "there is no place to connect to", "add `host`, or `url: ${secret.DATABASE_URL}`"),
    (
        "{url: 'postgres://a'}",
        "spec.mysql.url",
        "'postgres://a'",
        "`postgres://a` is not a mysql or mariadb URL",
        "write `mysql://monitor@db.example.com/shop`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("mysql", spec).probe == "mysql"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("mysql", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("mysql", spec)
