"""`wakeful explain` and `wakeful schema`."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from specs.kinds import KINDS
from specs.tree import read
from tests.cli.command import ROOT, call, monitor, write


def test_the_kinds_are_listed_with_a_sentence_each() -> None:
    lines = call("explain").stdout

    assert all(f"  {kind} " in lines for kind in KINDS)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("monitor", "Monitor.spec  mapping"),
        ("Monitors.http.url", "Monitor.spec.http.url  text, must be there"),
        ("monitor.spec.every", "Monitor.spec.every  duration"),
        ("monitor.steps[0].http.method", "Monitor.spec.steps.http.method  one of `GET`, `HEAD`"),
        ("statuspage.components", "StatusPage.spec.components  list of mapping, must be there"),
        ("alertrule.severity", "one of `info`, `warning`, `critical`"),
        ("channel.metadata.labels", "Channel.metadata.labels  mapping of text"),
        ("slo.objective", "at least 50, less than 100"),
    ],
)
def test_a_key_is_explained_wherever_it_stands(path: str, expected: str) -> None:
    done = call("explain", path)

    assert done.exit_code == 0
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("path", "error", "hint"),
    [
        ("moniter", "error: there is no kind `moniter`", "hint: did you mean `Monitor`?"),
        ("monitor.htp", "error: `Monitor.spec` has no key `htp`", "hint: did you mean `http`?"),
        ("monitor.every.x", "error: `Monitor.spec.every` has no key `x`", "hint: it has no keys"),
    ],
)
def test_what_is_not_there_is_said_in_words(path: str, error: str, hint: str) -> None:
    done = call("explain", path)

    assert (done.exit_code, done.stderr) == (64, f"{error}\n{hint}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_every_kind_has_words(kind: str) -> None:
    def visit(path: str, depth: int) -> None:
        found = json.loads(call("explain", path, "--format", "json").stdout)
        assert found["description"], path
        for key in found["keys"] if depth else ():
            visit(f"{path}.{key}", depth - 1)

    visit(kind, 2)


def test_one_schema_for_all_stands_for_itself_and_takes_the_examples() -> None:
    schema = json.loads(call("schema").stdout)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    for file in sorted((ROOT / "examples").rglob("*.yaml")):
        for document in read(str(file), file.read_text())[0]:
            assert [error.message for error in validator.iter_errors(document.data)] == [], file


def test_a_number_may_be_a_variable() -> None:
    validator = Draft202012Validator(json.loads(call("schema", "monitor").stdout))
    document = {"apiVersion": "wakeful.dev/v1", "kind": "Monitor", "metadata": {"name": "a"}}

    for port, is_right in (
        (1, True),
        ("${var.port}", True),
        ("${each.port}", True),
        ("1", False),
        ("${secret.X}", False),
    ):
        assert validator.is_valid(document | {"spec": {"tcp": {"host": "h", "port": port}}}) is is_right, port


def test_an_editor_is_set_up_without_losing_its_settings(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))
    settings = tmp_path / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"a": 1, "yaml.schemas": {"x.json": "y"}}')
    for _ in range(2):
        assert call("schema", "--editor", "vscode", "--root", tmp_path).exit_code == 0
        assert call("schema", "--editor", "modeline", "--root", tmp_path).exit_code == 0

    found = json.loads(settings.read_text())
    assert found["a"] == 1
    assert set(found["yaml.schemas"]) == {"x.json", "./.vscode/wakeful.schema.json"}
    assert (tmp_path / "shop.yaml").read_text().count(
        "# yaml-language-server: $schema=.vscode/wakeful.schema.json\n"
    ) == 1


def test_settings_with_comments_are_left_alone(tmp_path: Path) -> None:
    settings = tmp_path / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text("{\n// mine\n}")
    done = call("schema", "--editor", "vscode", "--root", tmp_path)

    assert settings.read_text() == "{\n// mine\n}"
    assert "add this to it" in done.stderr
