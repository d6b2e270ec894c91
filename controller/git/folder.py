"""Read a local folder as it is on disk."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from controller.errors import Unreachable
from controller.git.snapshot import LARGEST, Snapshot, decode, is_ignored, is_spec
from controller.git.source import Source


async def look(source: Source) -> str:
    """The folder's revision: the same text as long as no spec file changes. Raises Unreachable."""
    return (await read(source)).revision


async def read(source: Source) -> Snapshot:
    """All spec files of the folder. Raises Unreachable when it, or a file in it, cannot be read."""
    return await asyncio.to_thread(_read, source)


def _read(source: Source) -> Snapshot:
    root = Path(source.uri)
    texts: dict[str, str] = {}
    undecodable: list[str] = []
    too_large: list[str] = []
    digest = hashlib.sha256()
    changed = 0.0
    try:
        real = root.resolve(strict=True)
        for name, file in sorted(_spec_files(real)):
            try:
                state = file.stat()
                content = file.read_bytes() if state.st_size <= LARGEST else b""
            except FileNotFoundError:
                continue  # deleted while we read; the watch will have us look again
            changed = max(changed, state.st_mtime)
            _add(digest, name.encode(errors="surrogateescape"), content or str(state.st_size).encode())
            text = decode(content)
            if state.st_size > LARGEST:
                too_large.append(name)
            elif text is None:
                undecodable.append(name)
            else:
                texts[name] = text
        changed = changed or real.stat().st_mtime
    except OSError as error:
        hint = "check that the folder exists and that the process may read it"
        raise Unreachable(f"cannot read the folder `{source.uri}`: {error.strerror or error}", hint) from None
    revision = f"folder@{digest.hexdigest()[:12]}"
    return Snapshot(revision, texts, "", "", datetime.fromtimestamp(changed, UTC), undecodable, too_large)


def _spec_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Name and place of each spec file. A folder that cannot be listed is an error: skipping it would delete specs."""
    for folder, folders, files in os.walk(root, onerror=_fail):
        folders[:] = [name for name in folders if not is_ignored(name)]
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(root).as_posix()
            if is_spec(name) and _is_inside(path, root):
                yield name, path


def _is_inside(path: Path, root: Path) -> bool:
    """Whether it is a regular file that, symbolic links followed, lies in the folder."""
    return path.is_file() and (not path.is_symlink() or path.resolve().is_relative_to(root))


def _fail(error: OSError) -> None:
    raise error


def _add(digest: "hashlib._Hash", *parts: bytes) -> None:
    # With their lengths, so that moving a byte from one part to the next makes a difference.
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
