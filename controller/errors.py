"""The errors of Wakeful, by who acts.

WakefulError
├── SpecError        the author: the specs are wrong; carries the diagnostics
├── UsageError       the caller: a setting or an argument is wrong; carries a hint
│   └── Unreachable  the operator: a server, a repository or a database cannot be reached
├── RetryableError   the queue: try again later; may carry when
└── PermanentError   nobody: trying again will not help
"""

from datetime import timedelta

from specs.diagnostics import Diagnostic


class WakefulError(Exception):
    """All of ours."""


class SpecError(WakefulError):
    """The specs cannot be used; `diagnostics` says why, each with its place."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} problems in the specs")
        self.diagnostics = diagnostics


class UsageError(WakefulError):
    """Something that the caller can mend, and how."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Unreachable(UsageError):
    """A server, a repository or a database that does not answer."""


class RetryableError(WakefulError):
    """Worth another attempt. `after` is how long the other side asked us to wait."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class PermanentError(WakefulError):
    """Not worth another attempt."""
