"""The other files of a repository, looked at only as far as one file that is being edited needs them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specs import tree

_SEPARATOR = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)
_KIND = re.compile(r"""^kind:[ \t]*(["']?)(\w+)\1[ \t]*(?:#.*)?$""", re.MULTILINE)
_NAME = re.compile(
    r"""^metadata:[ \t]*(?:\{[^}\n]*?\bname:[ \t]*["']?([a-z0-9-]+)["']?[ \t]*[,}]"""
    r"""|(?:\#.*)?\n(?:[ \t]+.*\n|[ \t]*\n)*?[ \t]+name:[ \t]*["']?([a-z0-9-]+)["']?[ \t]*(?:\#.*)?$)""",
    re.MULTILINE,
)
_SHAPING = re.compile(r"""kind["']?\s*:\s*["']?(?:Config|Defaults|Workspace|MonitorSet)\b""")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A document of another file: what it defines, and the line of its `kind`."""

    kind: str
    name: str
    file: str
    line: int


def shapes_others(text: str) -> bool:
    """Whether a file has a document that says something about others, so that it must be read whole."""
    return _SHAPING.search(text) is not None


def neighbours(files: Mapping[str, str]) -> Iterator[Neighbour]:
    """What files define, told from their first lines; a file written unusually is read whole."""
    for file, text in files.items():
        found = list(_quick(file, text))
        yield from (one for one in found if one) if None not in found else _slow(file, text)


def _quick(file: str, text: str) -> Iterator[Neighbour | None]:
    start = 0
    for end in [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]:
        kind, name = _KIND.search(text, start, end), _NAME.search(text, start, end)
        if kind and name:
            yield Neighbour(kind.group(2), name.group(1) or name.group(2), file, text.count("\n", 0, kind.start()) + 1)
        elif text.find("apiVersion", start, end) >= 0:
            yield None
        start = end


def _slow(file: str, text: str) -> Iterator[Neighbour]:
    for document in tree.read(file, text)[0]:
        data = document.data if isinstance(document.data, dict) else {}
        metadata = data.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if isinstance(data.get("kind"), str) and isinstance(name, str):
            yield Neighbour(data["kind"], name, file, document.line)
