"""`browser`: a visit in a real browser."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "{steps: [{open: https://shop.example.com}, {click: Sign in}, {fill: {field: E-mail, value: '${secret.USER}'}}, {press: Enter}, {wait: 500ms}, {name: greeting, see: Welcome}]}",
    "{script: \"await page.goto('https://shop.example.com')\", engine: webkit, viewport: [390, 844], consoleErrors: degraded, ignoreConsole: [favicon]}",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("{}", "spec.browser", "browser", "the browser has nothing to do", "add `steps` or `script`"),
    (
        "{script: x, steps: [{open: https://a.example}]}",
        "spec.browser.steps",
        "steps",
        "`steps` and `script` both say what to do",
        "remove one of the two",
    ),
    (
        "{steps: []}",
        "spec.browser.steps",
        "[]",
        "`steps` must not be empty",
        "write at least one, or leave the key out",
    ),
    (
        "{steps: [{}]}",
        "spec.browser.steps[0]",
        "{}",
        "an action is one thing",
        "write one of `open`, `click`, `fill`, `press`, `see`, `wait`",
    ),
    (
        "{steps: [{open: https://a.example, click: b}]}",
        "spec.browser.steps[0]",
        "{open: https://a.example, click: b}",
        "an action is one thing",
        "write one of `open`, `click`, `fill`, `press`, `see`, `wait`",
    ),
    (
        "{steps: [{open: a.example}]}",
        "spec.browser.steps[0].open",
        "a.example",
        "`a.example` is not an http or https URL",
        "write `https://example.com/health`",
    ),
    ("{steps: [{clik: a}]}", "spec.browser.steps[0].clik", "clik", "unknown key `clik`", "did you mean `click`?"),
    (
        "{engine: chrome, script: x}",
        "spec.browser.engine",
        "chrome",
        "`engine` is `chrome`, but must be `chromium`, `firefox` or `webkit`",
        "did you mean `chromium`?",
    ),
    (
        "{script: x, viewport: [1]}",
        "spec.browser.viewport[0]",
        "1",
        "`viewport[0]` must be at least 100, but is 1",
        "write `viewport[0]: 100`",
    ),
]

WRONG_IN_MEANING = [
    (
        "{script: x, ignoreConsole: ['[']}",
        "spec.browser.ignoreConsole[0]",
        "'['",
        "`[` is not a regular expression: unterminated character set at position 0",
        "mend the pattern",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("browser", spec).probe == "browser"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("browser", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("browser", spec)
