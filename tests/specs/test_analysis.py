"""Silent holes: what is written correctly and still leaves nobody told."""

import pytest

from specs.diagnostics import Diagnostic, Severity
from tests.specs.writing import HTTP, TCP, document, monitor, repository

HOOK = document("Channel", "webhook: {url: 'https://hooks.example.com/x'}", "hook")
MAIL = document("Channel", "email: {to: [a@b.example], from: c@d.example, host: smtp.example.com}", "mail")


def rule(spec: str = "", name: str = "rule") -> str:
    return document("AlertRule", f"down: {{}}\nnotify: [hook]\n{spec}", name)


def holes(*documents: str) -> list[Diagnostic]:
    loaded = repository(*documents)
    assert loaded.errors == []
    assert all(one.severity == Severity.WARNING for one in loaded.diagnostics)
    return loaded.diagnostics


def test_a_repository_in_which_everything_is_watched_has_no_holes() -> None:
    assert holes(monitor(), HOOK, rule()) == []


CASES = {
    "a monitor that no rule watches": (
        [
            monitor(labels="{tier: low}"),
            monitor(name="b", labels="{tier: high}"),
            HOOK,
            rule("match: {labels: {tier: high}}"),
        ],
        ("unwatched", "metadata.name", "no alert rule watches `a`, so nobody is told when it is down"),
    ),
    "a channel that nothing uses": (
        [monitor(), HOOK, MAIL, rule()],
        ("unused-channel", "metadata.name", "nothing sends to the channel `mail`"),
    ),
    "a latency beyond the timeout": (
        [monitor(f"timeout: 2s\nexpect: {{latency: 2s}}\n{HTTP}"), HOOK, rule()],
        ("never-reached", "spec.expect.latency", "`latency: 2s` is never reached: the check gives up after 2s"),
    ),
    "degraded beyond down": (
        [monitor(f"expect: {{latency: 1s}}\ndegraded: {{latency: 1s}}\n{HTTP}"), HOOK, rule()],
        ("never-reached", "spec.degraded.latency", "it is never degraded by latency: at 1s it is down already"),
    ),
    "a dependency that nobody watches": (
        [
            monitor(name="gateway"),
            monitor(f"dependsOn: [gateway]\n{TCP}", labels="{tier: high}", annotations="{}"),
            HOOK,
            rule("match: {labels: {tier: high}}"),
        ],
        (
            "hidden",
            "spec.dependsOn[0]",
            "while `gateway` is down nobody is told about `a`, and no rule watches `gateway`",
        ),
    ),
    "the mail server's alert by mail": (
        [
            monitor("tcp: {host: smtp.example.com, port: 25}"),
            MAIL,
            document("AlertRule", "down: {}\nnotify: [mail]", "r"),
        ],
        (
            "same-way",
            "spec.notify",
            "that `a` is down is told only by way of smtp.example.com, which is what it watches",
        ),
    ),
}


@pytest.mark.parametrize(("documents", "expected"), CASES.values(), ids=CASES.keys())
def test_a_hole_is_a_warning_at_its_place(documents: list[str], expected: tuple[str, str, str]) -> None:
    found = [one for one in holes(*documents) if one.code == expected[0]]

    assert [(one.code, one.path, one.message) for one in found] == [expected]
    assert all(one.hint for one in found)


def test_a_second_way_closes_the_hole_of_the_mail_server() -> None:
    both = document("AlertRule", "down: {}\nnotify: [mail, hook]", "r")

    assert holes(monitor("tcp: {host: smtp.example.com, port: 25}"), MAIL, HOOK, both) == []


def test_a_hole_that_is_meant_is_not_said_again() -> None:
    meant = "{wakeful.dev/ignore: 'unwatched, other'}"
    documents = [monitor(annotations=meant), monitor(name="b"), HOOK, rule("match: {monitors: [c]}"), monitor(name="c")]

    assert [one.message for one in holes(*documents)] == [
        "no alert rule watches `b`, so nobody is told when it is down"
    ]


def test_nothing_is_said_about_the_whole_while_a_part_is_broken() -> None:
    loaded = repository(monitor(), HOOK, MAIL, rule(), monitor("every: no\ntcp: {}", name="broken"))

    assert all(one.severity == Severity.ERROR for one in loaded.diagnostics)
