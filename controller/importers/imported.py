"""What an importer returns: files of specs, and what became of each line that has no equal here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from specs.kinds import API_VERSION


class Fate(StrEnum):
    """What became of something in the other tool's configuration."""

    CHANGED = "changed"
    """Carried, but it means something slightly else here."""
    DROPPED = "dropped"
    """Not carried; somebody must decide."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not carried as it stood. `line` counts from 1 in the other tool's file; 0 is the whole file."""

    fate: Fate
    file: str
    line: int
    what: str
    """The key or place in the other tool's words, such as `endpoints[2].alerts[0].type`."""
    why: str
    """One sentence: why not, and what to do instead."""


@dataclass(frozen=True)
class Imported:
    """`files` is path → YAML text, ready to be validated; `notes` are in the order of the input."""

    files: dict[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


class Unreadable(ValueError):
    """The input is not a configuration of that tool. The text says why, `|`, and what to do."""


def document(kind: str, name: str, spec: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One spec as plain values, in the order in which people write it."""
    metadata: dict[str, Any] = {"name": name} | ({"labels": dict(labels)} if labels else {})
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def written(documents: Iterable[Mapping[str, Any]], comment: str = "") -> str:
    """Documents as YAML 1.2 text, `---` between them; `comment` stands above them, line by line."""
    writer = YAML(typ="rt", pure=True)
    writer.version = None
    writer.width = 1_000_000
    writer.indent(mapping=2, sequence=4, offset=2)
    texts = []
    for one in documents:
        stream = StringIO()
        writer.dump(_styled(dict(one)), stream)
        texts.append(stream.getvalue())
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return head + "---\n".join(texts)


_YAML_1_1 = {"yes", "no", "on", "off", "y", "n"}


def _styled(value: Any) -> Any:
    """Long texts as blocks; and what YAML 1.1 took for a boolean in quotes, for the reader's sake."""
    if isinstance(value, Mapping):
        return {key: _styled(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_styled(inner) for inner in value]
    if isinstance(value, str) and "\n" in value and not any(line != line.rstrip() for line in value.split("\n")):
        return LiteralScalarString(value)
    if isinstance(value, str) and value.lower() in _YAML_1_1:
        return DoubleQuotedScalarString(value)
    return value
