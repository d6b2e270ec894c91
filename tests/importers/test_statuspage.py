"""Statuspage: components, incidents and maintenances are carried, and nothing becomes greener or more public."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.importers.imported import Imported, Unreadable
from controller.importers.statuspage import convert
from tests.importers.reading import VALUE, files_of, is_sound, mutated, noted, specs_of

FILES = files_of("statuspage")
DONE = convert(FILES)
COMPONENT = {"id": "c", "name": "A", "status": "operational"}


def asked(**answer: Any) -> Imported:
    """An import of one answer."""
    return convert({"a.json": json.dumps({"page": {"id": "p", "name": "Acme"}, "components": [COMPONENT]} | answer)})


def page(**settings_: Any) -> dict[str, Any]:
    """The page that the manage API's settings make."""
    files = {"page.json": json.dumps({"id": "p", "name": "Acme", "time_zone": "Etc/UTC"} | settings_)}
    return specs_of(convert(files | {"c.json": json.dumps([COMPONENT])}), "StatusPage")["status"]


def incident(**more: Any) -> dict[str, Any]:
    """The one incident that is made of this."""
    one = {"id": "i", "name": "X", "impact": "minor", "created_at": "2026-01-01T00:00:00Z", "incident_updates": []}
    return specs_of(asked(incidents=[one | more]), "Incident")["x"]


def test_everything_that_is_carried_validates_and_every_note_has_its_line() -> None:
    assert is_sound(DONE, FILES)
    assert set(specs_of(DONE, "Incident")) == {"payments-fail", "old"}


def test_components_stand_in_their_groups_in_the_order_of_the_page() -> None:
    shown = specs_of(DONE, "StatusPage")["status"]["components"]

    assert [(one.get("group"), one["name"], one["status"]) for one in shown] == [
        ("Shop", "Checkout", "operational"),
        ("Shop", "Search", "degraded"),
        (None, "Mail 📨", "operational"),
        (None, "Search", "degraded"),
    ]


def test_what_is_lost_is_named_line_by_line() -> None:
    assert noted(DONE, "summary.json") == {
        (4, "components"): "changed: nothing watches these components yet: give each `monitors` instead of `status`",
        (6, "components[1].status"): "changed: it stays `degraded` until you write another `status`",
        (6, "components[1].only_show_if_degraded"): "dropped: components are always shown",
        (7, "components[2].automation_email"): "dropped: let a monitor feed the component",
        (9, "components[4].status"): "changed: the status `on_fire` is not known: "
        "it is set to `degraded` until you say how it is",
        (10, "components[5]"): "dropped: its name is empty, or another component has it",
        (17, "scheduled_maintenances[0].scheduled_remind_prior"): "dropped: readers are not reminded before it begins",
        (18, "scheduled_maintenances[0].incident_updates"): "changed: of its updates, the first is its description",
        (19, "scheduled_maintenances[1]"): "dropped: it does not say from when until when",
    }


@pytest.mark.parametrize("status", ["on_fire", "", None, 1])
def test_a_status_that_is_not_known_is_never_painted_green(status: Any) -> None:
    done = asked(components=[{"id": "c", "name": "A", "status": status}])

    assert specs_of(done, "StatusPage")["status"]["components"][0]["status"] == "degraded"


def test_the_answer_that_says_the_most_of_an_incident_is_taken() -> None:
    one = specs_of(DONE, "Incident")["payments-fail"]

    assert one["components"] == [{"name": "Checkout", "status": "partialOutage"}]
    assert [(each["at"], each["status"], each["message"]) for each in one["updates"]] == [
        ("2026-01-01T09:00:00Z", "investigating", "We look $${kept}"),
        ("2026-01-01T09:00:00Z", "identified", "The disk"),
        (
            "2026-01-01T09:00:00.500000Z",
            "monitoring",
            "Fixed\nwith [this](https://example.com/x) & if a < b and c > d",
        ),
    ]


def test_a_postmortem_is_one_and_what_was_over_stays_over() -> None:
    one = specs_of(DONE, "Incident")["old"]

    assert one["postmortem"] == "- Learned\n- much"
    assert (one["impact"], one["updates"][-1]["status"], one["updates"][-1]["at"]) == (
        "none",
        "resolved",
        "2025-01-01T02:00:00Z",
    )


@pytest.mark.parametrize(
    ("impact", "expected", "status"),
    [
        ("none", "none", "operational"),
        ("minor", "minor", "degraded"),
        ("major", "major", "partialOutage"),
        ("critical", "critical", "majorOutage"),
        ("maintenance", "none", "operational"),
        ("apocalyptic", "minor", "degraded"),
        (None, "minor", "degraded"),
    ],
)
def test_the_impact_says_how_components_were(impact: Any, expected: str, status: str) -> None:
    one = incident(impact=impact, components=[COMPONENT])

    assert (one["impact"], one["components"]) == (expected, [{"name": "A", "status": status}])


def test_an_impact_that_a_person_set_comes_first() -> None:
    assert incident(impact="critical", impact_override="none")["impact"] == "none"


def test_what_went_on_after_it_was_resolved_is_not_over() -> None:
    said = [
        {"status": "investigating", "body": "again", "created_at": "2026-01-01T02:00:00Z"},
        {"status": "resolved", "body": "over", "created_at": "2026-01-01T01:00:00Z"},
    ]

    assert [one["status"] for one in incident(incident_updates=said)["updates"]] == ["monitoring", "investigating"]


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({"viewers_must_be_team_members": True}, {"access": {"signIn": True}}),
        (
            {"ip_restrictions": "192.0.2.0/24, 2001:db8::/32"},
            {"access": {"networks": ["192.0.2.0/24", "2001:db8::/32"]}},
        ),
        ({"ip_restrictions": "the office"}, {"access": {"signIn": True}}),
        ({"ip_restrictions": "192.0.2.1", "viewers_must_be_team_members": True}, {"access": {"signIn": True}}),
        ({"hidden_from_search": True}, {"searchEngines": False}),
        ({"support_url": "javascript:alert(1)"}, {}),
        ({"css_link_color": "0B6E4F"}, {"accent": "#0b6e4f"}),
        ({"url": "https://example.com", "subdomain": "acme"}, {}),
        ({"domain": "Status.Example.com"}, {"domains": ["status.example.com"]}),
        ({"time_zone": "Europe/Oslo"}, {"timezone": "Europe/Oslo"}),
    ],
)
def test_settings_of_the_page_are_carried(settings_: dict[str, Any], expected: dict[str, Any]) -> None:
    found = page(**settings_)
    keys = ("access", "searchEngines", "support", "accent", "domains", "timezone")

    assert {key: found[key] for key in keys if key in found} == {"timezone": "Etc/UTC"} | expected


def test_people_do_not_come_along() -> None:
    assert "person@" not in "".join(DONE.files.values())
    assert "topsecret1" not in "".join(DONE.files.values())
    for file in ("subscribers.csv", "subscribers.json"):
        assert [why for why in noted(DONE, file).values() if "must subscribe again" in why]


@pytest.mark.parametrize(
    "value",
    [
        {"id": "i", "name": "X", "impact": "minor", "created_at": "2026-01-01T00:00:00Z", "incident_updates": []},
        [{"id": "i", "name": "X", "impact": "minor", "created_at": "2026-01-01T00:00:00Z", "incident_updates": []}],
        {"incident": {"name": "X", "impact": "minor", "started_at": "2026-01-01T00:00:00Z", "incident_updates": []}},
        {"incidents": [{"name": "X", "created_at": "2026-01-01T00:00:00Z"}]},
    ],
)
def test_an_answer_is_known_by_what_stands_in_it(value: Any) -> None:
    assert set(specs_of(convert({"whatever.json": json.dumps(value)}), "Incident")) == {"x"}


def test_groups_of_the_manage_api_are_a_list_of_their_own() -> None:
    files = {
        "a.json": json.dumps([COMPONENT]),
        "b.json": json.dumps([{"id": "g", "name": "Shop", "components": ["c"], "position": 1}]),
    }

    assert specs_of(convert(files), "StatusPage")["status"]["components"][0]["group"] == "Shop"


def test_incidents_alone_make_a_page_of_what_they_touched() -> None:
    files = {"i.json": json.dumps([{"id": "i", "name": "X", "impact": "minor", "created_at": "2026-01-01T00:00:00Z", "components": [COMPONENT], "incident_updates": []}])}  # fmt: skip
    done = convert(files)

    assert [one["name"] for one in specs_of(done, "StatusPage")["status"]["components"]] == ["A"]
    assert specs_of(done, "Incident")["x"]["components"][0]["name"] == "A"


def test_half_a_character_does_not_break_the_page() -> None:
    done = convert({"a.json": '{"components": [{"id": "c", "name": "A \\ud83d", "status": "operational"}]}'})

    assert specs_of(done, "StatusPage")["status"]["components"][0]["name"] == "A \ufffd"


@pytest.mark.parametrize("text", ["", "{}", "[]", "x: 1", "{", "\x00", '{"page": {}, "status": {}}'])
def test_what_is_no_answer_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unreadable, match=r"\|"):
        convert({"a.json": text})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_the_answers_say_the_result_validates_or_it_is_refused(data: st.DataObject) -> None:
    files = dict(FILES)
    for name in ("summary.json", "incidents.json", "page.json"):
        value = json.loads(files[name])
        for _ in range(data.draw(st.integers(0, 3))):
            value = mutated(data, value)
        files[name] = json.dumps(value)
    start = time.process_time()
    try:
        done = convert(files)
    except Unreadable:
        return

    assert is_sound(done, files)
    assert time.process_time() - start < 2


@settings(max_examples=100, deadline=None)
@given(VALUE, st.sampled_from(["components", "incidents", "scheduled_maintenances", "page", "id", "component_groups"]))
def test_any_value_validates_or_is_refused(value: Any, key: str) -> None:
    files = {"a.json": json.dumps({key: value, "components": [value, COMPONENT]}), "b.json": json.dumps([value])}
    try:
        done = convert(files)
    except Unreadable:
        return

    assert is_sound(done, files)


@pytest.mark.parametrize(
    "body", ["<" * 50_000, "<a " * 20_000, "<a href='" * 8_000, "<li" * 20_000, "<a href='x'>" * 8_000]
)
def test_no_body_takes_long(body: str) -> None:
    start = time.process_time()
    incident(incident_updates=[{"status": "resolved", "body": body, "created_at": "2026-01-01T00:00:00Z"}])

    assert time.process_time() - start < 2
