"""Put one comment on a pull or merge request, and update it in place from then on.

`python comment.py github|gitlab FILE`: the comment is the text of FILE, which begins with a hidden marker such as
`<!-- wakeful:plan -->`; an earlier comment with the same marker is replaced. Needs nothing but Python.

GitHub: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN and PULL_REQUEST (the number).
GitLab: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID and WAKEFUL_GITLAB_TOKEN (a token that may write notes).
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MOST_PAGES = 50
PATIENCE = 30


def main(forge: str, file: str) -> int:
    """Write the comment; returns the exit code. Where there is no token or no request, says so and returns 0."""
    body = Path(file).read_text("utf-8")
    marker = re.match(r"<!-- wakeful:[a-z-]+ -->", body)
    if not marker:
        print(f"{file} does not begin with a marker, so it is no comment of Wakeful", file=sys.stderr)
        return 64
    listing, headers = _github() if forge == "github" else _gitlab()
    if not listing:
        print("no request to comment on, or no token that may: nothing was written", file=sys.stderr)
        return 0
    try:
        known = _find(listing, headers, marker.group())
        if known is None:
            _ask("POST", listing, headers, {"body": body})
        else:
            address = known["url"] if forge == "github" else f"{listing}/{known['id']}"
            _ask("PATCH" if forge == "github" else "PUT", address, headers, {"body": body})
    except urllib.error.HTTPError as error:
        # A pull request from a fork has a token that may only read; the plan stands in the summary of the step.
        if error.code in (401, 403, 404):
            print(f"this token may not comment here ({error.code}): nothing was written", file=sys.stderr)
            return 0
        print(f"the forge answered {error.code}: nothing was written", file=sys.stderr)
        return 5
    except (urllib.error.URLError, TimeoutError) as error:
        print(f"the forge does not answer: {error}", file=sys.stderr)
        return 5
    return 0


def _github() -> tuple[str, dict[str, str]]:
    number, token = os.environ.get("PULL_REQUEST", ""), os.environ.get("GITHUB_TOKEN", "")
    if not number.isdigit() or not token:
        return "", {}
    root = os.environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    listing = f"{root}/repos/{os.environ['GITHUB_REPOSITORY']}/issues/{number}/comments"
    return listing, {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}


def _gitlab() -> tuple[str, dict[str, str]]:
    number, token = os.environ.get("CI_MERGE_REQUEST_IID", ""), os.environ.get("WAKEFUL_GITLAB_TOKEN", "")
    if not number.isdigit() or not token:
        return "", {}
    root = os.environ["CI_API_V4_URL"].rstrip("/")
    listing = f"{root}/projects/{os.environ['CI_PROJECT_ID']}/merge_requests/{number}/notes"
    return listing, {"PRIVATE-TOKEN": token}


def _find(listing: str, headers: dict[str, str], marker: str) -> dict[str, Any] | None:
    """The comment that begins with the marker, on whatever page it is."""
    for page in range(1, MOST_PAGES + 1):
        found = _ask("GET", f"{listing}?per_page=100&page={page}", headers)
        for one in found:
            if str(one.get("body", "")).startswith(marker):
                return dict(one)
        if len(found) < 100:
            return None
    return None


def _ask(method: str, address: str, headers: dict[str, str], body: dict[str, str] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {**headers, "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("github", "gitlab"):
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    sys.exit(main(sys.argv[1], sys.argv[2]))
