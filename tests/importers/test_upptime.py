"""Upptime: sites become monitors, secrets stay secret, and each line that is lost is named."""

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.importers.imported import Unreadable
from controller.importers.upptime import convert
from specs.variables import secrets_in
from tests.importers.reading import files_of, is_sound, mutated, noted, only, specs_of

FILES = files_of("upptime")
DONE = convert(FILES)
RC = ".upptimerc.yml"


def site(text: str) -> dict[str, object]:
    return only("upptime", f"sites:\n- {{name: a, url: 'https://a.example', {text}}}\n", RC, "Monitor")


def test_everything_that_is_carried_validates_and_every_note_has_its_line() -> None:
    assert is_sound(DONE, FILES)
    assert list(specs_of(DONE, "Monitor")) == [
        "shop", "shop-api", "secret-site", "plain-host", "hook", "database", "no-port", "live", "certificate",
    ]  # fmt: skip


@pytest.mark.parametrize("secret", ["hunter22", *(f"topsecret{number}" for number in range(1, 10))])
def test_no_secret_is_copied_wherever_it_stood(secret: str) -> None:
    assert secret in FILES[RC]
    assert secret not in "".join(DONE.files.values())
    assert secret not in "".join(note.why + note.what for note in DONE.notes)


def test_every_secret_that_is_needed_is_named_in_the_report_and_no_other() -> None:
    needed = set(secrets_in("".join(DONE.files.values()).replace("$${", "")))
    named = {note.why.split()[1].removeprefix("WAKEFUL_SECRET_") for note in DONE.notes if note.what == "a secret"}

    assert named == needed


def test_two_values_never_share_the_name_of_a_secret() -> None:
    text = """\
sites:
  - {name: shop, url: "https://a.example", headers: ["Api-Key: one", "Token: $SHOP_API_TOKEN"]}
  - {name: shop api, url: "https://b.example", headers: ["Key: two", "Token: three"]}
"""
    found = specs_of(convert({RC: text}), "Monitor")

    assert found["shop"]["http"]["headers"] == {
        "Api-Key": "${secret.SHOP_API_KEY}",
        "Token": "${secret.SHOP_API_TOKEN}",
    }
    assert found["shop-api"]["http"]["headers"] == {
        "Key": "${secret.SHOP_API_KEY_2}",
        "Token": "${secret.SHOP_API_TOKEN_2}",
    }


def test_a_request_is_carried_with_all_that_was_said_of_it() -> None:
    one = specs_of(DONE, "Monitor")["shop-api"]

    assert one["http"] == {
        "url": "https://api.example.com/orders?api_key=${secret.SHOP_API_URL_API_KEY}&page=${secret.PAGE_TOKEN}",
        "method": "POST",
        "headers": {
            "Authorization": "Bearer ${secret.SHOP_TOKEN}",
            "X-Api-Key": "${secret.SHOP_API_X_API_KEY}",
            "Accept": "application/json",
        },
        "body": '{"user": "ci", "password": "${secret.SHOP_API_BODY_PASSWORD}", '
        '"nested": {"password": "${secret.SHOP_API_BODY_PASSWORD_2}"}, "note": "$${KEPT}"}',
        "redirects": 0,
        "verify": False,
    }
    assert (one["every"], one["timeout"], one["retries"], one["confirm"]["down"]) == ("10m", "12s", 1, 1)
    assert one["expect"]["body"] == {"contains": '"status":"UP"', "excludes": "out of order"}
    assert one["degraded"] == {"that": ['!body.contains("queue is \\"long\\"")']}


def test_each_check_becomes_its_probe() -> None:
    found = specs_of(DONE, "Monitor")

    assert found["database"]["tcp"] == {"host": "db.example.com", "port": 5432}
    assert found["no-port"]["tcp"]["port"] == 80
    assert found["live"]["websocket"]["url"] == "wss://live.example.com/feed?token=${secret.LIVE_URL_TOKEN}"
    assert found["certificate"]["expect"]["certificate"] == {"validFor": "7d"}
    assert (found["plain-host"]["http"]["url"], found["plain-host"]["http"]["ip"]) == ("http://old.example.com", 6)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("expectedStatusCodes: [404]", [404]),
        ('expectedStatusCodes: ["404", 200]', [404, 200]),
        ("expectedStatusCodes: [0]", ["2xx", "3xx"]),
        ("expectedStatusCodes: 404", ["2xx", "3xx"]),
    ],
)
def test_status_codes_may_be_text(said: str, status: list[object]) -> None:
    assert site(said)["expect"] == {"status": status, "that": []}


def test_a_user_in_the_address_proves_who_asks() -> None:
    one = only("upptime", "sites: [{name: a, url: 'https://u:p@a.example/x'}]", RC, "Monitor")

    assert one["http"]["url"] == "https://a.example/x"
    assert one["http"]["auth"] == {"basic": {"username": "u", "password": "${secret.A_URL_PASSWORD}"}}


def test_a_dollar_that_is_no_secret_is_text() -> None:
    one = site("method: POST, body: 'query($id: ID) { a(top: $5) } ${X} $TOKEN', maxRedirects: 1")

    assert one["http"]["body"] == "query($id: ID) { a(top: $5) } $${X} ${secret.TOKEN}"  # type: ignore[index]


@pytest.mark.parametrize(
    ("cron", "every", "is_exact"),
    [
        ("*/5 * * * *", "5m", True),
        ("* * * * *", "1m", True),
        ("2-57/5 * * * *", "5m", True),
        ("0 * * * *", "1h", True),
        ("0,30 * * * *", "30m", True),
        ("15 */2 * * *", "2h", True),
        ("0 3 * * *", "1d", True),
        ("0,10 * * * *", "10m", False),
        ("*/30 8-17 * * *", "30m", False),
        ("0 3 * * 1", "1d", False),
        ("*/0 * * * *", "5m", False),
        ("@hourly", "5m", False),
    ],
)
def test_the_schedule_becomes_every(cron: str, every: str, is_exact: bool) -> None:
    done = convert({RC: f"sites: [{{name: a, url: 'https://a.example'}}]\nworkflowSchedule:\n  uptime: '{cron}'\n"})

    assert specs_of(done, "Monitor")["a"]["every"] == every
    assert ((3, "workflowSchedule.uptime") not in noted(done, RC)) is is_exact


def test_one_site_that_cannot_be_said_takes_nothing_else_with_it() -> None:
    assert noted(DONE, RC)[70, "sites[11]"].startswith(
        "dropped: Monitor `purged` cannot be said here: `method` is `PURGE`"
    )
    assert [one["name"] for one in specs_of(DONE, "StatusPage")["status"]["components"]] == [
        "Shop", "Shop (2)", "Secret site", "Plain host", "Hook", "Database", "No port", "Live", "Certificate",
    ]  # fmt: skip


def test_the_page_keeps_its_domain_its_links_and_whether_it_may_be_found() -> None:
    page = specs_of(DONE, "StatusPage")["status"]

    assert (page["title"], page["description"]) == ("Acme", "Acme is up Ask us.")
    assert (page["domains"], page["searchEngines"]) == (["status.example.com"], False)
    assert page["links"] == [{"title": "Code", "url": "https://forge.example.com/acme/status"}]


@pytest.mark.parametrize(
    "said", ["status-website: {publish: false}", "status-website: {}\nskipGeneratingWebsite: true", "owner: x"]
)
def test_a_page_that_was_not_public_does_not_become_public(said: str) -> None:
    done = convert({RC: f"sites: [{{name: a, url: 'https://a.example'}}]\n{said}\n"})

    assert specs_of(done, "StatusPage") == {}


def test_channels_take_their_secrets_where_upptime_had_them() -> None:
    channels = specs_of(DONE, "Channel")

    assert channels["slack"]["slack"]["token"] == "${secret.SLACK_BOT_ACCESS_TOKEN}"
    assert channels["slack-2"]["slack"]["webhookUrl"] == "${secret.NOTIFICATION_SLACK_WEBHOOK_URL}"
    assert specs_of(DONE, "AlertRule")["down"]["notify"] == [
        "slack", "slack-2", "discord", "telegram", "email", "teams", "custom-webhook",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what", "why"),
    [
        (4, "PAT", "dropped: no token of GitHub is needed; take it out of the file, and revoke it"),
        (12, "sites[0].expectedStatusCodes[2]", "dropped: it is not a status code"),
        (13, "sites[0].tags", "dropped: `9!` cannot be the name of a label"),
        (24, "sites[1].headers[3]", "dropped: it is not a header such as `Accept: text/html`"),
        (42, "sites[3].surprise", "dropped: this importer does not know the key"),
        (56, "sites[7].url", "dropped: a host cannot be a secret; write it out, or check it by `http`"),
        (61, "sites[8].port", "dropped: a port cannot be a secret; write the number"),
        (74, "sites[12].check", "dropped: there is no check `smoke`"),
        (76, "sites[13]", "dropped: it has no `url`"),
        (77, "sites[14]", "dropped: it is not a site with a `name` and a `url`"),
        (90, "notifications[7]", "dropped: there is no channel for `zulip`; `apprise` may know the service"),
    ],
)
def test_what_is_lost_is_named_line_by_line(line: int, what: str, why: str) -> None:
    assert noted(DONE, RC)[line, what] == why


def test_what_was_seen_before_stays_behind_and_other_broken_files_do_not_matter() -> None:
    assert "history begins" in noted(DONE, "history/shop.yml")[1, ""]
    assert noted(DONE, "package.json") == {}


@pytest.mark.parametrize("text", ["", "sites", "- sites", "a: [", "\x00", "site: []"])
def test_what_is_no_configuration_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable, match=r"\|"):
        convert({RC: text})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_stands_there_the_result_validates_or_it_is_refused(data: st.DataObject) -> None:
    value = yaml.safe_load(FILES[RC])
    for _ in range(data.draw(st.integers(1, 4))):
        value = mutated(data, value)
    files = {RC: yaml.safe_dump(value, allow_unicode=False)}
    start = time.process_time()
    try:
        done = convert(files)
    except Unreadable:
        return

    assert is_sound(done, files)
    assert time.process_time() - start < 2


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        done = convert({RC: text})
    except Unreadable:
        return

    assert is_sound(done, {RC: text})
