"""What holds for a folder and below: its workspace, and the defaults of its monitors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.resource import DEFAULT_WORKSPACE
from specs.tree import Document


@dataclass(frozen=True)
class Layer:
    """The Defaults of one folder. Values are as written, with variables replaced."""

    document: Document = field(compare=False)
    monitor: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None


@dataclass(frozen=True)
class Cascade:
    """Folder → its workspace and its defaults; the root is the empty text."""

    workspaces: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)

    def workspace(self, file: str) -> str:
        """The workspace of a file: that of the nearest folder which has one."""
        if not self.workspaces:
            return DEFAULT_WORKSPACE
        return next((self.workspaces[at] for at in _upwards(file) if at in self.workspaces), DEFAULT_WORKSPACE)

    def defaults(self, file: str) -> list[Layer]:
        """The layers that hold for a file, the nearest first."""
        return [self.layers[at] for at in _upwards(file) if at in self.layers] if self.layers else []


def folder(file: str) -> str:
    """The folder of a slash-separated path; the empty text for the root."""
    return file.rpartition("/")[0]


def below(own: Any, default: Any) -> Any:
    """A value with a default below it: mappings are joined key by key, anything else is the owner's."""
    if not isinstance(own, dict) or not isinstance(default, Mapping):
        return own
    joined = dict(own)
    for key, value in default.items():
        joined[key] = below(own[key], value) if key in own else value
    return joined


def _upwards(file: str) -> Iterator[str]:
    at = folder(file)
    while at:
        yield at
        at = folder(at)
    yield ""
