"""YAML text → values, with the place of each kept; YAML 1.2 scalars, no duplicate keys, no bombs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from specs.diagnostics import NOWHERE, Diagnostic, Span

Path = tuple[str | int, ...]

LARGEST_FILE = 5 * 1024 * 1024
MOST_NODES = 250_000
DEEPEST = 60

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_STANDARD = "tag:yaml.org,2002:"


class _Refused(Exception):
    """A node that cannot be read, and why."""

    def __init__(self, node: Any, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.node, self.code, self.message, self.hint = node, code, message, hint


@dataclass(frozen=True)
class Document:
    """One YAML document: its values, the nodes that tell where each stood, and the text of its file."""

    file: str
    data: Any
    node: Any
    text: str

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


def text_start(node: Any) -> tuple[int, int]:
    """Line and column at which a scalar's own text begins, past quotes or a block's `|`."""
    if node.style in ("|", ">"):
        return node.start_mark.line + 2, 0
    return node.start_mark.line + 1, node.start_mark.column + 1 + (1 if node.style in ("'", '"') else 0)


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
    documents: list[Document] = []
    found: list[Diagnostic] = []
    try:
        for node in _compose(text):
            try:
                data = _Reader().read(node)
            except _Refused as refused:
                span = span_of(refused.node)
                found.append(Diagnostic(refused.code, refused.message, file, span, hint=refused.hint))
                continue
            if data is not None:
                documents.append(Document(file, data, node, text))
    except yaml.MarkedYAMLError as error:
        found.append(_syntax(file, error))
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        span = Span(line, column, line, column + 1)
        message = "the file holds a character that YAML does not allow"
        found.append(Diagnostic("yaml", message, file, span, hint="remove it, or save the file as UTF-8"))
    except (RecursionError, yaml.YAMLError):
        found.append(Diagnostic("yaml", "the file cannot be read as YAML", file, hint="check its structure"))
    return documents, found


def _compose(text: str) -> Iterator[Any]:
    """Compose documents one by one, but refuse deep nesting before the parser recurses into it."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    yield from yaml.compose_all(text, Loader=_LOADER)


def _syntax(file: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    span = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2) if mark else NOWHERE
    problem = (error.problem or "it cannot be read").replace("\t", "a tab")
    hint = "check the indentation and the quotes above this place"
    if "cannot start any token" in problem:
        hint = "indent with spaces, and put text that starts with a special character in quotes"
    elif "undefined alias" in problem:
        hint = "define the anchor with `&name` above"
    elif "nested" in problem:
        hint = f"at most {DEEPEST} levels are read"
    return Diagnostic("yaml", f"this is not YAML: {problem}", file, span, hint=hint)


class _Reader:
    """Turns nodes into values, and counts them so that aliases cannot explode."""

    def __init__(self) -> None:
        self.seen = 0

    def read(self, node: Any, depth: int = 0) -> Any:
        self.seen += 1
        if self.seen > MOST_NODES or depth > DEEPEST:
            raise _Refused(node, "yaml", "the document is too large once its aliases are expanded", "use fewer aliases")
        if not node.tag.startswith(_STANDARD):
            raise _Refused(node, "yaml", f"the tag `{node.tag}` is not known", "remove the tag")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, depth + 1) for child in node.value]
        return _scalar(node)

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Refused(key_node, "yaml", "a key must be plain text", "write `key: value`")
            key = key_node.value
            if key in values:
                raise _Refused(
                    key_node,
                    "duplicate-key",
                    f"the key `{key}` stands here twice (first on line {lines[key]})",
                    "remove one of the two",
                )
            lines[key] = key_node.start_mark.line + 1
            values[key] = self.read(value_node, depth + 1)
        return values


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text
