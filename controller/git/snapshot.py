"""The files of a source at one moment; a value, however it was read."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

LARGEST = 5 * 1024 * 1024
"""Bytes; a larger file is no spec."""

IGNORED = {"node_modules", "__pycache__", "venv"}


@dataclass(frozen=True)
class Snapshot:
    """Spec files (path → text) with who made them, when, and why.

    `revision` is a commit's sha, or `folder@` and a hash. `undecodable` are files that are not UTF-8, and
    `too_large` files over 5 MiB; neither is in `files`, and both deserve to be reported.
    """

    revision: str
    files: dict[str, str]
    message: str
    author: str
    committed_at: datetime
    undecodable: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)


def is_spec(path: str) -> bool:
    """Whether a path, relative to the source's folder, may hold specs.

    YAML for other programs lives in dotted places (`.github`, `.gitlab-ci.yml`), so those are left out.
    """
    parts = PurePosixPath(path).parts
    return path.endswith((".yaml", ".yml")) and not any(is_ignored(part) for part in parts)


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is left out, with all that is below it."""
    return name.startswith(".") or name in IGNORED


def decode(content: bytes) -> str | None:
    """A file's text, without a byte order mark; None when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
