"""Findings as a person and a program read them."""

import textwrap

import pytest

from specs.diagnostics import Diagnostic, Severity, Span, did_you_mean, in_order, render
from specs.load import load
from tests.specs.writing import TCP, document, monitor

CHECKOUT = """\
apiVersion: wakeful.dev/v1
kind: Monitor
metadata:
  name: checkout
  labels: {team: payments}
spec:
  description: |
    Can a customer pay?

    Asks the endpoint.
  http:
    url: https://shop.example.com/health

  every: 200ms
  timeout: 100ms
"""


def shown(files: dict[str, str]) -> str:
    """All findings of some files, rendered."""
    return "\n\n".join(render(one, files) for one in load(files).diagnostics)


SNAPSHOTS = {
    "value, as in the style guide": (
        {"monitors/checkout.yaml": CHECKOUT},
        """\
        error: `every` must be at least 1s, but is 200ms
          --> monitors/checkout.yaml:14:10 (spec.every)
           |
        14 |   every: 200ms
           |          ^^^^^
        hint: write `every: 1s`""",
    ),
    "unknown key": (
        {"a.yaml": monitor(f"evry: 60s\n{TCP}")},
        """\
        error: unknown key `evry`
         --> a.yaml:6:3 (spec.evry)
          |
        6 |   evry: 60s
          |   ^^^^
        hint: did you mean `every`?""",
    ),
    "condition in a literal block": (
        {
            "a.yaml": monitor(
                "http: {url: 'https://a.example'}\nexpect:\n  that:\n    - |\n      status == 200\n      && foo"
            )
        },
        """\
        error: there is no `foo` here
          --> a.yaml:11:12 (spec.expect.that[0])
           |
        11 |         && foo
           |            ^
        hint: `http` has status, latency, phases, body, json, headers, ip, certificate.validFor, certificate.issuer, certificate.subject, certificate.names""",
    ),
    "condition of other types": (
        {"a.yaml": monitor("http: {url: 'https://a.example'}\nexpect: {that: ['status == \"200\"']}")},
        """\
        error: `==` does not work on int and string
         --> a.yaml:7:27 (spec.expect.that[0])
          |
        7 |   expect: {that: ['status == "200"']}
          |                           ^
        hint: `http` has status, latency, phases, body, json, headers, ip, certificate.validFor, certificate.issuer, certificate.subject, certificate.names""",
    ),
    "syntax": (
        {"a.yaml": "a: 1\nb: 'open\n"},
        """\
        error: this is not YAML: found unexpected end of stream
         --> a.yaml:2:4
          |
        2 | b: 'open
          |    ^
        hint: close the quote or bracket that begins here""",
    ),
    "tab": (
        {"a.yaml": "spec:\n\tevery: 5s\n"},
        """\
        error: this is not YAML: found character that cannot start any token
         --> a.yaml:2:1
          |
        2 |  every: 5s
          | ^
        hint: indent with spaces, and put text that starts with a special character in quotes""",
    ),
    "duplicate key": (
        {"a.yaml": monitor(f"{TCP}\n{TCP}")},
        """\
        error: the key `tcp` stands here twice (first on line 6)
         --> a.yaml:7:3
          |
        7 |   tcp: {host: db.example.com, port: 5432}
          |   ^^^
        hint: remove one of the two""",
    ),
    "dangling reference": (
        {"a.yaml": document("AlertRule", "down: {for: 2m}\nnotify: [oncall]", "rule")},
        """\
        error: there is no Channel `oncall`
         --> a.yaml:7:12 (spec.notify[0])
          |
        7 |   notify: [oncall]
          |            ^^^^^^
        hint: add a Channel of this name, or remove the reference""",
    ),
    "warning": (
        {
            "a.yaml": document("AlertRule", "down: {}\nnotify: [c]\nmatch: {labels: {tier: x}}", "rule"),
            "b.yaml": document("Channel", "webhook: {url: 'https://a.example'}", "c"),
        },
        """\
        warning: no monitor has these labels, so the rule watches nothing
         --> a.yaml:8:11 (spec.match.labels)
          |
        8 |   match: {labels: {tier: x}}
          |           ^^^^^^
        hint: check the labels, or remove the rule""",
    ),
    "missing key of a document": (
        {"a.yaml": "apiVersion: wakeful.dev/v1\nkind: Config\n"},
        """\
        error: missing key `metadata`
         --> a.yaml:1:1
          |
        1 | apiVersion: wakeful.dev/v1
          | ^
        hint: add `metadata`""",
    ),
    "several at once": (
        {"a.yaml": monitor("tcp: {host: h, port: '1', prot: 2}")},
        """\
        error: `port` must be a whole number, but is the text `1`
         --> a.yaml:6:24 (spec.tcp.port)
          |
        6 |   tcp: {host: h, port: '1', prot: 2}
          |                        ^^^
        hint: write it without quotes: `port: 1`

        error: unknown key `prot`
         --> a.yaml:6:29 (spec.tcp.prot)
          |
        6 |   tcp: {host: h, port: '1', prot: 2}
          |                             ^^^^
        hint: did you mean `port`?""",
    ),
    "windows line ends and a byte order mark": (
        {"a.yaml": "\ufeff" + monitor(f"every: 5\n{TCP}").replace("\n", "\r\n")},
        """\
        error: a duration needs a unit
         --> a.yaml:6:10 (spec.every)
          |
        6 |   every: 5
          |          ^
        hint: write `5s`, `5m` or `1h30m`""",
    ),
}


@pytest.mark.parametrize(("files", "expected"), SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_a_finding_shows_words_place_line_and_hint(files: dict[str, str], expected: str) -> None:
    assert shown(files) == textwrap.dedent(expected)


FINDING = Diagnostic("value", "it is wrong", "a.yaml", Span(2, 3, 2, 6), "spec.every", "mend it")


def test_a_finding_without_its_source_has_no_excerpt() -> None:
    assert render(FINDING, {}) == "error: it is wrong\n --> a.yaml:2:3 (spec.every)\nhint: mend it"


def test_a_finding_past_the_end_has_no_excerpt() -> None:
    assert render(FINDING, {"a.yaml": "one line\n\n\n"}) == render(FINDING, {})


def test_a_finding_over_several_lines_underlines_the_first() -> None:
    finding = Diagnostic("value", "it is wrong", "a.yaml", Span(1, 4, 3, 2))

    assert render(finding, {"a.yaml": "a: 'one\n\n two'\n"}).splitlines()[-1] == "  |    ^^^^"


@pytest.mark.parametrize("column", [1, 60, 150, 400], ids=["start", "near", "middle", "end"])
def test_a_long_line_is_cut_around_the_place(column: int) -> None:
    line = "x" * (column - 1) + "HERE" + "x" * (400 - column)
    finding = Diagnostic("value", "it is wrong", "a.yaml", Span(1, column, 1, column + 4))

    _, _, _, excerpt, caret = render(finding, {"a.yaml": line}).splitlines()

    assert len(excerpt) <= 4 + 120
    assert excerpt[caret.index("^") : caret.rindex("^") + 1] == "HERE"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("evry", "did you mean `every`?"),
        ("EVERY", "did you mean `every`?"),
        ("dependson", "did you mean `dependsOn`?"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_offered_when_it_is_near(word: str, hint: str | None) -> None:
    assert did_you_mean(word, ["every", "timeout", "dependsOn"]) == hint


def test_findings_are_in_order_errors_first() -> None:
    def at(file: str, line: int, severity: Severity = Severity.ERROR) -> Diagnostic:
        return Diagnostic("x", "m", file, Span(line, 1, line, 2), severity=severity)

    wanted = [at("a", 2), at("a", 10), at("b", 1), at("a", 1, Severity.WARNING)]

    assert in_order(reversed(wanted)) == wanted


def test_a_finding_as_json_has_everything() -> None:
    assert FINDING.as_json() == {
        "severity": "error",
        "code": "value",
        "message": "it is wrong",
        "file": "a.yaml",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 6,
        "path": "spec.every",
        "hint": "mend it",
    }
