"""A MonitorSet → the monitors that it stands for."""

from collections.abc import Iterator

from specs.diagnostics import Diagnostic
from specs.draft import Draft


def expansions(draft: Draft, found: list[Diagnostic]) -> Iterator[Draft]:
    """One draft of a Monitor for each combination; what cannot be made goes to `found`."""
    yield from ()
