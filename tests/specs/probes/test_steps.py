"""`steps`: several requests, with values carried on."""

import pytest

from tests.specs.probes.trials import accepted, is_refused_by_schema, refused

GOOD = [
    "[{name: home, http: {url: https://shop.example.com/health}}]",
    "[{name: login, http: {url: https://a.example, method: POST, json: {user: '${secret.USER}'}}, capture: {token: {json: 'data.items[0].token'}, id: {header: X-Id}, csrf: {regex: 'csrf=\"(.+?)\"'}, session: {cookie: sid}}}, {name: cart, http: {url: 'https://a.example/${step.id}', headers: {Authorization: 'Bearer ${step.token}'}}, expect: {status: 2xx, latency: 1s, body: {contains: '${step.csrf}'}, that: [json.ok == true]}, degraded: {latency: 500ms}}, {name: logout, http: {url: 'https://a.example/${step.session}', method: DELETE}, always: true}]",
    "[{name: a, http: {url: 'https://a.example/$${step.x}'}}]",
]

# what is written → where, at what, the words, the hint
WRONG_IN_FORM = [
    ("[]", "spec.steps", "[]", "`steps` must not be empty", "write at least one, or leave the key out"),
    (
        "{name: a}",
        "spec.steps",
        "{name: a}",
        "`steps` must be a list, but is a mapping",
        "write `steps: [ … ]`, or one `- ` line for each",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x: {}}}]",
        "spec.steps[0].capture.x",
        "x",
        "a capture takes its value from one place",
        "write `json`, `header`, `regex` or `cookie`",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x: {json: a, header: b}}}]",
        "spec.steps[0].capture.x",
        "x",
        "a capture takes its value from one place",
        "write `json`, `header`, `regex` or `cookie`",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x y: {json: a}}}]",
        "spec.steps[0].capture.x y",
        "x y",
        "`x y` cannot be referred to as `${step.x y}`",
        "use letters, digits and `_`",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x: {json: 'a..b'}}}]",
        "spec.steps[0].capture.x.json",
        "'a..b'",
        "`a..b` is not a path in JSON",
        "write keys and indices, such as `user.id` or `items[0].id`",
    ),
    (
        "[{name: a, http: {url: https://a.example}, expect: {answers: b}}]",
        "spec.steps[0].expect.answers",
        "answers",
        "unknown key `answers`",
        "the keys here are `status`, `latency`, `body`, `headers`, `certificate`, `that`",
    ),
    ("[{name: a}]", "spec.steps[0]", "{name: a}", "missing key `http`", "add `http` to `spec.steps[0]`"),
]

WRONG_IN_MEANING = [
    (
        "[{name: a, http: {url: 'https://a.example/${step.x}'}, capture: {x: {json: a.b}}}]",
        "spec.steps[0].http.url",
        "'https://a.example/${step.x}'",
        "`x` is captured by the step `a`, which does not come before",
        "put that step first",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {token: {json: a.b}}}, {name: b, http: {url: 'https://a.example', headers: {A: 'b ${step.tokn}'}}}]",
        "spec.steps[1].http.headers.A",
        "'b ${step.tokn}'",
        "no step before captures `tokn`",
        "did you mean `token`?",
    ),
    (
        "[{name: a, http: {url: https://a.example}}, {name: a, http: {url: https://b.example}}]",
        "spec.steps[1].name",
        "a",
        "two steps are called `a`",
        "rename one of the two",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x: {regex: '('}}}]",
        "spec.steps[0].capture.x.regex",
        "'('",
        "`(` is not a regular expression: missing ), unterminated subpattern at position 0",
        "mend the pattern",
    ),
    (
        "[{name: a, http: {url: https://a.example}, capture: {x: {json: a}}}, {name: b, http: {url: https://a.example}, expect: {that: ['body == \"${step.x}\"']}}]",
        "spec.steps[1].expect.that[0]",
        "'body == \"${step.x}\"'",
        "`${step.x}` cannot stand in a condition",
        "use `body: {contains: …}`, which takes it",
    ),
    (
        "[{name: a, http: {url: https://a.example}, expect: {that: ['statsu == 1']}}]",
        "spec.steps[0].expect.that[0]",
        "s",
        "there is no `statsu` here",
        "did you mean `status`?",
    ),
]


@pytest.mark.parametrize("spec", GOOD)
def test_this_can_be_watched(spec: str) -> None:
    assert accepted("steps", spec).probe == "steps"


@pytest.mark.parametrize(("spec", "path", "at", "message", "hint"), WRONG_IN_FORM + WRONG_IN_MEANING)
def test_this_is_refused_where_it_stands(spec: str, path: str, at: str, message: str, hint: str | None) -> None:
    assert refused("steps", spec) == (path, at, message, hint)


@pytest.mark.parametrize("spec", [row[0] for row in WRONG_IN_FORM])
def test_an_editor_refuses_it_too(spec: str) -> None:
    assert is_refused_by_schema("steps", spec)
