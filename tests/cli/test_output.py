"""The formats of findings."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from controller.cli.output import github, gitlab, junit, markdown, sarif, text
from controller.cli.output import json as as_json
from controller.cli.output.report import Report, fingerprints
from specs.diagnostics import CODES, Diagnostic, Severity, Span
from tests.cli.command import call, monitor, process, write

SPANS = Span(3, 5, 3, 9)
HOSTILE = "</summary><script>alert(1)</script> `x` |a| @everyone [l](http://e) ::error::x\n# h\x00%0A"
TEXTS = {"a.yaml": "one\ntwo\n    wrong: x\n", "b,c: d.yaml": "one\ntwo\n    wrong: `x`\n"}


def found(
    number: int = 1, severity: Severity = Severity.ERROR, file: str = "a.yaml", message: str = "it is wrong"
) -> list[Diagnostic]:
    return [Diagnostic("value", message, file, SPANS, "spec.wrong", "mend it", severity) for _ in range(number)]


def report(*findings: Diagnostic, changed: frozenset[str] = frozenset()) -> Report:
    return Report(findings, TEXTS, 2, changed)


def test_sarif_names_rules_places_and_fingerprints() -> None:
    run = json.loads(sarif.render(report(*found(), *found(file="b,c: d.yaml", severity=Severity.WARNING))))["runs"][0]

    first, second = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["value"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.yaml", "uriBaseId": "ROOT"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    assert (first["level"], second["level"]) == ("error", "warning")
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%2Cc%3A%20d.yaml"
    assert first["partialFingerprints"] != second["partialFingerprints"]


def test_fingerprints_are_unique_and_stay_when_lines_move() -> None:
    here = found(2)
    moved = [Diagnostic(one.code, one.message, one.file, Span(9, 1, 9, 2), one.path) for one in here]

    assert len(set(fingerprints(here))) == 2
    assert fingerprints(here) == fingerprints(moved)


def test_junit_has_a_case_for_each_file_and_holds_any_text() -> None:
    root = ElementTree.fromstring(junit.render(report(*found(message=HOSTILE), *found(severity=Severity.WARNING))))

    cases = root.findall("./testsuite/testcase")
    assert [one.get("name") for one in cases] == ["a.yaml", "b,c: d.yaml"]
    assert root.get("failures") == "1"
    assert cases[0].find("failure") is not None
    assert "it is wrong" in (cases[0].findtext("system-out") or "")
    assert list(cases[1]) == []


def test_gitlab_gets_what_its_code_quality_report_needs() -> None:
    issue, other = json.loads(gitlab.render(report(*found(2))))

    assert issue["location"] == {"path": "a.yaml", "lines": {"begin": 3, "end": 3}}
    assert (issue["check_name"], issue["severity"]) == ("value", "major")
    assert issue["fingerprint"] != other["fingerprint"]


def test_github_shows_ten_of_a_kind_with_changed_files_first_and_counts_the_rest() -> None:
    lines = github.render(
        report(
            *found(12),
            *found(file="b,c: d.yaml"),
            *found(3, Severity.WARNING),
            changed=frozenset({"b,c: d.yaml"}),
        )
    ).split("\n")

    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert errors[0].startswith("::error file=b%2Cc%3A d.yaml,line=3,endLine=3,col=5,endColumn=8,title=spec.wrong::")
    assert len([line for line in lines if line.startswith("::warning ")]) == 3
    assert "3 more errors in the summary of this step" in lines


def test_a_hostile_text_breaks_out_of_nothing() -> None:
    one = found(message=HOSTILE)
    commands = github.render(report(*one)).split("\n")
    comment = markdown.render(report(*one))
    outside = comment.split("```")[0]

    assert len(commands) == 2
    assert "<script" not in outside
    assert "@everyone" not in outside
    assert comment.count("</details>") == 1


def test_a_comment_fits_however_much_is_wrong() -> None:
    comment = markdown.render(report(*found(5000)))
    in_bytes = markdown.render(report(*found(5000, message="ü" * 100)), limit=20_000, in_bytes=True)

    assert len(comment) < markdown.LIMIT
    assert "more, which did not fit" in comment
    assert len(in_bytes.encode()) < 20_000


@pytest.mark.parametrize("inside", ["a`b", "`", "a``b`", "|", "a|`b"])
def test_code_holds_any_backticks(inside: str) -> None:
    shown = markdown.code(inside)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]

    assert shown.endswith(fence)
    assert fence not in inside


def test_text_stays_short_however_much_is_wrong() -> None:
    short, whole = text.render(report(*found(500))), text.render(report(*found(500)), shows_all=True)

    assert short.count(": it is wrong") == 100
    assert "400 more findings (`--all` shows them):\n     400  a.yaml" in short
    assert whole.count(": it is wrong") == 500


def test_json_says_its_version_and_everything_of_a_finding() -> None:
    value = json.loads(as_json.render(report(*found())))

    assert (value["version"], value["errors"], value["warnings"], value["files"]) == (1, 1, 0, 2)
    assert set(value["diagnostics"][0]) == {
        *(
            "severity",
            "code",
            "message",
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "path",
            "hint",
            "fingerprint",
        )
    }


def test_every_code_that_is_given_is_documented() -> None:
    from re import findall

    specs = Path(__file__).parent.parent.parent / "specs"
    texts = [file.read_text() for file in specs.rglob("*.py")]
    given = {
        code
        for one in texts
        for code in findall(r'(?:finding|warn)\(\s*\w+(?:\[[\w.]+\])?(?:\.\w+)?,\s*"([a-z-]+)"', one)
    }

    assert given <= set(CODES)


@pytest.mark.parametrize("style", ["json", "sarif", "junit", "gitlab", "markdown", "github", "text"])
def test_each_format_is_a_choice_and_goes_to_a_file(tmp_path: Path, style: str) -> None:
    write(tmp_path, a=monitor("a", "{every: soon, http: {url: https://a.example}}"))
    done = call("validate", tmp_path, "--format", style, "--output", tmp_path / "out")

    assert done.exit_code == 1
    assert "soon" in (tmp_path / "out").read_text()


def test_the_summary_of_a_step_holds_what_annotations_cannot(tmp_path: Path) -> None:
    write(tmp_path / "specs", **{f"m{index}": monitor(f"m{index}", "{every: soon}") for index in range(12)})
    done = process(
        "validate", "specs", "--format", "github", cwd=tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "summary")
    )

    assert done.returncode == 1
    assert (tmp_path / "summary").read_text().count("<details") >= 12


def test_what_changed_since_a_revision_comes_first(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            check=True,
            capture_output=True,
        )

    write(tmp_path, a=monitor("a", "{every: soon, http: {url: https://a.example}}"), z=monitor("z"))
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    write(tmp_path, z=monitor("z", "{every: late, http: {url: https://a.example}}"))
    done = process("validate", "--format", "github", "--changed-since", "HEAD", cwd=tmp_path)

    assert done.stdout.split("\n")[0].startswith("::error file=z.yaml")
    assert process("validate", "--revision", "HEAD", "--format", "json", cwd=tmp_path).stdout.count("late") == 0


@pytest.mark.parametrize("columns", [60, 100])
def test_a_narrow_terminal_keeps_the_caret_under_its_word(columns: int) -> None:
    from controller.cli import printing

    line = "    headers: {Authorization: 'Bearer 0123456789012345678901234567890123456789', Accpt: json, X-More: 'something else'}"
    start = line.index("Accpt") + 1
    one = Diagnostic(
        "unknown-key",
        "unknown key `Accpt` " + "word " * 20,
        "a.yaml",
        Span(1, start, 1, start + 5),
        "spec",
        "mend " * 30,
    )
    lines = printing.fitted(one, {"a.yaml": line}, columns).split("\n")

    excerpt = next(each for each in lines if each.startswith("1 | "))
    caret = next(each for each in lines if "^" in each)
    assert max(map(len, lines)) <= columns
    assert excerpt[caret.index("^") :].startswith("Accpt")
