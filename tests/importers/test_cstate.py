"""cState: systems become components, issues become incidents, and what is guessed is said."""

import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.importers.cstate import convert
from controller.importers.imported import Imported, Unreadable
from tests.importers.reading import files_of, is_sound, mutated, noted, specs_of

FILES = files_of("cstate")
DONE = convert(FILES)
SLOW = "content/issues/2026-01-02-slow.md"
CONFIG = "title: T\nparams: {systems: [{name: API}]}\n"
HEAD = "title: X\ndate: 2026-01-01T00:00:00Z\nseverity: down\n"


def issue(front: str, body: str = "", config: str = CONFIG) -> Imported:
    """An import of one issue, with YAML as its front matter."""
    return convert({"config.yml": config, "content/issues/x.md": f"---\n{front}---\n{body}"})


def updates(front: str, body: str = "") -> list[tuple[str, str, str]]:
    """Time, status and message of each update of one issue."""
    spec: dict[str, Any] = specs_of(issue(front, body), "Incident")["x"]
    return [(one["at"], one["status"], one["message"]) for one in spec["updates"]]


def test_everything_that_is_carried_validates_and_every_note_has_its_line() -> None:
    assert is_sound(DONE, FILES)
    assert set(specs_of(DONE, "Incident")) == {"checkout-is-slow", "old", "search-is-down"}


def test_the_page_has_the_systems_in_the_order_in_which_they_were_shown() -> None:
    page = specs_of(DONE, "StatusPage")["status"]

    assert [(one["name"], one.get("group"), one.get("hideUptime")) for one in page["components"]] == [
        ("Checkout", "Shop", None),
        ("Search", "Shop", None),
        ("Mail", None, True),
        ("Lost", "Nowhere", None),
    ]
    assert (page["domains"], page["language"]) == (["status.example.com"], "en-GB")
    assert page["links"] == [{"title": "Home", "url": "https://example.com"}]


def test_updates_are_in_the_order_of_time_and_nothing_that_was_written_is_lost() -> None:
    one = specs_of(DONE, "Incident")["checkout-is-slow"]

    assert [(each["at"], each["status"]) for each in one["updates"]] == [
        ("2026-01-02T10:00:00Z", "investigating"),
        ("2026-01-02T11:00:00Z", "identified"),
        ("2026-01-02T12:00:00Z", "resolved"),
    ]
    assert one["updates"][0]["message"] == 'We look.\n\n{{< figure src="disk.png" >}}'
    assert one["updates"][1]["message"].endswith("*Monitoring* - is what the log says\n\nin two parts\n```")
    assert one["updates"][2]["message"] == "In short: a disk.\n\nIt is over. $${kept}"
    assert one["postmortem"] == "A disk was full.\n\nWe watch it now."
    assert one["impact"] == "major"
    assert [each["name"] for each in one["components"]] == ["Checkout", "Search"]


def test_what_is_guessed_or_lost_is_named_line_by_line() -> None:
    assert noted(DONE, SLOW) == {
        (4, "Date"): "changed: it does not say its time zone; UTC is taken",
        (8, "Affected"): "dropped: the page has no system `Gone`",
        (10, "automated"): "dropped: this importer does not know the key",
        (13, "body"): "changed: what stands before the updates is put to the newest of them",
        (36, "body"): "changed: `just began` is no status that we know; taken for `investigating`",
        (
            39,
            '{{< figure src="disk.png" >}}',
        ): "changed: what Hugo makes of it is not known; it stands as it was written",
    }


def test_an_issue_that_is_open_stays_open_whatever_its_updates_say() -> None:
    one = specs_of(DONE, "Incident")["search-is-down"]

    assert [each["status"] for each in one["updates"]] == ["investigating", "monitoring", "monitoring"]
    assert one["components"] == [{"name": "Search", "status": "majorOutage"}]
    assert noted(DONE, "content/issues/open.md")[13, "track yesterday"] == "dropped: it is no date"


@pytest.mark.parametrize(
    ("front", "body", "expected"),
    [
        ("resolved: false\n", "Hm.", [("00", "investigating", "Hm.")]),
        ("resolved: true\n", "Hm.", [("00", "investigating", "Hm."), ("00", "resolved", "Resolved.")]),
        ("", "Hm.", [("00", "investigating", "Hm."), ("00", "resolved", "Resolved.")]),
        ("resolved: 'no'\n", "", [("00", "investigating", "No details were given.")]),
        (
            "resolved: yes\nresolvedWhen: 2026-01-01T05:00:00Z\n",
            "Hm.",
            [("00", "investigating", "Hm."), ("05", "resolved", "Resolved.")],
        ),
        (
            "resolved: true\nresolvedWhen: 2026-01-01T03:00:00Z\n",
            '*Update* - Done. {{< track "2026-01-01T03:00:00Z" >}}\n\n*Identified* - It. {{< track "2026-01-01T02:00:00Z" >}}',
            [("02", "identified", "It."), ("03", "resolved", "Done.")],
        ),
        (
            "resolved: false\n",
            "**Monitoring**: b\n\n_Identified_ – a",
            [("00", "identified", "a"), ("00", "monitoring", "b")],
        ),
        (
            "resolved: false\n",
            "{{% track '2026-01-01 02:00:00 +0100' %}}\n\nThen.\n\nAnd more.",
            [("01", "investigating", "Then.\n\nAnd more.")],
        ),
    ],
)
def test_how_an_issue_is_read(front: str, body: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(at[11:13], status, said) for at, status, said in updates(HEAD + front, body)]

    assert found == expected


def test_a_notice_of_maintenance_becomes_one_and_says_so() -> None:
    (one,) = specs_of(DONE, "Maintenance").values()

    assert (one["start"], one["end"], one["components"]) == ("2026-03-01T01:00:00Z", "2026-03-01T03:00:00Z", ["Mail"])
    assert "is taken for a Maintenance" in noted(DONE, "content/issues/window.md")[6, "severity"]


@pytest.mark.parametrize(
    ("more", "until"),
    [
        ("pin: true\n", None),
        ("resolved: false\n", None),
        ("", "2026-01-02T00:00:00Z"),
        ("resolved: true\nresolvedWhen: 2026-01-05\n", "2026-01-05T00:00:00Z"),
    ],
)
def test_what_is_informational_is_announced_for_as_long_as_it_holds(more: str, until: str | None) -> None:
    (one,) = specs_of(
        issue(f"title: X\ndate: 2026-01-01T00:00:00Z\ninformational: true\n{more}", "Hi."), "Announcement"
    ).values()

    assert (one["message"], one.get("until")) == ("Hi.", until)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-01-01", "2026-01-01T00:00:00Z"),
        ("2026-01-01 10:00", "2026-01-01T10:00:00Z"),
        ("2026-01-01T10:00:00.482Z", "2026-01-01T10:00:00.482000Z"),
        ("2026-01-01 10:00:00 +0200", "2026-01-01T08:00:00Z"),
        ("2026-01-01 10:00:00 +0000 UTC", "2026-01-01T10:00:00Z"),
        ("24 Feb 21 12:35 +0200", "2021-02-24T10:35:00Z"),
        ("Mon, 02 Jan 2017 15:04:05 +0100", "2017-01-02T14:04:05Z"),
        ("02 Jan 2017", "2017-01-02T00:00:00Z"),
    ],
)
def test_dates_are_read_as_hugo_reads_them(date: str, expected: str) -> None:
    assert updates(f"title: X\ndate: '{date}'\nseverity: down\nresolved: false\n")[0][0] == expected


def test_times_without_a_zone_are_those_of_the_site() -> None:
    config = f"timeZone: Europe/Oslo\n{CONFIG}"
    done = issue("title: X\ndate: 2026-07-01 10:00\nseverity: down\nresolved: false\n", "", config)

    assert specs_of(done, "Incident")["x"]["updates"][0]["at"] == "2026-07-01T08:00:00Z"
    assert specs_of(done, "StatusPage")["status"]["timezone"] == "Europe/Oslo"
    assert noted(done, "content/issues/x.md") == {}


def test_front_matter_may_be_toml_or_json_and_keeps_its_lines() -> None:
    assert specs_of(DONE, "Announcement")["a-new-data-centre"]["message"] == "In **Oslo**."
    assert (6, "affected") in noted(DONE, "content/issues/toml.md")
    assert (4, "severity") in noted(DONE, "content/issues/json.md")


def test_a_configuration_in_toml_keeps_its_lines() -> None:
    text = 'title = "T"\n[params]\nbrand = "#fff"\n\n[[params.systems]]\nname = "A"\n[[params.systems]]\nname = "B"\nlink = "x"\n'
    done = convert({"hugo.toml": text})

    assert [one["name"] for one in specs_of(done, "StatusPage")["status"]["components"]] == ["A", "B"]
    assert {(3, "params.brand"), (9, "params.systems[1].link")} <= set(noted(done, "hugo.toml"))


@pytest.mark.parametrize(
    ("file", "line", "why"),
    [
        ("content/issues/broken.md", 2, "its front matter cannot be read"),
        ("content/issues/draft.md", 4, "drafts are not carried"),
        ("content/issues/undated.md", 2, "without a date nobody knows when it was"),
        ("content/issues/bare.md", 1, "it has no front matter, so it is no issue"),
        ("content/pages/about.md", 2, "it is a page, and not an issue"),
    ],
)
def test_one_file_that_is_no_issue_takes_no_other_with_it(file: str, line: int, why: str) -> None:
    (found,) = [(at, said) for (at, _), said in noted(DONE, file).items()]

    assert found[0] == line
    assert why in found[1]


def test_the_example_site_of_the_theme_is_not_ours() -> None:
    assert "Demo" not in "".join(DONE.files.values())


def test_issues_alone_make_a_page_of_what_they_touched() -> None:
    done = convert({"a.md": f"---\n{HEAD}affected: API\nresolved: true\n---\nx\n"})

    assert [one["name"] for one in specs_of(done, "StatusPage")["status"]["components"]] == ["API"]


@pytest.mark.parametrize("text", ["", "x: 1\n", "a: [", "just text", "\x00"])
def test_what_is_no_site_is_refused_in_words(text: str) -> None:
    for file in ("config.yml", "a.json", "hugo.toml"):
        with pytest.raises(Unreadable, match=r"\|"):
            convert({file: text})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_the_files_say_the_result_validates_or_it_is_refused(data: st.DataObject) -> None:
    front, body = yaml.safe_load(FILES[SLOW].split("---\n")[1]), FILES[SLOW].split("---\n", 2)[2]
    config = yaml.safe_load(FILES["config.yml"])
    for _ in range(data.draw(st.integers(1, 3))):
        front, config = mutated(data, front), mutated(data, config)
    cut = data.draw(st.integers(0, len(body)))
    body = body[:cut] + data.draw(st.text(max_size=30)) + body[data.draw(st.integers(cut, len(body))) :]
    files = {"config.yml": yaml.safe_dump(config), SLOW: f"---\n{yaml.safe_dump(front)}---\n{body}"}
    start = time.process_time()
    try:
        done = convert(files)
    except Unreadable:
        return

    assert is_sound(done, files)
    assert time.process_time() - start < 2


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["---", "+++", "{", ""]), st.text(max_size=60), st.text(max_size=200))
def test_any_issue_validates_or_is_left_out(fence: str, head: str, body: str) -> None:
    files = {"config.yml": CONFIG, "content/issues/z.md": f"{fence}\n{head}\n{fence}\n{body}"}

    assert is_sound(convert(files), files)


@pytest.mark.parametrize(
    "text",
    [
        "{{< " * 20_000,
        "<!--" * 20_000,
        "*" * 50_000,
        "# " * 20_000,
        "*a" * 20_000,
        "```\n" * 20_001,
        "{{< track " * 8_000,
        "\n\n" * 50_000,
    ],
    ids=lambda text: text[:4],
)
def test_no_body_takes_long(text: str) -> None:
    start = time.process_time()
    issue(HEAD, text)

    assert time.process_time() - start < 2
