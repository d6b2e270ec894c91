"""The merged whole: what is written correctly, and still leaves a hole through which an outage slips."""

from collections.abc import Mapping

from specs.config import Config
from specs.diagnostics import Diagnostic
from specs.draft import Draft
from specs.resource import Key, Resource


def analyse(resources: Mapping[Key, Resource], drafts: Mapping[Key, Draft], config: Config) -> list[Diagnostic]:
    """Warnings about a repository without errors."""
    return []
