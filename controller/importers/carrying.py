"""What importers share: names, secrets, notes, and a last look that drops what would not validate."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from controller.importers.imported import Fate, Imported, Note, document, written
from controller.importers.reading import Source, text_of
from specs.diagnostics import Diagnostic
from specs.load import load
from specs.tree import show_path

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d|w|y)?")
_UNIT = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 0.001,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "y": 31536000,
}


@dataclass
class _Doc:
    file: str
    value: dict[str, Any]
    origin: tuple[str, int, str]

    @cached_property
    def text(self) -> str:
        """The document as YAML, written once: that is what an import spends its time on."""
        return written([self.value])


@dataclass
class Cargo:
    """Collects documents and notes of one import."""

    tool: str
    docs: list[_Doc] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    secrets: dict[str, tuple[str, int]] = field(default_factory=dict)
    _names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def name(self, kind: str, text: str, *, again: bool = False) -> str:
        """A valid name that no other of the kind has; `again` gives the one that the same text had before."""
        if again and (kind, text) in self._known:
            return self._known[kind, text]
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:56].strip("-") or kind.lower()
        name, number = plain, 2
        while name in self._names[kind]:
            name, number = f"{plain}-{number}", number + 1
        self._names[kind].add(name)
        self._known.setdefault((kind, text), name)
        return name

    def secret(self, hint: str, source: Source, *path: str | int) -> str:
        """A reference in place of a value that must not stand in git."""
        name = re.sub(r"[^A-Z0-9]+", "_", hint.upper()).strip("_") or "SECRET"
        if name[0].isdigit():
            name = f"S_{name}"
        self.secrets.setdefault(name, (source.file, source.line(*path)))
        return f"${{secret.{name}}}"

    def add(
        self,
        file: str,
        kind: str,
        name: str,
        spec: Mapping[str, Any],
        source: Source,
        *path: str | int,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """One document for a file."""
        origin = (source.file, source.line(*path), show_path(path) or self.tool)
        self.docs.append(_Doc(file, document(kind, name, spec, labels), origin))

    def changed(self, source: Source, path: tuple[str | int, ...], why: str) -> None:
        """Something was carried, and means something slightly else."""
        self.notes.append(Note(Fate.CHANGED, source.file, source.line(*path), show_path(path), why))

    def dropped(self, source: Source, path: tuple[str | int, ...], why: str) -> None:
        """Something was not carried."""
        self.notes.append(Note(Fate.DROPPED, source.file, source.line(*path), show_path(path), why))

    def unknown(
        self, source: Source, value: Any, known: Mapping[str, Any] | set[str] | tuple[str, ...], *path: str | int
    ) -> None:
        """A note for each key that the importer does not know."""
        for key in value if isinstance(value, dict) else ():
            if key not in known:
                self.dropped(source, (*path, key), "this importer does not know the key")

    def finish(self) -> Imported:
        """The files. What would not validate is taken out, with a note; so the rest always validates."""
        docs = list(self.docs)
        for _ in range(8):
            files = _files(docs, self.tool)
            errors = load(files).errors
            wrong = {id(one): error for error in errors if (one := _at(error, docs, files)) is not None}
            if not errors:
                break
            if not wrong:
                docs = []
            for one in docs:
                if id(one) in wrong:
                    self._note_wrong(one, wrong[id(one)])
            docs = [one for one in docs if id(one) not in wrong]
        else:
            docs = []
        files = _files(docs, self.tool)
        for name, (file, line) in sorted(self.secrets.items()):
            why = f"set WAKEFUL_SECRET_{name} where the workers run; the value is not copied"
            self.notes.append(Note(Fate.CHANGED, file, line, "a secret", why))
        return Imported(files, tuple(sorted(dict.fromkeys(self.notes), key=lambda one: (one.file, one.line, one.what))))

    def _note_wrong(self, one: _Doc, error: Diagnostic) -> None:
        file, line, what = one.origin
        kind, name = one.value["kind"], one.value["metadata"]["name"]
        self.notes.append(Note(Fate.DROPPED, file, line, what, f"{kind} `{name}` cannot be said here: {error.message}"))


def _files(docs: list[_Doc], tool: str) -> dict[str, str]:
    by_file: dict[str, list[str]] = {}
    for one in docs:
        by_file.setdefault(one.file, []).append(one.text)
    return {file: f"# Imported from {tool}.\n" + "---\n".join(texts) for file, texts in by_file.items()}


def _at(error: Diagnostic, docs: list[_Doc], files: dict[str, str]) -> _Doc | None:
    """The document that an error points into."""
    lines = files.get(error.file, "").split("\n")[: error.span.line]
    number = sum(line == "---" for line in lines)
    here = [one for one in docs if one.file == error.file]
    return here[number] if number < len(here) else None


def plain(text: Any) -> str:
    """A text of another tool in which nothing is a reference of ours."""
    return text_of(text).replace("${", "$${")


def seconds(value: Any, usual: str | None = None) -> float | None:
    """A duration of another tool in seconds: `5m`, `1h30m`, or a number in the `usual` unit; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) * _UNIT[usual] if usual else None
    text = str(value).replace(" ", "") if isinstance(value, str) else ""
    parts = _SECONDS.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    if any(not unit for _, unit in parts) and not usual:
        return None
    return sum(float(number) * _UNIT[unit or usual or "s"] for number, unit in parts)


def duration(length: float) -> str:
    """Seconds as the specs write them: `90` as `1m30s`."""
    from datetime import timedelta

    from specs.fields import format_duration

    return format_duration(timedelta(milliseconds=max(0, min(round(length * 1000), 315_000_000_000))))


def rhythm(length: float | None, fallback: float) -> str:
    """How often to check: what was asked for, within what is possible."""
    return duration(min(max(length if length is not None else fallback, 1), 86_400))


def regex_of(glob: str) -> str:
    """A pattern with `*` as a regular expression."""
    return ".*".join(re.escape(part) for part in glob.split("*"))
