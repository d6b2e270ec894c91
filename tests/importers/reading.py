"""What tests of importers share: files of a folder, an import of them, and values that are almost like those."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from controller.importers import IMPORTERS
from controller.importers.imported import Fate, Imported
from specs.load import load

DATA = Path(__file__).parent / "data"


def files_of(tool: str) -> dict[str, str]:
    """The files of a tool, as the command line reads them."""
    root = DATA / tool
    return {one.relative_to(root).as_posix(): one.read_text() for one in sorted(root.rglob("*")) if one.is_file()}


def specs_of(done: Imported, kind: str) -> dict[str, dict[str, Any]]:
    """Name → canonical spec of each resource of a kind. Fails where the import does not load."""
    loaded = load(done.files)
    assert loaded.errors == []
    return {one.name: one.spec for one in loaded.resources if one.kind == kind}


def only(tool: str, text: str, file: str, kind: str) -> dict[str, Any]:
    """The one spec of a kind that a single file gives."""
    (spec,) = specs_of(IMPORTERS[tool]({file: text}), kind).values()
    return spec


def noted(done: Imported, file: str) -> dict[tuple[int, str], str]:
    """(Line, what) → fate and reason of each note on a file."""
    return {(one.line, one.what): f"{one.fate}: {one.why}" for one in done.notes if one.file == file}


def is_sound(done: Imported, files: Mapping[str, str]) -> bool:
    """Whether an import loads, and each of its notes says why, at a line that there is."""
    return load(done.files).errors == [] and all(
        note.why and note.fate in Fate and 1 <= note.line <= files[note.file].count("\n") + 1 for note in done.notes
    )


_LEAF = (
    st.none() | st.booleans() | st.integers(-10, 10**6) | st.floats() | st.text(max_size=20)
    | st.sampled_from(["https://u:p@a.example?token=x", "${X}", "$X", "2026-01-01T00:00:00Z", "resolved", "a" * 600, "\n", "*/7 * * * *", "\ud83d"])
)  # fmt: skip
VALUE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def mutated(data: st.DataObject, value: Any) -> Any:
    """A value of which one part, somewhere, is something else, or gone."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(value, key=str)))
        if not data.draw(st.integers(0, 5)):
            return {one: inner for one, inner in value.items() if one != key}
        return value | {key: mutated(data, value[key])}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5)):
        index = data.draw(st.integers(0, len(value) - 1))
        return [mutated(data, one) if at == index else one for at, one in enumerate(value)]
    return data.draw(VALUE)
