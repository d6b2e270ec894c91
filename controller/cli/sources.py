"""Where the commands get specs from: folders, files, standard input, revisions of a git repository."""

import asyncio
import gc
import os
import pickle
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from controller.errors import SpecError, Unreachable, UsageError
from controller.git.folder import read as from_disk
from controller.git.snapshot import Snapshot, decode
from controller.git.source import Source
from specs.diagnostics import Diagnostic, Severity
from specs.load import Loaded, joined, load, prepare
from specs.resource import Resource

STDIN = "-"


@dataclass(frozen=True)
class Specs:
    """Files that were read as one repository, and what they say. `texts` has the paths as people see them."""

    loaded: Loaded
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def resources(self) -> list[Resource]:
        """What could be loaded; complete when there are no errors."""
        return self.loaded.resources

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong."""
        return self.loaded.diagnostics

    @property
    def errors(self) -> list[Diagnostic]:
        """What is wrong and stops a revision."""
        return self.loaded.errors

    @property
    def is_empty(self) -> bool:
        """Whether there is not one document of ours, good or bad; a lone Config is one, though it is no resource."""
        return not (self.resources or self.diagnostics or any("wakeful.dev/" in text for text in self.texts.values()))


def read(paths: Sequence[str]) -> list[Specs]:
    """Read each folder as one repository, and all single files (`-` is standard input) together as another.

    Raises UsageError when a path does not exist or holds no specs.
    """
    folders = [path for path in paths if path != STDIN and Path(path).is_dir()]
    singles = [path for path in paths if path not in folders]
    return [folder(path) for path in folders] + ([files(singles)] if singles else [])


def folder(path: str, *, remember: bool = False) -> Specs:
    """Read a folder as one repository; with `remember`, so that `at_revision` reads only what differs from it.

    Raises UsageError when there is nothing to read in it.
    """
    root = Path(path)
    if not root.is_dir():
        raise UsageError(f"there is no folder `{path}`", "name a folder that holds specs")
    snapshot = asyncio.run(from_disk(Source(str(root.absolute()), "folder")))
    specs = _taken(snapshot, _prefix(path), remember=remember)
    if specs.is_empty:
        raise UsageError(f"no specs found in `{path}`", "`wakeful init` writes a first repository")
    return specs


def files(paths: Sequence[str]) -> Specs:
    """Read single files as a part of the repository that they lie in: what they refer to may stand in its other files.

    `-` is standard input, which lies nowhere. Raises UsageError when one cannot be read or none holds a spec.
    """
    root = _root(paths)
    shown: dict[str, str] = {}
    texts: dict[str, str] = {}
    unreadable: list[Diagnostic] = []
    for path in dict.fromkeys(paths):
        name = "stdin.yaml" if path == STDIN else _safe(path, root)
        shown[name] = "<stdin>" if path == STDIN else path
        if (text := decode(_bytes(path))) is None:
            unreadable.append(_not_text(name))
        else:
            texts[name] = text
    others = asyncio.run(from_disk(Source(str(root), "folder"))).files if root else {}
    loaded = (
        load(texts, others={name: text for name, text in others.items() if name not in shown}) if root else _load(texts)
    )
    specs = _shown(_with(loaded, unreadable), texts, shown)
    if specs.is_empty:
        raise UsageError(
            f"no specs found in {', '.join(shown.values())}", "a spec starts with `apiVersion: wakeful.dev/v1`"
        )
    return specs


def _root(paths: Sequence[str]) -> Path | None:
    """The folder of the repository that all these files lie in: that of the nearest Config, or else of git."""
    if STDIN in paths or not paths:
        return None
    first, *rest = (Path(path).resolve() for path in paths)
    for folder in first.parents:
        is_root = (folder / ".git").exists()
        if is_root or any(_holds_config(folder / name) for name in _CONFIG_FILES):
            return folder if all(folder in path.parents for path in rest) else None
    return None


_CONFIG_FILES = (
    "wakeful/config.yaml",
    "wakeful.yaml",
    "config.yaml",
    "wakeful/config.yml",
    "wakeful.yml",
    "config.yml",
)


def _holds_config(file: Path) -> bool:
    try:
        return file.is_file() and "wakeful.dev/" in (text := decode(file.read_bytes()) or "") and "Config" in text
    except OSError:
        return False


def at_revision(path: str, revision: str, near: Specs | None = None) -> Specs:
    """Read the folder `path` as it was at a revision of the git repository it lies in.

    `near` is another state of the same folder, read with `remember`.

    Raises Unreachable when there is no repository, and UsageError when it has no such revision.
    """
    from controller.git import checkout

    top, within, commit = _resolved(path, revision)
    source = Source(top, "git", folder=within)
    # The data folder is for clones, and what lies here needs none.
    snapshot = asyncio.run(checkout.read(source, commit, Path(top)))
    return _taken(snapshot, _prefix(path), near.loaded if near else None)


def merge_base(path: str, one: str, other: str) -> str:
    """The commit at which two revisions parted. Raises UsageError when they have nothing in common."""
    import git

    top, _, first = _resolved(path, one)
    _, _, second = _resolved(path, other)
    with git.Repo(top) as repository:
        repository.git.update_environment(GIT_DIR=str(repository.git_dir))
        try:
            return str(repository.git.merge_base(first, second))
        except git.GitCommandError:
            hint = "fetch the whole history, or leave out `--merge-base`"
            raise UsageError(f"`{one}` and `{other}` have no commit in common", hint) from None


def relative(specs: Specs, path: str) -> dict[str, str]:
    """The texts of a folder by their paths inside it."""
    return {name.removeprefix(_prefix(path)): text for name, text in specs.texts.items()}


def require_valid(specs: Specs) -> Specs:
    """Return the specs. Raises SpecError, whose findings have been given their texts, when they have errors."""
    if specs.errors:
        raise Invalid(specs)
    return specs


class Invalid(SpecError):
    """Specs that have errors, with the texts to show them in."""

    def __init__(self, specs: Specs) -> None:
        super().__init__(specs.diagnostics)
        self.texts = specs.texts


def _prefix(path: str) -> str:
    normal = Path(path).as_posix()
    return "" if normal == "." else normal.rstrip("/") + "/"


def _resolved(path: str, revision: str) -> tuple[str, str, str]:
    """The root of the repository that a folder lies in, the folder in it, and the sha that a revision names."""
    import git

    root = Path(path).resolve()
    try:
        repository = git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        hint = "without `--against`, a running server is asked"
        raise Unreachable(f"`{path}` is in no git repository", hint) from None
    with repository:
        repository.git.update_environment(GIT_DIR=str(repository.git_dir))
        try:
            commit = str(repository.git.rev_parse("--verify", "--end-of-options", f"{revision}^{{commit}}"))
        except git.GitCommandError:
            hint = "name a branch, a tag or a commit; fetch it first if it is elsewhere"
            raise UsageError(f"git knows no revision `{revision}`", hint) from None
        top = Path(str(repository.working_tree_dir)).resolve()
    within = root.relative_to(top).as_posix()
    return str(top), "" if within == "." else within, commit


def _load(texts: Mapping[str, str], before: Loaded | None = None, *, remember: bool = False) -> Loaded:
    """Load without the collector of cycles: it halves the time for ten thousand monitors, and finds nothing here."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        if before is None and len(texts) >= _MANY and (os.cpu_count() or 1) > 1 and hasattr(os, "fork"):
            before = _side_by_side(texts)
        return load(texts, before, remember=remember)
    finally:
        gc.freeze()  # what was loaded stays until the command ends; the collector need not look at it again
        if was_on:
            gc.enable()


_MANY = 200
"""Files from which a second process pays."""

_CHILDS_SHARE = 0.4
"""Its share of the files: what it finds must be carried over, too."""


def _side_by_side(texts: Mapping[str, str]) -> Loaded | None:
    """What two processes make of the files, each of its part; None where there is no second process to be had."""
    names = sorted(texts)
    split = round(len(names) * (1 - _CHILDS_SHARE))
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if child == 0:
        # Whatever goes wrong here, the parent does by itself.
        with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
            pickle.dump(prepare(texts, names[split:]), pipe, protocol=5)
        os._exit(0)
    os.close(writing)
    own = prepare(texts, names[:split])
    parts = [own]
    with os.fdopen(reading, "rb") as pipe, suppress(EOFError, pickle.UnpicklingError, AttributeError):
        parts.append(pickle.load(pipe))
    os.waitpid(child, 0)
    return joined(parts)


def _taken(snapshot: Snapshot, prefix: str, before: Loaded | None = None, *, remember: bool = False) -> Specs:
    """What a snapshot says; `prefix` is put before the paths that people see."""
    unreadable = [_not_text(name) for name in snapshot.undecodable]
    unreadable += [_too_large(name) for name in snapshot.too_large]
    names = [*snapshot.files, *snapshot.undecodable, *snapshot.too_large]
    return _shown(
        _with(_load(snapshot.files, before, remember=remember), unreadable),
        snapshot.files,
        {name: prefix + name for name in names},
    )


def _bytes(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file or folder `{path}`", "check the path") from None
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", "check its permissions") from None


def _not_text(name: str) -> Diagnostic:
    return Diagnostic("yaml", "the file is not UTF-8 text", name, hint="save the file as UTF-8")


def _too_large(name: str) -> Diagnostic:
    return Diagnostic("yaml", "the file is larger than 5 MiB", name, hint="split it into several files")


def _with(loaded: Loaded, more: Sequence[Diagnostic]) -> Loaded:
    return replace(loaded, diagnostics=[*more, *loaded.diagnostics]) if more else loaded


def _safe(path: str, root: Path | None) -> str:
    """A name under which the loader reads a file that was asked for, wherever it lies and whatever its suffix."""
    where = Path(path).resolve().relative_to(root) if root else Path(path)
    parts = [part.lstrip(".") for part in where.as_posix().split("/")]
    name = "/".join(part for part in parts if part)
    return name if re.search(r"\.ya?ml$", name) else f"{name}.yaml"


def _shown(loaded: Loaded, texts: dict[str, str], shown: dict[str, str]) -> Specs:
    """The specs with the paths that people see in place of those the loader knows."""
    if all(name == path for name, path in shown.items()):
        return Specs(loaded, texts)
    diagnostics = [replace(one, file=shown.get(one.file, one.file)) for one in loaded.diagnostics]
    resources = [replace(one, file=shown.get(one.file, one.file)) for one in loaded.resources]
    return Specs(
        replace(loaded, diagnostics=diagnostics, resources=resources),
        {shown[name]: text for name, text in texts.items()},
    )


def as_errors(specs: Specs) -> Specs:
    """The specs with every warning turned into an error."""
    strict = [replace(one, severity=Severity.ERROR) for one in specs.diagnostics]
    return replace(specs, loaded=replace(specs.loaded, diagnostics=strict))


def changed_since(path: str, revision: str) -> frozenset[str]:
    """The files that differ from a revision, committed or not, as findings in `path` name them.

    Raises UsageError where git knows no such revision, and Unreachable where there is no repository.
    """
    import git

    root = Path(path if Path(path).is_dir() else Path(path).parent)
    top, _, commit = _resolved(str(root), revision)
    with git.Repo(top) as repository:
        repository.git.update_environment(GIT_DIR=str(repository.git_dir))
        listed = repository.git.diff("--name-only", "-z", "--no-renames", commit, "--")
    here = Path.cwd().resolve()
    found = set()
    for name in listed.split("\0"):
        file = Path(top) / name
        found.add(file.relative_to(here).as_posix() if here in file.parents else file.as_posix())
        if root.resolve() in file.parents:
            found.add(_prefix(str(root)) + file.relative_to(root.resolve()).as_posix())
    return frozenset(found)
