"""Documents for tests, as a person would write them."""

import textwrap

from specs.diagnostics import Diagnostic
from specs.load import Loaded, load

TCP = "tcp: {host: db.example.com, port: 5432}"
HTTP = "http: {url: https://shop.example.com/health}"


def document(kind: str, spec: str, name: str = "a", **metadata: str) -> str:
    """One document; `spec` is YAML, and each of `metadata` the YAML of a key beside `name`."""
    more = "".join(f"  {key}: {value}\n" for key, value in metadata.items())
    below = textwrap.indent(textwrap.dedent(spec).strip("\n"), "  ")
    return f"apiVersion: wakeful.dev/v1\nkind: {kind}\nmetadata:\n  name: {name}\n{more}spec:\n{below}\n"


def monitor(spec: str = TCP, name: str = "a", **metadata: str) -> str:
    """A Monitor; by default one that is valid."""
    return document("Monitor", spec, name, **metadata)


def repository(*documents: str) -> Loaded:
    """Load documents that stand in one file, `specs.yaml`."""
    return load({"specs.yaml": "---\n".join(documents)})


def only(loaded: Loaded) -> Diagnostic:
    """The one finding."""
    assert len(loaded.diagnostics) == 1, loaded.diagnostics
    return loaded.diagnostics[0]


def pointed_at(text: str, finding: Diagnostic) -> str:
    """The text from where a finding points, up to its end on the same line."""
    line = text.splitlines()[finding.span.line - 1]
    end = finding.span.end_column if finding.span.end_line == finding.span.line else len(line) + 1
    return line[finding.span.column - 1 : end - 1]
