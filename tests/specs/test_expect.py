"""What a monitor may expect: taken and refused."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

HTTP = "{url: https://shop.example.com}"


@pytest.mark.parametrize(
    "spec",
    [
        "{status: 200}",
        "{status: [200, 2xx, 404]}",
        "{latency: 1s500ms}",
        "{body: {contains: ok, excludes: error, matches: '^o+k$', maxSize: 1024}}",
        "{body: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}",
        "{headers: {Content-Type: '^application/json', X-Version: '[0-9]+'}}",
        "{certificate: {validFor: 14d, issuer: Let's Encrypt, names: [shop.example.com]}}",
        "{that: status == 200}",
        "{that: ['status == 200', 'json.ok == true']}",
    ],
)
def test_this_can_be_expected(spec: str) -> None:
    accepted("http", HTTP, f"expect: {spec}")


@pytest.mark.parametrize(
    "spec",
    ["{latency: 500ms}", "{certificate: {validFor: 30d}}", "{that: [\"phases.dns < duration('100ms')\"]}"],
)
def test_this_can_be_expected_of_one_that_is_fully_up(spec: str) -> None:
    accepted("http", HTTP, f"degraded: {spec}")


@pytest.mark.parametrize(
    ("spec", "path", "at", "message", "hint"),
    [
        (
            "{body: {contain: ok}}",
            "spec.expect.body.contain",
            "contain",
            "unknown key `contain`",
            "did you mean `contains`?",
        ),
        (
            "{headers: {Content Type: a}}",
            "spec.expect.headers.Content Type",
            "Content Type",
            "`Content Type` is not the name of a header",
            "use letters, digits and dashes, as in `X-Request-Id`",
        ),
        (
            "{certificate: {issuer: a}}",
            "spec.expect.certificate",
            "certificate",
            "missing key `validFor`",
            "add `validFor` to `spec.expect.certificate`",
        ),
        (
            "{status: 2XX}",
            "spec.expect.status",
            "2XX",
            "`2XX` is not a status code",
            "write `200`, `2xx` or `[200, 204]`",
        ),
        (
            "{body: {maxSize: -1}}",
            "spec.expect.body.maxSize",
            "-1",
            "`maxSize` must be at least 0, but is -1",
            "write `maxSize: 0`",
        ),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str) -> None:
    assert refused("http", HTTP, f"expect: {spec}") == (path, at, message, hint)
    assert is_refused_by_schema("http", HTTP, f"expect: {spec}")


def test_several_that_do_not_fit_are_each_said() -> None:
    from tests.specs.writing import monitor, repository

    text = monitor("tcp: {host: a.example, port: 1}\nexpect: {status: 200, body: {contains: a}, latency: 1s}")

    assert [one.path for one in repository(text).errors] == ["spec.expect.status", "spec.expect.body"]
