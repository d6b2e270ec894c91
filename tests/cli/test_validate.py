"""`wakeful validate`."""

import json
from pathlib import Path

import pytest

from tests.cli.command import call, document, monitor, process, write

UNKNOWN_KEY = """\
apiVersion: wakeful.dev/v1
kind: Monitor
metadata:
  name: shop
spec:
  evry: 30s
  http:
    url: https://example.com/
"""
RULE = (
    document("AlertRule", "gold", "{match: {labels: {tier: gold}}, down: {for: 1m}, notify: [hook]}")
    + "---\n"
    + document("Channel", "hook", "{webhook: {url: https://hooks.example.com/}}")
)


def test_specs_that_are_right_exit_with_0(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"), api=monitor("api") + "---\n" + monitor("cart"))

    result = call("validate", tmp_path)

    assert (result.exit_code, result.stdout) == (0, "3 resources in 2 files: 0 errors, 0 warnings\n")


def test_a_finding_shows_its_place_and_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, shop=UNKNOWN_KEY)

    result = process("validate", cwd=tmp_path)

    assert result.returncode == 1
    assert result.stdout == (
        "error: unknown key `evry`\n"
        " --> shop.yaml:6:3 (spec.evry)\n"
        "  |\n"
        "6 |   evry: 30s\n"
        "  |   ^^^^\n"
        "hint: did you mean `every`?\n"
        "\n"
        "0 resources in 1 file: 1 error, 0 warnings\n"
    )
    assert result.stderr == ""


def test_places_start_with_the_folder_that_was_named(tmp_path: Path) -> None:
    write(tmp_path / "config", shop=UNKNOWN_KEY)

    assert " --> config/shop.yaml:6:3 " in process("validate", "config", cwd=tmp_path).stdout


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    result = call("validate", tmp_path)

    assert result.exit_code == 64
    assert result.stderr == f"error: no specs found in `{tmp_path}`\nhint: `wakeful init` writes a first repository\n"


def test_a_path_that_does_not_exist_is_a_mistake() -> None:
    result = call("validate", "nowhere")

    assert (result.exit_code, result.stderr) == (
        64,
        "error: there is no file or folder `nowhere`\nhint: check the path\n",
    )


def test_standard_input_is_read_as_a_file() -> None:
    good = call("validate", "-", stdin=monitor("shop"))
    bad = call("validate", "-", stdin=UNKNOWN_KEY)

    assert (good.exit_code, good.stdout) == (0, "1 resource in 1 file: 0 errors, 0 warnings\n")
    assert bad.exit_code == 1
    assert " --> <stdin>:6:3 (spec.evry)\n" in bad.stdout


def test_files_that_are_named_are_read_whatever_their_suffix_and_folder(tmp_path: Path) -> None:
    hidden = tmp_path / ".hidden"
    hidden.mkdir()
    (hidden / "shop.spec").write_text(UNKNOWN_KEY)

    result = call("validate", hidden / "shop.spec")

    assert result.exit_code == 1
    assert f" --> {hidden}/shop.spec:6:3 " in result.stdout


def test_files_named_together_know_one_another(tmp_path: Path) -> None:
    write(tmp_path, rule=RULE, shop=monitor("shop", labels="{tier: gold}"))

    together = call("validate", tmp_path / "rule.yaml", tmp_path / "shop.yaml")

    assert (together.exit_code, together.stdout) == (0, "3 resources in 2 files: 0 errors, 0 warnings\n")


def test_a_name_from_a_file_that_was_not_named_is_explained() -> None:
    result = call("validate", "-", stdin=monitor("shop", "{dependsOn: [edge], http: {url: https://example.com/}}"))

    assert result.exit_code == 1
    assert "error: there is no Monitor `edge`" in result.stdout
    assert result.stderr.startswith("note: of standard input only itself is known")


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 1)], ids=["warning", "strict"])
def test_a_warning_stops_nobody_unless_strict(tmp_path: Path, arguments: list[str], code: int) -> None:
    write(tmp_path, rule=RULE)

    result = call("validate", *arguments, tmp_path)

    assert result.exit_code == code
    assert result.stdout.startswith("error: no monitor has" if code else "warning: no monitor has")


def test_json_is_for_programs(tmp_path: Path) -> None:
    write(tmp_path, shop=UNKNOWN_KEY)

    result = call("validate", "--format", "json", tmp_path)

    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {key: report[key] for key in ("resources", "files", "errors", "warnings")} == {
        "resources": 0,
        "files": 1,
        "errors": 1,
        "warnings": 0,
    }
    assert report["version"] == 1
    assert report["diagnostics"][0].pop("fingerprint")
    assert report["diagnostics"][0] == {
        "severity": "error",
        "code": "unknown-key",
        "message": "unknown key `evry`",
        "file": f"{tmp_path}/shop.yaml",
        "line": 6,
        "column": 3,
        "end_line": 6,
        "end_column": 7,
        "path": "spec.evry",
        "hint": "did you mean `every`?",
    }


def test_github_gets_annotations_of_one_line_each(tmp_path: Path) -> None:
    write(tmp_path, shop=UNKNOWN_KEY)

    result = process("validate", "--format", "github", cwd=tmp_path)

    assert result.returncode == 1
    assert result.stdout.splitlines()[0] == (
        "::error file=shop.yaml,line=6,endLine=6,col=3,endColumn=6,title=spec.evry"
        "::unknown key `evry`%0Ahint: did you mean `every`?"
    )


def test_a_file_that_is_not_text_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "image.yaml").write_bytes(b"\xff\xfe\x00")

    result = call("validate", tmp_path)

    assert result.exit_code == 1
    assert "error: the file is not UTF-8 text" in result.stdout


def test_other_yaml_in_folders_that_start_with_a_dot_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / ".github", workflow="on: push\n")
    write(tmp_path, shop=monitor("shop"))

    assert call("validate", tmp_path).stdout == "1 resource in 1 file: 0 errors, 0 warnings\n"
