"""`heartbeat`: a job that calls."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{period: 1h}",
    "{period: 1d, grace: 30m, token: '${secret.BACKUP_PING}', maxDuration: 2h}",
    "{cron: '0 3 * * *'}",
    "{cron: '*/15 9-17 * * mon-fri', timezone: Europe/Berlin, grace: 5m}",
    "{cron: '@daily', timezone: UTC}",
    "{cron: '0 0 L * *'}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.heartbeat", "heartbeat", "the heartbeat has no rhythm", "add `period: 1h`, or `cron: 0 3 * * *`"),
    (
        "{period: 1h, cron: '0 3 * * *'}",
        "spec.heartbeat.period",
        "period",
        "`period` and `cron` both say when pings are due",
        "remove one of the two",
    ),
    (
        "{cron: '0 3 * *'}",
        "spec.heartbeat.cron",
        "'0 3 * *'",
        "`0 3 * *` is not a cron expression: it has 4 fields, not five",
        "write five fields, minute to day of the week, such as `0 3 * * *` or `*/15 9-17 * * mon-fri`",
    ),
    (
        "{period: 1h, timezone: UTC}",
        "spec.heartbeat.timezone",
        "timezone",
        "`timezone` is for `cron`",
        "remove it, or write `cron`",
    ),
    (
        "{period: 1h, token: abc}",
        "spec.heartbeat.token",
        "abc",
        "`token` must have at least 8 characters",
        "write more, or leave it out",
    ),
    (
        "{period: 1h, token: 'a b c d e f'}",
        "spec.heartbeat.token",
        "'a b c d e f'",
        "`token` holds what cannot be part of an address",
        "use letters, digits, `_`, `.` and `-`",
    ),
]

WRONG_IN_MEANING = [
    (
        "{cron: '0 3 * * *', timezone: Berlin}",
        "spec.heartbeat.timezone",
        "Berlin",
        "there is no time zone `Berlin`",
        "did you mean `Europe/Berlin`?",
    ),
    (
        "{period: 500ms}",
        "spec.heartbeat.period",
        "500ms",
        "`period` must be at least 1s, but is 500ms",
        "write `period: 1s`",
    ),
    (
        "{cron: '61 3 * * *'}",
        "spec.heartbeat.cron",
        "'61 3 * * *'",
        "`61 3 * * *` is not a cron expression: `61` is no minute (0 to 59)",
        "write five fields, minute to day of the week, such as `0 3 * * *` or `*/15 9-17 * * mon-fri`",
    ),
    (
        "{cron: '0 0 30 2 *'}",
        "spec.heartbeat.cron",
        "'0 0 30 2 *'",
        "`0 0 30 2 *` names a day that no year has",
        "check the day and the month",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("heartbeat", spec).probe == "heartbeat"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("heartbeat", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("heartbeat", spec)
