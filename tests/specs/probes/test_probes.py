"""All probes alike: each is in the registry, explains itself, and its examples are right."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from specs.conditions import VARIABLES
from specs.expect import BLOCKS, FITS, Confirm, Degraded, Expect, fitting_keys
from specs.fields import Model
from specs.monitor import Monitor
from specs.probes import PROBES
from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

SMALLEST = {
    "http": "{url: https://shop.example.com}",
    "steps": "[{name: a, http: {url: https://shop.example.com}}]",
    "browser": "{steps: [{open: https://shop.example.com}]}",
    "tcp": "{host: a.example, port: 1}",
    "udp": "{host: a.example, port: 1, send: a}",
    "tls": "{host: a.example}",
    "starttls": "{host: a.example, protocol: smtp}",
    "dns": "{name: a.example}",
    "icmp": "{host: a.example}",
    "websocket": "{url: wss://a.example}",
    "grpc": "{host: a.example}",
    "ssh": "{host: a.example}",
    "smtp": "{host: a.example}",
    "domain": "{name: a.example}",
    "postgres": "{host: a.example}",
    "mysql": "{host: a.example}",
    "redis": "{host: a.example}",
    "mqtt": "{host: a.example}",
    "prometheus": "{url: https://a.example, query: up}",
    "heartbeat": "{period: 1h}",
    "composite": "{monitors: [web-1, web-2]}",
}
# each key of `expect` that there is, written rightly
EXPECTATIONS = {
    "status": "200",
    "latency": "1s",
    "body": "{contains: ok}",
    "headers": "{Content-Type: json}",
    "certificate": "{validFor: 14d}",
    "that": "['true']",
}


def models(model: type[Model]) -> Iterator[type[Model]]:
    """A model and those of its parts."""
    seen, waiting = set[type[Model]](), [model]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            waiting += [inner for field in current.model_fields.values() for inner in _inside(field.annotation)]


def _inside(annotation: Any) -> list[type[Model]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, Model):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _inside(inner)]


FIELDS = [
    pytest.param(field, id=f"{model.__name__}.{field.alias}")
    for model in models(Monitor)
    for field in model.model_fields.values()
]


def test_each_probe_has_its_place_everywhere() -> None:
    assert set(PROBES) == set(SMALLEST) == set(FITS) == set(VARIABLES)
    assert set(PROBES) <= set(Monitor.model_fields)


@pytest.mark.parametrize("field", FIELDS)
def test_each_key_says_what_it_means(field: FieldInfo) -> None:
    assert field.description
    assert field.description.endswith(".")


@pytest.mark.parametrize("field", [one for one in FIELDS if one.values[0].examples])  # type: ignore[union-attr]
def test_each_example_is_right(field: FieldInfo) -> None:
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    for example in field.examples or ():
        adapter.validate_python(example)


@pytest.mark.parametrize("model", [pytest.param(one, id=one.__name__) for one in models(Monitor)])
def test_each_part_says_what_it_is(model: type[Model]) -> None:
    assert (model.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize(("probe", "spec"), SMALLEST.items())
def test_the_smallest_is_enough(probe: str, spec: str) -> None:
    assert accepted(probe, spec).probe == probe


@pytest.mark.parametrize("probe", PROBES)
def test_an_empty_probe_is_refused(probe: str) -> None:
    assert refused(probe, "") == (f"spec.{probe}", probe, f"the probe `{probe}` is empty", "write its keys below it")
    assert is_refused_by_schema(probe, "")


@pytest.mark.parametrize(("probe", "other"), [*zip(PROBES, [*list(PROBES)[1:], "http"], strict=True)])
def test_two_probes_are_refused(probe: str, other: str) -> None:
    _, _, message, hint = refused(probe, SMALLEST[probe], f"{other}: {SMALLEST[other]}")

    first, second = sorted((probe, other), key=list(PROBES).index)
    assert message == f"a monitor has exactly one probe, but this has `{first}` and `{second}`"
    assert hint == "make two monitors of it"
    assert is_refused_by_schema(probe, SMALLEST[probe], f"{other}: {SMALLEST[other]}")


@pytest.mark.parametrize(("probe", "spec"), SMALLEST.items())
def test_what_fits_a_probe_can_be_expected(probe: str, spec: str) -> None:
    for block in BLOCKS:
        for key in fitting_keys(probe, block):
            accepted(probe, spec, f"{block}: {{{key}: {EXPECTATIONS[key]}}}")


@pytest.mark.parametrize(
    ("probe", "block", "key"),
    [
        (probe, block, key)
        for probe in PROBES
        for block, model in BLOCKS.items()
        for key in (str(field.alias) for field in model.model_fields.values())
        if FITS[probe] and key not in FITS[probe]
    ],
)
def test_what_a_probe_cannot_tell_is_refused_at_its_key(probe: str, block: str, key: str) -> None:
    rest = f"{block}: {{{key}: {EXPECTATIONS[key]}}}"
    path, _, message, hint = refused(probe, SMALLEST[probe], rest)

    assert (path, message) == (f"spec.{block}.{key}", f"`{block}` has `{key}`, which `{probe}` cannot tell")
    assert (hint or "").startswith(f"for `{probe}` there is `")
    assert is_refused_by_schema(probe, SMALLEST[probe], rest)


@pytest.mark.parametrize(
    ("probe", "why"),
    [("heartbeat", "pings arrive or they do not"), ("composite", "its parts say how they are")],
)
@pytest.mark.parametrize("block", BLOCKS)
def test_what_asks_nothing_can_expect_nothing(probe: str, why: str, block: str) -> None:
    rest = f"{block}: {{latency: 1s}}"

    assert refused(probe, SMALLEST[probe], rest)[2:] == (f"`{block}` is not for `{probe}`: {why}", f"remove `{block}`")
    assert is_refused_by_schema(probe, SMALLEST[probe], rest)
    assert accepted(probe, SMALLEST[probe], f"{block}: {{}}").probe == probe


def test_what_is_not_written_is_not_stored() -> None:
    assert accepted("http", "{url: https://shop.example.com}").http is not None
    assert set(Expect().model_dump(exclude_none=True)) == {"that"}
    assert set(Degraded().model_dump(exclude_none=True)) == {"that"}
    assert Confirm().model_dump() == {"down": 2, "up": 1}
