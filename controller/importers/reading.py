"""Other tools' files → plain values, with the line of each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from controller.importers.imported import Unreadable
from specs import tree
from specs.tree import Document, Path

_TAG = re.compile(r"(^|[\s\[{,:-])(!{1,2}[A-Za-z][\w/.:-]*)(?=\s)", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One document of another tool: its values, with merge keys carried out, and where each stands."""

    file: str
    data: Any
    document: Document

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing above it that stands there."""
        return self.document.span(tuple(path)).line


def read(file: str, text: str) -> list[Source]:
    """The documents of a YAML or JSON file; bombs are bounded as for specs. Raises Unreadable where it is neither."""
    documents, problems = tree.read(file, text)
    if any("the tag `" in one.message for one in problems):
        # Tags such as !!binary say something about a value that it says by itself; their places become blanks.
        text = _TAG.sub(lambda found: found.group(1) + " " * len(found.group(2)), text)
        documents, problems = tree.read(file, text)
    fatal = [one for one in problems if one.code == "yaml"]
    if fatal:
        one = fatal[0]
        raise Unreadable(f"{file}:{one.span.line}: {one.message}|{one.hint}")
    return [Source(file, _merged(one.data), one) for one in documents]


def _merged(value: Any) -> Any:
    """A value with YAML's merge keys (`<<`) carried out, as the tools of others do."""
    if isinstance(value, list):
        return [_merged(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _merged(one) for key, one in value.items()}
    below = inner.pop("<<", None)
    for one in below if isinstance(below, list) else [below]:
        if isinstance(one, dict):
            inner = one | inner
    return inner


def mapping(value: Any) -> dict[str, Any]:
    """A mapping, or an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list, or an empty one where it is something else."""
    return value if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """A scalar as text, as YAML would write it; the empty text for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar of a value with its path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value
