"""What is made from the models and committed is current, and worth having."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing import Resource as Contents
from referencing.jsonschema import DRAFT202012

from specs import tree
from specs.export import schema, schemas
from specs.fields import Model
from specs.kinds import API_VERSION, KINDS
from specs.load import load
from specs.resource import Metadata, Resource, canonical, typed
from tests import generated

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("**/*.yaml"))


def registry() -> Registry[Any]:
    """The schemas as they lie next to one another in a folder."""
    pairs = [(name, Contents.from_contents(json.loads(text), DRAFT202012)) for name, text in schemas().items()]
    return Registry[Any]().with_resources(pairs)


def validator(name: str = "wakeful.schema.json") -> Draft202012Validator:
    """A validator of one of the committed schemas."""
    return Draft202012Validator(json.loads(schemas()[name]), registry=registry())


def documents(file: Path) -> list[Any]:
    """The documents of a file, read as Wakeful reads them."""
    found, problems = tree.read(file.name, file.read_text())
    assert problems == []
    return [document.data for document in found]


def test_what_is_committed_is_current() -> None:
    assert generated.stale() == [], generated.HINT


def test_check_names_what_is_stale_and_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generated.write(tmp_path)
    (tmp_path / "schemas/monitor.schema.json").write_text("{}\n")
    (tmp_path / "docs/reference/gone.md").write_text("# Gone\n")

    assert generated.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == (
        "stale: docs/reference/gone.md\nstale: schemas/monitor.schema.json\nhint: run `make schemas`\n"
    )


def test_writing_mends_what_is_stale_and_removes_what_is_left_over(tmp_path: Path) -> None:
    generated.write(tmp_path)
    (tmp_path / "schemas/monitor.schema.json").unlink()
    (tmp_path / "docs/reference/gone.md").write_text("# Gone\n")

    assert generated.main([], tmp_path) == 0
    assert generated.main(["--check"], tmp_path) == 0
    assert not (tmp_path / "docs/reference/gone.md").exists()


@pytest.mark.parametrize(("arguments", "code"), [(["--check"], 0), (["--chek"], 64)], ids=["check", "typo"])
def test_exit_codes(arguments: list[str], code: int) -> None:
    assert generated.main(arguments) == code


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schemas()[name]))

    assert json.loads(schemas()[name])["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_inside_a_schema_leads_somewhere(kind: str) -> None:
    whole = schema(kind)

    assert references(whole) <= {f"#/$defs/{name}" for name in whole["$defs"]}


def references(value: Any) -> set[str]:
    """Each `$ref` below a value."""
    if isinstance(value, list):
        return {one for inner in value for one in references(inner)}
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own | {one for inner in value.values() for one in references(inner)}
    return set()


def properties(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Each key of a kind with its schema, as `Monitor.Http.url`."""
    return [
        (f"{kind}.{part}.{key}", value)
        for part, definition in schema(kind)["$defs"].items()
        for key, value in definition["properties"].items()
    ]


@pytest.mark.parametrize(("path", "value"), [one for kind in KINDS for one in properties(kind)])
def test_every_key_says_what_it_is_for(path: str, value: dict[str, Any]) -> None:
    part = schema(path.split(".")[0])["$defs"].get(str(value.get("$ref", "")).removeprefix("#/$defs/"), {})

    assert value.get("description") or part.get("description"), path


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_and_default_of_a_key_is_accepted_by_its_own_schema(kind: str) -> None:
    whole = schema(kind)
    for path, value in properties(kind):
        for one in [*value.get("examples", []), *([value["default"]] if "default" in value else [])]:
            assert Draft202012Validator(value | {"$defs": whole["$defs"]}).is_valid(one), path

    assert any("examples" in value for _, value in properties(kind))


def test_the_schema_speaks_the_language_of_the_specs() -> None:
    spec = schema("Monitor")["$defs"]["Spec"]["properties"]

    assert spec["every"]["default"] == "1m"
    assert spec["expect"]["default"] == {"that": []}
    assert "null" not in json.dumps(schema("Monitor"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_knows_the_keys_that_the_loader_knows(kind: str) -> None:
    definitions = schema(kind)["$defs"]

    assert set(definitions["Spec"]["properties"]) == keys(KINDS[kind])
    assert set(definitions["Metadata"]["properties"]) == keys(Metadata)
    assert all(definition["additionalProperties"] is False for definition in definitions.values())


def keys(model: type[Model]) -> set[str]:
    """The keys of a model, as they are written."""
    return {info.alias or name for name, info in model.model_fields.items()}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_example_is_accepted_by_the_schema_that_its_first_line_names(file: Path) -> None:
    modeline = file.read_text().splitlines()[0]
    path = (file.parent / modeline.removeprefix("# yaml-language-server: $schema=")).resolve()

    assert path == ROOT / "schemas/wakeful.schema.json"
    for document in documents(file):
        validator().validate(document)
        validator(f"{document['kind'].lower()}.schema.json").validate(document)


@pytest.mark.parametrize("repository", ["quickstart", "shop", "platform"])
def test_every_example_loads_without_a_finding(repository: str) -> None:
    root = ROOT / "examples" / repository
    files = {file.relative_to(root).as_posix(): file.read_text() for file in root.glob("**/*.yaml")}

    loaded = load(files)

    assert loaded.diagnostics == []
    if repository == "platform":
        assert {one.kind for one in loaded.resources} == set(KINDS) - {"Config", "Defaults", "MonitorSet"}


@pytest.mark.parametrize("repository", ["quickstart", "shop", "platform"])
def test_every_example_is_stored_in_a_form_that_reads_back_as_itself(repository: str) -> None:
    root = ROOT / "examples" / repository
    loaded = load({file.relative_to(root).as_posix(): file.read_text() for file in root.glob("**/*.yaml")})

    assert loaded.resources
    for one in loaded.resources:
        stored = json.loads(json.dumps(one.spec))
        assert typed(one.kind, stored) == one.model
        assert canonical(typed(one.kind, stored)) == one.spec
        assert list(validator().iter_errors(document_of(one))) == []


def document_of(resource: Resource) -> dict[str, Any]:
    """A stored resource as a document again."""
    metadata = {"name": resource.name, "labels": resource.labels, "annotations": resource.annotations}
    expect = resource.spec.get("expect")
    if (
        isinstance(expect, dict) and expect.get("that") == []
    ):  # a default that no person writes, nor could of every probe
        expect = {key: one for key, one in expect.items() if key != "that"}
        resource = replace(resource, spec=resource.spec | {"expect": expect})
    return {"apiVersion": API_VERSION, "kind": resource.kind, "metadata": metadata, "spec": resource.spec}


WRONG = {
    "no kind": "{apiVersion: wakeful.dev/v1, metadata: {name: a}, spec: {tcp: {host: h, port: 1}}}",
    "unknown kind": "{apiVersion: wakeful.dev/v1, kind: Monitr, metadata: {name: a}, spec: {tcp: {host: h, port: 1}}}",
    "no metadata": "{apiVersion: wakeful.dev/v1, kind: Monitor, spec: {tcp: {host: h, port: 1}}}",
    "no name": "{apiVersion: wakeful.dev/v1, kind: Monitor, metadata: {}, spec: {tcp: {host: h, port: 1}}}",
    "no spec": "{apiVersion: wakeful.dev/v1, kind: Monitor, metadata: {name: a}}",
    "another version": "{apiVersion: wakeful.dev/v2, kind: Config, metadata: {name: a}}",
    "unknown key beside spec": "{apiVersion: wakeful.dev/v1, kind: Config, metadata: {name: a}, status: {}}",
    "unknown key in spec": "{apiVersion: wakeful.dev/v1, kind: Config, metadata: {name: a}, spec: {path: []}}",
} | {
    spec: f"{{apiVersion: wakeful.dev/v1, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}"
    for kind, spec in [
        ("Monitor", "{evry: 60s, tcp: {host: h, port: 1}}"),
        ("Monitor", "{every: 60, tcp: {host: h, port: 1}}"),
        ("Monitor", "{every: a minute, tcp: {host: h, port: 1}}"),
        ("Monitor", "{tcp: {host: h}}"),
        ("Monitor", "{tcp: {host: h, port: 70000}}"),
        ("Monitor", '{tcp: {host: h, port: "1"}}'),
        ("Monitor", "{tcp: h}"),
        ("Monitor", "{tcp: {host: h, port: 1}, regions: []}"),
        ("Monitor", "{tcp: {host: h, port: 1}, regions: eu}"),
        ("Monitor", "{tcp: {host: h, port: 1}, confirm: {down: 0}}"),
        ("Monitor", "{http: {url: https://a, verify: 1}}"),
        ("Monitor", "{http: {url: https://a, method: FETCH}}"),
        ("Monitor", "{http: {url: https://a, headers: {a: 1}}}"),
        ("Monitor", "{http: {url: https://a}, expect: {status: 99}}"),
        ("Monitor", "{http: {url: https://a}, expect: {status: []}}"),
        ("Monitor", "{http: {url: https://a}, expect: {that: [1]}}"),
        ("Monitor", "{heartbeat: {period: 1h, token: short}}"),
        ("AlertRule", "{notify: []}"),
        ("AlertRule", "{down: {}, degraded: {}}"),
        ("AlertRule", "{down: {for_: 5m}, notify: [a]}"),
        ("AlertRule", "{down: {}, notify: [a], severity: fatal}"),
        ("Channel", "{webhook: {}}"),
        ("Channel", "{email: {to: [nobody], from: a@b, host: h}}"),
        ("StatusPage", "{title: t, components: []}"),
        ("StatusPage", "{title: t, components: [{name: a}]}"),
        ("Config", "{guards: {maxDeletes: many}}"),
        ("Config", "{variables: {a-b: c}}"),
    ]
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_schema_and_loader_refuse_the_same_mistakes(text: str) -> None:
    document = yaml.safe_load(text)

    assert list(validator().iter_errors(document))
    assert load({"a.yaml": text}).errors


RIGHT = [
    ("Monitor", "{every: '${var.interval}', tcp: {host: h, port: 1}}"),
    ("Monitor", "{every: 1h30m, http: {url: https://a}, expect: {status: 2xx, that: status == 200}}"),
    ("Monitor", "{http: {url: https://a}, expect: {status: [200, 3xx]}}"),
    ("Channel", "{email: {to: ['${secret.TO}'], from: 'W <w@example.com>', host: h}}"),
    ("AlertRule", "{down: {for: 2m}, notify: [b]}"),
    ("Config", "{guards: {maxDeletes: 3, maxSilenced: 100%}, variables: {interval: 30s, n: 5}}"),
]


@pytest.mark.parametrize(("kind", "spec"), RIGHT, ids=[spec for _, spec in RIGHT])
def test_schema_accepts_what_the_loader_accepts(kind: str, spec: str) -> None:
    text = f"{{apiVersion: {API_VERSION}, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}"
    variables = f"apiVersion: {API_VERSION}\nkind: Config\nmetadata: {{name: c}}\nspec: {{variables: {{interval: 5m}}}}"
    files = {"a.yaml": text} | ({"c.yaml": variables} if kind != "Config" else {})

    assert list(validator().iter_errors(yaml.safe_load(text))) == []
    assert {one.code for one in load(files).errors} <= {"dangling"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_has_a_row_for_each_key(kind: str) -> None:
    page = generated.reference(kind)

    for path, _ in properties(kind):
        assert f"\n| `{path.split('.')[-1]}` |" in page, path


def test_the_reference_shows_alias_type_default_and_example() -> None:
    page = generated.reference("AlertRule")

    assert "## Down\n\nFires while a monitor is down.\n" in page
    assert "| `for` | duration | `0s` | How long it must have lasted." in page
    assert "| `notify` | list of name | `[]` | Channels to tell" in page
    assert "| `validFor` | duration | **required** | How long" in page
    assert "| `[oncall-email]` |" in page
