"""`wakeful init`."""

from pathlib import Path

import yaml

from tests.cli.command import call, process


def test_what_it_writes_is_right(tmp_path: Path) -> None:
    made = process("init", "monitoring", cwd=tmp_path)
    checked = process("validate", "--strict", "monitoring", cwd=tmp_path)

    assert (made.returncode, made.stdout.splitlines()[0]) == (0, "monitoring/wakeful/config.yaml")
    assert made.stderr == "next: `wakeful validate monitoring`, then `wakeful up --source monitoring`\n"
    assert (checked.returncode, checked.stdout) == (0, "4 resources in 5 files: 0 errors, 0 warnings\n")


def test_its_ci_files_are_yaml_that_runs_validate(tmp_path: Path) -> None:
    call("init", tmp_path)

    github = yaml.safe_load((tmp_path / ".github/workflows/wakeful.yml").read_text())
    gitlab = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())
    assert "wakeful validate --format github" in [step.get("run") for step in github["jobs"]["validate"]["steps"]]
    assert "wakeful validate" in gitlab["validate"]["script"]


def test_it_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")

    result = call("init", tmp_path)

    assert result.exit_code == 64
    assert result.stderr.startswith(f"error: there already is `{tmp_path}/README.md`\n")
    assert [file.name for file in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"
