"""git, as run by GitPython: opening, fetching, and what went wrong in words without credentials."""

import base64
import configparser
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from controller import settings
from controller.errors import Unreachable
from controller.git.source import Source, split_credentials

if TYPE_CHECKING:
    from git import Repo

PATIENCE = timedelta(seconds=60)
_SSH = "-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15"
_BROKEN = re.compile(
    r"corrupt|bad object|bad ref|missing (blob|tree|commit)|unable to (read|parse|unpack)|not a git repository: |"
    r"did not send all necessary|shallow file|bad shallow|loose object|bad config|reference broken|cannot (lock|update) ref",
    re.IGNORECASE,
)

_KNOWN = [
    (
        r"couldn't find remote ref|no such remote ref|not our ref|unadvertised object",
        "it has no such {wanted}",
        "check the name after `#`, and that it was pushed",
    ),
    (
        r"host key verification failed",
        "its ssh host key is not known",
        "add it once with `ssh-keyscan HOST >> ~/.ssh/known_hosts`, as the user that runs wakeful",
    ),
    (
        r"authentication failed|could not read (username|password)|permission denied|access denied|error: 40[13]|"
        r"terminal prompts disabled|HTTP Basic",
        "it did not let us in",
        "give a token in the URL (https://TOKEN@host/…) or a credential helper, or for ssh a key without passphrase",
    ),
    (r"could not resolve host", "its host name does not resolve", "check the host in the URL, and the network"),
    (
        r"connection refused|timed? ?out|unable to connect|couldn't connect|network is unreachable|no route to host|did not complete in|empty reply|reset by peer",
        "it does not answer",
        "check the URL, and that the network lets us reach it",
    ),
    (r"certificate|SSL|TLS", "its certificate is not trusted", "mend the certificate, or let git trust its issuer"),
    (r"dubious ownership", "its files belong to another user", "run `git config --global --add safe.directory PATH`"),
    (
        r"not found|does not appear to be a git repository|does not exist|error: 404",
        "there is no such repository, or we may not see it",
        "check the URL, and that the token or key may read it",
    ),
]


class Broken(Unreachable):
    """The repository on disk is damaged; a clone of ours can be made again."""


def run(repo: "Repo", *arguments: str) -> tuple[int, bytes, str]:
    """Run git and return its status, output and complaints. It is killed when it takes too long."""
    # GitPython cannot kill on Windows.
    limit = None if sys.platform == "win32" else PATIENCE.total_seconds()
    status, out, told = repo.git.execute(
        ["git", *arguments],
        with_extended_output=True,
        with_exceptions=False,
        stdout_as_string=False,
        strip_newline_in_stdout=False,
        kill_after_timeout=limit,
    )
    return status, out, told


def fetch(repo: "Repo", source: Source, wanted: str, into: str) -> None:
    """Fetch one ref or commit of a remote repository, without its history. Raises Unreachable or Broken."""
    options = ["--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--force"]
    status, _, told = run(repo, "fetch", *options, source.address, f"+{wanted}:{into}")
    if status != 0:
        raise _explain(source, wanted, told)


def tip(repo: "Repo", ref: str) -> str | None:
    """The commit that a ref names, read from the files of git; None when there is none."""
    try:
        sha: str = _gitpython().SymbolicReference.dereference_recursive(repo, ref)
    except (ValueError, OSError, AssertionError):
        # Missing, half written, or in the reftable format, which GitPython does not read; git itself knows.
        status, out, _ = run(repo, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        return out.decode().strip() if status == 0 else None
    return sha


def open_local(path: Path) -> "Repo":
    """Open a repository in place, to read only. Raises ValueError or OSError when it is none."""
    return _open(path, {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"})


def open_clone(path: Path, source: Source) -> "Repo":
    """Open our bare clone of a remote repository; make an empty one where there is none. The caller holds the lock."""
    environment = _environment(source)
    for stale in path.rglob("*.lock"):
        stale.unlink(missing_ok=True)  # nobody else is here, so who made it was killed
    try:
        return _open(path, environment)
    except ValueError:
        shutil.rmtree(path, ignore_errors=True)
    except OSError:
        pass  # not there yet
    path.mkdir(exist_ok=True)
    git = _gitpython().Git(path)
    git.update_environment(GIT_DIR=str(path))
    git.execute(["git", "init", "--quiet", "--bare"])
    return _open(path, environment)


@contextmanager
def mended(source: Source, revision: str) -> Iterator[None]:
    """Raise Broken for what GitPython raises when an object is missing or damaged."""
    exceptions = _gitpython().exc
    try:
        yield
    except (exceptions.GitError, exceptions.ODBError, ValueError):
        raise Broken(f"cannot read commit {revision[:12]} of {source.shown}", "check it with `git fsck`") from None


def _gitpython() -> ModuleType:
    try:
        # Late: it looks for the git program when imported, and a plain folder needs neither.
        import git
    except ImportError:
        raise Unreachable("git is not installed", "install git, or use a plain folder as the source") from None
    return git


def _open(path: Path, environment: Mapping[str, str]) -> "Repo":
    git = _gitpython()
    try:
        repo: Repo = git.Repo(path, expand_vars=False)
    except (git.exc.InvalidGitRepositoryError, configparser.Error) as error:
        raise ValueError(f"{path} is no git repository") from error
    # Naming GIT_DIR keeps out the variables of a surrounding hook, and says that we mean this repository even
    # when its files belong to somebody else, as in a container.
    repo.git.update_environment(GIT_DIR=str(repo.git_dir), GIT_OPTIONAL_LOCKS="0", **environment)
    return repo


def _environment(source: Source) -> dict[str, str]:
    """What git processes need to reach a remote without ever asking a person."""
    outer = settings.environment()
    config = [("gc.autoDetach", "false"), ("maintenance.autoDetach", "false")]
    address, credentials = split_credentials(source.uri)
    if credentials:
        # By the environment: arguments show in `ps`, and the clone's config would keep it on disk.
        basic = base64.b64encode(":".join(credentials).encode()).decode()
        config.append((f"http.{address}.extraHeader", f"Authorization: Basic {basic}"))
    first = int(outer.get("GIT_CONFIG_COUNT") or 0)
    variables = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSH_COMMAND": f"{outer.get('GIT_SSH_COMMAND') or 'ssh'} {_SSH}",
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:file",
        "GIT_CONFIG_COUNT": str(first + len(config)),
    }
    for index, (key, value) in enumerate(config, first):
        variables |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return variables


def _explain(source: Source, wanted: str, told: str) -> Unreachable:
    """Say in our words why a fetch failed."""
    # A repository called `tls-not-found` must not look like a reason.
    told = told.replace(source.address, "URL")
    if source.branch and wanted.startswith("refs/heads/") and re.search(r"couldn't find remote ref", told):
        return Unreachable(
            f"{source.address} has no branch `{source.branch}`", "check the name after `#`, and that it was pushed"
        )
    for pattern, reason, hint in _KNOWN:
        if re.search(pattern, told, re.IGNORECASE):
            what = "commit" if re.fullmatch(r"[0-9a-f]{40}", wanted) else "branch"
            return Unreachable(f"cannot read {source.shown}: {reason.format(wanted=what)}", hint)
    if _BROKEN.search(told):
        return Broken(f"our clone of {source.shown} is damaged", "remove the folder `sources` in the data folder")
    reason = _last_words(told, source)
    return Unreachable(f"cannot read {source.shown}: {reason}", "try `git ls-remote` with the same URL")


def _last_words(told: str, source: Source) -> str:
    """git's own complaint, on one line, with anything that looks like credentials taken out."""
    lines = [line for line in told.splitlines() if line.startswith(("fatal:", "error:"))] or told.splitlines()[-1:]
    text = re.sub(r"//[^/\s@]*@", "//", " ".join(lines))
    _, credentials = split_credentials(source.uri)
    for secret in credentials or ():
        text = text.replace(secret, "***") if secret else text
    return text[:300] or "git failed without a word"
