"""Which addresses a probe may connect to."""

import pytest

from controller.probes.addresses import refusal


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("169.254.169.254", "169.254.169.254", id="cloud metadata"),
        pytest.param("169.254.0.1", "169.254.0.1", id="link-local"),
        pytest.param("100.100.100.200", "100.100.100.200", id="another cloud's metadata"),
        pytest.param("fe80::1", "fe80::1", id="link-local IPv6"),
        pytest.param("fe80::1%eth0", "fe80::1", id="with a scope"),
        pytest.param("fd00:ec2::254", "fd00:ec2::254", id="metadata over IPv6"),
        pytest.param("::ffff:169.254.169.254", "169.254.169.254", id="mapped into IPv6"),
        pytest.param("64:ff9b::a9fe:a9fe", "169.254.169.254", id="behind NAT64"),
        pytest.param("2002:a9fe:a9fe::1", "169.254.169.254", id="behind 6to4"),
    ],
)
def test_metadata_and_link_local_are_refused_in_every_disguise(address: str, shown: str) -> None:
    assert refusal(address) == f"address {shown} is not allowed"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.0.2.1", "::1", "fd00::1", "::ffff:192.0.2.1"])
def test_other_addresses_are_allowed(address: str) -> None:
    assert refusal(address) is None
