"""Wrong specs, each beside the exact words that its author must get.

`structure/` holds what a JSON Schema can tell as well, `meaning/` what only Wakeful can. A case is one YAML file, or a
folder of them; its `.txt` is what `wakeful validate` prints. `python -m tests.corpus` writes the texts anew: read the
difference before you commit it.
"""

from collections.abc import Iterator
from pathlib import Path

from specs.diagnostics import render
from specs.load import load

HERE = Path(__file__).parent
PARTS = ("structure", "meaning")


def cases(part: str) -> Iterator[Path]:
    """The cases of a part: files and folders, by name."""
    return (one for one in sorted((HERE / part).iterdir()) if one.suffix == ".yaml" or one.is_dir())


def texts(case: Path) -> dict[str, str]:
    """The files of a case, by the names that its findings show."""
    if case.is_file():
        return {case.name: case.read_text("utf-8")}
    return {file.relative_to(case).as_posix(): file.read_text("utf-8") for file in sorted(case.rglob("*.yaml"))}


def printed(files: dict[str, str]) -> str:
    """Every finding about the files, as a person gets it."""
    return "\n\n".join(render(one, files) for one in load(files).diagnostics) + "\n"


def expected(case: Path) -> Path:
    """Where the words for a case stand."""
    return case.with_suffix(".txt")
