"""Whatever stands in a file, loading ends with values or findings, and every finding can be shown."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs.diagnostics import render
from specs.kinds import API_VERSION, KINDS
from specs.load import Loaded, load
from specs.resource import Metadata, canonical, typed

often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WORDS = [
    "30s",
    "1h30m",
    "0.1ms",
    "${var.x}",
    "${secret.X}",
    "$${x}",
    "${",
    "https://a.example",
    "https://[",
    "2xx",
    "status == 200",
    "json.a[0] ==",
    "[",
    "a",
    "A B",
    "a@b",
    "25%",
    "{name}",
    "|",
    "",
]
KEYS = sorted(
    {info.alias or name for kind in KINDS.values() for name, info in kind.model_fields.items()}
    | {
        "url",
        "method",
        "headers",
        "body",
        "host",
        "port",
        "period",
        "grace",
        "token",
        "status",
        "latency",
        "that",
        "contains",
        "matches",
        "validFor",
    }
    | {
        "down",
        "up",
        "for",
        "labels",
        "monitors",
        "webhook",
        "email",
        "to",
        "from",
        "tls",
        "name",
        "slug",
        "title",
        "guards",
        "maxDeletes",
        "for_",
        "<<",
        "200",
        "~",
    }
    | {info.alias or name for name, info in Metadata.model_fields.items()}
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.sampled_from(WORDS)
    | st.text(max_size=20)
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
mappings = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)


def shown(loaded: Loaded, files: dict[str, str]) -> list[str]:
    """Each finding as a terminal and as the API shows it."""
    for one in loaded.diagnostics:
        json.dumps(one.as_json())
        assert one.message
        assert one.span.line >= 1
        assert one.span.column >= 1
        assert (one.span.end_line, one.span.end_column) >= (one.span.line, one.span.column)
    return [render(one, files) for one in loaded.diagnostics]


@often
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    loaded = load({"a.yaml": text})

    assert len(shown(loaded, {"a.yaml": text})) == len(loaded.diagnostics)


@often
@given(st.text(alphabet="ab: -[]{}\n\t'\"|>&*!#?%@`,\\~\ufeff\u2028\r\x00", max_size=60))
def test_any_punctuation_is_read_or_refused(text: str) -> None:
    loaded = load({"a.yaml": text})

    assert len(shown(loaded, {"a.yaml": text})) == len(loaded.diagnostics)


@pytest.mark.parametrize("kind", KINDS)
@often
@given(spec=mappings | values, metadata=st.just({"name": "a"}) | mappings | values)
def test_any_value_under_any_kind_is_a_resource_or_a_finding(kind: str, spec: Any, metadata: Any) -> None:
    data = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
    text = yaml.safe_dump(data, allow_unicode=True)
    loaded = load({"a.yaml": text})

    assert shown(loaded, {"a.yaml": text}) or loaded.resources or kind in ("Config", "Defaults")


@often
@given(st.dictionaries(st.sampled_from(["apiVersion", "kind", "metadata", "spec", "Spec"]) | st.text(), values))
def test_any_envelope_is_a_resource_or_a_finding(data: dict[str, Any]) -> None:
    text = yaml.safe_dump(data)
    loaded = load({"a.yaml": text})

    assert shown(loaded, {"a.yaml": text})
    assert loaded.errors


DURATIONS = st.sampled_from(["1s", "1.5s", "90s", "1m30s", "2h", "1d", "0.0004s", "999ms", "10m"])
CODES = st.sampled_from([200, "204", "2xx", [200, "3xx"], ["404"]])
LABELS = st.dictionaries(
    st.sampled_from(["team", "tier", "a.b/c"]), st.text(max_size=9) | st.booleans() | st.integers()
)
REGIONS = st.lists(st.sampled_from(["eu", "us", "ap"]), min_size=1, unique=True)
PROBE = st.one_of(
    st.fixed_dictionaries(
        {"http": st.fixed_dictionaries({"url": st.just("https://a/b")}, optional={"redirects": st.integers(0, 20)})},
        optional={
            "expect": st.fixed_dictionaries({}, optional={"status": CODES, "latency": DURATIONS}),
            "degraded": st.fixed_dictionaries({}, optional={"latency": DURATIONS, "that": st.just("status == 200")}),
        },
    ),
    st.fixed_dictionaries({"tcp": st.fixed_dictionaries({"host": st.just("h"), "port": st.integers(1, 65535)})}),
    st.fixed_dictionaries(
        {"heartbeat": st.fixed_dictionaries({"period": st.just("1h")}, optional={"grace": DURATIONS})}
    ),
)
COMMON = st.fixed_dictionaries(
    {},
    optional={
        "every": st.sampled_from(["1s", "10m", "90s", "1d"]),
        "regions": REGIONS,
        "confirm": st.fixed_dictionaries({}, optional={"down": st.integers(1, 9), "up": st.integers(1, 9)}),
    },
)


@often
@given(PROBE, COMMON, LABELS)
def test_a_valid_monitor_is_stored_in_a_form_that_reads_back_as_itself(
    probe: dict[str, Any], common: dict[str, Any], labels: dict[str, Any]
) -> None:
    labels = {key: value for key, value in labels.items() if "${" not in str(value)}  # which would be a reference
    data = {"apiVersion": API_VERSION, "kind": "Monitor", "metadata": {"name": "a", "labels": labels}}
    loaded = load({"a.yaml": yaml.safe_dump(data | {"spec": probe | common}, allow_unicode=True)})

    assert loaded.errors == []
    [resource] = loaded.resources
    stored = json.loads(json.dumps(resource.spec))
    assert typed("Monitor", stored) == resource.model
    assert canonical(typed("Monitor", stored)) == resource.spec
