"""A document on its way to a resource, and where each of its values stood."""

from dataclasses import dataclass, field
from typing import Any

from specs import tree
from specs.cascade import Layer
from specs.diagnostics import Diagnostic, Severity, Span
from specs.tree import Document, Path
from specs.variables import Scalar


@dataclass(frozen=True)
class Draft:
    """A document whose kind is known. One that a MonitorSet made knows its `origin` and the values it was made with.

    `data` is the envelope as written, with the defaults of its folders below it once it was `filled`.
    """

    document: Document
    kind: str
    data: dict[str, Any]
    workspace: str = "default"
    layers: tuple[Layer, ...] = field(default=(), repr=False)
    each: dict[str, Scalar] | None = None
    origin: Path | None = None
    """Where in a MonitorSet the values of this one stand."""

    def place(self, path: Path) -> Path:
        """Where a value of the spec stands in the document; a MonitorSet keeps it in its template."""
        if self.origin is None:
            return path
        if path[:1] == ("spec",):
            return ("spec", "template", *path[1:])
        written = ("spec", *path[1:])
        return written if tree.find(self.document, written) is not None else path

    def node(self, path: Path) -> Any | None:
        """The YAML node of a value, or None where it does not stand in this document."""
        return tree.find(self.document, self.place(path))

    def span(self, path: Path, *, key: bool = False) -> Span:
        """Where a value, or its key, stands; or the nearest thing above it that does."""
        return self.document.span(self.place(path), key=key)

    @property
    def line(self) -> int:
        """The line to show people: of the document, or of the values that a MonitorSet repeats it for."""
        return self.document.span(self.origin).line if self.origin else self.document.line


def finding(
    draft: Draft,
    code: str,
    message: str,
    path: Path,
    hint: str | None,
    *,
    key: bool = False,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """A finding at a path of a document; at its key rather than its value with `key`."""
    if draft.origin is not None:
        message += f" (for `{draft.data['metadata'].get('name')}`)"
    message += _inherited(draft, path)
    place = draft.place(path)
    return Diagnostic(
        code, message, draft.document.file, draft.span(path, key=key), tree.show_path(place), hint or None, severity
    )


def _inherited(draft: Draft, path: Path) -> str:
    """Says so where a value stands in the Defaults of a folder, and not in the document itself."""
    if len(path) < 2 or path[0] != "spec" or not draft.layers or draft.node(path) is not None:
        return ""
    for layer in draft.layers:
        place = ("spec", "monitor", *path[1:])
        if tree.find(layer.document, place) is not None:
            return f", which comes from the Defaults in {layer.document.file}:{layer.document.span(place).line}"
    return ""
