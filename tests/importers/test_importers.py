"""Every importer: what it gives validates, what it leaves is said, and no secret goes along."""

import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.importers import IMPORTERS
from controller.importers.imported import Fate, Imported, Unreadable
from specs.load import Loaded, load
from tests.importers.configurations import ALL


def imported(tool: str) -> tuple[Imported, Loaded]:
    done = IMPORTERS[tool](ALL[tool])
    return done, load(done.files)


def kinds(loaded: Loaded) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in loaded.resources:
        found[one.kind] = found.get(one.kind, 0) + 1
    return found


@pytest.mark.parametrize(
    ("tool", "counts"),
    [
        ("gatus", {"Channel": 3, "AlertRule": 3, "Monitor": 13}),
        ("kuma", {"Channel": 2, "AlertRule": 2, "Monitor": 9, "StatusPage": 1, "Maintenance": 1}),
        ("blackbox", {"Monitor": 8, "AlertRule": 2}),
        ("upptime", {"Channel": 1, "AlertRule": 1, "Monitor": 6, "StatusPage": 1}),
        ("cstate", {"StatusPage": 1, "Incident": 2, "Announcement": 1}),
        ("statuspage", {"StatusPage": 1, "Incident": 2, "Maintenance": 1}),
    ],
)
def test_what_is_imported_validates(tool: str, counts: dict[str, int]) -> None:
    _, loaded = imported(tool)

    assert loaded.errors == []
    assert kinds(loaded) == counts


@pytest.mark.parametrize("tool", ALL)
def test_no_secret_is_copied(tool: str) -> None:
    done, _ = imported(tool)
    text = "".join(done.files.values())

    for secret in ("hunter22", "topsecret1", "abcdef", "hooks.slack.example"):
        assert secret not in text


@pytest.mark.parametrize("tool", ALL)
def test_every_note_points_at_a_line_and_says_why(tool: str) -> None:
    done, _ = imported(tool)

    assert done.notes
    for note in done.notes:
        assert note.file in ALL[tool]
        assert 1 <= note.line <= ALL[tool][note.file].count("\n") + 1
        assert note.why


def spec(tool: str, kind: str, name: str) -> dict[str, Any]:
    _, loaded = imported(tool)
    return next(one.spec for one in loaded.resources if (one.kind, one.name) == (kind, name))


def test_gatus_conditions_become_fields_and_cel() -> None:
    front = spec("gatus", "Monitor", "shop-front-end")

    assert front["every"] == "30s"
    assert front["confirm"] == {"down": 4, "up": 3}
    assert front["http"]["verify"] is False
    assert front["http"]["headers"]["Authorization"] == "${secret.SHOP_FRONT_END_AUTHORIZATION}"
    assert front["expect"]["status"] == [200]
    assert (front["expect"]["latency"], front["expect"]["certificate"]) == ("500ms", {"validFor": "2d"})
    assert front["expect"]["that"] == [
        'json.user.name == "john"',
        "size(json.items) > 3",
        "!has(json.errors)",
        "json.data[0].id in [1, 2]",
        'ip == "127.0.0.1"',
    ]


def test_gatus_probes_follow_the_scheme() -> None:
    _, loaded = imported("gatus")
    probes = {one.name: getattr(one.model, "probe", None) for one in loaded.resources if one.kind == "Monitor"}

    assert probes == {
        "shop-front-end": "http", "shop-front-end-2": "http", "dns": "dns", "ping": "icmp", "tcp": "tcp", "udp": "udp",
        "mail": "starttls", "live": "websocket", "domain": "domain", "ssh": "ssh", "oauth": "http", "backup": "heartbeat",
        "login": "steps",
    }  # fmt: skip


def test_kuma_keeps_groups_retries_and_who_is_told() -> None:
    _, loaded = imported("kuma")
    shop = next(one for one in loaded.resources if (one.kind, one.name) == ("Monitor", "shop"))

    assert shop.labels == {"group": "Group A", "team": "shop"}
    assert shop.spec["confirm"]["down"] == 3
    assert shop.spec["expect"]["status"] == ["2xx", 302]
    assert spec("kuma", "Monitor", "group-a")["composite"] == {"monitors": ["shop"]}
    assert spec("kuma", "AlertRule", "team-slack-is-told")["match"]["monitors"] == ["shop"]


def test_blackbox_takes_targets_times_modules() -> None:
    web = spec("blackbox", "Monitor", "web-shop-example-com")

    assert web["http"]["url"] == "https://shop.example.com"
    assert web["http"]["ip"] == 4
    assert web["expect"]["body"] == {"matches": "OK"}
    assert spec("blackbox", "AlertRule", "down")["match"]["labels"] == {"job": "web"}
    assert spec("blackbox", "Monitor", "imap-mail-example-com-143")["starttls"]["protocol"] == "imap"


def test_cstate_updates_are_in_the_order_of_time() -> None:
    one = spec("cstate", "Incident", "checkout-is-slow")

    assert [each["status"] for each in one["updates"]] == ["investigating", "resolved"]
    assert one["updates"][0]["message"] == "We look at $${this}."
    assert one["postmortem"] == "We learned something."


def test_statuspage_updates_lose_their_html() -> None:
    one = spec("statuspage", "Incident", "down")

    assert [each["message"] for each in one["updates"]] == ["We look", "Fixed & watched\nnow"]


@pytest.mark.parametrize("tool", ALL)
@pytest.mark.parametrize("text", ["", "x: 1\n", "[]", "- a", "a: [", "just text", "\x00"])
def test_what_is_not_of_the_tool_is_refused_in_words(tool: str, text: str) -> None:
    with pytest.raises(Unreadable, match=r"\|"):
        IMPORTERS[tool]({"a.yaml": text})


LEAF = (
    st.none() | st.booleans() | st.integers(-10, 10**6) | st.text(max_size=20)
    | st.sampled_from(["https://a.example", "${X}", "tcp://h:1", "[STATUS] == 200", "2026-01-01", "30s", "a(b", "*", "\n"])
)  # fmt: skip
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def mutated(data: st.DataObject, value: Any) -> Any:
    """A value of which one part, somewhere, is something else."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(value, key=str)))
        return value | {key: mutated(data, value[key])}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5)):
        index = data.draw(st.integers(0, len(value) - 1))
        return [mutated(data, one) if at == index else one for at, one in enumerate(value)]
    return data.draw(VALUE)


@pytest.mark.parametrize("tool", ALL)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_read_the_result_validates_or_it_is_refused(tool: str, data: st.DataObject) -> None:
    files = dict(ALL[tool])
    name = data.draw(st.sampled_from(sorted(one for one in files if not one.endswith((".md", ".csv")))))
    value = yaml.safe_load(files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        value = mutated(data, value)
    files[name] = yaml.safe_dump(value, allow_unicode=True)
    start = time.process_time()
    try:
        done = IMPORTERS[tool](files)
    except Unreadable:
        return

    assert load(done.files).errors == []
    assert time.process_time() - start < 2
    assert all(note.fate in Fate for note in done.notes)


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(max_size=200))
def test_any_issue_of_cstate_validates_or_is_refused(head: str, body: str) -> None:
    try:
        done = IMPORTERS["cstate"](ALL["cstate"] | {"content/issues/z.md": f"---\n{head}\n---\n{body}"})
    except Unreadable:
        return

    assert load(done.files).errors == []
