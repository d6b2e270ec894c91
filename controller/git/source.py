"""Where specs come from, as a person writes it: `PATH|URL[#branch[:folder]]`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit, urlunsplit

from controller.errors import UsageError

_URL = re.compile(r"(https?|ssh|file)://.+", re.IGNORECASE)
_OTHER_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//|:)")
_SCP = re.compile(r"[A-Za-z0-9][\w.-]*@[\w.-]+:(?!//)\S+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FORMS = "write a folder, a repository, or a URL, and after `#` the branch and after `:` the folder in it"


@dataclass(frozen=True)
class Source:
    """A git repository (with branch and folder) or a plain folder.

    `uri` is the absolute path or the URL, which may hold a token: show `shown`, never `uri`.
    """

    uri: str = field(repr=False)
    kind: Literal["folder", "git"]
    branch: str | None = None
    folder: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether it is reached by URL, and so through a clone of ours."""
        return self.kind == "git" and bool(_URL.fullmatch(self.uri) or _SCP.fullmatch(self.uri))

    @property
    def address(self) -> str:
        """The path or URL without credentials."""
        return split_credentials(self.uri)[0] if self.is_remote else self.uri

    @property
    def shown(self) -> str:
        """The source for people and logs: without credentials."""
        place = ("#" + (self.branch or "")) if self.branch or self.folder else ""
        return self.address + place + (f":{self.folder}" if self.folder else "")


def parse_source(text: str) -> Source:
    """Read `PATH|URL[#branch[:folder]]`; `folder:PATH` reads files as they are, even in a repository.

    A path that is the root of a repository, or that names a branch, is read from git; any other folder from
    disk. Raises UsageError.
    """
    text = text.strip()
    if not text:
        raise UsageError("the source is empty", _FORMS)
    if text.startswith("folder:"):
        return Source(str(_existing(text.removeprefix("folder:"))), "folder")
    # A folder may have `#` in its name; what exists wins over what could be meant.
    if not _is_address(text) and _path(text).is_dir():
        root = _existing(text)
        return Source(str(root), "git" if is_repository(root) else "folder")
    uri, marker, place = text.partition("#")
    branch, folder = _place(place) if marker else (None, "")
    if _is_address(uri):
        _check_url(uri)
        return Source(uri, "git", branch, folder)
    if _OTHER_URL.match(uri):
        raise UsageError(f"`{uri.partition(':')[0]}:` is no kind of source", "use https, ssh, file, or a local path")
    root = _existing(uri)
    if not is_repository(root):
        hint = (
            "give the root of the repository, and the folder as `ROOT#branch:folder`; leave out `#` for a plain folder"
        )
        raise UsageError(f"`{uri}` is not the root of a git repository", hint)
    return Source(str(root), "git", branch, folder)


def named_sources(texts: Sequence[str]) -> dict[str, Source]:
    """Sources by name, from `NAME=SOURCE` or a source alone: the first is then `main`, the others have a number.

    Raises UsageError when one cannot be a source, or a name is given twice.
    """
    found: dict[str, Source] = {}
    for number, text in enumerate(texts, 1):
        name, equals, rest = text.partition("=")
        is_named = bool(equals) and _NAME.fullmatch(name) is not None
        chosen = name if is_named else "main" if number == 1 else f"source-{number}"
        if chosen in found:
            raise UsageError(f"two sources are called `{chosen}`", "give each a name of its own: `NAME=SOURCE`")
        found[chosen] = parse_source(rest if is_named else text)
    return found


def is_repository(path: Path) -> bool:
    """Whether a path is itself the root of a work tree, or a bare repository."""
    return (path / ".git").exists() or (
        (path / "HEAD").is_file() and all((path / d).is_dir() for d in ("objects", "refs"))
    )


def split_credentials(url: str) -> tuple[str, tuple[str, str] | None]:
    """A URL without credentials, and its user name and password if it had any.

    The user name of an ssh URL stays, as it is an address and no secret.
    """
    if not _URL.fullmatch(url):
        return url, None
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    is_ssh = parts.scheme.lower() == "ssh"
    netloc = f"{name}@{host}" if is_ssh and name else host
    found = (unquote(name), unquote(password)) if user and not is_ssh else None
    return urlunsplit((parts.scheme, netloc, parts.path, "", "")), found


def _check_url(url: str) -> None:
    if not _URL.fullmatch(url):
        return
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UsageError("the URL of the source is not one", "write `https://host/owner/repository.git`") from None
    if not parts.path.strip("/") or not (parts.hostname or parts.scheme.lower() == "file"):
        raise UsageError("the URL of the source names no repository", "write `https://host/owner/repository.git`")
    if parts.query:
        raise UsageError("the URL of a repository has no `?`", "write a token as `https://TOKEN@host/…`")


def _is_address(text: str) -> bool:
    return bool(_URL.fullmatch(text) or _SCP.fullmatch(text))


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _existing(text: str) -> Path:
    if not text:
        raise UsageError("the path of the source is empty", _FORMS)
    path = _path(text)
    if not path.exists():
        # It may be a URL with a slip in it, and a token.
        shown = re.sub(r"[^/\s]+@", "…@", text)
        raise UsageError(f"`{shown}` does not exist", "check the path; a URL starts with https://, ssh:// or git@")
    if not path.is_dir():
        raise UsageError(f"`{text}` is a file", f"give its folder: `{path.parent}`")
    return path.absolute()


def _place(text: str) -> tuple[str | None, str]:
    """`branch`, `branch:folder` or `:folder`."""
    branch, _, folder = text.rpartition(":") if ":" in text else (text, "", "")
    # git itself forbids these in branches; a leading dash would be taken for an option.
    if branch.startswith("-") or re.search(r"[\s~^:?*\[\\\x00-\x1f]|\.\.|@\{", branch):
        raise UsageError(f"`{branch}` is not a branch name", "write `#branch` or `#branch:folder`")
    parts = [part for part in PurePosixPath(folder.strip("/")).parts if part != "."]
    if ".." in parts:
        raise UsageError(f"the folder `{folder}` leaves the repository", "name a folder below its root")
    if not branch and not parts:
        raise UsageError("no branch stands after `#`", "write `#branch`, `#branch:folder`, or leave out `#`")
    return branch or None, "/".join(parts)
