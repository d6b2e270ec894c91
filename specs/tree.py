"""YAML text → values, with the place of each kept; YAML 1.2 scalars, no duplicate keys, no bombs."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from specs.diagnostics import NOWHERE, Diagnostic, Span

Path = tuple[str | int, ...]

LARGEST_FILE = 5 * 1024 * 1024
MOST_NODES = 300_000
MOST_KEYS = 10_000
MOST_REPEATED = 200
MOST_LINES = 400_000
"""Lines and commas together: what composing costs is known before it is begun."""
DEEPEST = 60

_STANDARD = "tag:yaml.org,2002:"
_TEXT, _PLAIN = _STANDARD + "str", "plain"
_MAPPING, _SEQUENCE = _STANDARD + "map", _STANDARD + "seq"
_TAGS = {_TEXT, _PLAIN, _MAPPING, _SEQUENCE}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves it to us what a scalar without quotes and tag is; PyYAML would say what YAML 1.1 said."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """The tag of a node without one: ours for plain scalars. Half the time of composing went into this."""
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _TEXT
        return _SEQUENCE if kind is yaml.SequenceNode else _MAPPING

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Nothing: tags do not depend on the place."""

    def ascend_resolver(self) -> None:
        """Nothing: tags do not depend on the place."""


_CONSTANTS = {"": None, "~": None} | {
    written: value
    for word, value in {"null": None, "true": True, "false": False}.items()
    for written in (word, word.capitalize(), word.upper())
}
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,300}|[0-9]{1,300}(\.[0-9]{0,300})?)([eE][-+]?[0-9]{1,4})?")
# what is between documents, and therefore in none of their collections; each of those has an indicator
_SEPARATOR = re.compile(r"^---(?=\s)", re.MULTILINE)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class _Refused(Exception):
    """A node that cannot be read, and why."""

    def __init__(self, node: Any, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.node, self.code, self.message, self.hint = node, code, message, hint


@dataclass(frozen=True)
class Document:
    """One YAML document: its values, the line where it begins, and its place in the text of its file."""

    file: str
    data: Any
    line: int
    text: str
    index: int

    @property
    def node(self) -> Any:
        """The root of the nodes that tell where each value stood."""
        return _nodes(self.text)[self.index]

    def span(self, path: Path, *, key: bool = False) -> Span:
        """Where the value at `path` stands, or the nearest thing above it that exists.

        With `key`, the last part's key rather than its value.
        """
        node, span = self.node, span_of(self.node)
        for depth, part in enumerate(path):
            pair = _step(node, part)
            if pair is None:
                break
            key_node, node = pair
            last = depth == len(path) - 1
            span = span_of(key_node) if (key and last and key_node is not None) else span_of(node)
        return span


@lru_cache(maxsize=4)
def _nodes(text: str) -> list[Any]:
    # Nodes weigh ten times their text, so they are made again for the few files in which something is wrong.
    nodes: list[Any] = []
    try:
        for node in _compose(text):
            nodes.append(node)
    except yaml.YAMLError:
        return nodes
    return nodes


def show_path(path: Path) -> str:
    """`("spec", "that", 0)` as `spec.that[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def span_of(node: Any) -> Span:
    """The span of a YAML node; a block collection counts as its first line."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, yaml.CollectionNode) and end.line > start.line:
        return Span(start.line + 1, start.column + 1, start.line + 1, start.column + 2)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def lines_of(text: str) -> list[str]:
    """The lines of a file as YAML counts them, without their ends."""
    return _BREAK.split(text.removeprefix("\ufeff"))


def span_inside(document: Document, node: Any, offset: int) -> Span:
    """Where the character at `offset` of a scalar's text stands in the file.

    Folding and indentation change white space only, so the place is found by counting the other characters.
    """
    before = sum(1 for char in node.value[:offset] if not char.isspace())
    on_space = offset >= len(node.value) or node.value[offset].isspace()
    after = Span(node.start_mark.line + 1, node.start_mark.column + 1, 0, 0)
    for count, (line, column, width) in enumerate(_characters(document, node)):
        if count == before and not on_space:
            return Span(line, column, line, column + width)
        if count == before:
            break
        after = Span(line, column + width, line, column + width + 1)
    return Span(after.line, after.column, after.line, after.column + 1)


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\\$|''|.")


def _characters(document: Document, node: Any) -> Iterator[tuple[int, int, int]]:
    """Line, column and width of each character of a scalar that is not white space."""
    first, last = node.start_mark.line, node.end_mark.line
    block, quote = node.style in ("|", ">"), node.style in ("'", '"')
    for number, line in enumerate(lines_of(document.text)[first : last + 1], first):
        if block and number == first:
            continue  # the header
        start = node.start_mark.column + quote if number == first else 0
        end = node.end_mark.column - quote if number == last and not block else len(line)
        for column, token in _tokens(line[start:end], node.style):
            if not token.isspace():
                yield number + 1, start + column + 1, len(token)


def _tokens(text: str, style: str | None) -> Iterator[tuple[int, str]]:
    """Each character of a line with its column, an escape of its quoting style counted as one."""
    if style not in ("'", '"'):
        yield from enumerate(text)
        return
    for match in _ESCAPE.finditer(text):
        token = match.group()
        if (style == "'" and token.startswith("\\")) or (style == '"' and token == "''"):
            yield from ((match.start() + index, char) for index, char in enumerate(token))
        elif style == '"' and token in ("\\", "\\n", "\\t", "\\r", "\\ "):
            yield match.start(), " "
        else:
            yield match.start(), token


def find(document: Document, path: Path) -> Any | None:
    """The YAML node at `path`, or None."""
    node = document.node
    for part in path:
        pair = _step(node, part)
        if pair is None:
            return None
        node = pair[1]
    return node


def _step(node: Any, part: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


def read(file: str, text: str) -> tuple[list[Document], list[Diagnostic]]:
    """Read every document of a file. Returns what could be read, and what could not.

    Documents before a syntax error are returned; empty documents are left out.
    """
    if len(text) > LARGEST_FILE:
        return [], [Diagnostic("yaml", "the file is larger than 5 MiB", file, hint="split it into several files")]
    if text.count(",") + text.count("\n") > MOST_LINES:
        return [], [
            Diagnostic("yaml", "the file holds more than can be read at once", file, hint="split it into several files")
        ]
    text = text.removeprefix("\ufeff")
    documents: list[Document] = []
    found: list[Diagnostic] = []
    reader = _Reader()
    try:
        for index, node in enumerate(_compose(text)):
            try:
                data = reader.read(node)
            except _Refused as refused:
                span = span_of(refused.node)
                found.append(Diagnostic(refused.code, refused.message, file, span, hint=refused.hint))
                if reader.is_exhausted:
                    break
                continue
            if data is not None:
                documents.append(Document(file, data, node.start_mark.line + 1, text, index))
    except yaml.MarkedYAMLError as error:
        found.append(_syntax(file, text, error))
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        span = Span(line, column, line, column + 1)
        message = "the file holds a character that YAML does not allow"
        found.append(Diagnostic("yaml", message, file, span, hint="remove it, or save the file as UTF-8"))
    except (RecursionError, UnicodeError, yaml.YAMLError):
        found.append(Diagnostic("yaml", "the file cannot be read as YAML", file, hint="check its structure"))
    for one in reader.repeated:
        found.append(Diagnostic(one.code, one.message, file, span_of(one.node), hint=one.hint))
    return documents, found


def _compose(text: str) -> Iterator[Any]:
    """Compose documents one by one, but refuse deep nesting before the parser recurses into it."""
    if any(sum(map(part.count, "[{-?:")) > DEEPEST for part in _SEPARATOR.split(text)):
        _refuse_deep(text)
    yield from yaml.compose_all(text, Loader=_Loader)


def _refuse_deep(text: str) -> None:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    mark: Any = event.start_mark
                    raise _TooDeep(problem="it is nested too deeply", problem_mark=mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except _TooDeep:
        raise
    except yaml.MarkedYAMLError:
        pass  # composing meets it again, after the documents before it


class _TooDeep(yaml.MarkedYAMLError):
    """A collection in a collection in a collection …"""


def _syntax(file: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark, lines = error.problem_mark or error.context_mark, lines_of(text.rstrip())
    if mark and mark.line >= len(lines) and error.context_mark and error.context_mark.line < len(lines):
        mark = error.context_mark  # the end of the file says less than what was left open
    span = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2) if mark else NOWHERE
    if span.line > len(lines):
        span = Span(len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 2)
    problem = (error.problem or "it cannot be read").replace("\t", "a tab")
    hint = "check the indentation and the quotes above this place"
    if "cannot start any token" in problem:
        hint = "indent with spaces, and put text that starts with a special character in quotes"
    elif "end of stream" in problem:
        hint = "close the quote or bracket that begins here"
    elif "undefined alias" in problem:
        hint = "define the anchor with `&name` above"
    elif "nested" in problem:
        hint = f"at most {DEEPEST} levels are read"
    return Diagnostic("yaml", f"this is not YAML: {problem}", file, span, hint=hint)


class _Reader:
    """Turns the nodes of one file into values, and counts them so that aliases cannot explode."""

    def __init__(self) -> None:
        self.seen = 0
        self.repeated: list[_Refused] = []

    @property
    def is_exhausted(self) -> bool:
        """Whether the file has had its share of nodes."""
        return self.seen > MOST_NODES

    def read(self, node: Any, depth: int = 0) -> Any:
        self.seen += 1
        if self.seen > MOST_NODES or depth > DEEPEST:
            raise _Refused(node, "yaml", "the document is too large once its aliases are expanded", "use fewer aliases")
        tag = node.tag
        if tag is _PLAIN:  # by far the most
            return _plain(node.value)
        if tag not in _TAGS:
            shown = tag.replace(_STANDARD, "!!")
            raise _Refused(node, "yaml", f"the tag `{shown}` is not known", "remove the tag")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, depth + 1) for child in node.value]
        return node.value

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if len(node.value) > MOST_KEYS:
            raise _Refused(
                node, "yaml", f"a mapping has more than {MOST_KEYS:,} keys", "make a list of it, or several files"
            )
        for key_node, value_node in node.value:
            key = key_node.value
            if type(key) is not str:
                raise _Refused(key_node, "yaml", "a key must be plain text", "write `key: value`")
            if key in values and len(self.repeated) >= MOST_REPEATED:
                continue
            if key in values:
                first = next(one.start_mark.line + 1 for one, _ in node.value if one.value == key)
                message = f"the key `{key}` stands here twice (first on line {first})"
                self.repeated.append(_Refused(key_node, "duplicate-key", message, "remove one of the two"))
                continue
            values[key] = self.read(value_node, depth)
        return values


@lru_cache(maxsize=10_000)
def _plain(text: str) -> Any:
    """What a scalar without quotes is."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0].isalpha():
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
