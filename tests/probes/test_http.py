"""The `http` probe: which values it makes of an answer, and that secrets stay secret."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from controller.decisions.assess import assess, compile_expectations
from controller.decisions.observation import Health, Seen
from controller.errors import UsageError
from controller.probes import curl
from controller.probes.http import needs
from controller.probes.probe import compile_target
from specs.monitor import Monitor
from tests.probes.servers import Answer, Authority, authority, closed_port, redirects_to, says, serving


def monitor(url: str, /, expect: dict[str, Any] | None = None, degraded: Any = None, **http: Any) -> Monitor:
    return Monitor.model_validate(
        {"timeout": "2s", "http": {"url": url, **http}, "expect": expect or {}, "degraded": degraded}
    )


def no_secrets(name: str) -> str:
    raise UsageError(f"the secret {name} is not set")


def look(answer: Answer, expect: dict[str, Any] | None = None, path: str = "", **http: Any) -> Seen:
    async def main() -> Seen:
        async with serving(answer) as port:
            target = compile_target(monitor(f"http://127.0.0.1:{port}/{path}", expect, **http), no_secrets)
            try:
                return await target.look()
            finally:
                curl.of_loop().close()

    return asyncio.run(main())


EVERYTHING = {"that": ["json != null || body != '' || headers.size() > 0 || certificate.size() > 0"]}


def test_every_variable_of_a_condition_has_its_value() -> None:
    values = look(says('{"cart": {"healthy": true}}', content_type="application/json"), EVERYTHING).values

    assert values["status"] == 200
    assert values["ip"] == "127.0.0.1"
    assert values["body"] == '{"cart": {"healthy": true}}'
    assert values["json"] == {"cart": {"healthy": True}}
    assert values["headers"]["content-type"] == "application/json"
    assert values["certificate"] == {}
    assert isinstance(values["latency"], timedelta)
    assert list(values["phases"]) == ["dns", "connect", "tls", "firstByte", "transfer"]


def test_what_no_condition_needs_is_not_made() -> None:
    assert set(look(says("ok")).values) == {"status", "latency", "phases", "ip"}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"expect": {"that": ["json.ok == true"]}}, {"json"}),
        ({"expect": {"body": {"contains": "ok"}}}, {"body"}),
        ({"expect": {"certificate": {"validFor": "14d"}}}, {"certificate"}),
        ({"expect": {"latency": "1s", "that": ["phases.dns < duration('1s')"]}}, set()),
        ({"degraded": {"that": ["headers['x'] == 'y' && body != ''"]}}, {"headers", "body"}),
    ],
)
def test_conditions_say_what_they_need(given: dict[str, Any], wanted: set[str]) -> None:
    assert needs(monitor("http://example.com", **given)) == wanted


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param("grün".encode(), "text/plain", "grün", id="utf-8 when nothing is said"),
        pytest.param("grün".encode("latin-1"), "text/plain; charset=ISO-8859-1", "grün", id="latin-1"),
        pytest.param("grün".encode("utf-16"), 'text/plain; charset="utf-16"', "grün", id="quoted"),
        pytest.param(b"\xef\xbb\xbfok", "text/plain; charset=UTF-8", "ok", id="byte order mark"),
        pytest.param(b"gr\xfcn", "text/plain", "gr\ufffdn", id="wrong bytes are replaced"),
        pytest.param("grün".encode(), "text/plain; charset=klingon", "grün", id="unknown set"),
        pytest.param("grün".encode(), "text/plain; charset=zlib", "grün", id="not a text encoding"),
        pytest.param(b"abc-", "text/plain; charset=punycode", "abc-", id="one that is slow on purpose"),
    ],
)
def test_the_body_is_read_in_its_character_set(body: bytes, content_type: str, text: str) -> None:
    assert look(says(body, content_type=content_type), EVERYTHING).values["body"] == text


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ('[1, "two"]', [1, "two"]),
        ("\ufeff{}", {}),
        ("<html>", None),
        ("", None),
        ("[" * 100_000, None),
        (b'"\xff"', None),
    ],
)
def test_a_body_that_is_not_json_is_nothing(body: str | bytes, values: Any) -> None:
    assert look(says(body), EVERYTHING).values["json"] == values


@pytest.mark.parametrize(
    ("expect", "health", "reason"),
    [
        ({"status": 200, "body": {"contains": "ok"}}, Health.UP, None),
        ({"status": 204}, Health.DOWN, "status 200, wanted 204"),
        ({"body": {"contains": "missing"}}, Health.DOWN, "body does not contain “missing”"),
        ({"that": ["json.count > 3"]}, Health.DOWN, "json.count is 2, wanted `json.count > 3`"),
        ({"that": ["phases.connect < latency"]}, Health.UP, None),
        (
            {"certificate": {"validFor": "14d"}},
            Health.DOWN,
            "there is no certificate: the connection is not encrypted",
        ),
    ],
)
def test_what_was_seen_can_be_assessed(expect: dict[str, Any], health: Health, reason: str | None) -> None:
    seen = look(says('{"count": 2, "is": "ok"}'), expect)

    assert assess(compile_expectations(monitor("http://x", expect)), seen) == (health, reason)


def test_details_are_few() -> None:
    assert look(says("no", "503 Service Unavailable")).details == {"ip": "127.0.0.1", "status": 503}


def test_a_failure_keeps_its_reason_and_its_time() -> None:
    target = compile_target(monitor(f"http://127.0.0.1:{closed_port()}/"), no_secrets)

    seen = asyncio.run(target.look())

    assert seen.failure == "connection refused"
    assert seen.latency > timedelta(0)
    assert seen.values == {}


# -- certificates --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


def looks_over_tls(ca: Authority, expect: dict[str, Any], times: int) -> list[Seen]:
    async def main() -> list[Seen]:
        async with serving(says("ok"), ca.server()) as port:
            target = compile_target(monitor(f"https://localhost:{port}/", expect, verify=False), no_secrets)
            try:
                return [await target.look() for _ in range(times)]
            finally:
                curl.of_loop().close()

    return asyncio.run(main())


def test_a_condition_sees_the_certificate(ca: Authority) -> None:
    (seen,) = looks_over_tls(ca, {"certificate": {"validFor": "14d"}}, 1)
    certificate = seen.values["certificate"]

    assert timedelta(days=29) < certificate["validFor"] <= timedelta(days=30)
    assert certificate["names"] == ["localhost", "127.0.0.1"]
    assert "Test Authority" in certificate["issuer"]


def test_the_expiry_is_shown_even_when_no_condition_needs_it(ca: Authority) -> None:
    first, second = looks_over_tls(ca, {}, 2)

    assert first.details is not None
    assert second.details is not None
    assert first.details["certificateExpires"] == second.details["certificateExpires"]
    assert "certificate" not in first.values


# -- secrets -------------------------------------------------------------------------------------


def secrets(**values: str) -> Callable[[str], str]:
    return lambda name: values[name]


def test_secrets_are_filled_in_once_and_sent() -> None:
    asked = list[str]()

    def secret(name: str) -> str:
        asked.append(name)
        return "hush"

    async def main() -> list[Seen]:
        async def echo(request: str, writer: asyncio.StreamWriter) -> None:
            await says(request)(request, writer)

        async with serving(echo) as port:
            spec = monitor(
                f"http://127.0.0.1:{port}/${{secret.PATH}}",
                EVERYTHING,
                method="POST",
                headers={"Authorization": "Bearer ${secret.TOKEN}", "X-Text": "$${x}"},
                body="key=${secret.KEY}",
            )
            target = compile_target(spec, secret)
            try:
                return [await target.look() for _ in range(2)]
            finally:
                curl.of_loop().close()

    for seen in asyncio.run(main()):
        text = seen.values["body"]
        assert text.startswith("POST /hush HTTP/1.1\r\n")
        assert "Authorization: Bearer hush\r\n" in text
        assert "X-Text: ${x}\r\n" in text
        assert text.endswith("key=hush")
    assert sorted(asked) == ["KEY", "PATH", "TOKEN"]


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("http://${secret.HOST}.invalid/", "hush"),
        ("http://${secret.HOST}.invalid/", "HUSH"),
        ("${secret.HOST}", "http://hush.invalid/"),
        ("http://user:${secret.HOST}@127.0.0.1:1/?key=${secret.HOST}", "hush"),
        ("http://${secret.HOST}/", "169.254.169.254"),
    ],
)
def test_no_reason_shows_a_secret(url: str, value: str) -> None:
    seen = asyncio.run(compile_target(monitor(url), secrets(HOST=value)).look())

    assert seen.failure
    assert value.lower() not in seen.failure.lower()
    assert value not in repr(seen)


def test_an_address_that_is_secret_stays_out_of_the_details() -> None:
    async def main() -> Seen:
        async with serving(says("ok")) as port:
            spec = monitor(f"http://${{secret.HOST}}:{port}/")
            return await compile_target(spec, secrets(HOST="127.0.0.1")).look()

    assert asyncio.run(main()).details == {"ip": "***", "status": 200}


def test_a_secret_that_is_not_set_stops_the_compilation() -> None:
    with pytest.raises(UsageError, match="the secret TOKEN is not set"):
        compile_target(monitor("http://example.com/${secret.TOKEN}"), no_secrets)


@pytest.mark.parametrize(
    ("url", "header", "why"),
    [
        ("${secret.X}", "a", "the URL is not an http or https URL"),
        ("http://example.com:${secret.X}/", "a", "the URL is not an http or https URL"),
        ("http://example.com/", "${secret.X}", "the value of the header `X-Key` holds a line break"),
    ],
)
def test_a_secret_that_does_not_fit_is_refused_and_not_shown(url: str, header: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        compile_target(_unchecked(url, header), secrets(X="hush\r\nEvil: 1"))

    assert "hush" not in str(caught.value)


def test_a_header_name_must_be_one() -> None:
    with pytest.raises(UsageError, match="`X Key` is not the name of a header"):
        compile_target(monitor("http://example.com/", headers={"X Key": "1"}), no_secrets)


def _unchecked(url: str, header: str) -> Monitor:
    spec = monitor("http://example.com/", headers={"X-Key": header})
    assert spec.http is not None
    return spec.model_copy(update={"http": spec.http.model_copy(update={"url": url})})


def test_other_scripts_in_a_url_are_sent_as_ascii() -> None:
    async def echo(request: str, writer: asyncio.StreamWriter) -> None:
        await says(request)(request, writer)

    seen = look(echo, EVERYTHING, path="grün?q=süß")

    assert seen.values["body"].startswith("GET /gr%C3%BCn?q=s%C3%BC%C3%9F HTTP/1.1")


def test_a_redirect_into_cloud_metadata_is_down_with_its_reason() -> None:
    seen = look(redirects_to("http://169.254.169.254/latest/meta-data/iam?token=x"))

    assert seen.failure == "address 169.254.169.254 is not allowed"
