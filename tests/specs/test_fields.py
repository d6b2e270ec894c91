"""Durations, names, labels and status codes, as people write them and as they are kept."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from specs.fields import LONGEST, UNITS, Cron, Host, TimeZone, format_duration, parse_duration
from specs.monitor import Monitor
from specs.resource import canonical
from tests.specs.writing import HTTP, monitor, only, repository


@pytest.mark.parametrize(
    ("text", "seconds", "written"),
    [
        ("30s", 30, "30s"),
        ("90s", 90, "1m30s"),
        ("1h30m", 5400, "1h30m"),
        ("30m1h", 5400, "1h30m"),
        ("250ms", 0.25, "250ms"),
        ("1.5s", 1.5, "1s500ms"),
        ("1d", 86400, "1d"),
        ("24h", 86400, "1d"),
        ("2w", 14 * 86400, "14d"),
        ("0s", 0, "0s"),
        ("0.0004s", 0, "0s"),
        ("0.1s0.2s", 0.3, "300ms"),
        ("3660d", 3660 * 86400, "3660d"),
    ],
)
def test_a_duration_is_read_and_written(text: str, seconds: float, written: str) -> None:
    span = parse_duration(text)

    assert span == timedelta(seconds=seconds)
    assert format_duration(span) == written


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (30, "a duration needs a unit|write `30s`, `5m` or `1h30m`"),
        (1.5, "a duration needs a unit|write `1.5s`, `5m` or `1h30m`"),
        (True, "a duration must be text"),
        (None, "a duration must be text"),
        ([], "a duration must be text"),
        ("30", "`30` is not a duration"),
        ("30 s", "`30 s` is not a duration"),
        ("-5s", "`-5s` is not a duration"),
        ("1y", "`1y` is not a duration"),
        ("1M", "`1M` is not a duration"),
        (".5s", "`.5s` is not a duration"),
        ("٣s", "`٣s` is not a duration"),
        ("", "`` is not a duration"),
        ("3661d", "`3661d` is longer than ten years"),
        ("9" * 400 + "s", "is longer than ten years"),
    ],
    ids=lambda one: str(one)[:20] or "empty",
)
def test_what_is_no_duration_says_why(value: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_duration(value)

    assert message in str(caught.value)


@given(st.integers(0, int(LONGEST.total_seconds() * 1000)))
def test_every_span_of_whole_milliseconds_reads_back(milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)

    assert parse_duration(format_duration(span)) == span


PARTS = st.tuples(st.integers(0, 99), st.sampled_from(sorted(UNITS)))


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_what_is_written_once_is_written_so_again(parts: list[tuple[int, str]]) -> None:
    written = format_duration(parse_duration("".join(f"{count}{unit}" for count, unit in parts)))

    assert format_duration(parse_duration(written)) == written


@pytest.mark.parametrize("name", ["a", "a1", "checkout", "a-b-c", "1a", "x" * 63])
def test_these_are_names(name: str) -> None:
    assert repository(monitor(name=f"'{name}'")).resources[0].name == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("A", "write `a`"),
        ("My Checkout", "write `my-checkout`"),
        ("-a-", "write `a`"),
        ("a_b", "write `a-b`"),
        ("x" * 64, f"write `{'x' * 63}`"),
        ("é", "use lower-case letters, digits and dashes"),
        ("", "use lower-case letters, digits and dashes"),
        ("a\\nb", "write `a-b`"),
        ("a\\n", "write `a`"),
    ],
)
def test_these_are_not_and_what_to_write_instead(name: str, hint: str) -> None:
    assert only(repository(monitor(name=f'"{name}"'))).hint == hint


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("200", [200]),
        ("'200'", [200]),
        ("2xx", ["2xx"]),
        ("[200, 204]", [200, 204]),
        ("[200, '3xx', '404']", [200, "3xx", 404]),
    ],
)
def test_status_codes_are_kept_as_a_list(written: str, kept: list[int | str]) -> None:
    [resource] = repository(monitor(f"{HTTP}\nexpect: {{status: {written}}}")).resources

    assert resource.spec["expect"]["status"] == kept


@pytest.mark.parametrize("written", ["99", "600", "2XX", "200.0", "true", "-200", "'²00'", "xx", "''", "null2"])
def test_these_are_no_status_codes(written: str) -> None:
    finding = only(repository(monitor(f"{HTTP}\nexpect: {{status: {written}}}")))

    assert finding.message.endswith("is not a status code")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("{a: b}", {"a": "b"}),
        ("{a: 1, b: true, c: no}", {"a": "1", "b": "true", "c": "no"}),
        ("{a.b/c-d_e: ''}", {"a.b/c-d_e": ""}),
        ("{A: 2024-01-01}", {"A": "2024-01-01"}),
    ],
)
def test_labels_are_text(written: str, kept: dict[str, str]) -> None:
    assert repository(monitor(labels=written)).resources[0].labels == kept


@pytest.mark.parametrize("written", ["{5a: b}", "{'': b}", "{a b: c}", f"{{{'x' * 64}: a}}", f"{{a: {'x' * 257}}}"])
def test_these_are_no_labels(written: str) -> None:
    assert only(repository(monitor(labels=written))).code == "value"


@pytest.mark.parametrize(
    "url",
    [
        "http://a",
        "https://a.example:8443/x?y=z#f",
        "http://[::1]:8080/",
        "http://user@a.example/",
        "https://${secret.HOST}/x",
        "${secret.URL}",
        "https://a.example/é",
    ],
)
def test_these_are_addresses(url: str) -> None:
    assert repository(monitor(f"http: {{url: '{url}'}}")).diagnostics == []


@pytest.mark.parametrize(
    "url", ["", "a.example", "ftp://a", "http://", "http://[::1", "http://a:x/", "http://a/b c", "http://a/\\n"]
)
def test_these_are_not_addresses(url: str) -> None:
    finding = only(repository(monitor(f'http: {{url: "{url}"}}')))

    assert finding.hint in ("write `https://example.com/health`", "write `%20` for a space")


def test_a_model_made_in_python_uses_python_names() -> None:
    made = Monitor.model_validate({"tcp": {"host": "h", "port": 1}, "depends_on": ["b"]})

    assert made.depends_on == ["b"]
    assert canonical(made)["dependsOn"] == ["b"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT-3"])
def test_a_time_zone_of_the_iana_is_one(zone: str) -> None:
    assert TypeAdapter(TimeZone).validate_python(zone) == zone


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("Mars", "write an IANA name such as `Europe/Berlin`, or `UTC`"),
        ("GMT+2", "write an IANA name such as `Europe/Berlin`, or `UTC`"),  # Etc/GMT+2 would be two hours *behind*
        ("../../etc/passwd", "write an IANA name such as `Europe/Berlin`, or `UTC`"),
        ("", "write an IANA name such as `Europe/Berlin`, or `UTC`"),
    ],
)
def test_another_word_is_no_time_zone(zone: str, hint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(TimeZone).validate_python(zone)

    assert _words(caught.value) == f"there is no time zone `{zone}`|{hint}"


@pytest.mark.parametrize(
    "cron",
    ["0 3 * * *", "*/15 9-17 * * mon-fri", "0,30 0 1 jan,jul *", "@hourly", "0 0 L * *", "0 0 * * fri#2", "0 0 29 2 *"],
)
def test_a_cron_expression_has_five_fields(cron: str) -> None:
    assert TypeAdapter(Cron).validate_python(cron) == cron


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 3 * *", "`0 3 * *` is not a cron expression: it has 4 fields, not five"),
        ("0 0 3 * * *", "`0 0 3 * * *` is not a cron expression: it has 6 fields, not five"),
        ("hourly", "`hourly` is not a cron expression: it has one field, not five"),
        ("60 * * * *", "`60 * * * *` is not a cron expression: `60` is no minute (0 to 59)"),
        ("* 9-24 * * *", "`* 9-24 * * *` is not a cron expression: `9-24` is no hour (0 to 23)"),
        ("* * 32 * *", "`* * 32 * *` is not a cron expression: `32` is no day of the month (1 to 31)"),
        ("* * * 13 *", "`* * * 13 *` is not a cron expression: `13` is no month (1 to 12)"),
        ("* * * * 8", "`* * * * 8` is not a cron expression: `8` is no day of the week (0 to 7)"),
        ("*/0 * * * *", "`*/0 * * * *` is not a cron expression: `*/0` is no minute (0 to 59)"),
        ("H * * * *", "`H * * * *` is not a cron expression"),  # by hash: another minute for each job
        ("R * * * *", "`R * * * *` is not a cron expression"),  # by chance: another minute each time
        ("@often", "`@often` is not a cron expression"),
        (" 0 3 * * *", "` 0 3 * * *` is not a cron expression"),
        ("0 0 30 2 *", "`0 0 30 2 *` names a day that no year has"),
        ("", "`` is not a cron expression: it has 0 fields, not five"),
    ],
)
def test_another_text_is_no_cron_expression(cron: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Cron).validate_python(cron)

    assert _words(caught.value).partition("|")[0] == words


@given(st.text(alphabet="0123456789*/,-#LlhrR @monjan?", max_size=60))
def test_no_cron_expression_surprises(text: str) -> None:
    with contextlib.suppress(ValidationError):
        TypeAdapter(Cron).validate_python(text)


@pytest.mark.parametrize(
    "host",
    [
        "db.example.com",
        "localhost",
        "a_b.example.",
        "bücher.example",
        "192.0.2.1",
        "::1",
        "[2001:db8::1]",
        "fe80::1%eth0",
    ],
)
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    assert TypeAdapter(Host).validate_python(host) == host


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("https://a.example/x", "`https://a.example/x` is a URL, but `{name}` takes a host|write `{name}: a.example`"),
        ("a.example:80", "`a.example:80` has a port in it|write `{name}: a.example` and `port: 80`"),
        ("[::1]:80", "`[::1]:80` has a port in it|write `{name}: [::1]` and `port: 80`"),
        ("300.1.1.1", "`300.1.1.1` is not an address|write a name, or an address such as `192.0.2.1`"),
        ("1::2::3", "`1::2::3` is not an address|write a name, or an address such as `192.0.2.1`"),
        ("a b", "`a b` is not a host|write a name such as `db.example.com`, or an address"),
        ("a..example", "`a..example` is not a host|write a name such as `db.example.com`, or an address"),
        ("-a.example", "`-a.example` is not a host|write a name such as `db.example.com`, or an address"),
        ("a.example/x", "`a.example/x` is not a host|write a name such as `db.example.com`, or an address"),
    ],
)
def test_another_text_is_no_host(host: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Host).validate_python(host)

    assert _words(caught.value) == words


def _words(error: ValidationError) -> str:
    (detail,) = error.errors()
    return str(detail["ctx"]["error"])
