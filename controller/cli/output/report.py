"""What a validation found, as every format needs it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from specs.diagnostics import CODES, Diagnostic, Severity

DOCUMENTATION = "docs/findings.md"


@dataclass(frozen=True)
class Report:
    """Findings in order, with the texts of their files; `changed` are the files that a change touches."""

    findings: Sequence[Diagnostic]
    texts: Mapping[str, str]
    resources: int = 0
    changed: frozenset[str] = field(default_factory=frozenset)

    @property
    def errors(self) -> int:
        """How many findings stop a revision."""
        return sum(one.severity == Severity.ERROR for one in self.findings)

    @property
    def warnings(self) -> int:
        """How many do not."""
        return len(self.findings) - self.errors

    @property
    def summary(self) -> str:
        """`12 resources in 5 files: 2 errors, 1 warning`."""
        return (
            f"{_count(self.resources, 'resource')} in {_count(len(self.texts), 'file')}: "
            f"{_count(self.errors, 'error')}, {_count(self.warnings, 'warning')}"
        )

    @property
    def by_weight(self) -> list[Diagnostic]:
        """Errors first, then what stands in changed files, then by place."""
        return sorted(
            self.findings,
            key=lambda one: (one.severity != Severity.ERROR, one.file not in self.changed, one.file, one.span),
        )


def fingerprints(findings: Sequence[Diagnostic]) -> list[str]:
    """One for each finding, alike in the next run though lines moved: of its file, code, path and words.

    What is found twice in the same words is told apart by its number.
    """
    seen: dict[str, int] = {}
    found = []
    for one in findings:
        basis = "\0".join((one.file, one.code, one.path, one.message))
        seen[basis] = seen.get(basis, 0) + 1
        found.append(hashlib.sha256(f"{basis}\0{seen[basis]}".encode(errors="replace")).hexdigest()[:40])
    return found


def meaning(code: str) -> str:
    """One sentence on what a code stands for."""
    return CODES.get(code, "Something is wrong with a spec.")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
