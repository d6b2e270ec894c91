"""Commit statuses on GitHub, GitLab, Gitea and Forgejo, and who sent us a webhook."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx

from controller import clock
from controller.errors import PermanentError, RetryableError

State = Literal["pending", "success", "failure", "error"]
_PATIENCE = timedelta(seconds=15)
_LONGEST_DESCRIPTION = 140
_GITLAB_STATES = {"pending": "pending", "success": "success", "failure": "failed", "error": "failed"}


@dataclass(frozen=True)
class Forge:
    """A repository on a forge. `api` is the root of its REST API; `repository` is `owner/name`, or deeper."""

    kind: Literal["github", "gitlab", "gitea"]
    api: str
    repository: str


def parse_forge(remote_url: str) -> Forge | None:
    """The forge behind a remote's URL, by the name of its host; None when it says nothing.

    A label of the host that starts with `github`, `gitlab`, `gitea` or `forgejo` decides, as do `ghe.com` and
    `codeberg.org`.
    """
    found = _host_and_path(remote_url)
    if found is None:
        return None
    root, host, repository = found
    labels = host.split(".")

    def is_named(*names: str) -> bool:
        return any(label.startswith(names) for label in labels)

    if host == "github.com":
        return Forge("github", "https://api.github.com", repository)
    if host.endswith(".ghe.com"):
        return Forge("github", f"https://api.{host}", repository)
    if is_named("github"):
        return Forge("github", f"{root}/api/v3", repository)
    if is_named("gitlab"):
        return Forge("gitlab", f"{root}/api/v4", repository)
    if host == "codeberg.org" or is_named("gitea", "forgejo"):
        return Forge("gitea", f"{root}/api/v1", repository)
    return None


async def report(
    forge: Forge,
    token: str,
    sha: str,
    state: State,
    description: str,
    target_url: str | None = None,
    client: httpx.AsyncClient | None = None,
    *,
    name: str = "sync",
) -> None:
    """Set the commit's status with the context `wakeful/<name>`. A description over 140 characters is cut.

    Raises RetryableError, with `after` when the forge asks for a pause, or PermanentError.
    """
    url, headers, body = render(forge, token, sha, state, description, target_url, name)
    try:
        if client is not None:
            answer = await _post(client, url, headers, body)
        else:
            async with httpx.AsyncClient() as own:
                answer = await _post(own, url, headers, body)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, ValueError):
        raise PermanentError("the forge's address or the token is not usable in a request") from None
    except httpx.TransportError as error:
        raise RetryableError(f"{forge.kind} cannot be reached: {type(error).__name__}") from None
    _judge(forge, answer)


def render(
    forge: Forge, token: str, sha: str, state: State, description: str, target_url: str | None, name: str
) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The URL, headers and JSON body of the request that sets a status."""
    if len(description) > _LONGEST_DESCRIPTION:
        description = description[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"
    body: dict[str, Any] = {"state": state, "description": description, "context": f"wakeful/{name}"}
    if target_url:
        body["target_url"] = target_url
    owned = quote(forge.repository)
    match forge.kind:
        case "github":
            headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
            return f"{forge.api}/repos/{owned}/statuses/{sha}", headers, body
        case "gitea":
            return f"{forge.api}/repos/{owned}/statuses/{sha}", {"Authorization": f"token {token}"}, body
        case "gitlab":
            body["state"] = _GITLAB_STATES[state]
            project = quote(forge.repository, safe="")
            return f"{forge.api}/projects/{project}/statuses/{sha}", {"PRIVATE-TOKEN": token}, body


def authenticate(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """Which forge sent this webhook, when it proves that it knows the secret; otherwise None.

    `body` are the bytes as they came in. An empty secret proves nothing.
    """
    if not secret:
        return None
    given = {name.lower(): value for name, value in headers.items()}
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # Gitea and Forgejo also sign as GitHub does, so they are asked first.
    proofs = [
        ("gitea", "x-gitea-signature", digest),
        ("gitlab", "x-gitlab-token", secret),
        ("github", "x-hub-signature-256", f"sha256={digest}"),
    ]
    for kind, header, wanted in proofs:
        value = given.get(header)
        if value and hmac.compare_digest(value.encode(errors="replace"), wanted.encode()):
            return kind
    return None


def _host_and_path(url: str) -> tuple[str, str, str] | None:
    """Root of the web server, host, and path without `.git`; for https, ssh and `git@host:path`."""
    scp = re.fullmatch(r"[\w.-]+@([\w.-]+):(?!//)(\S+)", url)
    if scp:
        host, path, root = scp[1].lower(), scp[2], f"https://{scp[1].lower()}"
    else:
        try:
            parts = urlsplit(url)
            host, port, path = (parts.hostname or "").lower(), parts.port, parts.path
        except ValueError:
            return None
        if parts.scheme not in ("http", "https", "ssh") or not host:
            return None
        # The port of ssh says nothing about the web server's.
        is_web = parts.scheme != "ssh"
        root = f"{parts.scheme if is_web else 'https'}://{host}" + (f":{port}" if is_web and port else "")
    repository = path.strip("/").removesuffix(".git").strip("/")
    return (root, host, repository) if "/" in repository else None


async def _post(client: httpx.AsyncClient, url: str, headers: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    own = {"User-Agent": "Wakeful", "Accept": "application/json", **headers}
    return await client.post(url, json=body, headers=own, timeout=_PATIENCE.total_seconds(), follow_redirects=False)


def _judge(forge: Forge, answer: httpx.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300 or _is_already_so(forge, answer):
        return
    text = f"{forge.kind} answered HTTP {status} to the status of a commit in {forge.repository}"
    after = _asked(answer)
    # GitHub says 403 both to a bad token and to too many requests.
    if status in (408, 425, 429) or status >= 500 or (status == 403 and after is not None):
        raise RetryableError(text, after)
    hints = {
        401: "; the token is not valid",
        403: "; the token may not write commit statuses",
        404: "; there is no such repository, or the token may not see it",
        422: "; it does not know the commit, or the status is malformed",
    }
    raise PermanentError(text + hints.get(status, ""))


def _is_already_so(forge: Forge, answer: httpx.Response) -> bool:
    # GitLab refuses a status that the commit has already, and a retry sends just that.
    return forge.kind == "gitlab" and answer.status_code == 400 and "Cannot transition status" in answer.text


def _asked(answer: httpx.Response) -> timedelta | None:
    """How long the forge asks us to wait: Retry-After, or GitHub's own header when nothing remains."""
    value = answer.headers.get("Retry-After", "")
    now = clock.now()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return timedelta(seconds=int(value))
    if value:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        return max(timedelta(), (when if when.tzinfo else when.replace(tzinfo=UTC)) - now)
    reset = answer.headers.get("X-RateLimit-Reset", "")
    if answer.headers.get("X-RateLimit-Remaining") == "0" and re.fullmatch(r"[0-9]{1,11}", reset):
        return max(timedelta(), datetime.fromtimestamp(int(reset), UTC) - now)
    return None
