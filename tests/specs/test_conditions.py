"""CEL conditions: refused when they are written, explained when they fail."""

import time
from datetime import timedelta
from typing import Any

import pytest

from specs.conditions import VARIABLES, ConditionError, compile_condition
from specs.probes import PROBES

SEEN: dict[str, Any] = {
    "status": 503,
    "latency": timedelta(milliseconds=2310),
    "phases": {"dns": timedelta(milliseconds=4), "connect": timedelta(milliseconds=9)},
    "body": "<h1>Sorry</h1>",
    "json": {"cart": {"healthy": False, "items": [1, 2]}, "version": "1.2", "load": 0.5, "none": None},
    "headers": {"content-type": "text/html"},
    "ip": "192.0.2.7",
    "certificate": {"validFor": timedelta(days=3), "issuer": "CN=Test", "subject": "CN=a", "names": ["a.example"]},
}


@pytest.mark.parametrize(
    "text",
    [
        "status == 503",
        "status in [500, 503]",
        "status >= 500 && status < 600",
        "latency > duration('2s')",
        "phases.dns < duration('10ms')",
        "phases['connect'] < phases.dns + duration('10ms')",
        "body.contains('Sorry')",
        "body.matches('<h1>.*</h1>')",
        "body.matches(r'\\w+')",
        "json.cart.healthy == false",
        "!json.cart.healthy",
        "json.cart.items.size() == 2",
        "json.cart.items.all(one, one > 0)",
        "json.load < 0.75",
        "json.version == '1.2'",
        "json.none == null",
        "has(json.cart)",
        "!has(json.gone)",
        "'content-type' in headers",
        "headers['content-type'].startsWith('text/')",
        "ip == '192.0.2.7'",
        "certificate.validFor > duration('24h')",
        "'a.example' in certificate.names",
        "status == 200 ? false : true",
        "true // a remark",
    ],
)
def test_this_holds(text: str) -> None:
    assert compile_condition(text, "http").failure(SEEN) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("status == 200", "status is 503, wanted `status == 200`"),
        ("status < 500", "status is 503, wanted `status < 500`"),
        ("latency < duration('1s')", "latency is 2310 ms, wanted `latency < duration('1s')`"),
        ("json.cart.healthy == true", "json.cart.healthy is false, wanted `json.cart.healthy == true`"),
        ("json.version == '2'", "json.version is \"1.2\", wanted `json.version == '2'`"),
        ("json.none != null", "json.none is null, wanted `json.none != null`"),
        ("json.cart.items.size() > 3", "json.cart.items.size() is 2, wanted `json.cart.items.size() > 3`"),
        ("body == 'ok'", "body is \"<h1>Sorry</h1>\", wanted `body == 'ok'`"),
        (
            "headers['content-type'] == 'x'",
            "headers['content-type'] is \"text/html\", wanted `headers['content-type'] == 'x'`",
        ),
        ("status == 200 || status == 204", "`status == 200 || status == 204` is false"),
        ("status == 200 ? true : false", "`status == 200 ? true : false` is false"),
        ("status in [200, 204]", "`status in [200, 204]` is false"),
        ("json.cart.healthy", "`json.cart.healthy` is false"),
        ("body.contains('ok')", "`body.contains('ok')` is false"),
        ("body.matches('\"ok\"')", "`body.matches('\"ok\"')` is false"),
        ("body.contains('a == b')", "`body.contains('a == b')` is false"),
        ("json.version", '`json.version` is "1.2", which is neither true nor false'),
        ("json.gone == 1", '`json.gone == 1` could not be evaluated: there is no "gone"'),
        ("headers['x'] == 'y'", "`headers['x'] == 'y'` could not be evaluated: there is no \"x\""),
        (
            "json.version.deep == 1",
            "`json.version.deep == 1` could not be evaluated: it asks for a field of something that has none",
        ),
        ("status / 0 == 1", "`status / 0 == 1` could not be evaluated: divide by zero"),
    ],
)
def test_what_does_not_hold_says_what_was_seen(text: str, words: str) -> None:
    assert compile_condition(text, "http").failure(SEEN) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("json.a == 1", "`json.a == 1` could not be evaluated: the body is not JSON"),
        (
            "certificate.validFor > duration('1h')",
            "`certificate.validFor > duration('1h')` could not be evaluated: there is no certificate",
        ),
        ("status == 200", "status is 503, wanted `status == 200`"),
    ],
)
def test_what_is_not_there_is_said_to_be_missing(text: str, words: str) -> None:
    assert compile_condition(text, "http").failure(SEEN | {"json": None, "certificate": {}}) == words


def test_json_that_is_empty_is_json() -> None:
    words = compile_condition("json.a == 1", "http").failure(SEEN | {"json": {}})

    assert words == '`json.a == 1` could not be evaluated: there is no "a"'


def test_a_long_value_is_cut() -> None:
    words = compile_condition("body == 'ok'", "http").failure(SEEN | {"body": "x" * 5000})

    assert words is not None
    assert len(words) < 200
    assert "…" in words


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the expression ends too early"),
        ("status ==", 1, 10, "the expression ends too early"),
        ("status = 200", 1, 8, "`=` is not an operator: compare with `==`"),
        ("status == '200'", 1, 8, "`==` does not work on int and string"),
        ("status == 1.5", 1, 8, "`==` does not work on int and double"),
        ("body > 5", 1, 6, "`>` does not work on string and int"),
        ("statsu == 200", 1, 1, "there is no `statsu` here"),
        ("status == 200 && jsn.a.b == 1", 1, 18, "there is no `jsn` here"),
        ("status == 200 &&\n  jsn.a", 2, 3, "there is no `jsn` here"),
        ("status", 1, 1, "the expression gives an int, but must be true or false"),
        ("body", 1, 1, "the expression gives a string, but must be true or false"),
        ("body.matches('[')", 1, 6, "invalid regular expression: missing ]: ["),
        ("status == 200 &&\nbody.matches(r'\\d[')", 2, 6, "invalid regular expression: missing ]: ["),
        ("status == 200 # why", 1, 15, "`#` means nothing in an expression"),
        ("status @ 200", 1, 8, "`@` means nothing in an expression"),
        ("status == 2\u00a000", 1, 12, "`U+00A0` means nothing in an expression"),
        ("body == 'ok", 1, 9, "the text that begins here has no end"),
        ('body == "ok\\"', 1, 9, "the text that begins here has no end"),
        ("status == 200 &&\n  body == 'ok", 2, 11, "the text that begins here has no end"),
        ("x" * 4001, 1, 1, "the expression is longer than 4000 characters"),
        ("!" + "(" * 100 + "true" + ")" * 100, 1, 1, "the expression is nested too deeply, or has too many parts"),
        ("1 == 1" + " + 1" * 100, 1, 1, "the expression is nested too deeply, or has too many parts"),
        ("&&".join(["body.matches('a')"] * 51), 1, 956, "the expression has more than 50 regular expressions"),
        ("certificate.gone == 1", 1, 1, "there is no `certificate.gone` here"),
        ("certificate.validFor > 5", 1, 22, "`>` does not work on duration and int"),
        ("gone(1)", 1, 1, "there is no `gone` here"),
        ("\ud800", 1, 1, ""),
        ("(" * 5000, 1, 1, ""),
    ],
    ids=lambda one: str(one)[:30].encode("ascii", "replace").decode() if isinstance(one, str) else None,
)
def test_what_is_no_condition_is_refused_at_its_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text, "http")

    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        r"body == '\'#@`'",
        r"""body == "\"#" || body == "'@'" """,
        r"body.matches(r'\\')  // it's r'…' that ends at the next quote: # @",
        "body == '''it's # fine'''",
        'body == """say "@" """',
        "b'#' == b'#'",
        "body == '日本語 😀'",
        "body\n  .contains('a')\t// `remark`\n  || true",
    ],
)
def test_any_character_may_stand_in_quotes_and_remarks(text: str) -> None:
    assert compile_condition(text, "http").text == text


# what takes a parser longest: depth, chains, ambiguity, and characters that it must recover from
SLOW = {
    "brackets": "(" * 4000,
    "lists": "[" * 1990 + "1" + "]" * 1990,
    "maps": "{1:" * 900 + "1" + "}" * 900,
    "negations": "!" * 3990 + "true",
    "ands": "true&&" * 660 + "true",
    "sums": "1+" * 1990 + "1 == 1",
    "ternaries": "true?1:" * 560 + "1 == 1",
    "nested ternaries": "true?" * 700 + "1" + ":1" * 700,
    "selections": "json" + ".a" * 1990,
    "calls": "json" + ".a()" * 900,
    "macros": "[1].all(x, " * 300 + "true" + ")" * 300,
    "numbers": "1 in [" + "1," * 1900 + "1]",
    "other types": "status=='a'&&" * 300 + "true",
    "unknown names": "&&".join(f"q{index}==1" for index in range(450)),
    "unknown characters": "\N{GRINNING FACE}" * 4000,
    "backslashes": "'" + "\\\\" * 1990,
    "quotes": "'" * 3999,
    "open texts": "'''a\n" * 799,
    "raw texts": "r'a" * 1333,
    "structures": "a{b:" * 1000,
    "patterns": "&&".join(f"body.matches('(a{{1,{index}}}){{100}}')" for index in range(1, 51)),
    "one large pattern": "body.matches('" + "a?" * 1900 + "')",
    "any bytes": "".join(chr(1 + index * 7 % 255) for index in range(4000)),
    "very long": "true || " * 500_000 + "true",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_no_expression_takes_long_or_gets_a_long_answer(text: str) -> None:
    words = ""
    started = time.perf_counter()
    try:
        compile_condition(text, "http")
    except ConditionError as error:
        words = error.message

    assert time.perf_counter() - started < 0.25
    assert len(words) < 200


def test_each_probe_has_its_variables() -> None:
    assert set(VARIABLES) == set(PROBES)


@pytest.mark.parametrize("probe", [probe for probe, variables in VARIABLES.items() if variables])
def test_each_variable_has_a_trial_value_of_its_type(probe: str) -> None:
    values = {name: value for name, (_, value) in VARIABLES[probe].items()}

    for name in values:
        assert compile_condition(f"{name} == {name}", probe).failure(values) is None


@pytest.mark.parametrize(
    ("probe", "text"),
    [
        ("tcp", "connected && latency < duration('1s')"),
        ("udp", "response.startsWith('pong')"),
        ("tls", "certificate.validFor > duration('240h') && phases.tls < duration('1s')"),
        ("starttls", "'mail.example.com' in certificate.names"),
        ("dns", "rcode == 'NOERROR' && '192.0.2.1' in answers && authenticated"),
        ("icmp", "loss < 20.0 && jitter < duration('10ms')"),
        ("websocket", "message.contains('pong')"),
        ("grpc", "serving == 'SERVING'"),
        ("ssh", "exitCode == 0 && output == '' && banner.startsWith('SSH-2.0')"),
        ("smtp", "code == 220 && banner.contains('ESMTP')"),
        ("domain", "validFor > duration('720h') && !('clientHold' in statuses)"),
        ("postgres", "value > 5 && rows == 1"),
        ("mysql", "value == 'ok'"),
        ("redis", "value == 'PONG'"),
        ("mqtt", "message.matches('^[0-9]+$')"),
        ("prometheus", "value < 0.5 && samples.size() > 0"),
        ("browser", "errors == 0"),
    ],
)
def test_a_probe_says_what_it_saw(probe: str, text: str) -> None:
    assert compile_condition(text, probe).text == text


@pytest.mark.parametrize(
    ("probe", "text", "message"),
    [
        ("dns", "status == 200", "there is no `status` here"),
        ("icmp", "loss < 20", "`<` does not work on double and int"),
        ("ssh", "exitCode == '0'", "`==` does not work on int and string"),
        ("prometheus", "value > 5", "`>` does not work on double and int"),
        ("domain", "latency < duration('1s')", "there is no `latency` here"),
    ],
)
def test_a_probe_does_not_say_what_it_cannot_see(probe: str, text: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text, probe)

    assert caught.value.message == message


def test_each_text_is_compiled_once() -> None:
    assert compile_condition("status == 299", "http") is compile_condition("status == 299", "http")
