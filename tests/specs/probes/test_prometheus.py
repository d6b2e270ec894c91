"""`prometheus`: a query in PromQL."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{url: https://prometheus.example.com, query: up}",
    "{url: 'https://prometheus.example.com', query: 'sum(up)', empty: down, headers: {X-Scope-OrgID: shop}, auth: {bearer: '${secret.T}'}, verify: false, tls: {minVersion: 1.3}}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    (
        "{url: https://a.example}",
        "spec.prometheus",
        "prometheus",
        "missing key `query`",
        "add `query` to `spec.prometheus`",
    ),
    (
        "{url: a, query: up}",
        "spec.prometheus.url",
        "a",
        "`a` is not an http or https URL",
        "write `https://example.com/health`",
    ),
    (
        "{url: https://a.example, query: up, empty: maybe}",
        "spec.prometheus.empty",
        "maybe",
        "`empty` is `maybe`, but must be `down`, `up` or `unknown`",
        "write `empty: down`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("prometheus", spec).probe == "prometheus"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("prometheus", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("prometheus", spec)
