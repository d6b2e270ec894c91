"""CEL conditions: compiled and type-checked when a spec is loaded, evaluated on what a probe saw.

The language is https://github.com/google/cel-spec through Google's own runtime. Each probe
declares typed variables, so that `status == "200"` is an error in review and not at night.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

_T = cel.Type
_PHASES = {name: timedelta(milliseconds=1) for name in ("dns", "connect", "tls", "firstByte", "transfer")}

_LATENCY = {"latency": (_T.DURATION, timedelta(milliseconds=1))}
_IP = {"ip": (_T.STRING, "192.0.2.1")}
_MAP = (_T.Map(_T.STRING, _T.DURATION), _PHASES)
_CERTIFICATE = {
    # each a variable of its own: CEL takes no duration inside a map of anything
    "certificate.validFor": (_T.DURATION, timedelta(days=30)),
    "certificate.issuer": (_T.STRING, ""),
    "certificate.subject": (_T.STRING, ""),
    "certificate.names": (_T.List(_T.STRING), [""]),
}
_QUERY = {"value": (_T.DYN, 1), "rows": (_T.INT, 1), **_LATENCY}

# probe → variable → (type, a value of that type for the trial run at validation)
VARIABLES: dict[str, dict[str, tuple[Any, Any]]] = {
    "http": {
        "status": (_T.INT, 200),
        **_LATENCY,
        "phases": _MAP,
        "body": (_T.STRING, ""),
        "json": (_T.DYN, {}),
        "headers": (_T.Map(_T.STRING, _T.STRING), {}),
        **_IP,
        **_CERTIFICATE,
    },
    "tcp": {"connected": (_T.BOOL, True), **_LATENCY, **_IP},
    "udp": {"response": (_T.STRING, ""), **_LATENCY, **_IP},
    "tls": {**_LATENCY, "phases": _MAP, **_IP, **_CERTIFICATE},
    "starttls": {**_LATENCY, "phases": _MAP, **_IP, **_CERTIFICATE},
    "dns": {
        "rcode": (_T.STRING, "NOERROR"),
        "answers": (_T.List(_T.STRING), [""]),
        "authenticated": (_T.BOOL, True),
        **_LATENCY,
    },
    "icmp": {"loss": (_T.DOUBLE, 0.0), **_LATENCY, "jitter": (_T.DURATION, timedelta(milliseconds=1)), **_IP},
    "websocket": {"message": (_T.STRING, ""), **_LATENCY, "phases": _MAP, **_IP, **_CERTIFICATE},
    "grpc": {"serving": (_T.STRING, "SERVING"), **_LATENCY, **_IP, **_CERTIFICATE},
    "ssh": {"banner": (_T.STRING, ""), "exitCode": (_T.INT, 0), "output": (_T.STRING, ""), **_LATENCY, **_IP},
    "smtp": {"banner": (_T.STRING, ""), "code": (_T.INT, 220), **_LATENCY, **_IP, **_CERTIFICATE},
    "domain": {
        "validFor": (_T.DURATION, timedelta(days=30)),
        "registrar": (_T.STRING, ""),
        "statuses": (_T.List(_T.STRING), [""]),
    },
    "postgres": _QUERY,
    "mysql": _QUERY,
    "redis": {"value": (_T.DYN, "PONG"), **_LATENCY},
    "mqtt": {"message": (_T.STRING, ""), **_LATENCY},
    "prometheus": {
        "value": (_T.DOUBLE, 0.0),
        "samples": (_T.List(_T.Map(_T.STRING, _T.DYN)), []),
        **_LATENCY,
    },
    "browser": {**_LATENCY, "phases": _MAP, "errors": (_T.INT, 0)},
    "steps": {},
    "heartbeat": {},
    "composite": {},
}

LONGEST = 4000
"""Characters of one expression."""
MOST_PATTERNS = 50
"""Regular expressions in one expression."""

_POSITION = re.compile(r"<input>:(\d+):(\d+): (.*?)(?:\n|$)", re.DOTALL)
_PATTERN_LITERAL = re.compile(r"""\.matches\(\s*(r'[^']*'|r"[^"]*"|'[^'\\]*'|"[^"\\]*")\s*\)""")
# a text in quotes of each kind, or a remark
_QUOTED = re.compile(
    r"""
    \b(?:[rR][bB]?|[bB][rR])(?:'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|"[^"\n]*")
    | '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
    | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*"
    | //[^\n]*
    """,
    re.DOTALL | re.VERBOSE,
)
_NOT_CEL = re.compile(r"[^A-Za-z0-9_ \t\r\n\f+\-*/%<>=!&|?:.,()\[\]{}]")
_COMPARISON = re.compile(r"==|!=|<=|>=|<|>")


class ConditionError(ValueError):
    """An expression that does not compile; line and column count from 1 inside the expression."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True)
class Condition:
    """A compiled expression of one probe, with its left side compiled too so that a failure can show its value."""

    text: str
    program: Any
    left: tuple[str, Any] | None

    def failure(self, values: Mapping[str, Any]) -> str | None:
        """None when it holds; otherwise the words that say what was seen instead.

        `values` holds each variable of the probe; a thing that is not there (no JSON, say) is None.
        """
        if certificate := values.get("certificate"):
            values = {**values, **{f"certificate.{name}": value for name, value in certificate.items()}}
        result = self.program.eval(data=values)
        if result.type() == _T.BOOL:
            return None if result.value() else self._explain(values)
        if result.type() != _T.ERROR:
            return f"`{self.text}` is {_show(result.plain_value())}, which is neither true nor false"
        return f"`{self.text}` could not be evaluated: {_trouble(str(result.value()), self.text, values)}"

    def _explain(self, values: Mapping[str, Any]) -> str:
        if self.left is None:
            return f"`{self.text}` is false"
        name, program = self.left
        seen = program.eval(data=values)
        if seen.type() == _T.ERROR:
            return f"`{self.text}` is false"
        return f"{name} is {_show(seen.plain_value())}, wanted `{self.text}`"


@lru_cache(maxsize=32)
def _environment(probe: str) -> Any:
    return cel.NewEnv(variables={name: kind for name, (kind, _) in VARIABLES[probe].items()})


@lru_cache(maxsize=20_000)
def compile_condition(text: str, probe: str) -> Condition:
    """Compile one expression with the variables of a probe.

    Raises ConditionError when it is not CEL, names an unknown variable, compares different types, is
    not true-or-false, or holds a regular expression that does not compile.
    """
    _check_characters(text)
    environment = _environment(probe)
    program = _compile(environment, text)
    if program.return_type() not in (_T.BOOL, _T.DYN):
        kind = program.return_type().name().lower()
        raise ConditionError(f"the expression gives {_article(kind)}, but must be true or false", 1, 1)
    for count, match in enumerate(_PATTERN_LITERAL.finditer(text)):
        if count == MOST_PATTERNS:
            line, column = _position(text, match.start() + 1)
            raise ConditionError(f"the expression has more than {MOST_PATTERNS} regular expressions", line, column)
        trial = _compile(environment, f'"".matches({match.group(1)})').eval(data=_sample(probe))
        if trial.type() == _T.ERROR:
            line, column = _position(text, match.start() + 1)
            raise ConditionError(_plain(str(trial.value())), line, column)
    return Condition(text, program, _left_side(environment, text))


def _check_characters(text: str) -> None:
    """Refuse what the compiler would take long to say: it stumbles over each character of a wrong text anew."""
    if len(text) > LONGEST:
        raise ConditionError(f"the expression is longer than {LONGEST} characters", 1, 1)
    bare = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    if wrong := _NOT_CEL.search(bare):
        line, column = _position(text, wrong.start())
        if wrong.group() in "'\"":
            raise ConditionError("the text that begins here has no end", line, column)
        shown = wrong.group() if wrong.group().isprintable() else f"U+{ord(wrong.group()):04X}"
        raise ConditionError(f"`{shown}` means nothing in an expression", line, column)


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a place in a text, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _sample(probe: str) -> dict[str, Any]:
    return {name: value for name, (_, value) in VARIABLES[probe].items()}


def _compile(environment: Any, text: str) -> Any:
    try:
        return environment.compile(text)
    except (RuntimeError, TypeError) as error:
        if "recursion" in str(error):
            raise ConditionError("the expression is nested too deeply, or has too many parts", 1, 1) from None
        match = _POSITION.search(str(error))
        if not match:
            raise ConditionError(_plain(str(error)), 1, 1) from None
        line, column, message = int(match.group(1)), int(match.group(2)), match.group(3)
        if unknown := re.search(r"undeclared reference to '([^'.]*)", message):
            # the compiler points at the last dot of a.b.c, but what is unknown begins with its first name
            column = text.split("\n")[line - 1][:column].rfind(unknown.group(1)) + 1 or column
        raise ConditionError(_words(message), line, column) from None


def _words(message: str) -> str:
    """The compiler's message in the words of a spec."""
    message = message.replace("Syntax error: ", "").split(" expecting ")[0].strip()
    if overload := re.search(r"no matching overload for '_?(.+?)_?' applied to '\((.*)\)'", message):
        operator, types = overload.group(1), overload.group(2).replace("google.protobuf.", "").lower()
        return f"`{operator}` does not work on {' and '.join(types.split(', '))}"
    if undeclared := re.search(r"undeclared reference to '(certificate\.[^'.]*|[^'.]*)", message):
        return f"there is no `{undeclared.group(1)}` here"
    if message.startswith("token recognition error at: '= "):
        return "`=` is not an operator: compare with `==`"
    if "<EOF>" in message:
        return "the expression ends too early"
    return message


def _plain(message: str) -> str:
    return re.sub(r"^[A-Z_]+: ", "", message.split("\n")[0]).removesuffix(" [INVALID_ARGUMENT]")


def _trouble(message: str, text: str, values: Mapping[str, Any]) -> str:
    """Why an evaluation failed, in the words of a spec."""
    if values.get("json", ...) is None and re.search(r"\bjson\b", text):
        return "the body is not JSON"
    if not values.get("certificate", ...) and re.search(r"\bcertificate\b", text):
        return "there is no certificate"
    if missing := re.search(r"Key not found in map : (.*)", message):
        return f"there is no {missing.group(1)}"
    if "SELECT" in message:
        return "it asks for a field of something that has none"
    return _plain(message)


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _left_side(environment: Any, text: str) -> tuple[str, Any] | None:
    """The part before a comparison at the top level, compiled, so that its value can be shown."""
    depth, quote = 0, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth == 0 and (char in "?" or text.startswith(("&&", "||", " in "), index)):
            return None
        elif depth == 0 and (match := _COMPARISON.match(text, index)):
            if any(operator in text[match.end() :] for operator in ("&&", "||", "?")):
                return None
            left = text[:index].strip()
            try:
                return left, environment.compile(left)
            except RuntimeError:
                return None
    return None


def _show(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, timedelta):
        return f"{value.total_seconds() * 1000:.0f} ms"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 120 else text[:117] + "…"
