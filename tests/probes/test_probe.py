"""The registry of probes."""

import pytest

from controller.errors import UsageError
from controller.probes.probe import PROBES, compile_target
from specs.monitor import PROBES as KEYS
from specs.monitor import Monitor


def test_a_target_is_made_for_probes_that_specs_know() -> None:
    assert set(PROBES) <= set(KEYS) - {"heartbeat", "composite"}


def test_a_heartbeat_has_no_target() -> None:
    with pytest.raises(UsageError, match="a `heartbeat` monitor has no target"):
        compile_target(Monitor.model_validate({"heartbeat": {"period": "1h"}}), str)
