"""Read a source at one commit, from git's objects: no work tree is ever written or trusted."""

import asyncio
import hashlib
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from controller.errors import Unreachable, UsageError
from controller.git import commands, folder
from controller.git.commands import Broken
from controller.git.snapshot import LARGEST, Snapshot, decode, is_spec
from controller.git.source import Source
from specs.diagnostics import did_you_mean

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from git import Repo

__all__ = ["Snapshot", "look", "read"]

_LOCKS: dict[Path, threading.Lock] = {}
_SHA = re.compile(r"[0-9a-f]{40}")
T = TypeVar("T")


@dataclass(frozen=True)
class _Blob:
    """A file in a commit. `size` is in bytes."""

    path: str
    sha: str
    size: int


async def look(source: Source, data_dir: Path) -> str:
    """The revision that a source is at now: the sha of its branch's commit, or `folder@…`.

    A remote one is fetched. Without a branch it is the one that HEAD names. Raises Unreachable.
    """
    if source.kind == "folder":
        return await folder.look(source)
    return await asyncio.to_thread(_in_repository, source, data_dir, lambda repo: _look(repo, source))


async def read(source: Source, revision: str, data_dir: Path) -> Snapshot:
    """The spec files below the source's folder at a commit, however the branch moves meanwhile.

    A plain folder has no past: its files are read as they are, and the snapshot names the revision that they
    make. Raises Unreachable, and UsageError when the revision is not a sha.
    """
    if source.kind == "folder":
        return await folder.read(source)
    if not _SHA.fullmatch(revision):
        raise UsageError(f"`{revision}` is not a revision of {source.shown}", "give the full sha of a commit")
    return await asyncio.to_thread(_in_repository, source, data_dir, lambda repo: _read(repo, source, revision))


def _look(repo: "Repo", source: Source) -> str:
    ref = f"refs/heads/{source.branch}" if source.branch else "HEAD"
    if source.is_remote:
        commands.fetch(repo, source, ref, _own_ref(ref))
        ref = _own_ref(ref)
    if sha := commands.tip(repo, ref):
        return sha
    if not source.branch:
        raise Unreachable(f"{source.shown} has no commit yet", "commit the specs, or name a branch after `#`")
    _, out, _ = commands.run(repo, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
    hint = did_you_mean(source.branch, out.decode(errors="replace").split()) or "check the name of the branch"
    raise Unreachable(f"{source.address} has no branch `{source.branch}`", hint)


def _read(repo: "Repo", source: Source, revision: str) -> Snapshot:
    if source.is_remote and not _has(repo, revision):
        # Pinned to the past: a shallow clone never had it, or has thrown it away.
        commands.fetch(repo, source, revision, _own_ref(revision))
    if not _has(repo, revision):
        hint = "the branch may have been rewritten; name a commit that the repository still has"
        raise Unreachable(f"{source.shown} has no commit {revision[:12]}", hint)
    files: dict[str, str] = {}
    undecodable: list[str] = []
    too_large: list[str] = []
    with commands.mended(source, revision):
        for blob in _blobs(repo, source, revision):
            if blob.size > LARGEST:
                too_large.append(blob.path)
            elif (text := decode(repo.odb.stream(bytes.fromhex(blob.sha)).read())) is None:
                undecodable.append(blob.path)
            else:
                files[blob.path] = text
        commit = repo.commit(revision)
        made = commit.committed_datetime.astimezone(UTC)
        return Snapshot(
            revision, files, str(commit.message).strip(), commit.author.name or "", made, undecodable, too_large
        )


def _has(repo: "Repo", revision: str) -> bool:
    status, _, _ = commands.run(repo, "cat-file", "-e", f"{revision}^{{commit}}")
    return status == 0


def _blobs(repo: "Repo", source: Source, revision: str) -> Iterator[_Blob]:
    """The spec files below the folder; symbolic links and submodules are no files here."""
    status, out, told = commands.run(repo, "ls-tree", "-r", "-z", "-l", "--full-tree", f"{revision}:{source.folder}")
    if status != 0 and source.folder and re.search(r"Not a valid object name|not a tree object|does not exist", told):
        hint = "check the folder after `#branch:`; it is named from the root of the repository"
        raise Unreachable(f"{source.address} has no folder `{source.folder}` in commit {revision[:12]}", hint)
    if status != 0:
        raise Broken(f"cannot read commit {revision[:12]} of {source.shown}", "check it with `git fsck`")
    for entry in out.split(b"\0")[:-1]:
        meta, _, name = entry.partition(b"\t")
        mode, _, sha, size = meta.decode().split()
        path = name.decode(errors="replace")
        if mode in ("100644", "100755") and is_spec(path):
            yield _Blob(path, sha, int(size))


def _own_ref(name: str) -> str:
    """Where our clone keeps what it fetched under a name."""
    return f"refs/wakeful/{hashlib.sha256(name.encode()).hexdigest()[:16]}"


# Opening


def _in_repository(source: Source, data_dir: Path, work: Callable[["Repo"], T]) -> T:
    """Do some work in the repository: the local one in place, a remote one in our clone of it.

    A clone that turns out to be broken, as after a power failure, is thrown away and made again, once.
    """
    if not source.is_remote:
        with _local(source) as repo:
            return work(repo)
    try:
        with _remote(source, data_dir) as repo:
            return work(repo)
    except Broken:
        with _remote(source, data_dir, is_new=True) as repo:
            return work(repo)


@contextmanager
def _local(source: Source) -> Iterator["Repo"]:
    """A repository on this machine. Nothing is written and nothing is fetched."""
    try:
        repo = commands.open_local(Path(source.uri))
    except (ValueError, OSError):
        hint = "check that the path exists, that it is a git repository, and that the process may read it"
        raise Unreachable(f"cannot open the repository `{source.uri}`", hint) from None
    with repo:
        yield repo


@contextmanager
def _remote(source: Source, data_dir: Path, *, is_new: bool = False) -> Iterator["Repo"]:
    """Our bare clone of a remote repository, for one user at a time."""
    path = data_dir.absolute() / "sources" / f"{hashlib.sha256(source.uri.encode()).hexdigest()[:16]}.git"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _only_user(path):
            if is_new:
                shutil.rmtree(path, ignore_errors=True)
            with commands.open_clone(path, source) as repo:
                yield repo
    except OSError as error:
        hint = "check that the data folder can be written to and has room"
        raise Unreachable(f"cannot keep a clone of {source.shown}: {error.strerror or error}", hint) from None


@contextmanager
def _only_user(path: Path) -> Iterator[None]:
    """Keep other threads, and other processes, off a clone. The kernel lets go for us when we are killed."""
    with _LOCKS.setdefault(path, threading.Lock()), path.with_suffix(".lock").open("w") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
