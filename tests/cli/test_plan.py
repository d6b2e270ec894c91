"""`wakeful plan`: offline between git revisions, and against a server."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.answering import server
from tests.cli.command import call, document, monitor, process, write

HTTP = "{every: %s, http: {url: https://example.com/}}"


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose branch `main` has three monitors in the folder `config`."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write(tmp_path / "config", shop=monitor("shop", HTTP % "30s"), cart=monitor("cart"), old=monitor("old"))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    return tmp_path


def test_nothing_changed_is_said_and_exits_with_0(repository: Path) -> None:
    result = call("plan", repository / "config", "--against", "main", "--detailed-exitcode")

    assert result.exit_code == 0
    assert result.stdout.startswith("No changes.\n\nPlan: 0 to create, 0 to update, 0 to delete, 3 unchanged.\ntoken: ")


def test_changes_are_shown_field_by_field(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", HTTP % "1m", "{tier: gold}"), new=monitor("new"))
    (repository / "config" / "old.yaml").unlink()

    result = process("plan", "config", "--against", "main", cwd=repository)

    assert (result.returncode, result.stderr) == (0, "")
    text, _, token = result.stdout.partition("token: ")
    assert re.fullmatch("[0-9a-f]{12}-[0-9a-f]{12}\n", token)
    assert text == (
        "  + Monitor new  config/new.yaml:1\n"
        "      ⇒ worst-case detection 2m10s, 1,440 checks a day\n"
        "\n"
        "  ~ Monitor shop  config/shop.yaml:1\n"
        "      labels.tier: (none) → gold\n"
        "      spec.every: 30s → 1m\n"
        "      ⇒ worst-case detection 1m10s → 2m10s\n"
        "      ⇒ 2,880 → 1,440 checks a day\n"
        "\n"
        "  - Monitor old  config/old.yaml:1\n"
        "      ⇒ 1,440 checks a day stop; its history is kept\n"
        "\n"
        "  • checks a day: 5,760 → 4,320\n"
        "  • 1 monitor is no longer watched\n"
        "\n"
        "Plan: 1 to create, 1 to update, 1 to delete, 1 unchanged.\n"
    )


def test_a_plan_as_a_comment_holds_what_it_means_and_cannot_be_broken_out_of(repository: Path) -> None:
    hostile = monitor("evil", "{description: '</details> @everyone `x` | <b>', tcp: {host: a.example, port: 1}}")
    write(repository / "config", shop=monitor("shop", HTTP % "1m"), new=hostile)
    first = process("plan", "config", "--against", "main", "--format", "markdown", cwd=repository).stdout
    write(repository / "config", new=hostile.replace("@everyone", "@all"))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=evil")
    write(repository / "config", new=hostile)
    second = process("plan", "config", "--against", "HEAD", "--format", "markdown", cwd=repository).stdout

    assert first.startswith("<!-- wakeful:plan -->\n\n### 📋 Wakeful plan: 1 to create, 1 to update, 0 to delete\n")
    assert "worst&#45;case detection 1m10s → 2m10s" in first
    assert second.count("</details>") == second.count("<details") + 2  # old and new, both in code, where it is text
    assert "| `spec.description` | `" in second


def test_two_revisions_are_compared_without_the_disk(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", HTTP % "1m"))
    git(repository, "commit", "--quiet", "--all", "--message=slower")
    write(repository / "config", shop=monitor("shop", HTTP % "9m"))
    done = call("plan", repository / "config", "--against", "HEAD~1", "--revision", "HEAD", "--format", "json")

    [change] = json.loads(done.stdout)["update"][0]["changes"]
    assert (change["old"], change["new"]) == ("30s", "1m")


def test_the_merge_base_leaves_out_what_others_changed_since(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "feature")
    write(repository / "config", shop=monitor("shop", HTTP % "1m"))
    git(repository, "commit", "--quiet", "--all", "--message=slower")
    git(repository, "checkout", "--quiet", "main")
    write(repository / "config", added=monitor("added"))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=added")
    git(repository, "checkout", "--quiet", "feature")
    plain = json.loads(call("plan", repository / "config", "--against", "main", "--format", "json").stdout)
    merged = json.loads(
        call("plan", repository / "config", "--against", "main", "--merge-base", "--format", "json").stdout
    )

    assert [one["name"] for one in plain["delete"]] == ["added"]
    assert merged["delete"] == []


def test_a_token_that_is_required_must_still_be_that_of_the_plan(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", HTTP % "1m"))
    arguments = ("plan", repository / "config", "--against", "main")
    token = json.loads(call(*arguments, "--format", "json").stdout)["token"]
    same = call(*arguments, "--require", token)
    write(repository / "config", shop=monitor("shop", HTTP % "2m"))

    assert same.exit_code == 0
    assert call(*arguments, "--require", token).exit_code == 3


def test_a_rename_is_no_new_monitor(repository: Path) -> None:
    (repository / "config" / "shop.yaml").write_text(
        monitor("store", HTTP % "30s").replace("{name: store", "{name: store, renamedFrom: shop")
    )

    result = call("plan", repository / "config", "--against", "main")

    assert "  ~ Monitor store (renamed from shop)" in result.stdout


def test_what_is_protected_stays(repository: Path) -> None:
    protected = monitor("old").replace("labels: {}", "annotations: {wakeful.dev/prune: disabled}")
    write(repository / "config", old=protected)
    git(repository, "commit", "--quiet", "--all", "--message=protect")
    (repository / "config" / "old.yaml").unlink()

    result = call("plan", repository / "config", "--against", "main")

    assert "  = Monitor old stays: it is protected by `wakeful.dev/prune: disabled`\n" in result.stdout


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--detailed-exitcode"], 2)], ids=["plain", "detailed"])
def test_changes_have_an_exit_code_only_when_asked(repository: Path, arguments: list[str], code: int) -> None:
    write(repository / "config", new=monitor("new"))

    assert process("plan", "config", "--against", "main", *arguments, cwd=repository).returncode == code


def test_a_guard_that_would_hold_it_exits_with_3(repository: Path) -> None:
    for name in ("shop", "cart", "old"):
        (repository / "config" / f"{name}.yaml").unlink()
    write(repository / "config", config=document("Config", "config", "{}"))

    result = process("plan", "config", "--against", "main", "--detailed-exitcode", cwd=repository)

    assert result.returncode == 3
    assert "error: a guard would hold this revision: it would delete everything" in result.stderr
    assert "3 to delete" in result.stdout


def test_specs_with_errors_are_not_planned(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", "{evry: 30s}"))

    result = call("plan", repository / "config", "--against", "main")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "error: unknown key `evry`" in result.stderr


def test_a_revision_that_was_wrong_is_compared_as_far_as_it_goes(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", "{evry: 30s}"))
    git(repository, "commit", "--quiet", "--all", "--message=break")
    write(repository / "config", shop=monitor("shop"))

    result = call("plan", repository / "config", "--against", "main")

    assert result.exit_code == 0
    assert result.stderr == "warning: main has errors itself, so it is compared as far as it can be read\n"
    assert "  + Monitor shop" in result.stdout


def test_a_revision_that_git_does_not_know_is_a_mistake(repository: Path) -> None:
    result = call("plan", repository / "config", "--against", "nowhere")

    assert result.exit_code == 64
    assert result.stderr.startswith("error: git knows no revision `nowhere`\nhint: ")


def test_a_folder_outside_git_has_nothing_to_compare_with(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))

    result = call("plan", tmp_path, "--against", "main")

    assert result.exit_code == 5
    assert "is in no git repository" in result.stderr


def test_json_is_for_programs(repository: Path) -> None:
    write(repository / "config", shop=monitor("shop", HTTP % "1m"))

    result = call("plan", repository / "config", "--against", "main", "--format", "json")

    proposed = json.loads(result.stdout)
    assert proposed["update"][0]["changes"] == [{"path": "spec.every", "old": "30s", "new": "1m"}]
    assert (proposed["unchanged"], proposed["refusals"], proposed["diagnostics"]) == (2, [], [])


def answer(**parts: Any) -> dict[str, Any]:
    """A plan as a server sends it."""
    empty: dict[str, Any] = {"create": [], "update": [], "delete": [], "kept": [], "refusals": [], "diagnostics": []}
    return {**empty, "unchanged": 1, "summary": "0 to create, 0 to update, 0 to delete", **parts}


def test_a_server_gets_the_files_as_they_lie_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, **{"monitors/shop": monitor("shop")})

    with server(200, answer()) as (address, sent):
        result = process("plan", tmp_path, WAKEFUL_PUBLIC_URL=address)

    assert (result.returncode, result.stderr) == (0, "")
    assert sent == [("/api/v1/plan", {"files": {"monitors/shop.yaml": monitor("shop")}})]
    assert "No changes" in result.stdout


def test_a_server_that_would_hold_it_exits_with_3(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))

    with server(200, answer(refusals=["it would delete 9 of 10 resources"])) as (address, sent):
        result = call("plan", tmp_path, "--server", address, "--source", "main")

    assert result.exit_code == 3
    assert sent[0][1]["source"] == "main"
    assert "error: a guard would hold this revision: it would delete 9 of 10 resources\n" in result.stderr


@pytest.mark.parametrize(
    ("status", "body", "content_type", "code", "words"),
    [
        (403, {"detail": "no"}, "application/problem+json", 5, "answers 403: no\nhint: ask an administrator"),
        (500, "<html>", "text/html", 5, "answers 500\nhint: look at the log of the server"),
        (200, "<html>", "text/html", 5, "answers 200\nhint: is this the address of a Wakeful server?"),
        (404, "<html>", "text/html", 5, "answers 404\nhint: is this the address of a Wakeful server?"),
        (400, {"detail": "several sources"}, "application/problem+json", 64, "answers 400: several sources\n"),
    ],
    ids=["not allowed", "broken", "another server", "another server's 404", "refused"],
)
def test_a_server_that_has_no_plan(
    tmp_path: Path, status: int, body: Any, content_type: str, code: int, words: str
) -> None:
    write(tmp_path, shop=monitor("shop"))

    with server(status, body, content_type) as (address, _):
        result = call("plan", tmp_path, "--server", address)

    assert result.exit_code == code
    assert words in result.stderr


def test_a_server_that_is_down_exits_with_5(tmp_path: Path) -> None:
    write(tmp_path, shop=monitor("shop"))

    result = process("plan", tmp_path, "--server", "http://127.0.0.1:9")

    assert result.returncode == 5
    assert result.stderr == (
        "error: http://127.0.0.1:9 does not answer: connection refused\nhint: is it running? `--server` names another\n"
    )
