"""`domain`: a registration and its end."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{name: example.com}",
    "{name: example.co.uk, validFor: 60d, source: rdap}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.domain", "domain", "missing key `name`", "add `name` to `spec.domain`"),
    (
        "{name: https://example.com}",
        "spec.domain.name",
        "https://example.com",
        "`https://example.com` is a URL, but `name` takes a host",
        "write `name: example.com`",
    ),
    (
        "{name: example.com, validFor: 30}",
        "spec.domain.validFor",
        "30",
        "a duration needs a unit",
        "write `30s`, `5m` or `1h30m`",
    ),
    (
        "{name: example.com, source: dns}",
        "spec.domain.source",
        "dns",
        "`source` is `dns`, but must be `auto`, `rdap` or `whois`",
        "write `source: auto`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("domain", spec).probe == "domain"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("domain", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("domain", spec)
