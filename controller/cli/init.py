"""`wakeful init`: a small repository of specs that works, to start from."""

import json
from pathlib import Path

import click

from controller.cli.printing import out, say
from controller.errors import UsageError

CONFIG = """\
# Settings of this repository.
apiVersion: wakeful.dev/v1
kind: Config
metadata:
  name: config
spec:
  variables:
    domain: example.com
"""

WEBSITE = """\
# What is watched, how often, and what counts as up.
apiVersion: wakeful.dev/v1
kind: Monitor
metadata:
  name: website
  labels: {tier: critical}
spec:
  every: 60s
  timeout: 10s
  http:
    url: https://${var.domain}/
  expect:              # not met: down
    status: 200
    certificate: {validFor: 14d}
  degraded:            # met what is expected, but not this: degraded
    latency: 1s
"""

ALERTS = """\
# When somebody is told, and on which channels.
apiVersion: wakeful.dev/v1
kind: AlertRule
metadata:
  name: critical-is-down
spec:
  match:
    labels: {tier: critical}
  down: {for: 2m}
  severity: critical
  notify: [oncall]
  summary: A critical service does not answer
"""

CHANNELS = """\
# Where messages go. ${secret.X} is read by the worker from WAKEFUL_SECRET_X; it never stands in git.
apiVersion: wakeful.dev/v1
kind: Channel
metadata:
  name: oncall
spec:
  webhook:
    url: ${secret.ONCALL_WEBHOOK}
"""

STATUS_PAGE = """\
# What the public may see, at /status/public.
apiVersion: wakeful.dev/v1
kind: StatusPage
metadata:
  name: public
spec:
  title: Example status
  components:
    - name: Website
      monitors: [website]
"""

README = """\
# Monitoring

Monitors, alert rules, channels and status pages, as Wakeful reads them. Change them in a branch;
once it is merged, it runs.

    wakeful validate              # is it right?
    wakeful run website           # how is it now?
    wakeful plan --against main   # what would this branch change?
    wakeful up                    # run it all on this machine, at http://127.0.0.1:8080

| file | holds |
|---|---|
| `wakeful/config.yaml` | settings of this repository, such as variables |
| `monitors/` | what is watched |
| `alerts.yaml`, `channels.yaml` | who is told, when, and where |
| `status-page.yaml` | what the public may see |

Secrets never stand here. The channel `oncall` needs WAKEFUL_SECRET_ONCALL_WEBHOOK where the workers run.
"""

GITHUB = """\
# Checks the specs of every pull request. The variable WAKEFUL_PACKAGE of the repository says what pip installs
# as Wakeful: the address of your copy, or of a wheel of it.
name: wakeful
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - run: pip install "${WAKEFUL_PACKAGE:?set the repository variable WAKEFUL_PACKAGE}"
        env:
          WAKEFUL_PACKAGE: ${{ vars.WAKEFUL_PACKAGE }}
      - run: wakeful validate --format github
      - if: github.event_name == 'pull_request'
        run: |
          code=0
          wakeful plan --against "origin/$GITHUB_BASE_REF" --merge-base --format markdown > "$RUNNER_TEMP/plan.md" || code=$?
          cat "$RUNNER_TEMP/plan.md" | tee -a "$GITHUB_STEP_SUMMARY"
          exit "$code"
"""

GITLAB = """\
# Checks the specs of every merge request. The CI/CD variable WAKEFUL_PACKAGE says what pip installs as Wakeful:
# the address of your copy, or of a wheel of it.
validate:
  image: python:3.13
  variables:
    GIT_DEPTH: 0
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - pip install "${WAKEFUL_PACKAGE:?set the CI/CD variable WAKEFUL_PACKAGE}"
    - wakeful validate --format gitlab --output gl-code-quality-report.json || true
    - wakeful validate
    - if [ -n "$CI_MERGE_REQUEST_DIFF_BASE_SHA" ]; then wakeful plan --against "$CI_MERGE_REQUEST_DIFF_BASE_SHA"; fi
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""

PRE_COMMIT = """\
# `pre-commit install` runs these before each commit, with the `wakeful` that is on the path.
repos:
  - repo: local
    hooks:
      - id: wakeful-fmt
        name: wakeful fmt
        entry: wakeful fmt
        language: system
        types: [yaml]
        exclude: ^\\.
      - id: wakeful-validate
        name: wakeful validate
        entry: wakeful validate
        language: system
        types: [yaml]
        exclude: ^\\.
"""

EDITOR = """\
{
  "yaml.schemas": {
    "./.vscode/wakeful.schema.json": [
      "**/*.yaml",
      "**/*.yml"
    ]
  }
}
"""

GITIGNORE = """\
# what `wakeful up` keeps on this machine
.wakeful/
"""

FILES = {
    "wakeful/config.yaml": CONFIG,
    "monitors/website.yaml": WEBSITE,
    "alerts.yaml": ALERTS,
    "channels.yaml": CHANNELS,
    "status-page.yaml": STATUS_PAGE,
    "README.md": README,
    ".github/workflows/wakeful.yml": GITHUB,
    ".gitlab-ci.yml": GITLAB,
    ".pre-commit-config.yaml": PRE_COMMIT,
    ".vscode/settings.json": EDITOR,
    ".gitignore": GITIGNORE,
}


@click.command()
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(directory: Path) -> None:
    """Write a first repository of specs into DIR (`.` by default), with CI, hooks and editor settings.

    Never overwrites a file.
    """
    from specs import export

    files = FILES | {".vscode/wakeful.schema.json": json.dumps(export.bundle(), ensure_ascii=False) + "\n"}
    if (directory / ".gitignore").exists():  # most repositories begin with one
        del files[".gitignore"]
    taken = [name for name in files if (directory / name).exists()]
    if taken:
        shown = ", ".join(f"`{directory / name}`" for name in taken)
        raise UsageError(f"there already is {shown}", "choose an empty folder; nothing was written")
    try:
        for name, text in files.items():
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            out(str(file))
    except OSError as error:
        raise UsageError(f"`{error.filename}` cannot be written: {error.strerror}", "choose another folder") from None
    where = "" if directory == Path() else f" {directory}"
    say(f"next: `wakeful validate{where}`, then `wakeful up --source {directory}`")
