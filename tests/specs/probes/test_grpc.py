"""`grpc`: the health service."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{host: api.example.com}",
    "{host: api.example.com, port: 50051, plaintext: true, service: shop.Cart, metadata: {authorization: '${secret.T}'}}",
    "{host: api.example.com, verify: false, tls: {ca: '${secret.CA}'}}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.grpc", "grpc", "missing key `host`", "add `host` to `spec.grpc`"),
    (
        "{host: a, plaintext: true, tls: {}}",
        "spec.grpc.plaintext",
        "plaintext",
        "`plaintext` is without TLS, so `tls` means nothing",
        "remove one of the two",
    ),
    (
        "{host: https://a.example}",
        "spec.grpc.host",
        "https://a.example",
        "`https://a.example` is a URL, but `host` takes a host",
        "write `host: a.example`",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("grpc", spec).probe == "grpc"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("grpc", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("grpc", spec)
